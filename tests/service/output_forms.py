"""What commands print with ``--json``, compared with the schema that is published of it."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from pinakes.service.views.commands.outputs import OUTPUTS, output_schemas

__all__ = ["check_output", "command_of"]


def check_output(words: Sequence[str], printed: str) -> None:
    """Fail where it is not of that form, or has a field that the schema does not tell of."""
    name = command_of(words)
    if name is None or "--json" not in words or not printed:
        return
    if name == "extract" and "--report" not in words:
        return
    for text in printed.splitlines() if name == "chat" else [printed]:
        problems = [error.message[:300] for error in _validator(name).iter_errors(json.loads(text))]
        assert not problems, f"{name}: {problems}"


def command_of(words: Sequence[str]) -> str | None:
    """The command, by its one or two words."""
    return next((name for n in (2, 1) if (name := " ".join(words[:n])) in OUTPUTS), None)


@cache
def _validator(name: str) -> Draft202012Validator:
    schemas = _closed(output_schemas())
    return Draft202012Validator(schemas["properties"][name] | {"$defs": schemas["$defs"]})


def _closed(schema: Any) -> Any:
    """The schema without room for fields that it does not tell of."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
