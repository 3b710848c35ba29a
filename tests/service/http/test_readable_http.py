"""Search, pages, answers and the status by plain GET, as JSON, text or Markdown."""

import html
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt

from pinakes.service.http.readable import bounded, escaped
from tests.service.conftest import MakeClient, make_app
from tests.service.scripted_generator import ScriptedGenerator

BIRDS = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
# Every address that gives a text, with the default budget of that text.
READABLE = {
    f"/api/search?q={BIRDS}": 1_500,
    "/api/pages/617": 4_000,
    "/api/pages/Library of Alexandria": 4_000,
    f"/api/ask?q={BIRDS}": 4_000,
    "/status": 4_000,
}
TEXT = {"accept": "text/plain"}
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150"}


class TestFormats:
    @pytest.mark.parametrize("address", READABLE)
    @pytest.mark.parametrize(
        ("accept", "format", "kind"),
        [
            ("*/*", "", "application/json"),
            ("text/html,application/xml;q=0.9,*/*;q=0.8", "", "application/json"),
            ("image/png", "", "application/json"),
            ("text/plain;q=0", "", "application/json"),
            ("text/plain;q=oops", "", "application/json"),
            ("text/plain", "", "text/plain"),
            ("text/markdown, text/plain;q=0.5", "", "text/markdown"),
            ("application/json;q=0.1, TEXT/*", "", "text/plain"),
            ("application/json", "text", "text/plain"),
            ("text/plain", "markdown", "text/markdown"),
            ("text/plain", "json", "application/json"),
        ],
    )
    def test_the_format_asked_for(
        self, client: TestClient, address: str, accept: str, format: str, kind: str
    ) -> None:
        more = {"format": format} if format else {}
        answer = client.get(address, params=_of(address) | more, headers={"accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert "Accept" in answer.headers["vary"].split(", ")

    @pytest.mark.parametrize("address", READABLE)
    def test_an_unknown_one_names_those_there_are(self, client: TestClient, address: str) -> None:
        answer = client.get(address, params=_of(address) | {"format": "yaml"})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(f"'{name}'" in answer.json()["detail"] for name in ("json", "text", "markdown"))

    @pytest.mark.parametrize("address", READABLE)
    @pytest.mark.parametrize("format", ["text", "markdown"])
    def test_a_text_keeps_to_its_budget(
        self, client: TestClient, address: str, format: str
    ) -> None:
        for budget in (None, 500, 900):
            asked = _of(address) | {"format": format} | ({"budget": budget} if budget else {})
            text = client.get(address, params=asked).text
            assert len(text) <= (budget or READABLE[address])

    @pytest.mark.parametrize("budget", ["499", "50001", "many"])
    def test_a_budget_has_bounds(self, client: TestClient, budget: str) -> None:
        answer = client.get("/api/search", params={"q": "x", "format": "text", "budget": budget})
        assert answer.status_code == 400
        assert "budget" in answer.json()["detail"]

    @pytest.mark.parametrize(
        "address", ["/api/search?q=x&budget=900", "/api/pages/617?find=x", "/api/pages/617?links=1"]
    )
    def test_what_is_for_text_is_refused_of_json(self, client: TestClient, address: str) -> None:
        answer = client.get(address)
        assert (answer.status_code, "format=text" in answer.json()["detail"]) == (400, True)

    def test_errors_are_problems_in_every_format(self, client: TestClient) -> None:
        answer = client.get("/api/pages/Nothing at all", headers=TEXT)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"

    def test_what_a_page_says_is_no_markup(self, make_client: MakeClient, awkward: Path) -> None:
        client = make_client(collection=awkward)
        text = client.get("/api/pages/1?format=text").text
        assert "<script>window.owned = 1</script>" in text
        marked = client.get("/api/pages/1?format=markdown").text
        assert "\\<script\\>window.owned = 1\\</script\\>" in marked
        assert not re.search(r"(?<!\\)<(?!http)", marked)


@pytest.mark.parametrize(
    "text",
    [
        "1984. A year\n12) Another\n3.14 is no item",
        "Title\n===\nmore\n---\n- item\n+ item\n# no heading\r# nor here",
        "&lt;b&gt; &amp; &#42; ~~struck~~",
        "a | b\n:-- | --:\n1 | 2",
        "[a](https://b.example) ![c](d) <https://e.example> <i>f</i>",
    ],
)
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    made = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .render(escaped(text, "markdown"))
    )
    assert set(re.findall(r"<\w+", made)) == {"<p"}
    assert html.unescape(re.sub(r"</?p>", "", made)).split() == text.split()


def test_bare_addresses_are_no_links_in_githubs_dialect() -> None:
    said = "See https://a.example, HTTP://b.example, www.c.example or mailto:d"
    wanted = r"See https\://a.example, HTTP\://b.example, www\.c.example or mailto\:d"
    assert escaped(said, "markdown") == wanted
    assert html.unescape(MarkdownIt("commonmark").render(wanted)) == f"<p>{said}</p>\n"


def test_escaped_signs_are_counted() -> None:
    marked = escaped("a_b*c " * 100, "markdown")
    assert len(marked) == 800
    cut = bounded(marked, 500)
    assert len(cut) == 500
    assert cut.endswith(" …")
    assert bounded(marked, 800) == marked


class TestTexts:
    def test_a_search(self, client: TestClient) -> None:
        text = client.get("/api/search", params={"q": BIRDS}, headers=TEXT).text
        first, *_ = text.split("\n\n")
        title, said, passage = first.split("\n")
        assert title.startswith("Library of Alexandria")
        assert title.endswith(" (high)")
        assert "Timon of Phlius" in said
        assert passage.startswith("samplewiki/617@")
        assert text.endswith("As of 2026-11-01.\n")
        around = client.get(f"/api/pages/{passage}", headers=TEXT).text
        assert "Timon of Phlius" in around

    def test_nothing_fits(self, client: TestClient) -> None:
        text = client.get("/api/search", params={"q": "xylophone zzyzx"}, headers=TEXT).text
        assert text.startswith("Nothing here fits")
        assert "\n\nNearest: " in text

    def test_a_search_in_markdown_links_to_pages(self, client: TestClient) -> None:
        asked = {"q": BIRDS, "format": "markdown", "k": 1}
        link = re.search(
            r"\]\(<http://localhost(/[^>]*)>\)", client.get("/api/search", params=asked).text
        )
        assert link
        assert client.get(link[1]).status_code == 200

    def test_how_a_page_begins_a_section_and_words(self, client: TestClient) -> None:
        asked = {"budget": 1_000}
        begins = client.get("/api/pages/617", params=asked, headers=TEXT).text
        assert begins.startswith("Library of Alexandria\n\n")
        assert "Foundation" in re.search(r"^Sections: (.*)$", begins, re.M)[1]  # type: ignore[index]
        following = re.search(r"^Next: (.*)$", begins, re.M)
        assert following
        assert client.get(f"/api/pages/{following[1]}", headers=TEXT).status_code == 200
        section = client.get(
            "/api/pages/617", params={"section": "The Mouseion"}, headers=TEXT
        ).text
        assert section.startswith("Library of Alexandria › Foundation › The Mouseion\n")
        words = client.get("/api/pages/617", params={"find": "Timon"}, headers=TEXT).text
        assert re.search(r"^Sentences with the words: \d+$", words, re.M)
        lost = client.get("/api/pages/617", params={"section": "Zzz"}, headers=TEXT)
        assert (lost.status_code, "has no section" in lost.json()["detail"]) == (404, True)

    def test_an_answer_with_its_sources_quoted_once(self, client: TestClient) -> None:
        text = client.get("/api/ask", params={"q": BIRDS}, headers=TEXT).text
        assert text.count("Timon of Phlius") == 1
        assert "no model has worded it" in text
        assert re.search(r"^\[1\] Library of Alexandria.* samplewiki/617@\S+$", text, re.M)

    def test_sentences_that_sources_do_not_say_are_told(self, make_client: MakeClient) -> None:
        said = (
            "The satirist Timon of Phlius compared them to birds [1]. He died in 1843 on Mars [1]."
        )
        client = make_client(ScriptedGenerator(said))
        text = client.get("/api/ask", params={"q": BIRDS, "strict": "0"}, headers=TEXT).text
        [doubt] = re.findall(
            r"^(?:Not supported|Contradicted|Supported in part): (.*)$", text, re.M
        )
        assert "1843" in doubt

    def test_the_status(self, client: TestClient) -> None:
        text = client.get("/status", headers=TEXT).text
        assert "model: none, answers quote" in text
        assert (
            "samplewiki: Pinakes sample (en), as of 2026-11-01; 40 articles, 224 passages, 100% of"
        ) in text


class TestTitles:
    @pytest.mark.parametrize(
        "name", ["Library of Alexandria", "Library_of_Alexandria", "library%20of alexandria"]
    )
    def test_a_page_by_its_title(self, client: TestClient, name: str) -> None:
        assert client.get(f"/api/pages/{name}").json()["page_id"] == 617

    def test_no_such_title(self, client: TestClient) -> None:
        answer = client.get("/api/pages/AC/DC")
        assert (answer.status_code, "'AC/DC'" in answer.json()["detail"]) == (404, True)

    def test_a_title_with_the_words_of_another_route(self, client: TestClient) -> None:
        answer = client.get("/api/pages/Seas/changes")  # of a page called Seas
        assert (answer.status_code, "Seas/changes" in answer.json()["detail"]) == (404, False)


class TestAskingByGet:
    def test_the_answer_of_a_post(self, client: TestClient) -> None:
        got = client.get("/api/ask", params={"q": BIRDS, "mode": "quote"}).json()
        posted = client.post("/api/ask", json={"question": BIRDS, "mode": "quote"}).json()
        for answer in (got, posted):
            del answer["timings"]
        assert got == posted

    def test_as_events(self, client: TestClient) -> None:
        answer = client.get(
            "/api/ask", params={"q": BIRDS}, headers={"accept": "text/event-stream"}
        )
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "event: done" in answer.text

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"user-agent": "curl/8.16"}, 200),
            (BROWSER, 403),  # over plain HTTP in a network: nothing tells who made it ask
            (BROWSER | {"sec-fetch-site": "none"}, 200),
            (BROWSER | {"sec-fetch-site": "same-origin"}, 200),
            (BROWSER | {"sec-fetch-site": "same-site"}, 403),
            (BROWSER | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate",
                        "sec-fetch-dest": "document"}, 403),
            (BROWSER | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors",
                        "sec-fetch-dest": "image"}, 403),
            (BROWSER | {"authorization": "Bearer any"}, 200),  # no page can make a browser send it
            ({"user-agent": "", "referer": "http://evil.test/"}, 403),
            ({"user-agent": "", "cookie": "pinakes=x"}, 403),
        ],
    )  # fmt: skip
    def test_who_may(self, sample: Path, headers: dict[str, str], status: int) -> None:
        generator = ScriptedGenerator("Timon of Phlius [1].")
        with TestClient(make_app(sample, generator), "http://localhost") as client:
            answer = client.get("/api/ask", params={"q": BIRDS}, headers=headers)
        assert answer.status_code == status
        assert bool(generator.prompts) == (status == 200)


class TestLlmsTxt:
    @pytest.fixture
    def links(self, client: TestClient) -> dict[str, str]:
        text = client.get("/llms.txt").text
        assert text.startswith("# Pinakes\n\n> ")
        return dict(re.findall(r"^- \[([^]]*)\]\(http://localhost([^)]*)\): ", text, re.M))

    def test_its_addresses_answer(self, client: TestClient, links: dict[str, str]) -> None:
        words = {"WORDS": "library", "ID-OR-TITLE": "617", "QUESTION": BIRDS, "BEGINNING": "libr"}
        for name, address in links.items():
            if name != "MCP":
                for word, meant in words.items():
                    address = address.replace(word, meant)
                assert client.get(address).status_code == 200, address

    def test_it_is_made_of_the_collections(self, client: TestClient) -> None:
        text = client.get("/llms.txt").text
        assert "as of 2026-11-01" in text
        assert "/c/samplewiki/api/search?q=WORDS" in text
        assert "folders of manuals" in text
        assert len(text) < 2_500


def _of(address: str) -> dict[str, str | int]:
    """The parameters that an address has already: the client would drop them."""
    _, _, query = address.partition("?")
    return dict([query.split("=", 1)]) if query else {}  # type: ignore[list-item]
