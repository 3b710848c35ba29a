"""Words in two spellings are one term; words that only look alike are not."""

from pathlib import Path

import pytest

from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index
from pinakes.index.keywords.variants import pairs_of_spellings, variants_of


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    """British and American passages in turn, and others so that words are rare."""
    bodies = [
        "An encyclopaedia with colour plates.",
        "An encyclopedia with color plates.",
        "The encyclopædia is older.",
        "Organised by the centre.",
        "Organized by the center.",
        "The civilisation of the Indus.",
        "The civilization of the Nile.",
        "The civil war.",
        *(f"Nothing of the kind {number}." for number in range(20)),
    ]
    documents = [KeywordDocument(number, "", "", "", body) for number, body in enumerate(bodies)]
    path = tmp_path_factory.mktemp("variants") / "index"
    write_keyword_index(path, "en", documents)
    return KeywordIndex(path, "en")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("encyclopaedia", "encyclopedia"),
        ("Encyclopædia", "encyclopedias"),
        ("colour", "color"),
        ("coloured", "colors"),
        ("centre", "center"),
        ("centres", "centered"),
        ("theatre", "theaters"),
        ("organise", "organize"),
        ("organisation", "organizations"),
        ("realised", "realization"),
        ("analyse", "analyzed"),
        ("aluminium", "aluminum"),
        ("defence", "defense"),
        ("catalogue", "catalog"),
        ("sulphur", "sulfur"),
        ("oestrogen", "estrogen"),
        ("paediatrics", "pediatrics"),
        ("programme", "program"),
        ("moustache", "mustache"),
        ("gaol", "jail"),
    ],
)
def test_both_spellings_are_one_term(english: KeywordIndex, one: str, other: str) -> None:
    assert english.terms(one) == english.terms(other) == english.analyze(one)
    assert len(english.spellings(english.terms(one)[0])) > 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("four", "for"),
        ("hour", "hor"),
        ("tour", "tor"),
        ("wise", "wize"),
        ("prise", "prize"),
        ("michael", "michel"),
        ("poet", "pet"),
        ("tree", "teer"),
        ("storey", "story"),
        ("grey", "gray"),
        ("tyre", "tire"),
        ("cheque", "check"),
        ("organise", "organ"),
        ("litre", "literature"),
    ],
)
def test_what_only_looks_alike_stays_apart(english: KeywordIndex, one: str, other: str) -> None:
    assert english.analyze(one) != english.analyze(other)


@pytest.mark.parametrize("query", ["encyclopedia", "encyclopaedia", "Encyclopædias"])
def test_every_spelling_is_found_and_counts_the_same(english: KeywordIndex, query: str) -> None:
    hits = english.search(query, 10)
    assert {hit.passage_id for hit in hits} == {0, 1, 2}
    scores = {hit.passage_id: hit.score for hit in hits}
    # The British one stands in two passages, the American one in one: none is the rarer word.
    assert scores[0] == pytest.approx(scores[1])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("civilisation", {5, 6, 7}),  # stems of American words hold more, here as everywhere
        ("civilizations", {5, 6, 7}),
        ("civilised", {5, 6, 7}),
        ("civil", {6, 7}),
        ("civil civilising", {5, 6, 7}),
    ],
)
def test_another_word_of_the_same_stem_is_in_no_second_spelling(
    english: KeywordIndex, query: str, found: set[int]
) -> None:
    assert {hit.passage_id for hit in english.search(query, 10)} == found


def test_a_passage_with_both_spellings_counts_the_better_one(tmp_path: Path) -> None:
    bodies = ["colour color", "colour colour", "color color", *["nothing at all"] * 9]
    documents = [KeywordDocument(number, "", "", "", body) for number, body in enumerate(bodies)]
    write_keyword_index(tmp_path / "en", "en", documents)
    scores = {
        hit.passage_id: hit.score for hit in KeywordIndex(tmp_path / "en", "en").search("color", 3)
    }
    assert scores[0] < scores[1] == pytest.approx(scores[2])


def test_a_word_is_as_rare_as_all_its_spellings(english: KeywordIndex) -> None:
    [term] = english.terms("encyclopedia")
    assert english.idf(term) < english.idf(english.terms("plates")[0])
    assert english.idf(term) == english.idf(english.terms("encyclopaedia")[0])


def test_stems_that_pairs_share_join_them() -> None:
    variants = variants_of(
        [("recognise", "recognize"), ("recognisable", "recognizable")],
        {
            "recognise": ["recognis"],
            "recognize": ["recogn"],
            "recognisable": ["recognis"],
            "recognizable": ["recogniz"],
        }.__getitem__,
    )
    assert variants.chosen == dict.fromkeys(("recogn", "recognis", "recogniz"), "recogn")
    assert variants.terms == {"recogn": ["recogn", "recognis", "recogniz"]}
    assert variants.beginnings["recogn"] == (
        "recognis",
        "recognisabl",
        "recogniz",
        "recognizabl",
    )


def test_pairs_come_from_what_is_exchanged_last_in_a_word() -> None:
    pairs = pairs_of_spellings("en")
    for pair in [
        ("neighbourhood", "neighborhood"),
        ("archaeology", "archeology"),
        ("woollen", "woolen"),
        ("reconnoitre", "reconnoiter"),
        ("tsar", "czar"),
    ]:
        assert pair in pairs
    assert pairs_of_spellings("de") == []


def test_every_pair_joins_terms_that_no_other_pair_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    none = variants_of([], lambda word: [word])
    monkeypatch.setattr("pinakes.index.keywords.bm25._variants", lambda language: none)
    write_keyword_index(tmp_path / "en", "en", [])
    stem = KeywordIndex(tmp_path / "en", "en").analyze
    stems = [tuple(stem(word)[0] for word in pair) for pair in pairs_of_spellings("en")]
    assert all(one != other for one, other in stems)
    assert len(stems) == len(set(stems))


def test_a_language_without_variants_has_every_word_as_it_is(tmp_path: Path) -> None:
    write_keyword_index(tmp_path / "de", "de", [KeywordDocument(0, "", "", "", "Theatre colour")])
    index = KeywordIndex(tmp_path / "de", "de")
    assert index.terms("Theatre theater") == ["theatr", "theat"]
