"""Fifty collections in one process: the first search of each, the next ones, and of all at once.

Measures, in one process after the encoder is loaded (another collection has been asked): seconds
until a collection that is not open has answered its first question, and the second; then of a
question to all of them; private memory (RssAnon) before and after, by how many stay open. The files
are in the page cache, as they are while a service runs: what a disk takes comes on top.
Corpus: 6,000 Wikipedia articles of 2015 with vectors of leads, 50 times by hard links, asked its
own questions.
Command: python -m bench.scale.many_collections [--data DIR] [--collections 50]
"""

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.record import record
from pinakes.index.library import Library

_ANONYMOUS = re.compile(r"RssAnon:\s+(\d+) kB")
_TO_ALL = 10
_FEW = 10


def main() -> None:
    """Link, ask, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--collections", type=int, default=50)
    options = parser.parse_args()
    source = development_collection(options.data)
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    questions = [row["question"] for row in rows]
    figures: dict[str, Any] = {"collections": options.collections, "runs": {}}
    with tempfile.TemporaryDirectory(dir=options.data) as scratch:
        names = [f"wiki{number:02}" for number in range(options.collections)]
        for name in ("warm", *names):
            shutil.copytree(source, Path(scratch) / name, symlinks=True, copy_function=os.link)
        for most_open in (options.collections + 1, _FEW):
            figures["runs"][str(most_open)] = measured(Path(scratch), names, questions, most_open)
    Console().print(figures)
    record("many_collections", DUMP.name, figures)


def measured(data: Path, names: list[str], questions: list[str], most_open: int) -> dict[str, Any]:
    """What the searches took, in milliseconds, and the memory after them, in MB."""
    library = Library(data, most_open=most_open)

    def ask(name: str, question: str) -> None:
        with library.lease(name) as index:
            index.search(question)

    def ask_all(question: str) -> None:
        with library.lease_several(names) as several:
            several.search(question)

    ask("warm", questions[0])
    before = _private_megabytes()
    first, second, everywhere = [], [], []
    for name, question in zip(names, questions, strict=False):
        first.append(_milliseconds(ask, name, question))
        second.append(_milliseconds(ask, name, questions[-1]))
    opened = _private_megabytes()
    for question in questions[:_TO_ALL]:
        everywhere.append(_milliseconds(ask_all, question))
    figures = {
        "times": {
            "first search, ms": _spread(first),
            "next search, ms": _spread(second),
            "search of all, ms": _spread(everywhere),
        },
        "MB before": before,
        "MB with all opened in turn": opened,
        "MB at the end": _private_megabytes(),
    }
    library.close()
    return figures


def _milliseconds(ask: Callable[..., None], *arguments: str) -> tuple[float, float]:
    """By the clock, and of all cores."""
    began, used = time.perf_counter(), time.process_time()
    ask(*arguments)
    return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


def _spread(values: list[tuple[float, float]]) -> dict[str, float]:
    clock, used = zip(*values, strict=True)
    return {
        "p50": round(median(clock), 1),
        "p95": round(quantiles(clock, n=20)[-1], 1),
        "CPU p50": round(median(used), 1),
        "CPU p95": round(quantiles(used, n=20)[-1], 1),
    }


def _private_megabytes() -> float:
    found = _ANONYMOUS.search(Path("/proc/self/status").read_text(encoding="utf-8"))
    return round(int(found[1]) / 1024, 1) if found else 0.0


if __name__ == "__main__":
    main()
