"""Commands and settings as tables, read from the program itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pinakes.service.cli.app import app
from pinakes.service.settings import Settings
from pinakes.service.views.commands.outputs import output_schemas

__all__ = [
    "command_options",
    "command_pages",
    "commands",
    "output_schemas_text",
    "setting_keys",
    "settings_table",
]

# What is worked out where Pinakes runs, and so is another thing on every machine.
_WORKED_OUT = {"data": "`~/.local/share/pinakes`"}


def commands(group: Any = None, path: str = "pinakes") -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, in the order of the program's help."""
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if getattr(command, "commands", None):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def command_options(command: Any) -> set[str]:
    """All that begins with a dash and that the command takes."""
    return {
        spelling
        for parameter in command.params
        for spelling in (*parameter.opts, *parameter.secondary_opts)
        if spelling.startswith("-")
    } | {"--help", "--debug"}


def command_pages() -> str:
    """A heading for each command, what it does, how it is called, and its options."""
    return "\n\n".join(_command(name, command) for name, command in commands())


def output_schemas_text() -> str:
    """What every command prints with ``--json``, as JSON Schema."""
    return json.dumps(output_schemas(), indent=1, ensure_ascii=False) + "\n"


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    options = [p for p in command.params if p.opts[0].startswith("-") and p.name != "help"]
    words = " ".join([name, *(_argument(argument) for argument in arguments)])
    parts = [f"## `{name}`", " ".join((command.help or "").split()), f"```\n{words} [OPTIONS]\n```"]
    rows = [
        f"| `{_argument(argument)}` | | {_cell(argument.help or '')} |" for argument in arguments
    ] + [
        f"| {_spellings(option)} | {_default_of(option)} | {_cell(option.help or '')} |"
        for option in options
    ]
    if rows:
        parts.append("\n".join(["| | default | |", "|---|---|---|", *rows]))
    return "\n\n".join(parts)


def _argument(argument: Any) -> str:
    word = argument.metavar or argument.name.upper()
    return word if argument.required or word.startswith("[") else f"[{word}]"


def _spellings(option: Any) -> str:
    both = [", ".join(f"`{name}`" for name in option.opts)]
    if option.secondary_opts:
        both.append(", ".join(f"`{name}`" for name in option.secondary_opts))
    kind = "" if option.is_flag else f" `{option.name.upper()}`"
    return " / ".join(both) + kind


def _default_of(option: Any) -> str:
    if isinstance(option.show_default, str):
        return option.show_default
    if option.default is None or option.is_flag or callable(option.default):
        return ""
    value = option.default
    return f"`{', '.join(map(str, value)) if isinstance(value, (list, tuple)) else value}`"


def setting_keys(
    model: type[BaseModel] = Settings, prefix: str = ""
) -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its whole key."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from setting_keys(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def settings_table() -> str:
    """Key, variable of the environment, default and meaning of every setting."""
    rows = [
        f"| `{key}` | `PINAKES_{key.upper().replace('.', '__')}` | {_setting_default(key, field)} "
        f"| {_cell(field.description or _choices(field.annotation))} |"
        for key, field in setting_keys()
    ]
    return "\n".join(["| key | environment | default | |", "|---|---|---|---|", *rows])


def _setting_default(key: str, field: FieldInfo) -> str:
    if key in _WORKED_OUT:
        return _WORKED_OUT[key]
    if field.default is None:
        return ""
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{value}`"


def _choices(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    return ""


def _cell(text: str) -> str:
    text = " ".join(text.replace(str(Path.home()), "~").split())
    return re.sub(r"(?<!\\)\|", r"\\|", text)
