"""Several texts at once: in their order, and truly at once."""

import threading

import pytest

from pinakes.index.encoders.side_by_side import side_by_side


def test_values_come_in_the_order_of_the_items() -> None:
    later = threading.Event()

    def ask(item: int) -> int:
        if item == 0:
            later.wait(30)
        later.set()
        return -item

    assert side_by_side(ask, range(4)) == [0, -1, -2, -3]


def test_two_are_asked_at_once() -> None:
    both = threading.Barrier(2)
    assert side_by_side(lambda item: both.wait(30) >= 0 and item, ["a", "b"]) == ["a", "b"]


def test_what_goes_wrong_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda item: 1 // item, [1, 0])
