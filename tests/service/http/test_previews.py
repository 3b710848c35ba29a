"""Previews of citations: with the pointer, with the keyboard, with a finger."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.conftest import make_app, running
from tests.service.http.browser import BIRDS, Window, needs_chromium
from tests.service.scripted_generator import ScriptedGenerator

pytestmark = needs_chromium
TRUE = "Timon of Phlius compared them to birds fed in a cage. [1]"
SAID = "Not everybody admired them: the satirist Timon of Phlius compared them to birds"


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    with running(make_app(sample, ScriptedGenerator(TRUE))) as address:
        yield address


def asked(page: Page, address: str) -> None:
    page.goto(f"{address}/?q={quote_plus(BIRDS)}")
    expect(page.locator("#after")).to_be_visible()


def test_the_sentence_is_marked_in_its_paragraph(window: Window, address: str) -> None:
    page = window.page
    asked(page, address)
    mark, preview = page.locator("#answer a"), page.get_by_role("note")
    expect(preview).to_be_hidden()
    mark.hover()
    expect(preview).to_be_visible()
    expect(preview.locator("mark")).to_contain_text(SAID)
    paragraph = preview.locator("p")
    expect(paragraph).to_contain_text("Mouseion")
    assert "\n" not in str(paragraph.text_content())
    expect(mark).to_have_attribute("aria-describedby", "preview")
    preview.hover()  # it stays to be read
    page.wait_for_timeout(400)
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(mark).not_to_have_attribute("aria-describedby", "preview")


def test_it_comes_and_goes_with_the_focus(window: Window, address: str) -> None:
    page = window.page
    asked(page, address)
    page.locator("#best a").last.focus()
    page.keyboard.press("Tab")
    expect(page.locator("#answer a")).to_be_focused()
    expect(page.get_by_role("note")).to_contain_text(SAID)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("note")).to_be_hidden()


def test_a_tap_shows_it_and_a_second_one_leads_there(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    asked(page, address)
    mark, preview = page.locator("#answer a"), page.get_by_role("note")
    mark.tap()
    expect(preview).to_contain_text(SAID)
    place = preview.bounding_box()
    assert place
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390
    assert place["y"] + place["height"] <= 800
    assert page.url.startswith(f"{address}/c/samplewiki/#")
    page.touchscreen.tap(385, 400)  # beside it, wherever it stands
    expect(preview).to_be_hidden()
    mark.tap()
    expect(preview).to_be_visible()
    mark.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Library of Alexandria")
    context.close()


@pytest.mark.parametrize("room", [20, 700])
def test_on_a_phone_it_never_covers_its_mark(browser: Browser, address: str, room: int) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    asked(page, address)
    mark, preview = page.locator("#answer a"), page.get_by_role("note")
    mark.evaluate(
        """(mark, room) => {
          document.body.style.paddingBlock = "100vh";
          scrollBy(0, mark.getBoundingClientRect().top - room);
        }""",
        room,
    )
    page.locator("#best a").last.evaluate("(one) => one.focus({preventScroll: true})")
    page.keyboard.press("Tab")
    expect(preview).to_be_visible()
    places = [one.bounding_box() for one in (mark, preview)]
    assert places[0]
    assert places[1]
    (above, below) = sorted(places, key=lambda place: place["y"])
    assert above["y"] + above["height"] <= below["y"]
    context.close()


def test_the_keyboard_goes_through_it(window: Window, address: str) -> None:
    """From the mark into the preview, back, and on to what follows the mark."""
    page = window.page
    asked(page, address)
    mark = page.locator("#answer a")
    page.locator("#best a").last.focus()
    page.keyboard.press("Tab")
    expect(mark).to_be_focused()
    link = page.locator("#preview a")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(mark).to_be_focused()
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_hidden()
    expect(page.locator("#again")).to_be_focused()


def test_a_link_leads_past_the_header(window: Window, address: str) -> None:
    page = window.page
    page.goto(f"{address}/c/samplewiki/page/Rosetta_Stone")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
