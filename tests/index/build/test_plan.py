"""What a build will take is said beforehand, from a sample, and comes true."""

import bz2
import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from pinakes.index.build import plan
from pinakes.index.build.pipeline import BuildOptions, build_collection, is_built
from pinakes.index.build.plan import BuildPlan, PlannedStep, check_room, plan_build
from pinakes.index.errors import DiskFull
from pinakes.index.types import Vectors
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.types import PageCounts
from tests.index.toys import HashingEncoder, QuietProgress, in_threads
from tests.ingest.dumps_on_disk import export, page, write_multistream


@pytest.fixture(autouse=True)
def thread_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "worker_processes", in_threads)


def test_a_sample_of_everything_gives_the_real_figures(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.index.build.pipeline.worker_processes", in_threads)
    planned = plan_build(packed_sample, 2, HashingEncoder(), QuietProgress())
    built = build_collection(
        tmp_path / "sample", packed_sample, None, "none", QuietProgress(), BuildOptions(1)
    ).manifest
    assert planned.share == 1.0
    assert planned.pages == built.pages == PageCounts(60, 40, 16, 4)
    assert planned.passages == built.passages
    files = {name: record.size for name, record in built.files.items()}
    steps = {step.name: step for step in planned.steps}
    reading = steps["Reading the dump"]
    store, keywords = reading.lasting, steps["Writing the keyword index"].lasting
    assert store == files["pages.db"] + files["texts/000001.db"]
    assert keywords == pytest.approx(sum(files.values()) - store, rel=0.05)
    assert list(steps) == [
        "Reading the templates",
        "Reading the dump",
        "Counting links",
        "Writing the keyword index",
        "Embedding leads",
        "Embedding the rest",
    ]
    encoder = len(HashingEncoder().record.model_dump_json())  # all that it writes
    vectors = built.passages * (2 * 64 + 4)
    assert sum(step.lasting for step in planned.steps[4:]) == vectors + encoder
    assert all(step.seconds > 0 for step in planned.steps)
    assert planned.most_disk >= planned.lasting > 0
    assert planned.most_disk > store + reading.temporary > store


def test_vectors_are_planned_for_the_leads_alone_where_only_they_get_some(
    packed_sample: Source,
) -> None:
    every, leads, none = (
        plan_build(packed_sample, 1, HashingEncoder(), QuietProgress(), scope=scope).steps[4:]
        for scope in ("all", "leads", "none")
    )
    assert [step.name for step in every] == ["Embedding leads", "Embedding the rest"]
    assert [(step.name, step.lasting) for step in leads] == [("Embedding leads", every[0].lasting)]
    assert none == ()


def test_a_small_sample_is_scaled_to_the_dump(tmp_path: Path) -> None:
    dump = open_source([write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")])
    whole = plan_build(dump, 1, None, QuietProgress())
    assert (whole.pages.documents, whole.passages) == (30, 30)


def test_units_of_a_sample_are_spread_over_the_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.ingest.sources.mediawiki.files.dumps._LEAST_UNIT_BYTES", 100)
    dump = open_source([write_multistream(tmp_path / "toywiki-20261101-multistream.xml.bz2")])
    sample = dump.sample(3)
    numbers = [unit.number for unit in sample]
    assert 2 <= len(numbers) <= 3
    assert numbers == sorted(set(numbers))
    assert numbers[-1] - numbers[0] > 5


def test_of_what_cannot_be_entered_the_beginning_is_the_sample(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        path = tmp_path / f"toywiki-20261101-pages-articles{number}.xml.gz"
        path.write_bytes(gzip.compress(export()))
    sample = open_source([tmp_path]).sample(2)
    assert [unit.file.name[-8:] for unit in sample] == ["1.xml.gz", "3.xml.gz"]


def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = tmp_path / "data" / "sample"
    check_room(packed_sample, collection, 1, QuietProgress())

    class Usage:
        free = 100_000

    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage)
    with pytest.raises(DiskFull, match=rf"needs about \d\.\d MB, and the disk of {tmp_path} has"):
        check_room(packed_sample, collection, 1, QuietProgress())
    assert not collection.exists()


def test_what_an_interrupted_build_has_written_counts_as_room(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "sample" / "building" / "20261101" / "pages.db"
    begun.parent.mkdir(parents=True)
    begun.write_bytes(bytes(2_000_000))

    class Usage:
        free = 100_000

    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage)
    check_room(packed_sample, tmp_path / "sample", 1, QuietProgress())


def test_a_dump_is_built_once(toy_sample: Path, packed_sample: Source, tmp_path: Path) -> None:
    assert is_built(toy_sample, packed_sample)
    assert not is_built(tmp_path, packed_sample)


def test_the_first_pass_over_templates_is_planned_too(tmp_path: Path) -> None:
    pages = [*(page(n, f"Page {n}", "A {{numbered}}.") for n in range(1, 90)),
             page(99, "Template:Numbered", "number", namespace=10)]  # fmt: skip
    path = tmp_path / "toywiki-20261101-pages.xml.bz2"
    path.write_bytes(bz2.compress(export(pages)))
    dump = open_source([path])
    directory = tmp_path / "prepared"
    directory.mkdir()
    with in_threads(1) as executor:
        dump.prepared(directory, executor, 3, QuietProgress())
    planned = plan_build(dump, 1, None, QuietProgress())
    first, reading = planned.steps[:2]
    assert (first.name, reading.name) == ("Reading the templates", "Reading the dump")
    assert first.temporary == sum(path.stat().st_size for path in directory.iterdir()) > 0
    assert first.seconds > 0 == first.lasting
    assert planned.pages.documents == 89


def test_most_is_on_disk_with_all_that_the_reading_needs_or_beside_the_vectors() -> None:
    reading = [
        PlannedStep("Reading the templates", 1, 1, temporary=500, lasting=0),
        PlannedStep("Reading the dump", 1, 1, temporary=100, lasting=50),
        PlannedStep("Counting links", 1, 1, temporary=10, lasting=0),
    ]
    for keywords, most in ((40, 660), (900, 980)):
        steps = (
            *reading,
            PlannedStep("Writing the keyword index", 1, 1, temporary=0, lasting=keywords),
            PlannedStep("Embedding leads", 1, 1, temporary=20, lasting=10),
            PlannedStep("Asking itself", 1, 1, temporary=0, lasting=0),
        )
        assert BuildPlan(1.0, 1, PageCounts(), 1, steps).most_disk == most


class _SlowEncoder(HashingEncoder):
    """Takes 300 seconds to load, and a tenth of one for each text."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.now = 0.0
        self._is_loaded = False
        monkeypatch.setattr(plan.time, "monotonic", lambda: self.now)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.now += len(texts) / 10 + (0 if self._is_loaded else 300)
        self._is_loaded = True
        return super().encode_passages(texts)


class _Bar(QuietProgress):
    """When the last step began, and how much of it was done when."""

    def __init__(self, encoder: _SlowEncoder) -> None:
        super().__init__()
        self._encoder = encoder
        self._began = self.rate = 0.0

    def step(self, name: str, total: int, unit: str) -> None:
        super().step(name, total, unit)
        self._began = self._encoder.now

    def advance(self, amount: int) -> None:
        super().advance(amount)
        if passed := self._encoder.now - self._began:
            self.rate = amount / passed


def test_the_rate_that_is_shown_is_the_one_that_is_planned_by(
    packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = _SlowEncoder(monkeypatch)
    bar = _Bar(encoder)
    planned = plan_build(packed_sample, 1, encoder, bar)
    assert bar.rate == pytest.approx(10)
    assert planned.passages_per_second == pytest.approx(10)
    assert planned.encoder == encoder.record.name
    embedding = sum(s.seconds for s in planned.steps if s.name.startswith("Embedding"))
    assert embedding == pytest.approx(planned.passages / 10)
