"""Texts cut to a number of characters of JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.characters import cut_place
from pinakes.service.tools.budget import excerpt, json_length, last_end, shown, widened

FOUR = "One is here. Two is there. Three is not. Four is last."


@pytest.mark.parametrize(
    ("text", "room", "start", "part"),
    [
        ("Short.", 6, 0, "Short."),
        ("Short. Also.", 12, 0, "Short. Also."),
        (FOUR, 40, 0, "One is here. Two is there. …"),
        (FOUR, 30, 13, "… Two is there. …"),
        (FOUR, 100, 13, "… Two is there. Three is not. Four is last."),
        ("A sentence that does not end within the room.", 20, 0, "A sentence that …"),
        ("図書館は古代世界最大であった。", 9, 0, "図書館は古 …"),
        ('"""""""" and more', 12, 0, '"""" …'),
        ("Line one\nline two\nline three", 20, 0, "Line one …"),
        ("", 10, 0, ""),
    ],
)
def test_excerpts_end_with_a_sentence_or_a_word(
    text: str, room: int, start: int, part: str
) -> None:
    assert excerpt(text, room, start) == part


@pytest.mark.parametrize(
    ("place", "room", "around"),
    [
        ((13, 26), 100, FOUR),
        ((13, 26), 45, "One is here. Two is there. Three is not. …"),
        ((13, 26), 32, "… Two is there. Three is not. …"),
        ((27, 40), 31, "… Three is not. Four is last."),
        ((41, 54), 31, "… Three is not. Four is last."),
        ((13, 26), 20, "… Two is there. …"),
        ((41, 54), 50, "… Two is there. Three is not. Four is last."),
        ((0, 54), 45, "One is here. Two is there. Three is not. …"),
    ],
)
def test_a_stretch_is_widened_by_whole_sentences(
    place: tuple[int, int], room: int, around: str
) -> None:
    assert shown(FOUR, *widened(FOUR, *place, room)) == around


TEXTS = st.text(st.sampled_from('ab."\n\\é。 A😀\t'), max_size=200)


@given(TEXTS, st.integers(4, 120), st.data())
def test_no_cut_is_longer_than_its_room(text: str, room: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert json_length(excerpt(text, room, start)) <= room
    low, high = widened(text, start, end, room)
    part = shown(text, low, high)
    assert json_length(part) <= room
    assert len(json.dumps(part, ensure_ascii=False)) == json_length(part) + 2
    assert low <= start
    assert high >= end or low in (start, 0)


@pytest.mark.parametrize("text", ["e\u0301" * 300, "दिल्ली" * 100])
def test_no_letter_is_torn(text: str) -> None:
    for room in range(40, 60):
        end = last_end(text, 0, len(text), room)
        assert cut_place(text, end) == end > 0
