from pathlib import Path

import pytest

from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index
from pinakes.index.retrieval.highlights import Highlighter


def stem(word: str) -> list[str]:
    """Words without a plural s; of Chinese, letters and pairs."""
    lowered = word.lower()
    if not lowered.isascii() and not lowered[0].isalpha():
        return [lowered]
    if any("\u4e00" <= letter <= "\u9fff" for letter in lowered):
        pairs = [lowered[at : at + 2] for at in range(len(lowered) - 1)]
        return [*lowered, *pairs]
    return [lowered.removesuffix("s").replace("é", "e")]


@pytest.mark.parametrize(
    ("text", "terms", "marked"),
    [
        pytest.param("Scrolls of papyrus.", ["scroll"], ["Scrolls"], id="by term, not by letters"),
        pytest.param("Reeds, reed; REED", ["reed"], ["Reeds", "reed", "REED"], id="every time"),
        pytest.param("A treed path", ["reed"], [], id="whole words only"),
        pytest.param("Émile, emile", ["emile"], ["Émile", "emile"], id="accents"),
        pytest.param("one_two two", ["two"], ["two", "two"], id="underscores part words"),
        pytest.param("大图书馆在埃及", ["图", "书", "图书"], ["图书"], id="stretches as one"),
        pytest.param("iPhone手机, iPhone", ["手机"], ["手机"], id="two scripts in one word"),
        pytest.param("naïve: naif", ["naïve"], ["naïve"], id="a letter beyond ASCII inside"),
        pytest.param("埃及和埃及", ["埃及"], ["埃及", "埃及"], id="stretches apart"),
        pytest.param("", ["reed"], [], id="no text"),
        pytest.param("Reeds", [], [], id="no terms"),
    ],
)
def test_words_that_match_are_marked(text: str, terms: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in Highlighter(terms, stem)(text)] == marked


@pytest.mark.parametrize(
    ("language", "text", "question", "marked"),
    [
        ("hi", "दिल्ली भारत की राजधानी है", "भारत की राजधानी", ["भारत", "राजधानी"]),
        ("th", "กรุงเทพมหานครเป็นเมืองหลวง", "เมืองหลวง", ["เมืองหลวง"]),
        ("he", "הסִּפְרִיָּה הגדולה", "הספריה", ["הסִּפְרִיָּה"]),
        ("ar", "كَانَتْ مَكتبة قديمة", "مكتبة", ["مَكتبة"]),
        ("ru", "Библио́тека имени", "библиотека", ["Библио́тека"]),
        ("zh", "國立臺灣大學圖書館", "台湾大学", ["臺灣大學"]),
        ("ja", "アレクサンドリア図書館", "図書館", ["図書館"]),
        ("tr", "İstanbul'un tarihi", "istanbul", ["İstanbul"]),
        ("de", "Die Bücher im Gebäude", "Buch", ["Bücher"]),
        ("en", "cafe\u0301 nai\u0308ve scene", "naïve café", ["cafe\u0301", "nai\u0308ve"]),
        ("en", "The U.S. Congress; the USA", "US congress", ["U.S.", "Congress", "USA"]),
        ("en", "The United States; us", "US", ["United", "States"]),
        ("en", "In the US, in the states", "state", ["states"]),
        ("en", "The Second World War", "WW2", ["Second World War"]),
        ("en", "The Second World War, a war", "which war", ["War", "war"]),
        ("en", "World War II", "second world war", ["World", "War", "II"]),
        ("en", "J.R.R. or J. R. R. Tolkien", "JRR Tolkien", ["J.R.R.", "J. R. R.", "Tolkien"]),
        ("en", "An oesophagus, its colour", "esophagus color", ["oesophagus", "colour"]),
        ("en", "An esophagus, its color", "oesophagus colour", ["esophagus", "color"]),
    ],
)
def test_words_of_many_scripts(
    tmp_path: Path, language: str, text: str, question: str, marked: list[str]
) -> None:
    write_keyword_index(tmp_path / "bm25", language, [KeywordDocument(0, "", "", "", text)])
    keywords = KeywordIndex(tmp_path / "bm25", language)
    found = Highlighter.of(keywords.terms(question), keywords)(text)
    assert [text[start:end] for start, end in found] == marked
