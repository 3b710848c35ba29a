"""What stands in wikitext and no reader reads: hidden text, parts for other pages, furniture.

Editors hide a key that sorts a column, or a number before another one that would make a third:
``without_hidden`` reads pages as they were typed, where a tag may never be closed, and looks no
further than the lines it stands on. Templates draw navigation and notices, too:
``without_furniture`` knows these by their classes, and takes out whole tables; it reads what was
expanded, which is balanced mostly.
"""

import re

__all__ = ["is_hidden", "without_furniture", "without_hidden"]

# By a style, or by the class that wikis hide keys with.
_HOW = r"(?:display\s*:\s*none|visibility\s*:\s*hidden|class\s*=\s*[\"']?(?:[\w ]*\s)?sortkey)\b"
_HIDDEN_TAG = re.compile(
    rf"<(?P<tag>[a-z][a-z0-9]*)\b[^<>]*\b{_HOW}[^<>]*(?P<closed>/?)>", re.IGNORECASE
)
# The same by what each holds: letters that the engine can skip to.
_SIGNS = {
    "isplay": re.compile(r"isplay\s*:\s*(?i:none)\b"),
    "isibility": re.compile(r"isibility\s*:\s*(?i:hidden)\b"),
    "ortkey": re.compile(_HOW, re.IGNORECASE),
}
# What is longer is no key, and a tag that never closes would be looked for to the end.
_LONGEST = 5_000
# As sent by the page to those that include it alone.
_FOR_OTHERS = re.compile(r"<includeonly\s*>.*?(?:</includeonly\s*>|\Z)", re.IGNORECASE | re.DOTALL)

# What templates draw.
_ELEMENT = re.compile(
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
_MAX_DEPTH = 100


def is_hidden(attributes: str) -> bool:
    """Whether a tag or cell with these attributes is not displayed."""
    return any(sign in attributes and style.search(attributes) for sign, style in _SIGNS.items())


def without_hidden(text: str) -> str:
    """``text`` without the tags that are not displayed, and without what only others include."""
    if "ncludeonly" in text:
        text = _FOR_OTHERS.sub("", text)
    if not is_hidden(text):
        return text
    parts, position = [], 0
    while match := _HIDDEN_TAG.search(text, position):
        parts.append(text[position : match.start()])
        position = match.end()
        if not match["closed"]:
            position = _end_of(match["tag"], text, position)
    return "".join([*parts, text[position:]])


def _end_of(tag: str, text: str, position: int) -> int:
    """Where what the tag opens ends; a tag that nothing closes on its lines hides nothing."""
    depth = 1
    marks = re.compile(rf"<(/?){tag}\b[^<>]*?(/?)>|\n\n|\n\|[-}}]")
    for match in marks.finditer(text, position, position + _LONGEST):
        if match.group()[0] == "\n":
            break
        depth += -1 if match[1] else 0 if match[2] else 1
        if depth == 0:
            return match.end()
    return position


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
    for mark in _ELEMENT.finditer(text):
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
