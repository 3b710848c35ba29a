"""Dumps of a wiki as it was on some days, cut out of a dump of its whole history.

A history has no page that was deleted since, and every page under its present title: of what really
happened between two days it shows which pages were written and which were edited.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bench.corpora.dumps import HISTORY_DUMP
from pinakes.ingest.sources.mediawiki.files.archives import read_pieces

__all__ = ["as_articles", "header_and_pages", "pages_on", "write_dump"]

_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
_REVISION = re.compile(r"    <revision>.*?</revision>\n", re.DOTALL)
_TIMESTAMP = re.compile(r"<timestamp>([^<]*)</timestamp>")
_TEXT = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_LEADS_TO = re.compile(r"\s*#redirect\s*:?\s*\[\[:?([^\]|#]+)", re.IGNORECASE)
_REDIRECT = re.compile(r"    <redirect [^>]*/>\n")
_NAMESPACE = re.compile(r"<ns>\d+</ns>")


def header_and_pages(history: Path = HISTORY_DUMP) -> tuple[str, list[str]]:
    """The header of a dump, and the XML of its pages with all their revisions."""
    text = b"".join(piece.data for piece in read_pieces(history)).decode()
    return text[: text.index("  <page>")], _PAGE.findall(text)


def pages_on(day: str, pages: list[str]) -> Iterator[str]:
    """The pages that there were when ``day`` (YYYY-MM-DD) began, with the revision of then."""
    for page in pages:
        before = [found for found in _REVISION.findall(page) if _timestamp(found) < day]
        if before:
            head = _REDIRECT.sub("", page[: page.index("    <revision>")])
            yield f"{head}{_redirect(before[-1])}{before[-1]}  </page>\n"


def _timestamp(revision: str) -> str:
    found = _TIMESTAMP.search(revision)
    return found[1] if found else ""


def _redirect(revision: str) -> str:
    """What a dump says of a page whose text leads elsewhere."""
    text = _TEXT.search(revision)
    found = _LEADS_TO.match(text[1]) if text else None
    return f'    <redirect title="{found[1].strip()}" />\n' if found else ""


def as_articles(page: str) -> str:
    """A page of any namespace as an article: "User talk:Ann" is called "User talk Ann"."""
    head, mark, rest = page.partition("</title>")
    return head.replace(":", " ") + mark + _NAMESPACE.sub("<ns>0</ns>", rest, count=1)


def write_dump(path: Path, header: str, pages: Iterator[str]) -> Path:
    """An uncompressed dump of these pages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{header}{''.join(pages)}</mediawiki>\n", encoding="utf-8")
    return path
