"""A collection as a search engine of the browser, and the service as an app of the desktop."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from tests.service.conftest import MARKUP_TITLE, local_client, make_app

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


def test_titles_with_markup_are_data(awkward: Path) -> None:
    with local_client(make_app(awkward)) as client:
        assert client.get("/suggest", params={"q": "<script>"}).json()[1] == [MARKUP_TITLE]


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
    [icon] = app["icons"]
    folder = address.rpartition("/")[0]
    assert client.get(f"{folder}/{icon['src']}").headers["Content-Type"] == icon["type"]
