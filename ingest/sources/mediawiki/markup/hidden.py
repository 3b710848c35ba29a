"""Text that a page holds and no reader sees: tags styled away, parts for other pages only.

Keys that sort a column stand so; a number before another one would make a third.
"""

import re

__all__ = ["is_hidden", "without_hidden"]

_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HIDDEN_TAG = re.compile(
    r"<(?P<tag>[a-z][a-z0-9]*)\b[^<>]*\bdisplay\s*:\s*none\b[^<>]*(?P<closed>/?)>", re.IGNORECASE
)
# What is longer is no key, and a tag that never closes would be looked for to the end.
_LONGEST = 5_000
# As sent by the page to those that include it alone.
_FOR_OTHERS = re.compile(r"<includeonly\s*>.*?(?:</includeonly\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def is_hidden(attributes: str) -> bool:
    """Whether a tag or cell with these attributes is not displayed."""
    return "none" in attributes and _STYLE.search(attributes) is not None


def without_hidden(text: str) -> str:
    """``text`` without the tags that are not displayed, and without what only others include."""
    if "ncludeonly" in text:
        text = _FOR_OTHERS.sub("", text)
    if "isplay" not in text or not is_hidden(text):
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
