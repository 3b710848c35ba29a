"""Claim twins: a right sentence and a wrong one for the same question, and the sources that tell.

Reads bench/quality/questions/claim_twins.jsonl, and fetches the sources' text from the collection
they were written from. Knows nothing of what checks them.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pinakes.index.evaluation import Split
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage

__all__ = ["TWINS", "ClaimSource", "Twin", "passage_of", "read_twins"]

TWINS = Path(__file__).parent / "questions" / "claim_twins.jsonl"
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """A slice of a page's text, by title and code points, and the digest of its words."""

    page: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Twin:
    """``kind``: of question; ``change``: what makes the wrong sentence wrong."""

    twin_id: str
    split: Split
    kind: str
    change: str
    drawn: bool
    question: str
    true: str
    false: str
    sources: tuple[ClaimSource, ...]


def read_twins() -> list[Twin]:
    """All of them, in the order of the file."""
    twins = []
    for line in TWINS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sources = tuple(ClaimSource(**source) for source in row.pop("sources"))
        twins.append(Twin(row.pop("id"), sources=sources, **row))
    return twins


def passage_of(index: Index, source: ClaimSource) -> Passage:
    """The slice that ``source`` names, or what stands there now, under the heading it is under.

    Raises LookupError where the page is missing, or where its text is not the one that was read.
    """
    page_id = index.store.page_id_by_name(source.page)
    page = None if page_id is None else index.store.page(page_id)
    if page is None:
        raise LookupError(f"no page “{source.page}” in {index.collection}")
    text = page.text[source.start : source.end]
    if sha256(text.encode()).hexdigest()[:_DIGEST] != source.sha256:
        raise LookupError(f"“{source.page}” has other words from {source.start} to {source.end}")
    around = next(
        passage
        for passage in index.store.passages_of_page(page.page_id)
        if passage.start <= source.start < passage.end
    )
    return Passage(
        around.passage_id,
        page.page_id,
        page.title,
        around.heading_path,
        text,
        source.start,
        source.end,
    )
