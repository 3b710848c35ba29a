"""Vectors in no time, for builds whose size is what is measured.

The leads of the real pages, or all their passages, have their real vectors, computed once and kept.
Any other passage gets a mixture of two of these and noise: unit vectors that cluster as real ones
do, near none of the questions more than chance has it. The build takes them through an encoder that
is real but for this, so that every step of it runs as it always does.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bench.corpora import TEXT_DUMP
from index.encoders.encoder import passage_text
from index.types import Encoder, Vectors
from ingest.passages import split_passages
from ingest.reading.dumps import find_dump, plan_units
from ingest.reading.pages import read_pages
from ingest.types import Page
from ingest.wikitext import parse_document

__all__ = ["Real", "SyntheticEncoder"]

# Which of the real passages have real vectors.
Real = Literal["leads", "all"]

# Length of the noise beside a mixture of length one.
_NOISE = 0.5
_BATCH = 256


class SyntheticEncoder:
    """An encoder as the one given, but for the vectors of passages.

    ``directory`` keeps the real vectors; computing those of the leads takes minutes, all an hour.
    """

    def __init__(self, encoder: Encoder, directory: Path, real: Real) -> None:
        self._encoder = encoder
        texts = list(dict.fromkeys(_real_texts(leads_only=real == "leads")))
        self._real = _real_vectors(encoder, texts, directory, real)
        self._rows = {text: row for row, text in enumerate(texts)}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); the same for the same texts."""
        rng = np.random.default_rng(zlib.crc32("\0".join(texts).encode()))
        pairs = rng.integers(0, len(self._real), size=(2, len(texts)))
        share = rng.random((len(texts), 1), dtype=np.float32)
        mixed = _unit(share * self._real[pairs[0]] + (1 - share) * self._real[pairs[1]])
        noise = rng.standard_normal(mixed.shape, dtype=np.float32)
        mixed = _unit(mixed + _NOISE / np.sqrt(np.float32(mixed.shape[1])) * noise)
        for place, text in enumerate(texts):
            if (row := self._rows.get(text)) is not None:
                mixed[place] = self._real[row]
        return mixed


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _real_texts(*, leads_only: bool) -> Iterator[str]:
    """What is embedded of the passages of the development dump, or of the first of each page."""
    dump = find_dump([TEXT_DUMP])
    for unit in plan_units(dump):
        for page in read_pages(unit):
            if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None:
                passages = split_passages(parse_document(page, dump.site))
                for passage in islice(passages, 1 if leads_only else None):
                    yield passage_text(passage.title, passage.heading_path, passage.text)


def _real_vectors(encoder: Encoder, texts: Sequence[str], directory: Path, real: Real) -> Vectors:
    digest = hashlib.sha256("\0".join([encoder.record.sha256, *texts]).encode()).hexdigest()
    path = directory / f"{real}-{digest[:16]}.npy"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        batches = range(0, len(texts), _BATCH)
        found = [encoder.encode_passages(texts[n : n + _BATCH]) for n in batches]
        np.save(path.with_suffix(".partial.npy"), np.concatenate(found))
        path.with_suffix(".partial.npy").rename(path)
    return np.asarray(np.load(path), dtype=np.float32)
