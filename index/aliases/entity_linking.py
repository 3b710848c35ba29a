"""Entity linking: find in a question the aliases of pages, and which page each of them means.

Every run of words may be an alias: a title, a redirect, words that links use, or a name that
several pages share. Links say which of these is meant, as in Mihalcea and Csomai, "Wikify!" (CIKM
2007). Pure functions.
"""

from collections.abc import Callable, Collection, Iterable
from itertools import islice

from pinakes.index.aliases.titles import title_key
from pinakes.index.types import EntityLink, NamedPage, NameKind

__all__ = ["alias_keys", "link_entities"]

_LONGEST_ALIAS = 6
_MOST_KEYS = 90


# Names that others share by design: what else a title says tells them apart.
_SHARED: Collection[NameKind] = ("base", "ambiguous")
_SHARE_OF_SHARED = 0.7


def alias_keys(question: str) -> list[str]:
    """Keys of all runs of up to six words, longer ones first."""
    words = title_key(question).split()
    runs = (
        " ".join(words[start : start + length])
        for length in range(min(_LONGEST_ALIAS, len(words)), 0, -1)
        for start in range(len(words) - length + 1)
    )
    return list(islice(dict.fromkeys(runs), _MOST_KEYS))


def link_entities(
    named: Iterable[NamedPage], share: Callable[[str], float], limit: int
) -> list[EntityLink]:
    """The ``limit`` pages best named, best first; ``share``: that of the question, for a key.

    Aliases inside longer ones are none: "Alexandria" in "Library of Alexandria". Words that only
    make a question of it have no share, and name nothing.
    """
    by_key: dict[str, dict[int, NamedPage]] = {}
    for page in named:
        pages = by_key.setdefault(page.key, {})
        if page.page_id not in pages or pages[page.page_id].links < page.links:
            pages[page.page_id] = page
    best: dict[int, EntityLink] = {}
    for key in _longest(by_key):
        if not (part := share(key)):
            continue
        pages = by_key[key]
        # One more link than there is: nobody may have linked to any of them.
        links = sum(page.links + 1 for page in pages.values())
        for page_id, page in pages.items():
            worth = _SHARE_OF_SHARED if page.kind in _SHARED else 1.0
            link = EntityLink(page, part * worth, (page.links + 1) / links)
            if page_id not in best or _worth(best[page_id]) < _worth(link):
                best[page_id] = link
    return sorted(best.values(), key=lambda link: (-link.share, -link.page.links_in))[:limit]


def _longest(keys: Iterable[str]) -> list[str]:
    found: list[str] = []
    for key in sorted(keys, key=len, reverse=True):
        if not any(f" {key} " in f" {longer} " for longer in found):
            found.append(key)
    return found


def _worth(link: EntityLink) -> float:
    return link.share * link.commonness
