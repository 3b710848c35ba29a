"""A wiki of a few templates, written as they are, to expand calls on its pages."""

from collections.abc import Mapping
from pathlib import Path

from pinakes.ingest.sources.mediawiki.templates.kept_templates import KeptTemplates
from pinakes.ingest.sources.mediawiki.templates.table import TemplatePage, title_of, write_table
from pinakes.ingest.sources.mediawiki.templates.transclusion import transcluded
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Document

SITE = SiteInfo("toywiki", "Toy", "", "en", ((0, ""), (10, "Gabarit")))


def kept_templates(directory: Path, bodies: Mapping[str, str]) -> KeptTemplates:
    """Templates by their names; "→ other" leads to another, "Module:" makes a module."""
    path = directory / "templates.db"
    with write_table(path) as writer:
        for number, (name, body) in enumerate(bodies.items(), start=1):
            kind, _, title = name.rpartition(":")
            target = title_of(body.removeprefix("→ ")) if body.startswith("→ ") else None
            page = TemplatePage(
                number, title_of(title), target, "" if target else transcluded(body),
                is_module=kind == "Module",
            )  # fmt: skip
            writer.add([page])
    return KeptTemplates(path)


def document(templates: KeptTemplates | None, wikitext: str, title: str = "Toy page") -> Document:
    page = Page(1, 0, title, 2, "2026-01-02T03:04:05Z", None, wikitext)
    return parse_document(page, SITE, templates=templates)
