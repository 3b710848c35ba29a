"""Passages encoded by the processes of an executor, here or on other machines.

They all see the store and the files of the encoder. What is handed to them is the numbers of
passages; what comes back is vectors.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.store.store import Store
from pinakes.index.types import Encoder, PassageEncoder, Vectors
from pinakes.ingest.workers import Executors, map_units

__all__ = ["EncodeBatches", "encode_passages", "spread_encoding"]

Ids = NDArray[np.int64]
EncodeBatches = Callable[[Iterable[Ids]], Iterator[tuple[Ids, Vectors]]]


@contextmanager
def spread_encoding(
    executors: Executors | None, workers: int, encoder: Encoder, database: Path, shared: Path
) -> Iterator[EncodeBatches | None]:
    """What gives each batch of passages of the store ``database`` its vectors, in order.

    None where this process is to encode them: without ``executors``, or where the encoder can do
    it here alone. ``shared``: below it go the files of the encoder.
    """
    if executors is None:
        yield None
        return
    shared.mkdir(parents=True, exist_ok=True)
    passage_encoder = encoder.share_passage_encoder(shared)
    if passage_encoder is None:
        yield None
        return
    work = partial(_encode, database=database, encoder=passage_encoder)
    with executors(workers) as executor:
        yield lambda batches: map_units(work, batches, executor, 2 * workers + 1)


def encode_passages(ids: Ids, store: Store, encoder: PassageEncoder) -> Vectors:
    """The vectors of these passages of a store."""
    passages = [passage for passage, _ in store.passages(ids.tolist())]
    texts = [passage_text(p.title, p.heading_path, p.text) for p in passages]
    return encoder.encode_passages(texts)


def _encode(ids: Ids, database: Path, encoder: PassageEncoder) -> Vectors:
    with Store(database) as store:
        return encode_passages(ids, store, encoder)
