"""An article made to break the page it is shown on stays inside of it, on a desk and on a phone."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import make_app, running
from tests.service.http.browser import Window, needs_chromium

pytestmark = needs_chromium
OWNED = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
# Turns what follows round (U+202E) and isolates it without an end (U+2067).
TURNED = "\u202egnp.exe\u2067 \u2066"
TITLE = f"Hostile {TURNED} <b onclick=alert(1)>\"title\"</b> & 'more'"
SHOWN = "".join("\ufffd" if "\u2000" < letter < "\u3000" else letter for letter in TITLE)
LONG = "W" * 240
ROWS, LINKS = 10_000, 5_000
WIDE = 60
# A browser's own words for where a link leads, and what it may not be.
LEADS_OUT = """(links) => links.map((link) => link.href).filter(
  (href) => !href.startsWith(`${location.origin}/c/toywiki/`)
)"""
STANDS_OUT = """() => document.documentElement.scrollWidth - window.innerWidth"""
# What ends right of the window, and lies in nothing that scrolls by itself.
OUTSIDE = """() => {
  const scrolls = (one) => one && one !== document.body
    && (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  return [...document.querySelectorAll("main *")].filter((one) =>
    one.getBoundingClientRect().right > window.innerWidth + 1 && !scrolls(one.parentElement)
  ).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`);
}"""


def _wikitext() -> str:
    nowiki = f"<nowiki>{OWNED}</nowiki>"
    rows = "".join(f"|-\n| row{number} || [[Target {number}]]\n" for number in range(ROWS))
    cells = " || ".join(LONG[:40] for _ in range(WIDE))
    links = " ".join(f"[[Target {number}|link {number}]]" for number in range(LINKS))
    return "\n\n".join(
        [
            f"{{{{Infobox person|name={nowiki}|{LONG}={LONG}|born=[javascript:alert(1) born]}}}}",
            f"An article of {LONG}, {TURNED}, {nowiki}, &lt;script&gt;owned=1&lt;/script&gt;.",
            f"== {nowiki} [[Target 1|in a heading]] ==\n[javascript:window.owned=1 a link]",
            f"== {LONG} ==\n[[javascript:window.owned=1]] [[Target 2|<u onclick=alert(1)>two</u>]]",
            f"== {TURNED} ==\n<math>\\href{{javascript:window.owned=1}}{{x}} {LONG}</math>",
            f"{{|\n! {LONG} !! {nowiki}\n{rows}|}}",
            f"{{|\n| {cells}\n|}}",
            f"<pre>{LONG * 3}</pre>\n\n* {LONG}\n** {LONG}\n\n> {LONG}",
            f"== Links ==\n{links}",
            "The end.",
        ]
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("hostile-article")
    pages = [article(1, TITLE, _wikitext())]
    pages += [article(2 + number, f"Target {number}", "A page.") for number in range(LINKS)]
    build_collection(
        directory / "toywiki",
        write_dump(directory, pages),
        None,
        "none",
        QuietProgress(),
        BuildOptions(1, executors=in_threads),
    )
    with running(make_app(directory / "toywiki", None)) as address:
        yield f"{address}/c/toywiki"


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 800)])
def test_it_stays_in_its_box(window: Window, address: str, width: int, height: int) -> None:
    page = window.page
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{address}/page/1")
    expect(page.get_by_text("The end.")).to_be_attached()
    expect(page.locator("h1")).to_have_text(SHOWN)
    assert page.evaluate("window.owned") is None
    assert page.evaluate(STANDS_OUT) <= 0
    assert page.evaluate(OUTSIDE) == []
    article = page.locator("article")
    assert article.locator("script, img, b, u, [onclick], [style], iframe, object").count() == 0
    assert article.locator("a").evaluate_all(LEADS_OUT) == []
    assert article.locator("a").count() > LINKS
    assert article.get_by_text("row499").count() == 1
    assert article.get_by_text("row500").count() == 0  # which are a link away
    expect(page.locator("header #search")).to_be_in_viewport()
    for anchor in page.locator("nav.contents a").all():
        if not anchor.is_visible():  # on a phone the contents are folded
            page.locator("nav.contents summary").click()
        anchor.click()
        expect(article.locator("h2:target")).to_be_in_viewport()


def test_its_title_is_suggested_and_found_as_text(window: Window, address: str) -> None:
    page = window.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}/search?q={quote('script window owned')}&all=1")
    expect(page.locator(".results h2").first).to_have_text(SHOWN)
    assert page.evaluate(STANDS_OUT) <= 0
    assert page.evaluate(OUTSIDE) == []
    page.locator("#words").fill("Hostile")
    expect(page.get_by_role("option").first).to_have_text(SHOWN)
    assert page.locator("main b, main img, main script, #titles b").count() == 0
    assert page.evaluate("window.owned") is None
