"""What templates draw that no reader reads: navigation, notices, hidden text; by style and class.

Works on wikitext whose templates are expanded, before its tables are read. In one pass.
"""

import re

__all__ = ["box_lines", "is_box", "without_furniture"]

_MARK = re.compile(
    r"<(?P<end>/?)(?P<tag>div|span|table|tr|td|th|p|ul|ol|li|small|sup|sub|center|abbr|dl|dd|dt)\b"
    r"(?P<attributes>[^<>]*)>"
    r"|(?:^|\n)[ \t:]*(?P<opens>\{\|)(?P<head>[^\n]*)"
    r"|\n[ \t]*(?P<closes>\|\})",
    re.IGNORECASE,
)
_UNREAD = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden"
    r"|class\s*=\s*[\"']?[^\"'>]*\b(?:navbox|navbar|vertical-navbox|noprint|metadata|[acfiot]?mbox|"
    r"mbox-small|dablink|hatnote|sistersitebox|side-box|portalbox|mw-empty-elt|nomobile|error)\b",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"\s*(?:\{\||<table\b)[^\n>]*\bclass\s*=\s*[\"']?[^\"'\n>]*\binfobox\b", re.IGNORECASE
)
_MAX_DEPTH = 100
_WORD = re.compile(r"\w")
# A row of two cells: of a box the first one says what the other is.
_PAIR = re.compile(r"([^;:]{1,80}); ([^;]+)")


def is_box(text: str) -> bool:
    """Whether this is the table of an infobox."""
    return _BOX.match(text) is not None


def box_lines(rendered: str) -> list[str]:
    """The facts of a box, of its table as text: "Height: 120 m"; rows that say nothing are gone."""
    lines = (line.strip(" ,;") for line in rendered.split("\n"))
    rows = ((line, _PAIR.fullmatch(line)) for line in lines if _WORD.search(line))
    return [f"{pair[1]}: {pair[2]}" if pair else line for line, pair in rows]


def without_furniture(text: str) -> str:
    """``text`` without elements that are hidden, navigate, or are there for editors.

    What is never closed stays.
    """
    if not _UNREAD.search(text):
        return text
    kept: list[str] = []
    place = 0
    begin = -1  # of the outermost such element that is open
    outer = 0  # how many elements were open before it
    stack: list[str] = []
    for mark in _MARK.finditer(text):
        name = "{|" if mark["opens"] or mark["closes"] else mark["tag"].lower()
        if mark["closes"] or mark["end"]:
            if name not in stack[-_MAX_DEPTH:]:
                continue
            while stack.pop() != name:
                pass
            if begin >= 0 and len(stack) <= outer:
                kept.append(text[place:begin])
                place, begin = mark.end(), -1
        elif not (mark["attributes"] or "").endswith("/"):
            attributes = mark["head"] if mark["opens"] else mark["attributes"]
            if begin < 0 and _UNREAD.search(attributes):
                begin, outer = mark.start(), len(stack)
            stack.append(name)
    kept.append(text[place:])
    return "".join(kept)
