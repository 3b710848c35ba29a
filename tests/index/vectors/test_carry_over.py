"""Vectors carried over through edits of every kind, beside an index of the same vectors made anew.

A passage is known by its content, a number; its id is its place in the order of the collection.
"""

import copy
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.index.errors import DamagedGeneration
from pinakes.index.types import ScoredId, Vectors
from pinakes.index.vectors.carry_over import carry_over, longest_ascending
from pinakes.index.vectors.ids import GONE, PassageMap
from pinakes.index.vectors.index import VectorIndex
from pinakes.index.vectors.recall import TrueNeighbours
from pinakes.index.vectors.shards import (
    QUANTIZER,
    ListShard,
    open_quantizer,
    open_shards,
    write_shard,
)
from pinakes.index.vectors.writer import add_vectors, train_lists

DIMENSION = 32
LISTS = 16
COUNT = 3000
KINDS = ("delete", "insert", "change", "swap", "move")

Edit = tuple[str, int, int]  # kind, where, how many passages


def unit_vectors(count: int, seed: int) -> Vectors:
    """Ten to a cluster, more or less."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count // 10, DIMENSION))
    vectors = centres[random.integers(len(centres), size=count)]
    vectors = vectors + 0.8 * random.standard_normal((count, DIMENSION))
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


VECTORS = unit_vectors(20_000, seed=1)  # by content
QUESTIONS = VECTORS[-40:]


class Wiki:
    """The contents of its passages, in order, and which of them have a vector in ``directory``."""

    def __init__(self, count: int, directory: Path) -> None:
        self.contents = list(range(count))
        self.embedded: set[int] = set()
        self.directory = directory
        self._used = count

    def edit(self, edit: Edit) -> None:
        """Make one edit; places count from the end on where there are fewer passages."""
        kind, where, many = edit
        at = where % (len(self.contents) + 1)
        there = self.contents[at : at + many]
        new = list(range(self._used, self._used + many))
        self._used += many
        if kind == "insert":
            self.contents[at:at] = new
        elif kind == "change":
            self.contents[at : at + many] = new[: len(there)]
        elif kind == "swap":
            self.contents[at : at + many] = there[::-1]
        else:
            del self.contents[at : at + many]
            if kind == "move":  # far away, where the edit's kind and size happen to lead
                to = (where * 7 + many) % (len(self.contents) + 1)
                self.contents[to:to] = there

    def embed(self, part: slice, *, last: bool = False) -> None:
        """Give a part of the passages without a vector theirs, those of odd ids first."""
        ids = [i for i, content in enumerate(self.contents) if content not in self.embedded]
        ids = sorted(ids, key=lambda i: (i % 2 == 0, i))[part]
        if ids:
            vectors = VECTORS[[self.contents[i] for i in ids]]
            add_vectors(self.directory, [(np.array(ids), vectors)], last=last)
            self.embedded |= {self.contents[i] for i in ids}

    def update(self, edits: list[Edit], new: Path) -> PassageMap:
        """Edit, and carry over to the directory ``new``."""
        before = self.contents.copy()
        for edit in edits:
            self.edit(edit)
        self.embedded &= set(self.contents)
        place = {content: number for number, content in enumerate(self.contents)}
        moved = np.array([place.get(content, GONE) for content in before], np.uint32)
        carry_over(self.directory, new, moved)
        self.directory = new
        return moved

    def ids(self) -> list[int]:
        """Of the passages with a vector."""
        return [i for i, content in enumerate(self.contents) if content in self.embedded]

    def made_anew(self, directory: Path) -> VectorIndex:
        """An index of the same vectors that has never been updated, of the same lists if any."""
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for name in (QUANTIZER, "probes.json"):
            if (self.directory / name).exists():
                shutil.copy(self.directory / name, directory)
        if ids := self.ids():
            vectors = VECTORS[[self.contents[i] for i in ids]]
            write_shard(directory, [(np.array(ids), vectors)], open_quantizer(directory))
        return VectorIndex(directory)


def assert_the_same(index: VectorIndex, fresh: VectorIndex) -> None:
    """To the last bit, for exact search."""
    assert (index.count, sorted(index.passage_ids())) == (fresh.count, sorted(fresh.passage_ids()))
    everything = np.arange(200)
    for question in QUESTIONS[:5]:
        for limit in (1, 10, 2 * fresh.count + 1):
            assert index.search(question, limit) == fresh.search(question, limit)
        scores = index.scores(question, everything)
        assert np.allclose(scores, fresh.scores(question, everything), atol=1e-6, equal_nan=True)
    if fresh.count:
        kept = index.vectors_of(everything), fresh.vectors_of(everything)
        assert np.array_equal(*kept, equal_nan=True)


edits = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 99), st.integers(1, 30)), max_size=4
)


@settings(max_examples=25, deadline=None)
@given(updates=st.lists(edits, min_size=1, max_size=4), cuts=st.lists(st.integers(1, 40)))
def test_exact_search_is_as_if_made_anew(
    tmp_path_factory: pytest.TempPathFactory, updates: list[list[Edit]], cuts: list[int]
) -> None:
    directory = tmp_path_factory.mktemp("property")
    wiki = Wiki(60, directory / "first")
    (directory / "first").mkdir()
    for cut in cuts:
        wiki.embed(slice(cut))
    for number, update in enumerate(updates):
        wiki.update(update, directory / str(number))
        assert_the_same(VectorIndex(wiki.directory), wiki.made_anew(directory / "fresh"))
        wiki.embed(slice(5))  # merges, too
        assert_the_same(VectorIndex(wiki.directory), wiki.made_anew(directory / "fresh"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Wiki:
    """3,000 passages, 2,500 with a vector, in two shards of inverted lists: for ``listed``."""
    directory = tmp_path_factory.mktemp("carried") / "first"
    wiki = Wiki(COUNT, directory)
    wiki.embed(slice(1000))
    train_lists(directory, LISTS, np.array(wiki.ids()[:500]), QUESTIONS)
    wiki.embed(slice(1200))
    wiki.embed(slice(300))
    assert len(open_shards(directory, open_quantizer(directory))) == 2
    return wiki


@pytest.fixture
def listed(first: Wiki) -> Wiki:
    """A wiki of one's own, over files that are only read."""
    return copy.deepcopy(first)


@pytest.fixture
def exact(tmp_path: Path) -> Wiki:
    """200 passages, the odd ones with a vector, in two shards."""
    wiki = Wiki(200, tmp_path / "first")
    wiki.embed(slice(90))
    wiki.embed(slice(10))
    assert len(open_shards(wiki.directory, None)) == 2
    return wiki


def some_edits(seed: int, count: int) -> list[Edit]:
    random = np.random.default_rng(seed)
    return [
        (KINDS[number % len(KINDS)], int(random.integers(COUNT)), int(random.integers(1, 30)))
        for number in range(count)
    ]


def test_lists_find_what_lists_made_anew_find(listed: Wiki, tmp_path: Path) -> None:
    for number in range(4):
        gone = set(listed.contents)
        listed.update(some_edits(number, 15), tmp_path / str(number))
        gone -= set(listed.contents)
        assert gone
        for added in (0, 150):
            index = embedded(listed, slice(added))
            fresh = listed.made_anew(tmp_path / "fresh")
            assert sorted(index.passage_ids()) == sorted(fresh.passage_ids()) == listed.ids()
            same = 0
            for question in [*QUESTIONS, *VECTORS[sorted(gone)[:20]]]:
                found, wanted = index.search(question, 10), fresh.search(question, 10)
                same += len({h.passage_id for h in found} & {h.passage_id for h in wanted})
                assert {h.passage_id for h in found} <= set(listed.ids())
                true = VECTORS[[listed.contents[h.passage_id] for h in found]] @ question
                assert [h.score for h in found] == pytest.approx(true.tolist(), abs=5e-3)
            assert same >= 0.99 * 10 * (len(QUESTIONS) + 20)
            everything = index.search(QUESTIONS[0], 2 * COUNT, probes=LISTS)
            assert sorted(hit.passage_id for hit in everything) == listed.ids()


def embedded(wiki: Wiki, part: slice) -> VectorIndex:
    wiki.embed(part)
    return VectorIndex(wiki.directory)


@pytest.mark.parametrize("kind", ["exact", "listed"])
def test_what_is_large_is_linked_and_nothing_old_is_written_to(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wiki: Wiki = request.getfixturevalue(kind)
    old = wiki.directory
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    wiki.update([("insert", 0, 1), ("delete", 50, 20)], tmp_path / "new")
    wiki.embed(slice(3))
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    large = {name for name in before if not name.endswith((".npz", ".json", ".ids.npy"))}
    large &= {path.name for path in wiki.directory.iterdir()}
    assert len(large) == {"exact": 1, "listed": 5}[kind]
    assert all(os.path.samefile(old / name, wiki.directory / name) for name in large)


def test_without_hard_links_files_are_copied(
    exact: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(source, target)

    old = exact.directory
    monkeypatch.setattr(os, "link", refuse)
    exact.update([("delete", 50, 20)], tmp_path / "new")
    [half, *_] = sorted(exact.directory.glob("*.half.faiss"))
    assert half.stat().st_nlink == 1
    assert half.read_bytes() == (old / half.name).read_bytes()
    assert_the_same(VectorIndex(exact.directory), exact.made_anew(tmp_path / "fresh"))


def test_nothing_changed(listed: Wiki, tmp_path: Path) -> None:
    old = VectorIndex(listed.directory)
    found = [old.search(question, 10) for question in QUESTIONS]
    listed.update([], tmp_path / "new")
    assert not list(listed.directory.glob("*.positions.npy"))
    new = VectorIndex(listed.directory)
    assert [new.search(question, 10) for question in QUESTIONS] == found


@pytest.mark.parametrize("kind", ["exact", "listed"])
def test_as_many_are_found_where_all_that_are_nearest_are_gone(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wiki: Wiki = request.getfixturevalue(kind)
    question = QUESTIONS[0]
    ranked = VectorIndex(wiki.directory).search(question, COUNT, LISTS)
    gone = {hit.passage_id for hit in ranked[: len(ranked) // 5]}
    wiki.update([("delete", i, 1) for i in sorted(gone, reverse=True)], tmp_path / "new")
    assert list(wiki.directory.glob("*.positions.npy"))
    found = VectorIndex(wiki.directory).search(question, 5, LISTS)
    wanted = wiki.made_anew(tmp_path / "fresh").search(question, 5, LISTS)
    assert [hit.passage_id for hit in found] == [hit.passage_id for hit in wanted]
    assert len(found) == 5


@pytest.mark.parametrize("kind", ["exact", "listed"])
def test_nothing_is_left(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    wiki: Wiki = request.getfixturevalue(kind)
    wiki.update([("change", 0, 2 * COUNT)], tmp_path / "new")
    assert not list(wiki.directory.iterdir())
    index = embedded(wiki, slice(30))
    assert len(wiki.ids()) == 30
    assert_the_same(index, wiki.made_anew(tmp_path / "fresh"))


def test_there_were_none(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    moved = np.full(7, GONE, np.uint32)
    assert carry_over(tmp_path / "old", tmp_path / "new", moved) is None
    assert VectorIndex(tmp_path / "new").count == 0


def test_merges_leave_out_what_is_gone(listed: Wiki, tmp_path: Path) -> None:
    listed.update([("delete", 100, 200), ("delete", 1300, 100)], tmp_path / "new")
    assert len(list(listed.directory.glob("*.positions.npy"))) == 2
    listed.embed(slice(100), last=True)
    [shard] = open_shards(listed.directory, open_quantizer(listed.directory))
    assert shard.ids.stored == shard.count == len(listed.ids())
    assert not list(listed.directory.glob("*.positions.npy"))
    listed.made_anew(tmp_path / "fresh")
    [anew] = open_shards(tmp_path / "fresh", open_quantizer(listed.directory))
    assert shard.ids.array.tolist() == anew.ids.array.tolist()
    assert isinstance(shard, ListShard)
    assert isinstance(anew, ListShard)
    placed, wanted = entries(shard), entries(anew)
    assert sorted(number for _, number in placed) == list(range(shard.count))
    # The first thousand were assigned to lists by their vectors in half precision.
    assert len(placed & wanted) >= 0.99 * shard.count
    for number in range(0, shard.count, 50):
        vector = VECTORS[listed.contents[shard.ids.array[number]]]
        [found] = VectorIndex(listed.directory).search(vector, 1, probes=1)
        assert found == ScoredId(int(shard.ids.array[number]), pytest.approx(1, abs=5e-3))


def entries(shard: ListShard) -> set[tuple[int, int]]:
    """Number of the list and position of each code."""
    return {
        (number, int(position))
        for number in range(LISTS)
        for position in shard.lists.entries(number)[0]
    }


@pytest.mark.parametrize(
    ("deleted", "has_gaps"),
    [
        pytest.param((0, 20), [True, False], id="a little of the first"),
        pytest.param((0, 60), [False], id="much of the first"),
        pytest.param((180, 10), [False, False], id="much of the last"),
    ],
)
def test_a_shard_of_which_much_is_gone_is_written_anew(
    exact: Wiki, tmp_path: Path, deleted: tuple[int, int], has_gaps: list[bool]
) -> None:
    exact.update([("delete", *deleted)], tmp_path / "new")
    shards = open_shards(exact.directory, None)
    assert [shard.ids.stored > shard.count for shard in shards] == has_gaps
    assert VectorIndex(exact.directory).count == len(exact.ids())


def test_what_is_out_of_order_has_a_shard_of_its_own(exact: Wiki, tmp_path: Path) -> None:
    old = exact.directory
    exact.update([("move", 20, 5), ("swap", 100, 4)], tmp_path / "new")
    shards = open_shards(exact.directory, None)
    assert os.path.samefile(old / "000001.half.faiss", tmp_path / "new" / "000001.half.faiss")
    # Two of the five have a vector, and one of the two that changed places gives way; they lie with
    # the ten of the second shard, which is smaller than four times three.
    assert [shard.count for shard in shards] == [90 - 3, 10 + 3]
    assert sorted(VectorIndex(exact.directory).passage_ids()) == exact.ids()


@given(st.permutations(range(40)), st.integers(-1, 39), st.integers(0, 40))
def test_as_much_as_can_be_stays_in_order(numbers: list[int], above: int, count: int) -> None:
    given_ = np.array(numbers[:count], np.int64)
    chosen = given_[longest_ascending(given_, above)].tolist()
    assert chosen == sorted(chosen)
    assert all(number > above for number in chosen)
    lengths: list[int] = []
    for place, number in enumerate(given_):
        before = [lengths[i] for i in range(place) if given_[i] < number]
        lengths.append(max(before, default=0) + 1 if number > above else 0)
    assert len(chosen) == max(lengths, default=0)


def test_one_page_that_moved_far_moves_nothing_else(tmp_path: Path) -> None:
    """Over several windows of passages."""
    count, far = 150_000, 65_530
    vectors = np.tile(VECTORS[:1000, :8], (count // 1000, 1))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    add_vectors(tmp_path / "old", [(np.arange(count), vectors)], last=True)
    moved = np.arange(count, dtype=np.uint32)
    moved[far : far + 6] = np.arange(count - 6, count)
    moved[far + 6 :] -= 6
    carry_over(tmp_path / "old", tmp_path / "new", moved)
    assert [shard.count for shard in open_shards(tmp_path / "new", None)] == [count - 6, 6]


def test_true_neighbours_are_those_of_the_passages_there_are(listed: Wiki, tmp_path: Path) -> None:
    for number in range(5):
        listed.update(some_edits(number, 12), tmp_path / str(number))
        listed.embed(slice(400))
        truth = TrueNeighbours.read(listed.directory)
        ids = np.array(listed.ids())
        products = QUESTIONS @ VECTORS[[listed.contents[i] for i in ids]].T
        for row, known in enumerate(truth.ids[:, :10]):
            known = known[known >= 0]
            assert len(known) >= 9
            nearest = ids[np.argsort(-products[row])[: len(known)]]
            # Those of the sample were found among vectors in half precision.
            assert len(set(known.tolist()) & set(nearest.tolist())) >= len(known) - 1


def test_what_may_be_farther_than_unknown_ones_is_no_true_neighbour() -> None:
    questions = np.eye(1, 2, dtype=np.float32)
    angles = np.linspace(0, 1, 100)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    neighbours = TrueNeighbours(questions)
    neighbours.add([(np.arange(60), vectors[:60])])
    kept = neighbours.ids[0].tolist()
    assert kept == list(range(len(kept)))
    neighbours.carry_over(np.array([GONE] * 5 + [*range(55)], np.uint32))
    neighbours.add([(np.arange(100, 140), vectors[60:])])  # farther than all that were not kept
    assert neighbours.ids[0].tolist() == [i - 5 for i in kept[5:]] + [-1] * 5
    neighbours.add([(np.array([200, 201]), vectors[:2])])
    assert neighbours.ids[0].tolist() == [200, 201, *(i - 5 for i in kept[5:]), -1, -1, -1]
    assert neighbours.are_known
    neighbours.carry_over(np.array([GONE] * 300, np.uint32))
    assert not neighbours.are_known
    found = neighbours.recall(lambda question, limit: pytest.fail(f"asked for {limit}") or [])
    assert found == 1.0


def test_true_neighbours_of_which_many_are_gone_are_sought_again(
    listed: Wiki, tmp_path: Path
) -> None:
    known = TrueNeighbours.read(listed.directory).ids[:, :30]
    for i in sorted({int(i) for i in known.ravel()}, reverse=True):
        listed.edit(("delete", i, 1))
    listed.contents, after = list(range(COUNT)), listed.contents
    listed.edit(("delete", 0, COUNT))
    place = {content: number for number, content in enumerate(after)}
    moved = np.array([place.get(content, GONE) for content in range(COUNT)], np.uint32)
    listed.contents, listed.embedded = after, listed.embedded & set(after)
    record = carry_over(listed.directory, tmp_path / "new", moved)
    truth, index = TrueNeighbours.read(tmp_path / "new"), VectorIndex(tmp_path / "new")
    ids = np.array(listed.ids())
    products = QUESTIONS @ VECTORS[[after[i] for i in ids]].T
    for row, found in enumerate(truth.ids[:, :10]):
        nearest = ids[np.argsort(-products[row])[:10]]
        assert len(set(found.tolist()) & set(nearest.tolist())) >= 9
    assert record is not None
    assert record.recall_at_10 == pytest.approx(
        truth.recall(lambda question, limit: index.search(question, limit))
    )


@pytest.mark.parametrize("kind", ["exact", "listed"])
@pytest.mark.parametrize("file", ["ids.npy", "positions.npy"])
def test_damage_is_named(
    kind: str, file: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wiki: Wiki = request.getfixturevalue(kind)
    wiki.update([("delete", 50, 20)], tmp_path / "new")
    [path, *_] = sorted((tmp_path / "new").glob(f"*.{file}"))
    shard = path.name.partition(".")[0]
    content = path.read_bytes()
    whole = np.load(path)
    np.save(tmp_path / "shorter.npy", whole[:-1])
    np.save(tmp_path / "beyond.npy", np.where(whole == whole.max(), GONE - 1, whole))
    shorter = (tmp_path / "shorter.npy").read_bytes()
    damages = [b"", b"garbage " * 500, content[:-4], shorter]
    if "positions" in file:
        damages.append((tmp_path / "beyond.npy").read_bytes())
    for damage in damages:
        path.write_bytes(damage)
        with pytest.raises(DamagedGeneration, match=shard):
            VectorIndex(tmp_path / "new")
    path.unlink()
    if "positions" in file:
        with pytest.raises(DamagedGeneration, match=shard):
            VectorIndex(tmp_path / "new")
