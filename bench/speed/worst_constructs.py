"""Time against size for the constructs that are worst to read: does any grow faster than its text?

Measures: CPU seconds of parse_document and split_passages, the best of three, for every construct
of tests/ingest/test_robustness.py at 1, 2, 4 and 8 times the smallest size, and of cut_pages for
XML that is none; the exponent is the slope of log(seconds) over log(bytes) between the last two
sizes and between the first and the last, whichever is larger (1 is linear, 2 quadratic).
Corpus: generated here.
Command: python -m bench.speed.worst_constructs [--letters N]
"""

import argparse
import math
import time
from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.record import record
from pinakes.ingest.passages import split_passages
from pinakes.ingest.sources.mediawiki.types import Piece
from pinakes.ingest.sources.mediawiki.xml.page_xml import cut_pages
from tests.ingest.sources.mediawiki.test_wikitext import parse
from tests.ingest.test_robustness import WORST

_Content = TypeVar("_Content")
_FACTORS = (1, 2, 4, 8)
# Below this the clock and fixed costs decide.
_LEAST_SECONDS = 0.004
_PAGE = b"<page><title>A</title><id>1</id>"
WORST_XML: dict[str, Callable[[int], list[bytes]]] = {
    "page, endless text": lambda n: [_PAGE + b"<text>" + b"x" * 16 * n],
    "page, endless, in small pieces": lambda n: [_PAGE, *([b"x" * 64] * (n // 4))],
    "pages that are none": lambda n: [b"<page" * 8 * n],
    "pages half closed": lambda n: [_PAGE + b"</page" * 8 * n],
    "small pages": lambda n: [b"<page></page>" * n],
    "pages with declarations": lambda n: [b"<page><!></page>" * n],
    "revisions never closed": lambda n: [
        _PAGE + b"<revision></revision>" * 2 + b"<revision>" * 4 * n + b"</page>"
    ],
    "revisions in small pieces": lambda n: [_PAGE, *([b"<revision>x</revision>"] * n), b"</page>"],
    "angle brackets": lambda n: [_PAGE + b"<" * 16 * n + b"</page>"],
}


def main() -> None:
    """Measure every construct and print those that grow fastest first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--letters", type=int, default=8_000, help="repeats at the smallest size")
    letters = parser.parse_args().letters
    figures = []
    for name, make in track(_works().items(), "Reading"):
        sizes, seconds = zip(*(make(factor * letters) for factor in _FACTORS), strict=True)
        figures.append(
            {
                "construct": name,
                "bytes": sizes,
                "seconds": [round(taken, 4) for taken in seconds],
                "exponent": round(_exponent(sizes, seconds), 2),
            }
        )
    figures.sort(key=lambda row: -row["exponent"])
    table = Table("construct", "KB", *(f"s ×{factor}" for factor in _FACTORS), "exponent")
    for row in figures:
        times = (f"{taken:.4f}" for taken in row["seconds"])
        table.add_row(row["construct"], f"{row['bytes'][0] >> 10}", *times, f"{row['exponent']}")
    Console(width=110).print(table)
    print(record("worst_constructs", "generated constructs", figures))


def _works() -> dict[str, Callable[[int], tuple[int, float]]]:
    """Bytes and seconds of each construct at a number of repeats."""
    works: dict[str, Callable[[int], tuple[int, float]]] = {}
    for name, text in WORST.items():
        works[name] = lambda n, text=text: _measured(text(n), _read)
    for name, pieces in WORST_XML.items():
        works[f"XML: {name}"] = lambda n, pieces=pieces: _measured(pieces(n), _cut)
    return works


def _read(wikitext: str) -> int:
    for _ in split_passages(parse(wikitext)):
        pass
    return len(wikitext.encode())


def _cut(parts: list[bytes]) -> int:
    for _ in cut_pages(Piece(number, part) for number, part in enumerate(parts)):
        pass
    return sum(map(len, parts))


def _measured(content: _Content, read: Callable[[_Content], int]) -> tuple[int, float]:
    best = math.inf
    size = 0
    for _ in range(3):
        began = time.process_time()
        size = read(content)
        best = min(best, time.process_time() - began)
    return size, best


def _exponent(sizes: tuple[int, ...], seconds: tuple[float, ...]) -> float:
    """The steeper of the last doubling and the whole; 0 where all are too short to tell."""
    if seconds[-1] < _LEAST_SECONDS:
        return 0.0
    floor = [max(taken, _LEAST_SECONDS / 8) for taken in seconds]
    return max(
        math.log(floor[-1] / floor[first]) / math.log(sizes[-1] / sizes[first]) for first in (0, -2)
    )


if __name__ == "__main__":
    main()
