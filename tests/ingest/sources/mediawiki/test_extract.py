"""Every page is accounted for, and units are read in order with bounded memory."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from pinakes.ingest.rows import extract_unit
from pinakes.ingest.sources.mediawiki import extract
from pinakes.ingest.sources.mediawiki.extract import count_entry, map_units, read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit, find_dump, plan_units
from pinakes.ingest.types import Document, PageCounts, QuarantinedPage
from tests.ingest.dumps_on_disk import export, page, write_multistream


def _units(count: int) -> list[WorkUnit]:
    return [WorkUnit(number, Path("dump"), number, number + 1, 1) for number in range(count)]


def test_the_sample_is_accounted_for(sample_dump: Path, tmp_path: Path) -> None:
    dump = find_dump([sample_dump])
    (unit,) = plan_units(dump)
    counts = sum(map(count_entry, read_documents(unit, dump.site)), PageCounts())
    assert counts == PageCounts(read=60, documents=40, redirects=16, other_namespaces=4)
    extracted = extract_unit(unit, dump.site, tmp_path)
    assert extracted.counts == counts
    assert extracted.rows.read_bytes().count(b"\n") == 56
    assert extracted.problems.read_bytes() == b""


@pytest.mark.parametrize("unit_bytes", [1, 2, 7, 300])
def test_units_of_any_size_hold_the_same_pages(tmp_path: Path, unit_bytes: int) -> None:
    dump = find_dump([write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")])
    units = plan_units(dump, unit_bytes)
    found = [entry for unit in units for entry in read_documents(unit, dump.site)]
    assert [entry.title for entry in found if isinstance(entry, Document)] == [
        f"Page {number}" for number in range(1, 31)
    ]
    assert len(found) == 30


def test_a_page_whose_parsing_fails_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = extract.parse_document

    def fail(found: extract.Page, site: extract.SiteInfo) -> Document:
        if found.title == "Two":
            raise RecursionError("too deep")
        return parse(found, site)

    monkeypatch.setattr(extract, "parse_document", fail)
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export([page(1, "One"), page(2, "Two"), page(3, "Three")]))
    dump = find_dump([path])
    one, two, three = read_documents(next(plan_units(dump)), dump.site)
    assert isinstance(one, Document)
    assert isinstance(three, Document)
    assert isinstance(two, QuarantinedPage)
    assert (two.page_id, two.title) == (2, "Two")
    assert "RecursionError: too deep" in two.reason


def test_results_come_in_the_order_of_the_units() -> None:
    with ThreadPoolExecutor(3) as executor:
        found = list(map_units(lambda unit: unit.number * 2, _units(50), executor, 7))
    assert [(unit.number, result) for unit, result in found] == [(n, 2 * n) for n in range(50)]


def test_units_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def plan() -> list[WorkUnit]:
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
    def work(unit: WorkUnit) -> int:
        if unit.number == 3:
            raise OSError("no more")
        return unit.number

    with ThreadPoolExecutor(1) as executor:
        results = map_units(work, _units(100), executor, 4)
        done = [unit.number for unit, _ in islice(results, 3)]
        with pytest.raises(OSError, match="no more"):
            next(results)
    assert done == [0, 1, 2]
