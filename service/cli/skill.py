"""``pinakes skill``: what agents are told of the service, shown or installed."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pinakes.service.cli.options import JsonOption, print_json
from pinakes.service.settings import load_settings

__all__ = ["install", "paragraph", "show"]


def install(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Directory of skills, ~/.agents/skills by default; Claude Code's is "
            "~/.claude/skills.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Replace what somebody else has written there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Install the skill, a folder with a SKILL.md, where agents look for it."""
    from pinakes.service.clients.skill import SKILLS, install_skill
    from pinakes.service.errors import BadInput

    def confirm(path: Path) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise BadInput(f"{path} is not as this program writes it; to replace it say --yes")
        typer.confirm(f"Replace {path}, which somebody has changed?", abort=True, err=True)

    path, what = install_skill(directory or Path(SKILLS).expanduser(), _address(), confirm)
    if as_json:
        print_json({"path": str(path), "state": what})
    else:
        print(f"{path}: {what}")


def show(as_json: JsonOption = False) -> None:
    """Print the SKILL.md that would be installed."""
    from pinakes.service.clients.skill import skill_text

    _print(skill_text(_address()), as_json)


def paragraph(as_json: JsonOption = False) -> None:
    """Print a paragraph for AGENTS.md, for agents that read no skills."""
    from pinakes.service.clients.skill import paragraph as paragraph_text

    _print(paragraph_text(_address()), as_json)


def _print(text: str, as_json: bool) -> None:
    if as_json:
        print_json({"text": text})
    else:
        sys.stdout.write(text)


def _address() -> str:
    from pinakes.service.clients.address import curl_address

    return curl_address(load_settings())
