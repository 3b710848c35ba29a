"""Pictures of ZIM files on their articles' pages: lazily, safely, and only where they may be."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.ingest.sources.opening import open_source
from pinakes.service.http.security.tokens import Tokens
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.ingest.zim_files import ZimPage, png, write_zim
from tests.service.conftest import local_client, make_app, running
from tests.service.http.browser import Window, needs_chromium
from tests.service.http.test_accessibility import check

HOSTILE = '"><script>document.title="hacked"</script><img src=x onerror=alert(1)>'
ALTERNATIVE = HOSTILE.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="90" onload="document.title=1">'
    '<script>document.documentElement.setAttribute("data-ran", "1")</script>'
    '<image href="https://example.org/x.png" width="9" height="9"/>'
    '<rect style="fill: red" width="60" height="45"/></svg>'
)
ANN = f"""<p><b>Ann</b> was a poet.</p>
<table class="infobox"><tr><td><img src="I/ann.png" alt="Ann at her desk" width="120" height="90">
</td></tr><tr><th>Born</th><td>1900</td></tr></table>
<h2>Life</h2>
<figure><img src="I/house.png" alt="{ALTERNATIVE}" width="240" height="180">
<figcaption>Her house in Oslo</figcaption></figure>
<p>{"She wrote a great deal, and most of it is lost. " * 200}</p>
<p>{"She wrote a great deal, and most of it is lost. " * 200}</p>
<table><tr><th>Town</th><th>Arms</th></tr>
<tr><td>Oslo</td><td>red <img src="I/arms.svg" alt="A red field" width="120" height="90"></td></tr>
</table>
<p>An end <img src="I/glyph.png" alt="glyph" width="40" height="30"> in a line.</p>
<p>The <img src="I/dot.png" alt="dot" width="11" height="11"> last.</p>"""
PAGES = [
    ZimPage("Ann", "Ann", ANN),
    ZimPage("Bare", "Bare", "<p>Nothing to look at.</p>"),
    *(ZimPage(f"I/{name}.png", "", png(240, 180), mimetype="image/png")
      for name in ("ann", "house", "glyph", "dot")),
    ZimPage("I/arms.svg", "", SVG, mimetype="image/svg+xml"),
]  # fmt: skip
FIRST = "/c/museum/page/Ann"
IMG = re.compile(r'<img src="([^"]+)" alt="([^"]*)" width="(\d+)" height="(\d+)"([^>]*)>')
# Elements of the article that have moved since it was first shown.
SHIFTED = """() => new Promise(tell => {
  const seen = [];
  new PerformanceObserver(list => list.getEntries().forEach(one => seen.push(...one.sources)))
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => tell(
    seen.map(({ node }) => node).filter(node => node?.parentElement?.closest("article"))
      .map(node => node.outerHTML))));
})"""
SAVING = {"Save-Data": "on"}
OPTIONS = BuildOptions(1, executors=in_threads)


def built(directory: Path) -> Path:
    """The archive, from which a collection was built beside it."""
    archive = write_zim(directory / "museum.zim", PAGES)
    source = open_source([archive])
    build_collection(directory / "museum", source, None, "none", QuietProgress(), OPTIONS)
    return archive


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return built(tmp_path)


@pytest.fixture
def client(archive: Path) -> Iterator[TestClient]:
    with local_client(make_app(archive.with_name("museum"), None)) as client:
        yield client


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    archive = built(tmp_path_factory.mktemp("pictures"))
    with running(make_app(archive.with_name("museum"), None)) as address:
        yield address


class TestThePage:
    def test_pictures_are_loaded_lazily_and_shift_nothing(self, client: TestClient) -> None:
        page = client.get(FIRST).text
        found = IMG.findall(page)
        names = [source.rpartition("/")[2] for source, *_ in found]
        assert names == ["ann.png", "house.png", "arms.svg", "glyph.png"]
        assert {rest for *_, rest in found} == {' loading="lazy" decoding="async"'}
        assert [(width, height) for _, _, width, height, _ in found][1] == ("240", "180")
        assert '<figcaption dir="auto">Her house in Oslo</figcaption></figure>' in page
        assert re.search(r'</span>red<img [^>]*alt="A red field"[^>]*></td>', page)
        assert re.search(r"An end <img [^>]*>in a line", page)

    def test_what_a_picture_shows_is_text(self, client: TestClient) -> None:
        page = client.get(FIRST).text
        assert "<script>document" not in page
        assert "onerror=alert" not in page.replace("&lt;img src=x onerror=alert(1)&gt;", "")

    def test_where_the_archive_is_gone_its_words_stand_there(
        self, client: TestClient, archive: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with_them = client.get(FIRST)
        [first, *_] = IMG.findall(with_them.text)
        archive.unlink()
        without = client.get(FIRST, headers={"If-None-Match": with_them.headers["etag"]})
        assert without.status_code == 200
        assert "<img" not in without.text.replace("&lt;img", "")
        for words in ("Ann at her desk", "Her house in Oslo", "A red field"):
            assert words in without.text
        for _ in range(3):
            assert client.get(first[0]).status_code == 404
        told = [one for one in caplog.records if "without its pictures" in one.getMessage()]
        assert len(told) == 1

    def test_a_page_without_pictures_asks_for_no_archive(
        self, client: TestClient, archive: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        archive.unlink()
        assert client.get("/c/museum/page/Bare").status_code == 200
        assert "pictures" not in caplog.text


class TestSavingData:
    def test_nothing_is_loaded_before_it_is_asked_for(self, client: TestClient) -> None:
        page = client.get(FIRST, headers=SAVING)
        assert "Save-Data" in page.headers["vary"]
        assert "<img" not in page.text.replace("&lt;img", "")
        assert "Ann at her desk" in page.text
        assert page.text.count(">Show picture</a>") == 4
        [every] = re.findall(r'<a href="([^"]+)">Show pictures</a>', page.text)
        assert len(IMG.findall(client.get(FIRST + every, headers=SAVING).text)) == 4

    def test_what_else_was_asked_is_kept(self, client: TestClient) -> None:
        page = client.get(f"{FIRST}?start=0&end=3&rows=all", headers=SAVING).text
        [every] = re.findall(r'<a href="([^"]+)">Show pictures</a>', page)
        assert every == "?start=0&amp;end=3&amp;rows=all&amp;pictures=show"

    def test_the_two_are_told_apart(self, client: TestClient) -> None:
        with_them, without = client.get(FIRST), client.get(FIRST, headers=SAVING)
        assert with_them.headers["etag"] != without.headers["etag"]
        assert with_them.headers["vary"] == without.headers["vary"]
        known = {"If-None-Match": with_them.headers["etag"]}
        again = client.get(FIRST, headers=known)
        assert (again.status_code, again.headers["vary"]) == (304, with_them.headers["vary"])
        assert client.get(FIRST, headers=known | SAVING).status_code == 200

    def test_where_there_are_none_nothing_is_said(self, client: TestClient) -> None:
        assert (
            "Pictures are not loaded" not in client.get("/c/museum/page/Bare", headers=SAVING).text
        )


class TestTheFile:
    def address(self, client: TestClient, name: str) -> str:
        return next(one[0] for one in IMG.findall(client.get(FIRST).text) if name in one[0])

    def test_it_is_the_archives_and_kept_for_good(self, client: TestClient) -> None:
        address = self.address(client, "house")
        found = client.get(address)
        assert found.content == png(240, 180)
        assert found.headers["content-type"] == "image/png"
        assert found.headers["cache-control"] == "private, max-age=31536000, immutable"
        known = client.get(address, headers={"If-None-Match": found.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        head = client.head(address)
        assert head.headers["content-length"] == str(len(found.content))
        assert head.content == b""

    def test_an_svg_is_drawn_and_never_run(self, client: TestClient) -> None:
        found = client.get(self.address(client, "arms"))
        assert found.headers["content-type"].startswith("image/svg+xml")
        policy = found.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "sandbox" in policy
        assert "script" not in policy
        assert found.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        "path",
        ["Ann", "I/none.png", "../../../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd",
         "I/house.png/", "", "I/house.png%00", "M/Title", "%FF%FE", "x" * 9_000],
    )  # fmt: skip
    def test_nothing_else_is_handed_out(self, client: TestClient, path: str) -> None:
        version = self.address(client, "house").split("/")[4]
        found = client.get(f"/c/museum/picture/{version}/{path}")
        assert found.status_code in (404, 400)
        assert b"root:" not in found.content

    def test_another_version_is_no_address(self, client: TestClient) -> None:
        parts = self.address(client, "house").split("/")
        parts[4] = "0" * 12
        missing = client.get("/".join(parts))
        assert missing.status_code == 404
        assert missing.headers["content-type"] == "application/problem+json"
        assert "max-age" not in missing.headers.get("cache-control", "")

    def test_who_may_not_read_the_collection_gets_no_picture(self, archive: Path) -> None:
        data = archive.parent
        dump = write_dump(data, [article(1, "Other", "Another.")])
        build_collection(data / "other", dump, None, "none", QuietProgress(), OPTIONS)
        secrets = {
            name: Tokens(data).create(name, collections=(name,)) for name in ("museum", "other")
        }
        with local_client(make_app(archive.with_name("museum"), None)) as client:
            owner, stranger = (
                {"Authorization": f"Bearer {secrets[name]}"} for name in ("museum", "other")
            )
            address = IMG.findall(client.get(FIRST, headers=owner).text)[0][0]
            assert client.get(address, headers=owner).status_code == 200
            assert client.get(address, headers=stranger).status_code == 404
            assert client.get(address).status_code == 401

    def test_no_page_of_others_may_embed_it(self, client: TestClient) -> None:
        address = self.address(client, "house")
        from_elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
        assert client.get(address, headers=from_elsewhere).status_code == 403


def test_a_collection_of_before_shows_its_pages(archive: Path) -> None:
    """source.json as earlier programs left it, which told no places."""
    kept = archive.with_name("museum") / "source.json"
    kept.write_text(re.sub(r', "paths": \{[^}]*\}', "", kept.read_text()))
    with local_client(make_app(archive.with_name("museum"), None)) as client:
        page = client.get(FIRST).text
        assert "<img" not in page.replace("&lt;img", "")
        assert "Ann at her desk" in page


@needs_chromium
class TestInTheBrowser:
    def test_those_far_down_are_loaded_when_they_come_near(
        self, window: Window, address: str
    ) -> None:
        page = window.page
        page.goto(address + FIRST)
        house, arms = page.locator("figure img"), page.locator("td img")
        expect(house).to_have_js_property("naturalWidth", 240)
        assert not [one for one in window.requests if "glyph" in one]
        last = page.locator("p > img")
        last.scroll_into_view_if_needed()
        expect(last).to_have_js_property("naturalWidth", 240)
        expect(arms.last).to_have_js_property("complete", True)
        assert page.title() == "Ann – Pinakes"

    @pytest.mark.parametrize("width", [390, 1100])
    def test_nothing_shifts_and_nothing_leaves_the_page(
        self, window: Window, address: str, width: int
    ) -> None:
        page = window.page
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address + FIRST, wait_until="networkidle")
        page.locator("p > img").scroll_into_view_if_needed()
        expect(page.locator("p > img")).to_have_js_property("naturalWidth", 240)
        assert page.evaluate(SHIFTED) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("figure img").bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.02)

    def test_a_hostile_svg_opened_on_its_own_does_not_run(
        self, browser: Browser, address: str
    ) -> None:
        context = browser.new_context()
        page = context.new_page()
        refused: list[str | None] = []
        page.on("requestfailed", lambda request: refused.append(request.failure))
        page.goto(address + FIRST)
        svg = page.locator('img[alt="A red field"]').get_attribute("src")
        page.goto(f"{address}{svg}", wait_until="networkidle")
        assert page.locator("svg").get_attribute("data-ran") is None
        assert refused == ["csp"]  # what it would load from elsewhere
        context.close()

    def test_without_scripts_pictures_wait_where_data_is_saved(
        self, browser: Browser, address: str
    ) -> None:
        context = browser.new_context(java_script_enabled=False, extra_http_headers=SAVING)
        page = context.new_page()
        page.goto(address + FIRST)
        expect(page.locator("article img")).to_have_count(0)
        page.get_by_role("link", name="Show pictures").click()
        expect(page.locator("article img")).to_have_count(4)
        context.close()

    @pytest.mark.parametrize("query", ["", "?pictures=wait"])
    def test_everybody_can_read_it(self, window: Window, address: str, query: str) -> None:
        window.page.goto(address + FIRST + query)
        check(window.page)
