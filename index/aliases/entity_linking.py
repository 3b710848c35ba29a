"""Entity linking: find in a question the aliases of pages, and which page each of them means.

Every run of words may be an alias: a title, a redirect, words that links use, or a name that
several pages share. Links say which of these is meant, as in Mihalcea and Csomai, "Wikify!" (CIKM
2007). Pure functions.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice

from pinakes.index.aliases.titles import title_key
from pinakes.index.keywords.abbreviations import Abbreviations
from pinakes.index.types import Alias, AliasKind, EntityLink
from pinakes.ingest.text.scripts import WORD

__all__ = ["alias_keys", "alias_spans", "link_entities", "named_in_order"]

_WORD = re.compile(WORD)
_LONGEST_ALIAS = 6
_MOST_KEYS = 90


# Names that others share by design: what else a title says tells them apart.
_SHARED: Collection[AliasKind] = ("base", "ambiguous")
_SHARE_OF_SHARED = 0.7


def alias_keys(question: str, abbreviations: Abbreviations) -> dict[str, str]:
    """Keys of all runs of up to six words, longer ones first; of each the key of it in full.

    Those of other ways to write the question follow: "us congress", "united states congress".
    """
    keys: dict[str, str] = {}
    for way in (question, *abbreviations.other_ways(question)):
        abbreviates = bool(abbreviations.places(way))
        for start, end in islice(_runs(way), _MOST_KEYS):
            words = way[start:end]
            key = title_key(words)
            if key and key not in keys:
                keys[key] = title_key(abbreviations(words)) if abbreviates else key
    return keys


def alias_spans(text: str) -> dict[tuple[int, int], str]:
    """Start and end of all runs of up to six words in ``text``, longer ones first, with keys."""
    return {(start, end): title_key(text[start:end]) for start, end in _runs(text)}


def _runs(text: str) -> Iterator[tuple[int, int]]:
    words = [match.span() for match in _WORD.finditer(text)]
    if not words:  # signs alone may be a title
        yield 0, len(text)
    for length in range(min(_LONGEST_ALIAS, len(words)), 0, -1):
        for (start, _), (_, end) in zip(words, words[length - 1 :], strict=False):
            yield start, end


def named_in_order(
    spans: Mapping[tuple[int, int], str], aliases: Iterable[Alias]
) -> list[tuple[int, int, Alias]]:
    """What a text names from its beginning on, each with start and end; longer names go before.

    ``spans``: as of ``alias_spans``; ``aliases``: those of their keys. Of the pages of one name the
    one with most links is meant.
    """
    meant: dict[str, Alias] = {}
    for alias in aliases:
        if alias.key not in meant or meant[alias.key].links < alias.links:
            meant[alias.key] = alias
    found: list[tuple[int, int, Alias]] = []
    for (start, end), key in spans.items():
        if key in meant and all(end <= low or high <= start for low, high, _ in found):
            found.append((start, end, meant[key]))
    return sorted(found, key=lambda named: named[0])


def link_entities(
    aliases: Iterable[Alias],
    keys: Mapping[str, str],
    share: Callable[[str], float],
    limit: int,
) -> list[EntityLink]:
    """The ``limit`` pages best named, best first.

    ``keys``: by the key of an alias, that of it in full; ``share``: what one in full makes up of
    the question. Aliases inside longer ones are none: "Alexandria" in "Library of Alexandria".
    Words that only make a question of it have no share, and name nothing.
    """
    by_key: dict[str, dict[int, Alias]] = {}
    for alias in aliases:
        pages = by_key.setdefault(keys[alias.key], {})
        if alias.page_id not in pages or pages[alias.page_id].links < alias.links:
            pages[alias.page_id] = alias
    best: dict[int, EntityLink] = {}
    for key in _longest(by_key):
        if not (part := share(key)):
            continue
        pages = by_key[key]
        # One more link than there is: nobody may have linked to any of them.
        links = sum(alias.links + 1 for alias in pages.values())
        for page_id, alias in pages.items():
            worth = _SHARE_OF_SHARED if alias.kind in _SHARED else 1.0
            link = EntityLink(alias, part * worth, (alias.links + 1) / links)
            if page_id not in best or _worth(best[page_id]) < _worth(link):
                best[page_id] = link
    return sorted(best.values(), key=lambda link: (-link.share, -link.alias.links_in))[:limit]


def _longest(keys: Iterable[str]) -> list[str]:
    found: list[str] = []
    for key in sorted(keys, key=len, reverse=True):
        if not any(f" {key} " in f" {longer} " for longer in found):
            found.append(key)
    return found


def _worth(link: EntityLink) -> float:
    return link.share * link.commonness
