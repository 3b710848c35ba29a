"""A generation that took over what has not changed is the same as one built from nothing."""

import fcntl
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.corpora.edits import next_dump
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import DamagedGeneration
from pinakes.index.generations import current_generation
from pinakes.index.types import Manifest
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki import extract
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.collections import PAGES, generation_content, make, sample_pages
from tests.index.toys import QuietProgress, Stopped, article, redirect, write_dump

pytestmark = pytest.mark.usefixtures("thread_executor")


def updated(directory: Path, dump: Source) -> Manifest:
    """Build into a collection that may exist, and into a new one: both must be the same."""
    manifest = make(directory / "updated" / "wiki", dump, "none").manifest
    fresh = make(directory / manifest.generation / "wiki", dump, "none").manifest
    left, right = (
        generation_content(directory / name / "wiki") for name in ("updated", fresh.generation)
    )
    for part in right:
        assert left[part] == right[part], part
    assert manifest.pages.documents == fresh.pages.documents
    assert manifest.passages == fresh.passages
    assert fresh.pages.unchanged == 0
    return manifest


def _words(seed: int) -> str:
    """Of some size when compressed: files of SQLite have 12 KB at least."""
    chance = random.Random(seed)
    return " ".join(f"{chance.randrange(1 << 28):07x}" for _ in range(1000))


def states() -> Iterator[tuple[list[str], int]]:
    """A small wiki, state by state, and how many of its articles are as they were before."""
    long = "The long history of the library. " * 40
    wiki = {
        1: article(
            1,
            "Papyrus",
            f"'''Papyrus''' or '''paper reed''', a [[reed]] of the Nile. [[Scroll|rolls]] {long}",
        ),
        2: redirect(2, "Reed", "Papyrus"),
        3: article(3, "Scroll", f"A roll of [[papyrus]] or [[Reed|reeds]]. {long}"),
        4: article(4, "Codex of law", f"Bound leaves. [[Scroll|rolls]]\n== Use ==\n{long}"),
        5: article(5, "Mercury", "* [[Mercury (god)]]\n* [[Scroll]]\n{{disambiguation}}"),
        6: article(6, "Mercury (god)", f"Of trade. {{{{Box}}}} [[Papyrus|reed sheets]] {long}"),
        7: article(7, "Ink", f"Soot and gum. [[Papyrus|reed sheets]] {long}"),
        8: article(8, "Template:Box", "a box", namespace=10),
    } | {n: article(n, f"Leaf {n}", f"Leaf number {n}. {_words(n)}") for n in range(20, 40)}

    def now() -> list[str]:
        return [wiki[number] for number in sorted(wiki)]

    yield now(), 0
    wiki[8] = article(8, "Template:Box", "another box", namespace=10)
    yield now(), 25  # the page that uses it is read again
    wiki[3] = wiki[3].replace("A roll", "A long roll").replace("<id>30<", "<id>31<")
    yield now(), 25
    wiki[50] = article(50, "Ostracon", "A sherd of [[Papyrus|reed sheets]], no.")
    yield now(), 26
    wiki[7] = wiki[7].replace("<title>Ink<", "<title>Black ink<")  # moved
    wiki[51] = redirect(51, "Ink", "Black ink")
    yield now(), 26
    del wiki[25], wiki[2]  # links by way of the redirect lead nowhere any more
    yield now(), 26
    wiki[51] = article(51, "Ink", "An article of its own: [[Black ink]].")
    yield now(), 26
    wiki[51] = redirect(51, "Ink", "Papyrus")
    yield now(), 26
    wiki[4] = wiki[4].replace("Codex of law", "Codex of Law")
    yield now(), 25
    wiki[5] = wiki[5].replace("* [[Scroll]]", "* [[Papyrus]], mercury of the Nile")
    yield now(), 25
    wiki[5] = article(5, "Mercury", "No list any more: a [[Mercury (god)|god]].")
    yield now(), 25
    wiki[9] = article(9, "Papyrus", "A second page of this title, set aside.")
    yield now(), 26
    wiki[0] = article(10, "Papyrus", "Now it comes first, and the others are set aside.")
    yield now(), 25
    del wiki[0], wiki[9]
    yield now(), 25
    for number in range(20, 30):
        wiki.pop(number, None)
    yield now(), 17
    yield now()[:3], 3


def test_updates_of_every_kind_give_what_a_fresh_build_gives(tmp_path: Path) -> None:
    """One after the other, so that shards of texts are linked, worn, and joined on the way."""
    shards: list[list[str]] = []
    for month, (pages, unchanged) in enumerate(states(), start=1):
        date = f"{2025 + month // 13}{(month - 1) % 12 + 1:02d}01"
        manifest = updated(tmp_path, write_dump(tmp_path / date, pages, date))
        assert (date, manifest.pages.unchanged) == (date, unchanged)
        shards.append(sorted(name for name in manifest.files if name.startswith("texts/")))
    assert any(len(names) > 1 for names in shards)
    assert shards[0] != shards[-1]


def edited_samples(directory: Path, seed: int, count: int) -> Iterator[Source]:
    """The sample, and ``count`` dumps after it, each with some edits."""
    chance, told = random.Random(seed), Counter[str]()
    header, pages = sample_pages()
    for number in range(count + 1):
        path = directory / f"{seed}-{number}" / f"samplewiki-2026{number + 1:02d}01-pages.xml"
        path.parent.mkdir()
        path.write_text(f"{header}{''.join(pages)}</mediawiki>", encoding="utf-8")
        yield MediaWikiSource.open([path])
        pages = list(next_dump(pages, chance, chance.choice((0.05, 0.4)), told))
    assert told


@pytest.mark.parametrize("seed", [1, 2])
def test_random_edits_of_the_sample_give_what_a_fresh_build_gives(
    tmp_path: Path, seed: int
) -> None:
    for number, dump in enumerate(edited_samples(tmp_path, seed, 2)):
        assert (updated(tmp_path / "data", dump).pages.unchanged > 0) == (number > 0)


@pytest.mark.slow
def test_many_random_edits_of_the_sample(tmp_path: Path) -> None:
    for seed in range(10, 30):
        for dump in edited_samples(tmp_path, seed, 4):
            updated(tmp_path / str(seed), dump)


def parsed(patch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the pages that are parsed from now on."""
    titles: list[str] = []
    parse = extract.parse_document

    def noted(page: Any, site: Any, **more: Any) -> Any:
        titles.append(page.title)
        return parse(page, site, **more)

    patch.setattr(extract, "parse_document", noted)
    return titles


EDITED = [PAGES[0].replace("reed", "rush", 1).replace("<id>10<", "<id>11<"), *PAGES[1:]]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A collection of PAGES; the dump of EDITED is the next."""
    make(tmp_path / "wiki", write_dump(tmp_path / "1", PAGES, "20261001"), "none")
    return tmp_path / "wiki"


@pytest.fixture
def edited(tmp_path: Path) -> Source:
    return write_dump(tmp_path / "2", EDITED)


def test_only_what_has_changed_is_parsed(
    built: Path, edited: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles, progress = parsed(monkeypatch), QuietProgress()
    manifest = build_collection(built, edited, None, "none", progress).manifest
    assert titles == ["Papyrus"]
    assert (manifest.pages.documents, manifest.pages.unchanged) == (2, 1)
    assert "1 of 2 articles are as they were in 20261001-1: taken over" in progress.notes


def test_a_forced_build_takes_nothing_over(
    built: Path, edited: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = parsed(monkeypatch)
    assert make(built, edited, "none", force=True).manifest.pages.unchanged == 0
    assert titles == ["Papyrus", "Scroll"]


@pytest.mark.parametrize("damage", ["a file too short", "gone"])
def test_from_a_damaged_generation_nothing_is_taken_over(
    built: Path, edited: Source, damage: str
) -> None:
    shard = current_generation(built) / "texts" / "000001.db"
    if damage == "gone":
        shard.unlink()
    else:
        shard.write_bytes(shard.read_bytes()[:-1])
    progress = QuietProgress()
    manifest = build_collection(built, edited, None, "none", progress).manifest
    assert manifest.pages.unchanged == 0
    assert any("every page is read anew" in note for note in progress.notes)


def test_a_rotten_row_is_not_taken_over(
    built: Path, edited: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotten in the middle of a large file, which opening does not read."""
    monkeypatch.setattr("pinakes.index.build.present.check_on_open", lambda *_, **__: None)
    connection = sqlite3.connect(current_generation(built) / "texts" / "000001.db")
    connection.execute("UPDATE links SET links = zeroblob(length(links)) WHERE text_row = 2")
    connection.commit()
    connection.close()
    with pytest.raises(DamagedGeneration, match=r"texts/000001\.db .*pinakes build --force DUMP"):
        make(built, edited, "none")
    assert make(built, edited, "none", force=True).changed


def stop(collection: Path, dump: Source, at: tuple[str, str]) -> None:
    with pytest.raises(Stopped):
        build_collection(collection, dump, None, "none", QuietProgress(at), BuildOptions(1))


@pytest.mark.parametrize("step", ["Counting links", "Writing the keyword index"])
def test_an_interrupted_update_goes_on(
    built: Path, edited: Source, step: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stop(built, edited, ("step", step))
    titles = parsed(monkeypatch)
    assert make(built, edited, "none").manifest.pages.unchanged == 1
    assert titles == []
    make(tmp_path / "fresh" / "wiki", edited, "none")
    assert generation_content(built) == generation_content(tmp_path / "fresh" / "wiki")


def test_what_refers_to_another_generation_is_worth_nothing(
    built: Path, edited: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two halves of an update another dump was built."""
    stop(built, edited, ("step", "Counting links"))
    between = write_dump(tmp_path / "3", [PAGES[2].replace("roll", "bundle")], "20261015")
    make(built, between, "none")
    titles = parsed(monkeypatch)
    assert make(built, edited, "none").manifest.pages.unchanged == 0
    assert titles == ["Papyrus", "Scroll"]
    make(tmp_path / "fresh" / "wiki", edited, "none")
    assert generation_content(built) == generation_content(tmp_path / "fresh" / "wiki")


def test_the_generation_referred_to_is_held_until_the_next_is_published(
    built: Path, edited: Source
) -> None:
    held: list[bool] = []
    present = current_generation(built)

    class Watching(QuietProgress):
        def _called(self, kind: str) -> None:
            held.append(_is_held(present))

    build_collection(built, edited, None, "none", Watching())
    assert len(held) > 5
    assert all(held[:-1])
    assert not held[-1]  # it is told that the next is published


def _is_held(generation: Path) -> bool:
    handle = os.open(generation, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_another_program_takes_nothing_over(
    built: Path, edited: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract._common.cache_clear()
    monkeypatch.setattr(extract, "program_digest", lambda: b"another")
    try:
        assert make(built, edited, "none").manifest.pages.unchanged == 0
    finally:
        extract._common.cache_clear()
