"""Which words of a passage match a question's, as offsets: found by their search terms."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from pinakes.index.keywords.bm25 import KeywordIndex
from pinakes.index.keywords.spelling import UNSPACED_LETTER
from pinakes.ingest.text.scripts import JOINED

__all__ = ["Highlighter"]

Span = tuple[int, int]

# Behind a word's first letter; letters of unspaced scripts also follow others: iPhone手机.
_BEGINS = rf"(?:(?<![^\W_].)(?<![{JOINED}].)|(?<=[a-zA-Z0-9]{UNSPACED_LETTER}))"


@cache
def _words(initials: str) -> re.Pattern[str]:
    """Words with one of these first letters: first in the pattern, where they are found fast."""
    return re.compile(rf"[{initials}]{_BEGINS}[^\W_]*+(?:[{JOINED}]++[^\W_]*+)*+", re.DOTALL)


class Highlighter:
    """Finds the words that match a question, in one passage after another.

    ``analyze``: the search terms of a word. Scripts without spaces give several for one run of
    letters: of those only the stretches that match are marked. ``spellings``: the ways a term is
    written, of which ``analyze`` gives one. ``abbreviated``: where a text abbreviates; such a place
    is marked as a whole if all that it means is asked for.
    """

    def __init__(
        self,
        terms: Iterable[str],
        analyze: Callable[[str], Sequence[str]],
        spellings: Callable[[str], Sequence[str]] = lambda term: (term,),
        abbreviated: Callable[[str], Sequence[Span]] = lambda text: (),
    ) -> None:
        self._terms = frozenset(terms)
        self._analyze = analyze
        self._abbreviated = abbreviated
        self._asked_for = cache(self._is_asked_for)
        self._spelled = cache(self._spell)
        self._matching = cache(self._match)  # passages of one question share many words
        # Stems begin like their words, at least in ASCII: most words need no analysis.
        written = {spelled for term in self._terms for spelled in spellings(term)}
        initials = {term[0] for term in written if term[:1].isascii()}
        patterns = [_words(initial + initial.upper()) for initial in sorted(initials)]
        self._patterns = (*patterns, _words(r"\x80-\U0010ffff"))

    @classmethod
    def of(cls, terms: Iterable[str], keywords: KeywordIndex) -> "Highlighter":
        """Finds the words with one of ``terms`` by the rules of a keyword index."""
        return cls(terms, keywords.analyze, keywords.spellings, keywords.abbreviations.places)

    def __call__(self, text: str) -> tuple[Span, ...]:
        """Start and end, in code points, of what matches in ``text``, in order."""
        whole = [span for span in self._abbreviated(text) if self._asked_for(text[slice(*span)])]
        found = [
            (word.start() + start, word.start() + end)
            for pattern in self._patterns
            for word in pattern.finditer(text)
            for start, end in self._matching(word[0])
        ]
        if whole:
            found = [span for span in found if not any(a <= span[0] < b for a, b in whole)]
        return tuple(sorted(whole + found))

    def _is_asked_for(self, words: str) -> bool:
        terms = self._analyze(words)
        return bool(terms) and self._terms.issuperset(terms)

    def _match(self, word: str) -> tuple[Span, ...]:
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


def _stretches(word: str, terms: Iterable[str]) -> Iterator[Span]:
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
