"""The units in deploy/ are what systemd takes, and call the program as it is."""

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

from pinakes.service.cli.main import app

DEPLOY = Path(__file__).parents[1] / "deploy"
_CALLING = (".md", ".service", ".timer")


def verified(directory: Path) -> str:
    """What systemd has to complain of in the units for one collection."""
    units = [str(directory / f"pinakes-update@enwiki.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True, text=True, check=False, env={"SYSTEMD_UNIT_PATH": f"{directory}:"},
    )  # fmt: skip
    return "\n".join(line for line in done.stderr.splitlines() if "pinakes" in line)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_the_units_are_sound(tmp_path: Path) -> None:
    for path in DEPLOY.glob("pinakes-*"):
        # The program is installed elsewhere on every machine.
        text = path.read_text(encoding="utf-8").replace("/usr/local/bin/pinakes", sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    assert verified(tmp_path) == ""
    service = tmp_path / "pinakes-update@.service"
    service.write_text(service.read_text().replace("IOSchedulingClass=idle", "IOSchedulingClass=x"))
    assert "IO scheduling class" in verified(tmp_path)


@pytest.mark.parametrize(
    "path",
    [path for path in DEPLOY.iterdir() if path.suffix in _CALLING],
    ids=lambda path: path.name,
)
def test_what_is_called_is_there(path: Path) -> None:
    calls = re.findall(r"pinakes(?:\})? (update .*)", path.read_text(encoding="utf-8"))
    assert calls or path.suffix == ".timer"
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
