"""Dates of birth and death, as a biography has them behind the name that begins it, or in its box.

The conventions of Wikipedias: "(14 March 1879 – 18 April 1955)", "(born 8 June 1955)", in German
"(* 14. März 1879 in Ulm; † 18. April 1955 in Princeton)", in Spanish "(Ulm, 14 de marzo de
1879-Princeton, 18 de abril de 1955)". Readers hardly find them: no word says what they are.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from pinakes.index.types import Hit
from pinakes.ingest.text.scripts import WORD
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import INFOBOX_HEADING
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.reading.words import LanguageWords

__all__ = [
    "Event",
    "asks_for_life_date",
    "box_dates",
    "is_whom_asked",
    "life_date",
    "life_dates",
]

Event = Literal["birth", "death"]

# So far from the beginning of a lead the brackets open, and so long they are.
_NEAR, _LONGEST = 300, 400
_DASH = re.compile("[–—−-]")
_BORN_SIGN, _DIED_SIGN = "*", "†"
# Years of something else, and of what is not the birth: ruled, flourished, was baptised.
_OTHERWISE = re.compile(
    r"\b(?:r|fl|bapt\w*|getauft|bautizad\w+|reign\w*|rul\w+|reg\w+|office|activ\w*)\b",
    re.IGNORECASE,
)
_ERA = r"(?:\s*(?:BCE|BC|AD|CE|[vn]\.\s?Chr\.|av\.\s?J\.-C\.|[ad]\.\s?C\.))"
_WORD = re.compile(WORD)
# So often, of all links by a name, it means one page.
_COMMON = 0.8
# What leads: above any score of a reader.
_SURE = 100.0


def asks_for_life_date(question: Question) -> Event | None:
    """Which of the two dates is asked for; None: neither."""
    expected, words = question.expected, question.words
    if expected.type != "time" or expected.several:
        return None
    said = frozenset(word.casefold() for word in _WORD.findall(question.text))
    born, died = bool(said & words.births), bool(said & words.deaths)
    if born == died or said & words.negations:
        return None
    return "birth" if born else "death"


def is_whom_asked(question: Question, hit: Hit) -> bool:
    """Whether the question names the page of ``hit``, and asks for a date and nothing more.

    "Mozart's wife" is not Mozart: every word is one of the name, or belongs to the asking. And
    Martin Luther is not Martin Luther King: the name is the whole title, or another name that
    nearly always means this page.
    """
    page_id, asked, words = hit.passage.page_id, set(question.idf), question.words
    asking = set(question.analyze(" ".join([*words.births, *words.deaths, *words.durations])))
    names = [hit.passage.title] + [
        link.alias.name
        for link in question.context.aliases
        if link.alias.page_id == page_id and link.commonness >= _COMMON
    ]
    of_names = (
        {term for term in question.analyze(name) if not question.is_stop_word(term)}
        for name in names
    )
    return any(name and name <= asked <= name | asking for name in of_names)


def life_date(question: Question, hits: Sequence[Hit]) -> AnsweringSentence | None:
    """The date that is asked for, where the lead of whom it is asked is among ``hits``."""
    event = asks_for_life_date(question)
    if event is None:
        return None
    for place, hit in enumerate(hits):
        is_box = hit.passage.heading_path == (INFOBOX_HEADING,)
        if not (is_box or hit.passage.start == 0) or not is_whom_asked(question, hit):
            continue
        text = hit.passage.text
        dates = box_dates if is_box else life_dates
        found = dates(text, question.words).get(event)
        if found is None:
            continue
        for start, end in sentence_spans(text, language=hit.language):
            if start <= found[0] and found[1] <= end:
                return AnsweringSentence(place, start, end, _SURE, *found, _SURE)
    return None


def life_dates(lead: str, words: LanguageWords) -> Mapping[Event, tuple[int, int]]:
    """Where the dates of birth and death stand that a lead has in brackets, in code points."""
    for start, end in _brackets(lead):
        if found := _dates_in(lead, start, end, words):
            return found
    return {}


def box_dates(facts: str, words: LanguageWords) -> Mapping[Event, tuple[int, int]]:
    """Where the dates stand that an infobox has: "Birth date: 12 July 1922", a fact a line."""
    found: dict[Event, tuple[int, int]] = {}
    place = 0
    for line in facts.split("\n"):
        label, colon, _ = line.partition(":")
        event = _event_said(label, words) if colon else None
        begin = place + len(label)
        date = _pattern(words.months).search(facts, begin, place + len(line))
        if event is not None and date is not None:
            found.setdefault(event, date.span())
        place += len(line) + 1
    return found


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """The outermost brackets near the beginning, without their signs."""
    depth = begin = 0
    for place, sign in enumerate(text[: _NEAR + _LONGEST]):
        if sign == "(":
            if depth == 0:
                begin = place + 1
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            if depth == 0 and begin <= _NEAR:
                yield begin, place


def _dates_in(
    text: str, start: int, end: int, words: LanguageWords
) -> Mapping[Event, tuple[int, int]]:
    dates = [match.span() for match in _pattern(words.months).finditer(text, start, end)]
    found: dict[Event, tuple[int, int]] = {}
    before = start
    for number, date in enumerate(dates):
        gap = text[before : date[0]]
        behind = text[date[1] : dates[number + 1][0] if number + 1 < len(dates) else end]
        before = date[1]
        if _OTHERWISE.search(_DASH.split(gap)[-1]):
            break
        event = _event_said(gap, words)
        if event is None and _DASH.search(gap) and number == 1:
            event = "death"
        if event is None and number == 0 and len(dates) > 1 and _DASH.search(behind):
            event = "birth"
        if event == "birth" and _OTHERWISE.search(behind):
            continue  # was baptised then
        if event is not None:
            found.setdefault(event, date)
    if len(found) == 2 and _shares_era(text, found["birth"], found["death"]):
        del found["birth"]  # "551–479 BC": without its era it is another year
    return found


def _shares_era(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the era of a date stands behind the later one only: "551–479 BC"."""
    has_era = re.compile(rf".*{_ERA}", re.IGNORECASE)
    return bool(has_era.fullmatch(text, *other)) and not has_era.fullmatch(text, *one)


def _event_said(gap: str, words: LanguageWords) -> Event | None:
    """What is said to have been on the date that follows."""
    said = {word.casefold() for word in _WORD.findall(gap)}
    if _DIED_SIGN in gap or said & words.deaths:
        return "death"
    return "birth" if _BORN_SIGN in gap or said & words.births else None


@cache
def _pattern(months: Collection[str]) -> re.Pattern[str]:
    """Dates with a year: "14 March 1879", "March 14, 1879", "14. März 1879", "c. 470 BC"."""
    month = "|".join(sorted(map(re.escape, months), key=len, reverse=True)) or r"(?!)"
    day = r"\d{1,2}(?:/\d{1,2})?(?:\.|st|nd|rd|th|er|º)?"
    within_year = (
        rf"(?:{day}\s+(?:de\s+|of\s+)?)?(?:{month})\.?,?\s+(?:de\s+|del\s+)?(?:\d{{1,2}},?\s+)?"
    )
    year = rf"(?:\d{{3,4}}(?:/\d{{1,4}})*(?!\d){_ERA}?|\d{{1,2}}{_ERA})"
    return re.compile(
        rf"(?<![\w.])(?:(?:c\.|ca\.|circa)\s*)?(?:AD\s+)?(?:{within_year})?{year}", re.IGNORECASE
    )
