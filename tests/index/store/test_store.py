import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinakes.index.errors import DamagedGeneration
from pinakes.index.store.store import Store
from pinakes.index.store.writer import StoreWriter
from pinakes.index.vectors.importance import Importance
from pinakes.ingest.passages import split_passages
from pinakes.ingest.types import Document, Link, Redirect
from tests.index.toys import document, write_store
from tests.yardstick import wait_until

PAGES = [
    document(12, "Library of Alexandria", "A library in Egypt.\n== Fate ==\nIt declined slowly."),
    document(5, "Encyclopédie", "A French encyclopedia."),
    document(9, "Alexandria", "A city in Egypt, founded by Alexander."),
    document(7, "Alexander", "A king of Macedon."),
    document(3, "!!!", "A band from Sacramento."),
]
REDIRECTS = [
    Redirect(20, "Great Library", "Library of Alexandria", 99, ""),
    Redirect(21, "Museum library", "Great Library", 99, ""),
    Redirect(22, "Burning of the library", "Library of Alexandria#Fate", 99, ""),
    Redirect(23, "Ouroboros", "Snake", 99, ""),
    Redirect(24, "Snake", "Ouroboros", 99, ""),
    Redirect(25, "Nowhere", "No such page", 99, ""),
    Redirect(26, "Alexandrine library", "Library of Alexandria", 99, ""),
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    links_in = [(12, 40), (9, 90), (7, 60)]
    anchors = [(12, "the lost library", 7), (12, "royal library", 9)]
    return write_store(tmp_path / "pages.db", [*PAGES, *REDIRECTS], anchors, links_in)


ODD_TEXTS = [
    "𐀓𐀪𐀁 in Linear B, 😀 and 𝔘nicode beyond the first plane. End.",
    "مكتبة الإسكندرية كانت من أكبر المكتبات.\n== تاريخ ==\nأسسها بطليموس.",
    "e\u0301 is not é, \u200f and \u2028 stay, and so does \x00.",
    " leading and trailing  spaces \n\n\n",
    "",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_a_page_comes_back_as_it_went_in(tmp_path: Path, text: str) -> None:
    page = document(1, "𐀓 Title: مكتبة", text, is_disambiguation=True)
    passages = [replace(passage, page_id=1) for passage in split_passages(page)]
    with write_store(tmp_path / "pages.db", [page], links_in=[(1, 3)]) as store:
        kept = store.page(1)
        assert kept is not None
        assert kept.text.encode() == text.encode()
        assert kept.sections == page.sections
        assert (kept.title, kept.revision_id, kept.timestamp) == (
            "𐀓 Title: مكتبة",
            10,
            "2026-01-01T00:00:00Z",
        )
        assert kept.is_disambiguation
        assert kept.links_in == 3
        assert [passage for passage, _ in store.all_passages()] == passages
        assert store.passages_of_page(1) == passages
        assert store.passage_count == len(passages)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), max_size=4))
def test_every_passage_is_a_slice_of_its_page(tmp_path: Path, texts: list[str]) -> None:
    pages = [document(number, f"Page {number}", text) for number, text in enumerate(texts)]
    with write_store(tmp_path / "pages.db", pages) as store:
        found = [passage for passage, _ in store.all_passages()]
        assert [passage.passage_id for passage in found] == list(range(store.passage_count))
        for passage in found:
            assert passage.text == texts[passage.page_id][passage.start : passage.end]


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.page(999) is None
    assert store.passages_of_page(999) == []
    assert store.page_id_by_name("Atlantis") is None


def test_a_second_page_of_the_same_id_or_title_is_refused_without_harm(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path / "pages.db")
    pages = [
        document(1, "Codex", "A book of bound leaves."),
        document(1, "Scroll", "Another page under the same id."),
        document(2, "Codex", "Another page under the same title."),
        document(3, "Papyrus", "A writing material."),
    ]
    assert [writer.add_document(page, list(split_passages(page))) for page in pages] == [
        True,
        False,
        False,
        True,
    ]
    writer.index_titles()
    writer.add_aliases([], [])
    writer.close()
    with Store(tmp_path / "pages.db") as store:
        assert store.page(2) is None
        assert [(p.passage_id, p.title, p.text) for p, _ in store.all_passages()] == [
            (0, "Codex", "A book of bound leaves."),
            (1, "Papyrus", "A writing material."),
        ]


def test_a_redirect_that_comes_twice_or_became_an_article_names_its_page_once(
    tmp_path: Path,
) -> None:
    entries = [
        document(1, "Codex", "A book of bound leaves."),
        document(2, "Papyrus", "A writing material."),
        Redirect(3, "Bound book", "Codex", 99, ""),
        Redirect(4, "Bound book", "Codex", 99, ""),
        Redirect(5, "Papyrus", "Codex", 99, ""),
    ]
    with write_store(tmp_path / "pages.db", entries) as store:
        assert store.aliases_of_page(1, "redirect", 10) == ["Bound book"]
        assert store.page_id_by_name("papyrus") == 2


@pytest.mark.parametrize(
    ("name", "page_id"),
    [
        ("Great Library", 12),
        ("Museum library", 12),
        ("Burning of the library", 12),
        ("Ouroboros", None),
        ("Snake", None),
        ("Nowhere", None),
    ],
)
def test_redirects_are_followed_to_their_page(store: Store, name: str, page_id: int | None) -> None:
    assert store.page_id_by_name(name) == page_id


def test_a_chain_of_redirects_is_followed_so_far_and_no_further(tmp_path: Path) -> None:
    chain = [Redirect(10 + n, f"Step {n}", f"Step {n + 1}", 99, "") for n in range(7)]
    entries = [document(1, "Step 7", "The page at the end."), *chain]
    with write_store(tmp_path / "pages.db", entries) as store:
        assert store.page_id_by_name("Step 3") == 1
        assert store.page_id_by_name("Step 0") is None


@pytest.mark.parametrize(
    ("name", "page_id"),
    [
        ("Library of Alexandria", 12),
        ("library of alexandria", 12),
        ("LIBRARY OF ALEXANDRIA", 12),
        ("Library_of_Alexandria", 12),
        ("Encyclopedie", 5),
        ("ENCYCLOPÉDIE", 5),
        ("great library", 12),
        ("!!!", 3),
        ("???", None),
        ("", None),
        ("Library", None),
        ("royal library", None),  # the words of a link do not name a page
    ],
)
def test_page_id_by_name(store: Store, name: str, page_id: int | None) -> None:
    assert store.page_id_by_name(name) == page_id


def test_what_only_a_sign_tells_apart_is_another_page(tmp_path: Path) -> None:
    entries = [document(1, "C++", "A language."), document(2, "#1", "A song."),
               document(3, "50%", "A half."), document(4, "C-sharp", "A note.")]  # fmt: skip
    with write_store(tmp_path / "pages.db", entries) as store:
        found = {name: store.page_id_by_name(name) for name in ("C", "c#", "1", "-1", "50", "50 %")}
        assert found == {"C": None, "c#": None, "1": None, "-1": None, "50": None, "50 %": 3}
        assert store.page_id_by_name("c++") == 1
        assert store.page_id_by_name("c sharp") == 4


def test_the_spelling_asked_for_wins_then_titles_then_the_much_linked(tmp_path: Path) -> None:
    entries = [
        document(1, "Ares", "A god."),
        document(2, "ARES", "A rocket."),
        document(3, "Áres", "A village."),
        Redirect(4, "ares", "Mars", 99, ""),
        document(5, "Mars", "A planet."),
        Redirect(6, "ÉA", "Mars", 99, ""),
        document(7, "Éa", "A river."),
    ]
    with write_store(tmp_path / "pages.db", entries, links_in=[(2, 5), (3, 9)]) as store:
        assert store.page_id_by_name("Ares") == 1
        assert store.page_id_by_name("ARES") == 2
        assert store.page_id_by_name("ares") == 5
        assert store.page_id_by_name("aRes") == 3
        assert store.page_id_by_name("ea") == 7


def test_names_come_by_kind_the_most_used_first(store: Store) -> None:
    assert store.aliases_of_page(12, "anchor", 10) == ["royal library", "the lost library"]
    assert store.aliases_of_page(12, "redirect", 2) == [
        "Alexandrine library",
        "Burning of the library",
    ]
    assert store.aliases_of_page(5, "anchor", 10) == []


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("alex", [("Alexandria", None), ("Alexander", None),
                  ("Library of Alexandria", "Alexandrine library")]),
        ("ALEXANDRIN", [("Library of Alexandria", "Alexandrine library"), ("Alexandria", None)]),
        ("encyclopé", [("Encyclopédie", None)]),
        ("Encyclope", [("Encyclopédie", None)]),
        ("Library of", [("Library of Alexandria", None)]),
        ("royal", []),
        ("Ouro", []),
        ("zzz", []),
        ("", []),
        (" _ ", []),
        ("%", []),
        ("'; DROP TABLE aliases", []),
        ("\x00", []),
        ("\U0010ffff", []),
    ],
)  # fmt: skip
def test_suggest(store: Store, prefix: str, found: list[tuple[str, str | None]]) -> None:
    assert [(hit.title, hit.matched) for hit in store.suggest(prefix, 10)] == found


def test_an_exact_title_is_suggested_before_much_linked_longer_ones(tmp_path: Path) -> None:
    pages = [
        document(1, "Paper mill", "A mill."),
        document(2, "Paper", "A material."),
        document(3, "Papermaking", "A craft."),
    ]
    with write_store(tmp_path / "pages.db", pages, links_in=[(1, 90), (3, 50)]) as store:
        found = [hit.title for hit in store.suggest("paper", 10)]
        assert found == ["Paper", "Paper mill", "Papermaking"]
        assert [hit.title for hit in store.suggest("paper", 2)] == found[:2]


def test_a_page_is_suggested_once_however_many_of_its_names_fit(tmp_path: Path) -> None:
    entries = [
        document(1, "Gutenberg Bible", "A book."),
        Redirect(2, "Gutenberg's Bible", "Gutenberg Bible", 99, ""),
        Redirect(3, "Gutenberg book", "Gutenberg Bible", 99, ""),
    ]
    with write_store(tmp_path / "pages.db", entries) as store:
        [only] = store.suggest("gutenberg", 10)
        assert (only.page_id, only.title, only.matched) == (1, "Gutenberg Bible", None)
        [through_redirect] = store.suggest("gutenberg bo", 10)
        assert through_redirect.matched == "Gutenberg book"


def test_passages_come_in_the_order_asked_for(store: Store) -> None:
    everything = [passage for passage, _ in store.all_passages()]
    found = store.passages([3, 0, 2, 0])
    assert [passage for passage, _ in found] == [everything[n] for n in (3, 0, 2, 0)]
    assert [(passage.title, revision) for passage, revision in found] == [
        ("Alexander", 70),
        ("Library of Alexandria", 120),
        ("Alexandria", 90),
        ("Library of Alexandria", 120),
    ]
    assert store.passages([]) == []


def test_a_passage_that_is_missing_means_damage(store: Store) -> None:
    with pytest.raises(DamagedGeneration, match=r"pages\.db .*passage 99 is missing"):
        store.passages([0, 99])


def test_leads_of_much_linked_pages_matter_most(tmp_path: Path) -> None:
    sentence = "The library kept a great many scrolls of papyrus on its long shelves. "
    pages = [
        document(1, "Long and unknown", sentence * 40),
        document(2, "Empty", ""),
        document(3, "Long and famous", sentence * 40),
        document(4, "Short", sentence),
    ]
    with write_store(tmp_path / "pages.db", pages, links_in=[(3, 8), (4, 2)]) as store:
        by_id = [passage.title for passage, _ in store.all_passages()]
        places = [place for _, place in store.all_passages()]
        assert places == [0, 1, 2, 0, 1, 2, 0]
        order = [i for ids in Importance(store.passages_of_pages()).chunks() for i in ids]
        assert [(by_id[i], places[i]) for i in order] == [
            ("Long and famous", 0),
            ("Short", 0),
            ("Long and unknown", 0),
            ("Long and famous", 1),
            ("Long and unknown", 1),
            ("Long and famous", 2),
            ("Long and unknown", 2),
        ]
        assert store.lead_count() == 3


def test_threads_read_at_once_and_leave_no_open_file_behind(store: Store, tmp_path: Path) -> None:
    wrong: list[object] = []

    def read() -> None:
        for page in PAGES:
            kept = store.page(page.key)
            if kept is None or kept.text != page.text:
                wrong.append(kept)

    def open_files() -> int:
        """Those of this store: other tests may have left what is closed only now."""
        paths = map(os.path.realpath, Path("/proc/self/fd").iterdir())
        return sum(path == os.path.realpath(tmp_path / "pages.db") for path in paths)

    read()
    before = open_files()
    assert before > 0
    for _ in range(10):
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    wait_until(lambda: open_files() == before)


def test_nothing_is_read_after_close(store: Store) -> None:
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.page(12)


@pytest.mark.parametrize(
    "content", [b"", b"garbage " * 1000, b"SQLite format 3\x00" + b"\xff" * 99]
)
def test_a_file_that_is_no_store_is_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pages.db"
    path.write_bytes(content)
    with pytest.raises(DamagedGeneration, match=r"pages\.db cannot be read as it was written"):
        Store(path)


def test_a_missing_file_is_damage_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DamagedGeneration, match=r"pages\.db is missing"):
        Store(tmp_path / "pages.db")
    assert not (tmp_path / "pages.db").exists()


def test_large_sorts_of_the_writer_lie_beside_the_store(tmp_path: Path) -> None:
    directory = tmp_path / "it's here"
    directory.mkdir()
    writer = StoreWriter(directory / "pages.db")
    place = writer._connection.execute("PRAGMA temp_store_directory").fetchone()
    assert place == (str(directory),)
    writer.close()


def page(page_id: int, title: str, text: str = "A text.", *links: str) -> Document:
    """An article; one with links is a disambiguation page."""
    plain = document(page_id, title, text, is_disambiguation=bool(links))
    return replace(plain, links=tuple(Link(target, target) for target in links))


@pytest.fixture
def named(tmp_path: Path) -> Store:
    entries = [
        page(1, "Mercury (planet)"),
        page(2, "Mercury (element)"),
        page(3, "Mercury (disambiguation)", "- Quicksilver", "Mercury (planet)", "Quicksilver"),
        page(4, "Freddie Mercury"),
        page(5, "The Beatles"),
        page(6, "Paris, Texas"),
        page(7, "Mercury (empty)", ""),
        Redirect(20, "Quicksilver", "Mercury (element)", 99, ""),
        Redirect(21, "Fab Four", "The Beatles", 99, ""),
    ]
    anchors = [(1, "mercury", 8), (5, "the group", 3), (6, "here", 2), (2, "here", 5)]
    return write_store(tmp_path / "pages.db", entries, anchors, [(1, 70), (2, 90), (5, 12)])


def test_pages_are_found_by_every_name_they_answer_to(named: Store) -> None:
    def found(*keys: str) -> list[tuple[str, int, str, str, int]]:
        return [(p.key, p.page_id, p.kind, p.name, p.links) for p in named.aliases(keys)]

    assert found("mercury") == [
        ("mercury", 2, "base", "Mercury (element)", 90),
        ("mercury", 1, "base", "Mercury (planet)", 70),
        ("mercury", 3, "base", "Mercury (disambiguation)", 0),
        ("mercury", 2, "ambiguous", "Mercury", 90),  # by the redirect that the page links to
        ("mercury", 1, "ambiguous", "Mercury", 70),
        ("mercury", 1, "anchor", "mercury", 8),
    ]
    assert found("beatles", "fab four", "the beatles") == [
        ("beatles", 5, "base", "The Beatles", 12),
        ("fab four", 5, "redirect", "Fab Four", 12),
        ("the beatles", 5, "title", "The Beatles", 12),
    ]
    assert found("paris") == [("paris", 6, "base", "Paris, Texas", 0)]
    assert found("here") == [("here", 2, "anchor", "here", 5), ("here", 6, "anchor", "here", 2)]
    assert found("mercury empty", "of mercury", "freddie", "", "%") == []
    assert found("the group", "the group") == [("the group", 5, "anchor", "the group", 3)]
    assert found() == []


def test_a_named_page_says_where_it_begins_and_what_it_is(named: Store) -> None:
    [disambiguation, *_] = [p for p in named.aliases(["mercury"]) if p.is_disambiguation]
    [(lead, _)] = named.passages([disambiguation.first_passage])
    assert (lead.title, lead.page_id) == ("Mercury (disambiguation)", disambiguation.page_id)
    assert [(p.page_id, p.links_in) for p in named.aliases(["mercury"]) if p.kind == "anchor"] == [
        (1, 70)
    ]


def test_words_that_very_many_pages_share_name_the_foremost_thirty(tmp_path: Path) -> None:
    pages = [page(number, f"Smith (number {number})") for number in range(100)]
    anchors = [(number, "here", number) for number in range(1, 100)]
    links_in = [(number, 200 - number) for number in range(100)]
    with write_store(tmp_path / "pages.db", pages, anchors, links_in) as store:
        assert [p.page_id for p in store.aliases(["here"])] == list(range(99, 69, -1))
        assert [p.page_id for p in store.aliases(["smith"])] == list(range(30))
        assert store.page_id_by_name("smith number 99") == 99


def test_the_names_of_a_page_that_a_question_may_hold_are_looked_up_at_once(named: Store) -> None:
    keys = [f"word {number}" for number in range(2000)]
    assert [p.page_id for p in named.aliases([*keys, "fab four"])] == [5]
