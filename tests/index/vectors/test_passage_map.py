from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.index.store.rows import PageDigests
from pinakes.index.vectors.ids import GONE
from pinakes.index.vectors.passage_map import passage_map

Pages = dict[int, str]  # a letter for each passage: passages of the same letter have equal digests


def digests(pages: Pages) -> Iterator[PageDigests]:
    first = 0
    for page_id, passages in sorted(pages.items()):
        yield PageDigests(
            page_id=page_id,
            source_key=None,
            first_passage=first,
            made_from=b"",
            passages=tuple(letter.encode() * 16 for letter in passages),
        )
        first += len(passages)


def mapped(old: Pages, new: Pages, scratch: Path) -> list[int | None]:
    count = sum(map(len, old.values()))
    moved = passage_map(digests(old), digests(new), count, scratch)
    assert moved.dtype == np.uint32
    assert not list(scratch.iterdir())
    return [None if number == GONE else int(number) for number in moved]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        pytest.param({1: "ab", 2: "c"}, {1: "ab", 2: "c"}, [0, 1, 2], id="the same"),
        pytest.param({}, {1: "ab"}, [], id="all new"),
        pytest.param({1: "ab"}, {}, [None, None], id="all gone"),
        pytest.param({1: "ab", 5: "c"}, {1: "ab", 3: "x", 5: "c"}, [0, 1, 3], id="a new page"),
        pytest.param({1: "ab", 3: "x", 5: "c"}, {1: "ab", 5: "c"}, [0, 1, None, 2], id="deleted"),
        pytest.param({1: "abc"}, {1: "axc"}, [0, None, 2], id="a passage changed"),
        pytest.param({1: "abc"}, {1: "cba"}, [2, 1, 0], id="passages swapped"),
        pytest.param({1: "aab"}, {1: "xaaa"}, [1, 2, None], id="equal ones in order"),
        pytest.param({1: "aaa"}, {1: "ba"}, [1, None, None], id="fewer equal ones"),
        pytest.param({1: "ab", 5: "c"}, {5: "c", 9: "ab"}, [1, 2, 0], id="to another page"),
        pytest.param({1: "ba", 5: "c"}, {3: "c", 9: "ab"}, [2, 1, 0], id="in another order"),
        pytest.param({1: "a", 5: "a"}, {3: "a", 5: "a"}, [0, 1], id="of the same page first"),
        pytest.param({1: "", 2: "a"}, {1: "", 2: "a"}, [0], id="a page without passages"),
    ],
)
def test_a_passage_is_known_again(
    old: Pages, new: Pages, wanted: list[int | None], tmp_path: Path
) -> None:
    assert mapped(old, new, tmp_path) == wanted


pages = st.dictionaries(st.integers(1, 9), st.text("abcdefgh", max_size=6), max_size=6)


@settings(deadline=None)
@given(old=pages, new=pages)
def test_as_many_as_there_are_and_none_twice(
    tmp_path_factory: pytest.TempPathFactory, old: Pages, new: Pages
) -> None:
    moved = mapped(old, new, tmp_path_factory.mktemp("map"))
    before, after = ("".join(p for _, p in sorted(x.items())) for x in (old, new))
    found = [(was, is_now) for was, is_now in enumerate(moved) if is_now is not None]
    assert all(before[was] == after[is_now] for was, is_now in found)
    assert len({is_now for _, is_now in found}) == len(found)
    assert len(found) == sum(min(before.count(x), after.count(x)) for x in set(before))


def test_passages_are_numbered_as_pages_come_in_the_dump(tmp_path: Path) -> None:
    """Page 7 before page 2: digests come by page id all the same."""
    old = [PageDigests(2, None, 1, b"", (b"b",)), PageDigests(7, None, 0, b"", (b"a",))]
    new = [PageDigests(2, None, 0, b"", (b"b",)), PageDigests(7, None, 1, b"", (b"a",))]
    assert passage_map(old, new, 2, tmp_path).tolist() == [1, 0]
