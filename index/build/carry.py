"""Vectors of a generation before it is published: carried over, and embedded until it is not worse.

They lie in the stage. What is known of them beside their files is kept in ``vectors.json`` of the
work directory, so that an interrupted build goes on.
"""

import math
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pinakes.index.build.embed import PASSAGE, Change, Embedding
from pinakes.index.build.guards import Guards
from pinakes.index.build.plan import passages_per_second
from pinakes.index.build.spread import spread_encoding
from pinakes.index.build.steps import Build
from pinakes.index.errors import EncoderMismatch
from pinakes.index.store.store import Store
from pinakes.index.swap import link_files
from pinakes.index.types import Encoder, EncoderCheck, EncoderRecord, VectorIndexRecord
from pinakes.index.vectors.carry_over import carry_over
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.passage_map import passage_map
from pinakes.ingest.files import read_text, sync_tree, write_whole

__all__ = ["StagedRecord", "carry_vectors", "check_encoder", "embed_before", "settle_vectors"]

_RECORD = "vectors.json"
_VECTORS, _ENCODER = "vectors", "encoder"
# A change in the making; the whole of it, not in its place yet; what it replaces.
_PARTIAL, _WHOLE, _GONE = "vectors.partial", "vectors.whole", "vectors.gone"


class StagedRecord(BaseModel):
    """What the manifest will say of the vectors: whose they are, how searched, how many carried."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    carried_over: int = 0
    index: VectorIndexRecord | None = None
    encoder: EncoderRecord | None = None
    check: EncoderCheck | None = None

    @classmethod
    def kept(cls, work: Path) -> "StagedRecord":
        """As the work directory keeps it."""
        return cls.model_validate_json(read_text(work / _RECORD))

    def keep(self, work: Path) -> None:
        """Write it down there."""
        with write_whole(work / _RECORD) as file:
            file.write(self.model_dump_json().encode())


def settle_vectors(build: Build) -> None:
    """Finish or undo a change of the stage's vectors that was interrupted."""
    if not (build.stage / _VECTORS).exists() and (build.work / _WHOLE).exists():
        (build.work / _WHOLE).rename(build.stage / _VECTORS)
    for name in (_PARTIAL, _WHOLE, _GONE):
        shutil.rmtree(build.work / name, ignore_errors=True)


def check_encoder(build: Build) -> None:
    """Say what another encoder than the present one costs, and ask. Raises EncoderMismatch."""
    present, encoder = build.present, build.encoder
    if build.force or present is None or encoder is None or not present.manifest.vectors:
        return
    before, guards = present.manifest, build.guards or Guards()
    if before.encoder is None or before.encoder == encoder.record or guards.accept_encoder:
        return
    with Store(present.directory / "pages.db") as store:
        rate = passages_per_second(store, encoder, build.progress)
    hours = before.vectors / rate / 3600
    time = f"{hours:,.1f} h" if hours >= 1 else f"{math.ceil(60 * hours)} min"
    cost = (
        f"{before.generation} has {before.vectors:,} vectors of {before.encoder.name}; with "
        f"{encoder.record.name} as many passages would have to be embedded again, about {time} here"
    )
    if not guards.ask(f"{cost}. Do so?"):
        raise EncoderMismatch(
            f"{cost}. To do so: the same command with --accept-encoder; to go on with the one "
            f"before: PINAKES_SEARCH__ENCODER={before.encoder.name}"
        )


def carry_vectors(build: Build) -> None:
    """Make the stage's vectors: those that its passages had in the present generation.

    None where there is no such generation, or where another encoder made them.
    """
    record = StagedRecord()
    present, made = build.present, build.work / _VECTORS
    shutil.rmtree(made, ignore_errors=True)
    is_ours = build.encoder is None or (
        present is not None and present.manifest.encoder == build.encoder.record
    )
    if present is not None and present.manifest.vectors and is_ours:
        before = present.manifest
        build.progress.step("Carrying vectors over", before.passages, "passages")
        with (
            Store(present.directory / "pages.db") as old,
            Store(build.stage / "pages.db") as new,
        ):
            moved = passage_map(old.digests(), new.digests(), old.passage_count, build.work)
        index = carry_over(present.directory / _VECTORS, made, moved)
        build.progress.advance(before.passages)
        if index is not None:
            shutil.rmtree(build.stage / _ENCODER, ignore_errors=True)
            link_files(present.directory / _ENCODER, build.stage / _ENCODER)
            record = StagedRecord(
                carried_over=VectorIndex(made).count,
                index=index,
                encoder=before.encoder,
                check=before.encoder_check,
            )
            build.progress.note(
                f"{record.carried_over:,} of {before.vectors:,} vectors of {before.generation} are "
                "carried over"
            )
    made.mkdir(exist_ok=True)
    record.keep(build.work)
    build.keep(_VECTORS)


def embed_before(build: Build) -> None:
    """Embed until as large a share of the passages has a vector as in the present generation.

    Or until all have that are to have one. Nothing where it is to be published early.
    """
    encoder = build.encoder
    if encoder is None or build.scope == "none" or build.publishes_early:
        return
    with Store(build.stage / "pages.db") as store:
        enough = math.ceil(build.coverage_before * store.passage_count)
        if enough:
            database = build.stage / "pages.db"
            with spread_encoding(
                build.embedding_executors, build.workers, encoder, database, build.work
            ) as spread:
                staged = _Staged(build, encoder)
                embedding = Embedding(
                    staged, store, encoder, build.progress, spread, build.pageviews
                )
                embedding.run(leads_only=build.scope == "leads", enough=enough)


class _Staged:
    """The generation that is to be published."""

    def __init__(self, build: Build, encoder: Encoder) -> None:
        self._build = build
        self._encoder = encoder
        self.directory = build.stage
        self.pending = build.work / "pending"
        self.merges_whole = not StagedRecord.kept(build.work).carried_over
        state = (build.stage / "pages.db").stat()
        self.store_name = f"{state.st_ino} {state.st_mtime_ns}"

    def apply(self, change: Change, seconds_each: float | None) -> None:
        if seconds_each is not None:
            self._build.took[PASSAGE] = seconds_each
        work, vectors = self._build.work, self._build.stage / _VECTORS
        partial = work / _PARTIAL
        link_files(vectors, partial)
        index = change(partial)
        record = StagedRecord.kept(work)
        if record.check is None:
            encoder = self._build.stage / _ENCODER
            shutil.rmtree(encoder, ignore_errors=True)  # of a build that was killed here
            check = self._encoder.write_question_encoder(encoder)
            sync_tree(encoder)
            record = record.model_copy(update={"check": check, "encoder": self._encoder.record})
        sync_tree(partial)
        record.model_copy(update={"index": index}).keep(work)
        partial.rename(work / _WHOLE)
        vectors.rename(work / _GONE)
        (work / _WHOLE).rename(vectors)
        shutil.rmtree(work / _GONE)
