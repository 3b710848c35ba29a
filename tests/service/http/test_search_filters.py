"""What a search is limited to: as pure functions, and on the search page without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.http.app import create_app
from pinakes.service.http.search_filters import BEGINNING, FACTS, Filters, filtered, sections_of
from pinakes.service.settings import Settings
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import make_app, running
from tests.service.http.browser import Window, needs_chromium

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    with running(make_app(sample)) as address:
        yield address


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two small wikis, of which one alone has Ann, and both have Bob."""
    data = tmp_path_factory.mktemp("several")
    for name, titles in {"onewiki": ("Ann", "Bob"), "otherwiki": ("Bob", "Cid")}.items():
        (data / f"{name}-dump").mkdir()
        pages = [article(n, one, f"{one} was a poet.") for n, one in enumerate(titles, start=1)]
        dump = write_dump(data / f"{name}-dump", pages)
        options = BuildOptions(1, executors=in_threads)
        build_collection(data / name, dump, None, "none", QuietProgress(), options)
    with running(create_app(Settings(data=data), Library(data, (), None), None)) as address:
        yield address


def titles(page: str) -> list[str]:
    return re.findall(r'<h2 dir="auto"><a href="[^"]+">([^<]+)</a></h2>', page)


def found(address: str, path: str = "/c/samplewiki/search", **query: object) -> httpx.Response:
    asked = {"q": "library", **query}
    return httpx.get(address + path, params=asked, headers=HTML)  # type: ignore[arg-type]


def test_hits_that_do_not_fit_are_left_out(index: Index) -> None:
    hits = index.search("may refer to", 100)
    days = index.store.timestamps([hit.passage.page_id for hit in hits])
    changed = {hit.page_key: days[hit.passage.page_id] for hit in hits}

    def left(**limits: str) -> list[str]:
        return [hit.passage.title for hit in filtered(hits, Filters(**limits), changed)]  # type: ignore[arg-type]

    everything = [hit.passage.title for hit in hits]
    assert left() == everything
    meanings = left(kind="meanings")
    assert meanings
    assert set(meanings).isdisjoint(left(kind="article"))
    assert len(meanings) + len(left(kind="article")) == len(everything)
    assert all(
        hit.passage.heading_path == () for hit in filtered(hits, Filters(section=BEGINNING), {})
    )
    middle = sorted(day[:10] for day in changed.values())[len(changed) // 2]
    since, until = left(since=middle), left(until=middle)
    assert len(since) < len(everything)
    assert len(until) < len(everything)
    assert set(since) | set(until) == set(everything)
    assert left(since=middle, until=middle) == [
        one for one in everything if one in {*since} & {*until}
    ]
    assert filtered(hits, Filters(since="1900-01-01"), {}) == []  # of no known day


def test_the_sections_are_those_of_what_was_found(index: Index) -> None:
    sections = sections_of(index.search("granodiorite hieroglyphs demotic", 40))
    assert {BEGINNING, FACTS} <= set(sections)
    assert len(sections) <= 12
    assert sections == sorted(sections)


def test_the_page_limits_a_search_and_keeps_it_from_page_to_page(address: str) -> None:
    plain = found(address, all=1).text
    assert '<option value="-">Beginning</option>' in plain
    limited = found(address, section="-").text
    assert titles(limited)
    places = re.findall(r'class="place"[^>]*>(?:<span[^>]*>)?([^<]+)<', limited)
    assert set(places) == {"Beginning"}
    assert '<option value="-" selected>' in limited
    [following] = re.findall(r'rel="next" href="([^"]+)"', limited)
    second = httpx.get(
        f"{address}/c/samplewiki/search{following.replace('&amp;', '&')}", headers=HTML
    )
    assert titles(second.text)
    assert set(titles(second.text)).isdisjoint(titles(limited))
    assert set(re.findall(r'class="place"[^>]*>(?:<span[^>]*>)?([^<]+)<', second.text)) == {
        "Beginning"
    }


def test_where_nothing_is_left_the_limits_can_be_taken_back(address: str) -> None:
    nothing = found(address, since="2999-01-01")
    assert "Nothing here fits" in nothing.text
    [back] = re.findall(r'<a href="([^"]+)">Without limits', nothing.text)
    shown = httpx.get(f"{address}/c/samplewiki/search{back.replace('&amp;', '&')}", headers=HTML)
    assert titles(shown.text)


@pytest.mark.parametrize(
    "limits",
    [
        {"since": "yesterday"},
        {"until": "2026-13-45"},
        {"since": "20260101"},
        {"kind": "x"},
        {"section": "x" * 400},
    ],
)
def test_what_is_no_limit_is_refused(address: str, limits: dict[str, str]) -> None:
    assert found(address, **limits).status_code in (400, 422)


def test_collections_are_chosen(several: str) -> None:
    both = found(several, "/search", q="poet", all=1)
    assert both.text.count('name="collection" value=') == 2
    chosen = found(several, "/search", q="poet", all=1, collection="otherwiki")
    assert chosen.status_code == 303
    assert chosen.headers["Location"] == "/c/otherwiki/search?q=poet&all=1"


def test_a_title_that_one_collection_alone_has_leads_there(several: str) -> None:
    one = found(several, "/search", q="ann", collection="all")
    assert one.status_code == 303
    assert one.headers["Location"].startswith("/c/onewiki/page/Ann?")
    page = httpx.get(several + one.headers["Location"], headers=HTML)
    [instead] = re.findall(r'<a href="([^"]+)">Search for it instead', page.text)
    results = httpx.get(several + instead.replace("&amp;", "&"), headers=HTML)
    assert "Searched onewiki, otherwiki." in results.text
    assert "Ann" in titles(results.text)
    assert found(several, "/search", q="bob", collection="all").status_code == 200


@needs_chromium
def test_limits_work_without_javascript(bare_window: Window, address: str) -> None:
    page = bare_window.page
    page.goto(f"{address}/c/samplewiki/search?q=library&all=1")
    page.get_by_text("Limit the search").click()
    page.get_by_label("Section").select_option("Facts")
    page.get_by_role("button", name="Limit").click()
    places = page.locator(".results .place").all_inner_texts()
    assert places
    assert set(places) == {"Facts"}
    page.get_by_role("link", name="Without limits").click()
    assert set(page.locator(".results .place").all_inner_texts()) != {"Facts"}
