"""Chromium, started once for all tests, and a page of it as the tests of the pages open it."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.yardstick import PATIENCE_S

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
EVIL, OTHER = "evil.test", "other.test"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
    # Both lead to this machine; to the browser they are sites of others.
    f"--host-resolver-rules=MAP {EVIL} 127.0.0.1, MAP {OTHER} 127.0.0.1",
]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
SIZE: ViewportSize = {"width": 1100, "height": 800}
BIRDS = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
Lend = Callable[[], AbstractContextManager[Browser]]


@contextmanager
def start_chromium() -> Iterator[Lend]:
    """Chromium as long as this lasts; who borrows it opens contexts of its own, and closes them.

    As long as Playwright lives its event loop counts as running in this thread, where then no other
    could run: it does so only while the browser is lent.
    """
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        loop = asyncio.get_running_loop()

        @contextmanager
        def lend() -> Iterator[Browser]:
            asyncio._set_running_loop(loop)
            try:
                yield browser
            finally:
                asyncio._set_running_loop(None)

        asyncio._set_running_loop(None)
        yield lend
        with lend():
            browser.close()
        asyncio._set_running_loop(loop)


class Window:
    """A browser page that remembers what it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(PATIENCE_S * 1000)
