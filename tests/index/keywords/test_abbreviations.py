"""Abbreviations in English, and that other languages have none yet."""

import pytest

from pinakes.index.keywords.abbreviations import abbreviations_of
from pinakes.ingest.text.language import language_part, listed_languages

ENGLISH = abbreviations_of("en")
# More than a question has: an edited text.
EDITED = "The quick brown fox jumps over the lazy dog. " * 5


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("U.S. Congress", "United States Congress"),
        ("the US Congress", "the United States Congress"),
        ("u.s. congress", "United States congress"),
        ("the U.S", "the United States"),
        ("the U. S. Army", "the United States Army"),
        ("Born in the U.S.A.", "Born in the United States"),
        ("usa today", "United States today"),
        ("the U.S.-led war, the US's war", "the United States-led war, the United States's war"),
        ("U.S. H.R. 1", "United States HR 1"),
        ("uk parliament", "United Kingdom parliament"),
        ("The U.K. and the UN", "The United Kingdom and the United Nations"),
        ("EU law", "European Union law"),
        ("U.S.S.R., USSR", "Soviet Union, Soviet Union"),
        ("ww2, WWII and World War Two", "World War II, World War II and World War II"),
        ("the second world war", "the World War II"),
        ("World War I's end", "First World War's end"),
        ("J. R. R. Tolkien", "JRR Tolkien"),
        ("J.R.R. Tolkien", "JRR Tolkien"),
        ("J R R Tolkien", "JRR Tolkien"),
        ("j r r tolkien", "jrr tolkien"),
        ("books by c s lewis", "books by cs lewis"),
        ("George H. W. Bush", "George HW Bush"),
        ("9 a.m. in D.C.", "9 am in DC"),
        ("a Ph.D. or two", "a PhD or two"),
        ("E-mails and e-mail", "emails and email"),
        ("I.e. e.g.", "Ie eg"),
    ],
)
def test_what_means_the_same_is_written_the_same(text: str, rewritten: str) -> None:
    assert ENGLISH(text) == rewritten


@pytest.mark.parametrize(
    "text",
    [
        "tell us about it",
        "the BUS, a SUK and x.US",
        "us versus them",
        "Us (film)",
        "states united",
        "United States",
        "World War II",
        "two world wars",
        "un chien andalou",
        "Un Chien Andalou",
        "Eu, Seine-Maritime",
        "eu law",
        "usage of ukuleles",
        "George W. Bush",
        "Plan B. A study",
        "Is C a programming language?",
        "is c a programming language",
        "is b a c note",
        "moby dick's b side",
        "what is x y",
        "b or c and d",
        "vitamin A B and C",
        "E.164 and version 2.U",
        "www.example.com",
        "St. Louis vs. Mr. T",
        "",
        "...",
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert ENGLISH(text) == text
    assert ENGLISH(EDITED + text) == EDITED + text
    assert ENGLISH.places(text) == []


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("U.S.S. Enterprise", "USS Enterprise"),
        ("U.S.C.", "USC"),
        ("U.N.C.L.E.", "UNCLE"),
        ("U. S. S. Enterprise", "USS Enterprise"),
    ],
)
def test_longer_abbreviations_are_not_shorter_ones(text: str, rewritten: str) -> None:
    assert ENGLISH(text) == rewritten
    assert ENGLISH(EDITED + text) == EDITED + rewritten


def test_long_texts_are_rewritten_where_they_have_capitals_and_points() -> None:
    text = "The U.S., US, USA and U.K. in the Second World War, by H. G. Wells, by e-mail. usa"
    assert ENGLISH(EDITED + text) == EDITED + (
        "The United States, United States, United States and United Kingdom in the World War II, "
        "by HG Wells, by email. usa"
    )


def test_places_are_what_is_rewritten() -> None:
    text = "J. R. R. Tolkien, U.S. and the second world war"
    found = [text[start:end] for start, end in ENGLISH.places(text)]
    assert found == ["J. R. R.", "U.S.", "second world war"]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("US cong", ["United States cong", "USA cong", "U.S cong", "U.S.A cong"]),
        ("united states cong", ["US cong", "USA cong", "U.S cong", "U.S.A cong"]),
        ("the uk", ["the United Kingdom", "the UK", "the U.K"]),
        ("J.R.R. Tolkien", ["JRR Tolkien"]),
        ("tell us", []),
    ],
)
def test_other_ways_to_write_a_title(text: str, ways: list[str]) -> None:
    assert [way for way in ENGLISH.other_ways(text) if way != "united states cong"] == ways


@pytest.mark.parametrize("language", ["de", "fr", "ru", "xx", ""])
def test_languages_that_list_no_short_names_are_left_as_they_are(language: str) -> None:
    text = "z.B. U.S. USA А. С. Пушкин J. R. R. Tolkien"
    assert abbreviations_of(language)(text) == text
    assert abbreviations_of(language).other_ways(text) == []


@pytest.mark.parametrize("language", listed_languages())
def test_a_short_name_means_one_thing_and_is_no_name_in_full(language: str) -> None:
    said = language_part(language, "search")
    listed = [short for names in said.get("written_out", {}).values() for short in names]
    assert len(listed) == len({short.lower() for short in listed})
    assert set(said.get("only_in_capitals", "").split()) <= set(listed)
    in_full = abbreviations_of(language)
    assert all(in_full(name) == name for name in said.get("written_out", {}))
