"""The development set: 6,000 Wikipedia articles of 2015 and 779 real questions, and its collection.

Benchmarks of retrieval share one collection for each scope of vectors; the first that needs it
builds it. Vectors of all 80,000 passages take a quarter of an hour on two cores.
"""

import argparse
import tempfile
from pathlib import Path

from bench.corpora.dumps import TEXT_DUMP
from pinakes.index.build.embed import VectorScope
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.ingest.sources.opening import open_source
from pinakes.service.terminal.console import BuildProgress

__all__ = ["DATA", "DUMP", "QUESTIONS", "arguments", "development_collection"]

DUMP = TEXT_DUMP
QUESTIONS = Path(__file__).parents[3] / "shared/data/queries/wiki-questions-dev.jsonl"
DATA = Path(tempfile.gettempdir()) / "pinakes-bench"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The arguments of a benchmark on this set: where collections lie."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    return parser


def development_collection(
    data: Path, vectors: VectorScope = "leads", dump_file: Path = DUMP
) -> Path:
    """The collection with these vectors under ``data``; built, or gone on with, if need be."""
    dump = open_source([dump_file])
    collection = data / vectors / dump.identity.name
    with BuildProgress() as progress:
        build_collection(collection, dump, find_encoder("all-MiniLM-L6-v2"), vectors, progress)
    return collection
