"""Which words of a passage match a question's, as offsets: found by their search terms."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from index.store.titles import title_key

__all__ = ["highlights"]

_WORD = re.compile(r"[^\W_]+")


def highlights(
    text: str, terms: Iterable[str], analyze: Callable[[str], Sequence[str]]
) -> tuple[tuple[int, int], ...]:
    """Start and end, in code points, of the words of ``text`` that match ``terms``, in order.

    ``analyze``: the search terms of a word. Scripts without spaces give several for one run of
    letters: of those only the stretches that match are marked.
    """
    wanted = frozenset(terms)
    initials = {title_key(term)[:1] for term in wanted}

    @cache
    def matching(word: str) -> tuple[tuple[int, int], ...]:
        # Stems begin like their words: nearly all words need no analysis.
        if word.isascii() and word[0].lower() not in initials:
            return ()
        found = analyze(word)
        if wanted.isdisjoint(found):
            return ()
        return ((0, len(word)),) if len(found) == 1 else tuple(_stretches(word, wanted))

    return tuple(
        (match.start() + start, match.start() + end)
        for match in _WORD.finditer(text)
        for start, end in matching(match[0])
    )


def _stretches(word: str, terms: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where any of ``terms`` occurs in ``word``; overlapping and adjoining stretches as one."""
    lowered = word.lower()
    found = sorted(
        match.span() for term in terms for match in re.finditer(re.escape(term), lowered)
    )
    begin = end = 0
    for start, stop in found:
        if start > end:
            if end > begin:
                yield begin, end
            begin = start
        end = max(end, stop)
    if end > begin:
        yield begin, end
