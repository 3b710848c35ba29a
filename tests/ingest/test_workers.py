"""Units are read in order, with bounded memory."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from pinakes.ingest.sources.base import Unit
from pinakes.ingest.workers import map_units


def _units(count: int) -> list[Unit]:
    return [Unit(number, Path("dump"), 1) for number in range(count)]


def test_results_come_in_the_order_of_the_units() -> None:
    with ThreadPoolExecutor(3) as executor:
        found = list(map_units(lambda unit: unit.number * 2, _units(50), executor, 7))
    assert [(unit.number, result) for unit, result in found] == [(n, 2 * n) for n in range(50)]


def test_units_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def plan() -> list[Unit]:
        for unit in _units(100):
            taken.append(unit.number)
            yield unit  # type: ignore[misc]

    with ThreadPoolExecutor(2) as executor:
        results = map_units(lambda unit: unit.number, plan(), executor, 5)
        for place, _ in zip(range(20), results, strict=False):
            assert len(taken) <= place + 5
        results.close()  # type: ignore[attr-defined]
    assert len(taken) < 30


def test_the_first_error_ends_the_run() -> None:
    def work(unit: Unit) -> int:
        if unit.number == 3:
            raise OSError("no more")
        return unit.number

    with ThreadPoolExecutor(1) as executor:
        results = map_units(work, _units(100), executor, 4)
        done = [unit.number for unit, _ in islice(results, 3)]
        with pytest.raises(OSError, match="no more"):
            next(results)
    assert done == [0, 1, 2]
