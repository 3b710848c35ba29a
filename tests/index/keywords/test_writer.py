from pathlib import Path

import pytest

from pinakes.index.keywords import writer as keyword_writer
from pinakes.index.keywords.bm25 import KeywordIndex, write_keyword_index
from pinakes.index.keywords.writer import keyword_documents, write_keywords
from pinakes.index.store.store import Store
from tests.index.toys import QuietProgress, Stopped, document, write_store

WORDS = ["papyrus", "reed", "scroll", "codex", "quire", "vellum", "ink"]
PAGES = [
    document(
        number,
        f"Page {number}",
        "".join(f"== Part {part} ==\n{' '.join(WORDS) * 20}.\n" for part in range(8)),
    )
    for number in range(40)
]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store large enough, by the measure set here, for several ranges."""
    monkeypatch.setattr(keyword_writer, "_LEAST_RANGE", 10)
    with write_store(tmp_path / "pages.db", PAGES, [(7, "the reeds", 3)]) as store:
        assert store.passage_count > 40
    return tmp_path / "pages.db"


def segments(path: Path) -> int:
    return len(list(path.glob("*.term")))


def test_ranges_indexed_side_by_side_find_what_one_index_finds(
    tmp_path: Path, database: Path
) -> None:
    with Store(database) as store:
        write_keyword_index(tmp_path / "one", "en", keyword_documents(store))
        count = store.passage_count
    progress = QuietProgress()
    write_keywords(database, tmp_path / "bm25", "en", 3, progress)
    assert (segments(tmp_path / "one"), segments(tmp_path / "bm25")) == (1, 4)
    assert not list(tmp_path.glob("bm25.*"))
    one, many = KeywordIndex(tmp_path / "one", "en"), KeywordIndex(tmp_path / "bm25", "en")
    assert one.document_count == many.document_count == count
    for question in [*WORDS, "the reeds of page 7", "part 3 quire"]:
        assert one.search(question, 50) == many.search(question, 50)
        assert one.search(question, 50)


def test_a_small_store_becomes_one_segment(tmp_path: Path) -> None:
    write_store(tmp_path / "pages.db", PAGES).close()
    write_keywords(tmp_path / "pages.db", tmp_path / "bm25", "en", 4, QuietProgress())
    assert segments(tmp_path / "bm25") == 1


def test_a_failure_in_one_range_ends_all_and_leaves_no_index(
    tmp_path: Path, database: Path
) -> None:
    with pytest.raises(Stopped):
        write_keywords(database, tmp_path / "bm25", "en", 2, QuietProgress(stop_at=2))
    assert not (tmp_path / "bm25").exists()
    write_keywords(database, tmp_path / "bm25", "en", 2, QuietProgress())
    assert segments(tmp_path / "bm25") == 4
