"""Questions about years after the sources were written: these can tell of plans, never of events.

Knows nothing of how sure an answer is otherwise.
"""

import re
from collections.abc import Iterator, Sequence

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import LanguageWords

__all__ = ["asks_about_later", "is_untold"]

_WORD = re.compile(WORD)
# Neither "1990s" nor part of a longer number.
_YEAR = re.compile(r"(?<![A-Za-z\d.,])(?:1\d{3}|20\d{2})(?![A-Za-z\d]|[.,]\d)")


def asks_about_later(question: str, year: int) -> bool:
    """Whether the question names a year after ``year``."""
    return any(int(named) > year for named in _years(question))


def is_untold(question: str, hits: Sequence[Hit], index: Index, words: LanguageWords) -> bool:
    """Whether no hit can tell what is asked, of a year after all of them were written.

    What was planned or predicted is told where a hit names that year, and asked for by words that
    look ahead: "Where will …", "Where is the … of 2030", but not "Who won …". Nothing is known of
    pages without a date, such as manuals.
    """
    if not (named := _years(question)) or not hits:
        return False
    if (written := _written(hits, index)) is None:
        return False
    later = [year for year in named if int(year) > written]
    if not later:
        return False
    texts = [f"{hit.passage.title}\n{hit.passage.text}" for hit in hits]
    is_told = all(any(year in _years(text) for text in texts) for year in later)
    return not (is_told and _looks_ahead(question, words))


def _years(text: str) -> list[str]:
    return _YEAR.findall(text)


def _written(hits: Sequence[Hit], index: Index) -> int | None:
    """The year of the newest page among the hits, or of the dump if later; None: nobody says."""
    dates = [index.manifest.dump.date or ""]
    for page_id in {hit.passage.page_id for hit in hits}:
        page = index.store.page(page_id)
        dates.append(page.timestamp if page else "")
    return max((int(date[:4]) for date in dates if date[:4].isdecimal()), default=None)


def _looks_ahead(question: str, words: LanguageWords) -> bool:
    """Whether it is about what is to come, or nobody knows how that is said in the language."""
    present = words.present
    if not present.future:
        return True
    if not words.spaced:
        return any(word in question for word in present.future)
    said = frozenset(_said(question))
    return not said.isdisjoint(present.future) or not said.isdisjoint(present.copulas)


def _said(question: str) -> Iterator[str]:
    return (match[0].casefold() for match in _WORD.finditer(question))
