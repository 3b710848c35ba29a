"""The development wiki without the pages that answer its questions: nothing there can be answered.

A collection of its own, built from the same dump with those pages taken out, so that what is found
instead is found as it would be.
"""

import bz2
import re
import tempfile
from pathlib import Path

from bench.quality.development import DUMP, QUESTIONS
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.evaluation import read_questions
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.ingest.sources.opening import open_source
from pinakes.service.terminal.console import BuildProgress

__all__ = ["gold_pages", "left_out_collection"]

_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
_ID = re.compile(r"<id>(\d+)</id>")
_NAME = "leftoutwiki"


def gold_pages(store: Store) -> frozenset[int]:
    """The pages that answer any of the questions."""
    found = set()
    for question in read_questions(QUESTIONS):
        for gold in question.gold:
            page_id = store.page_id_by_name(gold.title) if gold.title else None
            found.add(page_id if page_id is not None else gold.page_id)
    return frozenset(page_id for page_id in found if page_id is not None)


def left_out_collection(data: Path, collection: Path) -> Path:
    """The wiki of ``collection`` without those pages, vectors of leads; built where it is not."""
    target = data / "leads" / _NAME
    if (target / "current").exists():
        return target
    with Index.open(collection, None) as index:
        gold = gold_pages(index.store)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"{_NAME}-20150101-pages-articles.xml.bz2"
        text = bz2.decompress(DUMP.read_bytes()).decode()
        kept = _PAGE.sub(lambda page: "" if _page_id(page[0]) in gold else page[0], text)
        path.write_bytes(bz2.compress(kept.encode(), 1))
        with BuildProgress() as progress:
            build_collection(
                target,
                open_source([path]),
                find_encoder("all-MiniLM-L6-v2"),
                "leads",
                progress,
            )
    return target


def _page_id(page: str) -> int:
    match = _ID.search(page)
    return int(match[1]) if match else 0
