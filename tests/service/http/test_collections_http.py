"""Several collections served by one process: each under its own address, all in one list."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from pinakes.index.generations import current_generation
from pinakes.index.library import Library
from pinakes.service.http.app import create_app
from pinakes.service.http.pages import _told_apart
from pinakes.service.settings import Settings
from tests.service.conftest import local_client, running
from tests.service.http.browser import needs_chromium
from tests.service.tools.calls import ACCEPT, rpc

QUESTION = {"question": "Where was the Rosetta Stone found?", "mode": "quote"}
CHAT = {"messages": [{"role": "user", "content": QUESTION["question"]}]}


@pytest.fixture
def several(data: Path, awkward: Path, tmp_path: Path) -> Path:
    """A data directory with the sample, a wiki of a few odd pages, and one that is damaged."""
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    shutil.copytree(awkward, tmp_path / "toywiki", symlinks=True)
    shutil.copytree(awkward, tmp_path / "badwiki", symlinks=True)
    (current_generation(tmp_path / "badwiki") / "pages.db").unlink()
    return tmp_path


def app_over(data: Path, *only: str, default: str | None = None) -> Any:
    return create_app(Settings(data=data), Library(data, only, default), None)


@pytest.fixture
def client(several: Path) -> Iterator[TestClient]:
    with local_client(app_over(several)) as client:
        client.follow_redirects = False
        yield client


def test_each_answers_under_its_own_address_and_names_itself(client: TestClient) -> None:
    for name, words, title in (
        ("samplewiki", "Rosetta Stone", "Rosetta Stone"),
        ("toywiki", "long word", "Long words"),
    ):
        found = client.get(f"/c/{name}/api/search", params={"q": words}).json()
        hit = found["hits"][0]
        assert (found["collection"], hit["collection"], hit["title"]) == (name, name, title)
        assert hit["ref"].startswith(f"{name}/")
        assert hit["url"].startswith(f"/c/{name}/page/{hit['page_id']}?")
        page = client.get(hit["url"], follow_redirects=True)
        assert page.status_code == 200
        assert f'<a href="/c/{name}/">' in page.text
        stored = client.get(f"/c/{name}/api/pages/{hit['page_id']}").json()
        assert (stored["collection"], stored["title"]) == (name, title)
        suggested = client.get(f"/c/{name}/api/suggest", params={"q": title}).json()
        assert suggested["suggestions"][0]["url"] == f"/c/{name}/page/{hit['page_id']}"
        assert client.get(f"/c/{name}/").status_code == 200


def test_an_answer_cites_its_own_collection(client: TestClient) -> None:
    answer = client.post("/c/samplewiki/api/ask", json=QUESTION).json()
    assert answer["collection"] == "samplewiki"
    assert {one["collection"] for one in answer["citations"]} == {"samplewiki"}
    assert all(one["url"].startswith("/c/samplewiki/page/") for one in answer["citations"])
    assert client.post("/c/toywiki/api/ask", json=QUESTION).json()["kind"] == "refusal"


def test_without_a_name_they_are_named(client: TestClient) -> None:
    for answer in (
        client.get("/api/pages/617"),
        client.get("/page/617"),
    ):
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == "Several collections"
        detail = answer.json()["detail"]
        there = "there are badwiki, samplewiki, toywiki; "
        assert f"{there}name one: ?collection=NAME, or its own address: /c/{{coll" in detail
        assert "PINAKES_COLLECTION=NAME" in detail


def test_an_unknown_name_is_told_what_there_is(client: TestClient) -> None:
    for path in ("api/search?q=x", "api/pages/1", "page/1", "", "readyz", "api/ask"):
        send = client.post if path == "api/ask" else client.get
        more = {"json": QUESTION} if path == "api/ask" else {}
        answer = send(f"/c/nowiki/{path}", **more)
        assert answer.status_code == 404
        assert answer.json()["title"] == "No such collection"
        assert "there are badwiki, samplewiki, toywiki" in answer.json()["detail"]


def test_a_damaged_one_takes_no_other_down(client: TestClient) -> None:
    assert client.get("/c/samplewiki/api/search?q=library").status_code == 200
    damaged = client.get("/c/badwiki/api/search?q=library")
    assert (damaged.status_code, damaged.json()["title"]) == (503, "Damaged generation")
    assert client.get("/c/badwiki/readyz").status_code == 503
    assert client.get("/c/samplewiki/readyz").json()["status"] == "ready"
    assert client.get("/readyz").json() == {"status": "ready"}
    told = client.get("/status").json()["collections"]
    states = {one["collection"]: one for one in told}
    assert {name: one["status"] for name, one in states.items()} == {
        "badwiki": "unusable",
        "samplewiki": "ready",
        "toywiki": "ready",
    }
    assert "pages.db is missing" in states["badwiki"]["problem"]
    assert states["badwiki"]["articles"] is None
    assert client.get("/api/collections").json()["collections"] == told
    text = client.get("/status?format=text").text
    assert "badwiki: not usable: " in text
    assert "/c/badwiki/" not in client.get("/llms.txt").text


def test_where_none_can_answer_the_service_is_not_ready(several: Path) -> None:
    with local_client(app_over(several, "badwiki")) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["title"]) == (503, "Damaged generation")


def test_they_come_and_go(client: TestClient, several: Path, awkward: Path) -> None:
    assert client.get("/c/newwiki/").status_code == 404
    shutil.copytree(awkward, several / "newwiki", symlinks=True)
    assert client.get("/c/newwiki/api/search?q=zebrafish").json()["collection"] == "newwiki"
    shutil.rmtree(several / "newwiki")
    assert client.get("/c/newwiki/api/search?q=zebrafish").status_code == 404


def test_the_first_page_lists_them_and_hands_a_question_on(client: TestClient) -> None:
    text = client.get("/?q=papyrus%20%26").text
    for name in ("badwiki", "samplewiki", "toywiki"):
        assert f'href="/c/{name}/?q=papyrus%20%26"' in text
    assert "Pinakes sample" in text
    assert "40 articles" in text
    assert "Not usable now:" in text
    own = r'<script src="/static/[0-9a-f]{12}/[a-z_]+\.js"( [^>]*)?></script>'
    assert "<script" not in re.sub(own, "", text)


def test_old_addresses_lead_to_the_default_or_the_only_one(several: Path) -> None:
    for app, name in (
        (app_over(several, default="toywiki"), "toywiki"),
        (app_over(several, "samplewiki"), "samplewiki"),
    ):
        with local_client(app) as client:
            client.follow_redirects = False
            moved = client.get("/page/617?start=1&end=9")
            assert moved.status_code == 308
            assert moved.headers["location"] == f"/c/{name}/page/617?start=1&end=9"
            assert client.get("/api/search?q=library").json()["collection"] == name
    with local_client(app_over(several, "samplewiki")) as client:
        client.follow_redirects = False
        first = client.get("/?q=a%26b")
        assert (first.status_code, first.headers["location"]) == (307, "/c/samplewiki/?q=a%26b")
        assert client.get("/c/toywiki/").status_code == 404


def test_a_model_for_each_collection_and_mode(client: TestClient) -> None:
    models = [one["id"] for one in client.get("/v1/models").json()["data"]]
    assert models == [
        "samplewiki", "samplewiki:brief", "samplewiki:quote",
        "toywiki", "toywiki:brief", "toywiki:quote",
    ]  # fmt: skip
    for name in ("samplewiki", "toywiki"):
        answer = client.post("/v1/chat/completions", json=CHAT | {"model": f"{name}:quote"}).json()
        assert answer["pinakes"]["collection"] == name
    unknown = client.post("/v1/chat/completions", json=CHAT | {"model": "nowiki"})
    assert unknown.status_code == 404
    assert "toywiki:brief" in unknown.json()["error"]["message"]
    damaged = client.post("/v1/chat/completions", json=CHAT | {"model": "badwiki"})
    assert damaged.status_code == 503


def call(client: TestClient, method: str, **params: Any) -> Any:
    answer = client.post("/mcp", json=rpc(method, **params), headers=ACCEPT)
    return json.loads(answer.text.partition("data: ")[2])["result"]


def given(result: Any) -> Any:
    return json.loads(result["content"][0]["text"])


def test_tools_take_a_collection(client: TestClient) -> None:
    described = {
        one["name"]: one["inputSchema"]["properties"] for one in call(client, "tools/list")["tools"]
    }
    assert described["search"]["collection"]["enum"] == ["all", "badwiki", "samplewiki", "toywiki"]
    assert "collection" in described["ask"]
    assert "collection" in described["fetch"]  # a title does not hold it

    def search(**more: str) -> Any:
        return call(client, "tools/call", name="search", arguments={"query": "long word", **more})

    found = given(search(collection="toywiki"))["results"][0]
    assert found["id"].startswith("toywiki/4@")
    assert found["url"] == "http://localhost/c/toywiki/page/4"
    fetched = call(client, "tools/call", name="fetch", arguments={"id": found["id"]})
    assert given(fetched)["id"] == found["id"]
    asked = {"question": "Which word is long?", "collection": "toywiki"}
    answer = call(client, "tools/call", name="ask", arguments=asked)
    assert given(answer)["collection"] == "toywiki"
    for more, told in (
        ({"collection": "nowiki"}, "no collection 'nowiki' here; there are badwiki"),
        ({"collection": 7}, "search takes collection, a text"),
    ):
        failed = search(**more)  # type: ignore[arg-type]
        assert failed["isError"]
        assert told in failed["content"][0]["text"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("page/No_such_page", 404), ("nothing/of/this", 404), ("search?page=x", 400)],
)
def test_on_a_page_of_an_error_its_collection_stays_chosen(
    client: TestClient, path: str, status: int
) -> None:
    for name in ("toywiki", "samplewiki"):
        page = client.get(f"/c/{name}/{path}", headers={"accept": "text/html"})
        assert page.status_code == status
        assert re.findall(r"<option selected>(\w+)", page.text) == [name]
    elsewhere = client.get("/c/nowiki/", headers={"accept": "text/html"})
    assert re.findall(r"<option [^>]*selected>(\w+)", elsewhere.text) == ["All"]


def test_the_heading_of_the_list_asks_what_the_page_offers(client: TestClient) -> None:
    page = client.get("/").text
    assert "What would you like to know?</label></h1>" in page
    assert "<h2>Or ask one collection</h2>" in page


@needs_chromium
@pytest.mark.parametrize("scripts", [True, False])
def test_the_list_in_a_browser(browser: Browser, several: Path, scripts: bool) -> None:
    with running(app_over(several)) as address:
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{address}/")
        page.get_by_role("link", name="Pinakes sample").click()
        expect(page.get_by_label("What would you like to know?")).to_be_visible()
        assert page.url == f"{address}/c/samplewiki/"
        if scripts:
            page.wait_for_load_state()  # before, the form is sent as browsers send forms
            page.get_by_label("What would you like to know?").fill("Rosetta Stone")
            page.keyboard.press("Enter")  # titles lie above the button
            expect(page.locator("#sources li a").first).to_be_visible()
            assert page.url.startswith(f"{address}/c/samplewiki/")
        page.get_by_role("link", name="Pinakes").first.click()
        expect(page.get_by_role("link", name="Pinakes sample")).to_be_visible()
        context.close()


def test_collections_of_one_name_are_told_apart() -> None:
    names = {"dev": "Wikipedia", "manuals": "", "other": "Wikipedia", "toy": "Toys"}
    told = {"dev": "Wikipedia (dev)", "manuals": "manuals", "other": "Wikipedia (other)"}
    assert _told_apart(names) == told | {"toy": "Toys"}


def test_several_are_searched_at_once_and_every_hit_names_its_own(client: TestClient) -> None:
    asked = [("q", "long word of the Rosetta Stone"), ("k", "40")]
    named = [("collection", "samplewiki"), ("collection", "toywiki")]
    found = client.get("/api/search", params=[*asked, *named]).json()
    assert (found["collection"], found["generation"]) == (None, None)
    assert (found["collections"], found["left_out"]) == (["samplewiki", "toywiki"], {})
    assert {hit["collection"] for hit in found["hits"]} == {"samplewiki", "toywiki"}
    for hit in found["hits"]:
        assert hit["url"].startswith(f"/c/{hit['collection']}/page/{hit['page_id']}?")
        assert hit["ref"].startswith(f"{hit['collection']}/")
        page = client.get(f"/c/{hit['collection']}/api/pages/{hit['page_id']}").json()
        assert page["text"][hit["start"] : hit["end"]] == hit["text"]
    # Without a name all are, and what is damaged is named.
    for params in (asked, [*asked, ("collection", "all")]):
        everywhere = client.get("/api/search", params=params).json()
        assert everywhere["hits"] == found["hits"]
        assert everywhere["collections"] == ["samplewiki", "toywiki"]
        assert everywhere["left_out"] == {"badwiki": "Damaged generation"}
    # One alone is as at its own address.
    one = client.get("/api/search", params=[*asked, named[1]]).json()
    assert one == client.get("/c/toywiki/api/search", params=asked).json()
    as_text = client.get("/api/search", params=[*asked, *named, ("format", "text")]).text
    assert "samplewiki/" in as_text


def test_titles_of_several_are_suggested_in_turns(client: TestClient) -> None:
    for more in ("", "&collection=all", "&collection=samplewiki&collection=toywiki"):
        found = client.get(f"/api/suggest?q=l&k=4{more}").json()
        assert found["collection"] is None
        names = [one["collection"] for one in found["suggestions"]]
        assert names[:2] == ["samplewiki", "toywiki"]
        assert len(names) == 4
        for one in found["suggestions"]:
            assert one["url"] == f"/c/{one['collection']}/page/{one['page_id']}"
            assert client.get(one["url"], follow_redirects=True).status_code == 200
    one = client.get("/api/suggest?q=l&collection=toywiki").json()
    assert one == client.get("/c/toywiki/api/suggest?q=l").json()
    assert client.get("/suggest?q=long").json()[1] == ["Long words"]


def test_wrong_names_among_several_are_told(client: TestClient) -> None:
    unknown = client.get("/api/search?q=x&collection=samplewiki&collection=nowiki")
    assert unknown.status_code == 404
    assert unknown.json()["detail"].startswith("no collection 'nowiki' here; there are badwiki")
    damaged = client.get("/api/search?q=x&collection=badwiki")
    assert (damaged.status_code, damaged.json()["title"]) == (503, "Damaged generation")
    twice = client.get("/c/toywiki/api/search?q=x&collection=samplewiki")
    assert twice.status_code == 400
    assert "toywiki is named by the path" in twice.json()["detail"]


def test_what_reads_one_collection_takes_its_name_from_the_query(client: TestClient) -> None:
    own = client.get("/c/toywiki/api/pages/Long%20words")
    assert own.status_code == 200
    for name in ("collection", "content"):
        assert client.get(f"/api/pages/Long%20words?{name}=toywiki").json() == own.json()
        assert client.get(f"/api/pages/Long%20words?{name}=nowiki").status_code == 404
        begun = client.get(f"/suggest?term=l&{name}=toywiki").json()
        assert {one["path"].split("/")[2] for one in begun} == {"toywiki"}
        assert client.get(f"/suggest?term=l&{name}=nowiki").status_code == 404
        described = client.get(f"/opensearch.xml?{name}=toywiki").text
        assert "/c/toywiki/search?" in described
    two = client.get("/api/pages/Long%20words?collection=toywiki&collection=samplewiki")
    assert (two.status_code, "one of them" in two.json()["detail"]) == (400, True)
    assert client.get("/api/pages/Long%20words?collection=all").status_code == 400
    assert client.get("/c/toywiki/api/pages/Long%20words?collection=samplewiki").status_code == 400
    assert client.get("/c/toywiki/api/pages/Long%20words?collection=toywiki").json() == own.json()


def test_all_are_asked_and_the_answer_says_where(client: TestClient) -> None:
    for answer in (
        client.post("/api/ask", json=QUESTION).json(),
        client.post("/api/ask?collection=toywiki&collection=samplewiki", json=QUESTION).json(),
        client.get("/api/ask", params={"q": QUESTION["question"], "mode": "quote"}).json(),
    ):
        assert answer["kind"] == "passage"
        assert answer["collection"] == "samplewiki"
        assert sorted(answer["collections"]) == ["samplewiki", "toywiki"]
        [citation] = answer["citations"]
        assert citation["collection"] == "samplewiki"
        assert citation["generation"] == "20261101-1"
        assert client.get(citation["url"], follow_redirects=True).status_code == 200
    assert answer["left_out"] == {"badwiki": "Damaged generation"}
    refused = client.post("/api/ask", json={"question": "Who won the chess cup of 2031?"}).json()
    assert refused["kind"] == "refusal"
    for near in refused["nearest"]:
        assert near["url"] == f"/c/{near['collection']}/page/{near['page_id']}"


def test_a_default_is_meant_and_all_are_searched_when_asked(several: Path) -> None:
    with local_client(app_over(several, default="toywiki")) as client:
        assert client.get("/api/search?q=library").json()["collection"] == "toywiki"
        found = client.get("/api/search?q=library&collection=all").json()
        assert found["collections"] == ["samplewiki", "toywiki"]


def test_tools_search_several_and_what_they_find_can_be_fetched(client: TestClient) -> None:
    def tool(name: str, **arguments: Any) -> Any:
        return given(call(client, "tools/call", name=name, arguments=arguments))

    query = "Where was the Rosetta Stone found?"
    for more in ({}, {"collection": "all"}, {"collection": ["samplewiki", "toywiki"]}):
        found = tool("search", query=query, k=8, **more)
        assert found["results"][0]["title"].startswith("Rosetta Stone")
        assert found.get("left_out") == (
            None if isinstance(more.get("collection"), list) else {"badwiki": "Damaged generation"}
        )
        for one in found["results"]:
            assert tool("fetch", id=one["id"])["id"]
            assert one["url"].startswith(f"http://localhost/c/{one['id'].split('/')[0]}/page/")
    titles = tool("search", query="long words", title_only=True)["results"]
    assert "toywiki/4" in {one["id"] for one in titles}
    answer = tool("ask", question=query)
    assert (answer["collection"], answer["collections"]) == (
        "samplewiki",
        ["samplewiki", "toywiki"],
    )
    unknown = call(
        client, "tools/call", name="search", arguments={"query": "x", "collection": ["a"]}
    )
    assert unknown["isError"]


def test_the_page_of_results_of_several_names_their_collections(client: TestClient) -> None:
    words = {"q": "long word of the Rosetta Stone", "all": 1}
    page = client.get("/search", params=words).text
    assert "Searched samplewiki, toywiki. Without badwiki: Damaged generation." in page
    assert '<a href="/c/samplewiki/page/' in page
    assert '<a href="/c/toywiki/page/' in page
    assert re.findall(r"<option [^>]*selected>(\w+)", page) == ["All"]
    behind = re.search(r'rel="next" href="(\?[^"]+)"', page)
    if behind:
        assert "collection=samplewiki" in behind[1]
    both = {**words, "collection": ["toywiki", "badwiki"]}
    left = client.get("/search", params=both).text
    assert "Searched toywiki. Without badwiki: Damaged generation." in left
    one = client.get("/search", params={**words, "collection": "toywiki"})
    assert one.headers["location"].startswith("/c/toywiki/search?q=long")
    assert client.get("/search?collection=nowiki&q=x").status_code == 404


@needs_chromium
def test_titles_of_all_are_suggested_in_a_browser(browser: Browser, several: Path) -> None:
    with running(app_over(several)) as address:
        page = browser.new_page()
        page.goto(f"{address}/")
        page.locator("#question").type("l")
        expect(page.get_by_role("option").filter(has_text="· toywiki")).to_have_count(1)
        page.get_by_label("Collection").select_option("samplewiki")
        page.locator("#question").type("i")
        expect(page.get_by_role("option").filter(has_text="Linear B").first).to_be_visible()
        expect(page.get_by_role("option").filter(has_text="· toywiki")).to_have_count(0)
        page.close()


@needs_chromium
def test_all_are_asked_in_a_browser(browser: Browser, several: Path) -> None:
    with running(app_over(several)) as address:
        page = browser.new_page()
        page.goto(f"{address}/")
        page.get_by_label("What would you like to know?").fill(QUESTION["question"])
        page.get_by_role("button", name="Ask", exact=True).click()
        source = page.locator("#sources li").first
        expect(source).to_contain_text("Rosetta Stone")
        expect(source).to_contain_text("samplewiki")
        assert source.get_by_role("link").first.get_attribute("href").startswith("/c/samplewiki/")


@needs_chromium
@pytest.mark.parametrize(("width", "least"), [(390, 150), (320, 90)])
def test_on_a_phone_the_header_has_two_rows_and_room_to_type(
    browser: Browser, several: Path, width: int, least: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    with running(app_over(several)) as address:
        page.goto(f"{address}/c/samplewiki/page/Rosetta_Stone")
        page.get_by_role("button", name="Theme").wait_for()
        shown = page.locator("header :is(a, select, input, button)").filter(visible=True).all()
        boxes = [one.bounding_box() for one in shown]
        middles = {round(box["y"] + box["height"] / 2) for box in boxes if box}
        assert max(middles) - min(middles) < 50
        assert len({middle // 20 for middle in middles}) == 2
        field = page.locator("#words").bounding_box()
        assert field is not None
        assert field["width"] > least
        for name in ("Search", "Ask"):
            button = page.get_by_role("button", name=name).bounding_box()
            assert button is not None
            assert min(button["width"], button["height"]) >= 24
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


@needs_chromium
@pytest.mark.parametrize(
    ("begin", "choice", "end"),
    [
        ("/c/samplewiki/page/Rosetta_Stone", "all", "/"),
        ("/search?q=library+of&collection=all", "all", "/"),
        ("/c/toywiki/", "samplewiki", "/c/samplewiki/"),
        ("/c/toywiki/search", "samplewiki", "/c/samplewiki/"),
        ("/", "samplewiki", "/c/samplewiki/"),
        ("/c/samplewiki/", "all", "/"),
    ],
)
def test_the_collection_that_is_chosen_is_asked(
    browser: Browser, several: Path, begin: str, choice: str, end: str
) -> None:
    with running(app_over(several)) as address:
        page = browser.new_page()
        page.goto(address + begin)
        page.wait_for_load_state()
        page.get_by_label("Collection", exact=True).select_option(choice)
        page.locator("form[role=search] [name=q]").fill(QUESTION["question"])
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator("#sources li").first).to_contain_text("Rosetta Stone")
        expect(page).to_have_url(re.compile(re.escape(f"{address}{end}#")))
        page.close()


def test_a_form_that_asks_names_the_collection_in_a_field(client: TestClient) -> None:
    asked = client.get("/?collection=toywiki&q=long+word&mode=quote", follow_redirects=False)
    assert asked.headers["location"] == "/c/toywiki/?q=long+word&mode=quote"
    everywhere = client.get("/?collection=all&q=long+word", follow_redirects=False)
    assert everywhere.status_code == 200
    assert client.get("/?collection=nowiki").status_code == 404
