"""The README names every command, option and setting, and draws the tree as it is."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

from pinakes.service.cli.main import app
from pinakes.service.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands(group: object, path: str = "pinakes") -> Iterator[tuple[str, list[str]]]:
    for name, command in getattr(group, "commands", {}).items():
        if getattr(command, "commands", None):
            yield from _commands(command, f"{path} {name}")
        else:
            options = [option for p in command.params for option in p.opts if option[:2] == "--"]
            yield f"{path} {name}", options


COMMANDS = list(_commands(typer.main.get_command(app)))


def test_there_are_commands_to_look_for() -> None:
    assert "pinakes eval retrieval" in [name for name, _ in COMMANDS]


@pytest.mark.parametrize(("command", "options"), COMMANDS)
def test_every_command_and_option_is_in_the_readme(command: str, options: list[str]) -> None:
    assert f"`{command}" in README
    for option in options:
        assert re.search(rf"{option}\b", README), f"{command} {option}"


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, entry in model.model_fields.items():
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, BaseModel):
            yield from _keys(entry.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


@pytest.mark.parametrize("key", list(_keys(Settings)))
def test_every_setting_is_in_the_readme(key: str) -> None:
    assert f"`{key}`" in README
    assert f"`PINAKES_{key.upper().replace('.', '__')}`" in README


def test_generated_parts_of_the_docs_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


DOCS = sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_what_pages_link_to_is_there(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?://)([^)#\s]+)", text):
        assert (page.parent / target).exists(), target


def test_every_test_that_a_promise_names_is_there() -> None:
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w.-]+/)*test_\w+\.py)(?:::\w+)?`", text))
    assert len(named) > 30
    there = [path.as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    for name in named:
        assert any(path.endswith(f"/{name}") for path in there), name
