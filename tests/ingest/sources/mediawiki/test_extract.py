"""Every page is accounted for, however a dump is cut into units."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pinakes.ingest.report import count_entry
from pinakes.ingest.rows import extract_unit
from pinakes.ingest.sources.mediawiki import extract
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.types import Document, PageCounts, QuarantinedPage
from tests.ingest.dumps_on_disk import export, page, write_multistream


def test_the_sample_is_accounted_for(sample_dump: Path, tmp_path: Path) -> None:
    source = MediaWikiSource.open([sample_dump])
    (unit,) = source.units()
    counts = sum(map(count_entry, source.read(unit)), PageCounts())
    assert counts == PageCounts(read=60, documents=40, redirects=16, other_namespaces=4)
    extracted = extract_unit(unit, source, tmp_path)
    assert extracted.counts == counts
    assert extracted.rows.read_bytes().count(b"\n") == 56
    assert extracted.problems.read_bytes() == b""


def test_a_source_read_for_its_texts_alone_gives_the_same_without_layouts(
    sample_dump: Path,
) -> None:
    source = MediaWikiSource.open([sample_dump])
    (unit,) = source.units()
    whole, plain = list(source.read(unit)), list(source.without_layout().read(unit))
    laid = [entry for entry in whole if isinstance(entry, Document) and entry.layout]
    assert laid
    assert [replace(entry, layout=b"") for entry in laid] == [
        entry for entry, other in zip(plain, whole, strict=True) if other in laid
    ]


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

    def fail(found: extract.Page, site: extract.SiteInfo, **more: Any) -> Document:
        if found.title == "Two":
            raise RecursionError("too deep")
        return parse(found, site, **more)

    monkeypatch.setattr(extract, "parse_document", fail)
    path = tmp_path / "toywiki-20261101-pages.xml"
    path.write_bytes(export([page(1, "One"), page(2, "Two"), page(3, "Three")]))
    dump = find_dump([path])
    one, two, three = read_documents(next(plan_units(dump)), dump.site)
    assert isinstance(one, Document)
    assert isinstance(three, Document)
    assert isinstance(two, QuarantinedPage)
    assert (two.key, two.title) == (2, "Two")
    assert "RecursionError: too deep" in two.reason
