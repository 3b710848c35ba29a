"""Find in a question the names that pages answer to.

Every run of words may be one: a title, a redirect, words that links use, or a name that several
pages share. Pure functions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from index.names.titles import title_key
from index.types import NamedPage, NameKind

__all__ = ["Recognised", "name_keys", "recognise"]

_LONGEST_NAME = 6
_MOST_KEYS = 90
# A name that links use, or that several pages share, says less than a page's own.
_SHARE_OF_KIND: Mapping[NameKind, float] = {
    "title": 1.0,
    "redirect": 1.0,
    "base": 0.7,
    "ambiguous": 0.7,
    "anchor": 0.7,
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page by the longest of its names in a question, and the share of it that this makes up."""

    page: NamedPage
    share: float


def name_keys(question: str) -> list[str]:
    """Keys of all runs of up to six words, longer ones first."""
    words = title_key(question).split()
    runs = (
        " ".join(words[start : start + length])
        for length in range(min(_LONGEST_NAME, len(words)), 0, -1)
        for start in range(len(words) - length + 1)
    )
    return list(islice(dict.fromkeys(runs), _MOST_KEYS))


def recognise(
    named: Iterable[NamedPage], share: Callable[[str], float], limit: int
) -> list[Recognised]:
    """The ``limit`` pages best named, best first; ``share``: that of the question, for a key.

    Words that only make a question of it have no share, and name nothing.
    """
    best: dict[int, Recognised] = {}
    for page in named:
        part = share(page.key) * _SHARE_OF_KIND[page.kind]
        if part > (best[page.page_id].share if page.page_id in best else 0.0):
            best[page.page_id] = Recognised(page, part)
    return sorted(best.values(), key=lambda one: (-one.share, -one.page.links_in))[:limit]
