"""Suggestions over a real store; what the store holds of them is tested beside it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index.aliases.completions import MOST_ALIASES, MOST_SUGGESTIONS
from pinakes.index.store.store import Store
from pinakes.ingest.types import Document, Redirect
from tests.index.toys import document, write_store

MANY = MOST_ALIASES + 100


def shown(store: Store, prefix: str, limit: int = 10) -> list[tuple[str, str | None]]:
    return [(hit.title, hit.matched) for hit in store.suggest(prefix, limit)]


def titles(store: Store, prefix: str, limit: int = 10) -> list[str]:
    return [hit.title for hit in store.suggest(prefix, limit)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    pages = [
        document(1, "Albert Einstein", "A physicist."),
        document(2, "Einsteinium", "An element."),
        document(3, "Alfred Einstein", "A musicologist."),
        document(4, "Zürich", "A city."),
        document(5, "図書館", "A library."),
        document(6, "図書", "Books."),
        document(7, "مكتبة الإسكندرية", "A library."),
        document(8, "😀", "A face."),
        document(9, "X", "A letter."),
        document(10, "ประวัติศาสตร์", "History, in Thai."),
        document(11, "हिन्दी", "Hindi."),
        document(12, "!!!", "A band."),
        document(13, "한국어", "Korean."),
        Redirect(20, "Relativity man", "Albert Einstein", 1, ""),
        Redirect(21, "Smiley face", "😀", 1, ""),
    ]
    links_in = [(1, 50), (2, 9), (3, 5)]
    path = tmp_path_factory.mktemp("suggest") / "pages.db"
    with write_store(path, pages, links_in=links_in) as found:
        yield found


def test_other_ways_to_write_what_was_typed_follow_it_before_typos(store: Store) -> None:
    found = store.suggest("alfred", 10, ["Einst", "!", "alf"])
    assert [hit.title for hit in found] == ["Alfred Einstein", "Einsteinium", "Albert Einstein"]
    assert store.suggest("", 10, ["Einst"]) == []
    named, *_ = store.suggest("einst", 10, ["Zurich"])
    assert named.title == "Zürich"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """So many pages whose titles begin alike that their best are found out beforehand."""
    pages: list[Document | Redirect] = [
        document(number, f"List of things {number:03d}", "Things.") for number in range(MANY)
    ]
    pages += [
        document(2000, "List", "An enumeration."),
        document(2001, "Great list", "A later word."),
        document(2002, "Lisztomania", "A craze."),
        Redirect(3000, "List of everything", "Lisztomania", 1, ""),
    ]
    links_in = [(number, number) for number in range(1, MANY)] + [(2002, MANY), (2001, 9999)]
    path = tmp_path_factory.mktemp("crowded") / "pages.db"
    with write_store(path, pages, links_in=links_in) as found:
        yield found


def test_later_words_of_titles_come_after_those_that_begin_so(store: Store) -> None:
    assert titles(store, "einst") == ["Einsteinium", "Albert Einstein", "Alfred Einstein"]
    assert titles(store, "EINSTEIN") == ["Einsteinium", "Albert Einstein", "Alfred Einstein"]
    assert titles(store, "instein") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Albret Ein", ["Albert Einstein"]),  # two letters swapped
        ("Alber Einst", ["Albert Einstein"]),  # one missing
        ("Albeert Ei", ["Albert Einstein"]),  # one too many
        ("Albart Ein", ["Albert Einstein"]),  # a wrong one
        ("Albert Einsteinn", ["Albert Einstein"]),
        ("Zurjch", ["Zürich"]),
        ("Zuirch", ["Zürich"]),
        ("Einsetin", ["Albert Einstein", "Einsteinium", "Alfred Einstein"]),
        ("Ralativity", ["Albert Einstein"]),
        ("Zri", []),  # three letters tell too little
        ("Yurich", []),  # the first letter must be right
        ("Albrte Ein", []),  # two typos
    ],
)
def test_one_typo_is_forgiven_from_four_letters_on(
    store: Store, typed: str, found: list[str]
) -> None:
    assert titles(store, typed) == found


def test_typos_count_only_where_the_prefix_itself_finds_too_little(tmp_path: Path) -> None:
    pages = [document(1, "Marian", "A name."), document(2, "Morian", "Another.")]
    with write_store(tmp_path / "pages.db", pages) as names:
        assert titles(names, "mari", 1) == ["Marian"]
        assert titles(names, "mari", 10) == ["Marian", "Morian"]
        assert titles(names, "mor", 10) == ["Morian"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("図", ["図書", "図書館"]),
        ("図書", ["図書", "図書館"]),
        ("書", []),  # no spaces tell where a word begins
        ("مكت", ["مكتبة الإسكندرية"]),
        ("الاسك", ["مكتبة الإسكندرية"]),
        ("😀", ["😀"]),
        ("smil", ["😀"]),
        ("x", ["X"]),
        ("zu", ["Zürich"]),
        ("ZÜ", ["Zürich"]),
        ("ประวัต", ["ประวัติศาสตร์"]),
        ("हिन", ["हिन्दी"]),
        ("한ᄀ", ["한국어"]),
        ("한국", ["한국어"]),
        ("!!", []),  # punctuation is no letter; only the whole title finds this page
        ("", []),
        (" ", []),
        ("\u200f", []),
        ("\ud800", []),
        ("\x00", []),
        ("%_", []),
        ('"*', []),
        ("\U0010ffff", []),
        ("a" * 2000, []),
        ("albert einstein " * 125, []),
        ("図" * 2000, []),
    ],
)
def test_what_is_typed_may_be_anything(store: Store, typed: str, found: list[str]) -> None:
    assert titles(store, typed) == found


def test_a_typo_in_the_middle_of_two_thousand_letters(tmp_path: Path) -> None:
    name = ("abcdefgh " * 200).strip()
    with write_store(tmp_path / "pages.db", [document(1, name, "Long.")]) as long:
        assert titles(long, name[:1000] + "x" + name[1001:]) == [name]


def test_without_links_the_longer_page_then_the_shorter_title_comes_first(tmp_path: Path) -> None:
    sentence = "The library kept a great many scrolls of papyrus on its long shelves. "
    pages = [
        document(1, "Paper mill", sentence),
        document(2, "Papermaking by hand", sentence * 40),
        document(3, "Paper cup", sentence),
    ]
    with write_store(tmp_path / "pages.db", pages) as plain:
        assert titles(plain, "pap") == ["Papermaking by hand", "Paper cup", "Paper mill"]


@pytest.mark.parametrize("prefix", ["l", "li", "lis", "list of thin", "LIST OF"])
def test_common_beginnings_find_the_popular_first(crowded: Store, prefix: str) -> None:
    best = [f"List of things {MANY - number:03d}" for number in range(1, 10)]
    lisztomania = [("Lisztomania", None if prefix in ("l", "li", "lis") else "List of everything")]
    if prefix == "list of thin":
        lisztomania = []
    assert shown(crowded, prefix)[:9] == [*lisztomania, *((title, None) for title in best)][:9]


def test_what_was_typed_whole_comes_first_even_among_very_many(crowded: Store) -> None:
    assert titles(crowded, "list", 3) == ["List", "Lisztomania", f"List of things {MANY - 1}"]
    assert len(crowded.suggest("list", MOST_SUGGESTIONS)) == MOST_SUGGESTIONS
    assert len({hit.page_id for hit in crowded.suggest("l", 1000)}) == MOST_SUGGESTIONS


def test_a_beginning_with_a_typo_may_be_a_common_one(crowded: Store) -> None:
    assert titles(crowded, "lits of", 2) == ["Lisztomania", f"List of things {MANY - 1}"]


def test_rows_read_do_not_grow_with_the_names(crowded: Store) -> None:
    connection = sqlite3.connect(crowded._path)
    common = {prefix for (prefix,) in connection.execute("SELECT prefix FROM completions")}
    keys = [key for (key,) in connection.execute("SELECT key FROM aliases")]
    connection.close()
    for prefix in {key[:length] for key in keys for length in range(1, len(key) + 1)}:
        assert (sum(key.startswith(prefix) for key in keys) > MOST_ALIASES) == (prefix in common)
