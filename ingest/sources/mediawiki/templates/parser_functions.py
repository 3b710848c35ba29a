"""Parser functions on literals: ``{{#if:…}}``, ``{{#switch:…}}``, ``{{#expr:…}}`` and their kin.

What they mean follows the help page of MediaWiki's ParserFunctions. Their arguments come as
written, in order: an equals sign in them is no name of an argument. Both branches are rendered
already; a function only chooses.
"""

from collections.abc import Callable, Sequence
from datetime import date

from pinakes.ingest.sources.mediawiki.markup.scanner import EQUALS
from pinakes.ingest.sources.mediawiki.markup.tables import DROPPED
from pinakes.ingest.sources.mediawiki.templates.expressions import evaluate, number_text

__all__ = ["call_parser_function", "is_parser_function"]

_Parts = Sequence[str]


def is_parser_function(name: str) -> bool:
    """Whether there is a function of this name, with its ``#``."""
    return name in _FUNCTIONS


def call_parser_function(name: str, parts: _Parts) -> str:
    """The result of a function on these arguments; what it cannot tell counts as dropped."""
    return _FUNCTIONS[name](parts)


def _at(parts: _Parts, index: int) -> str:
    return parts[index].strip().replace(EQUALS, "=") if index < len(parts) else ""


def _expr(parts: _Parts) -> str:
    text = _at(parts, 0)
    if not text:
        return ""
    value = evaluate(text.replace(",", ""))
    return DROPPED if value is None else number_text(value)


def _if(parts: _Parts) -> str:
    return _at(parts, 1 if _at(parts, 0) else 2)


def _if_equal(parts: _Parts) -> str:
    one, two = _at(parts, 0), _at(parts, 1)
    if one != two:
        try:
            return _at(parts, 2 if float(one) == float(two) else 3)
        except ValueError:
            return _at(parts, 3)
    return _at(parts, 2)


def _if_expression(parts: _Parts) -> str:
    text = _at(parts, 0)
    value = evaluate(text) if text else 0.0
    return DROPPED if value is None else _at(parts, 1 if value else 2)


def _if_error(parts: _Parts) -> str:
    """An error is what could not be told: an impossible calculation, an unknown template."""
    if DROPPED in _at(parts, 0):
        return _at(parts, 1)
    return _at(parts, 2) if len(parts) > 2 else _at(parts, 0)


def _if_exists(parts: _Parts) -> str:
    return _at(parts, 1)  # which pages there are is not known here; links mostly lead somewhere


def _switch(parts: _Parts) -> str:
    """The first case that matches, through cases without a value; else the default."""
    wanted = _at(parts, 0)
    default, matched = "", False
    for number, part in enumerate(parts[1:], start=1):
        case, equals, value = part.partition("=")
        case = case.strip().replace(EQUALS, "=")
        if not equals:
            if number == len(parts) - 1:
                return case  # a last case without equals sign is the default
            matched = matched or _equal(case, wanted)
            continue
        if matched or _equal(case, wanted):
            return value.strip().replace(EQUALS, "=")
        if case == "#default":
            default = value.strip().replace(EQUALS, "=")
    return default


def _equal(left: str, right: str) -> bool:
    if left == right:
        return True
    try:
        return float(left) == float(right)
    except ValueError:
        return False


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _time(parts: _Parts) -> str:
    """``{{#time:j F Y|2001-12-31}}`` for dates in digits; of any other the text stays as it is."""
    written = _at(parts, 1)
    if not written:
        return DROPPED  # the time of day when the page is read
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    letters = {
        "Y": f"{day.year}", "y": f"{day.year % 100:02}", "F": _MONTHS[day.month - 1],
        "M": _MONTHS[day.month - 1][:3], "m": f"{day.month:02}", "n": f"{day.month}",
        "d": f"{day.day:02}", "j": f"{day.day}", "l": f"{day:%A}", "D": f"{day:%a}",
    }  # fmt: skip
    return "".join(letters.get(letter, letter) for letter in _at(parts, 0).replace('"', ""))


_FUNCTIONS: dict[str, Callable[[_Parts], str]] = {
    "#expr": _expr,
    "#if": _if,
    "#ifeq": _if_equal,
    "#ifexpr": _if_expression,
    "#iferror": _if_error,
    "#ifexist": _if_exists,
    "#switch": _switch,
    "#time": _time,
    "#timel": _time,
    "#dateformat": lambda parts: _at(parts, 0),
    "#formatdate": lambda parts: _at(parts, 0),
}
