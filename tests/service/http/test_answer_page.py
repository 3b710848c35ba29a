"""Answers on the page, in a real browser: stages, verdicts, sources, refusals, follow-ups."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from pinakes.service.generators.generator import Thought
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.browser import BIRDS, Window, needs_chromium
from tests.service.scripted_generator import ScriptedGenerator

pytestmark = needs_chromium
TRUE = "Timon of Phlius compared them to birds fed in a cage. "
FALSE = "Horses eat 1999 violet grass."


@pytest.fixture(scope="module")
def model() -> ScriptedGenerator:
    return ScriptedGenerator()


@pytest.fixture(scope="module")
def address(sample: Path, model: ScriptedGenerator) -> Iterator[str]:
    with running(make_app(sample, model)) as address:
        yield address


@pytest.fixture(scope="module")
def strict_address(sample: Path) -> Iterator[str]:
    """Where two of three sentences are withheld."""
    said = f"{TRUE}Horses eat 1999 <b>violet</b> grass. And is papyrus"
    with running(make_app(sample, ScriptedGenerator(said), answer={"strict": True})) as address:
        yield address


@pytest.fixture
def done(address: str, model: ScriptedGenerator) -> dict[str, Any]:
    """An answer as the service gives it, to be changed."""
    model.script = (TRUE,)
    answer: dict[str, Any] = httpx.post(f"{address}/api/ask", json={"question": BIRDS}).json()
    return answer


def ask(page: Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")


def answer_with(page: Page, *events: tuple[str, Any]) -> None:
    """Let the page get these events for every question."""
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    page.route(
        "**/api/ask",
        lambda route: route.fulfill(body=body, content_type="text/event-stream"),
    )


def test_the_stages_are_told_and_what_became_of_it(window: Window, make_server: MakeServer) -> None:
    status = window.page.get_by_role("status")
    writing, ending = threading.Event(), threading.Event()
    generator = ScriptedGenerator(writing, "Timon of Phlius ", ending, "compared them to birds. ")
    window.page.goto(f"{make_server(generator)}/?q={quote_plus(BIRDS)}")
    expect(status).to_have_text("Reading…")
    expect(window.page.locator("#sources li").first).to_be_visible()
    writing.set()
    expect(status).to_have_text("Writing…")
    ending.set()
    expect(window.page.locator("#summary")).to_have_text(
        re.compile(
            "^From Pinakes sample as of 1 November 2026 · 1 source · "
            r"checked sentence by sentence · written by scripted in \d\.\d s$"
        )
    )
    expect(status).to_have_text("")


def test_thinking_is_a_stage_and_what_was_thought_goes(
    window: Window, make_server: MakeServer
) -> None:
    seen, thinking = threading.Event(), threading.Event()
    generator = ScriptedGenerator("It was ", "Callimachus. ", "Or", seen, "</think>", TRUE)
    window.page.goto(f"{make_server(generator)}/?q={quote_plus(BIRDS)}")
    answer = window.page.locator("#answer")
    expect(answer).to_contain_text("Callimachus")
    seen.set()
    expect(answer).to_contain_text("Timon")
    expect(answer).not_to_contain_text("Callimachus")
    generator.script = ("<think>", thinking, "Timon?</think>", TRUE)
    ask(window.page, BIRDS)
    expect(window.page.get_by_role("status")).to_have_text("Thinking…")
    thinking.set()
    expect(answer).to_contain_text("Timon")


def test_only_marks_of_its_own_are_links(
    window: Window, address: str, done: dict[str, Any]
) -> None:
    number = done["citations"][0]["number"]
    other = done["citations"][0] | {"number": 7}
    text = f"The array fish[7] [{number}]."
    sentence = done["sentences"][0] | {"start": 0, "end": len(text)}
    changed = {"text": text, "sentences": [sentence], "citations": [done["citations"][0], other]}
    answer_with(window.page, ("done", done | changed))
    window.page.goto(f"{address}/?q=birds")
    expect(window.page.locator("#answer a")).to_have_text([f"[{number}]"])


def test_the_place_in_the_queue_is_told(window: Window, make_server: MakeServer) -> None:
    done = threading.Event()
    generator = ScriptedGenerator(TRUE, done)
    address = make_server(generator)
    first, second, third = (window.page.context.new_page() for _ in range(3))
    window.page.goto(address)
    for page, said in (
        (first, "Writing…"),
        (second, r"In the queue: you are next, about \d+ seconds…"),
        (third, r"In the queue: 1 before you, about \d+ seconds…"),
    ):
        page.goto(f"{address}/?q={quote_plus(BIRDS)}")
        expect(page.get_by_role("status")).to_have_text(re.compile(said))
    held = threading.Event()
    generator.script = (TRUE, held)  # of the second
    done.set()
    expect(third.get_by_role("status")).to_contain_text("you are next")
    held.set()
    expect(third.locator("#answer")).to_contain_text("Timon")


def test_a_sentence_that_is_not_supported_says_so(
    window: Window, address: str, model: ScriptedGenerator
) -> None:
    model.script = (TRUE, FALSE)
    window.page.goto(address)
    ask(window.page, BIRDS)
    sentences = window.page.locator("#answer .sentence")
    expect(sentences.nth(0)).to_have_text(f"{TRUE.strip()[:-1]} [1].")
    expect(sentences.nth(1)).to_contain_text("violet grass. unsupported")
    mark = window.page.locator("#answer .verdict")
    expect(mark).to_have_count(1)
    expect(mark).to_have_attribute("title", "Nothing that was found supports this sentence.")
    meaning = window.page.get_by_text("Nothing that was found supports this sentence.")
    expect(meaning).to_be_hidden()
    window.page.get_by_text("What the marks mean").click()  # where nothing hovers
    expect(meaning).to_be_visible()


def test_what_a_sentence_lacks_is_named(window: Window, address: str, done: dict[str, Any]) -> None:
    lacking = done["sentences"][0] | {"verdict": "partly", "missing": ["1999", "<b>Zoë</b>"]}
    answer_with(window.page, ("done", done | {"sentences": [lacking]}))
    window.page.goto(f"{address}/?q=birds")
    mark = window.page.locator("#answer .verdict")
    expect(mark).to_have_text("partly: not in the sources: 1999, <b>Zoë</b>")
    expect(mark).to_have_attribute("title", re.compile("in part only"))


def test_sentences_are_checked_while_the_next_is_written(
    window: Window, make_server: MakeServer
) -> None:
    generator = ScriptedGenerator(f"{FALSE} Papyrus ", 600.0)
    window.page.goto(f"{make_server(generator)}/?q={quote_plus(BIRDS)}")
    answer = window.page.locator("#answer")
    expect(answer).to_contain_text("Horses eat 1999 violet grass. unsupported")
    expect(answer).to_contain_text(re.compile(" Papyrus$"))
    generator.script = (TRUE,)
    ask(window.page, BIRDS)
    expect(answer).to_contain_text("Timon")
    expect(window.page.locator("#earlier article")).to_have_count(0)  # it was not finished


def test_withheld_sentences_are_counted(window: Window, address: str, done: dict[str, Any]) -> None:
    """Those of answers that a browser has kept from before they could be opened."""
    answer_with(window.page, ("done", done | {"withheld": 2}))
    window.page.goto(f"{address}/?q=birds")
    summary = window.page.locator("#summary")
    expect(summary).to_contain_text("2 sentences withheld: nothing supports them. From")
    answer_with(window.page, ("done", done | {"withheld": 1}))
    ask(window.page, "birds")
    expect(summary).to_contain_text("1 sentence withheld: nothing supports it")


def test_withheld_sentences_can_be_opened_and_are_no_part_of_the_answer(
    window: Window, strict_address: str
) -> None:
    page = window.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{strict_address}/?q={quote_plus(BIRDS)}")
    folded = page.locator("#answer details.withheld")
    expect(folded.get_by_text("2 withheld sentences")).to_be_visible()
    expect(page.locator("#summary")).not_to_contain_text("withheld")
    expect(folded.get_by_role("listitem").first).to_be_hidden()
    folded.locator("summary").click()
    expect(folded).to_contain_text("No part of the answer: the model wrote this")
    first, second = folded.get_by_role("listitem").all()
    expect(first.locator("q")).to_have_text("Horses eat 1999 <b>violet</b> grass.")
    expect(first).to_contain_text(
        "Nothing that was found supports this sentence. Not in the sources"
    )
    expect(first).to_contain_text("1999")
    expect(second).to_contain_text("It breaks off, or is a question.")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#copy")).to_have_text("Copied")
    assert "violet" not in page.evaluate("navigator.clipboard.readText()")
    with page.expect_request("**/api/ask") as request:
        ask(page, "And who else?")
    assert "violet" not in str(request.value.post_data_json["history"])
    expect(page.locator("#earlier details.withheld")).to_have_count(1)
    expect(page.locator("#summary")).not_to_be_empty()


SPOKEN = """() => {
  window.spoken = [];
  const heard = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const isSilent = node.getAttribute("aria-hidden") || node.getAttribute("aria-live") === "off";
    return isSilent ? "" : [...node.childNodes].map(heard).join("");
  };
  new MutationObserver((changes) => {
    for (const { target, addedNodes, type } of changes) {
      const around = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      if (around.closest("[aria-hidden]")) continue;
      if (type === "characterData") window.spoken.push(target.data);
      for (const node of addedNodes) window.spoken.push(heard(node));
    }
  }).observe(document.querySelector("#answer"), {
    childList: true, subtree: true, characterData: true,
  });
}"""


def test_the_box_is_not_called_by_the_name_that_the_program_gives_it(
    window: Window, address: str, done: dict[str, Any]
) -> None:
    page = window.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    quote = "Linear B is a script.\n\nInfobox\nType: Syllabary"
    [citation] = done["citations"]
    place = {"quote": quote, "excerpt": [0, len(quote)], "highlights": [[35, 44]]}
    text = f"“{quote}” [1]"
    likeliest = text.index("Type")
    sentence = done["sentences"][0] | {"end": len(text), "verdict": "none", "quoted": True}
    changed = {
        "kind": "passage",
        "text": text,
        "sentences": [sentence | {"source": None}],
        "likeliest": [likeliest, len(text) - 5],
        "citations": [citation | place | {"heading_path": ["Infobox"]}],
    }
    answer_with(page, ("done", done | changed))
    page.goto(f"{address}/?q=birds")
    expect(page.locator("#answer .said")).to_have_text("Type: Syllabary")
    for shown in (page.locator("#answer"), page.locator("#sources ol li")):
        expect(shown).to_contain_text(re.compile(r"Facts\s+Type: Syllabary"))
        expect(shown).not_to_contain_text("Infobox")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#copy")).to_have_text("Copied")
    assert "\n[1] Library of Alexandria › Facts" in page.evaluate("navigator.clipboard.readText()")


def test_screen_readers_get_whole_sentences(window: Window, make_server: MakeServer) -> None:
    page = window.page
    more, ending = threading.Event(), threading.Event()
    generator = ScriptedGenerator(*TRUE.split(" "), more, *FALSE.split(" "), ending, " Papyrus")
    generator.script = tuple(f"{one} " if isinstance(one, str) else one for one in generator.script)
    page.goto(make_server(generator))
    answer = page.locator("#answer")
    expect(answer).to_have_attribute("aria-live", "polite")
    expect(answer).not_to_have_attribute("aria-busy", "true")
    page.evaluate(SPOKEN)
    ask(page, BIRDS)
    expect(answer.locator("[aria-hidden]")).to_have_text(re.compile("Timon of Phlius"))
    more.set()
    expect(answer.locator("[aria-hidden]")).to_have_text(re.compile("Horses eat 1999"))
    ending.set()
    expect(page.locator("#summary")).to_contain_text("scripted")
    expect(answer.locator("[aria-hidden]")).to_have_count(0)
    spoken = [text.strip() for text in page.evaluate("window.spoken") if text.strip()]
    assert spoken[0].startswith("Timon of Phlius compared them to birds fed in a cage")
    assert spoken[1].startswith("Horses eat 1999 violet grass. unsupported")
    assert len(spoken) <= 3


SHIFTS = """
window.shifted = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    const moved = sources.map(({ node }) => node?.id || node?.nodeName);
    if (!hadRecentInput && value > 0.002) window.shifted.push(`${moved}: ${value}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_an_answer_comes(
    window: Window, make_server: MakeServer, width: int
) -> None:
    page = window.page
    page.set_viewport_size({"width": width, "height": 800})
    parts = [
        TRUE[:20],
        f"{TRUE[20:]}{FALSE} ",
        "Callimachus wrote ",
        "many long lists.\n\n" * 9,
        "So.",
    ]
    steps = [threading.Event() for _ in parts]
    page.add_init_script(SHIFTS)
    script = (one for pair in zip(steps, parts, strict=True) for one in pair)
    page.goto(f"{make_server(ScriptedGenerator(*script))}/?q={quote_plus(BIRDS)}")
    expect(page.locator("#sources li").first).to_be_visible()
    for step, said in zip(steps, ("Timon", "violet", "Callimachus", "lists", ""), strict=True):
        step.set()
        expect(page.locator("#answer")).to_contain_text(said)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    expect(page.locator("#summary")).to_contain_text("scripted")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert page.evaluate("window.shifted") == []


def test_what_a_model_thinks_is_folded_above_its_answer(
    window: Window, make_server: MakeServer
) -> None:
    page = window.page
    hostile = '<img src=x onerror="window.owned=1"> [1](javascript:window.owned=1) \u202eevil'
    answering = threading.Event()
    generator = ScriptedGenerator(Thought(f"Birds? {hostile}"), answering, TRUE)
    page.goto(make_server(generator))
    ask(page, BIRDS)
    thoughts = page.locator("#thoughts")
    expect(thoughts).to_be_visible()
    assert thoughts.get_attribute("open") is None
    thoughts.locator("summary").click()
    expect(thoughts).to_contain_text('Birds? <img src=x onerror="window.owned=1"> [1](java')
    assert thoughts.locator("img, a").count() == 0
    assert "\u202e" not in thoughts.inner_text()
    place = thoughts.bounding_box()
    answering.set()
    expect(page.locator("#summary")).to_contain_text("scripted")
    assert thoughts.bounding_box() == place
    expect(page.locator("#answer")).not_to_contain_text("Birds?")
    assert page.evaluate("window.owned") is None
    page.reload()
    expect(page.locator("#answer")).to_contain_text("Timon")
    expect(thoughts).to_be_hidden()  # nothing keeps them
    generator.script = ("It was <b>Callimachus</b>? ", "</think>", TRUE)
    ask(page, BIRDS)
    expect(page.locator("#answer")).to_contain_text("Timon")
    expect(thoughts.locator("p").last).to_contain_text("It was <b>Callimachus</b>")


@pytest.mark.parametrize("stop", [". ", "\n", "。"])
def test_of_a_long_passage_what_stands_around_the_mark_is_shown(
    window: Window, address: str, done: dict[str, Any], stop: str
) -> None:
    page = window.page
    lines = [f"Line {number} tells, of c. 3 birds, how they sing" for number in range(40)]
    quote = stop.join(lines) + stop.strip()
    text = f"“{quote}” [1]"
    start = text.index("Line 20 ")
    sentence = done["sentences"][0] | {"end": len(text), "verdict": "none", "quoted": True}
    changed = {
        "kind": "passage",
        "text": text,
        "sentences": [sentence | {"source": None}],
        "likeliest": [start, start + len(lines[20])],
        "citations": [
            done["citations"][0] | {"quote": quote, "excerpt": [0, 90], "highlights": []}
        ],
    }
    answer_with(page, ("done", done | changed))
    page.goto(f"{address}/?q=birds")
    answer = page.locator("#answer")
    expect(answer.locator(".said")).to_have_text(lines[20])
    shown = answer.inner_text()
    assert shown.startswith("… Line 1")
    assert [number for number in range(40) if f"Line {number} tells" in shown] == list(
        range(16, 26)
    )
    button = answer.get_by_role("button", name="The whole passage")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert quote.strip() in answer.inner_text()
    button.click()
    assert answer.inner_text() == shown


def test_the_page_that_likely_answers_stands_there_before_a_model_speaks(
    window: Window, make_server: MakeServer
) -> None:
    page = window.page
    speaking = threading.Event()
    page.goto(make_server(ScriptedGenerator(speaking, TRUE)))
    ask(page, BIRDS)
    best = page.locator("#best")
    expect(best.get_by_role("heading")).to_have_text("Library of Alexandria")
    expect(best.locator(".lead")).to_contain_text("was the library of the Ptolemaic kings")
    expect(best.locator(".said")).to_have_text(re.compile("^Not everybody admired them.*books.$"))
    expect(best.locator("mark")).to_have_count(0)
    expect(page.locator("#answer")).to_be_hidden()
    speaking.set()
    expect(page.locator("#after")).to_be_visible()
    above, below = best.bounding_box(), page.locator("#answer").bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    page.reload()
    expect(best.locator(".said")).to_be_visible()
    best.get_by_role("link", name="The Mouseion").click()
    expect(page.locator("article mark").first).to_contain_text("Not everybody admired")


def test_a_passage_instead_of_an_answer_is_not_shown_twice(
    window: Window, make_server: MakeServer
) -> None:
    page = window.page
    silent = threading.Event()
    page.goto(make_server(ScriptedGenerator(silent, "<think>Hm.</think>")))
    ask(page, BIRDS)
    expect(page.locator("#best")).to_be_visible()
    silent.set()
    expect(page.locator("#summary")).to_contain_text("The passage that most likely answers")
    expect(page.locator("#best")).to_be_hidden()


def test_where_nothing_likely_answers_no_page_is_named_before(
    window: Window, address: str, model: ScriptedGenerator
) -> None:
    page = window.page
    model.script = (TRUE,)
    page.goto(address)
    with page.expect_response("**/api/ask") as response:
        ask(page, "How do I fix my washing machine with error E24?")
    expect(page.locator("#after")).to_be_visible()
    assert "event: best" not in response.value.text()


def test_sources_are_grouped_by_page(window: Window, address: str, done: dict[str, Any]) -> None:
    [citation] = done["citations"]
    other = citation | {
        "page_id": 9,
        "title": "Papyrus",
        "url": "/c/samplewiki/page/Papyrus?start=1",
    }
    places = [
        citation | {"number": 1, "heading_path": []},
        other | {"number": 2},
        citation | {"number": 4, "heading_path": ["Foundation"]},
    ]
    answer_with(window.page, ("done", done | {"citations": places}))
    window.page.goto(f"{address}/?q=birds")
    pages = window.page.locator("#sources ul > li")
    expect(pages).to_have_count(2)
    expect(pages.locator("> a")).to_have_text(["Library of Alexandria", "Papyrus"])
    expect(pages.locator("> a").nth(1)).to_have_attribute("href", "/c/samplewiki/page/Papyrus")
    expect(pages.first.locator("ol > li > a")).to_have_text(["Beginning", "Foundation"])
    assert pages.first.locator("ol > li").evaluate_all("all => all.map(one => one.value)") == [1, 4]


@pytest.mark.parametrize("far", [False, True])
def test_the_short_answer_is_set_off_in_its_source(
    window: Window, address: str, done: dict[str, Any], far: bool
) -> None:
    [citation] = done["citations"]
    text = citation["quote"][:9] if far else "satirist Timon of Phlius"
    start = citation["quote"].index(text)
    assert (start < citation["excerpt"][0]) == far
    short = {"text": text, "number": 1, "start": start, "end": start + len(text)}
    answer_with(window.page, ("done", done | {"short_answer": short}))
    window.page.goto(f"{address}/?q=birds")
    quote = window.page.locator("#sources blockquote")
    expect(quote.locator("strong")).to_have_text(text)
    expect(quote.locator("mark").filter(has_text="satirist")).to_be_visible()
    low, high = citation["excerpt"]
    expect(quote).to_contain_text(citation["quote"][min(low, start) : high])


def test_what_supports_the_answer_stands_out_in_its_source(
    window: Window, address: str, done: dict[str, Any]
) -> None:
    [citation], [sentence] = done["citations"], done["sentences"]
    start = citation["excerpt"][0]
    source = {"number": 1, "start": start, "end": start + 30}
    answer_with(window.page, ("done", done | {"sentences": [sentence | {"source": source}]}))
    window.page.goto(f"{address}/?q=birds")
    said = window.page.locator("#sources blockquote .said")
    expect(said.first).to_be_visible()
    assert "".join(said.all_inner_texts()) == citation["quote"][start : start + 30]


def test_a_refusal_says_what_was_searched_and_where_to_read_on(
    window: Window, address: str, done: dict[str, Any]
) -> None:
    refusal = {
        "kind": "refusal",
        "text": "This collection does not seem to hold an answer.",
        "sentences": [],
        "citations": [],
        "searched": ["zebras", "striped horses"],
        "nearest": [{"page_id": 617, "title": "Library of <b>Alexandria</b>", "url": "/page/617"}],
        "outside_question": {
            "text": "What do <b>zebras</b> eat?",
            "removed": [{"kind": "name", "text": "Tom"}, {"kind": "name", "text": "Ann"}],
            "sent": False,
        },
    }
    answer_with(window.page, ("done", done | refusal))
    window.page.goto(f"{address}/?q=zebras")
    answer = window.page.locator("#answer")
    expect(answer.get_by_text("What do <b>zebras</b> eat?")).to_be_hidden()
    answer.get_by_text("To ask elsewhere (not sent)").click()
    expect(answer.get_by_text("What do <b>zebras</b> eat?")).to_be_visible()
    expect(answer.get_by_text("recognise it: name. Read it before you send it.")).to_be_visible()
    expect(answer).to_contain_text("This collection does not seem to hold an answer.")
    expect(answer).to_contain_text("Searched for “zebras”, “striped horses”.")
    expect(window.page.locator("#sources")).to_be_hidden()
    answer.get_by_role("link", name="Library of <b>Alexandria</b>").click()
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Library of Alexandria")


def test_pages_that_a_refusal_names_are_links_there(
    window: Window, address: str, done: dict[str, Any]
) -> None:
    titles = ["Codex", "Pinakes, <i>the</i>"]
    refusal = {
        "kind": "refusal",
        "text": f"No answer. Nearest pages: {', '.join(titles)}.",
        "sentences": [],
        "citations": [],
        "searched": ["zebras"],
        "nearest": [
            {"page_id": number, "title": title, "url": f"/page/{number}"}
            for number, title in enumerate(titles)
        ],
    }
    answer_with(window.page, ("token", {"text": "No answer."}), ("done", done | refusal))
    window.page.goto(f"{address}/?q=zebras")
    answer = window.page.locator("#answer")
    expect(answer).to_have_text(f"{refusal['text']}Searched for “zebras”.")
    expect(answer.get_by_role("link")).to_have_text(titles)


def test_nothing_found(window: Window, make_server: MakeServer, awkward: Path) -> None:
    window.page.goto(f"{make_server(collection=awkward)}/?q=xyzzyplugh")
    answer = window.page.locator("#answer")
    expect(answer).to_contain_text("Searched for “xyzzyplugh”.")
    expect(answer.get_by_role("link")).to_have_count(0)


def test_the_mode_that_is_chosen(window: Window, address: str, model: ScriptedGenerator) -> None:
    page = window.page
    model.script = (TRUE, "Timon of Phlius was a satirist.")
    page.goto(address)
    page.get_by_label("How to answer").select_option("in one sentence")
    ask(page, BIRDS)
    expect(page.locator("#answer .sentence")).to_have_count(1)
    page.get_by_label("How to answer").select_option("in the words of a passage")
    ask(page, BIRDS)
    expect(page.locator("#summary")).to_contain_text("The passage that most likely answers")
    page.goto(f"{address}/?q={quote_plus(BIRDS)}&mode=quote")
    expect(page.get_by_label("How to answer")).to_have_value("quote")
    expect(page.locator("#summary")).to_contain_text("The passage that most likely answers")


class TestFollowUps:
    def test_earlier_answers_stay_above_and_are_sent_along(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE, FALSE)
        page.goto(address)
        asked: list[Any] = []
        page.on(
            "request",
            lambda request: asked.append(request.post_data_json) if request.post_data else None,
        )
        ask(page, BIRDS)
        expect(page.locator("#summary")).to_contain_text("scripted")
        expect(page.locator("#question")).to_have_value(BIRDS)
        said = page.locator("#answer").inner_text()
        model.script = ("Callimachus wrote the Pinakes.",)
        page.keyboard.type("Who wrote the Pinakes?")  # over the question before
        page.keyboard.press("Enter")
        expect(page.locator("#answer")).to_contain_text("Callimachus")
        earlier = page.locator("#earlier article")
        expect(earlier.get_by_role("heading")).to_have_text(BIRDS)
        expect(earlier.locator(".answer")).to_have_text(said, use_inner_text=True)
        expect(earlier.locator(".about")).to_contain_text("scripted")
        expect(earlier.get_by_role("link", name="[1]")).to_be_visible()
        earlier.get_by_text("Sources", exact=True).click()
        expect(earlier.locator("blockquote")).to_contain_text("Timon of Phlius")
        above, below = earlier.bounding_box(), page.locator("#question").bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] < below["y"]

        expect(page.locator("#summary")).to_contain_text("scripted")
        ask(page, "And when?")
        expect(earlier).to_have_count(2)
        expect(page.locator("#summary")).to_contain_text("scripted")
        assert asked[0]["history"] == []
        assert [turn["role"] for turn in asked[2]["history"]] == ["user", "assistant"] * 2
        assert asked[2]["history"][0]["content"] == BIRDS
        assert asked[2]["history"][1]["content"].startswith(f"{TRUE.strip()[:-1]} [1].")
        assert asked[2]["history"][2]["content"] == "Who wrote the Pinakes?"

    def test_what_failed_is_no_part_of_the_conversation(
        self, window: Window, address: str, done: dict[str, Any]
    ) -> None:
        page = window.page
        answer_with(page, ("token", {"text": "It was"}), ("error", {"detail": "the model died"}))
        page.goto(f"{address}/?q={quote_plus(BIRDS)}")
        expect(page.get_by_role("status")).to_have_text("the model died")
        answer_with(page, ("done", done))
        with page.expect_request("**/api/ask") as request:
            ask(page, "birds")
        assert request.value.post_data_json["history"] == []
        expect(page.locator("#answer")).to_contain_text("Timon")
        expect(page.locator("#earlier article")).to_have_count(0)

    def test_a_long_conversation_fits_into_a_request(
        self, window: Window, address: str, done: dict[str, Any]
    ) -> None:
        page = window.page
        text = "𠮷" * 4_000  # 16 kB each
        answer_with(page, ("done", done | {"text": text, "sentences": []}))
        page.goto(address)
        for number in range(1, 6):
            ask(page, f"birds {number}")
            expect(page.locator("#earlier article")).to_have_count(number - 1)
            expect(page.locator("#summary")).to_contain_text("scripted")
        with page.expect_request("**/api/ask") as request:
            ask(page, "the last")
        body = request.value.post_data_json
        assert [turn["content"] for turn in body["history"][::2]] == ["birds 4", "birds 5"]
        assert len(request.value.post_data_buffer or b"") < 64 * 1024


class TestKeptConversations:
    def test_a_reload_and_back_show_the_answers_and_ask_nobody(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS, "And birds?")
        said = page.locator("#answer").inner_text()
        asked = asking(window)
        page.reload()
        expect(page.locator("#answer")).to_have_text(said, use_inner_text=True)
        expect(page.locator("#earlier article").get_by_role("heading")).to_have_text(BIRDS)
        expect(page.locator("#summary")).to_contain_text("scripted")
        page.locator("#sources ol a").first.click()
        expect(page.locator("article mark").first).to_be_visible()
        page.go_back()
        expect(page.locator("#answer")).to_have_text(said, use_inner_text=True)
        expect(page.locator("#sources blockquote").first).to_be_visible()
        assert asking(window) == asked
        assert "Mouseion" not in page.url.partition("#")[0]  # what is sent

    def test_it_goes_on_where_it_was_left(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS)
        page.reload()
        expect(page.locator("#answer")).to_contain_text("Timon")
        with page.expect_request("**/api/ask") as request:
            ask(page, "And birds?")
        assert request.value.post_data_json["history"][0]["content"] == BIRDS
        expect(page.locator("#earlier article")).to_have_count(1)
        kept_count(page, 1)

    def test_each_answer_has_an_address(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS, "And birds?")
        own = page.locator("#earlier h2 a")
        link = f"{address}/c/samplewiki/{own.get_attribute('href')}"
        assert link != page.url
        asked = asking(window)
        page.goto(f"{address}/c/samplewiki/page/Papyrus")
        page.goto(link)
        expect(own).to_be_in_viewport()
        expect(page.locator("#answer")).to_contain_text("Timon")
        assert asking(window) == asked

    def test_another_browser_that_opens_the_address_is_given_the_question(
        self, browser: Browser, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        model.script = (TRUE,)
        begin(window.page, address, BIRDS)
        context = browser.new_context()
        other = Window(context.new_page())
        other.page.goto(window.page.url)
        status = other.page.get_by_role("status")
        expect(status).to_contain_text("kept only by the browser that asked for it")
        expect(status).to_contain_text("Press Ask to ask its question here")
        expect(other.page.locator("#question")).to_have_value(BIRDS)
        assert asking(other) == 0
        other.page.get_by_role("button", name="Ask").click()
        expect(other.page.locator("#answer")).to_contain_text("Timon")
        context.close()

    def test_asking_again_replaces_the_answer(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS)
        page.get_by_label("How to answer").select_option("in the words of a passage")
        with page.expect_request("**/api/ask") as request:
            page.get_by_role("button", name="Ask again").click()
        assert request.value.post_data_json["history"] == []
        assert request.value.post_data_json["mode"] == "quote"
        expect(page.locator("#summary")).to_contain_text("The passage that most likely answers")
        expect(page.locator("#earlier article")).to_have_count(0)
        kept_count(page, 1)

    def test_conversations_are_gone_back_to_and_deleted(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS)
        page.get_by_role("link", name="New conversation").click()
        expect(page.locator("#answer")).to_be_hidden()
        begin(page, page.url, BIRDS.lower())
        kept_count(page, 2)
        page.locator("#kept summary").click()
        page.locator("#kept").get_by_role("link", name=BIRDS, exact=True).click()
        expect(page.locator("#question")).to_have_value(BIRDS)
        expect(page.locator("#answer")).to_contain_text("Timon")
        page.get_by_role("button", name=f"Delete “{BIRDS}”", exact=True).click()
        kept_count(page, 1)
        expect(page).to_have_url(f"{address}/c/samplewiki/")  # which tells of it no more, either
        page.get_by_role("button", name="Delete all").click()
        kept_count(page, 0)

    def test_a_browser_that_shall_keep_nothing_keeps_nothing(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        page.goto(address)
        page.locator("#kept summary").click()
        choice = page.get_by_label("Keep conversations")
        choice.uncheck()
        begin(page, page.url, BIRDS)
        expect(page).to_have_url(f"{address}/c/samplewiki/")  # nor does the address keep it
        page.goto(address)
        kept_count(page, 0)
        page.locator("#kept summary").click()
        choice.check()

    def test_what_was_deleted_does_not_come_back_with_the_next_turn(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS)
        kept_count(page, 1)
        page.locator("#kept summary").click()
        page.get_by_role("button", name="Delete all").click()
        kept_count(page, 0)
        ask(page, BIRDS.lower())
        kept_count(page, 1)
        page.reload()
        expect(page.locator("#question")).to_have_value(BIRDS.lower())
        expect(page.locator("#earlier article")).to_have_count(0)

    def test_two_windows_that_go_on_lose_nothing(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS)
        kept_count(page, 1)
        other = page.context.new_page()
        other.goto(page.url)
        expect(other.locator("#answer")).to_contain_text("Timon")
        ask(other, "And birds?")
        expect(other.locator("#earlier article")).to_have_count(1)
        expect(other.locator("#after")).to_be_visible()
        ask(page, "And Timon?")
        kept_count(page, 2)
        other.close()

    def test_another_collection_does_not_know_it(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        begin(page, address, BIRDS)
        kept_count(page, 1)
        page.evaluate(
            """() => new Promise((resolve) => {
              indexedDB.open("pinakes", 1).onsuccess = ({ target: { result } }) => {
                const step = result.transaction("conversations", "readwrite");
                step.objectStore("conversations").openCursor().onsuccess = ({ target }) => {
                  const cursor = target.result;
                  cursor.update({ ...cursor.value, collection: "other" }).onsuccess = resolve;
                };
              };
            })"""
        )
        page.reload()
        expect(page.get_by_role("status")).to_have_text(
            re.compile("kept only by the browser that asked")
        )
        kept_count(page, 0)

    def test_where_the_browser_refuses_to_keep_anything_answers_are_shown(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        model.script = (TRUE,)
        page.add_init_script("delete window.indexedDB; window.indexedDB = undefined;")
        begin(page, address, BIRDS)
        expect(page.locator("#answer")).to_contain_text("Timon")
        expect(page).to_have_url(f"{address}/c/samplewiki/")
        page.locator("#kept summary").click()
        expect(page.locator("#kept")).to_contain_text("lets pages keep nothing")
        expect(page.get_by_role("checkbox")).to_have_count(0)

    def test_an_answer_is_copied_with_its_sources(
        self, window: Window, address: str, model: ScriptedGenerator
    ) -> None:
        page = window.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        model.script = ("Timon *of* Phlius compared them to birds fed in a cage. ",)
        begin(page, address, BIRDS)
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(page.locator("#copy")).to_have_text("Copied")
        plain = page.evaluate("navigator.clipboard.readText()")
        assert plain.startswith(f"{BIRDS}\n\nTimon *of* Phlius")
        assert re.search(r"\n\[1\] Library of .*\n    https://\S+oldid=\d+", plain)
        page.get_by_role("button", name="Copy as Markdown").click()
        expect(page.locator("#copy-markdown")).to_have_text("Copied")
        markdown = page.evaluate("navigator.clipboard.readText()")
        assert markdown.startswith(f"## {BIRDS}\n\nTimon \\*of\\* Phlius")
        assert re.search(r"\n- \\\[1\\\] \[Library of .*\]\(https://\S+oldid=\d+\)", markdown)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save").click()
        assert saved.value.suggested_filename.endswith(".md")
        assert saved.value.path().read_text() == markdown


def begin(page: Page, address: str, *questions: str) -> None:
    """Ask these, one after the other, and wait for what the browser keeps of them."""
    page.goto(address)
    for number, question in enumerate(questions):
        ask(page, question)
        expect(page.locator("#earlier article")).to_have_count(number)
        expect(page.locator("#summary")).to_contain_text("scripted")
        expect(page.locator("#stop")).to_be_hidden()


def asking(window: Window) -> int:
    """How often the service was asked."""
    return sum(url.endswith("/api/ask") for url in window.requests)


def kept_count(page: Page, count: int) -> None:
    expect(page.locator("#kept summary")).to_have_text(f"Conversations ({count})")


def test_what_a_model_writes_is_only_text(
    window: Window, address: str, model: ScriptedGenerator
) -> None:
    page = window.page
    said = (
        '<img src=x onerror="window.owned=1"> ![dot](http://127.0.0.1:9/dot.png) and '
        "[see](http://127.0.0.1:9/see) <http://127.0.0.1:9/a> [1](javascript:window.owned=1) "
        "<script>window.owned=1</script> and **so** on."
    )
    model.script = tuple(said)
    page.goto(address)
    ask(page, BIRDS)
    expect(page.locator("#summary")).to_contain_text("scripted")
    shown = said[:-1].replace("[1]", "［1］")
    expect(page.locator("#answer")).to_contain_text(shown)
    ask(page, BIRDS)  # and above, as well
    expect(page.locator("#earlier .answer")).to_contain_text(shown)
    expect(page.locator("#summary")).to_contain_text("scripted")
    for part in ("#answer", "#earlier .answer"):
        assert page.locator(f"{part} :is(img, script, iframe, b, strong)").count() == 0
        for link in page.locator(f"{part} a").all():
            assert str(link.get_attribute("href")).startswith("/c/samplewiki/page/")
    assert page.evaluate("window.owned") is None
    home = f"{address}/c/samplewiki/"
    own = {f"{address}/", home, f"{home}?q={quote_plus(BIRDS, safe='')}", f"{home}api/ask"}
    programs = (f"{address}/static/", f"{home}api/suggest?")
    assert {url for url in window.requests if not url.startswith(programs)} <= own


@pytest.mark.parametrize("width", [360, 1100])
def test_a_conversation_is_as_readable_as_one_answer(
    window: Window, address: str, model: ScriptedGenerator, width: int
) -> None:
    """Narrow screens, headings in order, names for controls, one of each id."""
    page = window.page
    page.set_viewport_size({"width": width, "height": 740})
    model.script = (TRUE, FALSE, " Donau" + "dampfschifffahrts" * 12)
    page.goto(address)
    for number in (1, 2):
        ask(page, BIRDS)
        expect(page.locator("#earlier article")).to_have_count(number - 1)
        expect(page.locator("#summary")).to_contain_text("scripted")
    for folded in page.locator("summary:visible").all():
        folded.click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.get_by_role("heading").first.evaluate("node => node.tagName") == "H1"
    identities = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_an_answer_is_written(
    window: Window, make_server: MakeServer, width: int
) -> None:
    """What is written pushes down what stands below the answer, and nothing in it or above it."""
    words = [f"{number} birds fed in a cage " for number in range(12)]
    more = [threading.Event() for _ in words]
    script = [step for pair in zip(more, words, strict=True) for step in pair]
    page = window.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{make_server(ScriptedGenerator('It was ', *script))}/?q={quote_plus(BIRDS)}")
    answer = page.locator("#answer")
    expect(answer).to_contain_text("It was")
    best = page.locator("#best")
    expect(best).to_be_visible()
    page.evaluate("""() => {
      window.moved = [];
      const answer = document.getElementById("answer");
      const below = Node.DOCUMENT_POSITION_FOLLOWING;
      const isBelow = (node) => answer.compareDocumentPosition(node) === below;
      new PerformanceObserver((list) => {
        const nodes = list.getEntries().flatMap(({ sources }) => sources.map(({ node }) => node));
        const others = nodes.filter((node) => node && !isBelow(node));
        window.moved.push(...others.map((node) => node.nodeName));
      }).observe({ type: "layout-shift" });
    }""")
    begins = """(answer) => {
      const words = document.createRange();
      words.selectNodeContents(answer);
      const { top, left } = words.getClientRects()[0];
      return [top, left];
    }"""
    place, card = answer.evaluate(begins), best.bounding_box()
    for event, said in zip(more[:-1], words, strict=False):
        event.set()
        expect(answer).to_contain_text(said.strip())
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert page.evaluate("window.moved") == []
    assert answer.evaluate(begins) == place
    assert best.bounding_box() == card
