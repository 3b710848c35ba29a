"""Which words of a passage match a question's, as offsets: found by their search terms."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from pinakes.index.keywords.spelling import UNSPACED_LETTER
from pinakes.ingest.text.scripts import JOINED

__all__ = ["Highlighter"]

# Behind a word's first letter; letters of unspaced scripts also follow others: iPhone手机.
_BEGINS = rf"(?:(?<![^\W_].)(?<![{JOINED}].)|(?<=[a-zA-Z0-9]{UNSPACED_LETTER}))"


@cache
def _words(initials: str) -> re.Pattern[str]:
    """Words with one of these first letters: first in the pattern, where they are found fast."""
    return re.compile(rf"[{initials}]{_BEGINS}[^\W_]*+(?:[{JOINED}]++[^\W_]*+)*+", re.DOTALL)


class Highlighter:
    """Finds the words that match a question, in one passage after another.

    ``analyze``: the search terms of a word. Scripts without spaces give several for one run of
    letters: of those only the stretches that match are marked.
    """

    def __init__(self, terms: Iterable[str], analyze: Callable[[str], Sequence[str]]) -> None:
        self._terms = frozenset(terms)
        self._analyze = analyze
        self._spelled = cache(self._spell)
        self._matching = cache(self._match)  # passages of one question share many words
        # Stems begin like their words, at least in ASCII: most words need no analysis.
        initials = {term[0] for term in self._terms if term[:1].isascii()}
        patterns = [_words(initial + initial.upper()) for initial in sorted(initials)]
        self._patterns = (*patterns, _words(r"\x80-\U0010ffff"))

    def __call__(self, text: str) -> tuple[tuple[int, int], ...]:
        """Start and end, in code points, of what matches in ``text``, in order."""
        found = [
            (word.start() + start, word.start() + end)
            for pattern in self._patterns
            for word in pattern.finditer(text)
            for start, end in self._matching(word[0])
        ]
        return tuple(sorted(found))

    def _match(self, word: str) -> tuple[tuple[int, int], ...]:
        found = self._analyze(word)
        if self._terms.isdisjoint(found):
            return ()
        if len(found) == 1:
            return ((0, len(word)),)
        return tuple(_stretches("".join(map(self._spelled, word)), self._terms))

    def _spell(self, letter: str) -> str:
        """One letter as search terms have it: traditional characters as simplified ones."""
        spelled = "".join(self._analyze(letter)) or letter.lower()
        return spelled if len(spelled) == 1 else letter


def _stretches(word: str, terms: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where any of ``terms`` occurs in ``word``; overlapping and adjoining stretches as one."""
    found = sorted(match.span() for term in terms for match in re.finditer(re.escape(term), word))
    begin = end = 0
    for start, stop in found:
        if start > end:
            if end > begin:
                yield begin, end
            begin = start
        end = max(end, stop)
    if end > begin:
        yield begin, end
