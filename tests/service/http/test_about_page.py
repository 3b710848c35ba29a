"""What is served, as figures: each is what the API, the files and the metrics say of it."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import expect
from prometheus_client.parser import text_string_to_metric_families

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.generations import current_generation
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.service.http.app import create_app
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import Settings
from tests.index.toys import HashingEncoder, QuietProgress, article, in_threads, write_dump
from tests.service.conftest import MakeClient, local_client, running
from tests.service.http.browser import Window, needs_chromium
from tests.service.http.test_hostile_article import OUTSIDE, SHOWN, STANDS_OUT, TITLE

SEARCHES = "Searches, by the time they took"
AGES = "Articles by the year of their last change"
COVERAGE = "Passages that are searched by meaning"
UNITS = {"kB": 1_000, "MB": 1_000_000}


class Bar(NamedTuple):
    """A bar as the page has it: of so many percent of the width."""

    label: str
    width: float
    said: str


def charts(page: str) -> dict[str, list[Bar]]:
    """The charts of a page by their captions, read as tables."""
    found = {}
    for table in re.findall(r'<table class="chart">(.*?)</table>', page, re.DOTALL):
        [caption] = re.findall(r"<caption>(.*?)</caption>", table)
        rows = re.findall(
            r"<th [^>]*>(.*?)</th>.*?class=\"bar\" width=\"([\d.]+)%\".*?<td>([^<]*)</td>",
            table,
            re.DOTALL,
        )
        found[unescape(caption)] = [Bar(unescape(a), float(b), unescape(c)) for a, b, c in rows]
    return found


def about(client: TestClient, language: str = "en") -> str:
    answer = client.get("/about", headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


def build(
    collection: Path, *pages: str, site: str = "Toys", vectors: str = "none", language: str = "en"
) -> None:
    """A collection of these pages, of a wiki that is called so."""
    dumps = collection.parent / f"dump-of-{collection.name}"
    write_dump(dumps, pages, language=language)
    [path] = dumps.iterdir()
    named = f"<siteinfo><sitename>{site}</sitename>"
    path.write_text(path.read_text().replace("<siteinfo>", named))
    encoder = None if vectors == "none" else HashingEncoder()
    options = BuildOptions(1, executors=in_threads)
    build_collection(
        collection, MediaWikiSource.open([path]), encoder, vectors, QuietProgress(), options
    )


def app_of(data: Path) -> FastAPI:
    library = Library(data, (), None, open_encoder=HashingEncoder.open)
    return create_app(Settings(data=data), library, None)


@contextmanager
def client_of(data: Path) -> Iterator[TestClient]:
    with local_client(app_of(data)) as client:
        yield client


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


LONG = "Of it much is known. " * 60


class TestFigures:
    def test_sizes_are_those_of_the_files(self, client: TestClient, sample: Path) -> None:
        generation = current_generation(sample)
        sizes: Counter[str] = Counter()
        for path in generation.rglob("*"):
            if path.is_file() and path.name != "manifest.json":
                part = path.relative_to(generation).parts[0].partition(".")[0]
                sizes[part] += path.stat().st_size
        [(title, bars)] = [one for one in charts(about(client)).items() if "disk" in one[0]]
        drawn = {bar.label: bar.said for bar in bars}
        for label, part in (("Texts", "texts"), ("Index of words", "bm25"), ("Vectors", "vectors")):
            number, unit = drawn[label].split()
            assert float(number) * UNITS[unit] == pytest.approx(sizes[part], rel=0.05, abs=100)
        assert title == f"On the disk: {sizes.total() / 1e6:.1f} MB"
        assert [bar.width for bar in bars] == sorted((bar.width for bar in bars), reverse=True)
        assert bars[0].width == 100

    def test_counts_are_those_of_the_api(self, client: TestClient) -> None:
        [known] = client.get("/api/collections").json()["collections"]
        page = about(client)
        assert f"{known['articles']} articles" in page
        assert f"{known['passages']} passages" in page
        assert known["coverage"] == 1
        assert "Searched by words and by meaning." in page
        assert COVERAGE not in charts(page)  # of one collection a sentence says it

    def test_ages_are_those_of_the_articles(self, client: TestClient, index: Index) -> None:
        places = index.store.places(range(index.manifest.passages))
        pages = {place.page_id for place in places}
        dates = [client.get(f"/api/pages/{page}").json()["timestamp"] for page in pages]
        years = Counter(date[:4] for date in dates)
        bars = charts(about(client))[AGES]
        assert {bar.label: bar.said for bar in bars} == {
            year: str(count) for year, count in years.items()
        }

    def test_old_years_are_one_bar_and_years_between_are_not_left_out(self, tmp_path: Path) -> None:
        years = [2004, 2005, 2005, 2010, 2020]
        pages = [
            article(number, f"Page {number}", "Words.").replace("2026-", f"{year}-")
            for number, year in enumerate(years, 1)
        ]
        build(tmp_path / "toywiki", *pages)
        with client_of(tmp_path) as client:
            bars = charts(about(client))[AGES]
        assert [(bar.label, bar.said) for bar in bars] == [
            ("before 2009", "3"),
            *((str(year), str(years.count(year))) for year in range(2009, 2021)),
        ]

    def test_how_much_is_searched_by_meaning_is_said_in_numbers(self, tmp_path: Path) -> None:
        pages = [article(number, f"Page {number}", LONG * 3) for number in (1, 2)]
        build(tmp_path / "partwiki", *pages, vectors="leads")
        build(tmp_path / "wordwiki", *pages)
        with client_of(tmp_path) as client:
            page = about(client)
            known = client.get("/api/collections").json()["collections"]
            front = client.get("/c/partwiki/").text
        part = known[0]
        assert part["passages"] > 2
        counted = f"2 of {part['passages']}"
        assert f"{counted} passages have vectors" in page
        assert f"{counted} passages have vectors" in front
        first, second = charts(page)[COVERAGE]
        assert first.said == counted
        assert first.width == pytest.approx(100 * part["coverage"], abs=0.1)
        assert second == Bar("wordwiki", 0, f"0 of {part['passages']}")


class TestTimes:
    def test_nothing_is_drawn_of_fewer_than_twenty_searches(self, make_client: MakeClient) -> None:
        client = make_client()
        for number in range(19):
            assert client.get("/api/search", params={"q": f"stone {number}"}).status_code == 200
        client.get("/api/search", params={"q": ""})  # is refused, and none
        client.get("/api/suggest", params={"q": "sto"})
        page = about(client)
        assert SEARCHES not in page
        assert "once there have been 20 of them" in page
        assert client.get("/c/samplewiki/search", params={"q": "stone of kings"}).status_code == 200
        page = about(client)
        bars = charts(page)[SEARCHES]
        assert sum(round(20 * float(bar.said[:-1]) / 100) for bar in bars) == 20
        assert "Answers, by the time" not in page

    def test_what_is_drawn_is_what_the_metrics_say(self, make_client: MakeClient) -> None:
        client = make_client()
        for number in range(25):
            client.get("/api/search", params={"q": f"stone {number}"})
        families = text_string_to_metric_families(
            client.app.state.metrics.text().decode()  # type: ignore[attr-defined]
        )
        [counted] = [one for one in families if one.name == "pinakes_search_seconds"]
        below = [one.value for one in counted.samples if one.name.endswith("_bucket")]
        counts = [most - less for less, most in zip([0, *below], below, strict=False)]
        assert sum(counts) == 25
        drawn = [bar.said for bar in charts(about(client))[SEARCHES]]
        filled = [place for place, count in enumerate(counts) if count]
        assert drawn == [f"{4 * count:.0f}%" for count in counts[filled[0] : filled[-1] + 1]]

    def test_bounds_are_told_in_the_unit_of_the_upper_one(self, make_client: MakeClient) -> None:
        client = make_client()
        metrics = client.app.state.metrics  # type: ignore[attr-defined]
        for seconds, count in ((0.005, 4), (0.2, 8), (0.5, 4), (400, 4)):
            for _ in range(count):
                metrics.searched(seconds)
        bars = charts(about(client, "de"))["Suchen, nach ihrer Dauer"]
        assert [bar.label for bar in bars] == [
            "≤ 10 ms", "10–30 ms", "30–100 ms", "100–300 ms", "0,3–1 s", "1–3 s", "3–10 s",
            "10–30 s", "30–100 s", "100–300 s", "> 300 s",
        ]  # fmt: skip
        assert [bar.said.replace("\N{NO-BREAK SPACE}", " ") for bar in bars] == [
            "20 %", "0 %", "0 %", "40 %", "20 %", "0 %", "0 %", "0 %", "0 %", "0 %", "20 %",
        ]  # fmt: skip
        assert [bar.width for bar in bars if bar.width] == [50, 100, 50, 50]


class TestWhoSees:
    def test_a_token_of_some_collections_sees_those(self, tmp_path: Path) -> None:
        page = article(1, "Page", "Words.")
        build(tmp_path / "openwiki", page, site="Open")
        build(tmp_path / "closedwiki", page, site="Closed")
        secret = Tokens(tmp_path).create("friend", "read", collections=("openwiki",))
        with client_of(tmp_path) as client:
            asked = {"Authorization": f"Bearer {secret}", "Accept": "text/html"}
            page = client.get("/about", headers=asked).text
            assert client.get("/about").status_code == 401
        assert "Open</a>" in page
        assert not re.search("closed", page, re.IGNORECASE)

    def test_no_collection_at_all(self, tmp_path: Path) -> None:
        with client_of(tmp_path) as client:
            assert "This service" in about(client)

    def test_a_collection_without_a_text(self, tmp_path: Path) -> None:
        build(tmp_path / "toywiki", article(1, "Page", "{{stub}}"))
        with client_of(tmp_path) as client:
            page = about(client)
        assert "1 article " in page
        assert "0 passages" in page
        assert [bar.said for bar in charts(page)[AGES]] == ["1"]
        assert [title for title in charts(page) if "disk" in title]

    @pytest.mark.parametrize("gone", ["pages.db", "manifest.json"])
    def test_a_damaged_collection_leaves_the_others(
        self, data: Path, tmp_path: Path, gone: str
    ) -> None:
        shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
        build(tmp_path / "badwiki", article(1, "Page", "Words."))
        (current_generation(tmp_path / "badwiki") / gone).unlink()
        with client_of(tmp_path) as client:
            page = about(client)
        bad, good = page.split("<section")[1:3]
        assert "Not usable now:" in bad
        assert str(tmp_path) not in page
        assert "articles" not in bad
        assert "40 articles" in good
        assert AGES in good


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A wiki whose name wants to be markup and to turn round what follows, and another one."""
    directory = tmp_path_factory.mktemp("about")
    pages = [article(number, f"Page {number}", LONG) for number in (1, 2)]
    build(directory / "toywiki", *pages, site=escaped(TITLE), vectors="leads")
    build(directory / "w-with-a-long-name-that-goes-on-and-on-and-on", *pages, language="ar")
    app = app_of(directory)
    for number in range(40):
        app.state.metrics.searched(0.002 * number)
    with running(app) as address:
        yield address


@needs_chromium
class TestInTheBrowser:
    def test_a_hostile_name_is_text(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(f"{address}/about")
        expect(page.get_by_role("heading", level=2).first).to_have_text(SHOWN)
        assert page.locator("h2 b").count() == 0

    @pytest.mark.parametrize("size", [(1280, 800), (390, 800), (320, 640)])
    @pytest.mark.parametrize("code", ["en", "de", "es", "zh"])
    def test_all_stays_in_the_window(
        self, window: Window, address: str, code: str, size: tuple[int, int]
    ) -> None:
        page = window.page
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{address}/language?code={code}&to=/about")
        assert page.evaluate(STANDS_OUT) <= 0
        assert page.evaluate(OUTSIDE) == []
        page.context.clear_cookies()

    def test_whoever_hears_it_gets_the_numbers(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(f"{address}/about")
        table = page.get_by_role("table", name=SEARCHES)
        row = table.get_by_role("row", name="≤ 10 ms")
        expect(row.get_by_role("rowheader")).to_have_text("≤ 10 ms")
        expect(row.get_by_role("cell").last).to_have_text("15%")
        assert page.get_by_role("img").count() == 0  # bars say nothing that the numbers do not

    def test_it_is_reached_from_every_page_and_needs_no_script(
        self, bare_window: Window, address: str
    ) -> None:
        page = bare_window.page
        page.goto(f"{address}/c/toywiki/page/Page_1")
        page.get_by_role("link", name="About what is here").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What is here")
        expect(page.get_by_role("table", name=SEARCHES)).to_be_visible()
        assert all(url.startswith(address) for url in bare_window.requests)
