"""Units become segments, once and whole."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from pinakes.ingest.errors import TruncatedDump
from pinakes.ingest.rows import to_json
from pinakes.ingest.segments import link_run_path, read_segment, segment_path, write_segment
from pinakes.ingest.sources.base import Source, Unit
from pinakes.ingest.sources.file_state import state_of
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit, find_dump
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.types import Damage, Document, Entry, Link, OtherPage, QuarantinedPage, Redirect
from tests.ingest.dumps_on_disk import END, HEADER, export, page, write_multistream


def _write(source: Source, units: Iterable[Unit], directory: Path) -> None:
    for unit in units:
        write_segment(unit, source, directory)


@pytest.fixture
def dump(tmp_path: Path) -> Source:
    path = write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")
    return MediaWikiSource(find_dump([path]), unit_bytes=300)


def test_segments_hold_every_page_in_order(dump: Source, tmp_path: Path) -> None:
    units = list(dump.units())
    _write(dump, units, tmp_path)
    titles = [
        entry.title
        for unit in units
        for entry, _ in read_segment(segment_path(tmp_path, unit.number))
        if isinstance(entry, Document)
    ]
    assert titles == [f"Page {number}" for number in range(1, 31)]
    assert not list(tmp_path.glob("*.partial"))


def test_finished_segments_are_left_alone(dump: Source, tmp_path: Path) -> None:
    units = list(dump.units())
    _write(dump, units, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.zst")}
    segment_path(tmp_path, 1).unlink()
    _write(dump, units, tmp_path)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.zst")}
    changed = {path.name.partition(".")[0] for path in after if after[path] != before[path]}
    assert changed == {"000001"}


def test_a_unit_may_be_written_by_two_at_once(
    dump: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is taken for dead goes on beside the one that does its unit again."""
    alone, together = tmp_path / "alone", tmp_path / "together"
    for directory in (alone, together):
        directory.mkdir()
    [unit, *_] = dump.units()
    write_segment(unit, dump, alone)
    read = MediaWikiSource.read
    begun: list[int] = []

    def slowly(source: MediaWikiSource, unit: WorkUnit) -> Iterator[Entry]:
        begun.append(unit.number)
        first, *rest = read(source, unit)
        yield first
        if len(begun) < 3:
            write_segment(unit, source, together)
        yield from rest

    monkeypatch.setattr(MediaWikiSource, "read", slowly)
    write_segment(unit, dump, together)
    assert begun == [0, 0, 0]
    assert len(list(alone.iterdir())) == 2
    assert {path.name: path.read_bytes() for path in together.iterdir()} == {
        path.name: path.read_bytes() for path in alone.iterdir()
    }


def test_the_sample_survives_the_segment(sample_dump: Path, tmp_path: Path) -> None:
    found = MediaWikiSource.open([sample_dump])
    (unit,) = found.units()
    _write(found, [unit], tmp_path)
    direct = list(found.read(unit))
    stored = list(read_segment(segment_path(tmp_path, 0)))
    assert len(stored) == len(direct) == 60
    for before, (after, passages) in zip(direct, stored, strict=True):
        if not isinstance(before, Document):
            assert (after, passages) == (before, [])
            continue
        assert isinstance(after, Document)
        assert (after.text, after.sections) == (before.text, before.sections)
        assert after.is_disambiguation == before.is_disambiguation
        assert passages
        for passage in passages:
            assert passage.text == after.text[passage.start : passage.end]


def test_link_runs_are_sorted_lines_of_target_words_and_source(tmp_path: Path) -> None:
    pages = [
        page(1, "One", "[[two|the &quot;second&quot;]] and [[Alpha]]"),
        page(2, "Two", "[[alpha]]"),
    ]
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export(pages))
    found = MediaWikiSource.open([path])
    _write(found, list(found.units()), tmp_path)
    with zstandard.open(link_run_path(tmp_path, 0), "rt", encoding="utf-8") as run:
        lines = run.read().splitlines()
    assert lines == ["Alpha\tAlpha\t1", "Alpha\talpha\t2", 'Two\tthe "second"\t1']


def test_links_beyond_what_memory_should_hold_are_written_in_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.ingest.segments._MOST_LINKS", 3)
    pages = [page(number, f"Page {number}", "[[B]] [[A]]") for number in range(1, 6)]
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export(pages))
    found = MediaWikiSource.open([path])
    _write(found, list(found.units()), tmp_path)
    with zstandard.open(link_run_path(tmp_path, 0), "rt", encoding="utf-8") as run:
        lines = run.read().splitlines()
    assert lines[:4] == ["A\tA\t1", "A\tA\t2", "B\tB\t1", "B\tB\t2"]
    assert sorted(lines) == sorted(f"{x}\t{x}\t{n}" for x in "AB" for n in range(1, 6))


def test_a_broken_unit_leaves_no_segment(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml.zst"
    path.write_bytes(zstandard.compress(export()))
    dump = find_dump([path])
    path.write_bytes(path.read_bytes()[:-40])
    found = MediaWikiSource(replace(dump, states=(state_of(path),)))
    unit = WorkUnit(0, path, 10, 0, 10)
    with pytest.raises(TruncatedDump):
        _write(found, [unit], tmp_path)
    assert not list(tmp_path.glob("0*"))


@pytest.mark.parametrize(
    "entry",
    [
        Redirect(9, "Alias", "Thing", 109, "2026-01-02T03:04:05Z"),
        OtherPage(3, "Talk:Thing", 1),
        QuarantinedPage(None, None, "cut off"),
        QuarantinedPage(7, "Sieben ‏שבע", "odd"),
        Damage(123, "CRC mismatch"),
    ],
)
def test_every_kind_of_entry_comes_back(
    tmp_path: Path, dump: Source, entry: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MediaWikiSource, "read", lambda source, unit: iter([entry]))
    _write(dump, [next(dump.units())], tmp_path)
    ((found, passages),) = read_segment(segment_path(tmp_path, 0))
    assert (found, passages) == (entry, [])


def test_rows_are_what_extract_prints(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    text = "Lead.\n== Parts ==\n=== Small ===\nWords here. {{disambiguation}}"
    path.write_text(HEADER + page(5, "Thing", text) + END)
    found = MediaWikiSource.open([path])
    (unit,) = found.units()
    (document,) = found.read(unit)
    assert isinstance(document, Document)
    row = json.loads(json.dumps(to_json(document)))
    assert row == {
        "page_id": 5,
        "title": "Thing",
        "revision_id": 105,
        "timestamp": "2026-01-02T03:04:05Z",
        "redirect_to": None,
        "is_disambiguation": True,
        "bold_names": [],
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
        "bold_names": (),
        "sections": [],
        "text": "",
    }


def test_links_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-pages.xml"
    links = "* [[Thing (tool)|Tool]]\n* [[Thing, Ohio]]\n"
    pages = page(5, "Thing", links + "{{disambiguation}}") + page(6, "Thing (tool)", links)
    path.write_text(HEADER + pages + END)
    dump = MediaWikiSource.open([path])
    _write(dump, list(dump.units()), tmp_path)
    (ambiguous, _), (plain, _) = read_segment(segment_path(tmp_path, 0))
    assert isinstance(ambiguous, Document)
    assert isinstance(plain, Document)
    read = (Link("Thing (tool)", "Tool"), Link("Thing, Ohio", "Thing, Ohio"))
    assert (ambiguous.links, plain.links) == (read, read)
    assert ambiguous.is_disambiguation
