"""Entries as rows of JSON: what ``pinakes extract`` prints and what segments hold."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinakes.ingest.characters import cleaned
from pinakes.ingest.report import count_entry
from pinakes.ingest.sources.base import Source, Unit
from pinakes.ingest.types import (
    Damage,
    Document,
    Entry,
    OtherPage,
    PageCounts,
    QuarantinedPage,
    Redirect,
    Section,
    TrailingBytes,
    Unchanged,
)

__all__ = ["ExtractedUnit", "extract_unit", "from_json", "to_json"]


@dataclass(frozen=True, slots=True)
class ExtractedUnit:
    """Files with the articles and redirects of a unit as JSON lines, and what was not read."""

    rows: Path
    problems: Path
    counts: PageCounts


def extract_unit(unit: Unit, source: Source, directory: Path) -> ExtractedUnit:
    """Read one unit into two files in ``directory``: its pages may be larger than memory."""
    counts = PageCounts()
    rows, problems = (directory / f"{unit.number}.{kind}" for kind in ("rows", "problems"))
    with (
        rows.open("w", encoding="utf-8", errors="replace", newline="\n") as lines,
        problems.open("w", encoding="utf-8", errors="replace") as problem_lines,
    ):
        for entry in source.read(unit):
            counts += count_entry(entry)
            if isinstance(entry, Document | Redirect):
                row = json.dumps(to_json(entry), ensure_ascii=False)
                lines.write(cleaned(row, "\ufffd") + "\n")  # of titles, which are the dump's own
                for remark in entry.remarks if isinstance(entry, Document) else ():
                    line = f"{unit.file.name}: page {entry.title!r}: {remark}"
                    problem_lines.write(cleaned(line, "\ufffd") + "\n")
            elif isinstance(entry, QuarantinedPage | Damage | TrailingBytes):
                problem = " ".join(f"{unit.file.name}: {entry}".split("\n"))
                problem_lines.write(cleaned(problem, "\ufffd") + "\n")
    return ExtractedUnit(rows, problems, counts)


def to_json(entry: Entry) -> dict[str, Any]:
    """The row of an entry, its key as ``page_id``; a redirect's has no text."""
    match entry:
        case QuarantinedPage():
            return {"page_id": entry.key, "title": entry.title, "quarantined": entry.reason}
        case Damage():
            return {"offset": entry.offset, "damage": entry.reason}
        case TrailingBytes():
            return {"trailing_bytes": entry.count}
        case OtherPage():
            return {"page_id": entry.key, "title": entry.title, "namespace": entry.namespace}
        case Unchanged():
            return {"page_id": entry.key, "title": entry.title, "unchanged": True}
    article = entry if isinstance(entry, Document) else None
    return {
        "page_id": entry.key,
        "title": entry.title,
        "revision_id": entry.revision_id,
        "timestamp": entry.timestamp,
        "redirect_to": entry.target if isinstance(entry, Redirect) else None,
        "is_disambiguation": article is not None and article.is_disambiguation,
        "bold_names": article.bold_names if article else (),
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
    if "trailing_bytes" in row:
        return TrailingBytes(row["trailing_bytes"])
    if "quarantined" in row:
        return QuarantinedPage(row["page_id"], row["title"], row["quarantined"])
    if "namespace" in row:
        return OtherPage(row["page_id"], row["title"], row["namespace"])
    head = row["page_id"], row["title"]
    if "unchanged" in row:
        return Unchanged(*head)
    revision = row["revision_id"], row["timestamp"]
    if row["redirect_to"] is not None:
        return Redirect(*head, row["redirect_to"], *revision)
    sections = tuple(
        Section(tuple(part["heading_path"]), part["start"], part["end"]) for part in row["sections"]
    )
    return Document(
        *head,
        *revision,
        row["text"],
        sections,
        (),
        row["is_disambiguation"],
        tuple(row["bold_names"]),
    )
