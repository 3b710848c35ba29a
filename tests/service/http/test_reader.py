"""Reading an article in Chromium: its contents, the size of its text, its language, its print."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Locator, Page, expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from tests.index.toys import QuietProgress, article, in_threads, redirect, write_dump
from tests.service.conftest import local_client, make_app, running
from tests.service.http.browser import Window, needs_chromium

PHONE, DESK = {"width": 390, "height": 700}, {"width": 1300, "height": 700}
SECTIONS = "\n\n".join(
    f"== Part {number} ==\n"
    + "\n\n".join(f"Line {line}. " + "More of it. " * 20 for line in "abcd")
    for number in range(1, 8)
)
BOX = "{{Infobox person|name=Ann|born=1 May 1901}}\n"
CELLS = " || ".join(f"a word that is long {number}" for number in range(24))
ENGLISH = f"""{BOX}'''Ann''' was a poet.

* one
* two
*# three

{{|
! Name !! Year
|-
| Rhodes || 1999
|-
{"".join(f"| row{number} || {number}" + chr(10) + "|-" + chr(10) for number in range(4))}|}}

{{|
|-
| {CELLS}
|}}

{SECTIONS}
"""
ARABIC = """'''آن''' شاعرة وكتبت كثيرا.

{|
! الاسم !! السنة
|-
| رودس || 1999
|}

== حياتها ==
ولدت في الريف.

== أعمالها ==
كتبت الشعر.

== مراجع ==
الكثير.
"""
JAPANESE = "'''直'''は詩人である。\n\n{|\n! 名 !! 年\n|-\n| 骨 || 1999\n|}\n"


def wiki(directory: Path, language: str, text: str) -> Path:
    pages = [
        article(1, "Ann", text),
        redirect(2, "Anna the Poet", "Ann"),
        redirect(3, "ANN", "Ann"),
        redirect(4, "<b>Annie</b>", "Ann"),
        article(5, "Other", "Of [[Ann]]."),
        article(7, "Lines", "The first line<br>the second line\n\nA paragraph."),
        article(6, "Zebra", "[[File:Zebra.png|thumb|A zebra in the sun]]\nZebras graze in herds."),
    ]
    dump = write_dump(directory, pages, language=language)
    options = BuildOptions(1, executors=in_threads)
    build_collection(directory / "toywiki", dump, None, "none", QuietProgress(), options)
    return directory / "toywiki"


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wiki(tmp_path_factory.mktemp("english"), "en", ENGLISH)


@pytest.fixture(scope="module")
def client(english: Path) -> Iterator[TestClient]:
    with local_client(make_app(english, None)) as client:
        yield client


@pytest.fixture(scope="module")
def ann(english: Path) -> Iterator[str]:
    with running(make_app(english, None)) as address:
        yield f"{address}/c/toywiki/page/Ann"


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    collection = wiki(tmp_path_factory.mktemp("arabic"), "ar", ARABIC)
    with running(make_app(collection, None)) as address:
        yield f"{address}/c/toywiki/page/Ann"


@pytest.fixture(scope="module", params=["ja", "zh", "zh-Hant", "ko"])
def east_asian(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    collection = wiki(tmp_path_factory.mktemp("east"), request.param, JAPANESE)
    with running(make_app(collection, None)) as address:
        yield request.param, f"{address}/c/toywiki/page/Ann"


def box(one: Locator) -> dict[str, float]:
    """Where it stands in the window."""
    found = one.bounding_box()
    assert found
    return dict(found)


def is_seen(page: Page, heading: str) -> bool:
    """Whether nothing lies upon the heading, where the window shows it."""
    return bool(
        page.get_by_role("heading", name=heading).evaluate(
            """(one) => {
              const { left, top, height } = one.getBoundingClientRect();
              return one.contains(document.elementFromPoint(left + 2, top + height / 2));
            }"""
        )
    )


@needs_chromium
class TestContents:
    @pytest.mark.parametrize("kind", ["window", "bare_window"])
    def test_on_a_phone_they_are_at_hand_wherever_one_reads(
        self, request: pytest.FixtureRequest, ann: str, kind: str
    ) -> None:
        page = request.getfixturevalue(kind).page
        page.set_viewport_size(PHONE)
        page.goto(ann)
        contents = page.get_by_role("navigation", name="Contents")
        for here, there in (("Part 2", "Part 7"), ("Part 7", "Part 4")):
            page.get_by_role("heading", name=here).scroll_into_view_if_needed()
            link = contents.get_by_role("link", name=there)
            opener = contents.get_by_text("Contents")
            expect(opener).to_be_in_viewport(ratio=1)
            if not link.is_visible():
                opener.click()
            expect(contents).to_be_in_viewport(ratio=1)
            link.click()
            expect(page.get_by_role("heading", name=there)).to_be_in_viewport(ratio=1)
            assert is_seen(page, there)

    @pytest.mark.parametrize("size", [PHONE, DESK])
    def test_the_section_being_read_is_marked(
        self, window: Window, ann: str, size: dict[str, int]
    ) -> None:
        page = window.page
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(ann)
        current = page.locator(".contents [aria-current=location]")
        expect(current).to_have_count(0)
        for name in ("Part 3", "Part 5", "Part 2"):
            page.get_by_role("heading", name=name).evaluate("(one) => one.scrollIntoView()")
            expect(current).to_have_text(name)
        page.evaluate("scrollTo(0, 0)")
        expect(current).to_have_count(0)

    def test_on_a_phone_they_close_behind_a_choice_and_at_escape(
        self, window: Window, ann: str
    ) -> None:
        page = window.page
        page.set_viewport_size(PHONE)
        page.goto(ann)
        contents = page.get_by_role("navigation", name="Contents")
        link, opener = contents.get_by_role("link", name="Part 4"), contents.locator("summary")
        opener.click()
        link.click()
        expect(link).to_be_hidden()
        opener.focus()
        page.keyboard.press("Enter")
        expect(link).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(link).to_be_hidden()
        expect(opener).to_be_focused()

    @pytest.mark.parametrize("kind", ["window", "bare_window"])
    def test_on_a_desk_they_stand_beside_the_article(
        self, request: pytest.FixtureRequest, ann: str, kind: str
    ) -> None:
        page = request.getfixturevalue(kind).page
        page.set_viewport_size(DESK)
        page.goto(ann)
        link = page.get_by_role("navigation", name="Contents").get_by_role("link", name="Part 7")
        expect(link).to_be_visible()
        assert box(link)["x"] + box(link)["width"] < box(page.locator("article"))["x"]
        link.click()
        expect(link).to_be_in_viewport()


@needs_chromium
class TestTextSize:
    SIZE = "parseFloat(getComputedStyle(document.querySelector('article p.text')).fontSize)"

    def test_it_is_chosen_and_kept(self, window: Window, ann: str) -> None:
        page = window.page
        page.goto(ann)
        usual = page.evaluate(self.SIZE)
        page.get_by_role("button", name="Larger text").click()
        larger = page.evaluate(self.SIZE)
        assert larger > usual
        page.reload()
        assert page.evaluate(self.SIZE) == larger
        page.goto(ann.replace("Ann", "Other"))
        assert page.evaluate(self.SIZE) == larger
        for _ in range(2):
            page.get_by_role("button", name="Smaller text").click()
        assert page.evaluate(self.SIZE) < usual
        page.get_by_role("button", name="Larger text").click()
        assert page.evaluate(self.SIZE) == usual
        assert page.evaluate("localStorage.length") == 0

    @pytest.mark.parametrize(("name", "steps"), [("Larger text", 4), ("Smaller text", 1)])
    @pytest.mark.parametrize("width", [360, 1300])
    def test_at_its_ends_it_stays_and_all_has_room(
        self, window: Window, ann: str, name: str, steps: int, width: int
    ) -> None:
        page = window.page
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(ann)
        button = page.get_by_role("button", name=name)
        for _ in range(steps):
            button.click()
        expect(button).to_have_attribute("aria-disabled", "true")
        size = page.evaluate(self.SIZE)
        button.click(force=True)  # it can be clicked, for it can be focused
        assert page.evaluate(self.SIZE) == size
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        for one in page.locator("#text-size button").all():
            assert min(box(one)["width"], box(one)["height"]) >= 24
        page.evaluate("localStorage.clear()")

    def test_without_scripts_there_is_no_button_that_does_nothing(
        self, bare_window: Window, ann: str
    ) -> None:
        bare_window.page.goto(ann)
        expect(bare_window.page.get_by_role("button", name="Larger text")).to_have_count(0)


@needs_chromium
class TestLanguages:
    def test_an_arabic_article_runs_to_the_left_and_the_page_does_not(
        self, window: Window, arabic: str
    ) -> None:
        page = window.page
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        page.goto(arabic)
        whole = page.locator("article")
        expect(whole).to_have_attribute("lang", "ar")
        for part, direction in (("article", "rtl"), (".contents ul", "rtl"), ("header", "ltr")):
            expect(page.locator(part)).to_have_css("direction", direction)
        expect(page.locator("article > .about").first).to_have_css("direction", "ltr")
        name, year = (page.get_by_role("columnheader", name=one) for one in ("الاسم", "السنة"))
        assert box(name)["x"] > box(year)["x"]
        link = page.locator(".contents a").first
        assert box(link)["x"] + box(link)["width"] > box(page.locator(".contents summary"))["x"]

    def test_letters_are_drawn_as_the_language_draws_them(
        self, window: Window, east_asian: tuple[str, str]
    ) -> None:
        """Fonts of other languages have other forms for the same code point: 直, 骨."""
        language, address = east_asian
        page = window.page
        page.goto(address)
        part = {"ja": "JP", "zh": "SC", "zh-Hant": "TC", "ko": "KR"}[language]
        others = {"JP", "SC", "TC", "KR", "HK"} - {part}
        for place, family in (("article p.text", "Noto Serif CJK"), ("td", "Noto Sans CJK")):
            fonts = page.locator(place).first.evaluate("(one) => getComputedStyle(one).fontFamily")
            assert f"{family} {part}" in fonts
            assert not [other for other in others if f"CJK {other}" in fonts]
        header = page.locator("header").evaluate("(one) => getComputedStyle(one).fontFamily")
        assert "CJK" not in header


@needs_chromium
class TestPrint:
    @pytest.fixture
    def page(self, window: Window, ann: str) -> Page:
        page = window.page
        page.set_viewport_size({"width": 700, "height": 900})  # of a sheet, about
        page.emulate_media(media="print", color_scheme="dark")
        page.goto(ann)
        return page

    def test_what_is_not_the_article_goes(self, page: Page) -> None:
        for part in ("header", "footer", ".contents", "section.linking", "article details"):
            expect(page.locator(part).first).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        dark = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        assert dark == "light"

    def test_where_it_is_from_stays(self, page: Page) -> None:
        source = page.locator(".source")
        expect(source).to_be_visible()
        expect(source).to_contain_text("From toywiki as of 1 November 2026.")
        expect(page.get_by_text("Revision 10 of 1 January 2026")).to_be_visible()
        page.emulate_media(media="screen")
        expect(source).to_be_hidden()

    def test_no_table_is_cut(self, page: Page) -> None:
        width = page.evaluate("innerWidth")
        for table in page.get_by_role("table").all():
            assert box(table)["x"] + box(table)["width"] <= width + 1
        page.emulate_media(media="screen")
        last = page.get_by_role("cell", name="a word that is long 23")
        assert box(last)["x"] > width  # it is one that would be


@needs_chromium
def test_signs_that_part_texts_are_not_drawn(window: Window, ann: str) -> None:
    """Colons of a box and dashes of a list stand in the text, where a copy has them."""
    page = window.page
    page.goto(ann)
    expect(page.locator(".box th").first).to_have_text("Name: ", use_inner_text=False)
    for sign in (*page.locator(".box .sign").all(), *page.locator(".item .sign").all()):
        assert box(sign)["width"] <= 1
    assert page.locator(".box .sign").count() == page.locator(".box th").count()
    expect(page.locator(".item.bullet")).to_have_text(["- one", "- two"], use_inner_text=False)
    expect(page.locator(".item:not(.bullet)")).to_contain_text(["three"])


@needs_chromium
@pytest.mark.parametrize("kind", ["window", "bare_window"])
def test_captions_do_not_run_into_the_text_of_a_result(
    request: pytest.FixtureRequest, ann: str, kind: str
) -> None:
    page = request.getfixturevalue(kind).page
    page.goto(ann.replace("page/Ann", "search?q=zebras+herds&all=1"))
    lines = page.locator(".results .lines").first.inner_text().splitlines()
    assert lines == ["Zebras graze in herds.", "A zebra in the sun"]


@needs_chromium
def test_lines_of_a_paragraph_stand_together(window: Window, ann: str) -> None:
    page = window.page
    page.goto(ann.replace("Ann", "Lines"))
    first, second, third = (box(one) for one in page.locator("article p.text").all())
    gap = second["y"] - first["y"] - first["height"]
    assert gap < 2
    assert third["y"] - second["y"] - second["height"] > gap + 8


def test_other_names_are_those_that_read_otherwise(client: TestClient) -> None:
    page = client.get("/c/toywiki/page/Ann").text
    names = page.partition('<ul class="names">')[2].partition("</ul>")[0]
    assert "2 other names" in page
    assert "Anna the Poet" in names
    assert "&lt;b&gt;Annie&lt;/b&gt;" in names
    assert "ANN<" not in names
    assert "other name" not in client.get("/c/toywiki/page/Other").text


def test_days_and_names_are_told_in_the_language_of_the_page(client: TestClient) -> None:
    page = client.get("/c/toywiki/page/Ann", headers={"Accept-Language": "de"}).text
    assert "2 andere Namen" in page
    assert "Version 10 vom 1. Januar 2026" in page
    assert '<time datetime="2026-11-01">1. November 2026</time>' in page
