"""The units in deploy/ are what systemd takes, and call the program as it is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from pinakes.service.cli.main import app

DEPLOY = Path(__file__).parents[1] / "deploy"


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


@pytest.mark.parametrize("path", [*DEPLOY.iterdir()], ids=lambda path: path.name)
def test_what_is_called_is_there(path: Path) -> None:
    calls = re.findall(r"pinakes(?:\})? (update .*)", path.read_text(encoding="utf-8"))
    assert calls or path.suffix == ".timer"
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for call in calls:
        command, *words = call.rstrip('";').split()
        known = {option for parameter in commands[command].params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known
