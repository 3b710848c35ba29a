"""Pages that a new dump no longer has, kept as they were: what is kept, and what comes of it."""

import random
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.corpora.edits import next_dump
from pinakes.index.build.guards import Guards
from pinakes.index.build.pipeline import BuildOptions, build_collection, preview_update
from pinakes.index.errors import DamagedGeneration, NotAnUpdate, Withheld
from pinakes.index.evaluation.own_questions import add_question
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.store.unchanged import UnchangedPages
from pinakes.index.types import Manifest, Vectors
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.collections import generation_content, make, sample_pages
from tests.index.toys import (
    HashingEncoder,
    QuietProgress,
    Stopped,
    article,
    redirect,
    reseal,
    write_dump,
)
from tests.ingest.json_lines import JsonLinesSource, write_json_lines

pytestmark = pytest.mark.usefixtures("thread_executor")

LONG = "The long history of the library. " * 40
WIKI = {
    1: article(1, "Papyrus", f"'''Papyrus''', a [[Scroll|roll]] of the Nile. {LONG}"),
    2: redirect(2, "Reed", "Papyrus"),
    3: article(3, "Scroll", f"A roll of [[papyrus]] or [[Reed|reeds]]. {LONG}"),
    4: article(4, "Codex", f"Bound leaves, once [[Scroll|rolls]].\n== Use ==\n{LONG}"),
    5: article(5, "Mercury", "* [[Mercury (god)]]\n* [[Scroll]]\n{{disambiguation}}"),
    6: article(6, "Mercury (god)", f"Of trade. [[Papyrus|reed sheets]] {LONG}"),
    7: article(7, "Ink", f"Soot and gum. [[Papyrus|reed sheets]] {LONG}"),
    8: article(8, "Ostracon", f"A sherd. {LONG}"),
    9: article(9, "Vellum", f"A skin. [[Codex]], [[Parchment]] [[Stylus]] {LONG}"),
    10: article(10, "Ash", f"What is left of [[Cinder|embers]]. {LONG}"),
    11: redirect(11, "Roll", "Scroll"),
    12: redirect(12, "Bound leaves", "Codex"),
    13: redirect(13, "Reeds", "Reed"),
    14: redirect(14, "Hermes", "Mercury (god)#Greece"),
    15: redirect(15, "Soot ink", "Ink"),
    16: redirect(16, "Parchment", "Vellum"),
    17: redirect(17, "Stylus", "Nowhere"),
    18: article(18, "Cinder", f"Not quite [[Ash]]. {LONG}"),
}
# The page's number, and as of when it is kept; those with a redirect in their place come last.
Kept = dict[int, str]


def states() -> Iterator[tuple[str, dict[int, str], Kept, list[str]]]:
    """Dumps of a wiki: date, pages, and which others are kept then, articles and redirects."""
    wiki = dict(WIKI)
    yield "20261001", dict(wiki), {}, []
    # Missing, and nobody knows why:
    del wiki[3], wiki[5]
    for number in range(11, 19):
        del wiki[number]
    # Leads nowhere: a redirect to what the dump does not have, and what was moved elsewhere.
    wiki[7] = redirect(7, "Ink", "Soot")
    wiki[8] = article(8, "Template:Ostracon", "A sherd.", namespace=10)
    # Leads on: moved, a redirect to what is kept, made anew by its title.
    wiki[4] = wiki[4].replace("<title>Codex<", "<title>Bound book<")
    wiki[10] = redirect(10, "Ash", "Cinder")
    del wiki[9]
    wiki[90] = article(90, "Vellum", "A page of its own.")
    # To a page kept, one that was moved, one at the end of two, one unchanged, one with a redirect
    # in its place, one made anew; not to what led nowhere before.
    redirects = [
        redirect(11, "Roll", "Scroll"),
        redirect(12, "Bound leaves", "Bound book"),
        redirect(13, "Reeds", "Papyrus"),
        redirect(14, "Hermes", "Mercury (god)"),
        redirect(15, "Soot ink", "Ink"),
        redirect(16, "Parchment", "Vellum"),
    ]
    yield "20261101", dict(wiki), dict.fromkeys((3, 5, 8, 18, 7), "2026-10-01"), redirects
    # One comes back as it was, the other stays away, and a third is missing.
    wiki[3] = WIKI[3]
    del wiki[6]
    # One redirect comes back and leads elsewhere, one as an article; one's page is no more one.
    wiki[11] = redirect(11, "Roll", "Papyrus")
    wiki[92] = article(92, "Parchment", "A page of its own.")
    wiki[4] = redirect(4, "Bound book", "Papyrus")
    redirects = [
        redirect(12, "Bound leaves", "Papyrus"),
        redirect(13, "Reeds", "Papyrus"),
        redirect(14, "Hermes", "Mercury (god)"),
        redirect(15, "Soot ink", "Ink"),
    ]
    kept = dict.fromkeys((5, 6, 8, 18, 7), "2026-10-01") | {6: "2026-11-01"}
    yield "20261201", dict(wiki), kept, redirects
    # One comes back changed, one as it was, and of others the title leads somewhere now.
    wiki[6] = WIKI[6].replace("Of trade", "Of trade and thieves").replace("<id>60<", "<id>61<")
    wiki[8] = WIKI[8]
    wiki[91] = redirect(91, "Mercury", "Mercury (god)")
    wiki[93] = article(93, "Soot", "A page of its own.")
    wiki[94] = article(94, "Cinder", "A page of its own.")
    yield "20270101", dict(wiki), {}, redirects


def kept_of(collection: Path) -> Kept:
    """The pages that are kept, with the date that a reader is told, by every way to read it."""
    database = current_generation(collection) / "pages.db"
    with Store(database) as store:
        versions = {page.page.page_id: page.kept_as_of for page in store.versions()}
        pages = {number: store.page(number) for number in versions}
        assert versions == {number: page.kept_as_of for number, page in pages.items() if page}
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'kept'").fetchall()
    found = {number: as_of for number, as_of in versions.items() if as_of is not None}
    assert bool(tables) == bool(found)
    return found


def unmarked(collection: Path) -> dict[str, Any]:
    """All of a generation but what marks its kept pages."""
    found = generation_content(collection)
    found["texts"] = [replace(page, kept_as_of=None) for page in found["texts"]]
    return found


def test_a_generation_with_kept_pages_is_one_of_a_dump_that_has_them_at_its_end(
    tmp_path: Path,
) -> None:
    """In every table, text, link and result, whichever came, went and came back before."""
    collection, last = tmp_path / "updated" / "wiki", dict(WIKI)
    for date, wiki, kept, redirects in states():
        dump = write_dump(tmp_path / date, wiki.values(), date)
        manifest = make(collection, dump, "none", keeps_vanished=True).manifest
        assert (date, kept_of(collection)) == (date, kept)
        assert manifest.pages.kept == len(kept)
        whole = [*wiki.values(), *(last[number] for number in kept), *redirects]
        fresh = tmp_path / "fresh" / date / "wiki"
        built = make(fresh, write_dump(tmp_path / f"{date}-whole", whole, date), "none").manifest
        left, right = unmarked(collection), unmarked(fresh)
        for part in right:
            assert left[part] == right[part], (date, part)
        assert manifest.pages.articles == built.pages.articles == built.pages.documents
        last |= {number: page for number, page in wiki.items() if number not in kept}


_ID, _TITLE = (re.compile(pattern) for pattern in (r"</ns>\s*<id>(\d+)<", r"<title>(.*?)</title>"))


def _first(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    assert found is not None
    return found[1]


_TARGET = re.compile(r'<redirect title="(.*?)"')


def vanished_redirects(before: Iterable[str], pages: Sequence[str]) -> list[str]:
    """The redirects that ``pages`` lack, to where they led, as far as that is there."""
    articles, targets = names(before)
    ids, now = names(pages)
    found = []
    for page in before:
        title = _first(_TITLE, page)
        if title not in targets or title in ids or title in now:
            continue
        led_to = followed(title, articles, targets)
        if led_to is None:
            continue
        present = {number: name for name, number in ids.items()}
        target = present.get(articles[led_to], led_to)
        if followed(target, ids, now) is not None:
            found.append(_TARGET.sub(lambda _, to=target: f'<redirect title="{to}"', page))
    return found


def names(pages: Iterable[str]) -> tuple[dict[str, int], dict[str, str]]:
    """The titles of articles with their numbers, and of redirects with what they name."""
    articles, targets = dict[str, int](), dict[str, str]()
    for page in pages:
        if "<ns>0</ns>" in page:
            title, target = _first(_TITLE, page), _TARGET.search(page)
            if target is None:
                articles.setdefault(title, int(_first(_ID, page)))
            else:
                targets.setdefault(title, target[1].partition("#")[0].strip())
    return articles, targets


def followed(title: str, articles: dict[str, int], targets: dict[str, str]) -> str | None:
    for _ in range(5):
        if title in articles or title not in targets:
            break
        title = targets[title]
    return title if title in articles else None


def vanished_articles(before: dict[int, str], pages: Iterable[str]) -> list[int]:
    """The articles to which ``pages`` do not lead, those with a redirect in their place last."""
    articles, targets = names(pages)
    there = set(articles.values())
    gone = {
        number: _first(_TITLE, page) for number, page in sorted(before.items())
        if number not in there
    }  # fmt: skip
    found = [n for n, title in gone.items() if title not in articles and title not in targets]
    articles |= {gone[number]: number for number in found}
    for number, title in gone.items():
        if followed(title, articles, targets) is None:
            found.append(number)
            articles[title] = number
    return found


def redirect_to(target: str, page: str) -> str:
    """A redirect in the place of an article; ``target`` as it stands in XML."""
    if "<ns>0</ns>" not in page or "<redirect " in page:
        return page
    return page.replace("</id>", f'</id><redirect title="{target}" />', 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_edits_of_the_sample(tmp_path: Path, seed: int) -> None:
    """What vanished is known here by looking at the XML."""
    chance = random.Random(seed)
    header, pages = sample_pages()
    collection, articles, expected = (
        tmp_path / "updated" / "wiki",
        dict[int, str](),
        dict[int, str](),
    )

    def written(directory: str, date: str, pages: Iterable[str]) -> Source:
        path = tmp_path / directory / f"samplewiki-{date}-pages.xml"
        path.parent.mkdir()
        path.write_text(f"{header}{''.join(pages)}</mediawiki>", encoding="utf-8")
        return MediaWikiSource.open([path])

    before, last = "", list[str]()
    for month in (1, 2, 3):
        date = f"2026{month:02d}01"
        expected = {
            number: expected.get(number, before) for number in vanished_articles(articles, pages)
        }
        make(collection, written(date, date, pages), "none", keeps_vanished=True)
        assert kept_of(collection) == expected
        with_articles = [*pages, *(articles[number] for number in expected)]
        whole = [*with_articles, *vanished_redirects(last, with_articles)]
        fresh = tmp_path / "fresh" / date / "wiki"
        make(fresh, written(f"{date}-whole", date, whole), "none")
        left, right = unmarked(collection), unmarked(fresh)
        for one in (left, right):  # those that are kept were made with the templates of their time
            for part in ("digests", "inputs"):
                one[part] = [row for row in one[part] if row[0] not in expected]
        for part in right:
            assert left[part] == right[part], (date, part)
        articles = {
            int(_first(_ID, page)): page
            for page in whole
            if "<ns>0</ns>" in page and "<redirect " not in page
        }
        before, last = f"2026-{month:02d}-01", whole
        in_place = {_first(_TITLE, articles[number]) for number in expected} & set(names(pages)[1])
        titles = [_first(_TITLE, page) for page in pages]
        pages = [
            redirect_to(chance.choice(titles), page) if chance.random() < 0.1 else page
            for page in next_dump(pages, chance, 0.3)
            if chance.random() < 0.9
        ]
    assert expected
    assert in_place
    assert any(_TARGET.search(page) for page in whole[len(with_articles) :])


def test_how_many_were_kept_is_told(tmp_path: Path) -> None:
    (first, wiki, _, _), (second, later, _, _), *_ = states()
    make(tmp_path / "wiki", write_dump(tmp_path / "1", wiki.values(), first), "none")
    dump, progress = write_dump(tmp_path / "2", later.values(), second), QuietProgress()
    options = BuildOptions(1, keeps_vanished=True)
    build_collection(tmp_path / "wiki", dump, None, "none", progress, options)
    assert "5 articles and 6 redirects missing from this dump, and kept" in progress.notes


def test_without_the_option_they_vanish(tmp_path: Path) -> None:
    for date, wiki, _, _ in states():
        dump = write_dump(tmp_path / date, wiki.values(), date)
        assert make(tmp_path / "wiki", dump, "none").manifest.pages.kept == 0
        assert kept_of(tmp_path / "wiki") == {}
        with Store(current_generation(tmp_path / "wiki") / "pages.db") as store:
            assert (store.page_id_by_name("Hermes") is None) == (date != "20261001")


class CountingEncoder(HashingEncoder):
    """Remembers the titles of the passages that it embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.titles += [text.partition("\n")[0] for text in texts]
        return super().encode_passages(texts)


def places(count: int, *missing: int) -> list[str]:
    words = ("papyrus", "scroll", "library", "harbour", "temple", "market")
    return [
        article(n, f"Place {n}", f"The {words[n % 6]} number{n} of the old town stood here. " * 3)
        for n in range(1, count + 1)
        if n not in missing
    ]


def guarded(
    collection: Path, directory: Path, pages: list[str], date: str, **options: Any
) -> Manifest:
    guards = Guards(open_encoder=HashingEncoder.open, force=bool(options.get("force")))
    chosen = BuildOptions(1, guards=guards, **options)
    dump = write_dump(directory / f"dump-{date}-{len(pages)}", pages, date)
    return build_collection(
        collection, dump, HashingEncoder(), "all", QuietProgress(), chosen
    ).manifest


def test_texts_and_vectors_of_kept_pages_are_linked(tmp_path: Path) -> None:
    collection, encoder = tmp_path / "wiki", CountingEncoder()
    make(collection, write_dump(tmp_path / "1", places(300), "20261001"))
    before = current_generation(collection)
    pages = [*places(300, 4, 17), article(301, "Place 301", "A new one.")]
    dump = write_dump(tmp_path / "2", pages, "20261101")
    options = BuildOptions(1, keeps_vanished=True)
    manifest = build_collection(collection, dump, encoder, "all", QuietProgress(), options).manifest
    assert encoder.titles == ["Place 301"]
    assert (manifest.carried_over, manifest.vectors, manifest.pages.kept) == (300, 301, 2)
    after = current_generation(collection)
    assert (before / "texts/000001.db").samefile(after / "texts/000001.db")
    fresh = tmp_path / "fresh" / "wiki"
    whole = [*pages, places(300)[3], places(300)[16]]
    make(fresh, write_dump(tmp_path / "3", whole, "20261101"))
    found = []
    for path in (collection, fresh):
        with Index.open(path, HashingEncoder.open) as index:
            hits = index.search("harbour number4 of the town", 10, "vector")
            found.append([(hit.passage, round(hit.score, 4)) for hit in hits])
            kept = {hit.passage.page_id: hit.kept_as_of for hit in index.search("number17", 3)}
            assert kept[17] == ("2026-10-01" if path == collection else None)
    assert found[0] == found[1]


def test_guards_ask_before_kept_pages_go(tmp_path: Path) -> None:
    collection = tmp_path / "wiki"
    guarded(collection, tmp_path, places(300), "20261001")
    kept = guarded(
        collection, tmp_path, places(300, *range(40, 80)), "20261101", keeps_vanished=True
    )
    assert (kept.accepted, kept.pages.articles, kept.pages.documents) == ([], 300, 260)
    gone = places(300, *range(40, 80))
    told = r"40 of 300 pages .*'Place 40'.*to keep these pages as they were: with --keep-vanished"
    with pytest.raises(Withheld, match=told):
        guarded(collection, tmp_path, gone, "20261201")
    again = guarded(collection, tmp_path, gone, "20261201", keeps_vanished=True)
    assert (again.accepted, again.pages.kept) == ([], 40)
    assert set(kept_of(collection).values()) == {"2026-10-01"}
    # So few that nobody would be asked, had nobody asked to keep them.
    back = places(300, 79)
    told = r"1 of the pages that 20261201-\d keeps from earlier dumps are missing .*: 'Place 79'"
    with pytest.raises(Withheld, match=told):
        guarded(collection, tmp_path, back, "20270101")


def test_redirects_to_nowhere_are_no_dead_end(tmp_path: Path) -> None:
    """What the guards miss is what the option keeps, in the dump after, too."""
    collection = tmp_path / "wiki"
    guarded(collection, tmp_path, places(60), "20261001")
    left = [*places(60, 7, 8), redirect(7, "Place 7", "Nowhere"),
            article(8, "Template:Place 8", "None.", namespace=10)]  # fmt: skip
    told = r"2 of 60 pages .* missing from this dump, or lead nowhere in it.*'Place 7', 'Place 8'"
    for date in ("20261101", "20261201"):
        with pytest.raises(Withheld, match=told):
            guarded(collection, tmp_path, left, date)
        kept = guarded(collection, tmp_path, left, date, keeps_vanished=True)
        assert (kept.accepted, kept.pages.kept) == ([], 2)
    with Store(current_generation(collection) / "pages.db") as store:
        assert [store.page_id_by_name(f"Place {number}") for number in (7, 8)] == [7, 8]
    assert kept_of(collection) == {7: "2026-10-01", 8: "2026-10-01"}


def test_what_is_withheld_with_kept_pages_is_published_with_them(tmp_path: Path) -> None:
    collection = tmp_path / "wiki"
    guarded(collection, tmp_path, places(40), "20261001")
    add_question(collection, "Where stood the harbour number3?", "Place 3")
    lost = places(40, 4)
    lost[2] = article(3, "Place 3", "Nothing is known of it.").replace("<id>30<", "<id>31<")
    with pytest.raises(Withheld, match=r"1 of the 1 questions .*--force$"):
        guarded(collection, tmp_path, lost, "20261101", keeps_vanished=True)
    manifest = guarded(collection, tmp_path, lost, "20261101", keeps_vanished=True, force=True)
    assert (len(manifest.accepted), kept_of(collection)) == (1, {4: "2026-10-01"})


def test_a_dry_run_tells_of_them(tmp_path: Path) -> None:
    make(tmp_path / "wiki", write_dump(tmp_path / "1", places(9), "20261001"), "none")
    dump = write_dump(tmp_path / "2", places(9, 4), "20261101")
    for keeps, kept, deleted in ((False, 0, 1), (True, 1, 0)):
        options = BuildOptions(1, keeps_vanished=keeps)
        told = preview_update(tmp_path / "wiki", dump, None, "none", QuietProgress(), options)
        assert told is not None
        assert (told.pages["kept"], told.pages["deleted"], told.passages) == (
            kept, deleted, 8 + kept
        )  # fmt: skip


@pytest.mark.parametrize("step", ["Counting links", "Writing the keyword index"])
def test_who_changes_the_wish_needs_no_second_reading(tmp_path: Path, step: str) -> None:
    """Stopped while the store is written, or after it."""
    collection = tmp_path / "wiki"
    make(collection, write_dump(tmp_path / "1", places(9), "20261001"), "none")
    pages = [*places(9, 4), article(10, "Place 10", "A new one.")]
    dump = write_dump(tmp_path / "2", pages, "20261101")
    segments, written = collection / "building" / "20261101" / "segments", set()
    for keeps in (True, False, True):
        stopped, options = QuietProgress(("step", step)), BuildOptions(1, keeps_vanished=keeps)
        with pytest.raises(Stopped):
            build_collection(collection, dump, None, "none", stopped, options)
        states = (path.stat() for path in sorted(segments.glob("*.zst")))
        written.add(tuple((state.st_ino, state.st_mtime_ns) for state in states))
    [first] = written
    assert first
    build_collection(collection, dump, None, "none", QuietProgress(), options)
    assert kept_of(collection) == {4: "2026-10-01"}
    assert not (collection / "building").exists()


def test_what_cannot_be_read_any_more_is_kept_too(tmp_path: Path) -> None:
    collection = tmp_path / "wiki"
    make(collection, write_dump(tmp_path / "1", places(9), "20261001"), "none")
    broken = [page.replace("<timestamp>", "<time>") if ">Place 4<" in page else page
              for page in places(9)]  # fmt: skip
    dump = write_dump(tmp_path / "2", broken, "20261101")
    manifest = make(collection, dump, "none", keeps_vanished=True).manifest
    assert (manifest.pages.quarantined, kept_of(collection)) == (1, {4: "2026-10-01"})


def test_where_nothing_can_be_kept_it_is_said(tmp_path: Path) -> None:
    collection = tmp_path / "wiki"
    assert make(
        collection, write_dump(tmp_path / "1", places(9), "20261001"), "none", keeps_vanished=True
    ).changed
    dump = write_dump(tmp_path / "2", places(9, 4), "20261101")
    with pytest.raises(NotAnUpdate, match="--force takes nothing over"):
        make(collection, dump, "none", keeps_vanished=True, force=True)
    shard = current_generation(collection) / "texts" / "000001.db"
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-1])
    with pytest.raises(DamagedGeneration):
        make(collection, dump, "none", keeps_vanished=True)
    shard.write_bytes(whole)
    reseal(current_generation(collection), {"format_version": 5})
    with pytest.raises(NotAnUpdate, match="has format 5"):
        make(collection, dump, "none", keeps_vanished=True)


def test_pages_with_texts_for_keys(tmp_path: Path) -> None:
    rows = [
        {"path": f"/{name}", "title": name, "text": f"Of {name}. " * 9}
        for name in ("ink", "reed", "scroll", "codex")
    ]
    collection = tmp_path / "museum"
    make(collection, JsonLinesSource.open([write_json_lines(tmp_path / "museum.jsonl", rows)]))
    day = read_manifest(current_generation(collection)).generation[:8]
    (tmp_path / "new").mkdir()
    fewer = write_json_lines(tmp_path / "new" / "museum.jsonl", rows[1::2])
    make(collection, JsonLinesSource.open([fewer]), keeps_vanished=True)
    as_of = f"{day[:4]}-{day[4:6]}-{day[6:]}"  # such sources have no date: that of the build
    with Store(current_generation(collection) / "pages.db") as store:
        found = [(page.key, page.page.page_id, page.kept_as_of) for page in store.versions()]
    assert found == [
        ("/codex", 2, None),
        ("/ink", 3, as_of),
        ("/reed", 1, None),
        ("/scroll", 4, as_of),
    ]


def test_as_of_when_is_covered_by_a_checksum(tmp_path: Path) -> None:
    collection = tmp_path / "wiki"
    make(collection, write_dump(tmp_path / "1", places(9), "20261001"), "none")
    make(
        collection, write_dump(tmp_path / "2", places(9, 4), "20261101"), "none",
        keeps_vanished=True,
    )  # fmt: skip
    database = current_generation(collection) / "pages.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE kept SET as_of = '2026-10-02'")
    with Store(database) as store, pytest.raises(DamagedGeneration):
        store.page(4)
    with closing(UnchangedPages(database)) as pages, pytest.raises(DamagedGeneration):
        list(pages.missing(lambda *_: False))
