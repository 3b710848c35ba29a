# A stand-in for what module.nix takes of nixpkgs, so that it can be evaluated without: the real
# library checks types and merges modules, this one does neither.
{ settings }:
let
  lib = {
    mkEnableOption = description: { inherit description; default = false; };
    mkOption = option: option;
    mkIf = condition: content: if condition then content else { };
    optionalAttrs = condition: content: if condition then content else { };
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    listToAttrs = builtins.listToAttrs;
    types = {
      package = "package"; str = "str"; path = "path"; port = "port";
      listOf = of: "list of ${of}";
      nullOr = of: "null or ${of}";
    };
  };
  pkgs = {
    formats.toml = _: { type = "toml"; generate = _: builtins.toJSON; };
    linkFarm = _: builtins.toJSON;  # what is in a file in place of the file
  };
  options = (import ../../deploy/nix/module.nix { inherit lib pkgs; config = { }; }).options.services.pinakes;
  defaults = builtins.mapAttrs (_: option: option.default or null) options;
  unknown = builtins.filter (name: !(options ? ${name})) (builtins.attrNames settings);
  config.services.pinakes =
    if unknown == [ ] then defaults // settings else throw "no option ${toString unknown}";
in
(import ../../deploy/nix/module.nix { inherit config lib pkgs; }).config
