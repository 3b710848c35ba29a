"""Passages encoded in a second, by device, precision and size of a batch, in one table."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer

from pinakes.index.encoders.sentence_model import find_encoder

__all__ = ["embedding_rows"]

_ROOT = Path(__file__).resolve().parents[2]
_ONE_BY_ONE = 256  # passages

_PRECISIONS = {
    "cpu": (torch.float32, torch.bfloat16),
    "cuda": (torch.float32, torch.float16, torch.bfloat16),
}
_BATCHES = {"cpu": (32,), "cuda": (32, 128, 512, 1_024, 2_048)}


def embedding_rows(
    directory: str, texts: Sequence[str], devices: Sequence[str], most_s: float
) -> list[dict[str, Any]]:
    """One row for each way, measured for so many seconds, and for one batch at least.

    ``texts``: passages as they are encoded. The first row is what ``pinakes build`` does on a CPU.
    """
    rows = [_row("cpu", "as pinakes build does", 1, _on_cpu(texts[:_ONE_BY_ONE]))]
    for device in devices:
        for precision, batch in itertools.product(_PRECISIONS[device], _BATCHES[device]):
            model = SentenceTransformer(
                directory,
                device=device,
                local_files_only=True,
                model_kwargs={"dtype": precision},
            )
            name = str(precision).removeprefix("torch.")
            rows.append(_row(device, name, batch, _speed(model, texts, batch, most_s)))
    return rows


def _on_cpu(texts: Sequence[str]) -> float:
    """By the exported model, in a process that sees no GPU: else it would be used."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.gpu.embedding"],
        cwd=_ROOT,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
        input=json.dumps(texts),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])


def _row(device: str, precision: str, batch: int, speed: float) -> dict[str, Any]:
    return {"device": device, "precision": precision, "batch": batch, "passages_per_s": speed}


def _speed(model: SentenceTransformer, texts: Sequence[str], batch: int, most_s: float) -> float:
    """Whole batches, until the time is over."""
    parts = [texts[at : at + batch] for at in range(0, len(texts), batch)]
    model.encode(list(parts[0]), batch_size=batch, convert_to_tensor=True)
    began = time.perf_counter()
    done = 0
    for part in itertools.cycle(parts):
        vectors = model.encode(list(part), batch_size=batch, convert_to_tensor=True)
        done += len(part)
        float(vectors[0, 0])  # waits for the device
        if time.perf_counter() - began > most_s:
            break
    return done / (time.perf_counter() - began)


def main() -> None:
    """Encode the texts of standard input as a build does, and print how many a second."""
    texts = json.load(sys.stdin)
    encoder = find_encoder("all-MiniLM-L6-v2")
    encoder.encode_passages(texts[:8])
    began = time.perf_counter()
    encoder.encode_passages(texts)
    print(len(texts) / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
