"""The search page, the search field of every page, and errors as pages: in Chromium and without."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Suggestion
from tests.service.conftest import make_app, running
from tests.service.http.browser import Window, needs_chromium
from tests.yardstick import wait_until

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    with running(make_app(sample)) as address:
        yield address


def found(address: str, query: str, **more: str) -> httpx.Response:
    return httpx.get(f"{address}/c/samplewiki/search", params={"q": query, **more}, headers=HTML)


def titles(page: str) -> list[str]:
    return re.findall(r'<h2 dir="auto"><a href="[^"]+">([^<]+)</a></h2>', page)


def test_articles_come_once_with_their_best_passage(address: str) -> None:
    response = found(address, "library founded by Ptolemy")
    assert response.status_code == 200
    names = titles(response.text)
    assert "Library of Alexandria" in names
    assert len(names) == len(set(names))
    first = response.text.split("<li>")[1]
    assert "<mark>" in first
    [url] = re.findall(r'class="place" href="([^"]+)"', first)
    article = httpx.get(address + url.replace("&amp;", "&"), headers=HTML, follow_redirects=True)
    assert '<mark id="passage"' in article.text


def test_a_title_leads_to_its_article_and_back_to_the_search(address: str) -> None:
    response = found(address, "library of Alexandria")
    assert response.status_code == 303
    article = httpx.get(address + response.headers["Location"], headers=HTML, follow_redirects=True)
    assert "<h1" in article.text
    [instead] = re.findall(r'<a href="([^"]+)">Search for it instead', article.text)
    results = httpx.get(address + instead.replace("&amp;", "&"), headers=HTML)
    assert results.status_code == 200
    assert "Library of Alexandria" in titles(results.text)


def test_pages_of_results_follow_each_other_without_repeating(address: str) -> None:
    first = found(address, "city", all="1")
    assert 'rel="prev"' not in first.text
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = httpx.get(
        f"{address}/c/samplewiki/search{following.replace('&amp;', '&')}", headers=HTML
    )
    assert titles(first.text)
    assert titles(second.text)
    assert not set(titles(first.text)) & set(titles(second.text))
    assert 'rel="prev"' in second.text


def test_where_nothing_is_found_that_is_said(sample: Path) -> None:
    with running(make_app(sample, search={"mode": "keyword"})) as address:
        found_by_one = found(address, "library qwxyzqq", all="1")
        nothing = found(address, "qwxyzqq", all="1")
    assert "Library of Alexandria" in titles(found_by_one.text)
    assert "Nothing here fits" in nothing.text
    assert "Did you mean" not in nothing.text


@pytest.mark.parametrize(
    "query", ["how do I fix my washing machine error E24", "colorless green ideas furiously"]
)
def test_of_what_is_not_in_here_no_articles_are_listed(address: str, query: str) -> None:
    nothing = found(address, query)
    assert "Nothing here fits" in nothing.text
    assert titles(nothing.text) == []
    near = re.findall(r'<li dir="auto"><a href="([^"]+)">', nothing.text)
    assert 1 <= len(near) <= 8
    assert httpx.get(address + near[0], headers=HTML, follow_redirects=True).status_code == 200
    [every] = re.findall(r'<a href="([^"]+)">Show all', nothing.text)
    shown = httpx.get(f"{address}/c/samplewiki/search{every.replace('&amp;', '&')}", headers=HTML)
    assert titles(shown.text)


def test_of_a_slip_the_title_that_may_be_meant_is_named(address: str) -> None:
    slip = found(address, "Rosetta Stnoe")
    assert "Did you mean" in slip.text or "Rosetta Stone" in titles(slip.text)


def test_the_box_is_not_called_by_the_name_that_the_program_gives_it(address: str) -> None:
    results = found(address, "granodiorite hieroglyphs demotic", all="1").text
    assert ">Facts</a>" in results
    assert "Infobox" not in results


@pytest.mark.parametrize(
    ("query", "status"), [("", 200), ("   ", 200), ("?!", 400), ("x" * 5000, 400)]
)
def test_what_cannot_be_searched_for_is_said_on_the_page(
    address: str, query: str, status: int
) -> None:
    response = found(address, query)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert ('role="alert"' in response.text) == (status == 400)


def test_words_are_never_markup(address: str) -> None:
    response = found(address, "<script>alert(1)</script> library", all="1")
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert" in response.text


def test_the_form_names_the_collection_in_a_field(address: str) -> None:
    asked = {"q": "city", "collection": "samplewiki"}
    response = httpx.get(f"{address}/search", params=asked, headers=HTML)
    assert response.status_code == 303
    assert response.headers["Location"] == "/c/samplewiki/search?q=city"
    unknown = httpx.get(f"{address}/search", params={**asked, "collection": "nowiki"}, headers=HTML)
    assert unknown.status_code == 404


def test_errors_are_pages_to_browsers_and_problems_to_programs(address: str) -> None:
    page = httpx.get(f"{address}/c/samplewiki/page/999999999", headers=HTML)
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "No page with id 999999999" in page.text
    unknown = httpx.get(f"{address}/c/samplewiki/page/Nothing_of_this", headers=HTML)
    assert unknown.status_code == 404
    assert 'value="Nothing of this"' in unknown.text
    problem = httpx.get(f"{address}/c/samplewiki/page/999999999")
    assert problem.status_code == 404
    assert problem.headers["Content-Type"] == "application/problem+json"


def test_without_a_token_no_collection_is_named(address: str) -> None:
    page = httpx.get(f"{address}/static/nothing.js", headers=HTML)
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "samplewiki" not in page.text


@pytest.mark.parametrize(
    ("path", "accept", "is_page"),
    [
        ("/c/samplewiki/page/999999999", "text/html,*/*;q=0.8", True),
        ("/c/samplewiki/page/999999999", "TEXT/HTML", True),
        ("/c/samplewiki/page/999999999", "text/html;q=0, application/json", False),
        ("/c/samplewiki/api/pages/999999999", "text/html", False),
        ("/api/pages/999999999", "text/html", False),
    ],
)
def test_who_is_shown_an_error_as_a_page(
    address: str, path: str, accept: str, is_page: bool
) -> None:
    failed = httpx.get(address + path, headers={"Accept": accept})
    assert failed.status_code == 404
    assert failed.headers["Content-Type"].startswith("text/html") == is_page


def test_titles_that_are_near_are_not_looked_for_without_end(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def suggest(_index: Index, prefix: str, _limit: int) -> list[Suggestion]:
        asked.append(prefix)
        return []

    monkeypatch.setattr(Index, "suggest", suggest)
    assert found(address, "qz+ " * 600, all="1").status_code == 400
    assert asked == []
    monkeypatch.setattr("pinakes.service.http.search_page.results_page", lambda *_: ([], False))
    assert found(address, "papyrus " * 30, all="1").status_code == 200
    assert len(asked) == 8


@needs_chromium
class TestInChromium:
    def test_titles_are_suggested_and_chosen_with_the_keyboard(
        self, window: Window, address: str
    ) -> None:
        page = window.page
        page.goto(f"{address}/c/samplewiki/search")
        field = page.get_by_role("combobox", name="Search")
        field.press_sequentially("library of al")
        option = page.get_by_role("option").first
        expect(option).to_have_text("Library of Alexandria")
        expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        field.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Library of Alexandria")

    def test_the_first_letter_asks_at_once_and_the_next_ones_together(
        self, browser: Browser, address: str
    ) -> None:
        context = browser.new_context()  # of its own: the clock is that of all its windows
        window = Window(context.new_page())
        page = window.page
        page.clock.install()
        page.goto(f"{address}/c/samplewiki/")
        page.clock.pause_at(page.evaluate("Date.now() / 1000 + 60"))

        def asked() -> list[str]:
            urls = [url for url in window.requests if "/api/suggest" in url]
            return [url.partition("q=")[2].partition("&")[0] for url in urls]

        page.locator("#question").press("l")
        expect(page.locator("#titles li").first).to_be_visible()  # though no time has passed
        page.keyboard.type("ibrar")
        page.clock.run_for(59)
        assert asked() == ["l"]
        page.clock.run_for(1)
        expect(page.locator("#titles li").first).to_contain_text("Librar")
        assert asked() == ["l", "librar"]
        context.close()

    def test_escape_closes_the_list_and_keeps_what_was_typed(
        self, window: Window, address: str
    ) -> None:
        page = window.page
        page.goto(f"{address}/c/samplewiki/search")
        field = page.get_by_role("combobox", name="Search")
        field.press_sequentially("lib")
        expect(page.get_by_role("option").first).to_be_visible()
        field.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(field).to_have_value("lib")

    def test_the_keys_of_an_input_method_are_its_own(self, window: Window, address: str) -> None:
        """Enter takes what is composed, in Chinese as in Japanese, and arrows choose there."""
        page = window.page
        page.goto(f"{address}/c/samplewiki/search")
        field = page.get_by_role("combobox", name="Search")
        field.press_sequentially("rosetta s")
        option = page.get_by_role("option").first
        expect(option).to_have_text("Rosetta Stone")
        field.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        chinese = page.context.new_cdp_session(page)
        composed = {"text": "luoseta", "selectionStart": 7, "selectionEnd": 7}
        chinese.send("Input.imeSetComposition", composed)
        page.evaluate("""() => {
          const field = document.querySelector("#words");
          window.taken = ["ArrowDown", "Enter"].map((key) => {
            const how = { key, isComposing: true, bubbles: true, cancelable: true };
            return !field.dispatchEvent(new KeyboardEvent("keydown", how));
          });
        }""")
        assert page.evaluate("window.taken") == [False, False]
        assert page.url == f"{address}/c/samplewiki/search"
        chinese.send("Input.insertText", {"text": "羅塞塔石碑"})
        expect(field).to_have_value("rosetta s羅塞塔石碑")

    def test_in_the_text_home_and_end_are_those_of_any_field(
        self, window: Window, address: str
    ) -> None:
        page = window.page
        page.goto(f"{address}/c/samplewiki/search")
        field = page.get_by_role("combobox", name="Search")
        field.press_sequentially("libr")
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        field.press("ArrowUp")
        expect(options.last).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute("aria-activedescendant", re.compile("title-"))
        for key, place in (("Home", 0), ("End", 4)):
            field.press("ArrowDown")
            field.press(key)
            expect(page.locator('[aria-selected="true"]')).to_have_count(0)
            expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
            assert field.evaluate("field => field.selectionStart") == place
        field.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        field.press("ArrowDown")
        expect(options.first).to_be_visible()

    def test_an_answer_that_comes_late_changes_nothing(self, window: Window, address: str) -> None:
        """Of what was typed before, or below a choice, or after the list was closed."""
        page = window.page
        held: list[Route] = []
        page.route("**/api/suggest*", lambda route: held.append(route))
        page.goto(f"{address}/c/samplewiki/search")
        field = page.get_by_role("combobox", name="Search")
        options = page.get_by_role("option")

        def asked(count: int) -> None:
            page.wait_for_timeout(0)
            wait_until(lambda: page.wait_for_timeout(5) or len(held) >= count)

        field.press("m")
        asked(1)
        field.press("e")
        asked(2)
        field.press("m")
        asked(3)
        held[2].continue_()
        expect(options.first).to_have_text("Memex")
        for late in held[:2]:
            late.fulfill(json={"suggestions": [{"title": "Late", "url": "/"}], "collection": "x"})
        field.press("e")
        asked(4)
        field.press("ArrowDown")
        held[3].fulfill(json={"suggestions": [{"title": "Late", "url": "/"}], "collection": "x"})
        page.wait_for_timeout(50)
        expect(options.first).to_have_text("Memex")
        expect(options.first).to_have_attribute("aria-selected", "true")
        field.press("x")
        asked(5)
        field.press("Escape")
        held[4].continue_()
        page.wait_for_timeout(50)
        expect(page.get_by_role("listbox")).to_be_hidden()

    def test_a_redirect_is_shown_as_such(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(f"{address}/c/samplewiki/search")
        page.get_by_role("combobox", name="Search").press_sequentially("great library")
        expect(page.get_by_role("option").first).to_have_text(
            re.compile("^Great Library.* → Library of Alexandria$", re.IGNORECASE)
        )

    def test_a_theme_is_kept(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(address)
        button = page.get_by_role("button", name="Theme: system")
        button.click()
        page.get_by_role("button", name="Theme: light").click()
        dark = "getComputedStyle(document.documentElement).colorScheme"
        assert page.evaluate(dark) == "dark"
        page.reload()
        expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
        assert page.evaluate(dark) == "dark"
        page.evaluate("localStorage.clear()")

    def test_asking_from_the_field_asks(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(f"{address}/c/samplewiki/search")
        page.get_by_role("combobox", name="Search").fill("Who founded the library of Alexandria?")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#answer")).to_be_visible()

    def test_the_field_of_the_first_page_asks_searches_and_suggests(
        self, window: Window, address: str
    ) -> None:
        page = window.page
        page.goto(address)
        expect(page.get_by_role("search")).to_have_count(1)  # the header's field makes room
        field = page.get_by_label("What would you like to know?")
        field.press_sequentially("rosetta st")
        expect(page.get_by_role("option").first).to_have_text("Rosetta Stone")
        field.press("Enter")  # none is chosen: it is asked
        expect(page.locator("#answer")).to_be_visible()
        expect(page.get_by_role("listbox")).to_be_hidden()
        field.fill("city walls")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Articles for city walls")
        page.go_back()
        expect(field).to_have_value("rosetta st")  # of the conversation that is shown again
        field.fill("")
        field.press_sequentially("rosetta st")
        expect(page.get_by_role("option").first).to_be_visible()
        field.press("ArrowDown")
        field.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Rosetta Stone")


@needs_chromium
@pytest.mark.parametrize(("width", "is_open"), [(1300, True), (400, False)])
def test_the_contents_lead_to_their_headings(
    window: Window, address: str, width: int, is_open: bool
) -> None:
    page = window.page
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{address}/c/samplewiki/search?q=Rosetta+Stone")
    contents = page.get_by_role("navigation", name="Contents")
    link = contents.get_by_role("link", name="Decipherment")
    if not is_open:
        expect(link).to_be_hidden()
        contents.get_by_text("Contents").click()
    link.click()
    expect(page.get_by_role("heading", name="Decipherment")).to_be_in_viewport()
    expect(page.get_by_role("row", name="Material: Granodiorite")).to_have_count(1)
    expect(page.get_by_text("Infobox", exact=True)).to_have_count(0)


@needs_chromium
def test_searching_works_without_javascript(bare_window: Window, address: str) -> None:
    page = bare_window.page
    page.goto(f"{address}/c/samplewiki/")
    page.get_by_label("What would you like to know?").fill("founded by Ptolemy")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Library of Alexandria").first).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("hieroglyphs and Demotic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Rosetta Stone").first).to_be_visible()
