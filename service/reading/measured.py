"""What the numbers of a text measure: they count, or are a date, a time, a share, or have a unit.

Knows nothing of what is asked for.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.claims import Word
from pinakes.service.reading.question import Question

__all__ = ["Measured", "measured_in_text"]

_YEAR = re.compile(r"\d{4}")
_SHARE = re.compile(r"\s*(?:%|per ?cent\b)")
# "33,678 people (13.5% of the population)": what is so many per cent of something is a part of it.
_OF_A_WHOLE = re.compile(r"[^\d.;()]*\(\s*[\d.,]+\s*(?:%|per ?cent\b)")


@dataclass(frozen=True, slots=True)
class Measured:
    """A number as it stands in a text, and what it measures.

    ``kind``: "count", "date", "time", "share", or the dimension of its unit. ``is_counted``: a word
    that says something stands right behind it. ``is_part``: it is said to be a share of a whole.
    """

    text: str
    kind: str
    is_counted: bool
    is_part: bool


def measured_in_text(question: Question, text: str) -> Iterator[Measured]:
    """The numbers of ``text``, in their order; a year that counts what is asked for is no date."""
    words = question.words
    said = ClaimParser(words, question.analyze, question.is_stop_word).parse(text).words
    times, eras = (
        {" ".join(question.analyze(word)) for word in group}
        for group in (words.durations, words.eras)
    )
    end = 0
    for place, word in enumerate(said):
        if word.quantity is None:
            continue
        end = max(0, text.find(word.text, end)) + len(word.text)
        behind = text[end:]
        near = (*said[max(0, place - 1) : place], *said[place + 1 : place + 2])
        if _SHARE.match(behind):
            kind = "share"
        elif word.quantity.unit is not None:
            kind = word.quantity.unit.dimension
        elif word.unit in times:
            kind = "time"
        elif (
            word.unit in eras
            or any(_is_month_beside(other, word) for other in near)
            or _is_year(word, question.idf)
        ):
            kind = "date"
        else:
            kind = "count"
        yield Measured(word.text, kind, word.unit is not None, bool(_OF_A_WHOLE.match(behind)))


def _is_month_beside(other: Word, word: Word) -> bool:
    return other.is_month and abs(other.at - word.at) == 1


def _is_year(word: Word, asked: Collection[str]) -> bool:
    """Whether it is written like a year, and counts nothing that is asked for."""
    is_written_so = _YEAR.fullmatch(word.text) is not None
    is_year = word.quantity is not None and word.quantity.is_year
    return is_year and is_written_so and word.unit not in asked
