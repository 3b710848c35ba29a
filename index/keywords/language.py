"""How the text of a language becomes search terms: spelling, words, stop words, stems.

Stemmers and most lists of stop words are tantivy's. A language without one is matched by its
words as they stand, in one spelling; scripts written without spaces by pairs of letters.
"""

import re
from dataclasses import dataclass
from functools import cache

from pinakes.index.keywords.spelling import Spelling, spelling_of, without_accents
from pinakes.ingest.text.language import language_part

__all__ = ["QUESTION_WORDS", "Analysis", "analysis_of"]

# Snowball's lists: function words only. Larger collections drop "москва" and "valor" as well.
_STOP_WORD_LISTS = frozenset(
    {
        "danish", "dutch", "finnish", "french", "german", "hungarian", "italian", "norwegian",
        "portuguese", "russian", "spanish", "swedish",
    }
)  # fmt: skip

# Languages whose stemmer reads the accents: folded after it. The others before, or not at all.
_FOLDED_BEFORE = frozenset({"english"})

QUESTION_WORDS = frozenset(language_part("en", "search")["stop_words"].split())


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is done to the text of one language, in this order.

    ``spelling`` rewrites it; words are cut out (``marked``: with their vowel signs) and
    lower-cased; questions lose ``stop_words`` and those of the Snowball list ``stop_word_list``;
    then come the stemmer and, before or after it, the folding of accents.
    """

    spelling: Spelling
    marked: bool
    stop_words: frozenset[str]
    stop_word_list: str | None
    stemmer: str | None
    folds_before_stemming: bool
    folds_after_stemming: bool
    question_pieces: re.Pattern[str] | None

    @property
    def has_stop_words(self) -> bool:
        """Whether somebody has listed words that questions drop."""
        return bool(self.stop_words or self.stop_word_list or self.question_pieces)

    def question(self, text: str) -> str:
        """A question in the language's spelling, without the pieces that only ask."""
        if self.question_pieces is not None:
            text = self.question_pieces.sub(" ", self.spelling.changed(text))
        return self.spelling(text)


@cache
def analysis_of(language: str) -> Analysis:
    """The analysis of a language, given by its code; region, script or variant may follow it."""
    said = language_part(language, "search")
    stemmer = said.get("stemmer")
    folded = "own_letters" not in said
    folded_first = stemmer in _FOLDED_BEFORE
    spelling = spelling_of(language)
    spelled = {spelling.changed(word) for word in said.get("stop_words", "").split()}
    pieces = []
    if said.get("stop_words_in_pieces"):
        longest_first = sorted(spelled, key=lambda word: (-len(word), word))
        pieces = [re.escape(word) for word in longest_first]
        spelled.clear()
    if folded:
        spelled |= {without_accents(word) for word in spelled}
    return Analysis(
        spelling=spelling,
        marked=said.get("vowel_signs", False),
        stop_words=frozenset(spelled),
        stop_word_list=stemmer if stemmer in _STOP_WORD_LISTS else None,
        stemmer=stemmer,
        folds_before_stemming=folded and folded_first,
        folds_after_stemming=folded and not folded_first,
        question_pieces=re.compile("|".join(pieces)) if pieces else None,
    )
