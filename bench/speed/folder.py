"""How long a folder of Markdown takes until it can be searched by keywords, and until an update is.

Measures: seconds by the clock and CPU seconds of the commands themselves, start-up included, with
two processes; the load of the machine meanwhile (processes that were ready to run).
Corpus: 100 and 1,000 Markdown files of 4,000 characters, cut from articles of the English
Wikipedia, with their headings.
Command: python -m bench.speed.folder
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import WIKITEXT_DUMP
from bench.record import record
from pinakes.index.build.progress import Silence
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.types import Document

_COUNTS = (100, 1000)
_CHARACTERS = 4000
_WORKERS = "2"


def main() -> None:
    """Write, build, update, print, record."""
    articles = list(_articles())
    rows = {f"{count:,} files": _figures(articles, count) for count in _COUNTS}
    table = Table("", "step", "seconds", "CPU seconds", "load")
    for name, steps in rows.items():
        for step, taken in steps.items():
            table.add_row(name, step, *(f"{value:.2f}" for value in taken.values()))
    Console().print(table)
    record("folder", "Markdown cut from 106 English articles", rows)


def _figures(articles: list[str], count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "manuals"
        for number in range(count):
            article = articles[number % len(articles)]
            start = number // len(articles) * _CHARACTERS % max(1, len(article) - _CHARACTERS)
            path = folder / f"{number % 10}" / f"{number}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# Manual {number}\n\n{article[start : start + _CHARACTERS]}\n")
        steps = {"first build": _taken("build", folder, scratch)}
        for number in (11, 22):
            path = folder / f"{number % 10}" / f"{number}.md"
            path.write_text(path.read_text() + "\n## More\n\nIt is blue.\n")
        for number in (33, 44, 55):
            (folder / f"new{number}.md").write_text(f"# New {number}\n\nIt is green.\n")
        (folder / "6" / "66.md").unlink()
        steps["update of six"] = _taken("update", folder, scratch)
        steps["nothing to do"] = _taken("update", folder, scratch)
    return steps


def _taken(command: str, folder: Path, scratch: str) -> dict[str, float]:
    words = [command, str(folder), "-c", "manuals", "--vectors", "none", "--workers", _WORKERS]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "pinakes", *words],
        env=os.environ | {"PINAKES_DATA": f"{scratch}/data"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "load": os.getloadavg()[0]}


def _articles() -> Iterator[str]:
    """Texts with their headings as Markdown has them."""
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(1) as executor:
        source = MediaWikiSource.open([WIKITEXT_DUMP])
        prepared = source.prepared(Path(directory), executor, 1, Silence())
        for unit in prepared.units():
            for entry in prepared.read(unit):
                if isinstance(entry, Document) and len(entry.text) > _CHARACTERS:
                    yield "\n\n".join(
                        f"{'#' * (len(part.heading_path) + 1)} {part.heading_path[-1]}\n\n{text}"
                        if part.heading_path
                        else text
                        for part in entry.sections
                        for text in [entry.text[part.start : part.end]]
                    )


if __name__ == "__main__":
    main()
