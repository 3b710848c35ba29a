from collections.abc import Mapping
from pathlib import Path

import pytest

from pinakes.index.errors import DamagedGeneration
from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index

PASSAGES = [
    KeywordDocument(0, "Papyrus", "", "Cyperus papyrus", "A reed that grows along the Nile."),
    KeywordDocument(1, "Papyrus", "Making", "", "Strips of the reed were pressed into sheets."),
    KeywordDocument(2, "The Who", "", "", "The Who are a rock band formed in London."),
    KeywordDocument(3, "Hamlet", "", "", "To be, or not to be, that is the question he asks."),
    KeywordDocument(4, "AC/DC", "", "Acca Dacca", "An Australian rock band formed in Sydney."),
    KeywordDocument(5, "C++", "", "", "A programming language created by Bjarne Stroustrup."),
    KeywordDocument(6, "Café", "", "", "A house where coffee is served; cafés have tables."),
    KeywordDocument(7, "London", "", "The Big Smoke", "The capital of England, on the Thames."),
    KeywordDocument(8, "Running", "", "", "Runners run: moving rapidly on foot."),
]


def build(directory: Path, language: str, bodies: Mapping[int, str]) -> KeywordIndex:
    """An index of passages that consist of their body only."""
    documents = [KeywordDocument(number, "", "", "", body) for number, body in bodies.items()]
    assert write_keyword_index(directory, language, documents) == len(documents)
    return KeywordIndex(directory, language)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    path = tmp_path_factory.mktemp("bm25") / "index"
    assert write_keyword_index(path, "en", PASSAGES) == len(PASSAGES)
    return KeywordIndex(path, "en")


def titles(index: KeywordIndex, query: str, limit: int = 10) -> list[str]:
    return [PASSAGES[hit.passage_id].title for hit in index.search(query, limit)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reed nile", [0, 1]),
        ("sheets of reed", [1, 0]),
        ("rock band from Sydney", [4, 2]),
        ("rock band from London", [2, 4, 7]),
        ("cyperus", [0]),  # names, on the lead only
        ("acca dacca", [4]),
        ("Making", [1]),
        ("zebra", []),
    ],
)
def test_the_best_passage_comes_first(english: KeywordIndex, query: str, found: list[int]) -> None:
    hits = english.search(query, 10)
    assert [hit.passage_id for hit in hits] == found
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_words_match_by_their_stem(english: KeywordIndex) -> None:
    assert titles(english, "a runner who runs") == ["Running"]
    assert titles(english, "languages") == ["C++"]


def test_accents_do_not_matter_in_english(english: KeywordIndex) -> None:
    assert titles(english, "cafe") == titles(english, "CAFÉ") == ["Café"]
    assert titles(english, "cafe\u0301") == ["Café"]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("Where does the reed grow?", ["reed", "grow"]),
        ("The Who", ["the", "who"]),
        ("to be or not to be", ["to", "be", "or", "not"]),
        ("reed Reed REEDS", ["reed"]),
        ("?!… —", []),
        ("", []),
        ("x" * 180, []),
    ],
)
def test_terms_of_a_question(english: KeywordIndex, query: str, terms: list[str]) -> None:
    assert english.terms(query) == terms


def test_questions_of_stop_words_only_still_find_their_page(english: KeywordIndex) -> None:
    assert titles(english, "The Who")[0] == "The Who"
    assert titles(english, "To be, or not to be?")[0] == "Hamlet"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("AC/DC: who are they?", "AC/DC"),
        ("what (is papyrus", "Papyrus"),
        ("C++ AND", "C++"),
        ('"rock band" +sydney -australian', "AC/DC"),
        ('hamlet"', "Hamlet"),
        ("title:zebra papyrus", "Papyrus"),
        ("papyrus^99 NOT papyrus", "Papyrus"),
        ("papyrus~2 [a TO z] {", "Papyrus"),
        ("*papyrus* \\ / ' `", "Papyrus"),
        ("body:(hamlet", "Hamlet"),
    ],
)
def test_punctuation_and_query_syntax_are_only_text(
    english: KeywordIndex, query: str, first: str
) -> None:
    assert titles(english, query)[0] == first


def test_an_empty_query_finds_nothing(english: KeywordIndex) -> None:
    assert english.search("", 10) == english.search(" ?! ", 10) == []


def test_more_asked_for_than_there_is(english: KeywordIndex) -> None:
    assert english.document_count == len(PASSAGES)
    assert sorted(titles(english, "papyrus", 1000)) == ["Papyrus", "Papyrus"]
    assert titles(english, "papyrus", 1) == titles(english, "papyrus", 1000)[:1]


def test_a_thousand_different_words(english: KeywordIndex) -> None:
    query = " ".join(f"w{number}" for number in range(1000)) + " hamlet"
    assert titles(english, query) == ["Hamlet"]


@pytest.mark.parametrize(
    ("language", "bodies", "query", "found"),
    [
        pytest.param(
            "zh",
            {
                0: "亚历山大图书馆是古代最大的图书馆。",
                1: "莎草纸是一种书写材料。",
                2: "北京是首都。",
            },
            "图书馆在哪里？",
            0,
            id="Chinese, by letters and pairs",
        ),
        pytest.param(
            "ja",
            {0: "パピルスはナイル川の植物である。", 1: "図書館は本を集める。"},
            "図書館とは？",
            1,
            id="Japanese",
        ),
        pytest.param(
            "de",
            {0: "Die Bibliotheken der Antike.", 1: "Die Häuser am Fluss."},
            "Welche Bibliothek?",
            0,
            id="German stems",
        ),
        pytest.param(
            "de", {0: "Das Haus am Fluss.", 1: "Die Antike."}, "Häuser", 0, id="German umlauts"
        ),
        pytest.param(
            "es",
            {0: "Los libros antiguos.", 1: "Las ciudades del río."},
            "¿Qué libro antiguo?",
            0,
            id="Spanish stems",
        ),
        pytest.param(
            "pl",
            {0: "Biblioteka w Krakowie.", 1: "Wisła jest rzeką."},
            "biblioteka",
            0,
            id="Polish has no stemmer",
        ),
        pytest.param(
            "cs", {0: "Knihovna v Praze.", 1: "Řeka Vltava."}, "reka", 1, id="Czech accents folded"
        ),
        pytest.param(
            "simple", {0: "Scrolls were read.", 1: "A river."}, "scroll", 0, id="Simple English"
        ),
        pytest.param("en-GB", {0: "Scrolls were read.", 1: "A river."}, "scroll", 0, id="a region"),
        pytest.param(
            "ar", {0: "مكتبة الإسكندرية", 1: "نهر النيل"}, "النيل", 1, id="Arabic, right to left"
        ),
        pytest.param("tlh", {0: "paq pov", 1: "bIQ tIq"}, "tIq", 1, id="an unknown language"),
    ],
)
def test_languages(
    tmp_path: Path, language: str, bodies: dict[int, str], query: str, found: int
) -> None:
    index = build(tmp_path / "index", language, bodies)
    assert index.search(query, 10)[0].passage_id == found


def test_question_words_of_german_and_spanish_do_not_count(tmp_path: Path) -> None:
    german = build(tmp_path / "de", "de", {0: "Wo ist der und das?", 1: "Die Antike."})
    assert german.search("Wo ist die Antike?", 10)[0].passage_id == 1
    spanish = build(tmp_path / "es", "es", {0: "de la que el en y a los", 1: "La ciudad."})
    assert [hit.passage_id for hit in spanish.search("la de los que ciudad", 10)] == [1]


def test_punctuation_is_no_word_in_chinese_either(tmp_path: Path) -> None:
    index = build(tmp_path / "index", "zh", {0: "图书馆在哪里？"})
    assert index.terms("？！。 …") == []
    assert index.search("？！", 10) == []


def test_an_index_may_be_empty(tmp_path: Path) -> None:
    index = build(tmp_path / "index", "en", {})
    assert index.document_count == 0
    assert index.search("papyrus", 10) == []


def test_an_index_is_written_anew_over_what_lies_there(tmp_path: Path) -> None:
    build(tmp_path / "index", "en", {0: "papyrus", 1: "codex"})
    index = build(tmp_path / "index", "en", {0: "scroll"})
    assert index.document_count == 1
    assert index.search("papyrus", 10) == []


def test_an_index_is_opened_without_writing_there_or_leaving_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, elsewhere = tmp_path / "bm25", tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_keyword_index(path, "en", [KeywordDocument(0, "", "", "", "papyrus")])
    before = {file.name: file.stat().st_mtime_ns for file in path.iterdir()}
    assert not any("lock" in name for name in before)
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    index = KeywordIndex(path, "en")
    assert [hit.passage_id for hit in index.search("papyrus", 10)] == [0]
    assert {file.name: file.stat().st_mtime_ns for file in path.iterdir()} == before
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("damage", ["no files", "meta.json", "terms"])
def test_a_damaged_index_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "bm25"
    write_keyword_index(path, "en", [KeywordDocument(0, "", "", "", "papyrus")])
    for file in list(path.iterdir()):
        if damage == "no files":
            file.unlink()
        elif file.name == damage or (damage == "terms" and file.suffix == ".term"):
            file.unlink()  # never in place: it may be mapped into memory
            file.write_bytes(b"garbage " * 100)
    with pytest.raises(DamagedGeneration, match="bm25 cannot be read as it was written"):
        KeywordIndex(path, "en")
