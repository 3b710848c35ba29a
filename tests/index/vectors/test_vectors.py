"""Shards of vectors, exact and in inverted lists, with the real faiss."""

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.errors import DamagedGeneration
from pinakes.index.types import ScoredId, Vectors
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.recall import RECALL_FILE, TrueNeighbours, choose_probes
from pinakes.index.vectors.rows import quantize
from pinakes.index.vectors.shards import (
    QUANTIZER,
    bytes_per_vector,
    open_quantizer,
    open_shards,
)
from pinakes.index.vectors.writer import add_vectors, list_count, sample_size, train_lists

DIMENSION = 96
COUNT = 3000
LISTS = 16

Batch = tuple[np.ndarray, Vectors]


def unit_vectors(count: int, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def clustered(count: int, seed: int) -> Vectors:
    """Ten to a cluster, more or less: RaBitQ does not tell apart what is all equally far."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((count, DIMENSION), dtype=np.float32) / np.sqrt(DIMENSION)
    vectors = CENTRES[random.integers(len(CENTRES), size=count)] + 0.8 * noise.astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


CENTRES = unit_vectors(COUNT // 10)
IDS = np.random.default_rng(2).permutation(10 * COUNT)[:COUNT]
VECTORS = clustered(COUNT, seed=4)
QUESTIONS = clustered(40, seed=3)


def batches(start: int, end: int, size: int = 100) -> list[Batch]:
    return [
        (IDS[i : min(i + size, end)], VECTORS[i : min(i + size, end)])
        for i in range(start, end, size)
    ]


def nearest(question: Vectors, limit: int, count: int = COUNT) -> list[int]:
    """By the vectors in half precision, which is next to nothing from those given."""
    kept = VECTORS[:count].astype(np.float16).astype(np.float32)
    best = np.argsort(-(kept @ question))[:limit]
    return [int(i) for i in IDS[best]]


def ids_of(hits: list[ScoredId]) -> list[int]:
    return [hit.passage_id for hit in hits]


def contents(directory: Path) -> dict[str, bytes]:
    """Files by their kind: the number of a shard says how often something was written."""
    return {path.name.partition(".")[2]: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def exact(tmp_path: Path) -> Path:
    """Three shards of 300, 70 and 17 vectors."""
    for start, end in [(0, 300), (300, 370), (370, 387)]:
        add_vectors(tmp_path, batches(start, end), last=False)
    return tmp_path


def write_lists(directory: Path, cuts: list[int], *, last: bool = True) -> Path:
    """A sample of 1,000, inverted lists, then increments that end at the cuts."""
    add_vectors(directory, batches(0, 1000), last=False)
    train_lists(directory, LISTS, IDS[:500], QUESTIONS)
    for start, end in zip([1000, *cuts[:-1]], cuts, strict=True):
        add_vectors(directory, batches(start, end), last=last and end == cuts[-1])
    return directory


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of inverted lists: read only."""
    return write_lists(tmp_path_factory.mktemp("lists"), [2500, COUNT], last=False)


def test_exact_search_over_shards(exact: Path) -> None:
    index = VectorIndex(exact)
    assert (index.count, index.dimension, index.shard_count) == (387, DIMENSION, 3)
    assert sorted(index.passage_ids().tolist()) == sorted(IDS[:387].tolist())
    for question in QUESTIONS:
        found = index.search(question, 25)
        assert ids_of(found) == nearest(question, 25, 387)
        scores = np.sort(VECTORS[:387] @ question)[::-1][:25]
        assert [hit.score for hit in found] == pytest.approx(scores.tolist(), abs=1e-3)


def test_ties_go_to_the_smaller_id_whatever_shard_holds_it(tmp_path: Path) -> None:
    same = np.tile(np.eye(1, 8, dtype=np.float32), (3, 1))
    for ids in ([40, 20, 60, 41, 21, 61, 42, 22, 62, 43, 23, 63], [50, 10, 30]):
        vectors = np.tile(same[:1], (len(ids), 1))
        add_vectors(tmp_path, [(np.array(ids), vectors)], last=False)
    index = VectorIndex(tmp_path)
    assert index.shard_count == 2
    found = index.search(same[0], 15)
    assert ids_of(found) == sorted(index.passage_ids().tolist())
    assert {hit.score for hit in found} == {1.0}


def test_fewer_vectors_than_asked_for(tmp_path: Path) -> None:
    vectors = np.array([[0, 1], [1, 0], [-1, 0]], dtype=np.float32).repeat(4, axis=1) / 2
    add_vectors(tmp_path, [(np.array([2, 4, 9]), vectors)], last=False)
    found = VectorIndex(tmp_path).search(vectors[1], 100)
    assert [(hit.passage_id, hit.score) for hit in found] == [(4, 1.0), (2, 0.0), (9, -1.0)]


def test_no_shard_means_no_vectors(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    assert (index.count, index.dimension, index.shard_count) == (0, 0, 0)
    assert index.passage_ids().tolist() == []
    assert index.search(QUESTIONS[0], 10) == []
    assert np.isnan(index.scores(QUESTIONS[0], [1, 2])).all()


def test_search_in_all_lists_misses_next_to_nothing(listed: Path) -> None:
    index = VectorIndex(listed)
    assert (index.count, index.dimension, index.shard_count) == (COUNT, DIMENSION, 2)
    assert sorted(index.passage_ids().tolist()) == sorted(IDS.tolist())
    kept = 0
    for question in QUESTIONS:
        found = index.search(question, 10, probes=LISTS)
        assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
        true = VECTORS[[int(np.flatnonzero(i == IDS)[0]) for i in ids_of(found)]] @ question
        assert [hit.score for hit in found] == pytest.approx(true.tolist(), abs=4e-3)
        kept += len(set(ids_of(found)) & set(nearest(question, 10)))
    assert kept >= 0.97 * 10 * len(QUESTIONS)


def test_fewer_lists_find_less(listed: Path) -> None:
    index = VectorIndex(listed)
    recalls = [
        sum(
            len(set(ids_of(index.search(question, 10, probes))) & set(nearest(question, 10)))
            for question in QUESTIONS
        )
        for probes in (1, 4, LISTS)
    ]
    assert recalls[0] < recalls[1] < recalls[2]


def test_a_vector_finds_itself(listed: Path, exact: Path) -> None:
    for directory in (listed, exact):
        for number in (0, 299, 386):
            [first] = VectorIndex(directory).search(VECTORS[number], 1)
            assert first.passage_id == IDS[number]
            assert first.score == pytest.approx(1.0, abs=4e-3)


def test_more_than_there_are_in_lists(listed: Path) -> None:
    found = VectorIndex(listed).search(QUESTIONS[0], 2 * COUNT, probes=LISTS)
    assert sorted(ids_of(found)) == sorted(IDS.tolist())


def test_scores_of_any_passages(listed: Path, exact: Path) -> None:
    missing = int(IDS.max()) + 1
    for directory, tolerance in ((listed, 4e-3), (exact, 1e-3)):
        index = VectorIndex(directory)
        wanted = [*IDS[380:385].tolist(), missing, *IDS[:5].tolist(), int(IDS[3])]
        scores = index.scores(QUESTIONS[0], wanted)
        assert scores.dtype == np.float32
        assert np.flatnonzero(np.isnan(scores)).tolist() == [5]
        true = VECTORS[[380, 381, 382, 383, 384, 0, 1, 2, 3, 4, 3]] @ QUESTIONS[0]
        assert np.delete(scores, 5).tolist() == pytest.approx(true.tolist(), abs=tolerance)
        assert index.scores(QUESTIONS[0], []).shape == (0,)
        kept = index.vectors_of([int(IDS[7]), missing])
        assert kept[0].tolist() == pytest.approx(VECTORS[7].tolist(), abs=4e-3)
        assert np.isnan(kept[1]).all()


def test_ids_beyond_all_that_exist_have_no_vector(listed: Path) -> None:
    index = VectorIndex(listed)
    assert np.isnan(index.scores(QUESTIONS[0], [2**32 + int(IDS[0]), 2**40, 0xFFFFFFFF])).all()


def test_rounding_to_rows_hardly_moves_a_vector() -> None:
    vectors = np.concatenate([VECTORS[:50], np.zeros((1, DIMENSION), np.float32)])
    rows = quantize(vectors)
    back = rows["values"] * rows["scale"][:, None]
    assert np.abs(rows["values"][:-1]).max(axis=1).tolist() == [127] * 50
    assert np.abs(back - vectors).max() <= rows["scale"].max() / 2 * 1.001
    assert back[-1].tolist() == [0.0] * DIMENSION


@pytest.mark.parametrize("cuts", [[2999, 3000], list(range(1200, 3001, 200)), [1001, 2800, 3000]])
def test_increments_end_in_the_same_files_as_one(tmp_path: Path, cuts: list[int]) -> None:
    (tmp_path / "once").mkdir()
    (tmp_path / "often").mkdir()
    once = write_lists(tmp_path / "once", [COUNT])
    often = write_lists(tmp_path / "often", cuts)
    truth = [TrueNeighbours.read(directory).ids.tolist() for directory in (once, often)]
    assert truth[0] == truth[1]
    (once / RECALL_FILE).unlink()  # its scores depend on the size of a batch, in the last bit
    (often / RECALL_FILE).unlink()
    assert contents(once) == contents(often)
    assert VectorIndex(often).shard_count == 1


def test_shards_stay_few(tmp_path: Path) -> None:
    counts = []
    for start in range(0, COUNT, 30):
        add_vectors(tmp_path, batches(start, start + 30), last=False)
        shards = open_shards(tmp_path, None)
        sizes = [shard.count for shard in shards]
        assert all(a >= 4 * b for a, b in itertools.pairwise(sizes))
        counts.append(len(sizes))
    assert max(counts) <= 4 < len(counts)
    assert VectorIndex(tmp_path).count == COUNT
    assert ids_of(VectorIndex(tmp_path).search(QUESTIONS[0], 20)) == nearest(QUESTIONS[0], 20)


def test_published_files_are_never_written_to(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    write_lists(first, [2000], last=False)
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    for path in first.iterdir():
        (second / path.name).hardlink_to(path)
    add_vectors(second, batches(2000, COUNT), last=True)
    assert {path.name: path.read_bytes() for path in first.iterdir()} == before
    assert VectorIndex(second).count == COUNT


def test_recall_is_that_over_the_true_vectors_of_all_increments(tmp_path: Path) -> None:
    write_lists(tmp_path, [2500, COUNT], last=False)
    truth = TrueNeighbours.read(tmp_path)
    for question, ids in zip(QUESTIONS, truth.ids, strict=True):
        # Those of the sample were found among vectors in half precision.
        assert len(set(ids.tolist()) & set(nearest(question, 10))) >= 9
    index = VectorIndex(tmp_path)
    record = add_vectors(tmp_path, batches(0, 1), last=False)
    assert record.lists == LISTS
    assert record.probes is not None
    probes = record.probes
    found = truth.recall(lambda question, limit: index.search(question, limit, probes))
    assert record.recall_at_10 == pytest.approx(found, abs=0.01)
    assert found >= 0.97


@pytest.mark.parametrize(
    ("found", "lists", "chosen", "tried"),
    [
        pytest.param({16: 5, 32: 8}, 1024, (64, 1.0), [16, 32, 64], id="enough"),
        pytest.param({16: 5, 32: 8}, 40, (40, 1.0), [16, 32, 40], id="all there are"),
        pytest.param({16: 5, 32: 8, 64: 8}, 1024, (32, 0.8), [16, 32, 64], id="no more to gain"),
    ],
)
def test_as_few_lists_as_recall_allows(
    listed: Path,
    found: dict[int, int],
    lists: int,
    chosen: tuple[int, float],
    tried: list[int],
) -> None:
    truth = TrueNeighbours.read(listed)
    asked: list[int] = []

    def search(vector: Vectors, limit: int, probes: int) -> list[ScoredId]:
        asked.append(probes)
        [row] = np.flatnonzero((truth.questions == vector).all(axis=1))
        return [ScoredId(int(i), 0.0) for i in truth.ids[row][: found.get(probes, 10)]]

    assert choose_probes(truth, search, lists) == (chosen[0], pytest.approx(chosen[1]))
    assert sorted(set(asked)) == tried


def test_sizes_of_the_index() -> None:
    assert [list_count(n) for n in (259, 100_000, 1_000_000, 40_000_000)] == [32, 1024, 2048, 16384]
    assert [sample_size(n) for n in (259, 1_000_000, 40_000_000)] == [259, 65_536, 524_288]


def test_bytes_on_disk_are_those_that_are_planned(tmp_path: Path, exact: Path) -> None:
    size = sum(path.stat().st_size for path in exact.iterdir())
    assert size == pytest.approx(387 * bytes_per_vector(DIMENSION, exact=True), rel=0.05)
    (tmp_path / "lists").mkdir()
    lists = write_lists(tmp_path / "lists", [COUNT])
    fixed = ("recall.npz", "probes.json", QUANTIZER)
    size = sum(path.stat().st_size for path in lists.iterdir() if path.name not in fixed)
    # Blocks of 32 codes are filled up: half a block more for each list.
    size -= LISTS * 16 * 30
    assert size == pytest.approx(COUNT * bytes_per_vector(DIMENSION, exact=False), rel=0.05)


def test_threads_find_what_one_finds(listed: Path) -> None:
    index = VectorIndex(listed)
    alone = [index.search(question, 10) for question in QUESTIONS]
    wrong: list[int] = []

    def ask() -> None:
        for _ in range(5):
            for number, question in enumerate(QUESTIONS):
                if index.search(question, 10) != alone[number]:
                    wrong.append(number)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(os.cpu_count() == 1, reason="there is nothing to share the work among")
@pytest.mark.parametrize("kind", ["exact", "listed"])
def test_a_search_starts_no_threads(kind: str, request: pytest.FixtureRequest) -> None:
    index = VectorIndex(request.getfixturevalue(kind))
    started: list[set[str]] = []

    def ask() -> None:
        before = os.listdir("/proc/self/task")
        index.search(QUESTIONS[0], 10)
        started.append(set(os.listdir("/proc/self/task")).difference(before))

    thread = threading.Thread(target=ask)  # what one thread has been told no other knows
    thread.start()
    thread.join()
    assert started == [set()]


def damaged(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield b""
    yield b"garbage " * 500
    yield content[:-40]
    yield content[: len(content) // 2]


@pytest.mark.parametrize("kind", ["half.faiss", "ids.npy"])
def test_a_damaged_exact_shard_is_named(exact: Path, kind: str) -> None:
    path = exact / f"000002.{kind}"
    for content in list(damaged(path)):
        path.unlink()
        path.write_bytes(content)
        with pytest.raises(DamagedGeneration, match=f"000002.{kind}"):
            VectorIndex(exact)


@pytest.mark.parametrize("kind", ["lists", "rows.npy", "ids.npy", "quantizer.faiss", "probes.json"])
def test_damaged_lists_are_named(listed: Path, tmp_path: Path, kind: str) -> None:
    for path in listed.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    [path, *_] = sorted(tmp_path.glob(f"*{kind}"))
    for content in list(damaged(path)):
        path.unlink()
        path.write_bytes(content)
        with pytest.raises(DamagedGeneration, match=path.name):
            VectorIndex(tmp_path)
    if kind not in ("ids.npy", "quantizer.faiss"):  # these say what there is
        path.unlink()
        with pytest.raises(DamagedGeneration, match=path.name):
            VectorIndex(tmp_path)


def test_a_shard_that_lacks_a_file_is_named(exact: Path) -> None:
    (exact / "000001.half.faiss").unlink()
    with pytest.raises(DamagedGeneration, match=r"000001\.half\.faiss"):
        VectorIndex(exact)


def test_the_quantizer_of_other_lists(listed: Path, tmp_path: Path) -> None:
    for path in listed.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    other = tmp_path / "other"
    other.mkdir()
    add_vectors(other, batches(0, 1000), last=False)
    train_lists(other, LISTS // 2, IDS[:500], QUESTIONS)
    (other / QUANTIZER).replace(tmp_path / QUANTIZER)
    with pytest.raises(DamagedGeneration, match="not the lists of this quantizer"):
        VectorIndex(tmp_path)


def test_no_quantizer_means_exact_search(exact: Path, listed: Path) -> None:
    assert open_quantizer(exact) is None
    quantizer = open_quantizer(listed)
    assert quantizer is not None
    assert (quantizer.lists, quantizer.dimension) == (LISTS, DIMENSION)
