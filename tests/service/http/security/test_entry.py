"""The page where a browser gives its token once: without scripts, under the tight policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from pinakes.service.http.security.tokens import Tokens
from tests.service.conftest import local_client, running
from tests.service.http.browser import needs_chromium
from tests.service.http.security.test_guard import LINK, settings_app

HTML = {"accept": "text/html", "sec-fetch-site": "none", **LINK}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    return Tokens(tmp_path).create("phone", "ask")


@pytest.fixture
def client(awkward: Path, tmp_path: Path, secret: str) -> Iterator[TestClient]:
    with local_client(settings_app(awkward, tmp_path)) as client:
        client.follow_redirects = False
        yield client


def test_a_page_leads_to_the_entry_and_the_entry_back(client: TestClient, secret: str) -> None:
    sent = client.get("/page/1?start=1&end=9", headers=HTML)
    assert sent.status_code == 303
    assert sent.headers["location"] == "/enter?to=%2Fpage%2F1%3Fstart%3D1%26end%3D9"
    form = client.get(sent.headers["location"], headers=HTML)
    assert form.status_code == 200
    assert 'value="/page/1?start=1&amp;end=9"' in form.text
    assert "zebrafish" not in form.text
    assert "toywiki" not in form.text
    entered = client.post("/enter", data={"token": f" {secret} ", "to": "/page/1?start=1&end=9"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/page/1?start=1&end=9")
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith(f"pinakes={secret}; ")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert "secure" not in parts
    assert "domain" not in cookie.lower()
    client.cookies.set("pinakes", secret)
    page = client.get("/c/toywiki/page/1", headers=HTML, follow_redirects=True)
    assert page.status_code == 200
    assert "zebrafish" in page.text


def test_programs_are_refused_and_not_led_anywhere(client: TestClient) -> None:
    assert client.get("/page/1").status_code == 401
    assert client.get("/api/search?q=zebrafish", headers=HTML).status_code == 401
    assert client.post("/", headers=HTML).status_code == 401


def test_a_wrong_token_enters_nothing(client: TestClient) -> None:
    for body in ({"token": "pinakes_wrong", "to": "/"}, {"token": ""}, {}):
        answer = client.post("/enter", data=body)
        assert answer.status_code == 401
        assert "not known here" in answer.text
        assert "set-cookie" not in answer.headers
    assert client.post("/enter", content=b"\xff\x00=%zz&&&").status_code == 401
    client.cookies.set("pinakes", "pinakes_wrong")
    assert client.get("/readyz").status_code == 401


def test_an_expired_token_is_told_since_when(
    client: TestClient, secret: str, tmp_path: Path
) -> None:
    Tokens(tmp_path).change("phone", expires="2000-01-01T00:00:00+00:00")
    answer = client.post("/enter", data={"token": secret})
    assert answer.status_code == 401
    assert "expired at 2000-01-01T00:00:00+00:00" in answer.text
    assert "not known here" not in answer.text
    assert "set-cookie" not in answer.headers
    assert "expired" not in client.post("/enter", data={"token": f"{secret}x"}).text


def test_a_revoked_token_is_out_of_its_cookie_too(
    client: TestClient, secret: str, tmp_path: Path
) -> None:
    client.cookies.set("pinakes", secret)
    assert client.get("/readyz").status_code == 200
    Tokens(tmp_path).revoke("phone")
    Tokens(tmp_path).create("another", "ask")
    assert client.get("/readyz").status_code == 401


def test_the_header_counts_before_the_cookie(client: TestClient, secret: str) -> None:
    client.cookies.set("pinakes", secret)
    assert client.get("/readyz", headers={"authorization": "Bearer wrong"}).status_code == 401
    # What a proxy in front asks for is no business of ours.
    assert client.get("/readyz", headers={"authorization": "Basic eDp5"}).status_code == 200


@pytest.mark.parametrize(
    "to", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "", "/\n/x"]
)
def test_it_leads_nowhere_else(client: TestClient, secret: str, to: str) -> None:
    assert 'name="to" type="hidden" value="/"' in client.get("/enter", params={"to": to}).text
    answer = client.post("/enter", data={"token": secret, "to": to})
    assert answer.headers["location"] == "/"


def test_a_form_of_others_enters_nobody(client: TestClient, secret: str) -> None:
    for headers in ({"origin": "http://evil.test"}, {"origin": "null"},
                    {"sec-fetch-site": "cross-site"}):  # fmt: skip
        answer = client.post("/enter", data={"token": secret}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_behind_tls_the_cookie_says_so(awkward: Path, tmp_path: Path, secret: str) -> None:
    app = settings_app(awkward, tmp_path)
    with local_client(app, "https://localhost") as client:
        client.follow_redirects = False
        cookie = client.post("/enter", data={"token": secret}).headers["set-cookie"]
        assert cookie.startswith("__Host-pinakes=")
        assert "secure" in cookie.lower()
        assert client.get("/readyz", headers={"cookie": f"pinakes={secret}"}).status_code == 401
        sent = {"cookie": f"__Host-pinakes={secret}"}
        assert client.get("/readyz", headers=sent).status_code == 200


def test_a_damaged_file_is_told_in_the_log(
    client: TestClient, secret: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Tokens(tmp_path).path.write_text("{")
    answer = client.post("/enter", data={"token": secret})
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert "is damaged; remove it" in caplog.text


def test_markup_in_the_way_back_is_text(client: TestClient) -> None:
    form = client.get("/enter", params={"to": '/"><script>alert(1)</script>'})
    assert "<script>alert" not in form.text


def test_a_token_for_reading_sees_no_form_for_asking(
    client: TestClient, secret: str, tmp_path: Path
) -> None:
    forms = ('id="ask"', "/ask.js", "Ask this as a question", ">Ask</button>")
    addresses = [
        f"/c/toywiki/{rest}" for rest in ("", "?q=zebrafish", "search?q=zebrafish&all=1", "page/1")
    ]

    def shown(secret: str) -> list[str]:
        client.cookies.set("pinakes", secret)
        pages = [
            client.get(one, headers=HTML | {"Sec-Fetch-Site": "none"}, follow_redirects=True)
            for one in addresses
        ]
        assert all(page.status_code == 200 for page in pages)
        return [page.text for page in pages]

    text = "".join(shown(secret))
    assert all(form in text for form in forms)
    first, linked, found, page = shown(Tokens(tmp_path).create("guest", "read"))
    assert [form for form in forms if form in first + linked + found + page] == []
    assert "Your token, guest, may search and read" in first
    assert 'href="search?q=zebrafish"' in linked
    assert "zebrafish" in found


@needs_chromium
@pytest.mark.parametrize("scripts", [True, False])
def test_one_entry_opens_the_pages(
    browser: Browser, awkward: Path, tmp_path: Path, secret: str, scripts: bool
) -> None:
    complaints: list[str] = []
    with running(settings_app(awkward, tmp_path)) as address:
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{address}/page/1?start=1&end=9")
        page.get_by_label("Your token").fill("pinakes_wrong")
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_role("alert")).to_contain_text("not known here")
        page.get_by_label("Your token").fill(secret)
        page.get_by_role("button", name="Enter").click()
        expect(page.locator("mark")).to_be_visible()
        assert page.url.startswith(f"{address}/c/toywiki/page/%3Cscript%3E")
        assert page.url.endswith("?start=1&end=9")
        if scripts:
            assert page.evaluate("document.cookie") == ""
            page.goto(f"{address}/?q=zebrafish&mode=quote")
            expect(page.locator("#answer")).to_contain_text("zebrafish")
        context.close()
    assert [one for one in complaints if "401" not in one] == []
