"""Vectors in no time, for builds whose size is what is measured.

Real passages have their real vectors, those of bench.quality.development. Any other passage gets
that of a real one drawn at random, with noise: two drawn from the same are as near to each other
as real passages are to their nearest (a cosine of .75 in the median). So vectors crowd where real
ones do, and a million of them lie twelve times as dense. The build takes them through an encoder
that is real but for this, so that every step of it runs as it always does.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.quality.development import development_collection
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Encoder, Vectors

__all__ = ["SyntheticEncoder"]

# Length of the noise beside a vector of length one.
_NOISE = 0.58


class SyntheticEncoder:
    """An encoder as the one given, but for the vectors of passages.

    ``data`` holds the collections of bench.quality.development. Takes 80 MB of memory.
    """

    def __init__(self, encoder: Encoder, data: Path) -> None:
        self._encoder = encoder
        with Index.open(development_collection(data, "all"), None) as index:
            self._rows = {
                hash(passage_text(passage.title, passage.heading_path, passage.text)): row
                for row, (passage, _) in enumerate(index.store.all_passages())
            }
            found = index.vectors.vectors_of(np.arange(index.manifest.passages))
        self._real = found.astype(np.float16)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); the same for the same texts."""
        rng = np.random.default_rng(zlib.crc32("\0".join(texts).encode()))
        vectors = self._real[rng.integers(0, len(self._real), len(texts))].astype(np.float32)
        noise = rng.standard_normal(vectors.shape, dtype=np.float32)
        vectors += _NOISE / np.sqrt(np.float32(vectors.shape[1])) * noise
        for place, text in enumerate(texts):
            if (row := self._rows.get(hash(text))) is not None:
                vectors[place] = self._real[row]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
