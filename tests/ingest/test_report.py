"""Every entry is counted once, and what was lost is named as well as it can be."""

import bz2
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from pinakes.ingest.errors import UnreadablePage
from pinakes.ingest.report import IngestReport
from pinakes.ingest.sources.mediawiki.files.multistream_index import find_index, read_index
from pinakes.ingest.types import Damage, Entry, OtherPage, PageCounts, QuarantinedPage, Redirect


def listed(file: Path) -> Iterator[tuple[int, str]]:
    """What the index beside a file says, as MediaWikiSource does."""
    index = find_index(file)
    return read_index(index) if index else iter(())


PART = Path("toywiki-20261101-pages-articles-multistream.xml.bz2")


HALF, NAMELESS = QuarantinedPage(2, "Half", ""), QuarantinedPage(None, None, "")


def other(page_id: int) -> OtherPage:
    return OtherPage(page_id, f"Talk:Page {page_id}", 1)


def report(
    entries: list[Entry], file: Path = PART, *, strict: bool = False
) -> tuple[PageCounts, list[dict[str, Any]]]:
    quarantine = BytesIO()
    found = IngestReport(quarantine, listed, strict=strict)
    for entry in entries:
        found.add(file, entry)
    counts = found.close()
    return counts, [json.loads(line) for line in quarantine.getvalue().splitlines()]


def test_every_page_is_counted_once() -> None:
    redirect = Redirect(2, "Alias", "Page 1", 5, "2026-01-01T00:00:00Z")
    counts, rows = report([other(1), redirect, QuarantinedPage(3, "Bad", "why"), other(4)])
    assert counts == PageCounts(4, redirects=1, other_namespaces=2, quarantined=1)
    assert rows == [{"page_id": 3, "title": "Bad", "part": PART.name, "reason": "why"}]


def test_a_damaged_place_is_told_with_the_pages_around_it() -> None:
    cut_off = QuarantinedPage(2, "Half", "cut off")
    entries = [other(1), cut_off, Damage(70, "CRC"), Damage(90, "CRC"), other(9), Damage(99, "x")]
    counts, rows = report(entries)
    assert counts == PageCounts(3, other_namespaces=2, quarantined=1, damages=3)
    first, nine = ({"page_id": n, "title": f"Talk:Page {n}"} for n in (1, 9))
    assert [(row["offset"], row["places"], row["after"], row["before"]) for row in rows[1:]] == [
        (70, 2, first, nine),
        (99, 1, nine, None),
    ]


@pytest.mark.parametrize(
    ("entries", "lost"),
    [
        ([other(1), Damage(1, ""), other(4), other(5), other(6)], [2, 3]),
        ([Damage(1, ""), other(3), other(4), other(5), other(6)], [1, 2]),
        ([other(1), other(2), Damage(1, "")], [3, 4, 5, 6]),
        ([other(1), HALF, Damage(1, ""), other(4), other(5), other(6)], [3]),
        ([other(1), NAMELESS, Damage(1, ""), other(4), other(5), other(6)], [3]),
        ([other(1), Damage(1, ""), other(3), Damage(2, ""), other(5), other(6)], [2, 4]),
        ([other(1), Damage(1, ""), other(2), other(3), other(4), other(5), other(6)], []),
        ([Damage(1, "")], [1, 2, 3, 4, 5, 6]),
    ],
)  # fmt: skip
def test_an_index_names_the_pages_that_were_lost(
    tmp_path: Path, entries: list[Entry], lost: list[int]
) -> None:
    lines = "".join(f"{600 + n // 3}:{n}:Talk:Page {n}\n" for n in range(1, 7))
    part = tmp_path / PART
    (tmp_path / PART.name.replace(".xml.bz2", "-index.txt.bz2")).write_bytes(
        bz2.compress(lines.encode())
    )
    counts, rows = report(entries, part)
    found = [row["page_id"] for row in rows if row["reason"] == "lost in a damaged place"]
    assert found == lost
    assert counts.read == 6
    assert counts.read == counts.other_namespaces + counts.quarantined
    assert [row["title"] for row in rows if row.get("page_id") in lost] == [
        f"Talk:Page {page_id}" for page_id in lost
    ]


def test_a_gap_does_not_reach_into_the_next_file(tmp_path: Path) -> None:
    file = BytesIO()
    found = IngestReport(file, listed)
    found.add(Path("one"), other(1))
    found.add(Path("one"), Damage(5, "CRC"))
    found.add(Path("two"), other(2))
    found.close()
    (row,) = map(json.loads, file.getvalue().splitlines())
    assert (row["after"]["page_id"], row["before"]) == (1, None)


@pytest.mark.parametrize("entry", [Damage(5, "CRC"), QuarantinedPage(1, "Bad", "why")])
def test_strict_gives_up_at_the_first(entry: Entry) -> None:
    with pytest.raises(UnreadablePage, match=rf"{PART}: .*without --strict"):
        report([other(1), entry], strict=True)


def test_indexes_are_found_by_the_names_they_have(tmp_path: Path) -> None:
    for part, index in (
        ("w-1-pages-articles-multistream.xml.bz2", "w-1-pages-articles-multistream-index.txt.bz2"),
        ("w-1-pages-articles-multistream.xml.bz2", "w-1-pages-articles-multistream-index.txt"),
        (
            "w-1-pages-articles-multistream3.xml-p1p9.bz2",
            "w-1-pages-articles-multistream-index3.txt-p1p9.bz2",
        ),
    ):
        path = tmp_path / index
        path.write_bytes(b"600:1:One: and a half\nodd\n601:x:No\n:\n601:2:Two")
        assert find_index(tmp_path / part) == path
        path.unlink()
    assert find_index(tmp_path / "w-1-p1p9.xml.bz2") is None


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "index.txt"
    path.write_bytes(b"600:1:One: and a half\nodd\n601:x:No\n:\n\xff\n601:2:Tw\xc3\xb6")
    assert list(read_index(path)) == [(1, "One: and a half"), (2, "Twö")]
    path.write_bytes(bz2.compress(b"600:1:One\n")[:-9])
    assert list(read_index(path)) in ([], [(1, "One")])
