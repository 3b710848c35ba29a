"""Dumps to measure with: real wikitext, repeated under new page ids and titles until it is enough.

What a page links to or redirects to inside the corpus is renamed with it, so that every copy is
whole. Files are written as the dumps are published: 100 pages to a bz2 stream, or one stream.
"""

import bz2
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

__all__ = [
    "CURRENT_DUMP",
    "HISTORY_DUMP",
    "LARGE_TEXT_DUMP",
    "TEMPLATES_DUMP",
    "TEXT_DUMP",
    "WIKITEXT_DUMP",
    "Corpus",
    "existing",
    "repeated",
]

_SHARED = Path(__file__).parents[3] / "shared" / "data" / "dumps"
WIKITEXT_DUMP = _SHARED / "enwiki-2016-shortened-pages-articles.xml.bz2"
TEMPLATES_DUMP = _SHARED / "ltgwiki-smallwiki-latest-pages-articles.xml.bz2"
TEXT_DUMP = _SHARED / "enwiki2015text-dev6k-pages-articles-multistream.xml.bz2"
# The 6,000 articles of TEXT_DUMP among 30,729.
LARGE_TEXT_DUMP = _SHARED / "enwiki2015text-pages-articles-multistream.xml.bz2"
# The same wiki twice: every revision of every page, and the last ones.
HISTORY_DUMP = _SHARED / "aawiki" / "aawiki-20260101-pages-meta-history.xml.7z"
CURRENT_DUMP = _SHARED / "aawiki" / "aawiki-20260101-pages-meta-current.xml.bz2"

_PAGES_PER_STREAM = 100
# Far above every page id of the dumps that are repeated.
_ID_STEP = 1_000_000_000
_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
_ID = re.compile(r"<id>(\d+)</id>")
_TITLE = re.compile(r"<title>([^<]*)</title>")


@dataclass(frozen=True, slots=True)
class Corpus:
    """One dump in several forms; ``megabytes`` of XML, a million bytes each."""

    name: str
    multistream: Path
    megabytes: float
    pages: int
    xml: Path | None = None
    one_stream: Path | None = None


def repeated(name: str, source: Path, copies: int, directory: Path) -> Corpus:
    """``source`` with its articles ``copies`` times, written to ``directory`` in three forms.

    Pages of other namespaces stand there once: the articles of all copies use the same templates.
    """
    text = bz2.decompress(source.read_bytes()).decode()
    header, pages = text[: text.index("  <page>")], _PAGE.findall(text)
    paths = [
        directory / form / f"{name}-pages-articles{ending}"
        for form, ending in (
            ("multistream", "-multistream.xml.bz2"),
            ("xml", ".xml"),
            ("one-stream", ".xml.bz2"),
        )
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    multistream, plain, one_stream = paths
    packer = bz2.BZ2Compressor()
    size = count = 0
    with (
        multistream.open("wb") as streams,
        plain.open("wb") as xml,
        one_stream.open("wb") as single,
    ):
        for piece, pages_in_it in _pieces(header, pages, copies):
            streams.write(bz2.compress(piece))
            xml.write(piece)
            single.write(packer.compress(piece))
            size += len(piece)
            count += pages_in_it
        single.write(packer.flush())
    return Corpus(name, multistream, size / 1e6, count, plain, one_stream)


def existing(name: str, path: Path) -> Corpus:
    """A multistream dump as it lies there."""
    xml = bz2.decompress(path.read_bytes())
    return Corpus(name, path, len(xml) / 1e6, xml.count(b"<page>"))


def _pieces(header: str, pages: list[str], copies: int) -> Iterator[tuple[bytes, int]]:
    """What becomes a stream each, and how many pages it holds."""
    yield header.encode(), 0
    every = _copies(pages, copies)
    while batch := list(islice(every, _PAGES_PER_STREAM)):
        yield "".join(batch).encode(), len(batch)
    yield b"</mediawiki>\n", 0


def _copies(pages: list[str], copies: int) -> Iterator[str]:
    yield from pages
    articles = [page for page in pages if "<ns>0</ns>" in page]
    titles = {match[1] for page in articles if (match := _TITLE.search(page))}
    names = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    place = re.compile(rf'(<title>|<redirect title="|\[\[)({names})(?=</title>|" />|[\]|#])')
    for number in range(1, copies):
        for page in articles:
            renamed = place.sub(rf"\1\2 {number}", page)
            yield _ID.sub(lambda m, n=number: f"<id>{int(m[1]) + n * _ID_STEP}</id>", renamed, 1)
