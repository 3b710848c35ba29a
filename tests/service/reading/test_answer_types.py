import pytest

from pinakes.ingest.text.language import language_part, listed_languages
from pinakes.service.reading.answer_types import expected_answer
from pinakes.service.reading.words import ANSWER_TYPES, words_of

# language, question, answer type
CASES = [
    ("en", "Who deciphered Linear B?", "person"),
    ("en", "By whom was it found?", "person"),
    ("en", "In what year was it found?", "time"),
    ("en", "When was it found?", "time"),
    ("en", "In which country was it found?", "place"),
    ("en", "How many lines has it?", "number"),
    ("en", "How was it found?", "manner"),
    ("en", "Why was it found?", "reason"),
    ("en", "What is a codex?", "thing"),
    ("en", "Is it so?", "none"),
    ("en", "Whoever knows?", "none"),
    ("es", "¿Quién descifró la piedra?", "person"),
    ("es", "¿En qué año se encontró?", "time"),
    ("de", "Wie viele Zeilen hat der Stein?", "number"),
    ("de", "Wer entzifferte Linear B?", "person"),
    ("fr", "Où se trouve la pierre ?", "place"),
    ("zh", "谁发明了活字印刷？", "person"),
    ("zh", "它是哪一年发现的？", "time"),
    ("la", "Who deciphered Linear B?", "person"),
]


@pytest.mark.parametrize(("language", "question", "answer_type"), CASES)
def test_what_is_expected_answer(language: str, question: str, answer_type: str) -> None:
    assert expected_answer(question, language).type == answer_type


@pytest.mark.parametrize("language", listed_languages())
def test_every_language_expects_types_that_there_are(language: str) -> None:
    assert {*words_of(language).asking.values()} < {*ANSWER_TYPES}
    for words in language_part(language, "questions").get("expected", {}).values():
        assert words == [word.lower() for word in words]


def test_the_words_behind_the_question_word_say_of_what() -> None:
    assert expected_answer("Which famous river flows there?", "en").focus == (
        "famous",
        "river",
        "flows",
    )
    assert expected_answer("In which country was it found?", "en").focus[0] == "country"


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which two countries border on it?", True),
        ("What are the colours of its flag?", True),
        ("Who were his parents?", True),
        ("In which subjects did she win prizes?", True),
        ("Which famous rivers are there?", True),
        ("Which river is the longest?", False),
        ("Which bus did he take?", False),
        ("What do bees eat?", False),
        ("What causes tides?", False),
        ("How many lines were there?", False),
        ("Are they old?", False),
    ],
)
def test_whether_several_things_are_asked_for(question: str, several: bool) -> None:
    assert expected_answer(question, "en").several is several


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "zh"])
def test_every_language_has_all_its_words(language: str) -> None:
    words = words_of(language)
    assert set(words.asking.values()) >= {"person", "time", "place", "number", "thing"}
    assert words.negations
    assert words.qualifiers
    assert all(
        word == word.casefold() for word in (*words.stop_words, *words.months, *words.asking)
    )


@pytest.mark.parametrize(
    ("question", "measures", "of_whole"),
    [
        ("How many moons does Mars have?", {"count"}, False),
        ("How many years did it last?", {"time"}, False),
        ("How many miles is it to Dover?", {"length"}, False),
        ("How long is the Nile?", {"length", "time"}, False),
        ("How much does it cost?", set(), False),
        ("What is the population of Iceland?", {"count"}, True),
        ("What is the average height of Dutch men?", {"length"}, True),
        ("What is Iceland's population?", {"count"}, True),
        ("What is the area code of Dover?", set(), False),
        ("Which area of the country is the coldest?", set(), False),
    ],
)
def test_what_a_number_measures(question: str, measures: set[str], *, of_whole: bool) -> None:
    expected = expected_answer(question, "en")
    assert (expected.measures, expected.of_whole) == (measures, of_whole)
