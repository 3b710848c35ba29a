"""Formulas: TeX becomes MathML, and nothing but MathML, whatever an article says."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.service.http.formulas import mathml
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.conftest import make_app, running
from tests.service.http.browser import Window, needs_chromium

HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    r"\text{</mtext></math><img src=x onerror=alert(1)>}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{background:url(http://evil.test)}{y}",
    r"\text{<a href='http://evil.test'>x</a>}",
    r'x" onclick="alert(1)',
    r"\text{<annotation-xml encoding='text/html'><b>x</b></annotation-xml>}",
    r"\text{<!DOCTYPE x [<!ENTITY a 'b'>]>&a;}",
]


@pytest.mark.parametrize(
    ("tex", "drawn"),
    [
        ("E=mc^2", "<mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>"),
        (r"\frac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        (r"\sqrt{x}", "<msqrt><mrow><mi>x</mi></mrow></msqrt>"),
        ("x<y", "<mi>x</mi><mo>&lt;</mo><mi>y</mi>"),
    ],
)
def test_what_is_drawn(tex: str, drawn: str) -> None:
    made = mathml(tex)
    assert drawn in made
    assert ElementTree.fromstring(made).get("alttext") == tex


@pytest.mark.parametrize("tex", HOSTILE)
def test_what_is_no_formula_does_nothing(tex: str) -> None:
    made = mathml(tex)
    for element in ElementTree.fromstring(made or "<math></math>").iter():
        assert re.fullmatch("m[a-z]+", element.tag)
        assert not {"href", "style", "src", "onclick", "onerror", "class"} & set(element.attrib)


@pytest.mark.parametrize(
    "tex", ["x^" * 999, "{" * 1999, r"\begin{matrix}" * 100, "a" * 2001, r"\text{a & b}", ""]
)
def test_what_cannot_be_read_stays_text(tex: str) -> None:
    assert mathml(tex) in ("", '<math display="inline" alttext=""><mrow></mrow></math>')


def test_sizes_that_would_leave_the_page_are_left_out() -> None:
    assert 'width="1em"' in mathml(r"a\quad b")
    assert "width" not in mathml(r"a\hspace{99999em} b")


def test_a_line_of_its_own() -> None:
    assert 'display="block"' in mathml(r"\sum_i x", on_its_own=True)
    assert 'display="inline"' in mathml(r"\sum_i x")


@needs_chromium
def test_on_the_page(window: Window, tmp_path: Path) -> None:
    hostile = " ".join(f"<math>{tex}</math>" for tex in HOSTILE)
    wide = "+".join("abcdefghij") * 8
    text = f"Mass is energy: <math>E=mc^2</math> holds. {hostile}\n\n<math>{wide}</math>\n\nEnd."
    dump = write_dump(tmp_path, [article(1, "Energy", text)])
    options = BuildOptions(1, executors=in_threads)
    build_collection(tmp_path / "toywiki", dump, None, "none", QuietProgress(), options)
    page = window.page
    with running(make_app(tmp_path / "toywiki", None)) as address:
        page.goto(f"{address}/c/toywiki/page/Energy")
        expect(page.locator("article")).to_contain_text("End.")
        formula = page.locator("math").first
        assert formula.get_attribute("alttext") == "E=mc^2"
        assert formula.evaluate("node => node instanceof MathMLElement")
        assert formula.get_attribute("display") == "inline"
        assert page.locator("math").last.get_attribute("display") == "block"  # alone in its line
        expect(
            page.locator("article :is(script, img, [onclick], [style], math [href])")
        ).to_have_count(0)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.goto(f"{address}/c/toywiki/page/Energy?start=0&end=30")
        expect(page.locator("mark math")).to_have_count(1)
        page.goto(f"{address}/c/toywiki/page/Energy?start=0&end=18")  # within it
        expect(page.locator("mark math")).to_have_count(0)
        expect(page.locator("article")).to_contain_text("E=mc^2")


def test_lines_have_no_numbers_that_nobody_wrote() -> None:
    drawn = mathml(r"\begin{align} a&=b \\ c&=d \end{align}")
    assert drawn.count("<mtr>") == 2
    assert "mtext" not in drawn
