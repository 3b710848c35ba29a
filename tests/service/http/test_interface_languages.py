"""The pages in several languages: the files, which of them a browser gets, and what is said."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from pinakes.service.http import interface_languages, templating
from pinakes.service.http.interface_languages import INTERFACE_LANGUAGES, interface_language
from tests.index.toys import ROOT
from tests.service.conftest import make_app, running
from tests.service.http.browser import BIRDS, SIZE, needs_chromium
from tests.service.http.test_answer_page import answer_with, ask
from tests.service.scripted_generator import ScriptedGenerator

sys.path.insert(0, str(ROOT / "docs"))
import interface_words  # type: ignore[import-not-found]

WEB = Path(interface_languages.__file__).parent / "web"
FILES = sorted((WEB / "languages").glob("*.po"))
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
SCRIPTS = sorted((WEB / "static").glob("*.js"))
HTML = {"Accept": "text/html"}
ARTICLE = "/c/samplewiki/page/Rosetta_Stone"
LETTERS = re.compile(r"[^\W\d_]{2,}")
# Names, and a unit; of scripts: what selects elements, and what the browser is told.
NO_WORDS = {"Pinakes", "UTC"}
NO_WORDS_OF_SCRIPTS = re.compile(r"[#\[]|^input, |^\.")
NAMES_OF_SCRIPTS = {"Escape", "Tab", "Enter", "Home", "End", "Content-Type", "Infobox"}
SAID = re.compile(r'(aria-label|title|placeholder|alt|data-\w+)="([^"]*)"')


def catalog_of(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def words_of(message: Message) -> tuple[list[str], list[str]]:
    """The English words, and what stands for them."""
    english = list(message.id) if isinstance(message.id, tuple) else [message.id]
    here = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return english, here


class TestTheFiles:
    def test_there_are_those_that_are_promised(self) -> None:
        assert set(INTERFACE_LANGUAGES) == {"en", "de", "es", "zh"}

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_a_file_has_all_words_and_no_others(self, path: Path) -> None:
        """Else: python docs/interface_words.py, and translate what it says is missing."""
        assert path.read_bytes() == interface_words.updated(path, interface_words.words())
        lacking = [one.id for one in catalog_of(path) if one.id and not all(words_of(one)[1])]
        assert lacking == []

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_what_is_filled_in_and_marked_up_is_the_same(self, path: Path) -> None:
        catalog = catalog_of(path)
        wrong = [(one.id, [str(error) for error in errors]) for one, errors in catalog.check()]
        assert wrong == []
        for one in filter(lambda one: one.id, catalog):
            english, here = words_of(one)
            assert len(here) == (catalog.num_plurals if len(english) > 1 else 1), one.id
            tags = [sorted(re.findall(r"<[^>]*>", text)) for text in (english[0], *here)]
            assert all(found == tags[0] for found in tags), one.id
            assert not any("{" in text or "javascript:" in text for text in here)
            filled = [set(re.findall(r"%\(\w+\)s", text)) for text in (english[-1], *here[-1:])]
            assert filled[0] == filled[1], one.id

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
    def test_a_template_says_nothing_that_is_in_no_file(self, path: Path) -> None:
        assert list(_own_words(path.read_text())) == []

    @pytest.mark.parametrize(
        ("template", "said"),
        [
            ("<p>Hello {{ name }}</p>", ["Hello"]),
            ('<a title="Hello there">{{ name }}</a>', ["Hello", "there"]),
            ('<p>{% trans %}Hello{% endtrans %}<b class="hello">{{ _("there") }}</b></p>', []),
        ],
    )
    def test_such_words_are_seen(self, template: str, said: list[str]) -> None:
        assert list(_own_words(template)) == said

    def test_the_code_says_nothing_that_is_in_no_file(self) -> None:
        """Where a module has words of the pages, babel.cfg names it."""
        known = {text for one in interface_words.words() if one.id for text in words_of(one)[0]}
        said = [
            text
            for path in sorted(interface_words.SERVICE.rglob("*.py"))
            for text in re.findall(r'\bn?gettext\(\s*"([^"]+)"', path.read_text())
        ]
        assert len(said) > 10
        assert [one for one in said if not any(text.startswith(one) for text in known)] == []

    @pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
    def test_a_script_says_nothing_that_is_in_no_file(self, path: Path) -> None:
        known = {text for one in interface_words.words() if one.id for text in words_of(one)[0]}
        assert [text for text in _texts_of(path) if text not in known] == []


def _own_words(template: str) -> Iterator[str]:
    """Words of a template that are not translated: between its tags, and in what is read out."""
    told, is_translated = [], False
    block: list[str] = []
    for _line, kind, text in templating.TEMPLATES.env.lex(template):
        if kind == "block_begin":
            block = []
        elif kind == "name":
            block.append(text)
        elif kind == "block_end" and block:
            is_translated = block[0] == "trans" or (is_translated and block[0] != "endtrans")
        elif kind == "data" and not is_translated:
            told.append(text)
    html = "".join(told)
    attributes = " ".join(value for _name, value in SAID.findall(html))
    between = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>|&\w+;", " ", html, flags=re.DOTALL)
    yield from (word for word in LETTERS.findall(f"{between} {attributes}") if word not in NO_WORDS)


def _texts_of(path: Path) -> Iterator[str]:
    """Texts in quotation marks that look as if people should read them."""
    code = re.sub(r"(^|\s)//.*", "", path.read_text())
    for text in (one or other for one, other in re.findall(r'"([^"\n]*)"|`([^`]*)`', code)):
        shown = re.sub(r"\$\{[^}]*\}", "", text)
        is_read = re.search(r"^[A-Z][a-z]+$|^[A-Z][a-z]+ |[a-z]{2,} [a-z]{2,}", shown)
        if is_read and not NO_WORDS_OF_SCRIPTS.search(shown) and text not in NAMES_OF_SCRIPTS:
            yield text


class _Asking:
    """As much of a request as the choice needs."""

    def __init__(self, named: str, chosen: str = "") -> None:
        self.headers = {"accept-language": named}
        self.cookies = {"pinakes-language": chosen}


class TestTheChoice:
    @pytest.mark.parametrize(
        ("named", "code"),
        [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr,es;q=0.5,de;q=0.7", "de"),
            ("fr", "en"),
            ("en-GB,de", "en"),
            ("de;q=0,es;q=0.1", "es"),
            ("zh-Hans-CN", "zh"),
            ("zh-TW", "zh"),
            ("*", "en"),
            ("DE-de", "de"),
            ("de;q=x, es", "es"),
            ("-, ;, =,\x00", "en"),
            (",".join(["xx"] * 5_000), "en"),
        ],
    )
    def test_the_best_of_those_that_a_browser_names(self, named: str, code: str) -> None:
        asking: Any = _Asking(named)
        assert interface_language(asking).code == code

    def test_what_was_chosen_here_comes_first(self) -> None:
        asking: Any = _Asking("de", "es")
        assert interface_language(asking).code == "es"
        unknown: Any = _Asking("de", "../../es")
        assert interface_language(unknown).code == "de"

    def test_a_choice_is_kept_in_the_browser_and_leads_back(self, client: TestClient) -> None:
        page = client.get(f"{ARTICLE}?rows=all", headers=HTML).text
        [link] = re.findall(r'<a href="([^"]*)" lang="de"', page)
        answer = client.get(link.replace("&amp;", "&"), follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{ARTICLE}?rows=all")
        assert answer.headers["set-cookie"].startswith("pinakes-language=de; HttpOnly; Max-Age=")
        assert '<html lang="de"' in client.get(ARTICLE, headers=HTML).text
        client.cookies.clear()

    @pytest.mark.parametrize("to", ["https://evil.test/", "//evil.test", "/\\evil.test", "x"])
    def test_it_leads_nowhere_else(self, client: TestClient, to: str) -> None:
        answer = client.get("/language", params={"code": "en", "to": to}, follow_redirects=False)
        assert answer.headers["location"] == "/"
        client.cookies.clear()

    def test_a_language_that_is_not_here(self, client: TestClient) -> None:
        answer = client.get("/language", params={"code": "xx\r\nSet-Cookie: a=b"})
        assert answer.status_code == 400
        assert "en, de, es, zh" in answer.json()["detail"]
        assert "set-cookie" not in answer.headers

    def test_who_chooses_nothing_gets_no_cookie(self, client: TestClient) -> None:
        for path in ("/", ARTICLE, "/c/samplewiki/search?q=city"):
            assert (
                "set-cookie"
                not in client.get(path, headers=HTML | {"Accept-Language": "de"}).headers
            )


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("code", "links_here", "day", "articles"),
        [
            ("de", "Was hierher verweist", "1. November 2026", "40 Artikel."),
            ("es", "Qué enlaza aquí", "1 de noviembre de 2026", "40 artículos."),
            ("zh", "链入页面", "2026年11月1日", "40 篇条目。"),
        ],
    )
    def test_pages_are_in_the_language_and_articles_in_theirs(
        self, client: TestClient, code: str, links_here: str, day: str, articles: str
    ) -> None:
        asking = HTML | {"Accept-Language": f"{code};q=0.9, en;q=0.1"}
        first = client.get("/c/samplewiki/", headers=asking).text
        assert f">{day}</time>" in first
        assert articles in first
        answer = client.get(ARTICLE, headers=asking)
        assert f'<html lang="{code}" dir="ltr">' in answer.text
        assert '<article lang="en"' in answer.text
        assert links_here in answer.text
        english = client.get(ARTICLE, headers=HTML)
        assert english.headers["ETag"] != answer.headers["ETag"]
        for one in (answer, english):
            assert "Accept-Language" in one.headers["Vary"]

    @pytest.mark.parametrize(
        "path", ["/c/samplewiki/", ARTICLE, "/c/samplewiki/search?q=city", "/about", "/enter", "/x"]
    )
    def test_every_page_says_its_language_and_that_it_hangs_on_who_asks(
        self, client: TestClient, path: str
    ) -> None:
        for code in INTERFACE_LANGUAGES:
            headers = client.get(path, headers=HTML | {"Accept-Language": code}).headers
            assert headers["Content-Language"] == code
            assert {"Accept-Language", "Cookie"} <= set(headers["Vary"].split(", "))
            assert headers["Cache-Control"] in ("no-cache", "no-store")
        assert ("Accept" in headers["Vary"].split(", ")) is (path == "/x")

    def test_one_is_not_told_as_many(self) -> None:
        said = [
            [
                language.ngettext("%(number)s article", "%(number)s articles", count)
                for count in (1, 2)
            ]
            for language in INTERFACE_LANGUAGES.values()
        ]
        assert said == [
            ["%(number)s article", "%(number)s articles"],
            ["%(number)s Artikel", "%(number)s Artikel"],
            ["%(number)s artículo", "%(number)s artículos"],
            ["%(number)s 篇条目", "%(number)s 篇条目"],
        ]
        spanish = INTERFACE_LANGUAGES["es"]
        assert "de artículos" in spanish.ngettext(
            "%(number)s article", "%(number)s articles", 10**6
        )

    def test_thousands_are_set_off_as_the_language_does(self) -> None:
        said = {code: one.number(1_234_567) for code, one in INTERFACE_LANGUAGES.items()}
        assert said == {"en": "1,234,567", "de": "1.234.567", "es": "1.234.567", "zh": "1,234,567"}

    def test_what_is_filled_in_is_no_markup(self, client: TestClient) -> None:
        query = "<b onclick=1>\u202e & zzyzx %s %(x)s"
        for code in INTERFACE_LANGUAGES:
            page = client.get(
                "/c/samplewiki/search",
                params={"q": query},
                headers=HTML | {"Accept-Language": code},
            ).text
            assert "<b onclick" not in page
            assert "&lt;b onclick=1&gt;\ufffd &amp; zzyzx %s %(x)s</q>" in page

    def test_an_error_is_told_in_the_language(self, client: TestClient) -> None:
        german = HTML | {"Accept-Language": "de"}
        page = client.get("/c/samplewiki/page/Nope", headers=german)
        assert page.status_code == 404
        assert "<h1>Nicht gefunden</h1>" in page.text
        assert 'In samplewiki gibt es keinen Artikel namens <q dir="auto">Nope</q>.' in page.text
        assert "No page" not in page.text
        problem = client.get("/c/samplewiki/api/pages/Nope", headers={"Accept-Language": "de"})
        assert problem.json()["title"] == "Not found"  # programs get English

    @pytest.mark.parametrize(
        ("path", "says", "detail"),
        [
            ("/c/nowiki/", "Unter dieser Adresse ist nichts.", "No collection &#39;nowiki&#39;"),
            ("/page/x", "Diese Anfrage ist nicht zu verstehen", "Path.page_id"),
            ("/c/samplewiki/search?q=%3F!", "kein Wort, nach dem", "no word to search for"),
        ],
    )
    def test_an_english_detail_is_told_to_be_english(
        self, client: TestClient, path: str, says: str, detail: str
    ) -> None:
        page = client.get(path, headers=HTML | {"Accept-Language": "de"}).text
        alert = page.partition('role="alert"')[2].partition("</div>")[0]
        assert says in alert
        assert detail in alert.partition('lang="en"')[2]
        alert = client.get(path, headers=HTML).text.partition('role="alert"')[2]
        assert alert.partition("</div>")[0].count("<p") == 1


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    model = ScriptedGenerator(
        "Timon of Phlius compared them to birds fed in a cage. ", "Horses eat violet grass."
    )
    with running(make_app(sample, model)) as address:
        yield address


@needs_chromium
class TestInABrowser:
    @pytest.mark.parametrize(
        ("code", "button", "verdict", "withheld", "theme"),
        [
            ("de-CH", "Fragen", "nicht belegt", "1 Satz zurückgehalten", "Farben: System"),
            ("es-MX", "Preguntar", "sin respaldo", "1 frase omitida", "Tema: sistema"),
            ("zh-CN", "提问", "无依据", "略去 1 句", "主题：跟随系统"),
        ],
    )
    def test_scripts_speak_it_too(
        self,
        browser: Browser,
        address: str,
        code: str,
        button: str,
        verdict: str,
        withheld: str,
        theme: str,
    ) -> None:
        context = browser.new_context(viewport=SIZE, locale=code)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)
        expect(page.get_by_role("button", name=theme)).to_be_visible()
        page.locator("#question").fill(BIRDS)
        page.get_by_role("button", name=button).click()
        expect(page.locator("#answer .verdict")).to_have_text(verdict)
        done = httpx.post(f"{address}/api/ask", json={"question": BIRDS}).json()
        answer_with(page, ("done", done | {"withheld": 1}))
        ask(page, BIRDS)
        expect(page.locator("#summary")).to_contain_text(withheld)
        assert english_of(page) == []
        assert complaints == []
        context.close()


def english_of(page: Page) -> list[str]:
    """English words that the page shows where the language is another."""
    shown: list[str] = page.evaluate(
        """[...document.querySelectorAll("button, label, h1, #sources h2")]
        .map((one) => one.textContent.trim())"""
    )
    english = {"Ask", "Stop", "Copy", "Save", "Sources", "Delete", "Delete all", "Search"}
    return [text for text in shown if text in english]
