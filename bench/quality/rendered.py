"""What is kept of pages as their readers saw them, and how fast.

Measures: of the words of the articles of a ZIM file, without what is left out by its classes
(navigation, references, notices), how many the text has, in any order; how many words it has that
were to be left out; pages and megabytes of HTML in a CPU second. Beside it Beautiful Soup's text of
the whole page and trafilatura, which looks for a page's main text, in the same run.
Corpus: ../shared/data/zim, 124 articles about Ray Charles of 2019.
Command: python -m bench.quality.rendered [FILE.zim] [--lost]

Which words are the page's is told by the rules that the text is made by, read with another parser
(Python's own): a class that should be left out, or should not, is not seen here.
"""

import argparse
import json
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.peers.ingest_tools import python_of
from bench.quality.html_text import text_of_html
from bench.record import record
from pinakes.ingest.sources.html.document import read_page
from pinakes.ingest.sources.html.left_out import is_left_out
from pinakes.ingest.sources.zim.archive import ZimArchive

_ZIM = Path(__file__).parents[3] / "shared/data/zim/wikipedia_en_ray_charles_maxi_2019-08.zim"
_PEERS = ("beautifulsoup4", "trafilatura")
_SCRIPT = Path(__file__).parents[1] / "peers" / "html_to_text.py"
_FOOT = re.compile(r"<!--htdig_noindex-->.*?<!--/htdig_noindex-->", re.DOTALL)
_WORD = re.compile(r"\w+")
_HIDDEN = ("style", "script", "noscript", "template", "head")


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    html: str

    @property
    def words(self) -> Counter[str]:
        """The words of the page itself, without those of its title line."""
        return _words(text_of_html(self.html, is_left_out)) - _words(self.title)

    @property
    def other_words(self) -> Counter[str]:
        """All words that are not the page's."""
        everything = _words(text_of_html(self.html, lambda tag, *_: tag in _HIDDEN))
        return everything - self.words


def main() -> None:
    """Read, compare, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("zim", type=Path, nargs="?", default=_ZIM)
    parser.add_argument("--lost", action="store_true", help="print the words that are lost")
    options = parser.parse_args()
    pages = _pages(options.zim)
    texts, seconds = _our_texts(pages)
    rows = {"pinakes": _figures(pages, texts, seconds)}
    if options.lost:
        for page, text in zip(pages, texts, strict=True):
            if lost := page.words - _words(text):
                print(page.title, dict(lost.most_common(20)))
    for peer in _PEERS:
        rows[peer] = _figures(pages, *_texts_of_peer(peer, pages))
    _print(rows)
    if options.zim == _ZIM:
        record("rendered", "124 articles about Ray Charles, a ZIM file of 2019", rows)


def _pages(path: Path) -> list[_Page]:
    archive = ZimArchive(path)
    entries = filter(None, map(archive.entry, range(archive.first, archive.last)))
    return [
        _Page(entry.title, _FOOT.sub("", entry.html.decode()))
        for entry in entries
        if entry.leads_to is None and entry.path != archive.cover
    ]


def _our_texts(pages: Sequence[_Page]) -> tuple[list[str], float]:
    read_page(pages[0].html, 0, "", 0, "", lambda address: address)
    begun = time.process_time()
    texts = [
        read_page(page.html, 0, page.title, 0, "", lambda address: None).text for page in pages
    ]
    return texts, time.process_time() - begun


def _texts_of_peer(peer: str, pages: Sequence[_Page]) -> tuple[list[str], float]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(page.html) + "\n" for page in pages)
        file.flush()
        command = [python_of(peer), str(_SCRIPT), peer, file.name]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    return found["texts"], found["cpu_s"]


def _figures(pages: Sequence[_Page], texts: Sequence[str], seconds: float) -> dict[str, Any]:
    wanted = kept = others = shown = 0
    for page, text in zip(pages, texts, strict=True):
        words, found = page.words, _words(text)
        wanted += words.total()
        kept += (words & found).total()
        others += page.other_words.total()
        shown += ((found - words) & page.other_words).total()
    size = sum(len(page.html.encode()) for page in pages)
    return {
        "words": wanted,
        "kept": round(kept / wanted, 4),
        "other_words": others,
        "others_shown": round(shown / others, 4),
        "pages_per_cpu_s": round(len(pages) / seconds, 1),
        "mb_per_cpu_s": round(size / seconds / 1e6, 2),
    }


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.replace("\xad", "")))


def _print(rows: dict[str, dict[str, Any]]) -> None:
    table = Table(title="HTML to text")
    columns = list(next(iter(rows.values())))
    for column in ("", *columns):
        table.add_column(column, justify="right" if column else "left")
    for name, figures in rows.items():
        table.add_row(name, *(str(figures[column]) for column in columns))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
