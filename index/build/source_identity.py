"""Whether a source is the one that a generation was built from, and whether it is of the same wiki.

The manifest keeps a digest of each file. ``source.json`` beside the generations remembers the state
(size, times, inode) that each file had when its digest was found: as long as that has not changed,
nothing is read. It also knows where each file lay, which no manifest does: packs are handed on, and
tell nobody how a disk is ordered. Knows no kind of source.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pinakes.index.build.progress import Progress
from pinakes.index.errors import CollectionError, OtherWiki
from pinakes.index.generations import current_generation
from pinakes.index.types import DumpRecord
from pinakes.ingest.errors import IngestError
from pinakes.ingest.files import read_json, write_whole
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.file_state import FileDigest, FileState

__all__ = [
    "changed_files",
    "check_same",
    "few",
    "file_states",
    "files_of",
    "remember_files",
    "remembered_file",
    "source_record",
]

_REMEMBERED = "source.json"


def source_record(source: Source, digests: Sequence[str], *, verified: bool) -> DumpRecord:
    """What the manifest says of ``source``, whose files have these digests."""
    fingerprint = FileDigest()
    for file, digest in zip(source.files, digests, strict=True):
        fingerprint.add(f"{file.name}\0{digest}\0".encode())
    return DumpRecord(
        **asdict(source.identity),
        files=[file.name for file in source.files],
        digests=list(digests),
        fingerprint=fingerprint.hexdigest(),
        verified=verified,
    )


def file_states(source: Source) -> dict[str, dict[str, int]]:
    """The states of the files by their names, as JSON. Raises IngestError where two have one name.

    Of those a change in the first would go unnoticed.
    """
    states: dict[str, dict[str, int]] = {}
    for file, state in zip(source.files, source.states, strict=True):
        if file.name in states:
            raise IngestError(f"{file}: another file of this source is called so, too; rename one")
        states[file.name] = asdict(state)
    return states


def changed_files(
    source: Source,
    states: Mapping[str, Any],
    digests: Mapping[str, str],
    progress: Progress,
) -> list[str]:
    """Names of the files that are others than those read before, in these states, with digests.

    A file is read only where its state is another and its digest is known: that takes as long as
    reading it does.
    """
    now = file_states(source)
    gone = [name for name in {**states, **digests} if name not in now]
    touched = [file for file in source.files if states.get(file.name) != now[file.name]]
    unsure = [
        file
        for file in touched
        if file.name in digests
        and dict(states.get(file.name, now[file.name]))["size"] == now[file.name]["size"]
    ]
    if unsure and not gone:
        progress.step("Comparing the dump", sum(now[file.name]["size"] for file in unsure), "bytes")
        same = [
            file
            for file in unsure
            if source.digest_of(file, progress.advance) == digests[file.name]
        ]
    else:
        same = []
    return [file.name for file in touched if file not in same] + gone


def files_of(collection: Path, built: DumpRecord) -> tuple[dict[str, Any], dict[str, str]]:
    """States, as far as they are remembered, and digests of the files a generation is made of."""
    states = _remembered(collection, built.fingerprint)
    return states, dict(zip(built.files, built.digests, strict=False))


def remember_files(collection: Path, fingerprint: str, source: Source) -> None:
    """Keep where the files lie, in which states; where nothing can be written, all is read anew."""
    states = file_states(source)
    paths = {file.name: str(file.absolute()) for file in source.files}
    kept = {"fingerprint": fingerprint, "files": states, "paths": paths}
    if _kept(collection) == kept:
        return
    with suppress(OSError), write_whole(collection / _REMEMBERED) as file:
        file.write(json.dumps(kept).encode())


def remembered_file(collection: Path, built: DumpRecord) -> tuple[Path, FileState] | None:
    """Where the one file lay that a generation is made of, and its state then; None: not known."""
    kept = _kept(collection)
    try:
        if kept["fingerprint"] == built.fingerprint:
            [name] = built.files
            return Path(kept["paths"][name]), FileState(**kept["files"][name])
    except (ValueError, KeyError, TypeError):
        pass
    return None


def _remembered(collection: Path, fingerprint: str) -> dict[str, Any]:
    kept = _kept(collection)
    try:
        if kept["fingerprint"] == fingerprint:
            files: dict[str, Any] = {name: dict(state) for name, state in kept["files"].items()}
            return files
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return {}


def _kept(collection: Path) -> dict[str, Any]:
    try:
        return dict(read_json(collection / _REMEMBERED))
    except (OSError, ValueError, TypeError):
        return {}


def check_same(collection: Path, source: Source, progress: Progress, *, force: bool) -> None:
    """Raise OtherWiki where the collection is, or is becoming, another wiki's.

    With ``force`` it is only said what will be replaced.
    """
    for what, record in _held(collection):
        difference = source.difference(record)
        kind, held = source.identity.kind, record.get("kind", source.identity.kind)
        if kind != held:
            difference = f"{kind}, not {held}"
        difference = difference or _other_language(
            source.identity.language, str(record.get("language", ""))
        )
        if difference and not force:
            raise OtherWiki(
                f"{collection.name} holds {what}, and this dump is of another wiki or language "
                f"({difference}); name another collection with --collection, or replace it with "
                "--force"
            )
        if difference:
            progress.note(f"{collection.name}: replaces {what} by another wiki ({difference})")


def _other_language(code: str, before: str) -> str | None:
    """What shows that texts are in another language, or in another variant of it (BCP 47)."""
    now, then = (one.lower().replace("_", "-") for one in (code, before))
    if now == then or not now or not then:
        return None
    is_variant = now.partition("-")[0] == then.partition("-")[0]
    return f"language {'variant ' if is_variant else ''}{code}, not {before}"


def _held(collection: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whose dumps are built here or being built, whatever format they are in."""
    with suppress(CollectionError, OSError, ValueError, KeyError, TypeError):
        manifest = read_json(current_generation(collection) / "manifest.json")
        record = dict(manifest["dump"])
        yield f"{record['name']} in {manifest['generation']}", record
    for plan in sorted(collection.glob("building/*/plan.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            record = dict(read_json(plan)["source"])
            yield f"an unfinished build of {record['name']}", record


def few(names: Sequence[str]) -> str:
    """The names of files, the first three if there are many."""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
