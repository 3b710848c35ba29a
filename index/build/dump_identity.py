"""Whether a dump is the one that a generation was built from, and whether it is of the same wiki.

The manifest keeps a digest of each file. ``dump.json`` beside the generations remembers the state
(size, times, inode) that each file had when its digest was found: as long as that has not changed,
nothing is read. Knows nothing of how a dump is built.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pinakes.index.build.progress import Progress
from pinakes.index.errors import CollectionError, OtherWiki
from pinakes.index.generations import current_generation
from pinakes.index.types import DumpRecord
from pinakes.ingest.files import read_json, write_whole
from pinakes.ingest.sources.mediawiki.files.dumps import Dump
from pinakes.ingest.sources.mediawiki.files.identity import FileDigest, digest_file

__all__ = [
    "changed_files",
    "check_wiki",
    "dump_record",
    "few",
    "file_states",
    "files_of",
    "remember_files",
    "wiki_of",
]

_REMEMBERED = "dump.json"
# How Wikimedia's databases are named, and their dumps after them.
_DATABASE = re.compile(
    r"[a-z0-9_]+(wiki|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage)"
)


def dump_record(dump: Dump, digests: Sequence[str], *, verified: bool) -> DumpRecord:
    """What the manifest says of ``dump``, whose files have these digests."""
    fingerprint = FileDigest()
    for part, digest in zip(dump.parts, digests, strict=True):
        fingerprint.add(f"{part.name}\0{digest}\0".encode())
    return DumpRecord(
        **wiki_of(dump),
        date=dump.date,
        language=dump.site.language,
        files=[part.name for part in dump.parts],
        digests=list(digests),
        fingerprint=fingerprint.hexdigest(),
        verified=verified,
    )


def wiki_of(dump: Dump) -> dict[str, str]:
    """What tells the dump's wiki from others, as its record has it."""
    site = dump.site
    return {
        "name": dump.name,
        "base_url": site.base_url,
        "site_name": site.name,
        "database": site.database,
    }


def file_states(dump: Dump) -> dict[str, dict[str, int]]:
    """The states of the files by their names, as JSON."""
    names = (part.name for part in dump.parts)
    return {name: asdict(state) for name, state in zip(names, dump.states, strict=True)}


def changed_files(
    dump: Dump,
    states: Mapping[str, Any],
    digests: Mapping[str, str],
    progress: Progress,
) -> list[str]:
    """Names of the files that are others than those read before, in these states, with digests.

    A file is read only where its state is another and its digest is known: that takes as long as
    reading it does.
    """
    now = file_states(dump)
    gone = [name for name in {**states, **digests} if name not in now]
    touched = [part for part in dump.parts if states.get(part.name) != now[part.name]]
    unsure = [
        part
        for part in touched
        if part.name in digests
        and dict(states.get(part.name, now[part.name]))["size"] == now[part.name]["size"]
    ]
    if unsure and not gone:
        progress.step("Comparing the dump", sum(now[part.name]["size"] for part in unsure), "bytes")
        same = [
            part for part in unsure if digest_file(part, progress.advance) == digests[part.name]
        ]
    else:
        same = []
    return [part.name for part in touched if part not in same] + gone


def files_of(collection: Path, built: DumpRecord) -> tuple[dict[str, Any], dict[str, str]]:
    """States, as far as they are remembered, and digests of the files a generation is made of."""
    states = _remembered(collection, built.fingerprint)
    return states, dict(zip(built.files, built.digests, strict=False))


def remember_files(collection: Path, fingerprint: str, dump: Dump) -> None:
    """Keep the states of the files; where nothing can be written, they are read the next time."""
    states = file_states(dump)
    if _remembered(collection, fingerprint) == states:
        return
    with suppress(OSError), write_whole(collection / _REMEMBERED) as file:
        file.write(json.dumps({"fingerprint": fingerprint, "files": states}).encode())


def _remembered(collection: Path, fingerprint: str) -> dict[str, Any]:
    try:
        kept = read_json(collection / _REMEMBERED)
        if kept["fingerprint"] == fingerprint:
            files: dict[str, Any] = {name: dict(state) for name, state in kept["files"].items()}
            return files
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return {}


def _other_wiki(built: Mapping[str, Any], dump: Dump) -> str | None:
    """What shows that ``dump`` is of another wiki than the dump record ``built``; None: nothing.

    Compared are database, site name and host, where both headers have them, and the wiki in the
    names of the files, where it looks like one: some extracts carry the header of another wiki. Of
    dumps that have nothing of this in common the names of the files decide.
    """
    before, now = _marks(built), _marks(wiki_of(dump))
    both = [kind for kind in before if before[kind] and now[kind]]
    for kind in both:
        if before[kind] != now[kind]:
            return f"{kind} {now[kind]}, not {before[kind]}"
    name = str(built.get("name", ""))
    if not both and name and name != dump.name:
        return f"files of {dump.name}, not of {name}"
    return None


def _marks(record: Mapping[str, Any]) -> dict[str, str]:
    text = {key: value for key, value in record.items() if isinstance(value, str)}
    name = text.get("name", "")
    try:
        host = urlsplit(text.get("base_url", "")).netloc
    except ValueError:
        host = ""
    return {
        "database": text.get("database", ""),
        "site": text.get("site_name", ""),
        "host": host,
        "file names of": name if _DATABASE.fullmatch(name) else "",
    }


def check_wiki(collection: Path, dump: Dump, progress: Progress, *, force: bool) -> None:
    """Raise OtherWiki where the collection is, or is becoming, another wiki's.

    With ``force`` it is only said what will be replaced.
    """
    for what, record in _held(collection):
        difference = _other_wiki(record, dump)
        if difference and not force:
            raise OtherWiki(
                f"{collection.name} holds {what}, and this dump is another wiki's ({difference}); "
                "name another collection with --collection, or replace it with --force"
            )
        if difference:
            progress.note(f"{collection.name}: replaces {what} by another wiki ({difference})")


def _held(collection: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whose dumps are built here or being built, whatever format they are in."""
    with suppress(CollectionError, OSError, ValueError, KeyError, TypeError):
        manifest = read_json(current_generation(collection) / "manifest.json")
        record = dict(manifest["dump"])
        yield f"{record['name']} in {manifest['generation']}", record
    for plan in sorted(collection.glob("building/*/plan.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            record = dict(read_json(plan)["wiki"])
            yield f"an unfinished build of {record['name']}", record


def few(names: Sequence[str]) -> str:
    """The names of files, the first three if there are many."""
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
