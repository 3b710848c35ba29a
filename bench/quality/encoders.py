"""How passages are best encoded on a CPU: speed, nearness to the model itself, ranks lost.

Measures, in one run: passages/s of plain sentence-transformers (as it comes, in bfloat16), and of
the exported model through onnxruntime, exactly and in 8-bit integers, in turns over the same
passages; the cosine of each vector to that of plain sentence-transformers; hybrid and vector MRR@10
over the development questions with the leads encoded by each, paired bootstrap intervals of the
difference; milliseconds per question by sentence-transformers and by the encoder of a generation.
Corpus: bench.quality.development, vectors of leads.
Command: python -m bench.quality.encoders [--data DIR] [--leads]

Without --leads (which encodes 6,000 passages four times, eight minutes on two cores) no ranks.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.fusion import min_max
from bench.record import record
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.encoders.sentence_model import _in_threads, find_encoder
from pinakes.index.evaluation import Question, read_questions
from pinakes.index.retrieval.search import Index
from pinakes.index.types import ScoredId, Vectors
from pinakes.index.vectors.importance import Importance
from pinakes.ingest.workers import default_workers

Encode = Callable[[Sequence[str]], Vectors]
_MODEL = "all-MiniLM-L6-v2"
_SAMPLE, _TURNS, _DEPTH = 384, 3, 100


def main() -> None:
    """Encode a sample in turns, then the leads, then compare ranks."""
    parser = arguments(__doc__)
    parser.add_argument("--leads", action="store_true")
    options = parser.parse_args()
    collection = development_collection(options.data)
    questions = [question for question in read_questions(QUESTIONS) if question.gold_pages]
    with tempfile.TemporaryDirectory() as scratch, Index.open(collection, None) as index:
        ways, ask = _ways(Path(scratch))
        step = index.store.passage_count // _SAMPLE
        sample = _texts(index, range(0, step * _SAMPLE, step))
        figures = _speed(ways, sample)
        if options.leads:
            _add_ranks(figures, ways, index, questions, ask["questions"])
        asking = {name: _ms_per_question(encode, questions) for name, encode in ask.items()}
    _print(figures, asking)
    rows = [{"way": name, **row} for name, row in figures.items()]
    record("encoders", DUMP.name, {"passages": rows, "ms_per_question": asking})


def _ways(scratch: Path) -> tuple[dict[str, Encode], dict[str, Callable[[str], Vectors]]]:
    """The ways to encode passages, the plain one first, and to encode a question."""
    import torch
    from sentence_transformers import SentenceTransformer

    ours = find_encoder(_MODEL)
    check = ours.write_question_encoder(scratch / "encoder")
    exact = open_question_encoder(scratch / "encoder")
    torch.set_num_threads(default_workers())
    path = str(ours._directory)
    plain, halved = (
        SentenceTransformer(path, device="cpu", local_files_only=True, model_kwargs={"dtype": kind})
        for kind in (torch.float32, torch.bfloat16)
    )

    def in_torch(model: Any, texts: Sequence[str]) -> Vectors:
        vectors = model.encode(list(texts), convert_to_tensor=True).float().numpy()
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    ways: dict[str, Encode] = {
        "sentence-transformers": partial(in_torch, plain),
        "sentence-transformers, bfloat16": partial(in_torch, halved),
        "onnxruntime, float32": partial(_in_threads, exact),
        f"onnxruntime, {check.passage_precision} (ours)": ours.encode_passages,
    }
    ask = {
        "sentence-transformers": lambda text: in_torch(plain, [text])[0],
        "questions": exact.encode_query,
    }
    return ways, ask


def _texts(index: Index, passage_ids: Sequence[int]) -> list[str]:
    passages = index.store.passages(list(passage_ids))
    return [passage_text(p.title, p.heading_path, p.text) for p, _ in passages]


def _speed(ways: dict[str, Encode], sample: list[str]) -> dict[str, dict[str, Any]]:
    """Passages/s of the best turn, and cosines to the first way."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    vectors: dict[str, list[Vectors]] = {name: [] for name in ways}
    size = len(sample) // _TURNS
    for encode in ways.values():
        encode(sample[:8])
    for turn in track(range(_TURNS), "Sample"):
        part = sample[turn * size : (turn + 1) * size]
        for name, encode in ways.items():
            began = time.perf_counter()
            vectors[name].append(encode(part))
            seconds[name].append(time.perf_counter() - began)
    wanted = np.concatenate(next(iter(vectors.values())))
    figures = {}
    for name in ways:
        cosines = np.einsum("ij,ij->i", wanted, np.concatenate(vectors[name]))
        figures[name] = {
            "passages_per_s": size / min(seconds[name]),
            "cosine_min": float(cosines.min()),
            "cosine_mean": float(cosines.mean()),
        }
    return figures


def _add_ranks(
    figures: dict[str, dict[str, Any]],
    ways: dict[str, Encode],
    index: Index,
    questions: list[Question],
    ask: Callable[[str], Vectors],
) -> None:
    ids = sorted(_leads(index))
    texts = _texts(index, ids)
    pages = {passage.passage_id: passage.page_id for passage, _ in index.store.all_passages()}
    asked = np.stack([ask(question.text) for question in questions])
    keyword = [index.keywords.search(question.text, _DEPTH) for question in questions]
    first: dict[str, Vectors] = {}
    fuse = min_max(0.5)
    for name, encode in track(ways.items(), "Leads"):
        scores = asked @ encode(texts).T
        for mode in ("vector", "hybrid"):
            gains = []
            for question, words, row in zip(questions, keyword, scores, strict=True):
                best = np.argsort(-row)[:_DEPTH]
                vector = [ScoredId(ids[i], float(row[i])) for i in best]
                ranked = fuse(words if mode == "hybrid" else [], vector)
                found = list(dict.fromkeys(pages[passage_id] for passage_id in ranked))[:10]
                gold = (1 / r for r, page in enumerate(found, 1) if page in question.gold_pages)
                gains.append(next(gold, 0.0))
            gain = np.array(gains)
            change = gain - first.setdefault(mode, gain)
            draws = np.random.default_rng(617).integers(0, len(gain), (2_000, len(gain)))
            figures[name][mode] = {
                "mrr_at_10": float(gain.mean()),
                "change": float(change.mean()),
                "interval_95": np.percentile(change[draws].mean(axis=1), [2.5, 97.5]).tolist(),
            }


def _leads(index: Index) -> list[int]:
    [leads] = Importance(index.store.passages_of_pages()).chunks(leads_only=True)
    return leads.tolist()


def _ms_per_question(encode: Callable[[str], Vectors], questions: list[Question]) -> float:
    """The median over the questions."""
    times = []
    for question in questions[:300]:
        began = time.perf_counter()
        encode(question.text)
        times.append((time.perf_counter() - began) * 1_000)
    return float(np.median(times))


def _print(figures: dict[str, dict[str, Any]], asking: dict[str, float]) -> None:
    table = Table(title="Encoding passages of 180 words")
    for name in ("way", "passages/s", "cosine min", "mean", "vector MRR", "hybrid MRR", "change"):
        table.add_column(name, justify="left" if name == "way" else "right")
    for name, row in figures.items():
        cells = [f"{row['passages_per_s']:.0f}", f"{row['cosine_min']:.4f}"]
        cells.append(f"{row['cosine_mean']:.4f}")
        if "hybrid" in row:
            low, high = row["hybrid"]["interval_95"]
            cells += [f"{row[mode]['mrr_at_10']:.4f}" for mode in ("vector", "hybrid")]
            cells.append(f"{row['hybrid']['change']:+.4f} ({low:+.4f} … {high:+.4f})")
        table.add_row(name, *cells)
    Console(width=140).print(table)
    for name, value in asking.items():
        Console().print(f"{name}: {value:.1f} ms a question")


if __name__ == "__main__":
    main()
