"""A CirrusSearch dump as a source: lines in pairs, the page's id and what is known of the page.

Published are ``<wiki>_content-<date>-<number>.json.bz2`` (since 2026) and, until then,
``<wiki>-<date>-cirrussearch-content.json.gz``: Elasticsearch's bulk format in both.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import xxhash

from pinakes.ingest.errors import IngestError
from pinakes.ingest.sources.base import IsKnown, SourceIdentity, collection_name, program_digest
from pinakes.ingest.sources.cirrus.page import document_of, redirects_of
from pinakes.ingest.sources.json_lines import (
    JsonLinesSource,
    day_of_calendar,
    number_of,
    object_of,
    text_of,
)
from pinakes.ingest.sources.wiki_names import address_of_wiki, language_of_wiki
from pinakes.ingest.types import Entry, OtherPage, QuarantinedPage, Unchanged

__all__ = ["CirrusSource"]

_HEAD = re.compile(rb'\{\s*"index"\s*:\s*\{')
_NAME = re.compile(
    r"^(?P<wiki>[a-z][a-z0-9_]*?)(?:_content|_general)?-(?P<date>\d{8})-", re.IGNORECASE
)
_PUBLISHED = re.compile(r"(-cirrussearch-\w+|_(content|general)-\d{8}-\d+)\.json(\.\w+)?$")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class CirrusSource(JsonLinesSource):
    """The articles of the files of one dump."""

    @classmethod
    def is_first(cls, line: bytes) -> bool:
        """Files begin with the id of their first page."""
        return _HEAD.match(line) is not None

    @classmethod
    def is_named(cls, name: str) -> bool:
        """As they are published."""
        return _PUBLISHED.search(name) is not None

    @property
    def is_head(self) -> Callable[[bytes], bool]:
        """The id of a page, which follows in the next line."""
        return self.is_first

    @classmethod
    def identify(cls, parts: Sequence[Path], lines: Sequence[bytes]) -> SourceIdentity:
        """What the first page says of its wiki, and the names of the files of wiki and date."""
        try:
            page = object_of(lines[1]) if len(lines) > 1 else {}
        except _UNREADABLE:  # set aside when it is read
            page = {}
        found = [_NAME.match(part.name) for part in parts]
        said = {(match["wiki"].lower(), match["date"]) for match in found if match}
        if len(said) > 1:
            some = ", ".join(f"{wiki} of {day}" for wiki, day in sorted(said))
            raise IngestError(f"files of different dumps: {some}; name those of one")
        wiki, day = next(iter(said), ("", ""))
        wiki = str(page.get("wiki") or wiki)
        return SourceIdentity(
            kind="cirrus",
            name=collection_name(wiki, "wiki"),
            date=day_of_calendar(day),
            language=str(page.get("language") or "") or language_of_wiki(wiki) or "en",
            base_url=address_of_wiki(wiki),
            database=wiki,
        )

    def entries(self, line: bytes, head: bytes, is_known: IsKnown) -> Iterator[Entry]:
        """A page, and after it the redirects to it; what is no article is told as such."""
        page_id: int | None = None
        title: str | None = None
        try:
            page = object_of(line)
            page_id = number_of(object_of(head)["index"]["_id"] if head else page["page_id"])
            title = text_of(page["title"])
            if page["namespace"] != 0:
                yield OtherPage(page_id, title, number_of(page["namespace"]))
                return
            digest = xxhash.xxh3_128_digest(
                program_digest() + f"{page_id} {self.about.language} ".encode() + line
            )
            redirects = list(redirects_of(page, page_id))
            if is_known(page_id, lambda _inputs: digest):
                yield Unchanged(page_id, title)
            else:
                yield replace(document_of(page, page_id, self.about.language), made_from=digest)
            yield from redirects
        except _UNREADABLE as error:
            reason = f"no page of a search index ({type(error).__name__}: {error})"
            yield QuarantinedPage(page_id, title, reason)
