"""Draw the pages in twelve states, small, into docs/pictures/states: to be looked at by people.

Desk and phone, light and dark in turns. What a change did to a page shows beside what was kept of
it before. Builds the sample and a folder in a temporary directory; needs Chromium and the bundled
model. Command: python docs/page_states.py
"""

import io
import subprocess
from collections.abc import Callable
from typing import Literal, NamedTuple

from pictures import PICTURES, PINAKES, QUESTION, ROOT, asked, chromium, sample_built, served
from PIL import Image
from playwright.sync_api import Browser, Page

STATES = PICTURES / "states"
SAMPLE = "/c/samplewiki/"
ARTICLE = f"{SAMPLE}page/Rosetta_Stone"
UNKNOWN = "Who wrote the operating system of the moon base?"
COLORS = 48
SCREENS = {"desk": (1100, 800), "phone": (390, 800)}


def _as_it_is(page: Page) -> None: ...


def _type(page: Page) -> None:
    page.locator("#question").press_sequentially("ros")
    page.locator("#titles li").first.wait_for()


def _ask(page: Page) -> None:
    asked(page, QUESTION)


def _preview(page: Page) -> None:
    asked(page, QUESTION)
    page.locator("#answer .sentence a").first.hover()
    page.locator("#preview").wait_for()


def _ask_unknown(page: Page) -> None:
    page.locator("#question").fill(UNKNOWN)
    page.keyboard.press("Enter")
    page.locator("#answer").wait_for()
    page.locator("#stop").wait_for(state="hidden")


def _last(page: Page) -> None:
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


class State(NamedTuple):
    """A page, how it is looked at, and what is done before."""

    name: str
    screen: Literal["desk", "phone"]
    scheme: Literal["light", "dark"]
    path: str
    act: Callable[[Page], None] = _as_it_is
    language: str = "en"


ALL_STATES = (
    State("all-collections", "desk", "light", "/"),
    State("begin", "phone", "dark", SAMPLE),
    State("titles", "desk", "light", SAMPLE, _type),
    State("results", "desk", "dark", f"{SAMPLE}search?q=stone+with+three+scripts"),
    State("results-of-all", "phone", "light", "/search?q=backup+of+the+index"),
    State("article", "desk", "light", ARTICLE),
    State("article-end", "phone", "dark", ARTICLE, _last),
    State("answer-preview", "desk", "light", SAMPLE, _preview),
    State("answer", "phone", "dark", SAMPLE, _ask),
    State("refusal", "desk", "dark", SAMPLE, _ask_unknown),
    State("about", "desk", "light", "/about"),
    State("not-found", "phone", "light", f"{SAMPLE}page/Roseta_Stone", language="de"),
)


def main() -> None:
    """Draw them all."""
    STATES.mkdir(parents=True, exist_ok=True)
    with sample_built() as environment:
        subprocess.run(
            [*PINAKES, "build", str(ROOT / "docs"), "-c", "manual"], env=environment, check=True
        )
        with served(environment) as address, chromium() as browser:
            for number, state in enumerate(ALL_STATES, 1):
                _draw(browser, address, number, state)


def _draw(browser: Browser, address: str, number: int, state: State) -> None:
    width, height = SCREENS[state.screen]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=state.scheme,
        locale=state.language,
    )
    page.goto(address.rstrip("/") + state.path)
    state.act(page)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.quantize(COLORS).save(STATES / f"{number:02}-{state.name}.png", optimize=True)
    page.close()


if __name__ == "__main__":
    main()
