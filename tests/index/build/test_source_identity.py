"""A file that is another now is noticed and named, and no collection becomes another wiki's."""

import bz2
import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import py7zr
import pytest
import zstandard

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import OtherWiki
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.store.store import Store
from pinakes.index.types import FORMAT_VERSION
from pinakes.ingest.errors import DumpChanged
from pinakes.ingest.sources import file_state
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.files.bz2_blocks import read_blocks
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.opening import open_source
from tests.index.collections import quarantine
from tests.index.toys import QuietProgress, Stopped
from tests.ingest.dumps_on_disk import (
    END,
    HEADER,
    PAGES,
    export,
    page,
    write_damaged,
    write_multistream,
)

pytestmark = pytest.mark.usefixtures("thread_executor")
NAME = "toywiki-20261101-pages-articles"


def _seven_zip(path: Path, xml: bytes) -> None:
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr(xml, "dump.xml")


FORMS: dict[str, Callable[[Path, bytes], Any]] = {
    ".xml": lambda path, xml: path.write_bytes(xml),
    ".xml.bz2": lambda path, xml: path.write_bytes(bz2.compress(xml)),
    ".xml.gz": lambda path, xml: path.write_bytes(gzip.compress(xml, 0)),
    ".xml.zst": lambda path, xml: path.write_bytes(zstandard.compress(xml)),
    ".xml.7z": _seven_zip,
}
# As long as each other: a gz that is not packed, and XML, then differ in the middle alone.
OLD, NEW = export(), export().replace(b"Text of page 15.", b"Word of page 15.")


def make(collection: Path, dump: Source, **options: Any) -> tuple[Any, list[str]]:
    """Build the keyword side; the result and what was said."""
    progress = QuietProgress()
    result = build_collection(
        collection, dump, None, "none", progress, BuildOptions(workers=1, **options)
    )
    return result, progress.notes


def texts(collection: Path) -> list[str]:
    """What each page says, in its order."""
    with Store(current_generation(collection) / "pages.db") as store:
        return [passage.text for passage, _ in store.all_passages()]


def changed_notes(notes: list[str]) -> list[str]:
    return [note for note in notes if "changed since" in note]


@pytest.mark.parametrize(
    ("form", "keeps_time"), [(".xml", True), *((form, False) for form in FORMS)]
)
def test_a_file_that_changed_in_the_middle_is_built_again(
    tmp_path: Path, form: str, keeps_time: bool
) -> None:
    path = tmp_path / f"{NAME}{form}"
    FORMS[form](path, OLD)
    before = path.stat()
    first, _ = make(tmp_path / "toy", open_source([path]))
    FORMS[form](path, NEW)
    if keeps_time:  # as some tools do that write into a file
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second, notes = make(tmp_path / "toy", open_source([path]))
    assert first.changed
    assert second.changed
    assert [note for note in notes if note.startswith(f"{path.name} changed since 20261101-1")]
    assert texts(tmp_path / "toy")[14] == "Word of page 15."


def test_of_several_files_the_one_that_changed_is_named(tmp_path: Path) -> None:
    parts = [tmp_path / f"toywiki-20261101-articles{n}.xml-p{n}p{n}.bz2" for n in (1, 2, 3)]
    for number, part in enumerate(parts):
        FORMS[".xml.bz2"](part, export(PAGES[number : number + 1]))
    make(tmp_path / "toy", open_source(parts))
    FORMS[".xml.bz2"](parts[1], export([PAGES[1].replace("Text", "Word")]))
    result, notes = make(tmp_path / "toy", open_source(parts))
    assert result.changed
    assert [note.split(" changed")[0] for note in changed_notes(notes)] == [parts[1].name]


def test_nothing_is_read_while_no_file_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{NAME}.xml"
    path.write_bytes(OLD)
    make(tmp_path / "toy", open_source([path]))

    def fail(*_: Any) -> str:
        raise AssertionError("the file was read")

    monkeypatch.setattr(Source, "digest_of", fail)
    result, notes = make(tmp_path / "toy", open_source([path]))
    assert not result.changed
    assert notes == []


def test_a_file_touched_or_copied_is_read_once_and_then_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{NAME}.xml"
    path.write_bytes(OLD)
    make(tmp_path / "toy", open_source([path]))
    read: list[Path] = []

    def digest(_: Source, file: Path, on_read: Callable[[int], None]) -> str:
        read.append(file)
        return file_state.digest_file(file, on_read)

    monkeypatch.setattr(Source, "digest_of", digest)
    (tmp_path / "elsewhere").mkdir()
    copy = tmp_path / "elsewhere" / path.name
    shutil.copyfile(path, copy)
    for _ in range(2):
        result, notes = make(tmp_path / "toy", open_source([copy]))
        assert not result.changed
        assert notes == []
    assert read == [copy]


@pytest.mark.parametrize("form", FORMS)
def test_a_build_resumed_over_a_changed_file_mixes_nothing(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"{NAME}{form}"
    FORMS[form](path, OLD)
    progress = QuietProgress(stop_at=("step", "Counting links"))
    with pytest.raises(Stopped):
        build_collection(tmp_path / "toy", open_source([path]), None, "none", progress)
    assert list((tmp_path / "toy" / "building" / "20261101" / "segments").iterdir())
    FORMS[form](path, NEW)
    result, notes = make(tmp_path / "toy", open_source([path]))
    assert notes[0] == f"{path.name} changed since this build began: it begins anew"
    assert texts(tmp_path / "toy")[14] == "Word of page 15."
    digest = file_state.digest_file(path, lambda _: None)
    assert result.manifest.dump.digests == [digest]


def test_what_has_been_read_wholly_is_compared_and_kept(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xml"
    path.write_bytes(OLD)
    for touch in (lambda: os.utime(path), lambda: path.write_bytes(NEW)):
        progress = QuietProgress(stop_at=("step", "Writing the keyword index"))
        with pytest.raises(Stopped):
            build_collection(tmp_path / "toy", open_source([path]), None, "none", progress)
        touch()
        again = QuietProgress(stop_at=("step", "Writing the keyword index"))
        with pytest.raises(Stopped):
            build_collection(tmp_path / "toy", open_source([path]), None, "none", again)
        began_anew = any("begins anew" in note for note in again.notes)
        assert began_anew is ("Reading the dump" in again.totals) is (path.read_bytes() == NEW)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{NAME}{form}"
    FORMS[form](path, OLD)
    dump = open_source([path])
    planned = MediaWikiSource.units

    def meddle(source: MediaWikiSource) -> Any:
        for unit in planned(source):
            FORMS[form](path, NEW)
            yield unit

    monkeypatch.setattr(MediaWikiSource, "units", meddle)
    with pytest.raises(DumpChanged, match=rf"{path.name}: the file has changed while"):
        make(tmp_path / "toy", dump)
    monkeypatch.setattr(MediaWikiSource, "units", planned)
    assert make(tmp_path / "toy", open_source([path]))[0].changed
    assert texts(tmp_path / "toy")[14] == "Word of page 15."


def test_a_file_cut_short_while_it_is_read_is_said_to_have_changed(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.xml.gz"
    FORMS[".xml.gz"](path, OLD)
    dump = open_source([path])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DumpChanged):
        make(tmp_path / "toy", dump)


def test_a_damaged_file_that_was_mended_is_built_by_the_same_command(tmp_path: Path) -> None:
    path = tmp_path / "toywiki-20261101-multistream.xml.bz2"
    write_damaged(path)
    size = path.stat().st_size
    first, _ = make(tmp_path / "toy", open_source([path]))
    again, _ = make(tmp_path / "toy", open_source([path]))
    write_multistream(path)
    mended, notes = make(tmp_path / "toy", open_source([path]))
    assert path.stat().st_size == size
    assert (first.manifest.pages.damages, again.changed, mended.changed) == (1, False, True)
    assert mended.manifest.pages.damages == 0
    assert quarantine(tmp_path / "toy") == []
    assert changed_notes(notes)


@pytest.mark.parametrize("unit_bytes", [100, 1000, 1 << 20])
def test_the_digest_knows_nothing_of_units(
    tmp_path: Path, unit_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_state, "_PIECE_BYTES", 333)
    path = write_multistream(tmp_path / f"{NAME}.xml.bz2")
    size = path.stat().st_size
    digest = file_state.FileDigest()
    for start in range(0, size, unit_bytes):
        digest.add(file_state.digest_pieces(path, start, min(start + unit_bytes, size)))
    assert digest.hexdigest() == file_state.digest_file(path, lambda _: None)
    assert len([*read_blocks(path, 0)]) > 1


def _header(**values: str) -> str:
    site = {"sitename": "Toy", "dbname": "toywiki", "base": "https://toy.invalid/wiki/Main"}
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in (site | values).items() if value)
    return f"<mediawiki><siteinfo>{inside}</siteinfo>"


def _write(directory: Path, name: str, header: str) -> Source:
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(header + page(1, "Papyrus") + END)
    return open_source([path])


BARE = "<mediawiki>"
NO_SITE = {"sitename": "", "dbname": "", "base": ""}


@pytest.mark.parametrize(
    ("name", "header", "told"),
    [
        ("toywiki-20261201-pages.xml", _header(dbname="dewiki"), "database dewiki, not toywiki"),
        ("toywiki-20261201-pages.xml", _header(sitename="Spiel"), "site Spiel, not Toy"),
        (
            "toywiki-20261201-pages.xml",
            _header(base="https://de.invalid/wiki/A"),
            "host de.invalid, not toy.invalid",
        ),
        # The header of another wiki, as some extracts carry it.
        ("dewiki-20261201-pages.xml", _header(), "file names of dewiki, not toywiki"),
        ("dewiki-20261201-pages.xml", BARE, "database dewiki, not toywiki"),
    ],
)
def test_a_dump_of_another_wiki_is_refused(
    tmp_path: Path, name: str, header: str, told: str
) -> None:
    collection = tmp_path / "toy"
    make(collection, _write(tmp_path, "toywiki-20261101-pages.xml", _header()))
    before = read_manifest(current_generation(collection))
    other = _write(tmp_path, name, header)
    with pytest.raises(OtherWiki, match="toy holds toywiki in 20261101-1, and this dump") as found:
        make(collection, other)
    assert told in str(found.value)
    assert "--force" in str(found.value)
    assert read_manifest(current_generation(collection)) == before
    result, notes = make(collection, other, force=True)
    assert result.changed
    assert notes[0] == f"toy: replaces toywiki in 20261101-1 by another wiki ({told})"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("toywiki-20261201-pages.xml", _header()),
        ("toywiki-20261201-pages.xml", _header(base="https://toy.invalid/wiki/New_main_page")),
        ("toywiki-20261201-pages.xml", _header(dbname="", sitename="", base="")),
        ("my-own-name.xml", _header()),
        ("toywiki-20261201-pages.xml", BARE),
    ],
)
def test_another_dump_of_the_same_wiki_is_not(tmp_path: Path, name: str, header: str) -> None:
    collection = tmp_path / "toy"
    make(collection, _write(tmp_path, "toywiki-20261101-pages.xml", _header()))
    assert make(collection, _write(tmp_path, name, header))[0].changed


@pytest.mark.parametrize(
    ("name", "language", "told"),
    [
        ("toywiki-20261201-pages.xml", "zh-Hant", "language variant zh-Hant, not zh"),
        ("toywiki-zh-hant-20261201-pages.xml", "zh", "file names of language variant zh-hant, no"),
        ("toywiki_zh_tw-20261201-pages.xml", "zh", "file names of language variant zh-tw, not zh"),
        ("toywiki-20261201-pages.xml", "ja", "(language ja, not zh)"),
    ],
)
def test_another_variant_of_the_language_is_refused(
    tmp_path: Path, name: str, language: str, told: str
) -> None:
    def header(language: str) -> str:
        return _header().replace("<mediawiki>", f'<mediawiki xml:lang="{language}">')

    collection = tmp_path / "toy"
    make(collection, _write(tmp_path, "toywiki-20261101-pages.xml", header("zh")))
    with pytest.raises(OtherWiki, match="of another wiki or language") as found:
        make(collection, _write(tmp_path, name, header(language)))
    assert told in str(found.value)
    same = _write(tmp_path, "toywiki-20261202-pages.xml", header("ZH"))
    assert make(collection, same)[0].changed


def test_dumps_without_a_header_go_by_their_names(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    make(collection, _write(tmp_path, "mine-20261101-pages.xml", BARE))
    assert make(collection, _write(tmp_path, "mine-20261201-pages.xml", BARE))[0].changed
    with pytest.raises(OtherWiki, match="files of yours, not of mine"):
        make(collection, _write(tmp_path, "yours-20261201-pages.xml", BARE))


def test_a_wiki_that_is_being_built_is_not_replaced_either(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    progress = QuietProgress(stop_at=("step", "Counting links"))
    dump = _write(tmp_path, "toywiki-20261101-pages.xml", _header())
    with pytest.raises(Stopped):
        build_collection(collection, dump, None, "none", progress)
    with pytest.raises(OtherWiki, match="an unfinished build of toywiki"):
        make(collection, _write(tmp_path, "dewiki-20261101-pages.xml", _header(dbname="dewiki")))


def test_a_collection_of_an_older_format_is_not_replaced_by_another_wiki(tmp_path: Path) -> None:
    collection = tmp_path / "toy"
    make(collection, _write(tmp_path, "toywiki-20261101-pages.xml", _header()))
    manifest = current_generation(collection) / "manifest.json"
    now, before = (f'"format_version": {number}' for number in (FORMAT_VERSION, 3))
    manifest.write_text(manifest.read_text().replace(now, before))
    with pytest.raises(OtherWiki):
        make(collection, _write(tmp_path, "dewiki-20261201-pages.xml", _header(dbname="dewiki")))
    assert make(collection, _write(tmp_path, "toywiki-20261201-pages.xml", _header()))[0].changed


@pytest.mark.parametrize("deep", ["plan.json", "counts.json"])
def test_notes_of_a_build_that_are_not_whole_are_thrown_away(tmp_path: Path, deep: str) -> None:
    path = tmp_path / f"{NAME}.xml"
    path.write_bytes((HEADER + "".join(PAGES) + END).encode())
    progress = QuietProgress(stop_at=("step", "Writing the keyword index"))
    with pytest.raises(Stopped):
        build_collection(tmp_path / "toy", open_source([path]), None, "none", progress)
    kept = tmp_path / "toy" / "building" / "20261101" / deep
    assert kept.exists()
    for content in ("[" * 200_000, "{", "[]", '{"files": 7}', "\udcff"):
        kept.write_bytes(content.encode("utf-8", "surrogateescape"))
        again = QuietProgress(stop_at=("step", "Writing the keyword index"))
        with pytest.raises(Stopped):
            build_collection(tmp_path / "toy", open_source([path]), None, "none", again)
    assert make(tmp_path / "toy", open_source([path]))[0].manifest.pages.documents == 30
