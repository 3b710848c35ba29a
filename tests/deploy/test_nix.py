"""The NixOS module says what the units of systemd say; evaluated with a stand-in for its lib."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pinakes.service.settings import Settings
from tests.deploy.test_units import DEPLOY, UNITS

HERE = Path(__file__).parent
# Of one form alone: how it is started, and what is written where.
OF_A_FORM = {"ExecStart", "StateDirectory", "StateDirectoryMode", "ReadWritePaths"}

pytestmark = pytest.mark.skipif(not shutil.which("nix-instantiate"), reason="needs nix-bin")


def instantiate(tmp_path: Path, *words: str) -> str:
    done = ran(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ran(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    state = {f"NIX_{name}_DIR": str(tmp_path / name) for name in ("STORE", "STATE", "LOG", "CONF")}
    return subprocess.run(
        ["nix-instantiate", *words], capture_output=True, text=True, check=False, cwd=HERE,
        env=state | {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip


def asked(settings: str) -> tuple[str, ...]:
    words = "--eval", "--strict", "--json", "--readonly-mode", "-E"
    return (*words, f"import ./stand_in.nix {{ settings = {{ enable = true; {settings} }}; }}")


def evaluated(tmp_path: Path, settings: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(instantiate(tmp_path, *asked(settings)))
    return found


def written(found: dict[str, Any], service: str) -> Settings:
    """The pinakes.toml of a service, read as the program reads it: unknown keys are errors."""
    [file] = json.loads(found["systemd"]["services"][service]["environment"]["XDG_CONFIG_HOME"])
    assert file["name"] == "pinakes/pinakes.toml"
    return Settings.model_validate(json.loads(file["path"]))


def of_unit(name: str) -> dict[str, str]:
    """The lines of a unit's service, repeated ones joined."""
    path = next(path for path in UNITS if path.name == name)
    service = path.read_text(encoding="utf-8").partition("[Service]")[2].partition("[Install]")[0]
    lines: dict[str, str] = {}
    for row in service.splitlines():
        key, equals, value = row.partition("=")
        if equals and not row.startswith("#"):
            lines[key] = f"{lines[key]} {value}" if key in lines else value
    return {key: value for key, value in lines.items() if key not in OF_A_FORM}


def as_unit(config: dict[str, Any]) -> dict[str, str]:
    def told(value: Any) -> str:
        if isinstance(value, list):
            return " ".join(value)
        return "yes" if value is True else str(value)

    return {key: told(value) for key, value in config.items() if key not in OF_A_FORM}


@pytest.mark.parametrize("name", ["module.nix", "flake.nix"])
def test_it_is_nix(tmp_path: Path, name: str) -> None:
    assert instantiate(tmp_path, "--parse", str(DEPLOY / "nix" / name))


def test_it_says_what_the_units_say(tmp_path: Path) -> None:
    found = evaluated(tmp_path, 'package = "/p"; update = [ "enwiki" ];')["systemd"]
    services = found["services"]
    assert as_unit(services["pinakes"]["serviceConfig"]) == of_unit("pinakes.service")
    update = services["pinakes-update-enwiki"]["serviceConfig"]
    assert as_unit(update) == of_unit("pinakes-update@.service")
    words = "update --if-newer /srv/dumps --collection enwiki"
    assert update["ExecStart"] == f"/p/bin/pinakes {words}"
    assert found["sockets"]["pinakes"]["socketConfig"]["ListenStream"] == "127.0.0.1:8707"


def test_a_socket_and_a_model_on_the_network(tmp_path: Path) -> None:
    settings = 'package = "/p"; socket = "/run/pinakes/s"; llamaServerUrl = "http://host:1";'
    found = evaluated(tmp_path, settings)
    assert (
        found["systemd"]["sockets"]["pinakes"]["socketConfig"]["ListenStream"] == "/run/pinakes/s"
    )
    [assertion] = found["assertions"]
    assert not assertion["assertion"]
    assert "name a socket" in assertion["message"]


def test_what_is_written_for_the_program_is_what_it_reads(tmp_path: Path) -> None:
    settings = (
        'package = "/p"; dataDir = "/wikis"; collections = [ "enwiki" ]; update = [ "enwiki" ]; '
        'llamaServerUrl = "unix:/m.sock"; settings = { answer.strict = true; };'
    )
    found = evaluated(tmp_path, settings)
    for service in ("pinakes", "pinakes-update-enwiki"):
        read = written(found, service)
        assert (read.data, read.serve.collections) == (Path("/wikis"), ("enwiki",))
        assert (read.generator.url, read.answer.strict) == ("unix:/m.sock", True)


def test_an_option_that_there_is_not_is_refused(tmp_path: Path) -> None:
    refused = ran(tmp_path, *asked('package = "/p"; colections = [ "enwiki" ];'))
    assert refused.returncode != 0
    assert "no option colections" in refused.stderr


def test_the_example_of_the_page_is_taken(tmp_path: Path) -> None:
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    example = re.search(r"services\.pinakes = \{\n(.+?)\n  \};", page, re.DOTALL)
    assert example is not None
    settings = example[1].replace("enable = true;", "") + "\n"
    found = evaluated(tmp_path, re.sub(r"package = .+?;", 'package = "/p";', settings))
    assert "pinakes" in found["systemd"]["services"]
    assert all(one["assertion"] for one in found["assertions"])
    written(found, "pinakes")
