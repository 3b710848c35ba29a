"""What a page's layout costs beside its text, and how many of its links are found again in it.

Measures: bytes of layouts in per cent of the compressed texts, of all pages and page by page; of
links to articles, how many have a place in the text; CPU seconds of reading the wikitext with and
without, in turns. Texts are compressed as the store does it.
Corpora: 106 articles of the English Wikipedia, Latgalian Wikipedia with its own templates, and
articles of 62 other wikis, one to a few of each.
Command: python -m bench.quality.layout
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import zstandard
from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import TEMPLATES_DUMP, WIKITEXT_DUMP
from bench.record import record
from pinakes.ingest.layout import unpack_layout
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document

_MINIDUMPS = TEMPLATES_DUMP.parent / "minidumps"
_LEVEL = 3
_ROUNDS = 3
_MOST = 0.15


class _Quiet:
    def step(self, name: str, total: int, unit: str) -> None:
        """Nobody is told."""

    def advance(self, amount: int) -> None:
        """Nobody is told."""


def main() -> None:
    """Read, count, print, record."""
    corpora = {
        "English, 106 articles": [WIKITEXT_DUMP],
        "Latgalian": [TEMPLATES_DUMP],
        "62 other wikis": sorted(_MINIDUMPS.glob("*.bz2")),
    }
    rows = {name: _figures(paths) for name, paths in corpora.items()}
    _print(rows)
    record("layout", "; ".join(corpora), rows)


def _figures(paths: Sequence[Path]) -> dict[str, Any]:
    documents = [document for path in paths for document in _documents(path)]
    texts = [len(zstandard.compress(one.text.encode(), _LEVEL)) for one in documents]
    layouts = [len(one.layout) for one in documents]
    shares = sorted(layout / text for layout, text in zip(layouts, texts, strict=True))
    seconds = [0.0, 0.0]
    articles = [pair for path in paths for pair in _articles(path)]
    for _ in range(_ROUNDS):
        for page, site in articles:
            for with_layout in (False, True):
                began = time.process_time()
                parse_document(page, site, with_layout=with_layout)
                seconds[with_layout] += time.process_time() - began
    return {
        "pages": len(documents),
        "text_bytes": sum(texts),
        "layout_bytes": sum(layouts),
        "share": round(sum(layouts) / sum(texts), 4),
        "median_share": round(statistics.median(shares), 4),
        "p95_share": round(shares[int(0.95 * len(shares))], 4),
        "pages_above": round(sum(share > _MOST for share in shares) / len(shares), 4),
        "links": sum(len(one.links) for one in documents),
        "links_placed": sum(map(_placed, documents)),
        "wikitext_seconds": round(seconds[False], 2),
        "with_layout_seconds": round(seconds[True], 2),
    }


def _documents(path: Path) -> Iterator[Document]:
    """The articles of a dump, read with its templates, where it has any."""
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(1) as executor:
        dump = MediaWikiSource.open([path]).dump
        dump = replace(dump, site=_site_of(path, dump.site))
        source = MediaWikiSource(dump).prepared(Path(directory), executor, 1, _Quiet())
        for unit in source.units():
            yield from (one for one in source.read(unit) if isinstance(one, Document))


def _articles(path: Path) -> Iterator[tuple[Page, SiteInfo]]:
    dump = MediaWikiSource.open([path]).dump
    for unit in MediaWikiSource(dump).units():
        for page in read_pages(unit):
            if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None:
                yield page, _site_of(path, dump.site)


def _site_of(path: Path, site: SiteInfo) -> SiteInfo:
    """The site of a dump; the headers of the small ones all say that they are English."""
    if path.parent != _MINIDUMPS:
        return site
    return replace(site, language=path.name.partition("wiki-")[0])


def _placed(document: Document) -> int:
    """How many links stand somewhere in the text; what is told in several rows counts once."""
    spans = unpack_layout(document.layout, document.text, document.links).spans
    shown = {
        (span.target, document.text[span.start : span.end]) for span in spans if span.kind == "link"
    }
    return sum((link.target, link.anchor) in shown for link in document.links)


def _print(rows: dict[str, dict[str, Any]]) -> None:
    table = Table("corpus", "pages", "share", "median", "p95", "above 15 %", "links placed", "CPU")
    for name, row in rows.items():
        table.add_row(
            name,
            f"{row['pages']:,}",
            *(f"{100 * row[key]:.1f} %" for key in ("share", "median_share", "p95_share")),
            f"{100 * row['pages_above']:.1f} %",
            f"{row['links_placed'] / row['links']:.1%}",
            f"{row['with_layout_seconds'] / row['wikitext_seconds']:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
