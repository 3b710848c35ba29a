"""CirrusSearch dumps: however they are packed and cut, every page is there once."""

import bz2
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pinakes.ingest.errors import IngestError, NotADump, TruncatedDump
from pinakes.ingest.report import count_entry
from pinakes.ingest.sources import json_lines
from pinakes.ingest.sources.cirrus.source import CirrusSource
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.sources.wiki_names import address_of_wiki, language_of_wiki
from pinakes.ingest.types import (
    Damage,
    Document,
    Entry,
    Link,
    OtherPage,
    PageCounts,
    QuarantinedPage,
    Redirect,
    Section,
    Unchanged,
)
from tests.ingest.rendered_dumps import index_page, lines

PAPYRUS = index_page(
    1,
    "Papyrus",
    "Papyrus is a reed. It grows by the Nile.",
    auxiliary_text=["Papyrus  Order: Poales \n Height: 5 m", ""],
    heading=["Growth", "Use"],
    redirect=[{"namespace": 0, "title": "Reed"}, {"namespace": 4, "title": "WP:Reed"}],
    outgoing_link=["River_Nile", "Template:Box"],
)
PAGES = [
    *PAPYRUS,
    *index_page(2, "Template:Box", "box", namespace=10),
    *index_page(3, "Nile (Begriffsklärung)", "Nile may mean"),
    *index_page(4, "Reed (plant)", "x", template=["Vorlage:Begriffsklärung"]),
]
OLD_NAME = "dewiki-20251229-cirrussearch-content.json.gz"
NEW_NAME = "dewiki_content-20260816-00000.json.bz2"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    OLD_NAME: gzip.compress,
    NEW_NAME: bz2.compress,
    "dewiki_content-20260816-00000.json": bytes,
}


def entries(source: CirrusSource) -> list[Entry]:
    return [entry for unit in source.units() for entry in source.read(unit)]


def titles(source: CirrusSource) -> list[str]:
    return [entry.title for entry in entries(source) if isinstance(entry, Document)]


@pytest.mark.parametrize("name", PACKED)
def test_a_page_is_its_text_tables_and_headings(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKED[name](lines(PAGES)))
    source = open_source([path])
    assert isinstance(source, CirrusSource)
    about = source.identity
    assert (about.kind, about.name, about.language) == ("cirrus", "dewiki", "de")
    assert about.date == ("20251229" if "cirrus" in name else "20260816")
    assert about.base_url == "https://de.wikipedia.org/wiki/"
    papyrus, redirect, box, nile, reed = entries(source)
    assert isinstance(papyrus, Document)
    assert papyrus.text == (
        "Papyrus is a reed.\n\nIt grows by the Nile.\n\n"
        "Tables and captions\nPapyrus Order: Poales Height: 5 m\n\nSections\nGrowth; Use"
    )
    assert papyrus.sections[:2] == (Section((), 0, 18), Section((), 20, 41))
    assert (papyrus.key, papyrus.revision_id) == (1, 1001)
    assert papyrus.timestamp == "2026-08-01T10:00:00Z"
    assert papyrus.links[0] == Link("River Nile", "River Nile")
    assert redirect == Redirect(1, "Reed", "Papyrus", 0, "")
    assert box == OtherPage(2, "Template:Box", 10)
    assert isinstance(nile, Document)
    assert isinstance(reed, Document)
    assert (papyrus.is_disambiguation, nile.is_disambiguation) == (False, True)
    assert reed.is_disambiguation


@pytest.fixture
def long_lines(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Pages of all lengths, and units that hold few of them."""
    monkeypatch.setattr(json_lines, "_UNIT_BYTES", 1 << 20)
    monkeypatch.setattr(json_lines, "_LINES_BYTES", 50_000)
    sizes = [10, 1 << 20, 3, (1 << 20) - 700, 5, 2_500_000, 7, 100_000, 1 << 19, 40]
    return [
        row
        for number, size in enumerate(sizes)
        for row in index_page(number + 1, f"Page {number + 1}", "ab cd " * (size // 6))
    ]


@pytest.mark.parametrize("name", PACKED)
def test_no_unit_loses_or_repeats_a_page(tmp_path: Path, name: str, long_lines: list[Any]) -> None:
    path = tmp_path / name
    content = lines(long_lines)
    # Compressed as many streams, so that bz2 has places to enter at.
    cuts = range(0, len(content), 300_000)
    path.write_bytes(b"".join(PACKED[name](content[cut : cut + 300_000]) for cut in cuts))
    source = CirrusSource.open([path])
    units = list(source.units())
    assert titles(source) == [f"Page {number}" for number in range(1, 11)]
    assert sum(unit.byte_count for unit in units) == source.byte_count
    assert len(units) > 3 or name == NEW_NAME


def test_units_of_a_few_bytes_hold_the_same_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streams of bz2 that end anywhere: in a line, behind it, between a head and its page."""
    content = lines(row for number in range(1, 13) for row in index_page(number, f"Page {number}"))
    for size in (100, 597, 640):
        path = tmp_path / f"dewiki_content-20260816-{size:05}.json.bz2"
        cuts = range(0, len(content), size)
        path.write_bytes(b"".join(bz2.compress(content[cut : cut + size]) for cut in cuts))
        for unit_bytes in (1, 50, 333, 1_000):
            monkeypatch.setattr(json_lines, "_UNIT_BYTES", unit_bytes)
            assert titles(CirrusSource.open([path])) == [f"Page {n}" for n in range(1, 13)]
    path = tmp_path / OLD_NAME
    path.write_bytes(gzip.compress(content))
    monkeypatch.setattr(json_lines, "_LINES_BYTES", 1)
    source = CirrusSource.open([path])
    assert len(list(source.units())) == 12
    assert titles(source) == [f"Page {n}" for n in range(1, 13)]


def test_shards_are_read_in_order_and_samples_are_spread(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        path = tmp_path / f"dewiki_content-20260816-{number:05}.json.bz2"
        path.write_bytes(bz2.compress(lines(index_page(number + 1, f"Page {number}"))))
    (tmp_path / "_SUCCESS").touch()
    source = CirrusSource.open([tmp_path])
    assert titles(source) == ["Page 0", "Page 1", "Page 2"]
    assert [unit.file.name[-14:] for unit in source.sample(1)] == ["00001.json.bz2"]


def test_what_is_no_page_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / OLD_NAME
    odd: list[Any] = [
        *PAPYRUS,
        *index_page(5, "No version", version=None),
        b'{"index": {"_id": "6"}}', b"[" * 100_000,
        b'{"index": {"_id": "7"}}', b"7",
        index_page(8, "Without its head")[1] | {"page_id": 8},
        {"title": "Nowhere"},
    ]  # fmt: skip
    path.write_bytes(gzip.compress(lines(odd)))
    found = entries(CirrusSource.open([path]))
    counts = sum(map(count_entry, found), PageCounts())
    assert counts == PageCounts(read=7, documents=2, redirects=1, quarantined=4)
    aside = [(e.key, e.title) for e in found if isinstance(e, QuarantinedPage)]
    assert aside == [(5, "No version"), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("_id", 0), ("_id", -3), ("_id", str(1 << 63)), ("_id", "9" * 5000), ("_id", True),
        ("_id", 1e400), ("version", 1 << 63), ("version", 0), ("version", [1]),
        ("namespace", 1 << 80), ("title", 7), ("timestamp", 7),
        ("redirect", [{"namespace": 0, "title": 7}]),
    ],
)  # fmt: skip
def test_what_no_store_holds_is_set_aside(tmp_path: Path, field: str, odd: Any) -> None:
    path = tmp_path / OLD_NAME
    head, page = index_page(2, "Nile")
    row = [{"index": {"_id": odd}}, page] if field == "_id" else [head, page | {field: odd}]
    path.write_bytes(gzip.compress(lines([*PAPYRUS, *row, *index_page(3, "Reeds")])))
    found = entries(CirrusSource.open([path]))
    assert [type(entry) for entry in found] == [Document, Redirect, QuarantinedPage, Document]
    assert found[2].key in (None, 2)


def test_files_that_hold_no_page_are_refused_by_what_they_lack(tmp_path: Path) -> None:
    path = tmp_path / OLD_NAME
    path.write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(NotADump, match="first line is none of a dump of this name"):
        open_source([path])
    path.write_bytes(gzip.compress(lines([PAPYRUS[0], b"[]"])))
    assert open_source([path]).identity.database == "dewiki"


def test_damage_costs_a_place_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / NEW_NAME
    blocks = [
        bz2.compress(lines(index_page(number, f"Page {number}", "text " * 400)))
        for number in range(1, 6)
    ]
    broken = bytearray(blocks[2])
    broken[60] ^= 0xFF
    path.write_bytes(b"".join((*blocks[:2], bytes(broken), *blocks[3:])))
    found = entries(CirrusSource.open([path]))
    assert [e.title for e in found if isinstance(e, Document)] == [
        "Page 1", "Page 2", "Page 5",
    ]  # fmt: skip
    assert sum(isinstance(e, Damage) for e in found) == 1
    # Nobody knows whether the line behind the damage is whole: it was a head.
    assert [e.key for e in found if isinstance(e, QuarantinedPage)] == [None]


@pytest.mark.parametrize("name", PACKED)
def test_a_file_that_breaks_off_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = PACKED[name](lines(PAGES * 50))
    path.write_bytes(content[: len(content) - 40])
    with pytest.raises(TruncatedDump, match="fetch it again"):
        entries(CirrusSource.open([path]))


def test_files_of_two_dumps_are_refused(tmp_path: Path) -> None:
    for name in (NEW_NAME, NEW_NAME.replace("0816", "0823")):
        (tmp_path / name).write_bytes(bz2.compress(lines(PAGES)))
    with pytest.raises(IngestError, match="dewiki of 20260816, dewiki of 20260823"):
        open_source([tmp_path])


def test_pages_are_known_by_all_that_is_said_of_them(tmp_path: Path) -> None:
    def read(page: list[Any]) -> Iterator[Entry]:
        path = tmp_path / OLD_NAME
        path.write_bytes(gzip.compress(lines(page)))
        source = CirrusSource.open([path])
        for unit in source.units():
            yield from source.read_changed(unit, lambda _key, made_from: made_from(b"") == known)

    known = b""
    first, _ = read(PAPYRUS)
    assert isinstance(first, Document)
    known = first.made_from
    again, redirect = read(PAPYRUS)
    assert again == Unchanged(1, "Papyrus")
    assert isinstance(redirect, Redirect)
    changed, _ = read([PAPYRUS[0], PAPYRUS[1] | {"auxiliary_text": ["Height: 6 m"]}])
    assert isinstance(changed, Document)


@pytest.mark.parametrize("database", ["test2wiki", "be_x_oldwiki", "nds_nlwiki"])
@pytest.mark.parametrize(
    "name", ["{}_content-20260816-00000.json", "{}-20251229-cirrussearch-content.json"]
)
def test_the_name_of_a_file_tells_the_wiki(tmp_path: Path, database: str, name: str) -> None:
    """Where its first page does not."""
    path = tmp_path / name.format(database)
    head, page = index_page(1, "Papyrus")
    path.write_bytes(lines([head, page | {"wiki": None}]))
    about = open_source([path]).identity
    assert (about.kind, about.name, about.database) == ("cirrus", database, database)


@pytest.mark.parametrize(
    ("database", "language", "address"),
    [
        ("enwiki", "en", "https://en.wikipedia.org/wiki/"),
        ("zh_min_nanwiki", "zh-min-nan", "https://zh-min-nan.wikipedia.org/wiki/"),
        ("frwiktionary", "fr", "https://fr.wiktionary.org/wiki/"),
        ("commonswiki", "", ""),
        ("test2wiki", "", ""),
        ("my notes", "", ""),
    ],
)
def test_wikis_are_known_by_their_databases(database: str, language: str, address: str) -> None:
    assert language_of_wiki(database) == language
    assert address_of_wiki(database) == address
