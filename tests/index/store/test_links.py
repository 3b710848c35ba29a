from collections.abc import Iterable
from pathlib import Path

import pytest
import zstandard

from pinakes.index.store import links as links_module
from pinakes.index.store.links import open_link_totals
from pinakes.index.store.rows import MOST_BACKLINKS
from pinakes.ingest.segments import write_link_run
from pinakes.ingest.types import Link

# (target, anchor, source page): the form in which units write their links.
Links = list[tuple[str, str, int]]

TITLES = [
    (1, 1, "Library of Alexandria"),
    (1, 1, "Great Library"),  # a redirect
    (2, 2, "Papyrus"),
    (3, 3, "Codex"),
    (4, 4, "Scroll"),
]


def totals(
    directory: Path, runs: Iterable[Links], titles: Iterable[tuple[int, int, str]] = TITLES
) -> tuple[list[tuple[int, int]], list[tuple[int, str, int]]]:
    """Links in and anchors of these runs, through files as a build would."""
    paths = []
    for number, links in enumerate(runs):
        paths.append(directory / f"{number:06d}.links.tsv.zst")
        with write_link_run(paths[-1]) as add:
            for target, anchor, source in links:
                add(source, [Link(target, anchor)])
    with open_link_totals(paths, titles, directory) as found:
        return list(found.links_in()), list(found.anchors())


def test_links_and_anchors_of_a_small_wiki(tmp_path: Path) -> None:
    first: Links = [
        ("Library of Alexandria", "the library", 2),
        ("Library of Alexandria", "the library", 2),  # the same page again
        ("Great Library", "Great Library", 3),  # through the redirect, by its own name
        ("Papyrus", "papyrus", 1),  # its own title but for case
        ("Papyrus", "reed sheets", 1),
    ]
    second: Links = [
        ("Great Library", "the library", 4),
        ("Library of Alexandria", "the library", 1),  # from the page itself
        ("Great Library", "the collection", 4),  # said once only
        ("Papyrus", "reed sheets", 4),
        ("Papyrus", "reed sheets", 3),
        ("Atlantis", "the lost island", 2),  # no such page
        ("Atlantis", "the lost island", 3),
    ]
    links_in, anchors = totals(tmp_path, [first, second])
    assert links_in == [(1, 3), (2, 3)]
    assert anchors == [(1, "the library", 2), (2, "reed sheets", 3)]


def test_the_most_used_words_come_first_and_only_eight_of_them(tmp_path: Path) -> None:
    links = [
        ("Codex", f"words {number:02d}", source)
        for number in range(12)
        for source in range(10, 12 + number)
    ]
    _, anchors = totals(tmp_path, [links])
    assert anchors == [(3, f"words {number:02d}", 2 + number) for number in range(11, 3, -1)]


@pytest.mark.parametrize(
    "words",
    [
        '"quoted"',
        'half "quoted',
        "back\\slash",
        "back\\",
        "it's; a, b | c",
        "#comment",
        "NULL",
        "line\u2028separator\u2029",
        "next\x85line\x1c",
        "𐀓𐀪𐀁 😀",
        "مكتبة الإسكندرية",
        "\u200fmarked",
        "'; DROP TABLE links; --",
    ],
)
def test_odd_characters_pass_through(tmp_path: Path, words: str) -> None:
    titles = [(1, 1, words), (2, 2, "Codex")]
    runs = [[(words, "an odd page", 5), ("Codex", words, 5)], [("Codex", words, 6)]]
    links_in, anchors = totals(tmp_path, runs, titles)
    assert links_in == [(1, 1), (2, 2)]
    assert anchors == [(2, words, 2)]


@pytest.mark.parametrize("words", ["", "x", "y" * 81])
def test_words_too_short_or_too_long_are_no_names(tmp_path: Path, words: str) -> None:
    links_in, anchors = totals(tmp_path, [[("Codex", words, 5), ("Codex", words, 6)]])
    assert links_in == [(3, 2)]
    assert anchors == []


def test_units_without_links_are_harmless(tmp_path: Path) -> None:
    assert totals(tmp_path, [[], []]) == ([], [])
    assert totals(tmp_path, [[], [("Codex", "the book", 1)]]) == ([(3, 1)], [])


def test_a_wiki_without_pages(tmp_path: Path) -> None:
    assert totals(tmp_path, [[("Codex", "the book", 1)]], []) == ([], [])


def test_scratch_is_left_as_it_was_even_after_a_crash(tmp_path: Path) -> None:
    (tmp_path / "links.duckdb").write_bytes(b"left by a killed build")
    (tmp_path / "links.duckdb.wal").write_bytes(b"and this too")
    run = tmp_path / "000000.links.tsv.zst"
    run.write_bytes(zstandard.compress(b"Codex\tthe book\t1\n"))
    with open_link_totals([run], TITLES, tmp_path) as found:
        assert list(found.links_in()) == [(3, 1)]
    assert [path.name for path in tmp_path.iterdir()] == [run.name]


@pytest.mark.parametrize("at_once", [1, 3, 4, 1000])
def test_the_pages_that_link_to_one_the_most_linked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(links_module, "_LINKS_AT_ONCE", at_once)
    path = tmp_path / "000000.links.tsv.zst"
    links: Links = [
        ("Library of Alexandria", "it", 2),
        ("Great Library", "it", 3),
        ("Great Library", "it", 3),
        ("Great Library", "it", 4),
        ("Library of Alexandria", "itself", 1),
        ("Scroll", "a scroll", 2),
        ("Scroll", "a scroll", 3),
        ("Codex", "a codex", 2),
    ]
    with write_link_run(path) as add:
        for target, anchor, source in links:
            add(source, [Link(target, anchor)])
    with open_link_totals([path], TITLES, tmp_path) as found:
        assert list(found.backlinks()) == [(1, [4, 3, 2]), (3, [2]), (4, [3, 2])]


def test_of_many_that_link_to_one_so_many_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "000000.links.tsv.zst"
    sources = range(10, 10 + MOST_BACKLINKS + 3)
    with write_link_run(path) as add:
        for source in sources:
            add(source, [Link("Papyrus", "papyrus")])
    titles = [*TITLES, *((source, source, f"Page {source}") for source in sources)]
    with open_link_totals([path], titles, tmp_path) as found:
        assert list(found.backlinks()) == [(2, [*sources[:MOST_BACKLINKS]])]
