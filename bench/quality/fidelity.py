"""How many of the numbers and words of real pages stand in their text, by an independent parser.

Measures: numbers and words kept and lost by place, those in templates that nobody knows among them;
numbers and words in templates left out on purpose, calls dropped by name, markup left; and draws
disagreements to be read by hand.
Corpora: ../shared/data: the head of English Wikipedia of 2016, eight articles as wikitext, pages of
2025, table-heavy pages, articles of wtf_wikipedia's tests; the Latgalian Wikipedia, and one to a
few articles of each of 62 other wikis. Of each corpus one half, by a digest of the titles, was
tuned on, the other is kept for judging: its totals alone are printed.
Command: python -m bench.quality.fidelity [--read N]

The peer in the same run is mwparserfromhell's own ``strip_code``, measured by the same meter: what
is left when templates are dropped.

``--read N`` prints N numbers drawn with a fixed seed from those that are lost, and N from those
that are kept beside other words than in the source, of the half tuned on.
"""

import argparse
import hashlib
import html
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
    "wtfwiki": "wtfwiki-20260101-pages-articles.xml.bz2",
    "ltgwiki": "ltgwiki-smallwiki-latest-pages-articles.xml.bz2",
}
CORPORA = ("wikitext/articles", *_DUMPS, "minidumps")
_ENGLISH = SiteInfo("enwiki", "Wikipedia", "", "en", ((0, ""), (6, "File"), (14, "Category")))
# Articles of collections that are English but for these.
_LANGUAGES = {
    "HMS-Irresistible": "de", "Mozilla-Firefox": "de", "BBDO": "de", "Keilwelle": "de",
    "Maurische-Netzwuhle": "de", "Sara-C.-Bisel": "de", "africaans": "af", "statoil": "nn",
}  # fmt: skip
_SEED = 1969


def main() -> None:
    """Measure each corpus, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--read", type=int, default=0, metavar="N")
    options = parser.parse_args()
    totals: dict[str, _Total] = {}
    lost: list[LostNumber] = []
    moved: list[LostNumber] = []
    for corpus in CORPORA:
        for page, site in pages(corpus):
            ((counts, numbers),) = measure_pages([page], site)
            others = numbers_elsewhere(page, parse_document(page, site), site)
            one = _Total(counts, _peer(page, site), len(others))
            half = half_of(page, site)
            if half == "tuned on":
                lost += numbers
                moved += others
            kind = "English" if site.language in ("en", "simple") else "other languages"
            for name in (f"{corpus}, {half}", f"{kind}, {half}", f"language {site.language}"):
                totals[name] = totals.get(name, _Total()) + one
    table = Table(title="What of the source stands in the text")
    for name in ("corpus", "articles", "numbers", "kept %", "words", "kept %", "lost in unknown ‰",
                 "calls dropped", "left", "peer numbers", "peer words"):  # fmt: skip
        table.add_column(name, justify="left" if name == "corpus" else "right")
    for name, total in sorted(totals.items()):
        counts, peer = total.counts, total.peer
        if name.startswith("language "):
            continue
        table.add_row(
            name, f"{counts.pages}", f"{counts.expected.total():,}", f"{counts.fidelity:.2%}",
            f"{counts.words.total():,}", f"{_words_kept(counts):.2%}",
            f"{counts.unknown_words_lost:.1f}", f"{counts.dropped.total()}", f"{_left(counts)}",
            f"{peer.fidelity:.1%}", f"{_words_kept(peer):.1%}",
        )  # fmt: skip
    Console(width=160).print(table)
    for title, numbers in (("lost", lost), ("kept elsewhere", moved)):
        for number in _draw(numbers, options.read):
            place = number.template or number.place
            print(f"{title} | {number.title} | {place} | {number.before} ▸ {number.after}")
    record(
        "fidelity",
        "real pages of ../shared/data, see the header of bench.quality.fidelity",
        {name: _figures(total) for name, total in sorted(totals.items())},
    )


@dataclass(slots=True)
class _Total:
    """What was counted of some pages, the peer's beside it; totals add up."""

    counts: FidelityCounts = field(default_factory=FidelityCounts)
    peer: FidelityCounts = field(default_factory=FidelityCounts)
    elsewhere: int = 0

    def __add__(self, other: "_Total") -> "_Total":
        return _Total(
            self.counts + other.counts, self.peer + other.peer, self.elsewhere + other.elsewhere
        )


def pages(corpus: str) -> Iterator[tuple[Page, SiteInfo]]:
    """The articles of a corpus with their site; files of wikitext as pages."""
    if corpus == "minidumps":
        for path in sorted((_SHARED / "dumps/minidumps").glob("*.bz2")):
            # All their headers say that they are English.
            yield from _articles(path, path.name.partition("wiki-")[0])
    elif corpus in _DUMPS:
        yield from _articles(_SHARED / "dumps" / _DUMPS[corpus])
    else:
        for number, path in enumerate(sorted((_SHARED / corpus).glob("*.txt")), start=1):
            text = path.read_text(encoding="utf-8")
            if "&lt;" in text and "<" not in text:
                text = html.unescape(text)  # two of the files are as escaped as a dump is
            page = Page(number, 0, path.stem, number, "", None, text)
            yield page, _site_of(page, _ENGLISH)


def half_of(page: Page, site: SiteInfo) -> str:
    """Whether a page is of the half that may be looked at or of the one that judges."""
    name = f"{site.language}:{page.title}"
    return "held back" if hashlib.sha256(name.encode()).digest()[0] & 1 else "tuned on"


def _articles(path: Path, language: str = "") -> Iterator[tuple[Page, SiteInfo]]:
    dump = find_dump([path])
    site = replace(dump.site, language=language) if language else dump.site
    for unit in plan_units(dump):
        for page in read_pages(unit):
            if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None:
                yield page, _site_of(page, site)


def _site_of(page: Page, site: SiteInfo) -> SiteInfo:
    return replace(site, language=_LANGUAGES.get(page.title, site.language))


def _figures(total: _Total) -> dict[str, Any]:
    counts = total.counts
    return {
        name: dict(list(value.items())[:30]) if isinstance(value, dict) else value
        for name, value in counts.to_json().items()
        if name not in ("lost_in_unknown", "silent", "steering", "dropped")
    } | {
        "numbers": counts.expected.total(),
        "numbers_kept": counts.kept.total(),
        "share_kept": round(counts.fidelity, 6),
        "all_words": counts.words.total(),
        "share_of_words_kept": round(_words_kept(counts), 6),
        "words_lost_in_unknown_per_1000": round(counts.unknown_words_lost, 3),
        "left_out_on_purpose": counts.silent.total(),
        "numbers_steering": counts.steering.total(),
        "templates_dropped": counts.dropped.total(),
        "markup_left": _left(counts),
        "kept_beside_other_words": total.elsewhere,
        "peer": {
            "share_kept": round(total.peer.fidelity, 6),
            "share_of_words_kept": round(_words_kept(total.peer), 6),
            "markup_left": _left(total.peer),
        },
    }


def _words_kept(counts: FidelityCounts) -> float:
    return counts.words_kept.total() / max(counts.words.total(), 1)


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
