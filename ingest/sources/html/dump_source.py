"""An HTML dump of Wikimedia Enterprise as a source: a line for each article, with its HTML.

Published as ``<wiki>-NS0-<date>-ENTERPRISE-HTML.json.tar.gz``: files of JSON lines in an archive;
unpacked, the same lines. Fields: https://enterprise.wikimedia.com/docs/data-dictionary/.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import xxhash

from pinakes.ingest.errors import IngestError, NotADump
from pinakes.ingest.sources.base import IsKnown, SourceIdentity, collection_name, program_digest
from pinakes.ingest.sources.html.document import read_page
from pinakes.ingest.sources.html.elements import UnreadableHtml, require_parser
from pinakes.ingest.sources.json_lines import (
    JsonLinesSource,
    day_of_calendar,
    number_of,
    object_of,
    text_of,
)
from pinakes.ingest.sources.wiki_names import address_of_wiki, language_of_wiki
from pinakes.ingest.types import Entry, OtherPage, QuarantinedPage, Redirect, Unchanged

__all__ = ["HtmlDumpSource"]

_FIRST = re.compile(rb'\{.*"article_body"\s*:', re.DOTALL)
_NAME = re.compile(r"-(?P<date>\d{8})-ENTERPRISE", re.IGNORECASE)
# Addresses in a page are relative to it; "./X?action=edit&redlink=1" is a page that is not there.
_LOCAL = re.compile(r"(?:\./|/wiki/)([^?#]+)(?:#|$)")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, UnreadableHtml)


@dataclass(frozen=True, slots=True)
class HtmlDumpSource(JsonLinesSource):
    """The articles of the files of one dump."""

    @classmethod
    def is_first(cls, line: bytes) -> bool:
        """Every line has an article's body."""
        return _FIRST.match(line) is not None

    @classmethod
    def is_named(cls, name: str) -> bool:
        """As they are published."""
        return _NAME.search(name) is not None and ".json" in name

    @classmethod
    def identify(cls, parts: Sequence[Path], lines: Sequence[bytes]) -> SourceIdentity:
        """What the first article says of its wiki, and the names of the files of the date."""
        require_parser(parts[0])
        try:
            page = object_of(lines[0])
            wiki = str(page["is_part_of"]["identifier"])
            language = str(page.get("in_language", {}).get("identifier") or language_of_wiki(wiki))
            address = urlsplit(str(page.get("url", "")))
        except (*_UNREADABLE, IndexError) as error:
            raise NotADump(
                f"{parts[0]}: its first line is no article of an HTML dump "
                f"({type(error).__name__}: {error})"
            ) from None
        days = {match["date"] for part in parts if (match := _NAME.search(part.name))}
        if len(days) > 1:
            raise IngestError(f"files of different dumps: {', '.join(sorted(days))}; name one date")
        is_wiki = address.path.startswith("/wiki/")
        return SourceIdentity(
            kind="html",
            name=collection_name(wiki, "wiki"),
            date=next(filter(day_of_calendar, days), None),
            language=language or "en",
            base_url=f"https://{address.netloc}/wiki/" if is_wiki else address_of_wiki(wiki),
            database=wiki,
        )

    def entries(self, line: bytes, head: bytes, is_known: IsKnown) -> Iterator[Entry]:
        """An article, and after it the redirects to it."""
        del head
        key: int | None = None
        title: str | None = None
        try:
            page = object_of(line)
            key, title = number_of(page["identifier"]), text_of(page["name"])
            if namespace := page.get("namespace", {}).get("identifier", 0):
                yield OtherPage(key, title, number_of(namespace))
                return
            html = text_of(page["article_body"]["html"])
            revision = number_of(page["version"]["identifier"])
            day = text_of(page.get("date_modified", ""))
            redirects = [text_of(redirect["name"]) for redirect in page.get("redirects") or ()]
            content = f"{title}\0{revision}\0{day}\0{html}".encode("utf-8", "surrogatepass")
            digest = xxhash.xxh3_128_digest(program_digest() + content)
            if is_known(key, lambda _inputs: digest):
                yield Unchanged(key, title)
            else:
                document = read_page(html, key, title, revision, day, _page_of)
                yield replace(document, made_from=digest)
        except _UNREADABLE as error:
            reason = f"no article of an HTML dump ({type(error).__name__}: {error})"
            yield QuarantinedPage(key, title, reason)
            return
        for name in redirects:
            yield Redirect(key, name, title, 0, "")


def _page_of(address: str) -> str | None:
    """The title that an address in an article leads to; None out of the wiki."""
    found = _LOCAL.match(address)
    return unquote(found[1]).replace("_", " ") if found else None
