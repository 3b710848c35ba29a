"""Charts as static SVG files: what they say, what they may not do, and what they look like."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, ViewportSize

from pinakes.service.charts.bars import Bar, Chart, chart, svg_of
from tests.service.http.browser import Lend, needs_chromium

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script> & \u202egnp.exe"
LONG = "sentences unsupported " * 20
SIZE: ViewportSize = {"width": 720, "height": 600}


def drawn(*charts: Chart, title: str = "A title", note: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(title, charts, note))


def texts(svg: ElementTree.Element) -> list[str | None]:
    return [one.text for one in svg.iter(f"{SVG}text")]


def widths(svg: ElementTree.Element) -> list[float]:
    return [float(one.attrib["width"]) for one in svg.iter() if one.get("class") == "bar"]


class TestCharts:
    def test_bars_are_shares_of_the_largest_or_of_a_whole(self) -> None:
        values = {"a": (4.0, "four"), "b": (1.0, "one"), "c": (0.0, "none")}
        assert [bar.share for bar in chart("t", values).bars] == [1, 0.25, 0]
        assert [bar.share for bar in chart("t", values, 8).bars] == [0.5, 0.125, 0]
        assert chart("t", values).bars[1] == Bar("b", "one", 0.25)

    @pytest.mark.parametrize("values", [{}, {"a": (0.0, "0")}])
    def test_where_all_is_nothing_no_bar_is_drawn(
        self, values: dict[str, tuple[float, str]]
    ) -> None:
        assert sum(bar.share for bar in chart("t", values).bars) == 0
        assert sum(widths(drawn(chart("t", values)))) == 0


class TestDrawings:
    def test_each_bar_has_its_label_its_length_and_its_number(self) -> None:
        svg = drawn(chart("Sizes", {"big": (4, "4 kB"), "small": (1, "1 kB")}), title="All")
        assert texts(svg) == ["All", None, "Sizes", "big", "4 kB", "small", "1 kB"]
        assert widths(svg) == [340, 85]

    def test_an_interval_is_a_line_where_its_ends_are(self) -> None:
        svg = drawn(Chart("Shares", (Bar("a", ".5", 0.5, (0.25, 0.75)), Bar("b", "1", 1.0))))
        [line] = [one.attrib["d"] for one in svg.iter() if one.get("class") == "interval"]
        assert line.startswith("M321.0 ")
        assert line.endswith("H491.0")

    def test_whoever_hears_it_gets_the_title_and_all_numbers(self) -> None:
        svg = drawn(chart("Sizes", {"big": (4, "4 kB"), "small": (1, "1 kB")}), title="All")
        assert svg.get("role") == "img"
        named = {one.get("id"): one.text for one in svg}
        assert named[svg.get("aria-labelledby")] == "All"
        assert named[svg.get("aria-describedby")] == "Sizes: big 4 kB; small 1 kB. "

    def test_hostile_words_are_text(self) -> None:
        svg = drawn(chart(HOSTILE, {HOSTILE: (1, HOSTILE)}), title=HOSTILE, note=HOSTILE)
        assert not list(svg.iter(f"{SVG}script"))
        assert "\u202e" not in "".join(svg.itertext())
        assert texts(svg)[0] == HOSTILE.replace("\u202e", "\ufffd")

    def test_it_loads_nothing_and_runs_nothing(self) -> None:
        source = svg_of("All", [chart("Sizes", {"big": (4, "4 kB")})])
        assert source.replace("http://www.w3.org/2000/svg", "").count("://") == 0
        assert not any(one in source for one in ("href", "url(", "@import", "<script", "onload"))


@pytest.fixture(scope="module")
def browser(chromium: Lend) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_are_inside_and_can_be_read(
    browser: Browser, tmp_path: Path, scheme: Any
) -> None:
    path = tmp_path / "chart.svg"
    bars = (Bar(LONG, "0.500 (0.25–0.75)", 0.5, (0.25, 0.75)), Bar("b", "1,234,567", 1.0))
    path.write_text(svg_of("a long title " * 20, [Chart("of a chart " * 20, bars)], "note " * 60))
    context = browser.new_context(viewport=SIZE, color_scheme=scheme)
    page = context.new_page()
    page.goto(path.as_uri())
    outside = """() => [...document.querySelectorAll("text")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.left < 0 || box.right > 720;
    }).map((one) => one.textContent)"""
    lights = """() => [".paper", "text", ".quiet", ".bar"].map((name) => {
      const color = getComputedStyle(document.querySelector(name)).fill.match(/\\d+/g).map(Number);
      const [r, g, b] = color.map((one) => one / 255).map(
        (one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })"""
    assert page.evaluate(outside) == []
    paper, *others = page.evaluate(lights)
    assert (paper > 0.5) == (scheme == "light")
    # WCAG 2.2, 1.4.3 and 1.4.11.
    for other in others:
        assert (max(paper, other) + 0.05) / (min(paper, other) + 0.05) >= 4.5
    context.close()
