"""How many of the numbers of real pages stand in their text, against an independent parser.

Measures: numbers kept and lost by place, numbers in templates not rendered, left out or steering,
templates dropped by name, markup left; and draws disagreements to be read by hand.
Corpus: ../shared/data, the head of English Wikipedia of 2016 and eight articles as wikitext; beside
them, for what was not tuned on, pages of 2025, table-heavy pages and the Latgalian Wikipedia.
Command: python -m bench.quality.fidelity [--read N]

The peer in the same run is mwparserfromhell's own ``strip_code``, measured by the same meter: what
is left when templates are dropped.

``--read N`` prints N numbers drawn with a fixed seed from those that are lost, and N from those
that are kept beside other words than in the source.
"""

import argparse
import html
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mwparserfromhell
from rich.console import Console
from rich.table import Table

from bench.record import record
from pinakes.ingest.sources.mediawiki.fidelity.meter import (
    FidelityCounts,
    LostNumber,
    measure_page,
    measure_pages,
    numbers_elsewhere,
)
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_DUMPS = {
    "enwiki-2016-shortened": "enwiki-2016-shortened-pages-articles.xml.bz2",
    "enwiki-20250201-tiny": "enwiki-20250201-tiny_dump.xml.bz2",
    "enwiki-table-markup": "enwiki-table-markup.xml.bz2",
    "ltgwiki": "ltgwiki-smallwiki-latest-pages-articles.xml.bz2",
}
_ENGLISH = SiteInfo("enwiki", "Wikipedia", "", "en", ((0, ""), (6, "File"), (14, "Category")))
_GERMAN = SiteInfo("dewiki", "Wikipedia", "", "de", ((0, ""), (6, "Datei"), (14, "Kategorie")))
_GERMAN_ARTICLES = frozenset(("HMS-Irresistible", "Mozilla-Firefox"))
_SEED = 1969


def main() -> None:
    """Measure each corpus, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--read", type=int, default=0, metavar="N")
    options = parser.parse_args()
    figures = {}
    lost: list[LostNumber] = []
    moved: list[LostNumber] = []
    table = Table(title="Numbers of the source that stand in the text")
    for name in ("corpus", "articles", "numbers", "kept", "lost", "kept %", "not rendered", "left",
                 "peer kept %", "peer left"):  # fmt: skip
        table.add_column(name, justify="left" if name == "corpus" else "right")
    for corpus in ("wikitext/articles", *_DUMPS):
        total, peer = FidelityCounts(), FidelityCounts()
        elsewhere = 0
        for page, site in pages(corpus):
            for counts, numbers in measure_pages([page], site):
                total += counts
                lost += numbers
            peer += _peer(page, site)
            others = numbers_elsewhere(page, parse_document(page, site), site)
            elsewhere += len(others)
            if not corpus.startswith("ltg"):
                moved += others
        figures[corpus] = _figures(total, elsewhere) | {
            "peer": {"share_kept": round(peer.fidelity, 6), "markup_left": _left(peer)}
        }
        expected, kept = total.expected.total(), total.kept.total()
        table.add_row(
            corpus, f"{total.pages}", f"{expected:,}", f"{kept:,}", f"{expected - kept}",
            f"{total.fidelity:.2%}", f"{total.unrendered.total()}", f"{_left(total)}",
            f"{peer.fidelity:.2%}", f"{_left(peer)}",
        )  # fmt: skip
    Console(width=130).print(table)
    for title, numbers in (("lost", lost), ("kept elsewhere", moved)):
        for number in _draw(numbers, options.read):
            place = number.template or number.place
            print(f"{title} | {number.title} | {place} | {number.before} ▸ {number.after}")
    record(
        "fidelity",
        "real pages of ../shared/data, see the header of bench.quality.fidelity",
        figures,
    )


def pages(corpus: str) -> Iterator[tuple[Page, SiteInfo]]:
    """The articles of a corpus with their site; files of wikitext as pages."""
    if corpus in _DUMPS:
        dump = find_dump([_SHARED / "dumps" / _DUMPS[corpus]])
        for unit in plan_units(dump):
            for page in read_pages(unit):
                if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None:
                    yield page, dump.site
        return
    for number, path in enumerate(sorted((_SHARED / corpus).glob("*.txt")), start=1):
        text = path.read_text(encoding="utf-8")
        if "&lt;" in text and "<" not in text:
            text = html.unescape(text)  # two of the files are as escaped as a dump is
        site = _GERMAN if path.stem in _GERMAN_ARTICLES else _ENGLISH
        yield Page(number, 0, path.stem, number, "", None, text), site


def _figures(total: FidelityCounts, elsewhere: int) -> dict[str, Any]:
    counts = {
        name: dict(list(value.items())[:30]) if isinstance(value, dict) else value
        for name, value in total.to_json().items()
    }
    return counts | {
        "numbers": total.expected.total(),
        "numbers_kept": total.kept.total(),
        "share_kept": round(total.fidelity, 6),
        "numbers_not_rendered": total.unrendered.total(),
        "numbers_left_out": total.silent.total(),
        "numbers_steering": total.steering.total(),
        "templates_dropped": total.dropped.total(),
        "markup_left": _left(total),
        "kept_beside_other_words": elsewhere,
    }


def _peer(page: Page, site: SiteInfo) -> FidelityCounts:
    """The same meter over the text of mwparserfromhell's ``strip_code``."""
    document = replace(
        parse_document(page, site),
        text=str(mwparserfromhell.parse(page.wikitext).strip_code()),
        sections=(),
    )
    return measure_page(page, document, site, {})[0]


def _left(counts: FidelityCounts) -> int:
    return counts.leftovers.total()


def _draw(numbers: list[LostNumber], count: int) -> list[LostNumber]:
    return random.Random(_SEED).sample(numbers, min(count, len(numbers)))


if __name__ == "__main__":
    main()
