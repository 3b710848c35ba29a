"""A MediaWiki dump as a source: its files cut into units, and its pages read as documents."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pinakes.ingest.sources.base import IsKnown, Source, SourceIdentity, Stepping
from pinakes.ingest.sources.file_state import FileState, digest_pieces
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import (
    Dump,
    WorkUnit,
    find_dump,
    plan_units,
    sample_units,
)
from pinakes.ingest.sources.mediawiki.files.multistream_index import find_index, read_index
from pinakes.ingest.sources.mediawiki.files.newest import missing_parts
from pinakes.ingest.sources.mediawiki.first_pass import (
    collect_templates,
    holds_templates,
    prepared_pages,
    release_pages,
)
from pinakes.ingest.sources.mediawiki.markup.variants import has_variants
from pinakes.ingest.sources.mediawiki.templates.kept_templates import (
    KeptTemplates,
    open_templates,
)
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage
from pinakes.ingest.types import DocumentKey, Entry

__all__ = ["MediaWikiSource"]

# How Wikimedia's databases are named, and their dumps after them.
_DATABASE = re.compile(
    r"[a-z0-9_]+(wiki|wiktionary|wikibooks|wikinews|wikiquote|wikisource|wikiversity|wikivoyage)"
)


@dataclass(frozen=True, slots=True)
class MediaWikiSource(Source):
    """The articles of ``dump``, in units of about ``unit_bytes`` (None: as suits its size).

    ``set_aside``: where the first pass has left what it unpacked. ``templates``: the table of its
    templates, where it has any. ``with_layout``: whether articles have one when they are read.
    """

    dump: Dump
    unit_bytes: int | None = None
    set_aside: Path | None = None
    templates: Path | None = None
    with_layout: bool = True

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "MediaWikiSource":
        """The dump made of these files. Raises IngestError, as ``find_dump`` does."""
        return cls(find_dump(paths))

    @property
    def identity(self) -> SourceIdentity:
        """Which wiki's dump it is, and of when."""
        site = self.dump.site
        return SourceIdentity(
            kind="mediawiki",
            name=self.dump.name,
            date=self.dump.date,
            language=site.language,
            base_url=site.base_url,
            site_name=site.name,
            database=site.database,
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """The parts of the dump."""
        return self.dump.parts

    @property
    def states(self) -> tuple[FileState, ...]:
        """The states of its parts."""
        return self.dump.states

    def units(self) -> Iterator[WorkUnit]:
        """Runs of bytes of one part each."""
        return plan_units(self.dump, self.unit_bytes)

    def without_layout(self) -> "MediaWikiSource":
        """To be read for its texts alone: layouts are a good part of the time."""
        return replace(self, with_layout=False)

    def sample(self, count: int) -> Sequence[WorkUnit]:
        """About ``count`` units; of a part that cannot be entered in the middle only the first."""
        return sample_units(self.dump, count)

    def prepared(
        self,
        directory: Path,
        executor: Executor,
        ahead: int,
        progress: Stepping,
        units: Sequence[WorkUnit] | None = None,
    ) -> "MediaWikiSource":
        """With the templates of the dump, where it has any, to be read for this purpose."""
        if not holds_templates(self.dump):
            return self
        size = self.byte_count if units is None else sum(unit.byte_count for unit in units)
        progress.step("Reading the templates", size, "bytes")
        templates = collect_templates(
            self.units() if units is None else units,
            self.dump.site,
            directory,
            executor,
            ahead,
            progress.advance,
        )
        return replace(self, set_aside=directory, templates=templates)

    def read(self, unit: WorkUnit) -> Iterator[Entry]:
        """What became of every page of ``unit``, in file order."""
        return self.read_changed(unit, lambda _key, _made_from: False)

    def read_changed(self, unit: WorkUnit, is_known: IsKnown) -> Iterator[Entry]:
        """The same, but articles that are known are not parsed."""
        templates, cut = self.prepared_for(unit)
        return read_documents(
            unit, self.dump.site, is_known, templates, cut, with_layout=self.with_layout
        )

    def prepared_for(self, unit: WorkUnit) -> tuple[KeptTemplates | None, Iterator[CutPage] | None]:
        """What was prepared: the templates of the dump, and the pages of ``unit``, cut already."""
        return (
            open_templates(self.templates) if self.templates else None,
            prepared_pages(unit, self.set_aside) if self.set_aside else None,
        )

    def release(self, unit: WorkUnit) -> None:
        """Remove what the first pass has set aside of ``unit``."""
        if self.set_aside:
            release_pages(unit, self.set_aside)

    def digest(self, unit: WorkUnit) -> bytes:
        """The digests of the pieces that begin in the unit's bytes."""
        return digest_pieces(unit.file, unit.start, unit.end)

    def missing(self) -> list[Path]:
        """The parts of this dump that the lists of checksums beside its files name besides."""
        return missing_parts(self.dump.parts)

    def listed(self, file: Path) -> Iterator[tuple[DocumentKey, str]]:
        """What the index of a multistream dump says of a part."""
        index = find_index(file)
        return read_index(index) if index is not None else iter(())

    def difference(self, built: Mapping[str, Any]) -> str | None:
        """What shows that the dump with this record is of another wiki; None: nothing.

        Compared are database, site name and host, where both headers have them, and the wiki in
        the names of the files, where it looks like one: some extracts carry the header of another
        wiki. Of dumps that have nothing of this in common the names of the files decide. Of a
        wiki that writes its language in several ways these may name one: zhwiki-zh-hant.
        """
        identity = self.identity
        now = _marks(identity.name, identity.base_url, identity.database, identity.site_name)
        text = {key: value for key, value in built.items() if isinstance(value, str)}
        name = text.get("name", "")
        before = _marks(
            name, text.get("base_url", ""), text.get("database", ""), text.get("site_name", "")
        )
        both = [mark for mark in before if before[mark] and now[mark]]
        for mark in both:
            if before[mark] != now[mark]:
                return f"{mark} {now[mark]}, not {before[mark]}"
        if not both and name and name != identity.name:
            return f"files of {identity.name}, not of {name}"
        ways = [_variant(one, identity.language) for one in (identity.name, name)]
        if name and ways[0] != ways[1]:
            return f"file names of language variant {ways[0]}, not {ways[1]}"
        return None


def _variant(name: str, language: str) -> str:
    """The variant of ``language`` that a file's name says, else the language itself."""
    if has_variants(language):
        main = re.escape(language.lower().partition("-")[0])
        if found := re.search(rf"[-_]({main}[-_][a-z]{{2,4}})$", name):
            return found[1].replace("_", "-")
    return language.lower()


def _marks(name: str, base_url: str, database: str, site_name: str) -> dict[str, str]:
    """What a wiki is known by; "" where it is not."""
    try:
        host = urlsplit(base_url).netloc
    except ValueError:
        host = ""
    return {
        "database": database,
        "site": site_name,
        "host": host,
        "file names of": name if _DATABASE.fullmatch(name) else "",
    }
