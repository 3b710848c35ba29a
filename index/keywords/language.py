"""How the text of a language becomes search terms: spelling, words, stop words, stems.

Stemmers and most lists of stop words are tantivy's. A language without one is matched by its
words as they stand, in one spelling; scripts written without spaces by pairs of letters.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pinakes.index.keywords.spelling import Spelling, keeps_letters, spelling_of, without_accents

__all__ = ["QUESTION_WORDS", "Analysis", "analysis_of"]

_STEMMERS = {
    "ar": "arabic", "arz": "arabic", "ary": "arabic", "da": "danish", "nl": "dutch",
    "en": "english", "simple": "english", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hu": "hungarian", "it": "italian", "no": "norwegian", "nb": "norwegian",
    "nn": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip

# Snowball's lists: function words only. Larger collections drop "москва" and "valor" as well.
_STOP_WORD_LISTS = frozenset(
    {
        "danish", "dutch", "finnish", "french", "german", "hungarian", "italian", "norwegian",
        "portuguese", "russian", "spanish", "swedish",
    }
)  # fmt: skip

# Languages whose stemmer reads the accents: folded after it. The others before, or not at all.
_FOLDED_BEFORE = frozenset({"english"})

# Scripts with vowel signs that are no letters to tantivy's plain tokenizer: it would cut words
# there. The one that does not takes twice as long.
_MARKED = frozenset(
    {
        "anp", "as", "awa", "bh", "bho", "blk", "bn", "bo", "bpy", "dty", "dv", "dz", "gom", "gu",
        "hi", "km", "kn", "lo", "mai", "ml", "mni", "mnw", "mr", "my", "ne", "new", "nqo", "or",
        "pa", "pi", "sa", "sat", "shn", "si", "ta", "tcy", "te", "th",
    }
)  # fmt: skip

# Languages that share the question words of another.
_WORDS_OF = {
    "simple": "en", "nb": "no", "nn": "no", "arz": "ar", "ary": "ar", "sh": "sr", "bs": "hr",
    "yue": "zh", "wuu": "zh", "gan": "zh", "lzh": "zh",
}  # fmt: skip

# Languages in which a question word need not stand alone.
_IN_PIECES = frozenset({"ja", "ko", "th", "zh"})

_WORDS: dict[str, str] = tomllib.loads(
    (files("pinakes.index.keywords") / "question_words.toml").read_text(encoding="utf-8")
)

QUESTION_WORDS = frozenset(_WORDS["en"].split())


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

    def question(self, text: str) -> str:
        """A question in the language's spelling, without the pieces that only ask."""
        if self.question_pieces is not None:
            text = self.question_pieces.sub(" ", self.spelling.changed(text))
        return self.spelling(text)


@cache
def analysis_of(language: str) -> Analysis:
    """The analysis of a language, given by its code; region, script or variant may follow it."""
    code = language.lower().replace("_", "-").partition("-")[0]
    stemmer = _STEMMERS.get(code)
    words_of = _WORDS_OF.get(code, code)
    words = _WORDS.get(words_of, "").split()
    folded = not keeps_letters(code)
    folded_first = stemmer in _FOLDED_BEFORE
    spelling = spelling_of(code)
    spelled = {spelling.changed(word) for word in words}
    pieces = []
    if words_of in _IN_PIECES:
        pieces = sorted(map(re.escape, spelled), key=len, reverse=True)
        spelled.clear()
    if folded or code == "es":
        spelled |= {without_accents(word) for word in spelled}
    return Analysis(
        spelling=spelling,
        marked=code in _MARKED,
        stop_words=frozenset(spelled),
        stop_word_list=stemmer if stemmer in _STOP_WORD_LISTS else None,
        stemmer=stemmer,
        folds_before_stemming=folded and folded_first,
        folds_after_stemming=folded and not folded_first,
        question_pieces=re.compile("|".join(pieces)) if pieces else None,
    )
