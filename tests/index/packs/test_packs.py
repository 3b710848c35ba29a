"""Packs: what is packed is unpacked, to the byte, and nothing that was not packed ever is."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pinakes.index import swap
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import (
    BadPack,
    DamagedGeneration,
    DiskFull,
    NotAnUpdate,
    OtherWiki,
    UnknownFormat,
)
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.packs import parts as parts_module
from pinakes.index.packs.layout import PACK, SUMS, read_pack
from pinakes.index.packs.packing import pack_generation
from pinakes.index.packs.unpacking import Unpacked, unpack
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.collections import answers
from tests.index.test_disk_full import FillingProgress, disk, fill
from tests.index.toys import (
    HashingEncoder,
    QuietProgress,
    Stopped,
    article,
    in_threads,
    write_dump,
)
from tests.index.two_dumps import EARLIER, LATER

__all__ = ["disk"]

PART = 1_500


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames so small that a toy is several parts, and files lie in more than one."""
    monkeypatch.setattr(parts_module, "_FRAME", 1 << 10)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dumps of a wiki, with vectors of all passages."""
    base = tmp_path_factory.mktemp("built")
    for date, pages in (("20261001", EARLIER), ("20261101", LATER)):
        source = write_dump(base / date, pages, date)
        build_collection(
            base / "data" / "toywiki", source, HashingEncoder(), "all", QuietProgress(),
            BuildOptions(1, executors=in_threads),
        )  # fmt: skip
    return base / "data" / "toywiki"


@pytest.fixture(scope="module")
def packed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The current generation, packed: read only."""
    directory = tmp_path_factory.mktemp("packs") / "pack"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "_FRAME", 1 << 10)
        pack_generation(current_generation(built), directory, PART, QuietProgress())
    return directory


@pytest.fixture
def pack(packed: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(packed, tmp_path / "pack"))


def take(directory: Path, collection: Path, progress: Any = None, **options: Any) -> Unpacked:
    progress = progress or QuietProgress()
    return unpack(directory, collection, progress, open_encoder=HashingEncoder.open, **options)


def content(collection: Path) -> dict[str, bytes]:
    """Every file of the current generation that its manifest lists."""
    generation = current_generation(collection)
    return {name: (generation / name).read_bytes() for name in read_manifest(generation).files}


def test_what_is_unpacked_is_what_was_packed(built: Path, packed: Path, tmp_path: Path) -> None:
    done = take(packed, tmp_path / "data" / "toywiki")
    assert (done.changed, done.linked) == (True, 0)
    assert content(tmp_path / "data" / "toywiki") == content(built)
    assert answers(tmp_path / "data" / "toywiki") == answers(built)
    before = read_manifest(current_generation(built))
    own = {"generation", "accepted"}
    assert done.manifest.model_dump(exclude=own) == before.model_dump(exclude=own)
    assert not (tmp_path / "data" / "toywiki" / "building").exists()
    assert len(read_pack(packed).parts) > 3
    assert all(part.size <= PART for part in read_pack(packed).parts[:-1])


def test_unpacked_again_there_is_nothing_to_do(packed: Path, tmp_path: Path) -> None:
    first = take(packed, tmp_path / "toywiki")
    progress = QuietProgress()
    assert take(packed, tmp_path / "toywiki", progress) == Unpacked(first.manifest, False, len(
        first.manifest.files
    ))  # fmt: skip
    assert progress.calls == []


def test_a_pack_is_the_same_whoever_packs_it(built: Path, packed: Path, tmp_path: Path) -> None:
    made = pack_generation(current_generation(built), tmp_path / "again", PART, QuietProgress())
    assert made.parts == read_pack(packed).parts


def test_common_programs_read_it(built: Path, packed: Path, tmp_path: Path) -> None:
    if not (shutil.which("zstd") and shutil.which("sha256sum")):
        pytest.skip("needs zstd and sha256sum")
    subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=packed, check=True)
    script = f"cat {packed}/*.tar.zst.* | zstd -dq | tar -x -C {tmp_path}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    generation = current_generation(built)
    for name in read_pack(packed).carried:
        assert (tmp_path / name).read_bytes() == (generation / name).read_bytes()


def test_without_vectors_it_is_searched_by_words(built: Path, tmp_path: Path) -> None:
    whole = read_manifest(current_generation(built))
    made = pack_generation(
        current_generation(built), tmp_path / "pack", PART, QuietProgress(), without=["vectors"]
    )
    assert not [name for name in made.carried if name.startswith(("vectors/", "encoder/"))]
    done = take(tmp_path / "pack", tmp_path / "toywiki")
    assert (done.manifest.vectors, done.manifest.encoder) == (0, None)
    assert done.manifest.passages == whole.passages
    ranks = [ranks for *_, ranks in answers(tmp_path / "toywiki")]
    assert ranks
    assert all(list(found) == ["keyword"] for found in ranks)


def test_vectors_can_be_left_in_the_pack(built: Path, tmp_path: Path) -> None:
    """Parts with nothing else in them are not read, and need not be there."""
    pack = pack_generation(current_generation(built), tmp_path / "pack", 200, QuietProgress())
    (tmp_path / "pack" / pack.parts[-1].name).unlink()
    with pytest.raises(BadPack, match="is missing"):
        take(tmp_path / "pack", tmp_path / "data" / "toywiki")
    done = take(tmp_path / "pack", tmp_path / "data" / "toywiki", with_vectors=False)
    assert (done.manifest.vectors, done.manifest.encoder) == (0, None)
    assert [name for name in done.manifest.files if name.startswith(("vectors/", "enc"))] == []


def test_the_encoder_is_taken_from_another_collection(
    built: Path, packed: Path, tmp_path: Path
) -> None:
    made = pack_generation(
        current_generation(built), tmp_path / "pack", PART, QuietProgress(), without=["encoder"]
    )
    assert not [name for name in made.carried if name.startswith("encoder/")]
    with pytest.raises(BadPack, match=r"does not carry the encoder hashing.*--without vectors"):
        take(tmp_path / "pack", tmp_path / "data" / "toywiki")
    assert not (tmp_path / "data").exists()
    take(packed, tmp_path / "data" / "otherwiki")
    done = take(tmp_path / "pack", tmp_path / "data" / "toywiki")
    assert done.linked >= 1
    assert answers(tmp_path / "data" / "toywiki") == answers(built)


class TestAgainst:
    """A pack of a new generation against an old one carries what differs."""

    @pytest.fixture
    def old(self, built: Path) -> Path:
        return built / "generations" / "20261001-2"

    @pytest.fixture
    def difference(self, built: Path, old: Path, tmp_path: Path) -> Path:
        known = read_manifest(old).files
        pack_generation(
            current_generation(built), tmp_path / "difference", PART, QuietProgress(),
            at_hand=list(known.values()), against="toywiki 20261001-2",
        )  # fmt: skip
        return tmp_path / "difference"

    def test_only_what_differs_is_carried(self, difference: Path, old: Path) -> None:
        pack = read_pack(difference)
        known = {record.sha256 for record in read_manifest(old).files.values()}
        files = pack.manifest.files
        assert {name for name in files if files[name].sha256 in known} == {*files} - {*pack.carried}
        assert "encoder/encoder.json" not in pack.carried
        assert "pages.db" in pack.carried

    def test_the_rest_is_linked(
        self, built: Path, difference: Path, old: Path, tmp_path: Path
    ) -> None:
        pack_generation(old, tmp_path / "old", PART, QuietProgress())
        collection = tmp_path / "data" / "toywiki"
        take(tmp_path / "old", collection)
        before = current_generation(collection)
        done = take(difference, collection)
        assert done.linked == len(done.manifest.files) - len(read_pack(difference).carried)
        assert answers(collection) == answers(built)
        name = "encoder/encoder.json"
        assert (before / name).samefile(current_generation(collection) / name)

    def test_what_it_is_against_has_to_be_here(self, difference: Path, tmp_path: Path) -> None:
        with pytest.raises(BadPack, match=r"differs from toywiki 20261001-2, which is not here"):
            take(difference, tmp_path / "data" / "toywiki")
        assert not (tmp_path / "data").exists()

    def test_a_file_here_that_is_damaged_is_not_taken(
        self, difference: Path, old: Path, tmp_path: Path
    ) -> None:
        pack_generation(old, tmp_path / "old", PART, QuietProgress())
        collection = tmp_path / "data" / "toywiki"
        take(tmp_path / "old", collection)
        path = current_generation(collection) / "encoder" / "encoder.json"
        path.write_bytes(path.read_bytes()[::-1])
        with pytest.raises(
            DamagedGeneration, match=r"encoder\.json has changed .* does not carry it"
        ):
            take(difference, collection)
        assert current_generation(collection).name == "20261001-1"

    def test_a_file_here_that_is_damaged_is_taken_from_the_pack_if_it_is_there(
        self, built: Path, old: Path, packed: Path, tmp_path: Path
    ) -> None:
        pack_generation(old, tmp_path / "old", PART, QuietProgress())
        collection = tmp_path / "data" / "toywiki"
        take(tmp_path / "old", collection)
        path = current_generation(collection) / "encoder" / "encoder.json"
        path.write_bytes(path.read_bytes()[::-1])
        damaged = path.read_bytes()
        take(packed, collection)
        assert content(collection) == content(built)
        assert path.read_bytes() == damaged  # it was not written into, either


class Archive:
    """A pack that is made of other bytes than it was, and says so of itself."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.record: dict[str, Any] = json.loads((directory / PACK).read_text())
        packed = b"".join((directory / part["name"]).read_bytes() for part in self.record["parts"])
        with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream:
            self.tar = stream.read()
        self.compress = zstandard.compress

    def keep(self, cut: int = 0, behind_it: bytes = b"") -> None:
        """Write it in two parts, with sums that are right; ``behind_it`` ends the first."""
        for part in self.record["parts"]:
            (self.directory / part["name"]).unlink()
        cut = cut or len(self.tar) // 3
        self.record["parts"] = []
        for number, (start, written) in enumerate((
            (0, self.compress(self.tar[:cut]) + behind_it),
            (cut, self.compress(self.tar[cut:])),
        )):  # fmt: skip
            name, digest = f"part.{number}", hashlib.sha256(written).hexdigest()
            (self.directory / name).write_bytes(written)
            self.record["parts"].append(
                {"name": name, "size": len(written), "sha256": digest, "start": start}
            )
        rewrite(self.directory, self.record)

    def header(self, **values: Any) -> None:
        """Another header for the first file."""
        info = tarfile.TarInfo.frombuf(self.tar[:512], "utf-8", "strict")
        for key, value in values.items():
            setattr(info, key, value)
        self.tar = info.tobuf(tarfile.GNU_FORMAT)[:512] + self.tar[512:]


def rewrite(directory: Path, record: dict[str, Any]) -> None:
    """Another pack.json, with its sum."""
    content = json.dumps(record).encode()
    (directory / PACK).write_bytes(content)
    (directory / SUMS).write_text(f"{hashlib.sha256(content).hexdigest()}  {PACK}\n")


def assert_refused(
    directory: Path, collection: Path, words: str, kind: type[Exception] = BadPack
) -> None:
    """Nothing is published, and nothing lies anywhere but where unfinished work does."""
    outside = {*collection.parent.parent.rglob("*")}
    with pytest.raises(kind, match=words):
        take(directory, collection)
    assert not (collection / "current").exists()
    assert not (collection / "generations").exists()
    new = {*collection.parent.parent.rglob("*")} - outside
    rooms = (collection / "building", collection.parent / "encoders")
    ways = {collection, *collection.parents}
    assert [path for path in new - ways if not {*rooms} & {path, *path.parents}] == []


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A collection to come."""
    return tmp_path / "room" / "data" / "toywiki"


@pytest.mark.parametrize(
    "header",
    [
        {"name": "../evil"},
        {"name": "/tmp/evil"},
        {"name": "bm25/../../evil"},
        {"name": "manifest.json"},
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0},
        {"type": tarfile.SYMTYPE, "linkname": "../../../../evil"},
        {"type": tarfile.LNKTYPE, "linkname": "pages.db"},
        {"linkname": "/etc/passwd"},
        {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
        {"type": tarfile.BLKTYPE},
        {"type": tarfile.FIFOTYPE},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.CONTTYPE},
        {"type": tarfile.GNUTYPE_SPARSE},
        {"type": tarfile.GNUTYPE_LONGNAME},
        {"type": tarfile.XHDTYPE, "name": "pax"},
        {"type": tarfile.XGLTYPE, "name": "pax"},
        {"size": 0},
        {"size": 1 << 40},
    ],
    ids=str,
)
def test_headers_of_anything_but_the_file_that_comes_next(
    pack: Path, there: Path, header: dict[str, Any]
) -> None:
    archive = Archive(pack)
    archive.header(**header)
    archive.keep()
    assert_refused(pack, there, "where the file .* belongs; it is refused")


def test_the_unchanged_archive_in_two_parts_is_taken(pack: Path, there: Path) -> None:
    """Else the others would be refused for another reason."""
    Archive(pack).keep()
    assert take(pack, there).changed


def test_bytes_that_are_no_header(pack: Path, there: Path) -> None:
    archive = Archive(pack)
    for block in (b"\xff" * 512, b"\0" * 512):
        archive.tar = block + archive.tar[512:]
        archive.keep()
        assert_refused(pack, there, "no file where .* belongs")


def test_files_in_another_order(pack: Path, there: Path) -> None:
    archive = Archive(pack)
    archive.record["carried"].reverse()
    archive.keep()
    assert_refused(pack, there, "it is refused")


def test_content_that_its_record_does_not_know(pack: Path, there: Path) -> None:
    archive = Archive(pack)
    archive.tar = archive.tar[:512] + bytes([archive.tar[512] ^ 1]) + archive.tar[513:]
    archive.keep()
    assert_refused(pack, there, "is not what its record says")


def test_an_archive_that_ends_too_soon(pack: Path, there: Path) -> None:
    archive = Archive(pack)
    archive.tar = archive.tar[: len(archive.tar) // 2]
    archive.keep()
    assert_refused(pack, there, "holds less than pack.json says")


def test_a_part_with_more_in_it_than_it_says(packed: Path, pack: Path, there: Path) -> None:
    """Half a megabyte that would be gigabytes: no more is read than was said."""
    honest = Path(shutil.copytree(packed, pack.with_name("honest")))
    bomb = zstandard.compress(bytes(16 << 20)) * 256
    assert len(bomb) < 1 << 20
    Archive(pack).keep(behind_it=bomb)
    assert_refused(pack, there, "holds more than pack.json says")
    archive = Archive(honest)
    cut = len(archive.tar) // 3
    archive.tar += bytes(64 << 20)
    archive.keep(cut)
    assert_refused(honest, there, r"part\.1 holds more than")


def test_a_frame_that_wants_too_much_memory(pack: Path, there: Path) -> None:
    archive = Archive(pack)
    wide = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)

    def compress(tar: bytes) -> bytes:
        compressor = zstandard.ZstdCompressor(compression_params=wide).compressobj()
        return bytes(compressor.compress(tar) + compressor.flush())

    archive.compress = compress
    archive.keep()
    assert_refused(pack, there, "cannot be decompressed")


def changed(**values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda record: record.update(values)


def renamed(name: str) -> Callable[[dict[str, Any]], object]:
    """The first file under another name, in all places."""

    def change(record: dict[str, Any]) -> None:
        files = record["manifest"]["files"]
        files[name] = files.pop(record["carried"][0])
        record["carried"][0] = name

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *(
            (renamed(name), "names|cannot be")
            for name in (
                "../evil",
                "/evil",
                "a/../evil",
                "a//b",
                "a/./b",
                "",
                ".",
                "..",
                "a/",
                "-rf",
                "a\\b",
                "a\nb",
                "a\x00b",
                "é",
                "a b",
                "x" * 101,
                "manifest.json",
                "manifest.sha256",
            )
        ),
        *(
            (lambda r, name=name: r["manifest"].update(generation=name), "is of 'toywiki', ")
            for name in ("../../evil-1", "20261101-1/../../x", "20261101", "", "2026110१-1")
        ),
        *(
            (lambda r, name=name: r["manifest"].update(collection=name), "is of ")
            for name in ("..", "../evil", "/evil", ".hidden", "")
        ),
        (renamed("pages.db/inside"), "lists a file that others lie in"),
        (lambda r: r["carried"].append(r["carried"][0]), "carries a file twice"),
        (lambda r: r["carried"].append("more"), "which its manifest does not list"),
        (lambda r: r["parts"][0].update(name="../part"), "names '../part'"),
        (lambda r: r["parts"][0].update(name="a/part"), "parts in other directories"),
        (lambda r: r["parts"][0].update(start=7), "do not follow each other"),
        (lambda r: r["parts"].reverse(), "do not follow each other"),
        (lambda r: r["parts"][-1].update(start=1 << 50), "do not follow each other"),
        (changed(parts=[]), "do not follow each other"),
        (lambda r: r["parts"][0].update(size=-1), "parts.0.size"),
        (lambda r: next(iter(r["manifest"]["files"].values())).update(size=-5), "cannot be"),
        (changed(more=1), "more"),
        (lambda r: r.pop("carried"), "carried"),
        (changed(manifest=[]), "no record of a pack"),
        (lambda r: r["manifest"].pop("passages"), "manifest.passages"),
    ],
)
def test_records_that_no_pack_has(
    pack: Path, there: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    record = json.loads((pack / PACK).read_text())
    change(record)
    rewrite(pack, record)
    assert_refused(pack, there, words)


@pytest.mark.parametrize("content", ["", "[]", "{", "null", "[" * 100_000, "\xff"])
def test_records_that_are_none(pack: Path, there: Path, content: str) -> None:
    (pack / PACK).write_text(content, encoding="latin-1")
    digest = hashlib.sha256((pack / PACK).read_bytes()).hexdigest()
    (pack / SUMS).write_text(f"{digest}  {PACK}\n")
    assert_refused(pack, there, "no record of a pack|no text")


def test_other_formats(pack: Path, there: Path) -> None:
    record = json.loads((pack / PACK).read_text())
    rewrite(pack, record | {"pack_version": 2})
    assert_refused(pack, there, r"pack of format 2\.", UnknownFormat)
    record["manifest"]["format_version"] = 99
    rewrite(pack, record)
    assert_refused(pack, there, r"format 1\.99", UnknownFormat)


def test_a_record_that_was_damaged(pack: Path, there: Path) -> None:
    content = (pack / PACK).read_bytes()
    (pack / PACK).write_bytes(content.replace(b"toywiki", b"toywika", 1))
    assert_refused(pack, there, r"pack\.json is not what pack\.sha256 says")
    for name in (SUMS, PACK):
        (pack / name).unlink()
        assert_refused(pack, there, f"{name} cannot be read")


def test_a_flipped_byte_in_any_part(packed: Path, pack: Path, there: Path) -> None:
    for part in read_pack(pack).parts:
        path = pack / part.name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x10
        path.write_bytes(content)
        assert_refused(pack, there, rf"{re.escape(part.name)} is not the part that was packed")
        shutil.copy2(packed / part.name, path)
    assert take(pack, there).changed  # mended, the same command goes on


def test_parts_that_are_missing_short_or_in_each_others_place(
    packed: Path, pack: Path, there: Path
) -> None:
    first, second, *_ = (pack / part.name for part in read_pack(pack).parts)
    second.unlink()
    assert_refused(pack, there, rf"{second.name} is missing; fetch it, and the same command")
    second.write_bytes((packed / second.name).read_bytes()[:-1])
    assert_refused(pack, there, rf"{second.name} has .* bytes instead of")
    shutil.copy2(packed / first.name, second)
    shutil.copy2(packed / second.name, first)
    assert_refused(pack, there, "instead of|is not the part")


def test_another_wiki_is_not_replaced(packed: Path, tmp_path: Path) -> None:
    pages = [article(1, "Elsewhere", "Something else. " * 20)]
    source = write_dump(tmp_path / "dump", pages)
    path = Path(source.files[0])
    other = path.with_name(path.name.replace("toywiki", "otherwiki"))
    other.write_text(path.read_text().replace("toywiki", "otherwiki"))
    collection = tmp_path / "data" / "otherwiki"
    build_collection(
        collection, MediaWikiSource.open([other]), None, "none", QuietProgress(),
        BuildOptions(1, executors=in_threads),
    )  # fmt: skip
    before = current_generation(collection)
    with pytest.raises(OtherWiki, match="otherwiki holds otherwiki, and the pack is of toywiki"):
        take(packed, collection)
    assert current_generation(collection) == before


def test_an_older_dump_does_not_take_the_place_of_a_newer_one(
    built: Path, packed: Path, tmp_path: Path
) -> None:
    old, collection = built / "generations" / "20261001-2", tmp_path / "data" / "toywiki"
    pack_generation(old, tmp_path / "old", PART, QuietProgress())
    take(packed, collection)
    with pytest.raises(NotAnUpdate, match=r"is of 2026-10-01, and toywiki answers as of 2026-11"):
        take(tmp_path / "old", collection)
    assert current_generation(collection).name == "20261101-1"
    assert take(tmp_path / "old", tmp_path / "data" / "another").changed


def test_it_goes_on_where_it_was_stopped(built: Path, packed: Path, tmp_path: Path) -> None:
    """Whatever call of progress it is stopped at, all that was done counts."""
    whole = QuietProgress()
    take(packed, tmp_path / "whole", whole)
    sizes = {part.name: part.size for part in read_pack(packed).parts}
    assert whole.totals["Verifying the pack"] == (sum(sizes.values()),) * 2
    files = {name: record.size for name, record in read_pack(packed).manifest.files.items()}
    assert whole.totals["Unpacking"] == (sum(files.values()),) * 2
    for stop in range(0, len(whole.calls), 3):
        collection = tmp_path / f"stopped-{stop}" / "toywiki"
        with pytest.raises(Stopped):
            take(packed, collection, QuietProgress(stop))
        assert not (collection / "current").exists()
        [work] = (collection / "building").iterdir()
        done = (
            json.loads((work / "done.json").read_text())
            if (work / "done.json").exists()
            else {"parts": {}, "files": []}
        )
        progress = QuietProgress()
        assert take(packed, collection, progress).changed
        verified = progress.totals.get("Verifying the pack", (0, 0))[1]
        assert verified <= sum(sizes.values()) - sum(sizes[name] for name in done["parts"])
        written = progress.totals.get("Unpacking", (0, 0))[1]
        assert written == sum(files.values()) - sum(files[name] for name in done["files"])
        assert content(collection) == content(built)
        assert not (collection / "building").exists()


def test_it_goes_on_after_it_was_stopped_at_the_swap(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are in their place by then, and no longer in the stage."""
    collection = tmp_path / "data" / "toywiki"

    def stop(_generation: Path) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(swap, "make_current", stop)
        with pytest.raises(Stopped):
            take(packed, collection)
    for link in collection.glob("current*"):
        link.unlink()
    assert take(packed, collection).changed
    assert content(collection)


def test_stopped_packing_leaves_no_pack(built: Path, tmp_path: Path) -> None:
    for stop in (0, 2, 9):
        with pytest.raises(Stopped):
            pack_generation(current_generation(built), tmp_path / "pack", PART, QuietProgress(stop))
        assert not (tmp_path / "pack").exists()


def test_what_a_killed_packing_left_is_removed(built: Path, packed: Path, tmp_path: Path) -> None:
    to = tmp_path / "pack"
    shutil.copytree(packed, to)
    (to / SUMS).unlink()
    stray = to / (read_pack(packed).parts[0].name[:-3] + "999")
    stray.touch()
    pack_generation(current_generation(built), to, PART, QuietProgress())
    assert not stray.exists()
    with pytest.raises(BadPack, match="holds a pack already; name another directory with --to"):
        pack_generation(current_generation(built), to, PART, QuietProgress())


def test_a_damaged_generation_is_not_packed(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "toywiki"
    shutil.copytree(built, copy, symlinks=True)
    path = current_generation(copy) / "pages.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedGeneration, match=r"pages\.db has changed since it was built"):
        pack_generation(current_generation(copy), tmp_path / "pack", PART, QuietProgress())
    assert not (tmp_path / "pack").exists()


def test_a_generation_that_does_not_open_is_not_published(pack: Path, there: Path) -> None:
    """As of a record that lies about what its files hold, sums and all."""
    record = json.loads((pack / PACK).read_text())
    record["manifest"]["passages"] += 1
    rewrite(pack, record)
    assert_refused(pack, there, "passages", DamagedGeneration)


def test_no_room(built: Path, packed: Path, there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(packed)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
        assert_refused(packed, there, r"unpacking needs about .* MB, and the disk of", DiskFull)
    assert take(packed, there).changed


def test_the_disk_fills_while_it_is_packed_or_unpacked(
    built: Path, packed: Path, disk: Path
) -> None:
    fill(disk, 20 << 10)
    with pytest.raises(DiskFull, match=r"is full .*no pack was made.*--to"):
        pack_generation(current_generation(built), disk / "pack", PART, QuietProgress())
    assert [path.name for path in disk.iterdir()] == ["ballast"]
    (disk / "ballast").unlink()
    with pytest.raises(DiskFull, match=r"the disk of .* is full"):
        take(packed, disk / "toywiki", FillingProgress(disk, "Unpacking", 0, 8 << 10))
    assert not (disk / "toywiki" / "current").exists()
    (disk / "ballast").unlink()
    assert take(packed, disk / "toywiki").changed


def test_unpacking_needs_no_pytorch() -> None:
    code = (
        "import sys, pinakes.index.packs.unpacking, pinakes.service.cli.main; "
        "print({'torch', 'duckdb', 'mwxml', 'sentence_transformers'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
