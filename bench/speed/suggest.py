"""Suggestions among a million titles and their redirects, letter by letter and with a slip.

Measures: milliseconds of ten suggestions (p50, p95, most) for the beginnings of 200 titles, every
length from 1 to 30 letters, as they are typed, in capitals and without accents, and with one slip
(a letter out, in, wrong, or two swapped) from four letters on; how often the page itself is among
them, of beginnings of eight letters and more; seconds to write the names, and their size.
Corpus: bench.corpora.synthetic_titles, with 1.4 redirects a title; articles without a text.
Command: python -m bench.speed.suggest [--titles N]
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.corpora.synthetic_titles import Title, titles
from bench.record import record
from pinakes.index.keywords.spelling import without_accents
from pinakes.index.store.store import Store
from pinakes.index.store.writer import StoreWriter
from pinakes.ingest.types import Document, Passage, Redirect

_FULL = 1_000_000
_TYPED = 200
_LONGEST = 30
_TELLING = 8
_SEED = 20261125


def main() -> None:
    """Write the names, ask, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--titles", type=int, default=_FULL)
    count = parser.parse_args().titles
    chance = random.Random(_SEED)
    with tempfile.TemporaryDirectory(prefix="pinakes-bench-") as directory:
        path = Path(directory) / "pages.db"
        writing, typed = _write(path, count, chance)
        with Store(path) as store:
            figures = {name: _measured(store, asked) for name, asked in _asked(typed, chance)}
    table = Table(title=f"{count:,} titles, {writing['redirects']:,} redirects")
    for column in ("", "asked", "p50 ms", "p95 ms", "most ms", "found, from 8 letters on"):
        table.add_column(column, justify="left" if not column else "right")
    for name, measured in figures.items():
        times = (f"{measured[key]:.2f}" for key in ("p50", "p95", "most"))
        table.add_row(name, f"{measured['asked']:,}", *times, f"{measured['found']:.1%}")
    Console(width=100).print(table)
    if count >= _FULL:
        record("suggest", f"synthetic titles: {count:,}", {"writing": writing, **figures})


def _write(path: Path, count: int, chance: random.Random) -> tuple[dict[str, Any], list[str]]:
    """A store of these titles; what writing it took, and the titles that are typed."""
    began = time.perf_counter()
    writer = StoreWriter(path)
    links, redirects = [], 0
    typed: list[str] = []
    for page_id, title in enumerate(track(titles(count), "Writing titles", total=count), start=1):
        _add(writer, page_id, title)
        links.append((page_id, title.links_in))
        redirects += len(title.redirects)
        if len(typed) < _TYPED:  # a sample of all, each with the same chance
            typed.append(title.title)
        elif (place := chance.randrange(page_id)) < _TYPED:
            typed[place] = title.title
    pages = time.perf_counter()
    writer.index_titles()
    writer.add_aliases((), links)
    writer.close()
    done = time.perf_counter()
    return {
        "redirects": redirects,
        "pages_seconds": pages - began,
        "names_seconds": done - pages,
        "bytes": path.stat().st_size,
    }, typed


def _add(writer: StoreWriter, page_id: int, title: Title) -> None:
    text = "Text."
    passage = Passage(0, page_id, title.title, (), text, 0, len(text))
    document = Document(page_id, title.title, page_id, "", text, (), (), is_disambiguation=False)
    writer.add_document(document, [passage])
    for redirect in title.redirects:
        writer.add_redirect(Redirect(0, redirect, title.title, 1, ""))


def _asked(
    typed: Sequence[str], chance: random.Random
) -> "list[tuple[str, list[tuple[str, str]]]]":
    """Kinds of beginnings: what is typed, and the title that is meant."""
    beginnings = [
        (title[:length], title)
        for title in typed
        for length in range(1, min(len(title), _LONGEST) + 1)
    ]
    changed: dict[str, Callable[[str], str]] = {
        "as it is": lambda text: text,
        "in capitals, without accents": lambda text: without_accents(text).upper(),
        "with a slip": lambda text: _slip(text, chance),
    }
    return [
        (
            name,
            [
                (change(text), title)
                for text, title in beginnings
                if name != "with a slip" or len(text) >= 4
            ],
        )
        for name, change in changed.items()
    ]


def _slip(text: str, chance: random.Random) -> str:
    """``text`` with a letter out, in, wrong, or two swapped; not the first."""
    place = chance.randrange(1, len(text))
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    before, after = text[:place], text[place:]
    ways = (after[1:], letter + after, letter + after[1:], after[1:2] + after[:1] + after[2:])
    return before + chance.choice(ways)


def _measured(store: Store, asked: Sequence[tuple[str, str]]) -> dict[str, float]:
    for text, _ in islice(asked, 100):
        store.suggest(text, 10)
    times, found, telling = [], 0, 0
    for text, title in asked:
        began = time.perf_counter()
        suggestions = store.suggest(text, 10)
        times.append((time.perf_counter() - began) * 1000)
        if len(text) >= _TELLING:
            telling += 1
            found += any(suggestion.title == title for suggestion in suggestions)
    return {
        "asked": len(asked),
        "p50": median(times),
        "p95": quantiles(times, n=20)[-1],
        "most": max(times),
        "found": found / telling if telling else 0.0,
    }


if __name__ == "__main__":
    main()
