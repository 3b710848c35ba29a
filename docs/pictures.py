"""Draw the pictures of the README: the page in light and dark, and a terminal; and the icons.

Builds the sample in a temporary directory and asks it; needs Chromium and the bundled model.
Command: python docs/pictures.py
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "data" / "sample" / "samplewiki-20261101-pages-articles-multistream.xml.bz2"
STATIC = ROOT / "service" / "http" / "web" / "static"
QUESTION = "When was the Rosetta Stone found?"
PINAKES = [sys.executable, "-m", "pinakes"]
COLUMNS = 100
WAIT_MS = 120_000


def main() -> None:
    """Write all pictures into docs/pictures."""
    PICTURES.mkdir(exist_ok=True)
    with sample_built() as environment:
        _draw_terminal(environment)
        draw_icons()
        with served(environment) as address, chromium() as browser:
            _draw_pages(browser, address)


def draw_icons() -> None:
    """The icon of the service as pictures of points, which apps are installed with.

    A maskable one fills its square, with the drawing in the middle four fifths:
    https://www.w3.org/TR/appmanifest/#icon-masks.
    """
    drawing = (STATIC / "icon.svg").read_text(encoding="utf-8")
    whole = drawing.replace('viewBox="0 0 32 32"', 'viewBox="-6 -6 44 44"').replace(
        '<rect width="32" height="32" rx="6"', '<rect x="-6" y="-6" width="44" height="44"'
    )
    with chromium() as browser:
        for name, size, svg in (
            ("icon-192", 192, drawing),
            ("icon-512", 512, drawing),
            ("icon-maskable-512", 512, whole),
        ):
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
            page.screenshot(path=STATIC / f"{name}.png", omit_background=True)


def _draw_terminal(environment: dict[str, str]) -> None:
    command = ["ask", QUESTION]
    done = subprocess.run(
        [*PINAKES, *command], env=environment | {"FORCE_COLOR": "1"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(Text(f'$ pinakes ask "{QUESTION}"\n', style="bold"))
    console.print(Text.from_ansi(done.stdout.strip()))
    picture = console.export_svg(title="pinakes", theme=DIMMED_MONOKAI)
    # rich names fonts of another server: whoever looks at the picture has a monospaced one.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    (PICTURES / "terminal.svg").write_text(picture, encoding="utf-8")


@contextmanager
def sample_built() -> Iterator[dict[str, str]]:
    """The environment in which commands find the sample, built as long as this lasts."""
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {"PINAKES_DATA": data, "COLUMNS": str(COLUMNS)}
        subprocess.run([*PINAKES, "build", str(SAMPLE)], env=environment, check=True)
        yield environment


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """The address of a service of what is built there."""
    with subprocess.Popen(
        [*PINAKES, "serve", "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            line = next(line for line in server.stderr or () if "http://" in line)
            yield line[line.index("http://") :].split()[0]
        finally:
            server.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, as the system has it installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def asked(page: Page, question: str) -> None:
    """Ask, and wait for the answer, its sources and the end of its checks."""
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#sources li").first.wait_for(timeout=WAIT_MS)
    page.locator("#stop").wait_for(state="hidden", timeout=WAIT_MS)
    page.locator("#question").blur()
    page.mouse.click(5, 300)


def _draw_pages(browser: Browser, address: str) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_page(
            viewport={"width": 900, "height": 560}, color_scheme=scheme, device_scale_factor=1.5
        )
        page.goto(address)
        asked(page, QUESTION)
        page.screenshot(path=PICTURES / f"page-{scheme}.png")


if __name__ == "__main__":
    main()
