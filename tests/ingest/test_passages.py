"""Passages: slices of the text, whole sentences, of even length, no lone tails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.passages import (
    MAX_WORDS,
    MIN_WORDS,
    count_words,
    split_passages,
)
from pinakes.ingest.types import Document, Section


def _document(*sections: tuple[tuple[str, ...], str]) -> Document:
    text, parts = "", []
    for path, body in sections:
        text += ("\n\n" if text else "") + (path[-1] + "\n" if path else "")
        parts.append(Section(path, len(text), len(text) + len(body)))
        text += body
    return Document(1, "Title", 2, "", text, tuple(parts), (), is_disambiguation=False)


def _sentences(count: int, words: int = 12) -> str:
    return " ".join("Word " + "word " * (words - 2) + f"number{n}." for n in range(count))


def _passages(*sections: tuple[tuple[str, ...], str]) -> list[str]:
    return [passage.text for passage in split_passages(_document(*sections))]


def test_passages_are_slices_numbered_in_order() -> None:
    document = _document(((), _sentences(40)), (("History",), _sentences(40)))
    passages = list(split_passages(document, first_id=70))
    assert [passage.passage_id for passage in passages] == list(range(70, 70 + len(passages)))
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
    assert [passage.start for passage in passages] == sorted(p.start for p in passages)


def test_no_word_is_lost_and_none_comes_twice() -> None:
    text = _sentences(57)
    assert " ".join(_passages(((), text))) == text


def test_lengths_are_even_and_no_tail_is_left() -> None:
    """400 words make two passages of 200, not one of 180, another and a tail of 40."""
    sizes = [count_words(text) for text in _passages(((), _sentences(40, words=10)))]
    assert len(sizes) == 2
    assert max(sizes) - min(sizes) <= 20


@pytest.mark.parametrize("words", range(200, 300, 10))
def test_a_little_more_than_one_passage_may_hold_makes_two_halves(words: int) -> None:
    sizes = [count_words(text) for text in _passages(((), _sentences(words // 10, words=10)))]
    assert len(sizes) == (1 if words <= MAX_WORDS else 2)
    assert min(sizes) >= words // len(sizes) - 10


def test_passages_end_with_their_sentences() -> None:
    assert all(text.endswith(".") for text in _passages(((), _sentences(100, words=17))))


def test_small_sections_join_the_one_before_and_bring_their_headings() -> None:
    joined, *rest = split_passages(
        _document(
            (("History",), _sentences(3)),
            (("History", "Dawn"), _sentences(2)),
            (("History", "Dusk"), _sentences(1)),
        )
    )
    assert not rest
    assert joined.heading_path == ("History",)
    assert "\n\nDawn\n" in joined.text
    assert "\n\nDusk\n" in joined.text


def test_sections_of_their_own_length_stay_apart() -> None:
    sections = ((("A",), _sentences(10)), (("B",), _sentences(10)))
    assert [p.heading_path for p in split_passages(_document(*sections))] == [("A",), ("B",)]


@pytest.mark.parametrize(
    ("sections", "paths"),
    [
        pytest.param([("A", 2), ("B", 2)], ["A"], id="two small chapters"),
        pytest.param([("A", 10), ("B", 2)], ["A"], id="a small chapter joins the one before"),
        pytest.param([("", 2), ("A", 10)], [""], id="a short lead joins what follows"),
        pytest.param([("A", 10), ("B", 2), ("C", 10)], ["A", "C"], id="between two of length"),
        pytest.param([("A", 19), ("B", 2)], ["A", "A"], id="what becomes too long is cut anew"),
    ],
)
def test_a_small_section_is_no_passage_of_its_own(
    sections: list[tuple[str, int]], paths: list[str]
) -> None:
    parts = [((name,) if name else (), _sentences(count)) for name, count in sections]
    passages = list(split_passages(_document(*parts)))
    assert [passage.heading_path for passage in passages] == [(p,) if p else () for p in paths]
    assert all(count_words(passage.text) >= MIN_WORDS for passage in passages)


def test_the_heading_of_a_section_joined_stays_in_the_text() -> None:
    [passage] = split_passages(_document((("A",), _sentences(8)), (("B",), _sentences(1))))
    assert "\n\nB\n" in passage.text


def test_a_monstrous_sentence_is_cut_between_words() -> None:
    pieces = _passages(((), "word " * 999 + "end."))
    assert len(pieces) > 3
    assert all(count_words(piece) <= MAX_WORDS for piece in pieces)
    assert " ".join(pieces).split() == ["word"] * 999 + ["end."]


def test_one_enormous_word_is_one_passage() -> None:
    assert _passages(((), "x" * 100_000)) == ["x" * 100_000]


def test_scripts_without_spaces_are_cut_too() -> None:
    pieces = _passages(((), "図書館は古い建物である。" * 100))
    assert len(pieces) > 3
    assert all(piece.endswith("。") for piece in pieces)


@pytest.mark.parametrize("letters", ["図書館", "ห้องสมุด", "ဗမာစာ", "បណ្ណាល័យ", "𠀀𠀁"])
def test_a_monstrous_sentence_without_spaces_is_cut(letters: str) -> None:
    text = letters * 2_000
    pieces = _passages(((), text))
    assert all(count_words(piece) <= MAX_WORDS for piece in pieces)
    assert "".join(pieces) == text


def test_an_empty_document_has_no_passage() -> None:
    assert _passages() == []


@given(st.lists(st.tuples(st.sampled_from(["", "A", "B", "AB"]), st.text(min_size=1)), max_size=6))
def test_any_text_is_covered(parts: list[tuple[str, str]]) -> None:
    document = _document(*((tuple(path), body) for path, body in parts))
    passages = list(split_passages(document))
    covered = {place for p in passages for place in range(p.start, p.end)}
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
    for section in document.sections:
        for place in range(section.start, section.end):
            assert place in covered or document.text[place].isspace()
