"""Stop words of languages without a list come from the collection's own text."""

from pathlib import Path

import pytest

from pinakes.index.keywords.bm25 import KeywordIndex, plain_words
from pinakes.index.keywords.frequent_words import frequent_words, read_frequent_words
from pinakes.index.keywords.writer import write_keywords
from tests.index.toys import QuietProgress, document, write_store
from tests.ingest.test_real_dumps import documents

THINGS = [
    f"{first}{last}" for first in "bcdfghjklmnprstv" for last in ("amo", "enu", "iro", "olu", "upa")
]
SENTENCES = [
    f"Zé {thing} u {other} 1999."
    for number in range(3)
    for thing in THINGS
    for other in THINGS[number:]
]


def build(tmp_path: Path, language: str, texts: list[str]) -> KeywordIndex:
    pages = [document(number, f"Page {number}", text) for number, text in enumerate(texts)]
    write_store(tmp_path / "pages.db", pages).close()
    write_keywords(tmp_path / "pages.db", tmp_path / "bm25", language, 1, QuietProgress())
    return KeywordIndex(tmp_path / "bm25", language)


def test_what_stands_in_every_sentence_is_dropped_from_questions(tmp_path: Path) -> None:
    """By its letters as they are and without accents; never what only boxes are full of."""
    page = "Box: row\n" * 20 + " ".join(SENTENCES)
    index = build(tmp_path, "qca", [page])
    assert read_frequent_words(tmp_path / "bm25") == {"zé", "ze", "u"}
    assert index.terms("Zé bamo u denu? Ze box, row 1999") == ["bamo", "denu", "box", "row", "1999"]
    assert index.terms("zé u") == ["ze", "u"]
    assert index.analyze("zé bamo") == ["ze", "bamo"]


@pytest.mark.parametrize("language", ["en", "de", "ja", "cs"])
def test_a_language_with_a_list_keeps_it(tmp_path: Path, language: str) -> None:
    build(tmp_path, language, [" ".join(SENTENCES)])
    assert not read_frequent_words(tmp_path / "bm25")


def test_a_small_collection_has_none(tmp_path: Path) -> None:
    build(tmp_path, "qca", [" ".join(SENTENCES[:900])])
    assert not read_frequent_words(tmp_path / "bm25")


def test_scripts_without_spaces_have_none() -> None:
    words = plain_words("km")
    assert frequent_words(["ភាសាខ្មែរ។ " * 2_000], "km", words) == []


def test_latgalian(shared_data: Path) -> None:
    path = shared_data / "dumps/ltgwiki-smallwiki-latest-pages-articles.xml.bz2"
    texts = [found.text for found in documents(path).values()]
    words = frequent_words(texts, "ltg", plain_words("ltg"))
    assert {"i", "nu", "irā", "ar", "kai", "iz"} <= set(words)
    assert len(words) < 20
    assert not {"pluots", "pasauka", "skaits", "infobox", "teritoreja"} & set(words)
