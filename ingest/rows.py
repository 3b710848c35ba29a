"""Entries as rows of JSON: what ``pinakes extract`` prints and what segments hold."""

import json
from dataclasses import dataclass
from typing import Any

from ingest.dumps import WorkUnit
from ingest.extract import Entry, count_entry, read_documents
from ingest.types import (
    Damage,
    Document,
    OtherPage,
    PageCounts,
    QuarantinedPage,
    Redirect,
    Section,
    SiteInfo,
)

__all__ = ["ExtractedUnit", "extract_unit", "from_json", "to_json"]


@dataclass(frozen=True, slots=True)
class ExtractedUnit:
    """The articles and redirects of a unit as JSON lines, and what could not be read."""

    lines: bytes
    counts: PageCounts
    problems: tuple[QuarantinedPage | Damage, ...]


def extract_unit(unit: WorkUnit, site: SiteInfo) -> ExtractedUnit:
    """Read one unit into memory."""
    lines: list[str] = []
    problems: list[QuarantinedPage | Damage] = []
    counts = PageCounts()
    for entry in read_documents(unit, site):
        counts += count_entry(entry)
        if isinstance(entry, Document | Redirect):
            lines.append(json.dumps(to_json(entry), ensure_ascii=False) + "\n")
        elif isinstance(entry, QuarantinedPage | Damage):
            problems.append(entry)
    return ExtractedUnit("".join(lines).encode("utf-8", "replace"), counts, tuple(problems))


def to_json(entry: Entry) -> dict[str, Any]:
    """The row of an entry; a redirect's has no text."""
    match entry:
        case QuarantinedPage():
            return {"page_id": entry.page_id, "title": entry.title, "quarantined": entry.reason}
        case Damage():
            return {"offset": entry.offset, "damage": entry.reason}
        case OtherPage():
            return {"page_id": entry.page_id, "title": entry.title, "namespace": entry.namespace}
    article = entry if isinstance(entry, Document) else None
    return {
        "page_id": entry.page_id,
        "title": entry.title,
        "revision_id": entry.revision_id,
        "timestamp": entry.timestamp,
        "redirect_to": entry.target if isinstance(entry, Redirect) else None,
        "is_disambiguation": article is not None and article.is_disambiguation,
        "sections": [
            {"heading_path": part.heading_path, "start": part.start, "end": part.end}
            for part in (article.sections if article else ())
        ],
        "text": article.text if article else "",
    }


def from_json(row: dict[str, Any]) -> Entry:
    """The entry of a row, without an article's links."""
    if "damage" in row:
        return Damage(row["offset"], row["damage"])
    if "quarantined" in row:
        return QuarantinedPage(row["page_id"], row["title"], row["quarantined"])
    if "namespace" in row:
        return OtherPage(row["page_id"], row["title"], row["namespace"])
    head = row["page_id"], row["title"]
    revision = row["revision_id"], row["timestamp"]
    if row["redirect_to"] is not None:
        return Redirect(*head, row["redirect_to"], *revision)
    sections = tuple(
        Section(tuple(part["heading_path"]), part["start"], part["end"]) for part in row["sections"]
    )
    return Document(*head, *revision, row["text"], sections, (), row["is_disambiguation"])
