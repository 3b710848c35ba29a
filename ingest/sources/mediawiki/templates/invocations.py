"""``{{#invoke:Module|function|…}}`` of modules that many wikis share: which of our own words it is.

Modules are programs, and none is run. Some do what a template does that the registry renders;
``Module:String`` and its like are short enough to be done here. Knows nothing of pages.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments

__all__ = ["call_string_function", "merged", "template_of_module"]

_LONGEST = 10_000  # characters that a text may be repeated to

# The template whose words a function of a module gives; "" stands for any function.
_TEMPLATES: dict[str, dict[str, str]] = {
    "convert": {"": "convert"},
    "lang": {"": "lang", "transl": "transliteration", "xlit": "transliteration"},
    "infobox": {"": "infobox"},
    "infobox3cols": {"": "infobox"},
    "chart": {"": "bar chart"},
    "coordinates": {"coord": "coord"},
    "list": {
        "bulleted": "bulleted list", "unbulleted": "unbulleted list", "ordered": "ordered list",
        "horizontal": "hlist", "horizontal_ordered": "hlist",
    },
    "unbulleted list": {"": "unbulleted list"},
    "comma separated entries": {"": "comma separated entries"},
    "separated entries": {
        "comma": "comma separated entries", "br": "br separated entries",
        "main": "br separated entries",
    },
    "br separated entries": {"": "br separated entries"},
    "sports table": {"": "sports table"},
    "football box": {"": "football box"},
    "roundn": {"": "roundn"},
    "medals table": {"": "medals table"},
    "weather box": {"": "weather box"},
    "val": {"": "val"},
    "gapnum": {"": "gaps"},
    "ordinal": {"": "ordinal"},
    "navbox": {"": "navbox"},
    "sidebar": {"": "sidebar"},
    "navbar": {"": "navbar"},
    "message box": {"": "ambox"},
    "hatnote": {"": "hatnote"},
    "citation/cs1": {"": "citation"},
    "category handler": {"": "void"},
    "check for unknown parameters": {"": "void"},
    "documentation": {"": "documentation"},
    "protection banner": {"": "pp"},
    "italic title": {"": "italic title"},
    "authority control": {"": "authority control"},
    "navseasoncats": {"": "void"},
}  # fmt: skip


def template_of_module(module: str, function: str) -> str | None:
    """The name of the template that a function of a module (both lower case) stands behind.

    For ``lang_xx`` the one of ``{{lang-xx}}`` must be told by its code: it has no name of its own.
    """
    functions = _TEMPLATES.get(module)
    if functions is None:
        return None
    return functions.get(function, functions.get(""))


def call_string_function(module: str, function: str, arguments: Arguments) -> str | None:
    """What a function of Module:String, Module:Ustring or Module:If empty gives, where it is plain.

    None for other functions, and for patterns of Lua.
    """
    if module == "if empty":
        return next(iter(arguments.given()), "")
    if module not in ("string", "ustring", "string2"):
        return None
    called = _STRING.get(function)
    return called(arguments) if called else None


def _named(arguments: Arguments, name: str, place: int) -> str:
    """An argument by its name, as it was written, else by its place."""
    if name in arguments.named:
        return arguments.named[name]
    return arguments.positional[place - 1] if place <= len(arguments.positional) else ""


def _number(arguments: Arguments, name: str, place: int, default: int) -> int:
    text = _named(arguments, name, place).strip()
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,6}", text) else default


def _is_yes(text: str, default: bool) -> bool:
    text = text.strip().lower()
    return default if not text else text not in ("false", "no", "n", "0")


def _sub(arguments: Arguments) -> str:
    text = _named(arguments, "s", 1)
    first, last = _number(arguments, "i", 2, 1), _number(arguments, "j", 3, -1)
    begin = max(len(text) + first, 0) if first < 0 else max(first - 1, 0)
    end = len(text) + last + 1 if last < 0 else last
    return text[begin : max(end, begin)]


def _position(arguments: Arguments) -> str:
    text, place = _named(arguments, "target", 1), _number(arguments, "pos", 2, 1)
    place = place if place < 0 else place - 1
    return text[place] if -len(text) <= place < len(text) else ""


def _is_pattern(arguments: Arguments, place: int, searched: str) -> bool:
    """Whether what is searched for is a pattern of Lua that means more than its letters."""
    is_plain = _is_yes(_named(arguments, "plain", place), True)
    return not is_plain and bool(re.search(r"[\^$()%.\[\]*+?-]", searched))


def _find(arguments: Arguments) -> str | None:
    text, searched = _named(arguments, "source", 1), _named(arguments, "target", 2)
    if _is_pattern(arguments, 4, searched):
        return None
    start = _number(arguments, "start", 3, 1)
    found = text.find(searched, max(start - 1, 0)) if searched else -1
    return str(found + 1)


def _match(arguments: Arguments) -> str | None:
    text, searched = _named(arguments, "s", 1), _named(arguments, "pattern", 2)
    is_plain = _is_yes(_named(arguments, "plain", 5), False)
    if not is_plain and re.search(r"[\^$()%.\[\]*+?-]", searched):
        return None
    return searched if searched in text else _named(arguments, "nomatch", 6)


def _replace(arguments: Arguments) -> str | None:
    text, searched = _named(arguments, "source", 1), _named(arguments, "pattern", 2)
    if _is_pattern(arguments, 5, searched):
        return None
    new, count = _named(arguments, "replace", 3), _number(arguments, "count", 4, -1)
    return text.replace(searched, new, count) if searched else text


def _repeat(arguments: Arguments) -> str:
    text, count = _named(arguments, "s", 1), _number(arguments, "count", 2, 0)
    return text * min(max(count, 0), _LONGEST // max(len(text), 1))


_STRING: dict[str, Callable[[Arguments], str | None]] = {
    "len": lambda a: str(len(_named(a, "s", 1))),
    "sub": _sub,
    "sublength": lambda a: _named(a, "s", 1)[
        _number(a, "i", 2, 0) : _number(a, "i", 2, 0) + _number(a, "len", 3, _LONGEST)
    ],
    "pos": _position,
    "find": _find,
    "str_find": _find,
    "match": _match,
    "_match": _match,
    "replace": _replace,
    "rep": _repeat,
    "endswith": lambda a: "yes" if _named(a, "source", 1).endswith(_named(a, "pattern", 2)) else "",
    "startswith": lambda a: (
        "yes" if _named(a, "source", 1).startswith(_named(a, "pattern", 2)) else ""
    ),
    "trim": lambda a: _named(a, "s", 1).strip(),
    "lower": lambda a: _named(a, "s", 1).lower(),
    "upper": lambda a: _named(a, "s", 1).upper(),
    "ucfirst": lambda a: _named(a, "s", 1)[:1].upper() + _named(a, "s", 1)[1:],
    "title": lambda a: _named(a, "s", 1).title(),
    "sentence": lambda a: _named(a, "s", 1).capitalize(),
    "join": lambda a: a.positional[0].join(a.positional[1:]) if a.positional else "",
}


def merged(own: Arguments, around: Mapping[str, str], language: str) -> Arguments:
    """A function's own arguments over those of the template around it, as modules take them."""
    positional = list(own.positional)
    named = {key.lower(): value for key, value in around.items() if not key.isdecimal()}
    if not positional:
        numbered: Sequence[str] = sorted((k for k in around if k.isdecimal()), key=int)
        for number, key in enumerate(numbered, start=1):
            if key != str(number):
                break
            positional.append(around[key])
    return Arguments(tuple(positional), named | dict(own.named), language)
