"""Every page in every state, looked through by axe-core: light and dark, on a desk and a phone.

With all rules, those of WCAG 2.2 AA for the size of targets included. What runs in the pages is the
axe.min.js inside of axe-playwright-python.
"""

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.build.progress_file import told_in_file
from pinakes.index.generations import current_generation
from pinakes.index.library import Library
from pinakes.index.locks import hold_collection
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.door import opened_door
from pinakes.service.generators.generator import Thought
from pinakes.service.http.app import create_app
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import Settings
from tests.index.toys import ROOT, QuietProgress, article, in_threads, write_dump
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.browser import BIRDS, Window, needs_chromium
from tests.service.http.test_answer_page import answer_with, ask
from tests.service.scripted_generator import ScriptedGenerator
from tests.yardstick import PATIENCE_S

pytestmark = needs_chromium
SCREENS = {"desk": (1280, 800), "phone": (390, 800)}
SCHEMES = ("light", "dark")
RUN = """async () => {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""
ARTICLE = "/c/samplewiki/page/Rosetta_Stone"
WORDS = "Timon of Phlius compared them to birds fed in a cage. "
# All kinds of blocks that an article can have.
TABLES = """{{Infobox person|name=Ann|born=1 May 1901|occupation=poet; cook}}
'''Ann''' was a poet. See [[Tables]].

== Works ==
{|
! Name !! Year
ROWS|}

{|
|+ A caption
! scope=row | A
| colspan=2 | both
|}

== List ==
* one
** two
*# three
; term
: what it means

== Words ==
<blockquote>She wrote well.</blockquote>

<pre>
a := b;
</pre>

: <math>a^2 + b^2 = c^2</math>

=== More ===
Text in العربية and 日本語 with <code>code</code>.
""".replace("ROWS", "".join(f"|-\n| row{number} || {number}\n" for number in range(502)))


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands: which rule, and where."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN)
    return found


def check(page: Page) -> None:
    """Nothing is found, in any light and on any screen."""
    found = {}
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if here := findings(page):
                found[screen, scheme] = here
    assert found == {}


@pytest.fixture(scope="module")
def model() -> ScriptedGenerator:
    return ScriptedGenerator(WORDS, "Horses eat 1999 violet grass.")


@pytest.fixture(scope="module")
def address(sample: Path, model: ScriptedGenerator) -> Iterator[str]:
    with running(make_app(sample, model)) as address:
        yield address


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wiki of an article with everything, and of others that link to it."""
    directory = tmp_path_factory.mktemp("toys")
    pages = [article(1, "Ann", TABLES), article(2, "Tables", "Of [[Ann]].")]
    pages += [article(3 + number, f"Page {number}", "Of [[Ann]].") for number in range(120)]
    dump = write_dump(directory, pages)
    options = BuildOptions(1, executors=in_threads)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    return directory / "toywiki"


def over(data: Path) -> FastAPI:
    return create_app(Settings(data=data), Library(data, (), None), None)


class TestThatItSees:
    def test_a_planted_fault_is_found(self, window: Window, address: str) -> None:
        window.page.goto(address)
        window.page.evaluate(
            """() => {
              document.querySelector("main").innerHTML = '<img src="/static/icon.svg"><p>Faint</p>'
                + '<button>x</button><button>y</button>';
              document.querySelector("main p").style.color = "#ccc";
              for (const one of document.querySelectorAll("main button"))
                Object.assign(one.style, { padding: "0", width: "9px", height: "9px" });
            }"""
        )
        rules = {one.partition(":")[0] for one in findings(window.page)}
        assert {"image-alt", "color-contrast", "target-size"} <= rules


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/c/samplewiki/search",
        "/c/samplewiki/search?q=city+walls",
        "/c/samplewiki/search?q=library&all=1&page=2",
        "/c/samplewiki/search?q=city&all=1&kind=article&section=-&since=2020-01-01",
        "/c/samplewiki/search?q=city&until=1900-01-01",
        "/c/samplewiki/search?q=xyzzy",
        "/c/samplewiki/#0123456789abcdef?turn=1&q=Who",
        "/c/samplewiki/search?q=Rosetta+Ston",
        ARTICLE,
        f"{ARTICLE}?start=0&end=300&searched=stone",
        f"{ARTICLE}?revision=1&start=0&end=9",
        "/c/samplewiki/page/617",
        "/c/samplewiki/page/8260",
        "/c/samplewiki/page/Pinakes",
        "/c/samplewiki/backlinks/Rosetta_Stone",
        "/about",
        "/enter",
        "/language?code=de&to=/",
    ],
)
def test_pages(window: Window, address: str, path: str) -> None:
    window.page.goto(address + path)
    check(window.page)
    window.page.context.clear_cookies()


def test_what_an_article_opens(window: Window, address: str) -> None:
    """Its contents, over the text of a phone; its other names; and the way back to an answer."""
    page = window.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}{ARTICLE}?start=0&end=90")
    page.locator(".contents summary").click()
    page.evaluate("document.querySelectorAll('article details').forEach((one) => one.open = true)")
    page.evaluate("document.querySelector('.back').hidden = false")
    for _ in range(2):
        page.get_by_role("button", name="Larger text").click()
    check(page)
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize(
    "path",
    ["/c/samplewiki/page/Nope", "/c/samplewiki/page/Rosetta_Ston", "/c/samplewiki/search?q=%3F!"],
)
def test_errors(window: Window, address: str, path: str) -> None:
    window.page.goto(address + path)
    check(window.page)
    window.complaints.clear()  # Chromium notes every failed request


@pytest.mark.parametrize(
    "path", ["page/Ann", "page/Tables", "backlinks/Ann", "backlinks/Ann?from=100", ""]
)
def test_articles_with_everything(window: Window, toys: Path, path: str) -> None:
    with running(make_app(toys)) as address:
        window.page.goto(f"{address}/c/toywiki/{path}")
        check(window.page)


@pytest.mark.parametrize("count", [0, 2])
def test_none_and_several_collections(
    window: Window, data: Path, awkward: Path, tmp_path: Path, count: int
) -> None:
    if count:
        shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
        shutil.copytree(awkward, tmp_path / "badwiki", symlinks=True)
        (current_generation(tmp_path / "badwiki") / "pages.db").unlink()
    with running(over(tmp_path)) as address:
        for path in ("/", "/about"):
            window.page.goto(address + path)
            check(window.page)
        if count:
            window.page.goto(address + ARTICLE)
            check(window.page)
    window.complaints.clear()


def test_how_long_searches_took(window: Window, data: Path) -> None:
    app = over(data)
    for number in range(40):
        app.state.metrics.searched(0.01 * number)
    with running(app) as address:
        window.page.goto(f"{address}/about")
        expect(window.page.get_by_role("table", name="Searches, by the time")).to_be_visible()
        check(window.page)


def test_a_page_of_an_error_of_the_code_itself(
    window: Window, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pinakes.service.http.pages.examples", broken)
    with running(make_app(sample)) as address:
        window.page.goto(f"{address}/c/samplewiki/")
        expect(window.page.get_by_role("heading", level=1)).to_have_text("Internal error")
        check(window.page)
    window.complaints.clear()


STYLE = (ROOT / "service/http/web/static/style.css").read_text(encoding="utf-8")
MOVES = re.compile(r"\b(?:animation|transition|scroll-behavior)\b|@keyframes|behavior: \"smooth\"")
OPTION_COLOR = "(one) => getComputedStyle(one).backgroundColor"


class TestAsPeopleSetTheirSystems:
    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_with_colors_of_their_own_what_is_chosen_is_seen(
        self, browser: Browser, address: str, scheme: Any
    ) -> None:
        context = browser.new_context(forced_colors="active", color_scheme=scheme)
        page = context.new_page()
        page.goto(address + ARTICLE)
        page.locator("#words").press_sequentially("libr")
        expect(page.locator("#titles li").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        chosen = page.locator('#titles li[aria-selected="true"]')
        other = page.locator('#titles li:not([aria-selected="true"])').first
        assert chosen.evaluate(OPTION_COLOR) != other.evaluate(OPTION_COLOR)
        page.goto(f"{address}/about")
        fills = page.evaluate(
            "['.bar', '.rest'].map((one) => getComputedStyle(document.querySelector(one)).fill)"
        )
        ink, paper = page.evaluate(
            "(({ color, backgroundColor }) => [color, backgroundColor])"
            "(getComputedStyle(document.body))"
        )
        assert fills == [ink, paper]
        context.close()

    def test_nothing_moves_whether_less_motion_is_asked_for_or_not(self) -> None:
        scripts = (ROOT / "service/http/web/static").glob("*.js")
        files = [STYLE, *(path.read_text(encoding="utf-8") for path in scripts)]
        assert [found for text in files for found in MOVES.findall(text)] == []


class TestAnswers:
    def test_while_it_comes(self, window: Window, make_server: MakeServer) -> None:
        more = threading.Event()
        generator = ScriptedGenerator(Thought("Birds?\n" * 80), WORDS, "And ", more, "on.")
        window.page.goto(f"{make_server(generator)}/?q={quote_plus(BIRDS)}")
        expect(window.page.locator("#answer")).to_contain_text("And")
        expect(window.page.locator("#best .said")).to_be_visible()
        check(window.page)
        window.page.locator("#thoughts summary").click()
        expect(window.page.locator("#thoughts p").last).to_be_visible()
        check(window.page)
        more.set()
        expect(window.page.locator("#after")).to_be_visible()

    def test_finished_with_one_before_it_and_a_preview(self, window: Window, address: str) -> None:
        page = window.page
        page.goto(address)
        ask(page, BIRDS)
        expect(page.locator("#answer .verdict")).to_be_visible()
        ask(page, BIRDS)
        expect(page.locator("#earlier article")).to_have_count(1)
        expect(page.locator("#after")).to_be_visible()
        for summary in page.locator("summary:visible").all():
            summary.click()
        expect(page.locator("#kept li")).to_have_count(1)
        page.locator("#answer a").first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        expect(page.locator("#preview")).to_be_visible()
        check(page)

    def test_in_the_words_of_a_passage(self, window: Window, make_server: MakeServer) -> None:
        window.page.goto(f"{make_server()}/?q={quote_plus(BIRDS)}")
        expect(window.page.locator("#after")).to_be_visible()
        check(window.page)

    @pytest.mark.parametrize("kind", ["refusal", "unproven"])
    def test_refused_and_unproven(self, window: Window, address: str, kind: str) -> None:
        done = httpx.post(f"{address}/api/ask", json={"question": BIRDS}).json()
        outside = {"text": "What?", "removed": [{"kind": "name", "text": "Tom"}], "sent": False}
        changed: dict[str, Any] = {"kind": kind, "withheld": 2, "outside_question": outside}
        sentence = done["sentences"][0]
        doubted = sentence | {"verdict": "partly", "missing": ["1999"], "unverified": [1]}
        if kind == "refusal":
            nearest = [{"page_id": 617, "title": "Library of Alexandria", "url": "/page/617"}]
            changed |= {"text": "Not here.", "sentences": [], "citations": []}
            changed |= {"searched": ["zebras"], "nearest": nearest}
        else:
            changed |= {"sentences": [doubted, *done["sentences"][1:]]}
            lacking = {"text": "Or <b>so</b>.", "verdict": "partly", "missing": ["1999"]}
            broken = {"text": "And", "verdict": "none", "missing": []}
            changed |= {"withheld_sentences": [lacking, broken]}
        answer_with(window.page, ("done", done | changed))
        window.page.goto(f"{address}/?q=zebras")
        window.page.get_by_text("To ask elsewhere").click()
        if kind == "unproven":
            window.page.get_by_text("2 withheld sentences").click()
        check(window.page)

    def test_where_the_browser_keeps_nothing(self, window: Window, address: str) -> None:
        window.page.add_init_script("delete window.indexedDB; window.indexedDB = undefined;")
        window.page.goto(address)
        window.page.locator("#kept summary").click()
        check(window.page)

    def test_suggestions(self, window: Window, address: str) -> None:
        page = window.page
        for path, field in ((ARTICLE, "#words"), ("/", "#question")):
            page.goto(address + path)
            page.locator(field).press_sequentially("libr")
            expect(page.locator("#titles li").first).to_be_visible()
            page.keyboard.press("ArrowDown")
            check(page)


def test_who_may_only_search_and_a_wrong_token(window: Window, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    secret = Tokens(tmp_path).create("reader", "read")
    page = window.page
    with running(over(tmp_path)) as address:
        page.goto(address)
        page.get_by_label("Your token").fill("pinakes_wrong")
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check(page)
        page.get_by_label("Your token").fill(secret)
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_text("may search and read")).to_be_visible()
        check(page)
    page.context.clear_cookies()
    window.complaints.clear()


def test_the_human_door(browser: Browser, tmp_path: Path) -> None:
    secret = Tokens(tmp_path).create("me", "admin")
    Tokens(tmp_path).create("phone", "ask")
    settings = Settings.model_validate({"data": tmp_path, "approvals": {"door": "127.0.0.1:0"}})
    approvals = Approvals(tmp_path)
    with opened_door(settings) as name:
        context = browser.new_context(http_credentials={"username": "any", "password": secret})
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        assert name is not None
        page.goto(name)
        check(page)
        approvals.propose("tokens revoke phone", "agent")
        other = approvals.propose("unpack /srv/1 -c wiki", "agent").proposal.id
        approvals.deny(other, "me")
        (tmp_path / "wiki").mkdir()
        with (
            hold_collection(tmp_path / "wiki"),
            told_in_file(tmp_path / "wiki", QuietProgress()) as told,
        ):
            told.step("Embedding passages", 10, "passages")
            page.reload()
            expect(page.get_by_text("Decided before")).to_be_visible()
            expect(page.get_by_role("progressbar")).to_be_visible()
            check(page)
        context.close()
