from pathlib import Path

import numpy as np
import pytest

from index.errors import DamagedGeneration
from index.types import Vectors
from index.vectors import VectorIndex, shard_paths, write_shard

RANDOM = np.random.default_rng(20261101)


def unit_vectors(count: int, dimension: int = 48) -> Vectors:
    vectors = RANDOM.standard_normal((count, dimension), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def shards(tmp_path: Path) -> tuple[Path, np.ndarray, Vectors]:
    """Three shards of 300, 1 and 99 vectors, their ids shuffled over all of them."""
    ids, vectors = RANDOM.permutation(1000)[:400], unit_vectors(400)
    for number, (start, end) in enumerate([(0, 300), (300, 301), (301, 400)], start=1):
        write_shard(tmp_path / f"{number:06d}.faiss", ids[start:end].tolist(), vectors[start:end])
    return tmp_path, ids, vectors


def test_shards_are_found_in_the_order_written(shards: tuple[Path, np.ndarray, Vectors]) -> None:
    directory, ids, _ = shards
    assert [path.name for path in shard_paths(directory)] == [
        "000001.faiss",
        "000002.faiss",
        "000003.faiss",
    ]
    index = VectorIndex(directory)
    assert (index.count, index.dimension) == (400, 48)
    assert sorted(index.passage_ids().tolist()) == sorted(ids.tolist())


def test_a_search_over_shards_is_exact_search(shards: tuple[Path, np.ndarray, Vectors]) -> None:
    directory, ids, vectors = shards
    index = VectorIndex(directory)
    kept = vectors.astype(np.float16).astype(np.float32)
    for query in unit_vectors(20):
        scores = kept @ query
        best = np.argsort(-scores)[:25]
        found = index.search(query, 25)
        assert [hit.passage_id for hit in found] == ids[best].tolist()
        assert [hit.score for hit in found] == pytest.approx(scores[best].tolist(), abs=1e-4)


def test_half_precision_costs_next_to_nothing(shards: tuple[Path, np.ndarray, Vectors]) -> None:
    directory, ids, vectors = shards
    index = VectorIndex(directory)
    for number in (0, 300, 399):
        [first] = index.search(vectors[number], 1)
        assert first.passage_id == ids[number]
        assert first.score == pytest.approx(1.0, abs=2e-3)


def test_ties_go_to_the_smaller_id_whatever_shard_holds_it(tmp_path: Path) -> None:
    same = np.tile(np.eye(1, 8, dtype=np.float32), (3, 1))
    write_shard(tmp_path / "000001.faiss", [40, 20, 60], same)
    write_shard(tmp_path / "000002.faiss", [50, 10, 30], same)
    found = VectorIndex(tmp_path).search(same[0], 6)
    assert [hit.passage_id for hit in found] == [10, 20, 30, 40, 50, 60]
    assert {hit.score for hit in found} == {1.0}


def test_fewer_vectors_than_asked_for(tmp_path: Path) -> None:
    write_shard(tmp_path / "000001.faiss", [4, 2], np.eye(2, 8, dtype=np.float32))
    write_shard(tmp_path / "000002.faiss", [9], -np.eye(1, 8, dtype=np.float32))
    found = VectorIndex(tmp_path).search(np.eye(1, 8, dtype=np.float32)[0], 100)
    assert [(hit.passage_id, hit.score) for hit in found] == [(4, 1.0), (2, 0.0), (9, -1.0)]


def test_no_shard_means_no_vectors(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    assert (index.count, index.dimension) == (0, 0)
    assert index.passage_ids().tolist() == []
    assert index.search(unit_vectors(1)[0], 10) == []


@pytest.mark.parametrize("damage", ["empty", "garbage", "cut"])
def test_a_damaged_shard_is_named(shards: tuple[Path, np.ndarray, Vectors], damage: str) -> None:
    directory, _, _ = shards
    shard = directory / "000002.faiss"
    content = {"empty": b"", "garbage": b"garbage " * 500, "cut": shard.read_bytes()[:-40]}[damage]
    shard.write_bytes(content)
    with pytest.raises(DamagedGeneration, match=r"000002\.faiss: not a readable vector shard"):
        VectorIndex(directory)
