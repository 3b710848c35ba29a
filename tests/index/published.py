"""Generations of one file, published: where it does not matter what they hold."""

from pathlib import Path

from pinakes.index.swap import publish, record_files
from pinakes.index.types import FORMAT_VERSION, DumpRecord, Manifest
from pinakes.ingest.types import PageCounts


def write_generation(
    collection: Path,
    name: str,
    content: str = "pages",
    fingerprint: str = "f",
    created: str = "2026-11-01",
) -> Path:
    """Publish a generation of one file."""
    stage = collection / "building" / "stage"
    stage.mkdir(parents=True)
    (stage / "pages.db").write_text(content)
    dump = DumpRecord(
        name="toy",
        date=name[:8],
        language="en",
        base_url="",
        files=["toy.xml"],
        fingerprint=fingerprint,
    )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        collection=collection.name,
        generation=name,
        created=f"{created}T00:00:00+00:00",
        dump=dump,
        encoder=None,
        versions={},
        files=record_files(stage),
        pages=PageCounts(),
        passages=0,
        vectors=0,
    )
    return publish(collection, stage, manifest)


def generations(collection: Path) -> list[str]:
    return sorted(entry.name for entry in (collection / "generations").iterdir())
