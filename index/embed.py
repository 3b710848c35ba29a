"""Give a published generation its vectors, most important passages first, resumable.

What is embedded in about two minutes becomes a new generation that hard-links everything else.
"""

import os
import shutil
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.encoder import passage_text
from index.errors import EncoderMismatch
from index.generations import (
    building_directory,
    current_generation,
    next_name,
    publish,
    record_files,
    remove_superseded,
    timestamp,
)
from index.progress import Progress
from index.store import Store
from index.types import Encoder, Manifest, Vectors
from index.vectors import VectorIndex, shard_paths, write_shard

__all__ = ["VectorScope", "embed_generation"]

VectorScope = Literal["all", "leads", "none"]
_ENCODE_BATCH = 256
_PUBLISH_SECONDS = 120.0


def embed_generation(
    collection: Path, manifest: Manifest, encoder: Encoder, scope: VectorScope, progress: Progress
) -> Manifest:
    """Embed what has no vector yet; the manifest of the generation then current.

    ``scope`` "leads" stops after the first passage of every page. Raises EncoderMismatch when
    the vectors there are another encoder's.
    """
    generation = current_generation(collection)
    if manifest.encoder is not None and manifest.encoder != encoder.record:
        raise EncoderMismatch(
            f"{manifest.generation} has vectors of {manifest.encoder.name}; to embed it with "
            f"{encoder.record.name}, build again: pinakes build --force DUMP"
        )
    with Store(generation / "pages.db") as store:
        done = np.zeros(manifest.passages, dtype=bool)  # one byte a passage, and no list of ids
        done[VectorIndex(generation / "vectors").passage_ids()] = True
        limit = store.lead_count() if scope == "leads" else manifest.passages
        missing = sum(1 for _ in _missing(store, done, limit))
        if missing:
            progress.step("Embedding passages", limit, "passages")
            progress.advance(limit - missing)
            ids = _missing(store, done, limit)
            for increment in _increments(store, ids, encoder, progress):
                manifest = _publish_vectors(collection, manifest, encoder, *increment)
    return manifest


def _missing(store: Store, done: NDArray[np.bool_], limit: int) -> Iterator[int]:
    """The most important ``limit`` passages, less those that are done."""
    return (i for i in islice(store.passage_ids_by_importance(), limit) if not done[i])


def _increments(
    store: Store, passage_ids: Iterator[int], encoder: Encoder, progress: Progress
) -> Iterator[tuple[list[int], Vectors]]:
    """Ids and vectors of about two minutes' work each; Ctrl-C loses at most the last."""
    ids: list[int] = []
    vectors: list[Vectors] = []
    began = time.monotonic()
    while batch := list(islice(passage_ids, _ENCODE_BATCH)):
        passages = [passage for passage, _ in store.passages(batch)]
        texts = [passage_text(p.title, p.heading_path, p.text) for p in passages]
        vectors.append(encoder.encode_passages(texts))
        ids += batch
        progress.advance(len(batch))
        if time.monotonic() - began > _PUBLISH_SECONDS:
            yield ids, np.concatenate(vectors)
            ids, vectors, began = [], [], time.monotonic()
    if ids:
        yield ids, np.concatenate(vectors)


def _publish_vectors(
    collection: Path,
    manifest: Manifest,
    encoder: Encoder,
    passage_ids: list[int],
    vectors: Vectors,
) -> Manifest:
    """A new generation: everything of the current one by hard link, and one more shard."""
    generation = current_generation(collection)
    stage = building_directory(collection, "vectors") / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(
        generation, stage, copy_function=os.link, ignore=shutil.ignore_patterns("manifest.json")
    )
    (stage / "vectors").mkdir(exist_ok=True)
    number = len(shard_paths(stage / "vectors")) + 1
    write_shard(stage / "vectors" / f"{number:06d}.faiss", passage_ids, vectors)
    check = manifest.encoder_check or encoder.write_question_encoder(stage / "encoder")
    extended = manifest.model_copy(
        update={
            "generation": next_name(collection, manifest.generation.split("-")[0]),
            "created": timestamp(),
            "vectors": manifest.vectors + len(passage_ids),
            "encoder": encoder.record,
            "encoder_check": check,
            "files": record_files(stage, known=manifest.files),
        }
    )
    publish(collection, stage, extended)
    shutil.rmtree(collection / "building")
    remove_superseded(collection)
    return extended
