"""The development set: 6,000 Wikipedia articles of 2015 and 779 real questions, and its collection.

Benchmarks of retrieval share one collection for each scope of vectors; the first that needs it
builds it. Vectors of all 80,000 passages take a quarter of an hour on two cores.
"""

import tempfile
from pathlib import Path

from index.build import build_collection
from index.embed import VectorScope
from index.encoders.encoder import find_encoder
from ingest.reading.dumps import find_dump
from service.console import BuildProgress

__all__ = ["DATA", "DUMP", "QUESTIONS", "development_collection"]

_SHARED = Path(__file__).parents[2] / "shared" / "data"
DUMP = _SHARED / "dumps/enwiki2015text-dev6k-pages-articles-multistream.xml.bz2"
QUESTIONS = _SHARED / "queries/wiki-questions-dev.jsonl"
DATA = Path(tempfile.gettempdir()) / "pinakes-bench"


def development_collection(data: Path, vectors: VectorScope = "leads") -> Path:
    """The collection with these vectors under ``data``; built, or gone on with, if need be."""
    dump = find_dump([DUMP])
    collection = data / vectors / dump.name
    with BuildProgress() as progress:
        build_collection(collection, dump, find_encoder("all-MiniLM-L6-v2"), vectors, progress)
    return collection
