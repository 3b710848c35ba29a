"""The kinds of aliases, and what aliases titles and disambiguation pages make.

Pure functions; knows nothing of how aliases are kept.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from pinakes.index.aliases.titles import title_key
from pinakes.index.types import AliasKind
from pinakes.ingest.types import Link

__all__ = [
    "KINDS",
    "SUGGESTED",
    "base_name",
    "later_words",
    "meanings",
    "name_of_topic",
]

# A kind is stored as its place here.
KINDS: tuple[AliasKind, ...] = (
    "title", "redirect", "base", "ambiguous", "anchor", "later", "bold",
)  # fmt: skip
SUGGESTED: tuple[AliasKind, ...] = ("title", "redirect", "later")

_QUALIFIER = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
_ARTICLE = re.compile(r"the\s+(?=\S)", re.IGNORECASE)
_BULLETS = " \t*•·–—-\"'“„«‘"
_MOST_LATER_WORDS = 7
# A page that lists more is an index of something, and not the meanings of a name.
_MOST_MEANINGS = 200


def name_of_topic(title: str) -> str:
    """The title without a qualifier in brackets at its end: "Mercury" of "Mercury (planet)"."""
    return _QUALIFIER.sub("", title) or title


def base_name(title: str) -> str | None:
    """The title without what tells it from others, or None where it has nothing of the kind.

    That is a qualifier in brackets at the end, a comma and what follows it, and a leading "the".
    """
    bare = name_of_topic(title)
    bare = bare.partition(", ")[0] or bare
    bare = _ARTICLE.sub("", bare, count=1) if _ARTICLE.match(bare) else bare
    key = title_key(bare)
    return bare if key and key != title_key(title) else None


def later_words(key: str) -> Iterator[str]:
    """The key from its second word on, from its third on, and so forth: at most seven of them."""
    rest = key
    for _ in range(_MOST_LATER_WORDS):
        rest = rest.partition(" ")[2]
        if not rest:
            return
        yield rest


def meanings(title: str, text: str, links: Iterable[Link]) -> list[str]:
    """Titles of what a disambiguation page says its name may mean, in its order.

    An entry's subject stands at the beginning of a line, or has all words of the name in its title;
    other links explain. At most 200.
    """
    lines = sorted(line.lstrip(_BULLETS) for line in text.split("\n"))
    words = set(title_key(name_of_topic(title)).split())
    found: dict[str, None] = {}
    for link in links:
        begins = _is_beginning(link.anchor, lines)
        if begins or words <= set(title_key(link.target).split()):
            found[link.target] = None
        if len(found) == _MOST_MEANINGS:
            break
    return list(found)


def _is_beginning(words: str, lines: list[str]) -> bool:
    place = bisect_left(lines, words)
    return bool(words) and place < len(lines) and lines[place].startswith(words)
