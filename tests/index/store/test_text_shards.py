"""Texts that lie in shards: what is shared from one store to the next, and what is copied."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from pinakes.index.errors import DamagedGeneration
from pinakes.index.store.store import Store
from pinakes.index.store.text_shards import ShardUse, shards_to_rewrite
from pinakes.index.store.unchanged import KnownPages, UnchangedPages
from pinakes.index.store.writer import StoreWriter
from pinakes.ingest.passages import split_passages
from pinakes.ingest.types import Document, Link
from tests.index.toys import document, write_store

CHANCE = random.Random(20261130)
# Of some size when compressed: files of SQLite have 12 KB at least.
PAGES = [
    document(n, f"Page {n}", " ".join(f"{CHANCE.randrange(1 << 28):07x}" for _ in range(1000)))
    for n in range(1, 21)
]


@pytest.mark.parametrize(
    ("shards", "added", "rewritten"),
    [
        ([], 10, ""),
        ([(1, 100, 10, 10)], 25, ""),
        ([(1, 100, 10, 10)], 26, "1"),  # less than four times as large as the new one
        ([(1, 100, 10, 7)], 1, ""),
        ([(1, 100, 10, 6)], 1, "1"),  # less than 70 % are alive
        ([(1, 100, 10, 0)], 0, "1"),
        ([(1, 1000, 10, 10), (2, 100, 10, 10)], 10, ""),
        ([(1, 1000, 10, 10), (2, 100, 10, 10)], 30, "2"),
        ([(1, 1000, 10, 10), (2, 200, 10, 10)], 60, "1 2"),  # the second makes it too large
        ([(1, 1000, 10, 7), (2, 200, 10, 10)], 1, "1 2"),  # 700 and 200 alive
        ([(1, 1000, 10, 6), (2, 400, 10, 10)], 1, "1 2"),  # in which the second is the smaller
        ([(1, 8000, 10, 10), (2, 1000, 10, 6), (3, 100, 10, 10)], 1, "2 3"),
    ],
)
def test_which_shards_are_rewritten(
    shards: list[tuple[int, int, int, int]], added: int, rewritten: str
) -> None:
    found = shards_to_rewrite([ShardUse(*shard) for shard in shards], added)
    assert found == {int(number) for number in rewritten.split()}


def test_there_are_never_more_than_a_few_and_little_of_them_is_dead() -> None:
    """A hundred updates of random sizes; of what was there some dies each time."""
    chance = random.Random(20261130)
    shards = [ShardUse(1, 1_000_000, 1_000_000, 1_000_000)]
    for number in range(2, 102):
        aged = [
            ShardUse(one.number, one.size, one.rows, int(one.alive * chance.uniform(0.9, 1)))
            for one in shards
        ]
        added = int(10 ** chance.uniform(0, 5.5))
        gone = shards_to_rewrite(aged, added)
        joined = added + sum(one.alive for one in aged if one.number in gone)
        shards = [one for one in aged if one.number not in gone]
        shards.append(ShardUse(number, joined, joined, joined))
        sizes = sorted((one.alive for one in shards), reverse=True)
        assert all(one.alive >= 0.7 * one.rows for one in shards)
        assert all(larger >= 4 * smaller for larger, smaller in pairwise(sizes))
    assert len(shards) <= 11


def rewritten(path: Path, before: Path, pages: list[Document], unchanged: set[int]) -> list[str]:
    """Write the store of ``pages``, taking over some from that of ``before``; its shards."""
    present = UnchangedPages(before)
    writer = StoreWriter(path, present)
    for page in pages:
        if page.key in unchanged:
            assert writer.add_unchanged(present.page(page.key))
        else:
            assert writer.add_document(page, list(split_passages(page)))
    writer.index_titles()
    writer.add_aliases([], [])
    writer.close()
    present.close()
    return sorted(file.name for file in path.with_name("texts").iterdir())


def test_texts_stay_where_they_are_or_are_copied_as_they_are(tmp_path: Path) -> None:
    linked, copied = tmp_path / "2" / "pages.db", tmp_path / "3" / "pages.db"
    before = tmp_path / "1" / "pages.db"
    for path in (before, linked, copied):
        path.parent.mkdir()
    write_store(before, PAGES).close()
    new = document(3, "Page 3", "Another text.")
    pages = [*PAGES[:2], new, *PAGES[3:]]
    assert rewritten(linked, before, pages, {1, 2, *range(4, 21)}) == ["000001.db", "000002.db"]
    shards = [path.parent / "texts" / "000001.db" for path in (before, linked)]
    assert shards[0].samefile(shards[1])
    assert rewritten(copied, linked, pages[:9], set(range(1, 10))) == ["000003.db"]
    for path, wanted in ((linked, pages), (copied, pages[:9])):
        with Store(path) as store:
            for page in wanted:
                found = store.page(int(page.key))
                assert found is not None
                assert (found.title, found.text) == (page.title, page.text)
                assert found.sections == page.sections
            texts = {passage.text for passage, _ in store.all_passages()}
            assert texts == {p.text for page in wanted for p in split_passages(page)}


def test_links_and_names_go_with_the_text(tmp_path: Path) -> None:
    page = Document(
        7, "Papyrus", 70, "2026", "A reed.", (), (Link("Nile", "the Nile"), Link("Ink", "Ink")),
        is_disambiguation=True, bold_names=("Papyrus reed",), made_from=b"1" * 16,
    )  # fmt: skip
    write_store(tmp_path / "pages.db", [page]).close()
    present = UnchangedPages(tmp_path / "pages.db")
    found = present.page(7)
    assert (found.links, found.bold_names, found.text) == (page.links, ["Papyrus reed"], "A reed.")
    assert found.digests.made_from == page.made_from
    present.close()
    with KnownPages(tmp_path / "pages.db").open() as is_known:
        assert is_known(7, lambda _inputs: b"1" * 16)
        assert not is_known(7, lambda _inputs: b"2" * 16)
        assert not is_known(8, lambda _inputs: b"1" * 16)


def test_a_text_shard_that_is_gone_is_told_by_its_name(tmp_path: Path) -> None:
    write_store(tmp_path / "pages.db", PAGES).close()
    (tmp_path / "texts" / "000001.db").unlink()
    with Store(tmp_path / "pages.db") as store:
        with pytest.raises(DamagedGeneration, match=r"texts/000001\.db is missing"):
            store.page(1)
        assert store.places([0])  # which needs no text
