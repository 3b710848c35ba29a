"""Give a generation its vectors, most important passages first, resumable.

Each batch is set aside as soon as it is made; what has come together in two minutes, and later in
a tenth of the time so far, is added: of a published generation that makes a new one, which
hard-links everything else. Knows of one that is not published yet only what ``Embedded`` says.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pinakes.index.build.progress import Progress
from pinakes.index.build.spread import EncodeBatches, encode_passages, spread_encoding
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.errors import EncoderMismatch
from pinakes.index.generations import building_directory, current_generation, next_name, timestamp
from pinakes.index.locks import hold_generation
from pinakes.index.store.store import Store
from pinakes.index.superseded import KEPT_DUMPS, remove_superseded
from pinakes.index.swap import link_files, linked_files, publish, record_files
from pinakes.index.types import (
    Encoder,
    Manifest,
    VectorIndexRecord,
    Vectors,
    VectorScope,
)
from pinakes.index.vectors.importance import Importance
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.pageviews import Pageviews
from pinakes.index.vectors.pending import PendingVectors
from pinakes.index.vectors.shards import open_quantizer
from pinakes.index.vectors.writer import (
    EXACT_LIMIT,
    add_vectors,
    list_count,
    sample_size,
    train_lists,
)
from pinakes.ingest.workers import Executors

__all__ = [
    "MOST_PENDING",
    "PASSAGE",
    "Change",
    "Embedded",
    "Embedding",
    "VectorScope",
    "embed_generation",
]

Ids = NDArray[np.int64]
Change = Callable[[Path], VectorIndexRecord]  # of a directory of vectors

# The name in ``took`` of the seconds that one passage took to embed.
PASSAGE = "passage"
# Batches that take about so long, so that little is lost and a fast encoder gets enough to do.
_BATCH_SECONDS = 20.0
_LEAST_BATCH = 256
_MOST_BATCH = 16_384
_PUBLISH_SECONDS = 120.0
_PUBLISH_SHARE = 0.1
_LONGEST_WAIT = 30  # times the first: an hour
MOST_PENDING = 500_000  # bounds what lies in memory while a shard is written: 0.5 GB
_RECALL_QUESTIONS = 200
_SEED = 20261101


class Embedded(Protocol):
    """Where vectors go: a published generation, or one that is to be published."""

    @property
    def directory(self) -> Path:
        """The generation as it is now, with ``vectors/`` and, if there are any, ``encoder/``."""
        ...

    @property
    def pending(self) -> Path:
        """Where batches are set aside; made when there is something."""
        ...

    @property
    def store_name(self) -> str:
        """What tells its store from others: batches are of the passages of this one alone."""
        ...

    @property
    def merges_whole(self) -> bool:
        """Whether at the end all vectors are written into one shard."""
        ...

    def apply(self, change: Change, seconds_each: float | None) -> None:
        """Change the vectors: all of it, or nothing if it is interrupted.

        ``seconds_each``: what a passage has taken to embed here, where that can be told.
        """
        ...


def embed_generation(
    collection: Path,
    manifest: Manifest,
    encoder: Encoder,
    scope: VectorScope,
    progress: Progress,
    kept_dumps: int = KEPT_DUMPS,
    executors: Executors | None = None,
    workers: int = 1,
    pageviews: Pageviews | None = None,
) -> Manifest:
    """Embed what has no vector yet; the manifest of the generation then current.

    ``scope`` "leads" stops after the first passage of every page; ``kept_dumps``: as for
    ``remove_superseded``, after each increment; ``pageviews``: as for ``Embedding``;
    ``executors``: as for ``spread_encoding``, for so many ``workers``. Raises EncoderMismatch when
    the vectors there are another encoder's, and UnusablePageviews.
    """
    generation = current_generation(collection)
    if manifest.encoder is not None and manifest.encoder != encoder.record:
        raise EncoderMismatch(
            f"{manifest.generation} has vectors of {manifest.encoder.name}; to embed it with "
            f"{encoder.record.name}, build again: pinakes build --force DUMP"
        )
    published = _Published(collection, manifest, encoder, kept_dumps)
    database = generation / "pages.db"
    shared = published.pending.parent
    with (
        _held(collection) if executors else nullcontext(),
        Store(database) as store,
        spread_encoding(executors, workers, encoder, database, shared) as spread,
    ):
        embedding = Embedding(published, store, encoder, progress, spread, pageviews)
        embedding.run(leads_only=scope == "leads")
    return published.manifest


@contextmanager
def _held(collection: Path) -> Iterator[None]:
    """Let nobody remove the current generation: its store is opened again for every batch."""
    _, lock = hold_generation(collection)
    try:
        yield
    finally:
        lock.release()


class _Published:
    """A published generation; each change makes it a new one."""

    def __init__(
        self, collection: Path, manifest: Manifest, encoder: Encoder, kept_dumps: int
    ) -> None:
        self.manifest = manifest
        self._collection = collection
        self._encoder = encoder
        self._kept_dumps = kept_dumps
        self.directory = current_generation(collection)
        self.pending = collection / "building" / "vectors" / "pending"
        self.store_name = manifest.files["pages.db"].sha256
        # Shards that are shared with the generation before stay so.
        self.merges_whole = not manifest.carried_over

    def apply(self, change: Change, seconds_each: float | None) -> None:
        if seconds_each is not None:
            took = self.manifest.took | {PASSAGE: seconds_each}
            self.manifest = self.manifest.model_copy(update={"took": took})
        self.manifest = _publish_vectors(self._collection, self.manifest, self._encoder, change)
        self.directory = current_generation(self._collection)
        remove_superseded(self._collection, self._kept_dumps)


class Embedding:
    """One run, from the passages without a vector to the generation that has them."""

    def __init__(
        self,
        embedded: Embedded,
        store: Store,
        encoder: Encoder,
        progress: Progress,
        spread: EncodeBatches | None = None,
        pageviews: Pageviews | None = None,
    ) -> None:
        """``spread``: what encodes batches elsewhere; without it this process does.

        ``pageviews``: by which much-viewed pages come first; without them much-linked ones.
        """
        self._pageviews = pageviews
        self._embedded = embedded
        self._encode = spread or self._encode_here
        self._encoder = encoder
        self._store = store
        self._progress = progress
        vectors = embedded.directory / "vectors"
        self._has_lists = open_quantizer(vectors) is not None
        self._done = np.zeros(store.passage_count, dtype=bool)  # one byte a passage
        self._done[VectorIndex(vectors).passage_ids()] = True
        origin = {"encoder": encoder.record.model_dump_json(), "store": embedded.store_name}
        self._pending = PendingVectors(embedded.pending, origin, self._done)
        self._began = self._applied = time.monotonic()
        self._made = 0
        self._batch = _LEAST_BATCH

    def _views(self) -> Ids | None:
        """How often each page with passages was viewed, by page id."""
        if self._pageviews is None:
            return None
        page_ids = np.fromiter(self._store.pages_with_passages(), np.int64)
        views = self._pageviews.of(page_ids)
        self._progress.note(
            f"{np.count_nonzero(views):,} of {len(page_ids):,} pages were viewed, by "
            f"{self._pageviews.file.name}: the most viewed are embedded first"
        )
        return views

    def run(self, *, leads_only: bool, enough: int | None = None) -> None:
        """Embed what is missing, or until ``enough`` passages have a vector.

        ``leads_only``: the first passage of each page. Where all are too many to be looked at one
        by one, inverted lists are trained first, on a sample.
        """
        order = Importance(self._store.passages_of_pages(), self._views())
        limit = order.lead_count if leads_only else order.passage_count
        missing = sum(len(ids) for ids in self._missing(order.chunks(leads_only=leads_only)))
        wanted = limit if enough is None else min(enough, limit)
        if enough is not None:
            missing = min(missing, self._short_of(enough))
        needs_lists = wanted > EXACT_LIMIT and not self._has_lists
        if not (missing or self._pending.count or needs_lists):
            return
        self._progress.step("Embedding passages", wanted, "passages")
        self._progress.advance(wanted - missing)
        if needs_lists:
            sample = order.sample(sample_size(limit), _SEED, leads_only=leads_only)
            self._embed([sample], len(sample), last=False)
            questions = self._questions(sample[:_RECALL_QUESTIONS])
            self._apply(lambda vectors: train_lists(vectors, list_count(limit), sample, questions))
        most = limit if enough is None else self._short_of(enough)
        self._embed(order.chunks(leads_only=leads_only), most, last=self._embedded.merges_whole)

    def _short_of(self, enough: int) -> int:
        return max(enough - int(self._done.sum()), 0)

    def _missing(self, chunks: Iterable[Ids]) -> Iterator[Ids]:
        """What has no vector yet, of each chunk."""
        for ids in chunks:
            yield ids[~self._done[ids]]

    def _embed(self, chunks: Iterable[Ids], most: int, *, last: bool) -> None:
        """Embed and add the missing passages of all chunks, ``most`` of them at most."""
        for batch, vectors in self._encode(self._batches(chunks, most)):
            self._pending.add(batch, vectors)
            self._done[batch] = True
            self._made += len(batch)
            self._progress.advance(len(batch))
        if self._pending.count:
            self._apply_pending(last=last)

    def _encode_here(self, batches: Iterable[Ids]) -> Iterator[tuple[Ids, Vectors]]:
        """Encode each batch, and choose the size of the next one."""
        for batch in batches:
            began = time.monotonic()
            yield batch, encode_passages(batch, self._store, self._encoder)
            rate = len(batch) / max(time.monotonic() - began, 1e-3)
            self._batch = int(min(max(rate * _BATCH_SECONDS, _LEAST_BATCH), _MOST_BATCH))

    def _batches(self, chunks: Iterable[Ids], most: int) -> Iterator[Ids]:
        """Batches as they are asked for; before each, what is due is added."""
        for batch in self._cut(chunks, most):
            if self._is_due():
                self._apply_pending(last=False)
            yield batch

    def _cut(self, chunks: Iterable[Ids], most: int) -> Iterator[Ids]:
        waiting = np.empty(0, np.int64)
        for ids in self._missing(chunks):
            waiting = np.concatenate([waiting, ids[:most]])
            most -= min(len(ids), most)
            while len(waiting) >= self._batch:
                batch, waiting = np.split(waiting, [self._batch])
                yield batch
            if not most:
                break
        if len(waiting):
            yield waiting

    def _questions(self, ids: Ids) -> Vectors:
        """What a reader might type to find these passages: their titles and headings."""
        passages = [passage for passage, _ in self._store.passages(ids.tolist())]
        encoder = open_question_encoder(self._embedded.directory / "encoder")
        texts = (" ".join([p.title, *p.heading_path]) for p in passages)
        return np.stack([encoder.encode_query(text) for text in texts])

    def _is_due(self) -> bool:
        """Whether what is pending should be added now."""
        if not self._pending.count:
            return False
        now = time.monotonic()
        wait = max((now - self._began) * _PUBLISH_SHARE, _PUBLISH_SECONDS)
        wait = min(wait, _LONGEST_WAIT * _PUBLISH_SECONDS)
        return now - self._applied >= wait or self._pending.count >= MOST_PENDING

    def _apply_pending(self, *, last: bool) -> None:
        self._apply(lambda vectors: add_vectors(vectors, self._pending, last=last))
        self._pending.clear()

    def _apply(self, change: Change) -> None:
        self._embedded.apply(change, self._seconds_each())
        self._applied = time.monotonic()

    def _seconds_each(self) -> float | None:
        if self._made < _LEAST_BATCH:
            return None
        return round((time.monotonic() - self._began) / self._made, 6)


def _publish_vectors(
    collection: Path,
    manifest: Manifest,
    encoder: Encoder,
    change: Change,
) -> Manifest:
    """A new generation: everything of the current one by hard link, but ``change`` in vectors/."""
    generation = current_generation(collection)
    stage = building_directory(collection, "vectors") / "stage"
    link_files(generation, stage)
    record = change(stage / "vectors")
    check = manifest.encoder_check or encoder.write_question_encoder(stage / "encoder")
    extended = manifest.model_copy(
        update={
            "generation": next_name(collection, manifest.generation.split("-")[0]),
            "created": timestamp(),
            "vectors": VectorIndex(stage / "vectors").count,
            "vector_index": record,
            "encoder": encoder.record,
            "encoder_check": check,
            "files": record_files(stage, known=linked_files(manifest, generation, stage)),
        }
    )
    publish(collection, stage, extended)
    return extended
