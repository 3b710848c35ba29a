"""What a GPU brings: to embedding, to training the reading model, and to a generator in service.

Measures, in at most ten minutes, offline:
1. Passages encoded in a second by device, precision and batch, beside what a build does on the CPU.
2. Examples in a second that a network of the reading model's shape is trained on (192 tokens).
3. A generator (random weights of real shape, made on the spot) at 1 and 32 clients, bare and
   through the service: tokens a second, time to the first token; and how much of its speed it
   keeps while searches, reading and checking take the CPU, which all stay there.
Without a GPU it does a little of all that on the CPU, to be seen to work, and records nothing.
Corpus: the sample.
Command: python -m bench.gpu.gains [--shape 8b] [--minutes 10]
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from bench.gpu.embedding import embedding_rows
from bench.gpu.in_service import generation_rows
from bench.gpu.random_model import SHAPES
from bench.gpu.training import training_rows
from bench.record import record
from bench.speed.generation import build_sample
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.retrieval.search import Index

_TEXTS = {"cpu": 64, "cuda": 4_096}
# Of all minutes: each of the many ways of embedding and of training takes so much of them.
_SHARE_EMBEDDING, _SHARE_TRAINING = 0.012, 0.02
_QUESTIONS, _TOKENS = {"cpu": 1, "cuda": 3}, {"cpu": 12, "cuda": 120}


def main() -> None:
    """Measure, print, and record where there is a GPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--shape", choices=SHAPES, default="8b", help="of the generator")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    began = time.monotonic()
    has_gpu = torch.cuda.is_available()
    device = "cuda" if has_gpu else "cpu"
    devices = ["cpu", "cuda"] if has_gpu else ["cpu"]
    seconds = options.minutes * 60 if has_gpu else 30
    console = Console(width=160)
    directory = str(find_encoder("all-MiniLM-L6-v2").directory)
    figures: dict[str, Any] = {"device": torch.cuda.get_device_name() if has_gpu else None}
    with tempfile.TemporaryDirectory() as data:
        collection = Path(data) / "samplewiki"
        build_sample(collection)
        texts = _texts(collection, _TEXTS[device])
        rows = embedding_rows(directory, texts, devices, seconds * _SHARE_EMBEDDING)
        figures["embedding"] = rows
        _print(console, "Embedding", rows)
        figures["training"] = training_rows(directory, devices, seconds * _SHARE_TRAINING)
        _print(console, "Training the reading model", figures["training"])
        shape = options.shape if has_gpu else "tiny"
        figures["generation"] = generation_rows(
            collection, device, shape, directory, _QUESTIONS[device], _TOKENS[device]
        )
        _print(console, f"A generator, {shape}", figures["generation"])
    figures["minutes"] = (time.monotonic() - began) / 60
    if has_gpu:
        console.print(record("gpu", "the sample", figures | {"shape": shape}))
    else:
        console.print("No GPU here: this was a rehearsal, and nothing is recorded.")


def _texts(collection: Path, count: int) -> list[str]:
    """Passages as they are encoded, as often as it takes."""
    with Index.open(collection, None) as index:
        ids = list(range(index.store.passage_count))
        texts = [
            passage_text(p.title, p.heading_path, p.text) for p, _ in index.store.passages(ids)
        ]
    return list(islice(cycle(texts), count))


def _print(console: Console, title: str, rows: Sequence[dict[str, Any]]) -> None:
    table = Table(title=title)
    for column in rows[0]:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            *(f"{cell:.3g}" if isinstance(cell, float) else f"{cell}" for cell in row.values())
        )
    console.print(table)


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
