"""How two versions of a text differ: told so that a reader sees it, and that nothing is lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.index.changes import text_differences as module
from pinakes.index.changes.text_differences import (
    TextDifference,
    compare_texts,
    text_differences,
)
from pinakes.ingest.passages import split_passages
from pinakes.ingest.types import Document, Passage
from tests.index.toys import document

SENTENCE = "The library kept a great many scrolls of papyrus on its long shelves. "
LONG = SENTENCE * 14  # so that sections are not joined into one passage


def shown(old: str, new: str) -> str:
    marks = {"removed": "[-{}-]", "added": "{{+{}+}}", "same": "{}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in compare_texts(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("A reed.", "A reed.", "A reed."),
        ("", "A reed.", "{+A reed.+}"),
        ("A reed.", "", "[-A reed.-]"),
        ("made of a reed", "made of the pith of a reed", "made {+of the pith +}of a reed"),
        ("about 3,000 people", "about 4,500 people", "about [-3,000-]{+4,500+} people"),
        # What is rewritten is read at once, not a word at a time around each space.
        ("a scroll of skin", "a roll of vellum", "a [-scroll-]{+roll+} of [-skin-]{+vellum+}"),
        ("old grey stone", "new white stone", "[-old grey-]{+new white+} stone"),
        # What both begin with is one piece, though its parts were found one after the other.
        (" .", " .a", " .{+a+}"),
        ("One.\nTwo.\nThree.", "One.\nThree.", "One.\n[-Two.\n-]Three."),
        # Scripts without spaces by letters; marks stay with theirs.
        ("図書館は最大であった", "図書館は最小であった", "図書館は最[-大-]{+小+}であった"),
        ("ชื่อเก่า", "ชื่อใหม่", "ชื่อ[-เก่า-]{+ใหม่+}"),
        ("cafe\u0301 noir", "cafe noir", "[-cafe\u0301-]{+cafe+} noir"),
    ],
)
def test_words_that_differ(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


texts = st.text(st.sampled_from("ab  \n.é館"), max_size=40)


@given(texts, texts)
def test_the_pieces_are_both_texts(old: str, new: str) -> None:
    pieces = compare_texts(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert all(piece.text for piece in pieces)
    assert all(a.kind != b.kind for a, b in pairwise(pieces))
    assert old != new or all(piece.kind == "same" for piece in pieces)


def test_texts_too_long_to_align_are_told_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 3)
    assert shown("one two three four", "one two three five") == (
        "[-one two three four-]{+one two three five+}"
    )


def passages(page: Document) -> list[Passage]:
    return list(split_passages(page))


def difference(old: str, new: str, title: str = "Papyrus") -> list[TextDifference]:
    before, after = document(1, "Papyrus", old), document(1, title, new)
    return text_differences(before.text, passages(before), after.text, passages(after))


def test_only_sections_that_differ_are_told() -> None:
    old = f"{LONG}\n== Use ==\nFor scrolls. {LONG}\n== Finds ==\n{LONG}"
    [found] = difference(old, old.replace("For scrolls", "For ropes and scrolls"))
    assert found.heading_path == ("Use",)
    assert found.old
    assert found.new
    assert old[slice(*found.old)].startswith("For scrolls. ")
    assert [piece.text for piece in found.pieces if piece.kind == "added"] == ["ropes and "]


def test_a_sentence_that_shifts_all_passages_behind_it_is_one_difference() -> None:
    """Passages are cut anew behind it; their words are the same."""
    body = "".join(f"Sentence {n} speaks of the scrolls of the library. " for n in range(200))
    new = body.replace("Sentence 3 ", "A new sentence. Sentence 3 ")
    assert len(passages(document(1, "Papyrus", body))) > 5
    [found] = difference(body, new)
    assert [piece.text for piece in found.pieces if piece.kind != "same"] == ["A new sentence. "]


def test_sections_that_came_and_went() -> None:
    old = f"{LONG}\n== Use ==\n{LONG}"
    new = f"{LONG}\n== Finds ==\nIn Egypt. {LONG}"
    found = [(one.heading_path, one.old is None, one.new is None) for one in difference(old, new)]
    assert found == [(("Use",), False, True), (("Finds",), True, False)]


def test_another_title_is_no_difference_of_the_text() -> None:
    assert difference(SENTENCE, SENTENCE, title="Reed") == []
