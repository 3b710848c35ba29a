# Pinakes under NixOS: the units of deploy/systemd, with options. Read by Nix 2.8 and evaluated with
# a stand-in for nixpkgs' lib (tests/deploy/test_nix.py); never yet run on a machine.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.pinakes;
  inherit (lib) mkEnableOption mkIf mkOption types;

  toml = pkgs.formats.toml { };
  # Pinakes reads $XDG_CONFIG_HOME/pinakes/pinakes.toml.
  settings = toml.generate "pinakes.toml" (
    {
      data = cfg.dataDir;
    }
    // cfg.settings
    // {
      generator =
        (cfg.settings.generator or { })
        // lib.optionalAttrs (cfg.llamaServerUrl != null) { url = cfg.llamaServerUrl; };
      serve = (cfg.settings.serve or { }) // { collections = cfg.collections; };
    }
  );
  settingsHome = pkgs.linkFarm "pinakes-settings" [
    {
      name = "pinakes/pinakes.toml";
      path = settings;
    }
  ];

  address = if cfg.socket != null then cfg.socket else "${cfg.host}:${toString cfg.port}";

  # What each line costs, and how that was found: docs/confinement.md.
  confined = {
    User = cfg.user;
    Group = cfg.user;
    UMask = "0077";
    ProtectSystem = "strict";
    ProtectHome = true;
    PrivateTmp = true;
    PrivateMounts = true;
    PrivateNetwork = true;
    RestrictAddressFamilies = [ "AF_UNIX" ];
    IPAddressDeny = "any";
    PrivateIPC = true;
    PrivateDevices = true;
    DevicePolicy = "closed";
    ProtectProc = "invisible";
    KeyringMode = "private";
    RemoveIPC = true;
    NoNewPrivileges = true;
    PrivateUsers = true;
    CapabilityBoundingSet = "";
    AmbientCapabilities = "";
    RestrictSUIDSGID = true;
    RestrictNamespaces = true;
    RestrictRealtime = true;
    LockPersonality = true;
    ProtectClock = true;
    ProtectControlGroups = true;
    ProtectHostname = true;
    ProtectKernelLogs = true;
    ProtectKernelModules = true;
    ProtectKernelTunables = true;
    SystemCallArchitectures = "native";
    SystemCallErrorNumber = "EPERM";
  };
in
{
  options.services.pinakes = {
    enable = mkEnableOption "Pinakes, answers from dumps of wikis on this machine";
    package = mkOption {
      type = types.package;
      description = "Pinakes; nixpkgs has none, deploy/nix/flake.nix wraps a virtual environment.";
    };
    user = mkOption {
      type = types.str;
      default = "pinakes";
      description = "User and group of the service, made here.";
    };
    dataDir = mkOption {
      type = types.path;
      default = "/var/lib/pinakes";
      description = "Directory of the collections.";
    };
    collections = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "enwiki" ];
      description = "Collections to serve; all there are when empty.";
    };
    host = mkOption {
      type = types.str;
      default = "127.0.0.1";
      description = "Address to listen on; others than loopback need a token.";
    };
    port = mkOption {
      type = types.port;
      default = 8707;
      description = "Port to listen on.";
    };
    socket = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/run/pinakes/reading.sock";
      description = "UNIX socket to listen on instead, for the group pinakes-readers.";
    };
    settings = mkOption {
      type = toml.type;
      default = { };
      example = { answer.strict = true; };
      description = "pinakes.toml, as docs/settings.md has it.";
    };
    llamaServerUrl = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "unix:/run/pinakes-model/model.sock";
      description = "Socket of a model server; the service reaches no address of the network.";
    };
    update = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "enwiki" ];
      description = "Collections for which a new dump is looked for every night.";
    };
    dumps = mkOption {
      type = types.path;
      default = "/srv/dumps";
      description = "Where dumps arrive.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.llamaServerUrl == null || lib.hasPrefix "unix:" cfg.llamaServerUrl;
        message = "services.pinakes.llamaServerUrl: the service has no network; name a socket, unix:/run/…";
      }
    ];

    users.users.${cfg.user} = {
      isSystemUser = true;
      group = cfg.user;
      home = cfg.dataDir;
    };
    users.groups.${cfg.user} = { };
    users.groups.pinakes-readers = { };
    environment.systemPackages = [ cfg.package ];
    systemd.tmpfiles.rules =
      map (directory: "d ${directory} 0700 ${cfg.user} ${cfg.user} -") [
        cfg.dataDir
        "${cfg.dataDir}/.approvals"
        "${cfg.dataDir}/.usage"
      ];

    systemd.sockets.pinakes = {
      description = "Where Pinakes is asked";
      wantedBy = [ "sockets.target" ];
      socketConfig = {
        ListenStream = address;
        IPAddressDeny = "any";
        IPAddressAllow = "localhost";
      }
      // lib.optionalAttrs (cfg.socket != null) {
        SocketUser = cfg.user;
        SocketGroup = "pinakes-readers";
        SocketMode = "0660";
      };
    };

    systemd.services =
      {
        pinakes = {
          description = "Pinakes: answers from dumps on this machine";
          requires = [ "pinakes.socket" ];
          after = [ "pinakes.socket" ];
          wantedBy = [ "multi-user.target" ];
          environment.XDG_CONFIG_HOME = "${settingsHome}";
          serviceConfig = confined // {
            ExecStart = "${cfg.package}/bin/pinakes serve";
            Restart = "on-failure";
            RestartSec = 5;
            RestartPreventExitStatus = 2;
            LimitNOFILE = 16384;
            MemoryDenyWriteExecute = true;
            SystemCallFilter = [
              "@system-service"
              "~@privileged @resources"
            ];
            ReadWritePaths = [
              "-${cfg.dataDir}/.approvals"
              "-${cfg.dataDir}/.usage"
            ];
          };
        };
      }
      // lib.listToAttrs (
        map (name: {
          name = "pinakes-update-${name}";
          value = {
            description = "New dump of ${name} for Pinakes, if one has come";
            startAt = "*-*-* 03:00";
            environment.XDG_CONFIG_HOME = "${settingsHome}";
            unitConfig.ConditionPathIsDirectory = cfg.dumps;
            serviceConfig = confined // {
              Type = "oneshot";
              ExecStart = "${cfg.package}/bin/pinakes update --if-newer ${cfg.dumps} --collection ${name}";
              TimeoutStartSec = "infinity";
              Nice = 15;
              CPUSchedulingPolicy = "batch";
              IOSchedulingClass = "idle";
              ReadWritePaths = [ cfg.dataDir ];
              SystemCallFilter = [
                "@system-service"
                "~@privileged"
              ];
            };
          };
        }) cfg.update
      );

    systemd.timers = lib.listToAttrs (
      map (name: {
        name = "pinakes-update-${name}";
        value.timerConfig = {
          Persistent = true;
          RandomizedDelaySec = "1h";
        };
      }) cfg.update
    );
  };
}
