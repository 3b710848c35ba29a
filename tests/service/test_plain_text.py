"""Text of others at the borders: what a terminal would obey goes or is seen."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.ingest.characters import cleaned
from pinakes.service.plain_text import PlainStream, one_line, visible, visible_json
from tests.yardstick import assert_in_proportion

# name, what a model says, what is left
SAID = [
    ("colours", "a\x1b[1;31mred\x1b[0m b", "ared b"),
    ("a title of the window", "\x1b]0;owned\x07yes", "yes"),
    ("a link", "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ it", "link it"),
    ("a link that never ends", "\x1b]8;;http://evil", "8;;http://evil"),
    ("a link closed in C1", "\x9d8;;x\x9cyes", "yes"),
    ("C1", "a\x9b2Jb\x90c\x85", "abc"),
    ("other sequences", "\x1b(Ba\x1bcb\x1b7", "ab"),
    ("a device string", "\x1bPq#0\x1b\\yes", "yes"),
    ("half a sequence", "yes\x1b[", "yes"),
    ("line ends", "a\r\nb\rc\n", "a\nb\nc\n"),
    ("direction", "\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
    ("tags", "yes\U000e0049\U000e0067", "yes"),
    ("half a pair", "a\ud83db\ude00", "ab"),
    ("halves that come apart", "a\ud83d\ude00b", "a😀b"),
    ("marks of right-to-left texts", "שלום\u200f می\u200cخواهم", "שלום\u200f می\u200cخواهم"),
]


def streamed(pieces: list[str]) -> str:
    stream = PlainStream()
    return "".join([*map(stream.feed, pieces), stream.end()])


@pytest.mark.parametrize(("said", "left"), [case[1:] for case in SAID], ids=[c[0] for c in SAID])
def test_what_a_model_says(said: str, left: str) -> None:
    assert streamed([said]) == left
    assert streamed(list(said)) == left


PIECES = ["\x1b", "[", "]", "8;;", "\x07", "\\", "a", "3m", "\r", "\n", "\ud83d", "\ude00", "\x9b",
          "\x9d", "\x9c", "(", "\u202e", "x y"]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    said=st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    cuts=st.lists(st.integers(0, 30), max_size=5),
)
def test_however_it_is_cut(said: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(said)), len(said)]
    whole = streamed([said])
    assert streamed([said[start:end] for start, end in pairwise(edges)]) == whole
    assert streamed(list(said)) == whole
    assert cleaned(whole) == whole


@pytest.mark.parametrize("opener", ["\x90", "\x9d", "\x1b]"])
def test_strings_that_never_end_take_no_longer(opener: str) -> None:
    def said(number: int) -> object:
        return streamed([(opener + "aa") * number])

    assert_in_proportion(said, 40, 1_200)
    assert streamed([f"{opener}8;;x{opener}0;y\x9cyes"]) == "8;;xyes"


def test_at_the_way_out_offsets_stay() -> None:
    text = "a\x1b[31mb\u202e\U000e0041\ud800c\x85\n\t\u200f😀"
    assert visible(text) == "a\ufffd[31mb\ufffd\ufffd\ufffdc\ufffd\n\t\u200f😀"
    assert len(visible(text)) == len(text)
    value = {"a\x1b": ["\x9b", ("\u202e", 1, None)], "b": {"c": 0.5}}
    assert visible_json(value) == {"a\ufffd": ["\ufffd", ["\ufffd", 1, None]], "b": {"c": 0.5}}


def test_a_message_stands_on_one_line() -> None:
    assert one_line("no such file: a\nb\x1b]0;x\x07\r\n\u202ec") == "no such file: a b c"
    assert one_line("x" * 500, 10) == "x" * 9 + "…"
    assert one_line("cafe\u0301" * 3, 5) == "caf…"
