"""Variables and functions of MediaWiki that bodies of templates ask: names of pages, cutting texts.

What changes with the day or lies on other servers is not told: it counts as dropped. Knows no
templates. What they mean follows Help:Magic words and the page of ParserFunctions.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from pinakes.ingest.sources.mediawiki.markup.tables import DROPPED

__all__ = ["PAGE_WORDS", "call_text_function", "constant_word", "page_word"]

_MOST = 1_000  # characters that a function may repeat or pad

_Parts = Sequence[str]


def _base(title: str) -> str:
    return title.rpartition("/")[0] or title


PAGE_WORDS: dict[str, Callable[[str], str]] = {
    "pagename": str, "fullpagename": str, "articlepagename": str, "subjectpagename": str,
    "basepagename": _base, "rootpagename": lambda title: title.partition("/")[0],
    "subpagename": lambda title: title.rpartition("/")[2],
    "pagenamee": lambda title: quote(title.replace(" ", "_")),
    "fullpagenamee": lambda title: quote(title.replace(" ", "_")),
}  # fmt: skip
# In an article: its namespace has no name, and the number 0.
_CONSTANTS = {
    "namespace": "", "namespacee": "", "subjectspace": "", "articlespace": "",
    "namespacenumber": "0", "pipe": "|", "directionmark": "", "server": "", "servername": "",
    "scriptpath": "",
}  # fmt: skip
# What is another when the page is read again, and what only a wiki's own server knows.
_UNTOLD = re.compile(
    r"(current|local)(year|month\w*|day\w*|dow|week|hour|time|timestamp|version)"
    r"|revision\w+|numberof\w+|pagesin\w+|pagesize|pageid|protection\w+|cascadingsources"
    r"|displaytitle|defaultsort\w*|defaultcategorysort|#?(fullurl|localurl|canonicalurl|filepath)e?"
    r"|#property|#statements|#coordinates|#related|#time|#timel|#babel|#assessment|#seo"
)


def page_word(name: str, title: str) -> str | None:
    """What a variable (lower case) says of the page of this title; None for another name."""
    word = PAGE_WORDS.get(name)
    return word(title) if word else None


def constant_word(name: str, language: str) -> str | None:
    """The value of another variable (lower case), DROPPED where it is not told; None for none."""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name in ("contentlanguage", "contentlang", "pagelanguage"):
        return language
    return DROPPED if _UNTOLD.fullmatch(name) else None


def call_text_function(name: str, parts: _Parts) -> str | None:
    """The result of a function (lower case, its ``#`` with it) on its arguments; None for none."""
    if function := _FUNCTIONS.get(name):
        return function(parts)
    return DROPPED if _UNTOLD.fullmatch(name) else None


def _at(parts: _Parts, index: int) -> str:
    return parts[index].strip() if index < len(parts) else ""


def _whole(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,6}", text) else default


def _piece(parts: _Parts) -> str:
    """``{{#sub:text|start|length}}``: negative numbers count from the end; no length is all."""
    text = _at(parts, 0)
    start, length = _whole(_at(parts, 1), 0), _whole(_at(parts, 2), 0)
    begin = max(len(text) + start, 0) if start < 0 else start
    if length > 0:
        return text[begin : begin + length]
    return text[begin : length or None]


def _position(parts: _Parts) -> str:
    found = _at(parts, 0).find(parts[1] if len(parts) > 1 and parts[1] else " ")
    return str(found) if found >= 0 else ""


def _replaced(parts: _Parts) -> str:
    searched = parts[1] if len(parts) > 1 and parts[1] else " "
    new = parts[2] if len(parts) > 2 else ""
    return _at(parts, 0).replace(searched, new)


def _exploded(parts: _Parts) -> str:
    delimiter = parts[1] if len(parts) > 1 and parts[1] else " "
    pieces = _at(parts, 0).split(delimiter)
    place = _whole(_at(parts, 2), 0)
    return pieces[place] if -len(pieces) <= place < len(pieces) else ""


def _title_parts(parts: _Parts) -> str:
    """``{{#titleparts:a/b/c|count|first}}``: the parts between slashes, counted from 1."""
    pieces = _at(parts, 0).split("/")
    count, first = _whole(_at(parts, 1), 0), _whole(_at(parts, 2), 1)
    pieces = pieces[first - 1 if first > 0 else first :]
    return "/".join(pieces[: count or None])


_FUNCTIONS: dict[str, Callable[[_Parts], str]] = {
    "#len": lambda parts: str(len(_at(parts, 0))),
    "#sub": _piece,
    "#pos": _position,
    "#replace": _replaced,
    "#explode": _exploded,
    "#titleparts": _title_parts,
    "#language": lambda parts: _at(parts, 0),
    "urlencode": lambda parts: quote(_at(parts, 0)),
    "anchorencode": lambda parts: _at(parts, 0).replace(" ", "_"),
    "#rel2abs": lambda parts: _at(parts, 0),
    "int": lambda parts: DROPPED,
}
