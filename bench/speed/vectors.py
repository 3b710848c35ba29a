"""Approximate vector search on real vectors: what inverted lists of codes miss, and what they cost.

Measures: recall@10 against exact search over the true vectors, milliseconds a question (p50, p95),
and bytes a vector on disk, at growing numbers of lists searched, beside exact search in half
precision. Lists are made here although so few vectors would be searched exactly.
Corpus: bench.quality.development, all 80,000 passages; questions: its 779 real ones, and 2,000
titles with headings, such as a build measures recall with.
Command: python -m bench.speed.vectors [--data DIR]
"""

import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.record import record
from pinakes.index.evaluation import read_questions
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Vectors
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.recall import TrueNeighbours
from pinakes.index.vectors.writer import add_vectors, list_count, sample_size, train_lists

_PROBES = (4, 8, 16, 32, 64, 128, 256)
_TITLES = 2_000
_SEED = 20261125


def main() -> None:
    """Make lists of the vectors there are, ask, print, record."""
    collection = development_collection(arguments(__doc__).parse_args().data, "all")
    with Index.open(collection) as index, tempfile.TemporaryDirectory() as directory:
        ids = np.sort(index.vectors.passage_ids()).astype(np.int64)
        vectors = index.vectors.vectors_of(ids)
        questions = {"779 questions": _asked(index), "titles with headings": _titled(index)}
        exact, listed = Path(directory) / "exact", Path(directory) / "lists"
        for path in (exact, listed):
            add_vectors(path, [(ids, vectors)], last=True)
        chance = np.random.default_rng(_SEED)
        sample = chance.choice(ids, sample_size(len(ids)), replace=False)
        train_lists(listed, list_count(len(ids)), sample, questions["titles with headings"][:200])
        size = sum(path.stat().st_size for path in listed.iterdir()) / len(ids)
        figures = {
            name: _measured(asked, ids, vectors, VectorIndex(exact), VectorIndex(listed))
            for name, asked in questions.items()
        }
    lists = list_count(len(ids))
    table = Table(title=f"{len(ids):,} vectors, {lists:,} lists, {size:.0f} bytes a vector on disk")
    for column in ("questions", "lists searched", "recall@10", "p50 ms", "p95 ms"):
        table.add_column(column, justify="left" if column == "questions" else "right")
    for name, rows in figures.items():
        for searched, row in rows.items():
            times = (f"{row[key]:.2f}" for key in ("p50", "p95"))
            table.add_row(name, searched, f"{row['recall_at_10']:.4f}", *times)
    Console(width=100).print(table)
    record("vectors", DUMP.name, {"lists": lists, "bytes_per_vector": size, **figures})


def _asked(index: Index) -> Vectors:
    assert index.encoder is not None
    return np.stack(
        [index.encoder.encode_query(question.text) for question in read_questions(QUESTIONS)]
    )


def _titled(index: Index) -> Vectors:
    assert index.encoder is not None
    chance = np.random.default_rng(_SEED)
    ids = chance.choice(index.manifest.passages, _TITLES, replace=False)
    texts = [" ".join([p.title, *p.heading_path]) for p, _ in index.store.passages(ids.tolist())]
    return np.stack([index.encoder.encode_query(text) for text in dict.fromkeys(texts)])


def _measured(
    asked: Vectors, ids: np.ndarray, vectors: Vectors, exact: VectorIndex, listed: VectorIndex
) -> dict[str, dict[str, float]]:
    """By number of lists searched, "exact" for half precision without lists."""
    truth = TrueNeighbours(asked)
    truth.add([(ids, vectors)])
    found = {"exact": _one(asked, truth, exact, None)}
    for probes in _PROBES:
        found[str(probes)] = _one(asked, truth, listed, probes)
    return found


def _one(
    asked: Vectors,
    truth: TrueNeighbours,
    index: VectorIndex,
    probes: int | None,
) -> dict[str, float]:
    times = []
    for vector in asked:
        began = perf_counter()
        index.search(vector, 100, probes)
        times.append((perf_counter() - began) * 1000)
    recall = truth.recall(lambda vector, limit: index.search(vector, limit, probes))
    return {"recall_at_10": recall, "p50": median(times), "p95": quantiles(times, n=20)[-1]}


if __name__ == "__main__":
    main()
