"""Pack a generation: its files, each compared with what was built, in the parts of one archive."""

import errno
import hashlib
import shutil
import tarfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from pinakes.index.build.progress import Progress
from pinakes.index.checksums import pieces
from pinakes.index.errors import BadPack, DiskFull
from pinakes.index.generations import check_files, read_manifest, timestamp
from pinakes.index.health import damaged, unreadable
from pinakes.index.locks import GenerationLock
from pinakes.index.packs.layout import (
    BLOCK,
    LONGEST_NAME,
    PACK,
    PACK_VERSION,
    SUMS,
    PackRecord,
    PartRecord,
    bytes_in_archive,
)
from pinakes.index.packs.parts import PartsWriter
from pinakes.index.types import FileRecord, Manifest
from pinakes.ingest.files import write_whole

__all__ = ["LeftOut", "pack_generation", "without_vectors"]

# vectors: with the encoder that asks questions of them. encoder: it alone, where others have it.
LeftOut = Literal["vectors", "encoder"]
_VECTORS, _ENCODER = "vectors/", "encoder/"


def pack_generation(
    generation: Path,
    directory: Path,
    part_size: int,
    progress: Progress,
    *,
    without: Collection[LeftOut] = (),
    at_hand: Collection[FileRecord] = (),
    against: str | None = None,
) -> PackRecord:
    """Write a pack of ``generation`` into ``directory``, in parts of ``part_size`` bytes at most.

    Files that ``at_hand`` has, of what is called ``against``, are not carried. Raises BadPack where
    a pack lies there already, DamagedGeneration for a file that is not as it was built, DiskFull,
    and OSError; what was written is removed then.
    """
    lock = GenerationLock(generation)
    try:
        manifest = read_manifest(generation)
        check_files(generation, manifest)
        if "vectors" in without:
            manifest = without_vectors(manifest)
        known = {record.sha256 for record in at_hand}
        carried = [
            name
            for name, record in manifest.files.items()
            if record.sha256 not in known
            and not (name.startswith(_ENCODER) and "encoder" in without)
        ]
        # Last what can be done without: the parts with nothing else in them need not be fetched.
        carried.sort(key=lambda name: (name.startswith((_VECTORS, _ENCODER)), name))
        stem = f"{manifest.collection}-{manifest.generation}.tar.zst"
        with _own_parts(directory, stem):
            sizes = (manifest.files[name].size for name in carried)
            progress.step("Packing", sum(sizes), "bytes")
            parts = _write_parts(
                generation, manifest, carried, PartsWriter(directory, stem, part_size), progress
            )
            pack = PackRecord(
                pack_version=PACK_VERSION,
                created=timestamp(),
                manifest=manifest,
                carried=carried,
                against=against,
                parts=parts,
            )
            _write_record(directory, pack)
        return pack
    finally:
        lock.release()


def without_vectors(manifest: Manifest) -> Manifest:
    """The manifest of the same generation before it had vectors."""
    left = {
        name: record
        for name, record in manifest.files.items()
        if not name.startswith((_VECTORS, _ENCODER))
    }
    nothing = {"vectors": 0, "vector_index": None, "encoder": None, "encoder_check": None}
    return manifest.model_copy(update={**nothing, "files": left})


def _write_parts(
    generation: Path,
    manifest: Manifest,
    carried: Iterable[str],
    writer: PartsWriter,
    progress: Progress,
) -> list[PartRecord]:
    with closing(writer):
        for name in carried:
            record = manifest.files[name]
            writer.write(_header(name, record.size))
            digest = hashlib.sha256()
            for piece in _content(generation / name):
                digest.update(piece)
                writer.write(piece)
                progress.advance(len(piece))
            if digest.hexdigest() != record.sha256:
                raise damaged(generation / name, "has changed since it was built")
            writer.write(bytes(bytes_in_archive(record.size) - BLOCK - record.size))
        writer.write(bytes(2 * BLOCK))
        writer.finish()
        return writer.parts


def _content(path: Path) -> Iterator[bytes]:
    try:
        yield from pieces(path)
    except OSError as error:
        raise unreadable(path, error) from None


def _header(name: str, size: int) -> bytes:
    """One header, the same whoever packs and when. GNU's: sizes above 8 GB take no second one."""
    if len(name) > LONGEST_NAME:
        raise BadPack(f"{name}: too long a name for a pack")
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


def _write_record(directory: Path, pack: PackRecord) -> None:
    """pack.json, and last the sums of all files in the form of ``sha256sum``."""
    content = pack.model_dump_json(indent=2).encode() + b"\n"
    sums = {PACK: hashlib.sha256(content).hexdigest()} | {p.name: p.sha256 for p in pack.parts}
    listed = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    for name, written in ((PACK, content), (SUMS, listed.encode())):
        with write_whole(directory / name) as file:
            file.write(written)


@contextmanager
def _own_parts(directory: Path, stem: str) -> Iterator[None]:
    """A directory for the parts called ``stem``, which are gone again where the block fails.

    Parts that an interrupted packing has left are removed first.
    """
    if (directory / SUMS).exists():
        raise BadPack(f"{directory} holds a pack already; name another directory with --to")
    is_new = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    _remove_parts(directory, stem)
    try:
        yield
    except BaseException as error:
        _remove_parts(directory, stem)
        if is_new and not any(directory.iterdir()):
            directory.rmdir()
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(directory if directory.exists() else directory.parent).free
            raise DiskFull(
                f"the disk of {directory} is full ({free / 1e6:,.0f} MB left); no pack was made. "
                "Make room, or name another directory with --to"
            ) from error
        raise


def _remove_parts(directory: Path, stem: str) -> None:
    for leftover in [*directory.glob(f"{stem}.*"), *(directory / name for name in (PACK, SUMS))]:
        leftover.unlink(missing_ok=True)
