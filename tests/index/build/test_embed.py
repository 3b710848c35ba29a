"""Vectors in increments: set aside, published, trained into lists, and gone on with."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinakes.index.build import embed
from pinakes.index.build.pipeline import build_collection
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.types import EncoderRecord, Manifest, Vectors
from pinakes.index.vectors.index import VectorIndex
from pinakes.ingest.sources.base import Source
from tests.index.collections import ENCODER, comparable, counts, make
from tests.index.toys import HashingEncoder, QuietProgress, Stopped

pytestmark = pytest.mark.usefixtures("thread_executor")


@pytest.fixture
def by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Increments are cut by number and not by time: 40 passages each."""
    monkeypatch.setattr(embed, "_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(embed, "_LEAST_BATCH", 40)
    monkeypatch.setattr(embed, "_MOST_BATCH", 40)


@pytest.fixture
def in_lists(monkeypatch: pytest.MonkeyPatch, by_number: None) -> None:
    """The sample counts as a collection too large to be searched exactly."""
    monkeypatch.setattr(embed, "EXACT_LIMIT", 100)
    monkeypatch.setattr(embed, "sample_size", lambda _: 90)
    monkeypatch.setattr(embed, "list_count", lambda _: 16)
    monkeypatch.setattr(embed, "open_question_encoder", HashingEncoder.open)


class CountingEncoder(HashingEncoder):
    """Knows what it was asked for, and stops at a call of its number."""

    def __init__(self, stop_at: int | None = None) -> None:
        super().__init__()
        self.asked: list[Sequence[str]] = []
        self._stop_at = stop_at

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if len(self.asked) == self._stop_at:
            raise KeyboardInterrupt
        self.asked.append(texts)
        return super().encode_passages(texts)


def vectors_of(collection: Path) -> tuple[VectorIndex, Manifest]:
    generation = current_generation(collection)
    return VectorIndex(generation / "vectors"), read_manifest(generation)


def test_few_vectors_are_searched_exactly(toy_sample: Path) -> None:
    index, manifest = vectors_of(toy_sample)
    assert manifest.vector_index is not None
    assert manifest.vector_index.model_dump(exclude_none=True) == {"kind": "exact"}
    assert (index.count, index.shard_count) == (224, 1)


@pytest.mark.usefixtures("in_lists")
def test_many_vectors_are_searched_by_lists_of_measured_recall(
    tmp_path: Path, packed_sample: Source, toy_sample: Path
) -> None:
    manifest = make(tmp_path / "sample", packed_sample).manifest
    record = manifest.vector_index
    assert record is not None
    assert (record.kind, record.lists, record.probes) == ("inverted lists", 16, 16)
    assert record.recall_at_10 is not None
    assert record.recall_at_10 > 0.97
    index, _ = vectors_of(tmp_path / "sample")
    exact, _ = vectors_of(toy_sample)
    assert (index.count, index.shard_count, manifest.coverage) == (224, 1, 1.0)
    assert sorted(index.passage_ids().tolist()) == list(range(224))
    everything = list(range(224))
    question = ENCODER.encode_query("Who deciphered Linear B?")
    assert index.scores(question, everything).tolist() == pytest.approx(
        exact.scores(question, everything).tolist(), abs=5e-3
    )
    assert index.search(question, 1)[0].passage_id == exact.search(question, 1)[0].passage_id
    with Index.open(tmp_path / "sample", HashingEncoder.open) as opened:
        [first, *_] = opened.search("Who deciphered Linear B?")
        assert "Linear B" in first.passage.text


@pytest.mark.usefixtures("in_lists")
def test_a_random_sample_comes_first_then_leads(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[tuple[set[int], str]] = []
    original = embed.publish

    def publish(collection: Path, stage: Path, manifest: Manifest) -> Path:
        assert manifest.vector_index is not None
        ids = set(VectorIndex(stage / "vectors").passage_ids().tolist())
        published.append((ids, manifest.vector_index.kind))
        return original(collection, stage, manifest)

    monkeypatch.setattr(embed, "publish", publish)
    make(tmp_path / "sample", packed_sample)
    with Index.open(tmp_path / "sample", HashingEncoder.open) as index:
        leads = {p.passage_id for p, place in index.store.all_passages() if place == 0}
    kinds = [kind for _, kind in published]
    assert [len(ids) for ids, _ in published] == [40, 80, 90, 90, 130, 170, 210, 224]
    assert kinds == ["exact"] * 3 + ["inverted lists"] * 5
    assert not leads <= published[3][0]
    assert leads <= published[4][0]
    assert max(published[2][0]) > 180 > 60 > min(published[2][0])


@pytest.mark.parametrize("stop_at", [0, 2, 3, 6])
@pytest.mark.usefixtures("in_lists")
def test_an_interruption_loses_one_batch(
    tmp_path: Path, packed_sample: Source, stop_at: int
) -> None:
    make(tmp_path / "whole" / packed_sample.identity.name, packed_sample)
    collection = tmp_path / "stopped" / packed_sample.identity.name
    first, second = CountingEncoder(stop_at), CountingEncoder()
    with pytest.raises(KeyboardInterrupt):
        build_collection(collection, packed_sample, first, "all", QuietProgress())
    build_collection(collection, packed_sample, second, "all", QuietProgress())
    texts = [text for batch in first.asked + second.asked for text in batch]
    assert (len(texts), len(first.asked)) == (224, stop_at)
    assert comparable(collection) == comparable(tmp_path / "whole" / packed_sample.identity.name)


@pytest.fixture
def one_batch_pending(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A collection whose build was interrupted with one batch made and not published."""
    monkeypatch.setattr(embed, "_LEAST_BATCH", 100)
    monkeypatch.setattr(embed, "_MOST_BATCH", 100)
    collection = tmp_path / "sample"
    with pytest.raises(KeyboardInterrupt):
        build_collection(collection, packed_sample, CountingEncoder(1), "all", QuietProgress())
    assert read_manifest(current_generation(collection)).vectors == 0
    return collection


def resumed(collection: Path, dump: Source, encoder: CountingEncoder | None = None) -> int:
    """Go on; the number of passages that had to be embedded."""
    encoder = encoder or CountingEncoder()
    manifest = build_collection(collection, dump, encoder, "all", QuietProgress()).manifest
    assert manifest.vectors == 224
    assert VectorIndex(current_generation(collection) / "vectors").count == 224
    assert not (collection / "building").exists()
    return sum(map(len, encoder.asked))


def test_what_was_set_aside_is_taken_up(
    one_batch_pending: Path, packed_sample: Source, toy_sample: Path
) -> None:
    assert resumed(one_batch_pending, packed_sample) == 124
    manifest = read_manifest(current_generation(one_batch_pending))
    assert counts(manifest) == counts(read_manifest(current_generation(toy_sample)))


@pytest.mark.parametrize("damage", ["cut", "empty", "garbage"])
def test_a_damaged_batch_is_made_again(
    one_batch_pending: Path, packed_sample: Source, damage: str
) -> None:
    [path] = (one_batch_pending / "building" / "vectors" / "pending").glob("*.npz")
    content = path.read_bytes()
    path.write_bytes({"cut": content[:-50], "empty": b"", "garbage": b"garbage " * 99}[damage])
    assert resumed(one_batch_pending, packed_sample) == 224


@pytest.mark.parametrize("key", ["encoder", "store"])
def test_a_batch_of_another_encoder_or_store_is_made_again(
    one_batch_pending: Path, packed_sample: Source, key: str
) -> None:
    path = one_batch_pending / "building" / "vectors" / "pending" / "origin.json"
    origin: dict[str, Any] = json.loads(path.read_text())
    assert EncoderRecord.model_validate_json(origin["encoder"]) == ENCODER.record
    path.write_text(json.dumps(origin | {key: "another"}))
    assert resumed(one_batch_pending, packed_sample) == 224


@pytest.mark.usefixtures("in_lists")
def test_killed_between_sample_and_training(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all passages are the sample, nothing is left to embed, and lists are still to come."""

    def stop(*_: Any) -> None:
        raise Stopped

    monkeypatch.setattr(embed, "sample_size", lambda _: 224)
    with monkeypatch.context() as patch:
        patch.setattr(embed, "train_lists", stop)
        with pytest.raises(Stopped):
            make(tmp_path / "sample", packed_sample)
    manifest = make(tmp_path / "sample", packed_sample).manifest
    assert manifest.vector_index is not None
    assert (manifest.vectors, manifest.vector_index.kind) == (224, "inverted lists")


@pytest.mark.usefixtures("in_lists")
def test_leads_that_were_searched_exactly_become_part_of_the_lists(
    tmp_path: Path, packed_sample: Source
) -> None:
    collection = tmp_path / "sample"
    leads = make(collection, packed_sample, "leads").manifest
    assert leads.vector_index is not None
    assert (leads.vectors, leads.vector_index.kind) == (40, "exact")
    encoder = CountingEncoder()
    build_collection(collection, packed_sample, encoder, "all", QuietProgress())
    assert sum(map(len, encoder.asked)) == 184
    index, manifest = vectors_of(collection)
    assert manifest.vector_index is not None
    assert manifest.vector_index.kind == "inverted lists"
    assert np.sort(index.passage_ids()).tolist() == list(range(224))


@pytest.mark.parametrize(("rate", "sizes"), [(1e9, [16, 64, 64, 64, 16]), (1e-9, [16] * 14)])
def test_batches_are_as_large_as_the_encoder_is_fast(
    tmp_path: Path,
    packed_sample: Source,
    monkeypatch: pytest.MonkeyPatch,
    rate: float,
    sizes: list[int],
) -> None:
    monkeypatch.setattr(embed, "_LEAST_BATCH", 16)
    monkeypatch.setattr(embed, "_MOST_BATCH", 64)
    monkeypatch.setattr(embed, "_BATCH_SECONDS", rate)
    encoder = CountingEncoder()
    build_collection(tmp_path / "sample", packed_sample, encoder, "all", QuietProgress())
    assert [len(texts) for texts in encoder.asked] == sizes
