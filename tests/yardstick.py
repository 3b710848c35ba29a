"""Events that are waited for, and work that is held against other work: no test knows the machine.

CPU time of this thread alone, because others may be busy, and the least of a few tries, because
they share its caches. Bounds are generous: they tell a line from a square, not fast from slow.
"""

import gc
import time
from collections.abc import Callable

import pytest

__all__ = ["PATIENCE_S", "assert_in_proportion", "cpu_seconds", "wait_until"]

# How long an event is waited for that ought to come: only so that a test ends at all.
PATIENCE_S = 120

_TRIES = 3
_LONG_S = 0.1  # what takes so long is little disturbed
_LEAST_S = 0.002  # below, the clock and fixed costs decide
_LENIENCE = 3


def wait_until(condition: Callable[[], object], what: str = "it") -> None:
    """Return once the condition holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen in {PATIENCE_S} s"
        time.sleep(0.005)


def cpu_seconds(work: Callable[[], object]) -> float:
    """What ``work`` takes, at least as much as can be measured well."""
    best = float("inf")
    gc.freeze()  # what other tests have left is not searched for rubbish on this one's account
    try:
        for _ in range(_TRIES):
            began = time.thread_time()
            work()
            best = min(best, time.thread_time() - began)
            if best > _LONG_S:
                break
    finally:
        gc.unfreeze()
    return max(best, _LEAST_S)


def assert_in_proportion(work: Callable[[int], object], small: int, large: int) -> None:
    """``work`` of the large size takes as many times longer as it is larger, about.

    Beside a load a measurement may be several times too long: what looks like more is measured
    again, both sizes, and the least counts. A square stays one.
    """
    before = after = float("inf")
    for _ in range(_TRIES):
        before = min(before, cpu_seconds(lambda: work(small)))
        after = min(after, cpu_seconds(lambda: work(large)))
        if after < _LENIENCE * large / small * before:
            return
    pytest.fail(f"{large / small:.0f} times as much took {after / before:.0f} times as long")
