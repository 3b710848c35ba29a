"""Chromium for the tests of the pages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.service.http.browser import CHROMIUM, QUIET, Window
from tests.yardstick import PATIENCE_S

expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """A fresh window; at its end nothing was asked of another server, and nothing complained."""
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    window = Window(context.new_page())
    yield window
    address = re.match(r"http://[^/]+/", window.page.url)
    context.close()
    assert address
    assert [url for url in window.requests if not url.startswith(address[0])] == []
    assert window.complaints == []
