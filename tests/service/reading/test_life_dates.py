"""Dates of birth and death in leads, and of whom they are asked."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.life_dates import (
    asks_for_life_date,
    box_dates,
    is_whom_asked,
    life_dates,
)
from pinakes.service.reading.models import reading_models
from pinakes.service.reading.question import question_of
from pinakes.service.reading.words import words_of

# language, how a lead begins, the dates of birth and death that it has
LEADS = [
    ("en", "Albert Einstein (; ]; 14 March 1879 – 18 April 1955) was a physicist.",
     "14 March 1879", "18 April 1955"),
    ("en", "Abraham Lincoln (February 12, 1809 – April 15, 1865) was president (1861–1865).",
     "February 12, 1809", "April 15, 1865"),
    ("en", "Title\n\nSir Tim Berners-Lee (born 8 June 1955) is a scientist.", "8 June 1955", None),
    ("en", "Confucius (551–479 BC) was a teacher.", None, "479 BC"),
    ("en", "Socrates (c. 470 – 399 BC) was a philosopher.", None, "399 BC"),
    ("en", "Alexander (20/21 July 356 – 10/11 June 323 BC) was king.", None, "10/11 June 323 BC"),
    ("en", "Hannibal (247 – 183/182/181 BC) was a general.", None, "183/182/181 BC"),
    ("en", "Isaac Newton (; 25 December 1642 – 20 March 1726/7) was a physicist.",
     "25 December 1642", "20 March 1726/7"),
    ("en", "Nikola Tesla (Serbian Cyrillic: Никола Тесла; 10 July 1856 – 7 January 1943) was",
     "10 July 1856", "7 January 1943"),
    ("en", "Elizabeth II (Elizabeth Mary; born 21 April 1926) is queen.", "21 April 1926", None),
    # No date of birth: baptised, ruled, flourished, and what is no bracket of dates.
    ("en", "William Shakespeare (; 26 April 1564 (baptised) – 23 April 1616) was a poet.",
     None, "23 April 1616"),
    ("en", "Offa (ruled 757–796) was king.", None, None),
    ("en", "Offa (r. 757–796) was king.", None, None),
    ("en", "Hero (fl. 60–70) was an engineer.", None, None),
    ("en", "Catherine Parr ( –) was queen.", None, None),
    ("en", "Friends is a sitcom (1994).", None, None),
    ("en", "A village (population 1,200 in 2011) on a hill.", None, None),
    ("en", "", None, None),
    ("en", "Open ((((1900 – 1950", None, None),
    ("de", "Albert Einstein (* 14. März 1879 in Ulm; † 18. April 1955 in Princeton) war ein",
     "14. März 1879", "18. April 1955"),
    ("es", "Albert Einstein (Ulm, 14 de marzo de 1879-Princeton, 18 de abril de 1955) fue",
     "14 de marzo de 1879", "18 de abril de 1955"),
    ("fr", "Marie Curie (née le 7 novembre 1867, morte le 4 juillet 1934) est une",
     "7 novembre 1867", "4 juillet 1934"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "lead", "born", "died"), LEADS)
def test_the_dates_of_a_lead(language: str, lead: str, born: str | None, died: str | None) -> None:
    found = life_dates(lead, words_of(language))
    said = {event: lead[start:end] for event, (start, end) in found.items()}
    wanted = {"birth": born, "death": died}
    assert said == {event: date for event, date in wanted.items() if date}


def test_the_dates_of_a_box() -> None:
    facts = (
        "Name: A\nBorn: Oslo\nBirth date: 12 July 1922\nDied: 1956 (aged 34)\nYears active: 1940"
    )
    found = box_dates(facts, words_of("en"))
    assert {event: facts[start:end] for event, (start, end) in found.items()} == {
        "birth": "12 July 1922",
        "death": "1956",
    }


@pytest.mark.parametrize(
    ("question", "event"),
    [
        ("When was Ptolemy I Soter born?", "birth"),
        ("When did Ptolemy I Soter die?", "death"),
        ("In which year was Ptolemy I Soter born?", "birth"),
        ("Where was Ptolemy I Soter born?", None),
        ("When was Ptolemy I Soter crowned?", None),
        ("When was Ptolemy I Soter not born?", None),
        ("When was he born and when did he die?", None),
    ],
)
def test_what_is_asked(sample_index: Index, question: str, event: str | None) -> None:
    assert asks_for_life_date(question_of(sample_index, question)) == event


@pytest.mark.parametrize(
    ("question", "is_it"),
    [
        ("When was Ptolemy I Soter born?", True),
        ("In which year did Ptolemy I Soter die?", True),
        ("When was the wife of Ptolemy I Soter born?", False),
        ("When did Ptolemy I Soter's general die?", False),
        ("When did Ptolemy die?", False),  # there are others
        ("When was the Rosetta Stone born?", False),
    ],
)
def test_of_whom(sample_index: Index, question: str, is_it: bool) -> None:
    hits = sample_index.search("Ptolemy I Soter", 20)
    soter = next(hit for hit in hits if hit.passage.title == "Ptolemy I Soter")
    assert is_whom_asked(question_of(sample_index, question), soter) == is_it


@pytest.mark.parametrize(
    ("question", "date"),
    [
        ("When did Johannes Gutenberg die?", "3 February 1468"),
        ("When was Eratosthenes born?", "c. 276 BC"),
        ("When was Michael Ventris born?", "12 July 1922"),
    ],
)
def test_the_lead_is_read_and_its_date_is_sure(
    sample_index: Index, question: str, date: str
) -> None:
    found = find(sample_index, reading_models(), question, "hybrid")
    assert found.likely
    best = found.likely[0]
    assert best.is_sure
    assert best.sentence == found.sentences[0]
    text = found.hits[best.sentence.hit].passage.text
    assert text[best.sentence.answer_start : best.sentence.answer_end] == date
    assert found.holds_answer
