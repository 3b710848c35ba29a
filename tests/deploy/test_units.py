"""The units in deploy/ are sound, keep to themselves, and call the program as it is."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import typer.main

from pinakes.service.cli.app import app

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
CALLING = [DEPLOY / "README.md", *(path for path in SERVICES if "model" not in path.name)]
# What systemd-analyze calls exposure, times ten: 15 is "OK" at its best, and 96 what nothing gives.
MOST_EXPOSED = 15

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs systemd-analyze"
)


def copied(directory: Path) -> list[Path]:
    """The units with programs that are here, and an instance where one is needed."""
    copies = []
    for path in UNITS:
        text = path.read_text(encoding="utf-8")
        copy = directory / path.name.replace("@", "@enwiki")
        copy.write_text(re.sub(r"/usr/local/bin/[\w-]+", sys.executable, text), encoding="utf-8")
        copies.append(copy)
    return copies


def verified(units: list[Path]) -> str:
    """What systemd has to complain of."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)],
        capture_output=True, text=True, check=False,
        env={"SYSTEMD_UNIT_PATH": f"{units[0].parent}:"},
    )  # fmt: skip
    return "\n".join(line for line in done.stderr.splitlines() if "pinakes" in line)


@needs_systemd
def test_the_units_are_sound(tmp_path: Path) -> None:
    units = copied(tmp_path)
    assert verified(units) == ""
    service = next(path for path in units if path.name == "pinakes-update@enwiki.service")
    service.write_text(service.read_text().replace("IOSchedulingClass=idle", "IOSchedulingClass=x"))
    assert "IO scheduling class" in verified(units)


@needs_systemd
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_the_services_are_hardly_exposed(path: Path, tmp_path: Path) -> None:
    words = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    assert subprocess.run([*words, path], capture_output=True, check=False).returncode == 0
    open_to_all = tmp_path / path.name
    text = path.read_text(encoding="utf-8")
    open_to_all.write_text(text.replace("SystemCallFilter=", "#").replace("PrivateNetwork=", "#"))
    assert subprocess.run([*words, open_to_all], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("path", CALLING, ids=lambda path: path.name)
def test_what_is_called_is_there(path: Path) -> None:
    calls = re.findall(
        r"pinakes(?:\})? ((?:build|update|serve) .*)", path.read_text(encoding="utf-8")
    )
    assert calls
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for call in calls:
        command, *words = call.rstrip('";').split()
        known = {option for parameter in commands[command].params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known


def make_bundle(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    names = ("--name", "io.github.somebody/pinakes", "--address", "https://example.org/p.mcpb")
    return subprocess.run(
        [sys.executable, DEPLOY / "mcp_bundle.py", out, *(words or names)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_bundle_and_its_entry_are_what_their_schemas_ask_for(tmp_path: Path) -> None:
    """What the published schemas require and forbid; both were validated against these by hand."""
    assert make_bundle(tmp_path).returncode == 0
    with zipfile.ZipFile(tmp_path / "pinakes.mcpb") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["server"]["entry_point"] in archive.namelist()
    assert manifest["manifest_version"] == "0.4"
    assert set(manifest) >= {"name", "version", "description", "author", "server"}
    assert set(manifest["server"]) == {"type", "entry_point", "mcp_config"}
    for field in manifest["user_config"].values():
        assert set(field) >= {"type", "title", "description"}
    assert [tool["name"] for tool in manifest["tools"]] == ["search", "fetch", "ask"]
    entry = json.loads((tmp_path / "server.json").read_text(encoding="utf-8"))
    assert set(entry) == {"$schema", "name", "title", "description", "version", "packages"}
    assert len(entry["description"]) <= 100
    [package] = entry["packages"]
    digest = hashlib.sha256((tmp_path / "pinakes.mcpb").read_bytes()).hexdigest()
    assert (package["fileSha256"], package["transport"]) == (digest, {"type": "stdio"})
    assert make_bundle(tmp_path / "again").returncode == 0
    assert (tmp_path / "again" / "pinakes.mcpb").read_bytes() == (
        tmp_path / "pinakes.mcpb"
    ).read_bytes()


def test_a_name_that_no_registry_takes_is_refused(tmp_path: Path) -> None:
    refused = make_bundle(tmp_path, "--name", "pinakes", "--address", "https://example.org/p.mcpb")
    assert refused.returncode == 1
    assert refused.stderr.startswith("mcp_bundle: 'pinakes' is no name for a registry")


def test_the_bundle_starts_the_program_that_is_installed(tmp_path: Path) -> None:
    program = tmp_path / "pinakes"
    program.write_text('#!/bin/sh\necho "$1 $PINAKES_DATA ${PINAKES_COLLECTION-none}"\n')
    program.chmod(0o755)
    filled_in = {
        "PINAKES_PROGRAM": str(program),
        "PINAKES_DATA": "/srv/wikis",
        "PINAKES_COLLECTION": "${user_config.collection}",
    }
    done = subprocess.run(
        [sys.executable, DEPLOY / "mcp_starter.py"],
        capture_output=True, text=True, check=True, env=filled_in,
    )  # fmt: skip
    assert done.stdout == "mcp /srv/wikis none\n"
