"""A network asked for several texts at once: by as many threads as there are cores.

Networks hold no lock of Python's while they compute. Knows nothing of what they are asked for.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

__all__ = ["side_by_side"]

_LEAST = 2

Item = TypeVar("Item")
Value = TypeVar("Value")


def side_by_side(ask: Callable[[Item], Value], items: Iterable[Item]) -> list[Value]:
    """What ``ask`` gives for each item, in their order; raises what it raises for the first.

    The threads are those of the whole process, so that several questions at once take turns. Never
    called by ``ask`` itself: it would wait for its own thread.
    """
    return list(_threads().map(ask, items))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(_LEAST, os.cpu_count() or 1), "network")
