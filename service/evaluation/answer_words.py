"""How well given words answer a question, beside the words that are known to: pure functions.

Normalization, exact match and F1 are those of SQuAD's own evaluation script (Rajpurkar et al.,
"SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016, section 6.1; version 2.0:
"Know What You Don't Know", ACL 2018).
"""

import re
import string
from collections import Counter
from collections.abc import Iterable

from pinakes.ingest.text.scripts import UNSPACED

__all__ = ["exact_match", "holds", "normalized", "word_f1"]

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
# What a shown text has around words, and SQuAD's answers have not: marks of citations, and
# typographic quotation marks and dashes, which its normalization keeps.
_AROUND = re.compile(r"\[\d{1,3}\]|[“”„«»‹›‘—–…、。「」『』（），：；]")
# Characters of scripts without spaces are words of their own here.
_UNSPACED = re.compile(UNSPACED)


def normalized(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(given: str, answers: Iterable[str]) -> float:
    """1 if ``given`` is one of ``answers``, normalized, else 0."""
    return float(any(normalized(given) == normalized(answer) for answer in answers))


def word_f1(given: str, answers: Iterable[str]) -> float:
    """The harmonic mean of precision and recall in words, for the answer with which it is best."""
    words = normalized(given).split()
    return max(_f1(words, normalized(answer).split()) for answer in answers)


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether the words of one of ``answers`` stand in ``text``, one after the other."""
    words = f" {_plain_words(text)} "
    return any(f" {found} " in words for answer in answers if (found := _plain_words(answer)))


def _f1(given: list[str], answer: list[str]) -> float:
    if not given or not answer:
        return float(given == answer)
    same = (Counter(given) & Counter(answer)).total()
    return 2 * same / (len(given) + len(answer))


def _plain_words(text: str) -> str:
    plain = _AROUND.sub(" ", text).replace("’", "'")
    return normalized(_UNSPACED.sub(r" \g<0> ", plain))
