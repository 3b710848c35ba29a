"""The newest dump that is complete, as Wikimedia's servers and mirrors of them lay dumps out."""

import bz2
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from pinakes.ingest.errors import DumpNotFound, IngestError
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump
from pinakes.ingest.sources.mediawiki.files.newest import (
    dumps_below,
    missing_parts,
    newest_dump,
    no_newer_dump,
)
from tests.ingest.dumps_on_disk import export

CONTENT = bz2.compress(export())


def legacy(
    root: Path,
    day: str,
    kinds: tuple[str, ...] = ("pages-articles",),
    wiki: str = "toywiki",
    state: str = "done",
    listed: bool = True,
) -> Path:
    """A dump of the older kind, with its dumpstatus.json."""
    directory = root / wiki / day
    directory.mkdir(parents=True)
    files = {}
    for kind in kinds:
        path = directory / f"{wiki}-{day}-{kind}.xml.bz2"
        path.write_bytes(CONTENT)
        sha1 = hashlib.sha1(CONTENT).hexdigest()
        files[path.name] = {"size": len(CONTENT), "sha1": sha1}
    if listed:
        status = {"jobs": {"articlesdump": {"status": state, "files": files}}}
        (directory / "dumpstatus.json").write_text(json.dumps(status))
    return directory


def exported(root: Path, day: str, ranges: tuple[str, ...] = ("p1p9",)) -> Path:
    """A content export of 2026."""
    base = root / "mediawiki_content_current" / "toywiki" / day / "xml" / "bzip2"
    base.mkdir(parents=True)
    names = [f"toywiki-{day}-{pages}.xml.bz2" for pages in ranges]
    for name in names:
        (base / name).write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    (base / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name in names))
    (base / "_SUCCESS").touch()
    return base


def names(root: Path) -> list[str]:
    found = newest_dump(root, None)
    return [path.name for path in found.parts] if found else []


def test_the_newest_of_both_kinds(tmp_path: Path) -> None:
    legacy(tmp_path, "20260901")
    exported(tmp_path, "2026-11-01")
    legacy(tmp_path, "20261001")
    assert names(tmp_path) == ["toywiki-2026-11-01-p1p9.xml.bz2"]
    assert [dump.day for dump in dumps_below(tmp_path)] == [
        "2026-09-01", "2026-10-01", "2026-11-01",
    ]  # fmt: skip


def test_only_what_is_newer(tmp_path: Path) -> None:
    exported(tmp_path, "2026-11-01")
    found = newest_dump(tmp_path, date(2026, 10, 31))
    assert found
    assert found.date == "20261101"
    assert newest_dump(tmp_path, date(2026, 11, 1)) is None
    told = no_newer_dump(tmp_path, date(2026, 11, 1))
    assert told == f"no complete dump newer than 2026-11-01 in {tmp_path}"


def test_parts_come_in_the_order_of_their_pages_and_are_one_dump(tmp_path: Path) -> None:
    ranges = ("p1p900", "p901p901", "p902", "p1000p2000", "p10000p10000")
    base = exported(tmp_path, "2026-11-01", ranges)
    expected = [f"toywiki-2026-11-01-{pages}.xml.bz2" for pages in ranges]
    assert names(tmp_path) == expected
    assert [part.name for part in find_dump([base]).parts] == expected
    dump = find_dump([base])
    assert (dump.name, dump.date) == ("toywiki", "20261101")


def test_one_part_of_one_page_is_a_dump(tmp_path: Path) -> None:
    for pages in ("p7p7", "p7"):
        base = exported(tmp_path / pages, "2026-11-01", (pages,))
        assert len(find_dump([base]).parts) == len(names(tmp_path / pages)) == 1


@pytest.mark.parametrize(
    ("missing", "lacks"),
    [
        ("SHA256SUMS", "SHA256SUMS"),
        ("_SUCCESS", "_SUCCESS"),
        ("toywiki-2026-11-01-p10p20.xml.bz2", "toywiki-2026-11-01-p10p20.xml.bz2"),
    ],
)
def test_an_export_that_is_still_arriving(tmp_path: Path, missing: str, lacks: str) -> None:
    exported(tmp_path, "2026-10-01")
    (exported(tmp_path, "2026-11-01", ("p1p9", "p10p20")) / missing).unlink()
    assert names(tmp_path) == ["toywiki-2026-10-01-p1p9.xml.bz2"]
    told = no_newer_dump(tmp_path, date(2026, 10, 1))
    assert told.endswith(f"; that of 2026-11-01 lacks {lacks}")


def test_half_a_file_is_no_dump(tmp_path: Path) -> None:
    exported(tmp_path, "2026-10-01")
    base = exported(tmp_path, "2026-11-01")
    path = next(base.glob("*.bz2"))
    path.write_bytes(CONTENT[:-30])
    assert names(tmp_path) == ["toywiki-2026-10-01-p1p9.xml.bz2"]
    assert f"lacks the rest of {path.name}" in no_newer_dump(tmp_path, None)


def test_a_part_that_no_list_names(tmp_path: Path) -> None:
    base = exported(tmp_path, "2026-11-01")
    (base / "toywiki-2026-11-01-p10p20.xml.bz2").write_bytes(CONTENT)
    assert names(tmp_path) == []
    assert "lacks a checksum of toywiki-2026-11-01-p10p20" in no_newer_dump(tmp_path, None)


@pytest.mark.parametrize("state", ["in-progress", "waiting", "failed"])
def test_a_job_that_is_not_done(tmp_path: Path, state: str) -> None:
    legacy(tmp_path, "20261101", state=state)
    assert names(tmp_path) == []
    assert f"which is {state} (dumpstatus.json)" in no_newer_dump(tmp_path, None)


def test_a_size_that_is_not_the_published_one(tmp_path: Path) -> None:
    directory = legacy(tmp_path, "20261101")
    status = json.loads((directory / "dumpstatus.json").read_text())
    for about in status["jobs"]["articlesdump"]["files"].values():
        about["size"] += 1
    (directory / "dumpstatus.json").write_text(json.dumps(status))
    assert "lacks the rest of toywiki-20261101-pages" in no_newer_dump(tmp_path, None)


def test_checksums_alone_do_for_older_dumps(tmp_path: Path) -> None:
    directory = legacy(tmp_path, "20261101", listed=False)
    assert "lacks a list of its checksums" in no_newer_dump(tmp_path, None)
    sums = directory / "toywiki-20261101-sha1sums.txt"
    other = "toywiki-20261101-stub-articles.xml.gz"
    sums.write_text(f"{'0' * 40}  toywiki-20261101-pages-articles.xml.bz2\n{'1' * 40}  {other}\n")
    assert names(tmp_path) == ["toywiki-20261101-pages-articles.xml.bz2"]


def test_of_several_dumps_of_one_day_one_is_taken(tmp_path: Path) -> None:
    kinds = ("stub-articles", "pages-meta-current", "pages-articles", "pages-articles-multistream")
    directory = legacy(tmp_path, "20261101", kinds)
    (directory / "toywiki-20261101-pages-articles-multistream-index.txt.bz2").write_bytes(b"")
    assert names(tmp_path) == ["toywiki-20261101-pages-articles-multistream.xml.bz2"]
    (directory / "toywiki-20261101-pages-articles-multistream.xml.bz2").unlink()
    assert names(tmp_path) == ["toywiki-20261101-pages-articles.xml.bz2"]


@pytest.mark.parametrize("there", ["the whole", "its parts"])
def test_of_a_dump_in_one_file_and_in_parts_one_of_both_will_do(tmp_path: Path, there: str) -> None:
    kinds = ("pages-articles", "pages-articles1", "pages-articles2")
    directory = legacy(tmp_path, "20261101", kinds)
    for number, pages in ((1, "p1p9"), (2, "p10p19")):
        old = f"toywiki-20261101-pages-articles{number}.xml.bz2"
        new = old.replace(".xml.bz2", f".xml-{pages}.bz2")
        (directory / old).rename(directory / new)
        status = directory / "dumpstatus.json"
        status.write_text(status.read_text().replace(old, new))
    whole, *parts = sorted(directory.glob("*.bz2"))
    for path in parts if there == "the whole" else [whole]:
        path.unlink()
    left = [whole] if there == "the whole" else parts
    assert names(tmp_path) == [path.name for path in left]
    assert missing_parts(left) == []
    assert missing_parts(parts[:1]) == parts[1:]


def test_what_is_passed_over(tmp_path: Path) -> None:
    """All revisions, names without a date, days that are none, links."""
    exported(tmp_path, "2026-10-01")
    current = tmp_path / "mediawiki_content_current"
    newer = exported(tmp_path / "more", "2026-11-01").parents[3]
    newer.parent.rename(tmp_path / "mediawiki_content_history")
    (tmp_path / "toywiki-latest-pages-articles.xml.bz2").write_bytes(CONTENT)
    (tmp_path / "toywiki-20269999-pages-articles.xml.bz2").write_bytes(CONTENT)
    (current / "linked").symlink_to(tmp_path)
    assert [dump.date for dump in dumps_below(tmp_path)] == ["20261001"]


def test_one_wiki_of_several(tmp_path: Path) -> None:
    legacy(tmp_path, "20261101")
    legacy(tmp_path, "20261201", wiki="otherwiki")
    found = newest_dump(tmp_path, None, "toywiki")
    assert found
    assert found.date == "20261101"
    with pytest.raises(IngestError, match="otherwiki, toywiki; name one"):
        newest_dump(tmp_path, None)
    assert newest_dump(tmp_path, None, "nowiki") is None


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path / "file"):
        (tmp_path / "file").touch()
        with pytest.raises(DumpNotFound, match=path.name):
            newest_dump(path, None)
