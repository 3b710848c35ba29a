"""Which pages are other, found by reading two stores side by side."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.index.changes.changed_pages import PageChange, compare_pages
from pinakes.index.store.store import Store
from pinakes.index.store.writer import StoreWriter
from pinakes.ingest.passages import split_passages
from pinakes.ingest.types import Document, Section
from tests.index.toys import document, write_store

SENTENCE = "The library kept a great many scrolls of papyrus on its long shelves. "
LONG = SENTENCE * 14  # so that sections are not joined into one passage


def changes(old: Store, new: Store) -> dict[object, PageChange]:
    return {key: change for key, change in compare_pages(old, new) if change}


def told(old: Store, new: Store) -> dict[object, tuple[str, int, int]]:
    return {
        key: (change.kind, change.passages_added, change.passages_removed)
        for key, change in changes(old, new).items()
    }


def test_every_kind_of_change(tmp_path: Path) -> None:
    same = document(1, "Papyrus", SENTENCE)
    old = [
        same,
        document(2, "Parchment", SENTENCE),
        document(3, "Codex", SENTENCE),
        document(4, "Ostracon", f"{LONG}\n== Finds ==\n{LONG}"),
        document(9, "Wax tablet", f"{LONG}\n"),
    ]
    new = [
        same,
        document(2, "Vellum", SENTENCE),
        document(4, "Ostracon", f"{LONG}\n== Finds ==\nAthens. {LONG}"),
        document(5, "Scroll", SENTENCE),
        document(9, "Wax tablet", f"{LONG}\n== Finds ==\n{LONG}"),
    ]
    with write_store(tmp_path / "old.db", old) as a, write_store(tmp_path / "new.db", new) as b:
        assert told(a, b) == {
            2: ("moved", 1, 1),
            3: ("deleted", 0, 1),
            4: ("changed", 1, 1),
            5: ("added", 1, 0),
            9: ("changed", 1, 0),
        }
        assert [key for key, _ in compare_pages(a, b)] == [1, 2, 3, 4, 5, 9]
        moved = changes(a, b)[2]
        assert moved.old
        assert moved.new
        assert (moved.old.title, moved.new.title) == ("Parchment", "Vellum")
        assert (changes(a, b)[3].new, changes(a, b)[5].old) == (None, None)
        # Another revision whose text is the same is no change.
        assert told(a, a) == {}


def test_a_heading_alone_is_a_change(tmp_path: Path) -> None:
    old, new = (
        [document(1, "Papyrus", f"== {heading} ==\n{SENTENCE}")] for heading in ("Use", "Uses")
    )
    with write_store(tmp_path / "old.db", old) as a, write_store(tmp_path / "new.db", new) as b:
        assert told(a, b) == {1: ("changed", 1, 1)}


def test_passages_in_another_order_are_a_change(tmp_path: Path) -> None:
    parts = [f"== {heading} ==\n{LONG}\n" for heading in ("Use", "Finds")]
    old = [document(1, "Papyrus", "".join(parts))]
    new = [document(1, "Papyrus", "".join(reversed(parts)))]
    with write_store(tmp_path / "old.db", old) as a, write_store(tmp_path / "new.db", new) as b:
        assert told(a, b) == {1: ("changed", 0, 0)}


def test_it_goes_on_behind_a_page(tmp_path: Path) -> None:
    old = [document(number, f"Page {number}", SENTENCE) for number in (1, 3, 5)]
    new = [document(number, f"Leaf {number}", SENTENCE) for number in (1, 2, 5)]
    with write_store(tmp_path / "old.db", old) as a, write_store(tmp_path / "new.db", new) as b:
        assert [key for key, _ in compare_pages(a, b, after=2)] == [3, 5]
        assert [key for key, _ in compare_pages(a, b, after=5)] == []


def keyed_store(path: Path, texts: Iterable[tuple[str, str]]) -> Store:
    """Pages that their source tells apart by names of files, which it gives in no order."""
    writer = StoreWriter(path)
    for key, text in texts:
        sections = (Section((), 0, len(text)),)
        page = Document(key, key, 1, "2026-01-01T00:00:00Z", text, sections, (), False)
        writer.add_document(page, list(split_passages(page)))
    writer.index_titles()
    writer.add_aliases([], [])
    writer.close()
    return Store(path)


def test_pages_are_known_by_their_keys_whatever_their_numbers(tmp_path: Path) -> None:
    old = keyed_store(tmp_path / "old.db", [("b", "One."), ("a", "Two."), ("é", "Three.")])
    new = keyed_store(tmp_path / "new.db", [("c", "New."), ("é", "Three."), ("a", "Other.")])
    with old, new:
        found = {key: change.kind for key, change in changes(old, new).items()}
        assert found == {"a": "changed", "b": "deleted", "c": "added"}
        assert [key for key, _ in compare_pages(old, new, after="b")] == ["c", "é"]


pages = st.dictionaries(st.integers(1, 12), st.sampled_from("ABC"), max_size=8)


@given(pages, pages)
def test_it_finds_what_comparing_by_hand_finds(
    tmp_path_factory: pytest.TempPathFactory, old: dict[int, str], new: dict[int, str]
) -> None:
    directory = tmp_path_factory.mktemp("stores")

    def store(name: str, wiki: dict[int, str]) -> Store:
        texts = ((key, f"Page {key}", f"{wiki[key]} {SENTENCE}") for key in sorted(wiki))
        return write_store(directory / name, [document(*text) for text in texts])

    with store("old.db", old) as a, store("new.db", new) as b:
        kinds = {key: change.kind for key, change in changes(a, b).items()}
    expected = dict.fromkeys(new.keys() - old.keys(), "added")
    expected |= dict.fromkeys(old.keys() - new.keys(), "deleted")
    expected |= {key: "changed" for key in old.keys() & new.keys() if old[key] != new[key]}
    assert kinds == expected
