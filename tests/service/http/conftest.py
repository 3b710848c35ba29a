"""Windows of Chromium for the tests of the pages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.service.http.browser import SIZE, Lend, Window


@pytest.fixture(scope="module")
def browser(chromium: Lend) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Where the windows open.

    One that stays open keeps the process that all share: to start one takes longer than most tests.
    """
    context = browser.new_context(viewport=SIZE)
    lasting = context.new_page()
    lasting.route("**/*", lambda route: route.fulfill(body=""))
    lasting.goto("http://127.0.0.1/")
    yield context
    context.close()


@pytest.fixture
def window(context: BrowserContext) -> Iterator[Window]:
    """A fresh window; at its end nothing was asked of another server, and nothing complained.

    Nothing was kept, either, for the windows that come after it.
    """
    window = Window(context.new_page())
    yield window
    address = re.match(r"http://[^/]+/", window.page.url)
    kept = window.page.evaluate("localStorage.length")
    forget = context.new_cdp_session(window.page).send
    if address:  # the conversations
        forget("Storage.clearDataForOrigin", {"origin": address[0], "storageTypes": "indexeddb"})
    window.page.close()
    assert address
    assert [url for url in window.requests if not url.startswith(address[0])] == []
    assert window.complaints == []
    assert kept == 0
    assert context.cookies() == []


@pytest.fixture
def bare_window(browser: Browser) -> Iterator[Window]:
    """A fresh window that runs no scripts."""
    context = browser.new_context(viewport=SIZE, java_script_enabled=False)
    yield Window(context.new_page())
    context.close()
