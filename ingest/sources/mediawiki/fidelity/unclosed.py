"""How broken a page's markup is: openings that have no end.

Counts only; what belongs to what is for parsers to find.
"""

import re

__all__ = ["count_unclosed"]

_OPENING = re.compile(
    r"\{\{|\}\}|\[\[|\]\]|\{\||\n\|\}|<[a-z!]|>|\[(?:https?:|//)|\]", re.IGNORECASE
)
_PAIRED_TAG = re.compile(
    r"<(/?)(?!(?:br|hr|li|wbr|d[dt]|t[dhr]|p|img)\b)([a-z][a-z0-9]*)\b[^<>]*(?<!/)>", re.IGNORECASE
)
_OPENER_OF = {"}}": "{{", "]]": "[[", "\n|}": "{|", ">": "<", "]": "["}


def count_unclosed(wikitext: str) -> int:
    """How many openings of markup have no end, about."""
    waiting = dict.fromkeys(_OPENER_OF.values(), 0)
    deepest = 0
    for match in _OPENING.finditer(wikitext):
        mark = match.group()
        if mark in _OPENER_OF:
            waiting[_OPENER_OF[mark]] = max(0, waiting[_OPENER_OF[mark]] - 1)
        else:
            opener = mark if mark in waiting else mark[0]
            waiting[opener] += 1
            deepest = max(deepest, waiting[opener])
    tags: dict[str, int] = {}
    for match in _PAIRED_TAG.finditer(wikitext):
        tag = match[2].lower()
        tags[tag] = tags.get(tag, 0) + (-1 if match[1] else 1)
    return max(deepest, sum(waiting.values()), *(abs(count) for count in tags.values()), 0)
