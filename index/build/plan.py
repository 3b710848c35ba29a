"""What a build will take on this machine, measured on a sample of the source itself.

A few work units, evenly spread, go through every step of a build; their times and sizes are scaled
up by the bytes of the source. Writes nothing but temporary files.
"""

import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from pinakes.index.build.disk import require_room
from pinakes.index.build.embed import MOST_PENDING
from pinakes.index.build.progress import Progress, Silence
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.keywords.bm25 import WRITER_HEAP
from pinakes.index.keywords.writer import MOST_RANGES, write_keywords
from pinakes.index.store.links import MEMORY_LIMIT, open_link_totals, scratch_size
from pinakes.index.store.store import Store
from pinakes.index.store.text_shards import texts_beside
from pinakes.index.store.writer import StoreWriter
from pinakes.index.types import Encoder, VectorScope
from pinakes.index.vectors.shards import bytes_per_vector
from pinakes.index.vectors.writer import EXACT_LIMIT
from pinakes.ingest.report import count_entry
from pinakes.ingest.segments import link_run_path, read_segment, segment_path, write_segment
from pinakes.ingest.sources.base import Source, Unit
from pinakes.ingest.types import PageCounts
from pinakes.ingest.workers import Executors, map_units, worker_processes

__all__ = ["BuildPlan", "PlannedStep", "check_room", "passages_per_second", "plan_build"]

_SAMPLE_UNITS = 8
_EMBEDDED_SAMPLE = 128
# Below this multiple of the source's own size the room is measured instead of assumed.
_ROOM_FACTOR = 20
_SPARE = 1.1
_KEYWORDS, _EMBEDDING = "Writing the keyword index", "Embedding"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a build: seconds, and bytes of memory, of temporary and of lasting files."""

    name: str
    seconds: float
    memory: int
    temporary: int
    lasting: int


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What a build will take; ``share`` of the source was read to say so.

    ``encoder``: the name of the one that its steps are planned by, ``passages_per_second``: its
    rate; both None without one.
    """

    share: float
    workers: int
    pages: PageCounts
    passages: int
    steps: tuple[PlannedStep, ...]
    passages_per_second: float | None = None
    encoder: str | None = None

    @property
    def lasting(self) -> int:
        """Bytes of the finished generation."""
        return sum(step.lasting for step in self.steps)

    @property
    def most_disk(self) -> int:
        """Bytes on disk at most: with the temporary files beside the store, or beside vectors."""
        vectors = [step for step in self.steps if step.name.startswith(_EMBEDDING)]
        texts = [step for step in self.steps if step not in vectors and step.name != _KEYWORDS]
        store = sum(step.lasting + step.temporary for step in texts)
        return max(store, self.lasting + max((step.temporary for step in vectors), default=0))


def plan_build(
    source: Source,
    workers: int,
    encoder: Encoder | None,
    progress: Progress,
    units: int = _SAMPLE_UNITS,
    scope: VectorScope = "all",
    executors: Executors | None = None,
) -> BuildPlan:
    """Measure a sample of about ``units`` work units.

    ``scope``: which passages are to have vectors; without an ``encoder`` none are planned.
    ``executors``: as ``BuildOptions`` has them.
    """
    sample = source.sample(units)
    share = sum(unit.byte_count for unit in sample) / source.byte_count
    progress.step("Measuring a sample", len(sample), "units")
    with tempfile.TemporaryDirectory(prefix="pinakes-plan-") as name:
        reading = _Sample(Path(name), source, sample, share, workers, executors or worker_processes)
        return reading.plan(encoder, scope, progress)


def check_room(
    source: Source,
    collection: Path,
    workers: int,
    progress: Progress,
    executors: Executors | None = None,
) -> None:
    """Raise DiskFull where building ``source`` would need more than the disk has left.

    Looks at a sample only where the room is not plainly enough. What an interrupted build has
    written is needed no second time.
    """
    existing = next(path for path in (collection, *collection.parents) if path.exists())
    begun = sum(p.stat().st_size for p in (collection / "building").rglob("*") if p.is_file())
    free = shutil.disk_usage(existing).free + begun
    if free < _ROOM_FACTOR * source.byte_count:
        plan = plan_build(source, workers, None, progress, units=2, executors=executors)
        require_room(existing, free, int(plan.most_disk * _SPARE))


class _Sample:
    """The sample on its way through the steps of a build."""

    def __init__(
        self,
        directory: Path,
        source: Source,
        units: Sequence[Unit],
        share: float,
        workers: int,
        executors: Executors,
    ) -> None:
        self._directory = directory
        self._source = source
        self._units = units
        self._share = share
        self._workers = workers
        self._executors = executors

    def plan(self, encoder: Encoder | None, scope: VectorScope, progress: Progress) -> BuildPlan:
        preparing, reading, counts = self._read(progress)
        writer = self._writer
        with self._timed() as linking:
            writer.index_titles()
            with open_link_totals(self._runs(), writer.titles(), self._directory) as totals:
                writer.add_aliases(totals.anchors(), totals.links_in())
                writer.add_backlinks(totals.backlinks())
                scratch = scratch_size(self._directory) + writer.scratch_size
        writer.close()
        database, keywords = self._directory / "pages.db", self._directory / "bm25"
        with self._timed() as indexing:
            write_keywords(
                database, keywords, self._source.identity.language, self._workers, Silence()
            )
        steps = [
            *preparing,
            replace(
                reading,
                lasting=self._scaled(database.stat().st_size) + self._size(texts_beside(database)),
            ),
            PlannedStep("Counting links", linking(), MEMORY_LIMIT, self._scaled(scratch), 0),
            PlannedStep(
                _KEYWORDS,
                indexing(),
                min(self._workers, MOST_RANGES) * WRITER_HEAP,
                0,
                self._size(keywords),
            ),
        ]
        rate: float | None = None
        with Store(database) as store:
            passages, leads = store.passage_count, store.lead_count()
            if encoder is not None and scope != "none" and passages:
                rate = passages_per_second(store, encoder, progress)
                itself = self._size_of(encoder)
                parts = [("leads", leads), ("the rest", passages - leads)]
                if scope == "leads":
                    del parts[1:]
                exact = self._scaled(sum(count for _, count in parts)) <= EXACT_LIMIT
                each = bytes_per_vector(encoder.record.dimension, exact=exact)
                before = 0
                for name, count in parts:
                    number = self._scaled(count)
                    size = number * each
                    memory = min(number, MOST_PENDING) * each
                    # Shards are joined into a new one, and removed when that is there.
                    joined = before + size
                    steps.append(
                        PlannedStep(
                            f"{_EMBEDDING} {name}", number / rate, memory, joined, size + itself
                        )
                    )
                    before, itself = size, 0
        pages = PageCounts(
            *(self._scaled(getattr(counts, name)) for name in PageCounts.__dataclass_fields__)
        )
        return BuildPlan(
            self._share, self._workers, pages, self._scaled(passages), tuple(steps), rate,
            encoder.record.name if encoder is not None and rate else None,
        )  # fmt: skip

    def _read(self, progress: Progress) -> tuple[list[PlannedStep], PlannedStep, PageCounts]:
        """Segments by the workers, the store by this process, as in a build.

        What goes before, if anything does, is the first.
        """
        counts = PageCounts()
        reading = storing = 0.0
        memory = 0
        busy = min(self._workers, len(self._units))
        with self._executors(busy) as executor:
            before = _StepClock()
            source = self._source.prepared(
                self._directory, executor, len(self._units), before, self._units
            )
            prepared = before.seconds() * busy / self._workers / self._share
            set_aside = self._size(self._directory)
            self._writer = StoreWriter(self._directory / "pages.db")
            work = partial(_measured_segment, source=source, directory=self._directory)
            for unit, (seconds, peak) in map_units(work, self._units, executor, len(self._units)):
                source.release(unit)
                reading += seconds
                memory = max(memory, peak)
                began = time.process_time()
                for entry, passages in read_segment(segment_path(self._directory, unit.number)):
                    counts += count_entry(entry)
                    self._writer.add(entry, passages)
                storing += time.process_time() - began
                progress.advance(1)
        segments = sum(path.stat().st_size for path in self._directory.glob("*.zst"))
        workers = self._workers * memory
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        # The store is written beside the workers, by the cores they leave.
        seconds = max((reading + storing) / self._workers, storing) / self._share
        step = PlannedStep(
            f"Reading the {self._source.files_are}",
            seconds,
            workers + own,
            self._scaled(segments),
            0,
        )
        preparing = [PlannedStep(before.name, prepared, workers + own, set_aside, 0)]
        return preparing if before.name else [], step, counts

    def _runs(self) -> list[Path]:
        return [link_run_path(self._directory, unit.number) for unit in self._units]

    def _size(self, directory: Path) -> int:
        return self._scaled(sum(path.stat().st_size for path in directory.rglob("*")))

    def _size_of(self, encoder: Encoder) -> int:
        """What a generation's encoder of questions takes on disk."""
        directory = self._directory / "encoder"
        encoder.write_question_encoder(directory)
        return sum(path.stat().st_size for path in directory.rglob("*"))

    def _scaled(self, amount: float) -> int:
        return round(amount / self._share)

    @contextmanager
    def _timed(self) -> Iterator[Callable[[], float]]:
        """How long the block took, scaled to the source."""
        began = time.monotonic()
        ended: list[float] = []
        yield lambda: (ended[0] - began) / self._share
        ended.append(time.monotonic())


class _StepClock:
    """Told of what goes before the reading: what it is called, and how long it took."""

    def __init__(self) -> None:
        self.name = ""
        self._began = 0.0

    def step(self, name: str, total: int, unit: str) -> None:
        del total, unit
        self.name, self._began = name, time.monotonic()

    def advance(self, amount: int) -> None:
        del amount

    def seconds(self) -> float:
        return time.monotonic() - self._began if self.name else 0.0


def _measured_segment(unit: Unit, source: Source, directory: Path) -> tuple[float, int]:
    """Write the segment; CPU seconds, and the worker's largest memory in bytes."""
    began = time.process_time()
    write_segment(unit, source, directory)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return time.process_time() - began, peak


def passages_per_second(store: Store, encoder: Encoder, progress: Progress) -> float:
    """The encoder's rate on passages spread over the sample, after it has warmed up."""
    step = max(store.passage_count // _EMBEDDED_SAMPLE, 1)
    ids = list(islice(range(0, store.passage_count, step), _EMBEDDED_SAMPLE))
    texts = [passage_text(p.title, p.heading_path, p.text) for p, _ in store.passages(ids)]
    progress.step("Loading the encoder", 1, "encoders")
    encoder.encode_passages(texts[:8])
    progress.advance(1)
    progress.step("Measuring the encoder", len(texts), "passages")
    began = time.monotonic()
    encoder.encode_passages(texts)
    progress.advance(len(texts))
    return len(texts) / (time.monotonic() - began)
