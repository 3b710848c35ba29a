"""How pages and data are delivered: compressed, not sent twice, and streams as they come."""

import gzip
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from pinakes.service.http import static_files
from pinakes.service.http.static_files import STATIC
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.browser import BIRDS, Window, needs_chromium
from tests.service.scripted_generator import ScriptedGenerator

HTML = {"Accept": "text/html"}
PACKED = {"Accept-Encoding": "gzip, deflate, br"}
PLAIN = {"Accept-Encoding": "identity"}
PAGES = ["/c/samplewiki/", "/c/samplewiki/search?q=city", "/c/samplewiki/page/Rosetta_Stone"]
_FIRST_LOAD_BYTES = 60_000
_LONGEST_LINE = 200


@pytest.fixture(scope="module")
def address(sample: Path) -> Iterator[str]:
    with running(make_app(sample)) as address:
        yield address


@pytest.mark.parametrize(
    "path", [*PAGES, "/static/style.css", "/c/samplewiki/api/pages/617", "/openapi.json"]
)
def test_what_is_sent_is_compressed_for_those_who_take_it(client: TestClient, path: str) -> None:
    with client.stream("GET", path, headers=PACKED) as response:
        sent = b"".join(response.iter_raw())
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    plain = client.get(path, headers=PLAIN)
    assert "Content-Encoding" not in plain.headers
    if path != "/c/samplewiki/":  # which shows other articles each time
        assert gzip.decompress(sent) == plain.content
    assert len(sent) < 0.6 * len(plain.content)


@pytest.mark.parametrize(
    "path", [*PAGES[1:], "/c/samplewiki/page/617", "/api/search?q=city", "/status", "/c/none/"]
)
@pytest.mark.parametrize("taken", [PLAIN, PACKED])
def test_head_says_what_get_would(address: str, path: str, taken: dict[str, str]) -> None:
    with httpx.Client(base_url=address, headers=taken) as client:
        whole, head = client.get(path), client.head(path)
        again = client.head(path)  # the connection is not out of step
    assert head.status_code == whole.status_code == again.status_code
    assert dict(head.headers) == dict(whole.headers) | {"date": head.headers["date"]}
    assert head.content == b""


def test_head_asks_no_model(address: str) -> None:
    assert httpx.head(f"{address}/api/ask?q=city").status_code == 405


@pytest.mark.parametrize(
    ("taken", "is_packed"),
    [
        ("gzip", True),
        ("GZIP;q=0.1", True),
        ("*", True),
        ("br, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("notgzip", False),
        ("br", False),
        ("*;q=0", False),
    ],
)
def test_who_takes_what_is_compressed(client: TestClient, taken: str, is_packed: bool) -> None:
    answer = client.get("/static/style.css", headers={"Accept-Encoding": taken})
    assert ("Content-Encoding" in answer.headers) is is_packed
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_a_page_that_is_known_is_not_sent_again(client: TestClient, known: str) -> None:
    page = client.get(PAGES[2], headers=HTML)
    tag = page.headers["ETag"].removeprefix("W/")
    again = client.get(PAGES[2], headers=HTML | {"If-None-Match": known.format(tag)})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == page.headers["ETag"]
    vary = [set(answer.headers["Vary"].split(", ")) for answer in (page, again)]
    assert vary[0] == vary[1]


def test_files_of_pages_are_kept_for_good_by_an_address_of_their_content(
    client: TestClient,
) -> None:
    addresses = {
        found
        for path in PAGES
        for found in re.findall(r'"(/static/[^"]+)"', client.get(path, headers=HTML).text)
    }
    assert len(addresses) > 4
    for address in addresses:
        assert re.fullmatch(r"/static/[0-9a-f]{12}/[\w.]+", address)
        kept = client.get(address)
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get(re.sub("/[0-9a-f]{12}/", "/", address)).content == kept.content
    other = re.sub(r"/[0-9a-f]{12}/", "/0123456789ab/", addresses.pop())
    assert client.get(other).status_code == 404
    assert client.get("/static/style.css").headers["Cache-Control"] == "no-cache"


def test_another_letter_in_a_file_is_another_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "static"
    shutil.copytree(static_files._DIRECTORY, directory)
    monkeypatch.setattr(static_files, "_DIRECTORY", directory)
    before = static_files._version()
    assert STATIC.endswith(before)
    style = directory / "style.css"
    style.write_text(style.read_text().replace("#22201c", "#22201d"))
    assert static_files._version() != before


def test_scripts_are_ours_and_load_only_what_lies_beside_them() -> None:
    """A library would be weighed first, with its licence and digest: decision 0100."""
    names = {path.name for path in static_files._DIRECTORY.iterdir()}
    assert {Path(name).suffix for name in names} <= {".js", ".css", ".svg", ".png", ".webmanifest"}
    for script in static_files._DIRECTORY.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        loaded = re.findall(r"""\b(?:from|import)[\s(]*["'`]([^"'`]*)""", text)
        assert {name.removeprefix("./") for name in loaded} <= names, script.name
        assert max(map(len, text.splitlines())) < _LONGEST_LINE, script.name  # no bundle
        assert not re.search(r"\beval\(|new Function|https?://", text), script.name


@pytest.mark.parametrize("path", ["/static/style.css", "/c/samplewiki/page/Rosetta_Stone"])
@pytest.mark.parametrize("headers", [PACKED, PLAIN])
def test_what_the_client_has_is_not_sent_again(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    tag = client.get(path, headers=headers).headers["ETag"]
    assert tag.startswith('W/"')
    for known in (tag, f'"other", {tag}'):
        again = client.get(path, headers={**headers, "If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == tag
        assert "Cache-Control" in again.headers
    other = client.get(path, headers={**headers, "If-None-Match": 'W/"other"'})
    assert other.status_code == 200


def test_another_mark_is_another_page(client: TestClient) -> None:
    path = "/c/samplewiki/page/Rosetta_Stone"
    tag = client.get(path).headers["ETag"]
    marked = client.get(f"{path}?start=0&end=40", headers={"If-None-Match": tag})
    assert marked.status_code == 200
    assert "<mark" in marked.text


def test_a_stream_comes_as_it_is_made_to_those_who_take_compression_too(
    make_server: MakeServer,
) -> None:
    more = threading.Event()
    generator = ScriptedGenerator("It was ", more, "Timon of Phlius.")
    headers = {**PACKED, "Accept": "text/event-stream"}
    address = make_server(generator)
    with httpx.stream(
        "POST", f"{address}/api/ask", json={"question": BIRDS}, headers=headers, timeout=60
    ) as response:
        assert "Content-Encoding" not in response.headers
        lines = response.iter_lines()
        assert any("It was" in line for line in lines)  # nobody has let it go on
        more.set()
        assert any("Timon of Phlius" in line for line in lines)


@needs_chromium
@pytest.mark.parametrize("path", PAGES)
def test_the_first_load_is_small(window: Window, address: str, path: str) -> None:
    page = window.page
    page.goto(address + path)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.reload(wait_until="networkidle")
    sizes = page.evaluate(
        "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
        ".map(({ name, transferSize }) => [name, transferSize])"
    )
    assert next(size for name, size in sizes if name.endswith("style.css")) > 0
    total = sum(size for _, size in sizes)
    assert total <= _FIRST_LOAD_BYTES, sizes
