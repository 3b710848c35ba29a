"""What a person in front of Chromium waits for: an article to be drawn, titles to be suggested."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.peers.readers import Reader

__all__ = ["asked", "chromium", "drawn", "suggested"]

_EXECUTABLE = "/usr/bin/chromium"
_SIZE: ViewportSize = {"width": 1280, "height": 800}
_PATIENCE_MS = 20_000
# Of a page that is loaded: milliseconds since it was asked for, bytes over the wire, requests.
_LOADED = """
() => new Promise((resolve) => {
  let largest = 0, shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shift += entry.hadRecentInput ? 0 : entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) largest = Math.max(largest, entry.startTime);
  }).observe({ type: "largest-contentful-paint", buffered: true });
  requestAnimationFrame(() => setTimeout(() => {
    const [page] = performance.getEntriesByType("navigation");
    const all = [page, ...performance.getEntriesByType("resource")];
    const sent = all.filter((entry) => entry.transferSize > 0);
    resolve({
      "DOM ms": page.domContentLoadedEventEnd,
      "load ms": page.loadEventEnd,
      "LCP ms": largest,
      "kB": sent.reduce((sum, entry) => sum + entry.transferSize, 0) / 1000,
      "requests": sent.length,
      "shift": shift,
    });
  }, 50));
})
"""
# From the moment that a key changes the field until the list below it has been drawn anew.
_WATCH = """
([field, listed]) => {
  const box = document.querySelector(field);
  window.titlesDrawn = new Promise((resolve) => {
    box.addEventListener("keydown", () => {
      const began = performance.now();
      const watcher = new MutationObserver(() => {
        const items = [...document.querySelectorAll(listed)];
        const shown = items.filter((item) => item.checkVisibility());
        if (!shown.length) return;
        watcher.disconnect();
        const titles = shown.map((item) => item.textContent);
        requestAnimationFrame(() => setTimeout(
          () => resolve({ ms: performance.now() - began, titles })
        ));
      });
      setTimeout(() => resolve({ ms: null, titles: [] }), 3000);
      watcher.observe(document.body, { childList: true, subtree: true, attributes: true });
    }, { once: true, capture: true });
  });
}
"""


# From Enter until the first words of an answer are drawn, and what moves until all of it is there.
_ANSWERED = """
() => {
  let shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shift += entry.hadRecentInput ? 0 : entry.value;
  }).observe({ type: "layout-shift" });
  const answer = document.getElementById("answer"), after = document.getElementById("after");
  window.answered = new Promise((resolve) => {
    document.getElementById("question").addEventListener("keydown", () => {
      const began = performance.now();
      let ms = null;
      const watcher = new MutationObserver(() => {
        const drawn = () => requestAnimationFrame(() => setTimeout(() => {
          ms ??= performance.now() - began;
          if (after.hidden) return;
          watcher.disconnect();
          resolve({ ms, shift });
        }));
        if (answer.textContent.trim() || !after.hidden) drawn();
      });
      watcher.observe(document.body, { childList: true, subtree: true, attributes: true });
    }, { once: true, capture: true });
  });
}
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, which asks nobody for anything on its own."""
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_EXECUTABLE, args=quiet)
        try:
            yield browser
        finally:
            browser.close()


def drawn(browser: Browser, addresses: Sequence[str]) -> list[dict[str, float]]:
    """The articles one after the other in a browser that has seen nothing before the first."""
    with _page(browser) as page:
        found: list[dict[str, float]] = []
        for address in addresses:
            page.goto(address, wait_until="load")
            found.append(page.evaluate(_LOADED))
        return found


def asked(browser: Browser, address: str, questions: Sequence[str]) -> list[dict[str, float]]:
    """For each question, asked at ``address``: ms to its first words, and what moved (CLS)."""
    with _page(browser) as page:
        found: list[dict[str, float]] = []
        for question in questions:
            page.goto(address, wait_until="networkidle")
            page.locator("#question").fill(question)
            page.locator("#question").focus()
            page.evaluate(_ANSWERED)
            page.keyboard.press("Enter")
            found.append(page.evaluate("window.answered"))
        return found


@contextmanager
def suggested(browser: Browser, reader: Reader, address: str) -> Iterator["Typist"]:
    """A page of ``reader`` in which beginnings of titles are typed."""
    with _page(browser) as page:
        page.goto(address, wait_until="load")
        yield Typist(page, reader)


class Typist:
    """Types one letter into a field that has the others, and waits for the list."""

    def __init__(self, page: Page, reader: Reader) -> None:
        self._page, self._reader = page, reader

    def type(self, beginning: str) -> tuple[float | None, list[str]]:
        """Milliseconds from the last key until titles were drawn, None where none were; these."""
        field = self._page.locator(self._reader.field)
        field.evaluate("(box) => { box.blur(); box.value = ''; }")
        self._page.locator(self._reader.listed).first.wait_for(state="hidden")
        field.evaluate("(box, typed) => { box.focus(); box.value = typed; }", beginning[:-1])
        self._page.evaluate(_WATCH, [self._reader.field, self._reader.listed])
        self._page.keyboard.press(beginning[-1])
        found: dict[str, Any] = self._page.evaluate("window.titlesDrawn")
        return found["ms"], found["titles"]


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=_SIZE)
    context.set_default_timeout(_PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()
