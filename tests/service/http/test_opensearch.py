"""A collection as a search engine of the browser, and the service as an app of the desktop."""

import json
import re
import struct
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from pinakes.index.library import Library
from pinakes.service.http.app import create_app
from pinakes.service.settings import Settings
from tests.index.toys import ROOT
from tests.service.conftest import MARKUP_TITLE, local_client, make_app, running
from tests.service.http.browser import CHROMIUM, QUIET, needs_chromium

SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.mark.parametrize("path", ["/opensearch.xml", "/c/samplewiki/opensearch.xml"])
def test_the_description_leads_to_searches_and_suggestions(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    described = ElementTree.fromstring(response.content)
    assert described.findtext(f"{SPACE}ShortName") == "Pinakes sample"
    templates = {url.get("type"): url.get("template") for url in described.iter(f"{SPACE}Url")}
    search = str(templates["text/html"]).replace("{searchTerms}", "founded+by+Ptolemy")
    assert search.startswith("http://localhost/c/samplewiki/search?q=")
    assert "Library of Alexandria" in client.get(search).text
    suggest = str(templates["application/x-suggestions+json"])
    assert client.get(suggest.replace("{searchTerms}", "lib")).json()[0] == "lib"
    image = str(described.findtext(f"{SPACE}Image"))
    assert client.get(image).headers["Content-Type"] == "image/svg+xml"


def test_suggestions_in_the_form_of_browsers(client: TestClient) -> None:
    response = client.get("/suggest", params={"q": "library of al"})
    assert response.headers["Content-Type"] == "application/x-suggestions+json"
    typed, titles, matched, addresses = response.json()
    assert typed == "library of al"
    assert titles[0] == "Library of Alexandria"
    assert len(titles) == len(matched) == len(addresses)
    assert client.get(addresses[0]).status_code == 200
    redirected = client.get("/c/samplewiki/suggest?q=alexandrian lib").json()
    assert redirected[1:3] == [["Library of Alexandria"], ["Alexandrian library"]]
    assert client.get("/suggest?q=").json() == ["", [], [], []]
    assert client.get("/suggest?q=qzqzqz").json() == ["qzqzqz", [], [], []]
    assert client.get(f"/suggest?q={'x' * 201}").status_code == 400


@needs_chromium
def test_a_browser_takes_the_service_as_an_app(
    browser: Browser, sample: Path, tmp_path: Path
) -> None:
    with running(make_app(sample)) as address:
        context = browser.browser_type.launch_persistent_context(  # in others nothing is installed
            tmp_path, executable_path=CHROMIUM, args=QUIET
        )
        page = context.new_page()
        for path in ("/", "/c/samplewiki/page/617", "/about"):
            page.goto(address + path)
            devtools = context.new_cdp_session(page)
            assert devtools.send("Page.getAppManifest")["errors"] == []
            assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []
        context.close()


def test_titles_with_markup_are_data(awkward: Path) -> None:
    with local_client(make_app(awkward)) as client:
        assert client.get("/suggest", params={"q": "<script>"}).json()[1] == [MARKUP_TITLE]


def test_without_a_collection_all_are_described(awkward: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(awkward)
    settings = Settings.model_validate({"data": tmp_path})
    with local_client(create_app(settings, Library(tmp_path), None)) as client:
        described = ElementTree.fromstring(client.get("/opensearch.xml").content)
        templates = {url.get("type"): url.get("template") for url in described.iter(f"{SPACE}Url")}
        search = str(templates["text/html"]).replace("{searchTerms}", "long+word")
        assert search == "http://localhost/search?q=long+word"
        assert 'href="/c/one/page/' in client.get(search).text
        suggest = str(templates["application/x-suggestions+json"]).replace("{searchTerms}", "<scr")
        assert {address.split("/c/")[1][:3] for address in client.get(suggest).json()[3]} == {
            "one",
            "two",
        }
        for path in ("/", "/about", "/search?q=long+word"):
            head = client.get(path).text.partition("</head>")[0]
            assert re.findall(r'<link rel="search" [^>]*href="([^"]+)"', head) == [
                "/opensearch.xml"
            ]


def searxng_engine() -> dict[str, str]:
    """The settings that the documentation gives."""
    page = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    snippet = page.partition("```yaml\n")[2].partition("```")[0]
    lines = (line.removeprefix("  - ").strip().partition(": ") for line in snippet.split("\n"))
    return {key: value for key, _, value in lines}


def of_path(values: Any, path: list[str]) -> list[Any]:
    """What SearXNG finds by a path of keys, which it looks for however deep they lie."""
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    found = []
    for key, value in pairs:
        rest = path[1:] if str(key) == path[0] else path
        if not rest:
            found.append(value)
        elif isinstance(value, dict | list):
            found += of_path(value, rest)
    return found


def searched(client: TestClient, query: str, number: int) -> list[dict[str, str]]:
    """What SearXNG's engine for JSON makes of a page of results."""
    engine = searxng_engine()
    url = engine["search_url"].format(query=quote_plus(query), pageno=number)
    url = url.replace("http://127.0.0.1:8707/c/enwiki/", "/c/samplewiki/")
    [results] = of_path(client.get(url).json(), engine["results_query"].split("/"))
    return [
        {
            key: of_path(result, engine[f"{key}_query"].split("/"))[0]
            for key in ("url", "title", "content")
        }
        for result in results
    ]


def test_searxng_reads_what_the_documentation_says(client: TestClient) -> None:
    first = searched(client, "who founded the library of Alexandria & why?", 1)
    assert first[0]["title"] == "Library of Alexandria"
    assert "library" in first[0]["content"].lower()
    assert all(client.get(one["url"]).status_code == 200 for one in first)
    assert all(one["url"].startswith("http://localhost/c/samplewiki/page/") for one in first)
    second = searched(client, "who founded the library of Alexandria & why?", 2)
    assert second
    assert {one["url"] for one in first}.isdisjoint(one["url"] for one in second)
    assert searched(client, "library", 6) == []
    assert searched(client, "qzqzqz", 1) == []


def test_addresses_of_kiwix_lead_to_ours(client: TestClient) -> None:
    for path in ("/search?pattern=papyrus", "/search?pattern=papyrus&content=samplewiki"):
        moved = client.get(path, follow_redirects=False)
        assert moved.headers["Location"] == "/c/samplewiki/search?q=papyrus"
    for path in ("/random", "/random?content=samplewiki"):
        moved = client.get(path, follow_redirects=False)
        assert moved.headers["Location"] == "/c/samplewiki/random"
    assert client.get("/random?content=nothing").status_code == 404
    first = client.get("/suggest?term=library of al").json()[0]
    assert (first["value"], first["kind"]) == ("Library of Alexandria", "path")
    assert client.get(first["path"]).status_code == 200


def test_pages_name_the_description_of_their_collection(client: TestClient) -> None:
    for path in ("/c/samplewiki/", "/c/samplewiki/search?q=city", "/page/617"):
        head = client.get(path).text.partition("</head>")[0]
        [link] = re.findall(r'<link rel="search" [^>]*href="([^"]+)"', head)
        assert link == "/c/samplewiki/opensearch.xml"


def test_the_app_has_its_icon_and_keeps_to_the_policy(client: TestClient) -> None:
    page = client.get("/c/samplewiki/")
    [address] = re.findall(r'<link rel="manifest" href="([^"]+)"', page.text)
    assert "manifest-src 'self'" in page.headers["Content-Security-Policy"]
    response = client.get(address)
    assert response.headers["Content-Type"] == "application/manifest+json"
    app = json.loads(response.text)
    assert app["start_url"] == app["scope"] == "/"
    folder = address.rpartition("/")[0]
    for icon in app["icons"]:
        sent = client.get(f"{folder}/{icon['src']}")
        assert sent.headers["Content-Type"] == icon["type"]
        if icon["type"] == "image/png":  # width and height: PNG, 11.2.1
            width, height = struct.unpack(">II", sent.content[16:24])
            assert f"{width}x{height}" == icon["sizes"]
    assert {"any", "maskable"} == {icon["purpose"] for icon in app["icons"]}
