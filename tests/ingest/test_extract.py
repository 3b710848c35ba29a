"""Units become segments, once and whole."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard

from ingest.dumps import Dump, WorkUnit, find_dump, plan_units
from ingest.errors import TruncatedDump
from ingest.extract import (
    extract_units,
    link_run_path,
    read_documents,
    read_segment,
    segment_counts,
    segment_path,
    to_json,
)
from ingest.types import Document, PageCounts, Redirect
from tests.ingest.dumps_on_disk import END, HEADER, export, page, write_multistream


def _extract(dump: Dump, units: list[WorkUnit], directory: Path) -> list[int]:
    done: list[int] = []
    with ThreadPoolExecutor(2) as executor:
        extract_units(dump, units, directory, executor, lambda unit: done.append(unit.number))
    return sorted(done)


@pytest.fixture
def dump(tmp_path: Path) -> Dump:
    return find_dump([write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")])


def test_segments_hold_every_page_in_order(dump: Dump, tmp_path: Path) -> None:
    units = list(plan_units(dump, 300))
    assert _extract(dump, units, tmp_path) == [unit.number for unit in units]
    titles = [
        entry[0].title
        for unit in units
        for entry in read_segment(segment_path(tmp_path, unit.number))
        if isinstance(entry, tuple)
    ]
    assert titles == [f"Page {number}" for number in range(1, 31)]
    assert not list(tmp_path.glob("*.partial"))


def test_finished_segments_are_left_alone(dump: Dump, tmp_path: Path) -> None:
    units = list(plan_units(dump, 300))
    _extract(dump, units, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.zst")}
    segment_path(tmp_path, 1).unlink()
    assert _extract(dump, units, tmp_path) == [unit.number for unit in units]
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.zst")}
    changed = {path.name.partition(".")[0] for path in after if after[path] != before[path]}
    assert changed == {"000001"}


def test_the_sample_survives_the_segment(sample_dump: Path, tmp_path: Path) -> None:
    found = find_dump([sample_dump])
    (unit,) = plan_units(found)
    _extract(found, [unit], tmp_path)
    direct = [entry for entry in read_documents(unit, found.site) if entry is not None]
    stored = list(read_segment(segment_path(tmp_path, 0)))
    assert len(stored) == len(direct)
    for before, after in zip(direct, stored, strict=True):
        if isinstance(before, Redirect):
            assert after == before
            continue
        assert isinstance(after, tuple)
        document, passages = after
        assert (document.text, document.sections) == (before.text, before.sections)
        assert document.is_disambiguation == before.is_disambiguation
        assert passages
        for passage in passages:
            assert passage.text == document.text[passage.start : passage.end]
    counts = segment_counts(segment_path(tmp_path, 0))
    assert counts == PageCounts(read=60, documents=40, redirects=16, other_namespaces=4)


def test_link_runs_are_sorted_lines_of_target_words_and_source(tmp_path: Path) -> None:
    pages = [
        page(1, "One", "[[two|the &quot;second&quot;]] and [[Alpha]]"),
        page(2, "Two", "[[alpha]]"),
    ]
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export(pages))
    found = find_dump([path])
    _extract(found, list(plan_units(found)), tmp_path)
    lines = zstandard.decompress(link_run_path(tmp_path, 0).read_bytes()).decode().splitlines()
    assert lines == ["Alpha\tAlpha\t1", "Alpha\talpha\t2", 'Two\tthe "second"\t1']


def test_a_broken_unit_leaves_no_segment(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_text(HEADER + page(1, "One") + "<page><title>Half")
    found = find_dump([path])
    with pytest.raises(TruncatedDump):
        _extract(found, list(plan_units(found)), tmp_path)
    assert not list(tmp_path.glob("*.zst*"))


def test_rows_are_what_extract_prints(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    text = "Lead.\n== Parts ==\n=== Small ===\nWords here. {{disambiguation}}"
    path.write_text(HEADER + page(5, "Thing", text) + END)
    found = find_dump([path])
    (unit,) = plan_units(found)
    (document,) = read_documents(unit, found.site)
    assert isinstance(document, Document)
    row = json.loads(json.dumps(to_json(document)))
    assert row == {
        "page_id": 5,
        "title": "Thing",
        "revision_id": 105,
        "timestamp": "2026-01-02T03:04:05Z",
        "redirect_to": None,
        "is_disambiguation": True,
        "sections": [
            {"heading_path": [], "start": 0, "end": 5},
            {"heading_path": ["Parts", "Small"], "start": 13, "end": 24},
        ],
        "text": "Lead.\n\nSmall\nWords here.",
    }
    assert to_json(Redirect(9, "Alias", "Thing", 109, "2026-01-02T03:04:05Z")) == {
        "page_id": 9,
        "title": "Alias",
        "revision_id": 109,
        "timestamp": "2026-01-02T03:04:05Z",
        "redirect_to": "Thing",
        "is_disambiguation": False,
        "sections": [],
        "text": "",
    }
