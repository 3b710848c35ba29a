"""The templates of a dump: what expanding them adds to the text, and what it costs.

Measures: of a wiki that has its templates, articles parsed without them and with them: CPU seconds
(the least of the rounds, in turns), calls that nobody knows, words and numbers of all texts, calls
of modules that are not told, bytes by which pages record their templates. Of a made-up wiki of many
templates: bytes of the table and CPU seconds of writing it for each, of finding one, and the memory
of a process that has read all bodies.
Corpora: Latgalian Wikipedia, with 347 templates and 28 modules; its templates under new names,
until there are 50,000, every fifth one a redirect.
Command: python -m bench.speed.templates [--rounds 3] [--templates 50000]
"""

import argparse
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.corpora.dumps import TEMPLATES_DUMP
from bench.record import record
from pinakes.index.build.progress import Silence
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.mediawiki.templates import expansion
from pinakes.ingest.sources.mediawiki.templates.kept_templates import KeptTemplates
from pinakes.ingest.sources.mediawiki.templates.table import (
    TemplatePage,
    TemplateTable,
    write_table,
)
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document

_NUMBER = re.compile(r"\d+")
_FINDS = 20_000


def main() -> None:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--templates", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pinakes-bench-templates-") as name:
        directory = Path(name)
        source, table = _prepared(directory)
        articles = [page for page in _pages(source) if page.namespace == 0 and not page.redirect_to]
        figures: dict[str, Any] = {
            "wiki": _on_articles(articles, source.dump.site, table, options.rounds),
            "table": _of_table(table, options.templates, directory),
        }
    for part, rows in figures.items():
        for what, value in rows.items():
            print(f"{part}: {what}: {value}")
    print(record("templates", "Latgalian Wikipedia", figures))


def _prepared(directory: Path) -> tuple[MediaWikiSource, Path]:
    source = MediaWikiSource.open([TEMPLATES_DUMP])
    with ThreadPoolExecutor(1) as executor:
        prepared = source.prepared(directory, executor, 2, Silence())
    assert isinstance(prepared, MediaWikiSource)
    assert prepared.templates is not None
    return source, prepared.templates


def _pages(source: MediaWikiSource) -> Iterable[Page]:
    for unit in source.units():
        yield from (page for page in read_pages(unit) if isinstance(page, Page))


def _on_articles(
    articles: Sequence[Page], site: SiteInfo, table: Path, rounds: int
) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    unknown: dict[str, Counter[str]] = {}
    documents: dict[str, list[Document]] = {}
    untold: Counter[str] = Counter()
    known = expansion.template_of_module

    def counted(module: str, function: str) -> str | None:
        found = known(module, function)
        untold[module] += found is None
        return found

    for number in range(rounds):
        for kind in seconds:
            templates = KeptTemplates(table) if kind == "with" else None
            dropped: Counter[str] = Counter()
            expansion.template_of_module = counted if not number else known
            began = time.process_time()
            documents[kind] = [parse_document(page, site, dropped, templates) for page in articles]
            seconds[kind].append(time.process_time() - began)
            unknown[kind] = dropped
    expansion.template_of_module = known
    inputs = [document.inputs for document in documents["with"]]
    texts = {kind: [one.text for one in found] for kind, found in documents.items()}
    return {
        "articles": len(articles),
        "articles whose text is another": sum(
            one != two for one, two in zip(texts["without"], texts["with"], strict=True)
        ),
        "CPU seconds, least": {kind: round(min(found), 3) for kind, found in seconds.items()},
        "calls that nobody knows": {kind: found.total() for kind, found in unknown.items()},
        "words": {kind: sum(len(text.split()) for text in found) for kind, found in texts.items()},
        "numbers": {
            kind: sum(len(_NUMBER.findall(text)) for text in found) for kind, found in texts.items()
        },
        "calls of modules that are not told": untold.total(),
        "pages with templates of the dump": sum(map(bool, inputs)),
        "bytes of their record each": round(
            sum(map(len, inputs)) / max(sum(map(bool, inputs)), 1), 1
        ),
    }


def _of_table(table: Path, count: int, directory: Path) -> dict[str, Any]:
    with_bodies = TemplateTable(table)
    rows = with_bodies.all_ids()
    bodies = [with_bodies.body(page_id) for page_id in rows]
    with_bodies.close()
    path = directory / "many.db"
    began = time.process_time()
    with write_table(path) as writer:
        writer.add(_many(bodies, count))
    written = time.process_time() - began
    before = _anonymous_memory()
    templates = KeptTemplates(path)
    finding = _seconds(lambda: [templates.table.find(f"Name {n} of it") for n in range(_FINDS)])
    for page_id in templates.table.all_ids():
        templates.body(page_id)
    grown = _anonymous_memory() - before
    return {
        "templates": count,
        "characters of a body, on average": round(sum(map(len, bodies)) / len(bodies)),
        "bytes of the table for each": round(path.stat().st_size / count),
        "CPU microseconds of writing each": round(1e6 * written / count, 1),
        "CPU microseconds of finding one": round(1e6 * finding / _FINDS, 1),
        "MB of memory that it takes, all bodies read": round(grown / 1e6, 1),
        "MB of a whole process then": round(_anonymous_memory() / 1e6, 1),
    }


def _many(bodies: Sequence[str], count: int) -> Iterable[TemplatePage]:
    for number, body in enumerate(islice(cycle(bodies), count)):
        title, target = f"Name {number} of it", None
        if number % 5 == 4:
            target, body = f"Name {number - 1} of it", ""
        # Numbered, so that no two are alike.
        yield TemplatePage(number + 1, title, target, body and f"{body}{number}")


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _anonymous_memory() -> int:
    """Bytes of this process that lie in no file: mapped files blur the rest."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main()
