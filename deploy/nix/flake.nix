# Read by Nix 2.8, never yet run on a machine: see module.nix.
{
  description = "Pinakes: answers from dumps of wikis, offline";

  inputs.nixpkgs.url = "nixpkgs";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forAll = nixpkgs.lib.genAttrs systems;
    in
    {
      nixosModules.default = ./module.nix;

      # The program of a virtual environment (docs/install.md): its packages are not all in nixpkgs.
      # Wheels look for libraries in the usual places, which nix-ld gives them.
      packages = forAll (system: {
        default = nixpkgs.legacyPackages.${system}.writeShellScriptBin "pinakes" ''
          exec /opt/pinakes/bin/pinakes "$@"
        '';
      });
    };
}
