"""Dumps of search indexes and of HTML for tests, by hand from the published formats.

No real one is at hand: fields and their forms are those of MediaWiki's documentation (CirrusSearch
schema; data dictionary of Wikimedia Enterprise) and of samples quoted in public code.
"""

import io
import json
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["article", "index_page", "lines", "write_tar"]


def index_page(page_id: int, title: str, text: str = "", **fields: Any) -> list[Any]:
    """The two lines of a page in a CirrusSearch dump."""
    page = {
        "template": ["Template:Infobox plant"],
        "content_model": "wikitext",
        "opening_text": text.partition(". ")[0] + "." if ". " in text else text,
        "wiki": "dewiki",
        "auxiliary_text": [],
        "language": "de",
        "title": title,
        "text": text,
        "defaultsort": False,
        "timestamp": "2026-08-01T10:00:00Z",
        "redirect": [],
        "heading": [],
        "version_type": "external",
        "version": 1000 + page_id,
        "namespace": 0,
        "namespace_text": "",
        "incoming_links": 3,
        "outgoing_link": [],
        "popularity_score": 1e-07,
    } | fields
    return [{"index": {"_type": "_doc", "_id": str(page_id)}}, page]


def article(key: int, name: str, html: str, **fields: Any) -> dict[str, Any]:
    """A line of a Wikimedia Enterprise HTML dump."""
    return {
        "name": name,
        "identifier": key,
        "date_modified": "2026-01-02T03:04:05Z",
        "version": {"identifier": 5000 + key, "comment": "x"},
        "url": f"https://de.wikipedia.org/wiki/{name.replace(' ', '_')}",
        "namespace": {"identifier": 0},
        "in_language": {"identifier": "de"},
        "is_part_of": {"identifier": "dewiki"},
        "article_body": {"html": html, "wikitext": "…"},
        "license": [{"identifier": "CC-BY-SA-4.0"}],
    } | fields


def lines(rows: Iterable[Any]) -> bytes:
    """The rows as JSON lines; bytes are written as they are."""
    packed = (
        row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()
        for row in rows
    )
    return b"".join(line + b"\n" for line in packed)


def write_tar(path: Path, files: Sequence[bytes]) -> Path:
    """A tar.gz of such files."""
    with tarfile.open(path, "w:gz") as archive:
        for number, content in enumerate(files):
            member = tarfile.TarInfo(f"dewiki_namespace_0_{number}.ndjson")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path
