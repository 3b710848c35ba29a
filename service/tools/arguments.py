"""What tools take: each argument's name, kind and bounds, and what is answered to any other.

Pure functions. Knows nothing of what the tools do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from pinakes.service.errors import BadInput

__all__ = ["Argument", "closest", "read_arguments"]

Kind = Literal["string", "integer", "boolean"]
_KINDS = {"string": "a text", "integer": "a whole number", "boolean": "true or false"}
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, as clients are told of it.

    ``bounds``: of a number, the least and the greatest; ``default``: what is told to hold where
    none is given. ``other_names``: what else a model may well call it. ``takes_several``: of a
    text, a list of texts is taken too.
    """

    name: str
    kind: Kind
    description: str = ""
    required: bool = False
    bounds: tuple[int, int] | None = None
    default: int | None = None
    choices: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    takes_several: bool = False

    def schema(self) -> dict[str, Any]:
        """As JSON Schema, without what says nothing."""
        described: dict[str, Any] = {"type": self.kind}
        if self.description:
            described["description"] = self.description
        if self.default is not None:
            described["default"] = self.default
        if self.choices:
            described["enum"] = list(self.choices)
        return described

    def read(self, value: Any, tool: str) -> Any:
        """The value, if it fits. Raises BadInput, which says what would.

        Numbers and truth values may come as texts, as models now and then write them.
        """
        if self.takes_several and _is_texts(value):
            return value
        read = _as_kind(self.kind, value)
        if read is None:
            raise BadInput(self.wanted(tool))
        if self.required and not str(read).strip():
            raise BadInput(self.wanted(tool))
        if self.bounds and not self.bounds[0] <= int(read) <= self.bounds[1]:
            least, most = self.bounds
            raise BadInput(f"{self.name} {int(read):,}: {least:,} is the least, {most:,} the most")
        return read

    def wanted(self, tool: str) -> str:
        """What the tool takes by this name."""
        told = f": {self.description}" if self.description else ""
        several = ", or a list of texts" if self.takes_several else ""
        return f"{tool} takes {self.name}, {_KINDS[self.kind]}{several}{told}"


def read_arguments(
    given: Mapping[str, Any], arguments: Sequence[Argument], tool: str
) -> dict[str, Any]:
    """The given arguments by name, each as it was wanted; null is none.

    Raises BadInput for one that there is not, saying which may be meant, for one that is missing,
    and for values that do not fit.
    """
    known = {argument.name: argument for argument in arguments}
    read = {}
    for name, value in given.items():
        if name not in known:
            raise BadInput(_unknown(name, arguments, tool))
        if value is not None:
            read[name] = known[name].read(value, tool)
    for argument in arguments:
        if argument.required and argument.name not in read:
            raise BadInput(argument.wanted(tool))
    return read


def _unknown(name: str, arguments: Sequence[Argument], tool: str) -> str:
    shown = f"{tool} has no argument {name[:_LONGEST_NAME]!r}"
    names = [argument.name for argument in arguments]
    also = {other: argument.name for argument in arguments for other in argument.other_names}
    near = closest(name, [*names, *also])
    if near is not None:
        return f"{shown}; did you mean {also.get(near, near)}?"
    return f"{shown}; it takes {', '.join(names)}"


def closest(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that ``name`` may be meant for, if any comes near."""
    found = get_close_matches(name.casefold(), {one.casefold(): one for one in names}, n=1)
    return next((one for one in names if found and one.casefold() == found[0]), None)


def _as_kind(kind: Kind, value: Any) -> str | int | bool | None:
    """The value as one of its kind, or None."""
    match kind:
        case "string":
            return value if isinstance(value, str) else None
        case "boolean":
            said = {"true": True, "false": False}
            return value if isinstance(value, bool) else said.get(str(value).casefold())
        case "integer":
            if isinstance(value, bool):
                return None
            if isinstance(value, float) and value.is_integer():
                return int(value)
            if isinstance(value, str) and value.strip().isdecimal() and len(value) <= 9:
                return int(value)
            return value if isinstance(value, int) else None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
