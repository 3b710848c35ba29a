"""Files that are not what was built are noticed: on opening, by verify, and when they are read."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pinakes.index import verify
from pinakes.index.build.progress import Silence
from pinakes.index.errors import CollectionError, DamagedGeneration, UnreadableGeneration
from pinakes.index.generations import SEALED, current_generation, read_manifest, seal_of
from pinakes.index.health import Health, unreadable
from pinakes.index.locks import GenerationLock
from pinakes.index.retrieval.search import Index
from pinakes.index.superseded import remove_superseded
from pinakes.index.swap import publish
from pinakes.index.verify import find_all_damage, verify_files
from tests.index.toys import HashingEncoder, republish, reseal

Change = Callable[[Path], None]


class PanicException(BaseException):
    """As extensions written in Rust raise it."""


def written(name: str, content: Callable[[bytes], bytes]) -> Change:
    """Another content of a file, which is never changed in place: others may have it mapped."""

    def change(generation: Path) -> None:
        [path] = generation.glob(name)
        new = content(path.read_bytes())
        path.unlink()
        path.write_bytes(new)

    return change


def swapped(generation: Path) -> None:
    """Two files of one size change places."""
    for name in ("first", "second"):
        (generation / name).write_bytes(name.ljust(9).encode())
    reseal(generation)
    (generation / "first").rename(generation / "other")
    (generation / "second").rename(generation / "first")
    (generation / "other").rename(generation / "second")


def symlinked(generation: Path) -> None:
    path = generation / "pages.db"
    path.rename(generation.parent / "pages.db")
    path.symlink_to(generation.parent / "pages.db")


def linked_directory(generation: Path) -> None:
    (generation / "bm25").rename(generation.parent / "bm25")
    (generation / "bm25").symlink_to(generation.parent / "bm25")


def emptied(generation: Path) -> None:
    """A manifest that lists nothing, and is not sealed."""
    path = generation / "manifest.json"
    values = json.loads(path.read_text()) | {"files": {}}
    path.unlink()
    path.write_text(json.dumps(values))


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def zeroed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(min(4096, len(content) - middle)) + content[middle + 4096 :]


DAMAGES: dict[str, tuple[Change, str]] = {
    "truncated": (written("pages.db", lambda old: old[:-1]), r"pages\.db has \d+ bytes instead"),
    "empty": (written("bm25/*.idx", lambda _old: b""), r"\.idx has 0 bytes"),
    "longer": (written("encoder/encoder.json", lambda old: old + b"\n"), "encoder.json has"),
    "a block of zeros": (written("bm25/*.term", zeroed), r"\.term has changed"),
    "a bit of the store": (written("pages.db", flipped), r"pages\.db has changed"),
    "a bit of a text shard": (written("texts/*.db", flipped), r"texts/000001\.db has changed"),
    "a bit of the vectors": (written("vectors/*.faiss", flipped), r"half\.faiss has changed"),
    "a bit of the encoder": (written("encoder/encoder.json", flipped), "encoder.json has changed"),
    "a bit of the manifest": (written("manifest.json", flipped), "manifest"),
    "a bit of the seal": (written("manifest.sha256", flipped), "manifest.json is not what"),
    "no seal": (lambda generation: (generation / "manifest.sha256").unlink(), "is not what"),
    "a manifest without files": (emptied, "manifest.json is not what manifest.sha256 says"),
    "sealed without files": (lambda found: reseal(found, {"files": {}}), "is no file of this"),
    "a missing file": (lambda found: (found / "pages.db").unlink(), r"pages\.db is missing"),
    "a missing text shard": (
        lambda found: (found / "texts/000001.db").unlink(),
        r"texts/000001\.db is missing",
    ),
    "a file too many": (lambda found: (found / "bm25/x").write_text(""), "x is no file of this"),
    "a hidden file": (lambda found: (found / ".x").write_text(""), "x is no file of this"),
    "a link": (symlinked, r"pages\.db is no file of its own"),
    "a linked directory": (linked_directory, "bm25"),
    "swapped files": (swapped, "first has changed"),
    "a directory": (
        lambda found: ((found / "pages.db").unlink(), (found / "pages.db").mkdir()),
        r"pages\.db is missing",
    ),
    "another generation's": (
        lambda found: found.rename(found.with_name("20991231-1")) and _point(found, "20991231-1"),  # type: ignore[func-returns-value]
        "manifest.json is that of 20261101-2",
    ),
}


def _point(generation: Path, name: str) -> None:
    link = generation.parents[1] / "current"
    link.unlink()
    link.symlink_to(Path("generations") / name)


@pytest.mark.parametrize(("change", "message"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_seen_on_opening_and_by_verify(
    toy_collection: Path, change: Change, message: str
) -> None:
    change(current_generation(toy_collection))
    with pytest.raises(
        DamagedGeneration, match=rf"{message}.*(pinakes build --force DUMP|generation; remove it)$"
    ):
        Index.open(toy_collection, HashingEncoder.open)
    generation = current_generation(toy_collection)
    with pytest.raises(DamagedGeneration, match=message):
        verify_files(generation, read_manifest(generation), Silence())


def test_verify_names_all_that_is_damaged(toy_collection: Path) -> None:
    generation = current_generation(toy_collection)
    for name in ("pages.db", "bm25/*.idx", "vectors/*.faiss"):
        written(name, flipped)(generation)
    with pytest.raises(
        DamagedGeneration, match=r"3 files are damaged: .*\.idx .*pages\.db .*half\.faiss"
    ):
        verify_files(generation, read_manifest(generation), Silence())


def test_verify_names_what_is_missing_and_too_many_beside_what_has_changed(
    toy_collection: Path,
) -> None:
    generation = current_generation(toy_collection)
    (generation / "quarantine.jsonl").unlink()
    written("bm25/*.idx", lambda old: old[:-1])(generation)
    written("pages.db", flipped)(generation)
    (generation / ".DS_Store").write_text("x")
    found = find_all_damage(generation, read_manifest(generation), Silence())
    texts = [
        str(error).partition("; ")[0].removeprefix(str(generation)) for error in found.values()
    ]
    assert len(found) == 4
    assert texts[0].endswith("instead of " + texts[0].split()[-1])
    assert texts[1:] == [
        "/quarantine.jsonl is missing",
        "/.DS_Store is no file of this generation",
        "/pages.db has changed since it was built",
    ]
    with pytest.raises(DamagedGeneration, match=r"4 files are damaged: .*is missing, .*changed"):
        verify_files(generation, read_manifest(generation), Silence())


def test_a_stray_file_is_to_be_removed_and_all_is_whole_again(toy_collection: Path) -> None:
    """As finders of files and network mounts leave them."""
    generation = current_generation(toy_collection)
    strays = [generation / ".DS_Store", generation / "bm25" / ".nfs0000000000000001"]
    for count, stray in enumerate(strays, 1):
        stray.write_text("x")
        told = r"DS_Store is no file of this generation; remove it$"
        with pytest.raises(DamagedGeneration, match=told):
            Index.open(toy_collection, HashingEncoder.open)
        told = told if count == 1 else r"2 files are damaged: .*DS_Store .*\.nfs.*; remove them$"
        with pytest.raises(DamagedGeneration, match=told):
            verify_files(generation, read_manifest(generation), Silence())
    for stray in strays:
        stray.unlink()
    verify_files(generation, read_manifest(generation), Silence())
    Index.open(toy_collection, HashingEncoder.open).close()


def test_the_middle_of_large_files_is_left_to_the_scrub_and_to_verify(
    toy_collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_SMALL", 0)
    generation, name = current_generation(toy_collection), "texts/000001.db"
    size = (generation / name).stat().st_size
    assert size > 2 * (64 << 10) + 2048
    written(name, flipped)(generation)
    Index.open(toy_collection, HashingEncoder.open).close()
    with pytest.raises(DamagedGeneration, match=r"000001\.db has changed"):
        verify_files(generation, read_manifest(generation), Silence())
    written(name, flipped)(generation)  # as it was
    written(name, lambda old: old[: size - 100] + b"x" * 100)(generation)
    with pytest.raises(DamagedGeneration, match=r"000001\.db has changed"):
        Index.open(toy_collection, HashingEncoder.open)


def test_sha256sum_reads_the_seal(toy_sample: Path) -> None:
    generation = current_generation(toy_sample)
    digest, name = (generation / "manifest.sha256").read_text().split()
    assert name == "manifest.json"
    assert digest == seal_of((generation / name).read_bytes()).decode().split()[0]


def test_increments_and_roll_backs_are_sealed_too(toy_collection: Path) -> None:
    before = current_generation(toy_collection)
    republish(toy_collection)
    after = current_generation(toy_collection)
    assert (after / "pages.db").samefile(before / "pages.db")
    for generation in (before, after):
        verify_files(generation, read_manifest(generation), Silence())
    _point(after, before.name)
    with Index.open(toy_collection, HashingEncoder.open) as index:
        assert index.search("papyrus reed")[0].passage.title == "Papyrus"


def test_what_a_library_raises_over_a_file_is_damage_and_remembered(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    for error in (ValueError("of\nthe library"), PanicException("called `unwrap()`")):
        health = Health()
        with (
            pytest.raises(DamagedGeneration, match="file cannot be read as it was written"),
            health.reading(path, ValueError),
        ):
            raise error
        assert str(path) in (health.damage or "")
        assert "\n" not in (health.damage or "")
    with pytest.raises(KeyError), Health().reading(path, ValueError):
        raise KeyError("of our own")


def test_a_file_that_has_vanished_is_missing(tmp_path: Path) -> None:
    error = unreadable(tmp_path / "gone", ValueError("x"))
    assert isinstance(error, DamagedGeneration)
    assert "gone is missing" in str(error)


def test_what_the_disk_cannot_give_is_damage(
    toy_collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = current_generation(toy_collection)

    def broken(path: Path) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(verify, "file_checksum", broken)
    with pytest.raises(DamagedGeneration, match=r"cannot be read as .*Input/output error"):
        Index.open(toy_collection, HashingEncoder.open)
    assert read_manifest(generation)


@pytest.mark.parametrize("name", ["pages.db", "manifest.json", "bm25", "."])
def test_what_may_not_be_read_is_not_called_damaged(
    toy_collection: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rights are looked up as they are for others; root may read everything."""
    wanted = current_generation(toy_collection) / name
    refuse(monkeypatch, wanted)
    with pytest.raises(UnreadableGeneration, match=r"no permission to read it; .*chmod -R a\+rX"):
        Index.open(toy_collection, HashingEncoder.open)


def refuse(monkeypatch: pytest.MonkeyPatch, refused: Path) -> None:
    """Let this file or directory be another user's, for all ways to read it."""

    def refusing(of: object, name: str, answer: object = None) -> None:
        original = getattr(of, name)

        def call(path: object, *arguments: object, **options: object) -> object:
            if not isinstance(path, int) and Path(str(path)) == refused:
                if answer is not None:
                    return answer
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return original(path, *arguments, **options)

        monkeypatch.setattr(of, name, call)

    refusing(os, "open")
    refusing(os, "scandir")
    refusing(os, "access", False)
    refusing(Path, "read_bytes")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_file_systems_without_locks_are_read_and_nothing_is_removed_there(
    toy_collection: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def no_locks(_handle: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    republish(toy_collection)
    monkeypatch.setattr("pinakes.index.locks.fcntl.flock", no_locks)
    with Index.open(toy_collection, HashingEncoder.open) as index:
        assert index.search("papyrus reed")
        assert remove_superseded(toy_collection) == []
    before = len(os.listdir("/proc/self/fd"))
    GenerationLock(current_generation(toy_collection)).release()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)])
def test_files_get_the_rights_that_the_umask_leaves(
    toy_collection: Path, tmp_path: Path, umask: int, mode: int
) -> None:
    stage = tmp_path / "stage"
    before = os.umask(umask)
    try:
        shutil.copytree(current_generation(toy_collection), stage)
        for path in stage.rglob("*.json"):
            path.chmod(0o600)  # as tantivy makes its own
        manifest = read_manifest(current_generation(toy_collection))
        manifest = manifest.model_copy(update={"generation": "20261101-9"})
        for name in SEALED:
            (stage / name).unlink()
        generation = publish(toy_collection, stage, manifest)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in generation.rglob("*") if path.is_file()}
    assert modes == {mode}


def test_errors_are_one_tree() -> None:
    assert issubclass(UnreadableGeneration, CollectionError)
    assert not issubclass(UnreadableGeneration, DamagedGeneration)
