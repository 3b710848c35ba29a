"""The two pages in a real browser."""

import json
import re
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from pinakes.service.errors import GeneratorFailed
from tests.service.conftest import ARABIC, JAPANESE, MARKUP_TITLE, MakeServer, make_app, running
from tests.service.http.browser import BIRDS, Window, needs_chromium
from tests.service.http.test_answer_page import answer_with
from tests.service.scripted_generator import ScriptedGenerator

pytestmark = needs_chromium
SENTENCES = (
    "Timon of Phlius compared them",
    " to birds fed in a cage. [1]",
    " Horses eat violet grass.",
)


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    """The service over the sample, with a model that knows one answer."""
    with running(make_app(sample, ScriptedGenerator(*SENTENCES))) as address:
        yield address


@pytest.fixture(scope="module")
def awkward_address(awkward: Path) -> Iterator[str]:
    with running(make_app(awkward)) as address:
        yield address


def without_spaces(text: str) -> str:
    return "".join(text.split())


def marked(page: Page) -> str:
    return without_spaces("".join(page.locator("mark").all_text_contents()))


def is_scrolled_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_from_the_question_to_the_passage(window: Window, address: str) -> None:
    page = window.page
    page.goto(address)
    page.get_by_label("What would you like to know?").fill(BIRDS)
    page.get_by_role("button", name="Ask").click()
    answer = page.locator("#answer")
    expect(answer.locator(".sentence")).to_have_text(
        [
            "Timon of Phlius compared them to birds fed in a cage [1].",
            "Horses eat violet grass. unsupported",
        ]
    )
    expect(page.locator("#summary")).to_contain_text("scripted")
    source = page.locator("#sources ol li")
    expect(source).to_have_count(1)
    expect(page.locator("#sources ul > li > a")).to_have_text("Library of Alexandria")
    expect(source.get_by_role("link")).to_have_text("Foundation › The Mouseion")
    expect(source.locator("blockquote")).to_contain_text(
        "… Not everybody admired them: the satirist Timon of Phlius compared them to birds"
    )
    expect(source.locator("mark")).to_have_text(
        ["satirist", "compared", "birds", "fed", "cage", "Mouseion"]
    )

    answer.get_by_role("link", name="[1]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Library of Alexandria")
    expect(page.locator("mark").first).to_be_in_viewport()
    answered = httpx.post(f"{address}/api/ask", json={"question": BIRDS}).json()
    [citation], place = answered["citations"], answered["sentences"][0]["source"]
    sentence = citation["quote"][place["start"] : place["end"]]
    assert 0 < len(sentence) < len(citation["quote"])
    assert marked(page) == without_spaces(sentence)

    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator("#question")).to_have_value(BIRDS)
    expect(answer).to_contain_text("Timon of Phlius compared them to birds fed in a cage [1].")


def test_a_passage_over_two_sections_is_marked_with_its_heading(
    window: Window, address: str
) -> None:
    hits = httpx.get(
        f"{address}/api/search", params={"q": "Callimachus Aetia Hecale poetry"}
    ).json()
    hit = next(hit for hit in hits["hits"] if "\n\nPoetry\n" in hit["text"])
    window.page.goto(address + hit["url"])
    assert marked(window.page) == without_spaces(hit["text"])
    expect(window.page.locator("h2 mark, h3 mark")).to_have_text(["Poetry", "Prose"])


def test_a_citation_leads_to_its_sentence_behind_a_heading(window: Window, address: str) -> None:
    page = window.page
    found = httpx.get(
        f"{address}/api/search", params={"q": "Callimachus Aetia Hecale poetry"}
    ).json()
    hit = next(hit for hit in found["hits"] if "\n\nPoetry\n" in hit["text"])
    text = hit["text"]
    start = text.index("\n\nPoetry\n") + len("\n\nPoetry\n")
    end = text.index(". ", start) + 1
    done = httpx.post(f"{address}/api/ask", json={"question": BIRDS}).json()
    done["citations"][0] |= {"url": hit["url"], "quote": text, "excerpt": [0, len(text)]}
    done["sentences"][0]["source"] |= {"start": start, "end": end}
    answer_with(page, ("done", done))
    page.goto(f"{address}/?q={quote(BIRDS)}")
    page.locator("#answer").get_by_role("link", name="[1]").click()
    expect(page.locator("mark").first).to_be_in_viewport()
    assert marked(page) == without_spaces(text[start:end])


def test_only_an_answer_is_gone_back_to(window: Window, address: str) -> None:
    page = window.page
    page.goto(f"{address}/c/samplewiki/search?q=satirist+birds&all=1")
    page.locator(".results .place").first.click()
    expect(page.locator("mark").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="Back to the answer")).to_have_count(0)


def test_pieces_appear_as_they_come(window: Window, make_server: MakeServer) -> None:
    more = threading.Event()
    generator = ScriptedGenerator("It was ", more, "Timon of Phlius.")
    window.page.goto(f"{make_server(generator)}/?q={quote(BIRDS)}")
    answer = window.page.locator("#answer")
    expect(answer).to_have_text("It was", use_inner_text=True)
    more.set()
    expect(answer).to_contain_text("It was Timon of Phlius")


def test_a_link_asks_its_question(window: Window, address: str) -> None:
    window.page.goto(f"{address}/?q={quote(BIRDS)}")
    expect(window.page.locator("#question")).to_have_value(BIRDS)
    expect(window.page.locator("#answer")).to_contain_text("Timon of Phlius")


def test_a_new_question_replaces_one_that_is_being_answered(
    window: Window, make_server: MakeServer
) -> None:
    generator = ScriptedGenerator("First words. ", 600.0)
    window.page.goto(f"{make_server(generator)}/?q={quote(BIRDS)}")
    expect(window.page.locator("#answer")).to_contain_text("First words")
    generator.script = ("Second answer.",)
    window.page.locator("#question").fill("Who deciphered Linear B?")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#answer")).to_contain_text("Second answer. unsupported")
    expect(window.page.locator("#summary")).to_contain_text("Unproven: ")


def test_an_answer_is_stopped(window: Window, make_server: MakeServer) -> None:
    generator = ScriptedGenerator("First words. ", 600.0, "Never said.")
    window.page.goto(f"{make_server(generator)}/?q={quote(BIRDS)}")
    expect(window.page.locator("#answer")).to_contain_text("First words")
    stop = window.page.get_by_role("button", name="Stop")
    stop.click()
    expect(window.page.get_by_role("status")).to_have_text("Stopped.")
    expect(stop).to_be_hidden()
    expect(window.page.locator("#question")).to_be_focused()
    expect(window.page.locator("#sources li").first).to_be_visible()
    generator.script = ("Second answer.",)
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#answer")).to_contain_text("Second answer.")
    expect(stop).to_be_hidden()


def test_without_a_model(window: Window, make_server: MakeServer) -> None:
    window.page.goto(f"{make_server()}/?q=When+was+movable+type+of+clay+invented%3F")
    expect(window.page.locator("#summary")).to_have_text(
        "The passage that most likely answers, word for word. "
        "From Pinakes sample as of 1 November 2026"  # all have vectors
    )
    expect(window.page.locator("#answer")).to_contain_text("“")
    expect(window.page.locator("#answer .said")).to_have_count(1)
    expect(window.page.locator("#sources ol li")).to_have_count(1)


@pytest.mark.parametrize(
    ("coverage", "said"),
    [(0.999, "99 %"), (0.08, "8 %"), (0.0001, "less than 1 %")],
)
def test_an_answer_says_how_many_passages_have_vectors(
    window: Window, address: str, coverage: float, said: str
) -> None:
    page = window.page
    answer = httpx.post(f"{address}/api/ask", json={"question": BIRDS, "mode": "quote"})
    done = json.dumps(answer.json() | {"coverage": coverage})
    page.route(
        "**/api/ask",
        lambda route: route.fulfill(
            body=f"event: done\ndata: {done}\n\n", content_type="text/event-stream"
        ),
    )
    page.goto(f"{address}/?q={quote(BIRDS)}")
    expect(page.locator("#summary")).to_have_text(
        "The passage that most likely answers, word for word. "
        "From Pinakes sample as of 1 November 2026 · "
        f"searched by words, {said} of it by meaning, too"
    )


class TestErrors:
    def test_a_question_without_words(self, window: Window, address: str) -> None:
        window.page.goto(f"{address}/?q=%3F!")
        expect(window.page.get_by_role("status")).to_have_text("no word to search for in '?!'")
        expect(window.page.locator("#answer")).to_be_hidden()
        assert "400" in window.complaints.pop()  # Chromium notes every failed request

    def test_a_model_that_breaks_off(self, window: Window, make_server: MakeServer) -> None:
        generator = ScriptedGenerator("It was ", GeneratorFailed("the model was killed"))
        window.page.goto(f"{make_server(generator)}/?q={quote(BIRDS)}")
        expect(window.page.get_by_role("status")).to_have_text("the model was killed")
        expect(window.page.locator("#answer")).to_have_text("It was", use_inner_text=True)
        generator.script = ("Timon of Phlius compared them to birds [1].",)
        window.page.get_by_role("button", name="Ask").click()
        expect(window.page.locator("#answer")).to_contain_text("Timon of Phlius")

    def test_an_answer_that_is_cut_off(self, window: Window, address: str) -> None:
        window.page.route(
            "**/api/ask",
            lambda route: route.fulfill(
                body='event: token\ndata: {"text": "It was"}\n\n', content_type="text/event-stream"
            ),
        )
        window.page.goto(f"{address}/?q={quote(BIRDS)}")
        expect(window.page.get_by_role("status")).to_contain_text("the answer broke off")

    def test_a_server_that_is_gone(self, window: Window, address: str) -> None:
        window.page.goto(address)
        window.page.route("**/api/ask", lambda route: route.abort())
        window.page.locator("#question").fill("library")
        window.page.keyboard.press("Enter")
        expect(window.page.get_by_role("status")).to_contain_text("The service did not answer")
        assert "net::ERR_FAILED" in window.complaints.pop()

    def test_a_page_that_changed(self, window: Window, address: str) -> None:
        window.page.goto(f"{address}/page/617?revision=1&start=0&end=40#passage")
        expect(window.page.get_by_role("alert")).to_contain_text("changed since it was cited")
        expect(window.page.locator("mark")).to_have_count(0)


class TestAwkwardText:
    def test_markup_is_shown_as_text(self, window: Window, awkward_address: str) -> None:
        page = window.page
        page.goto(f"{awkward_address}/?q=zebrafish")
        expect(page.locator("#answer")).to_contain_text("<script>window.owned = 1</script>")
        expect(page.locator("#sources ul > li > a")).to_have_text(MARKUP_TITLE)
        assert page.locator("#sources img, #answer img, #answer script, #sources b").count() == 0
        expect(page.locator("#sources mark")).to_have_text(["zebrafish"])
        page.goto(f"{awkward_address}/?q=Does+the+zebrafish+page+say+script+img%3F")
        expect(page.locator("#sources mark")).to_have_text(
            ["zebrafish", "page", "says", "script", "script", "img"]
        )
        expect(page.locator("#sources blockquote")).to_contain_text("<script>window.owned = 1</scr")
        assert page.locator("#sources img, #sources script").count() == 0
        expect(page.locator("#summary")).to_have_text(
            re.compile("as of 1 November 2026 · searched by words alone$")
        )
        page.locator("#sources a").first.click()
        expect(page.locator("h1")).to_have_text(MARKUP_TITLE)
        expect(page.locator("article")).to_contain_text("<img src=x onerror=window.owned=1>")
        expect(page).to_have_title(f"{MARKUP_TITLE} – Pinakes")
        assert page.locator("article img, article script, article b").count() == 0
        assert page.evaluate("window.owned") is None

    def test_right_to_left(self, window: Window, awkward_address: str) -> None:
        page = window.page
        page.goto(f"{awkward_address}/?q={quote('مكتبة الإسكندرية')}")
        expect(page.locator("#answer")).to_contain_text(ARABIC)
        expect(page.locator("#answer")).to_have_css("direction", "rtl")
        expect(page.locator("#sources blockquote")).to_have_css("direction", "rtl")
        expect(page.locator("#sources mark")).to_have_text(["مكتبة", "الإسكندرية", "مكتبة"])
        page.locator("#answer a").first.click()
        expect(page.locator("article p.text")).to_have_css("direction", "rtl")
        expect(page.locator("header")).to_have_css("direction", "ltr")
        assert marked(page) == without_spaces(ARABIC)

    def test_offsets_count_letters_beyond_the_basic_plane(
        self, window: Window, awkward_address: str
    ) -> None:
        page = window.page
        page.goto(f"{awkward_address}/?q={quote('アレクサンドリア図書館')}")
        expect(page.locator("#answer")).to_contain_text(f"“{JAPANESE}”")
        expect(page.locator("#sources mark").first).to_have_text("アレクサンドリア図書館")
        expect(page.locator("#sources blockquote")).to_have_text(JAPANESE)
        page.locator("#answer a").first.click()
        assert marked(page) == JAPANESE[: JAPANESE.index("。") + 1]
        start = JAPANESE.index("𠮷野")
        page.goto(f"{awkward_address}/page/3?start={start}&end={start + 2}")
        assert marked(page) == "𠮷野"

    @pytest.mark.parametrize("path", ["/?q=long+word", "/page/4?start=0&end=200"])
    def test_long_words_break(self, window: Window, awkward_address: str, path: str) -> None:
        window.page.set_viewport_size({"width": 360, "height": 740})
        window.page.goto(awkward_address + path)
        expect(window.page.locator("#answer, article")).to_contain_text("dampfschiff")
        assert not is_scrolled_sideways(window.page)


@pytest.mark.parametrize("path", ["/", f"/?q={quote(BIRDS)}", "/page/617", "/page/56273"])
def test_a_narrow_screen_never_scrolls_sideways(window: Window, address: str, path: str) -> None:
    window.page.set_viewport_size({"width": 360, "height": 740})
    window.page.goto(address + path)
    if "?q=" in path:
        expect(window.page.locator("#sources")).to_be_visible()
    assert not is_scrolled_sideways(window.page)


@pytest.mark.parametrize(("width", "is_beside"), [(1280, True), (390, False)])
def test_the_box_stands_beside_the_lead_or_below_it(
    window: Window, address: str, width: int, is_beside: bool
) -> None:
    page = window.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/c/samplewiki/page/Rosetta_Stone")
    box = page.locator(".box").bounding_box()
    lead = page.get_by_text("The Rosetta Stone is part of").bounding_box()
    heading = page.get_by_role("heading", name="The decree").bounding_box()
    assert box
    assert lead
    assert heading
    assert box["y"] < heading["y"]
    assert (abs(box["y"] - lead["y"]) < 20) == is_beside
    assert (box["y"] >= lead["y"] + lead["height"]) != is_beside
    assert page.get_by_text("Infobox").count() == 0


def test_by_keyboard_alone(window: Window, address: str) -> None:
    page = window.page
    page.goto(address)
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(BIRDS)
    page.keyboard.press("Enter")
    expect(page.locator("#answer a")).to_be_visible()  # the whole answer; its tokens come before
    page.keyboard.press("Tab")
    expect(page.get_by_label("How to answer")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_have_css("outline-style", "solid")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    for link in page.locator("#best a").all():
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#answer a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_in_viewport()


@pytest.mark.parametrize("path", ["/", f"/?q={quote(BIRDS)}", "/page/617?start=0&end=90"])
def test_what_a_screen_reader_needs(window: Window, address: str, path: str) -> None:
    page = window.page
    page.goto(address + path)
    if "?q=" in path:
        expect(page.locator("#sources")).to_be_visible()
        expect(page.locator("#after")).to_be_visible()  # its links are those that stay
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    levels = [
        int(heading.evaluate("node => node.tagName[1]"))
        for heading in page.get_by_role("heading").all()
    ]
    assert all(below <= above + 1 for above, below in pairwise(levels))
    for control in page.locator("input:not([type=hidden]), select, button, summary, a").all():
        assert control.evaluate(
            "node => node.ariaLabel || (node.labels?.[0] ?? node).textContent.trim()"
        )
    identities = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/?q=" + quote(BIRDS), "/page/617?start=880&end=4700"])
def test_text_stands_out_from_its_ground(
    window: Window, address: str, scheme: str, path: str
) -> None:
    page = window.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address + path)
    if "?q=" in path:
        expect(page.locator("#sources")).to_be_visible()
    weak = page.evaluate(_CONTRASTS)
    assert weak == []


# Texts whose contrast is below 4.5 to 1, the least that WCAG 2.2 (1.4.3) allows for small text.
_CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixel = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const linear = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = pixel(getComputedStyle(node).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !node.checkVisibility() || node.tagName === "NOSCRIPT") continue;
    const [a, b] = [pixel(getComputedStyle(node).color), ground(node)].map(luminance);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) weak.push(`${node.tagName}.${node.className} ${contrast.toFixed(2)}`);
  }
  return weak;
}"""
