import re
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.testclient import TestClient

from pinakes.service.http import app as app_module
from tests.service.conftest import MakeClient, make_app
from tests.service.scripted_generator import ScriptedGenerator

BIRDS = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
WEB = Path(app_module.__file__).parent / "web"


class TestSearch:
    def test_hits_are_passages_that_say_where_they_stand(self, client: TestClient) -> None:
        found = client.get("/api/search", params={"q": BIRDS, "k": 3}).json()
        assert (found["query"], found["mode"]) == (BIRDS, "hybrid")
        assert (found["collection"], found["coverage"]) == ("samplewiki", 1.0)
        assert len(found["hits"]) == 3
        scores = [hit["score"] for hit in found["hits"]]
        assert scores == sorted(scores, reverse=True)
        best = found["hits"][0]
        assert best["title"] == "Library of Alexandria"
        assert best["heading_path"] == ["Foundation", "The Mouseion"]
        assert "Timon of Phlius" in best["text"]
        assert best["ranks"]["keyword"]["rank"] == 1
        assert set(best["ranks"]["keyword"]) == {"rank", "score"}
        assert sum(best["contributions"].values()) == pytest.approx(best["score"])
        assert best["matched"]["headings"] == ["Mouseion"]
        words = [best["text"][start:end] for start, end in best["highlights"]]
        assert {"satirist", "compared", "birds", "cage"} <= set(words)
        stored = client.get(f"/api/pages/{best['page_id']}").json()
        assert stored["text"][best["start"] : best["end"]] == best["text"]
        assert (
            best["ref"] == f"samplewiki/617@{stored['revision_id']}:{best['start']}-{best['end']}"
        )
        assert best["permalink"] == stored["permalink"]

    def test_a_hits_address_is_a_page_with_it_highlighted(self, client: TestClient) -> None:
        best = client.get("/api/search", params={"q": BIRDS}).json()["hits"][0]
        page = client.get(best["url"])
        assert page.status_code == 200
        assert page.text.count('id="passage"') == 1

    def test_ten_hits_unless_asked_otherwise(self, client: TestClient) -> None:
        assert len(client.get("/api/search", params={"q": "library"}).json()["hits"]) == 10

    @pytest.mark.parametrize("mode", ["keyword", "vector"])
    def test_a_mode_uses_that_search_only(self, client: TestClient, mode: str) -> None:
        found = client.get("/api/search", params={"q": "movable type of clay", "mode": mode}).json()
        assert found["mode"] == mode
        assert all(list(hit["ranks"]) == [mode] for hit in found["hits"])

    def test_words_that_occur_nowhere_find_nothing(self, client: TestClient) -> None:
        found = client.get("/api/search", params={"q": "xylophone zzyzx", "mode": "keyword"})
        assert found.status_code == 200
        assert found.json()["hits"] == []


class TestSources:
    def test_a_citation_shows_the_part_of_its_quote_that_matters(self, client: TestClient) -> None:
        answer = client.post("/api/ask", json={"question": BIRDS, "mode": "quote"}).json()
        assert answer["coverage"] == 1.0
        source = answer["citations"][0]
        start, end = source["excerpt"]
        assert 0 < end - start <= 320 < len(source["quote"])
        assert "the satirist Timon of Phlius" in source["quote"][start:end]
        words = {source["quote"][low:high] for low, high in source["highlights"]}
        assert {"satirist", "birds", "cage"} <= words


class TestSuggest:
    def test_titles_the_most_linked_first(self, client: TestClient) -> None:
        found = client.get("/api/suggest", params={"q": "LIBR", "k": 3}).json()
        assert [item["title"] for item in found["suggestions"]] == [
            "Library of Alexandria",
            "Library catalog",
            "Library of Congress",
        ]
        assert found["suggestions"][0] == {
            "collection": "samplewiki",
            "page_id": 617,
            "title": "Library of Alexandria",
            "matched": None,
            "url": "/c/samplewiki/page/617",
        }

    def test_a_redirect_says_that_it_matched(self, client: TestClient) -> None:
        found = client.get("/api/suggest", params={"q": "vell"}).json()["suggestions"]
        assert [(item["title"], item["matched"]) for item in found] == [("Parchment", "Vellum")]

    @pytest.mark.parametrize("prefix", ["", "xyzzy", "%_"])
    def test_no_suggestions(self, client: TestClient, prefix: str) -> None:
        answer = client.get("/api/suggest", params={"q": prefix})
        assert answer.json() == {"prefix": prefix, "collection": "samplewiki", "suggestions": []}


class TestPages:
    def test_an_article(self, client: TestClient) -> None:
        page = client.get("/api/pages/56273").json()
        assert page["title"] == "Pinakes"
        assert page["text"].startswith("The Pinakes (")
        assert page["is_disambiguation"] is False
        assert page["permalink"].endswith(f"title=Pinakes&oldid={page['revision_id']}")
        sections = {
            tuple(part["heading_path"]): page["text"][part["start"] : part["end"]]
            for part in page["sections"]
        }
        assert "baking of cakes" in sections["Arrangement",]

    def test_the_layout_of_an_article_where_it_is_asked_for(self, client: TestClient) -> None:
        plain, laid = (client.get(f"/api/pages/56273{more}").json() for more in ("", "?layout=1"))
        layout = laid.pop("layout")
        assert laid == plain
        text = plain["text"]
        links = {
            text[span["start"] : span["end"]]: (span["target"], span["page_id"])
            for span in layout["spans"]
            if span["kind"] == "link"
        }
        assert links["Callimachus"] == ("Callimachus", 10746)
        assert client.get(f"/api/pages/{10746}").json()["title"] == "Callimachus"
        assert {line["kind"] for line in layout["lines"]} <= {"item", "quote", "caption", "indent"}

    def test_the_page_of_an_article_links_to_others_of_the_collection(
        self, client: TestClient
    ) -> None:
        html = client.get("/page/56273", headers={"accept": "text/html"}).text
        article = html[html.index("<article") : html.index("</main>")]
        assert '<a href="/c/samplewiki/page/Callimachus">Callimachus</a>' in article
        targets = set(re.findall(r'<a href="([^"]*)"', article))
        local = {target for target in targets if not target.startswith("https://")}
        assert all(re.fullmatch(r"/c/samplewiki/page/\D[^#?]*(#[\w%.-]+)?", one) for one in local)
        for target in local:
            assert client.get(target.partition("#")[0]).status_code == 200

    def test_a_disambiguation_page(self, client: TestClient) -> None:
        assert client.get("/api/pages/8260").json()["is_disambiguation"] is True

    @pytest.mark.parametrize(
        "page_id",
        [
            pytest.param("1", id="no such page"),
            pytest.param("3462", id="a redirect"),
            pytest.param("-617", id="negative"),
            pytest.param(str(1 << 63), id="too big for SQLite"),
            pytest.param("9" * 400, id="enormous"),
        ],
    )
    def test_no_such_page(self, client: TestClient, page_id: str) -> None:
        for address in (f"/api/pages/{page_id}", f"/page/{page_id}"):
            answer = client.get(address)
            assert answer.status_code == 404
            detail = answer.json()["detail"]
            assert detail.startswith(f"no page with id {page_id} in samplewiki: it was deleted")


class TestReaderPage:
    def test_the_passage_is_marked(self, client: TestClient) -> None:
        page = client.get("/api/pages/617").json()
        start = page["text"].index("the satirist Timon")
        query = f"?revision={page['revision_id']}&start={start}&end={start + 12}"
        assert '<mark id="passage">the satirist</mark>' in client.get(f"/page/617{query}").text

    def test_a_page_that_changed_is_shown_without_a_mark_and_says_so(
        self, client: TestClient
    ) -> None:
        html = client.get("/page/617?revision=1&start=5&end=50").text
        assert "has changed since it was cited" in html
        assert "<mark" not in html

    @pytest.mark.parametrize(
        "query", ["", "?start=5", "?end=5", "?start=50&end=5", f"?start={'9' * 40}&end={'9' * 41}"]
    )
    def test_odd_offsets_show_the_page_plainly(self, client: TestClient, query: str) -> None:
        answer = client.get(f"/page/617{query}")
        assert answer.status_code == 200
        assert "<mark" not in answer.text
        assert answer.text.count("the satirist Timon") == 1


def test_the_language_of_the_collection_is_that_of_the_article(client: TestClient) -> None:
    html = client.get("/page/617").text
    assert '<html lang="en" dir="ltr">' in html
    assert '<article lang="en" ' in html


class TestHealth:
    def test_the_process_is_up(self, client: TestClient) -> None:
        assert client.get("/healthz").json()["status"] == "ok"

    def test_ready_with_a_generation(self, client: TestClient) -> None:
        sample = {
            "collection": "samplewiki",
            "url": "/c/samplewiki/",
            "status": "ready",
            "problem": None,
            "site_name": "Pinakes sample",
            "language": "en",
            "as_of": "2026-11-01",
            "generation": "20261101-2",
            "articles": 40,
            "passages": 224,
            "coverage": 1.0,
        }
        assert client.get("/readyz").json() == {"status": "ready"}
        status = {"version": version("pinakes"), "model": None, "collections": [sample]}
        assert client.get("/status").json() == status
        assert client.get("/c/samplewiki/readyz").json() == sample
        assert client.get("/api/collections").json() == {"collections": [sample]}

    def test_not_ready_until_there_is_a_generation(
        self, make_client: MakeClient, sample: Path, tmp_path: Path
    ) -> None:
        collection = tmp_path / "samplewiki"
        client = make_client(collection=collection)
        for address in ("/readyz", "/api/search?q=library", "/"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert "pinakes build" in answer.json()["detail"]
            assert str(tmp_path) not in answer.text
        assert client.get("/healthz").status_code == 200
        shutil.copytree(sample, collection, symlinks=True)
        assert client.get("/readyz").status_code == 200

    @pytest.mark.parametrize(
        ("settings", "named"),
        [
            ({"model_path": "/srv/models/wise.gguf"}, "wise.gguf"),
            ({"url": "http://10.0.0.9:8080", "model": "wise"}, "wise"),
            ({"url": "http://10.0.0.9:8080"}, "a model server"),
        ],
    )
    def test_the_model_is_named_without_its_place(
        self, sample: Path, settings: dict[str, str], named: str
    ) -> None:
        app = make_app(sample, ScriptedGenerator(), generator=settings)
        with TestClient(app, "http://localhost") as client:
            assert client.get("/status").json()["model"] == named

    def test_the_generator_is_let_go_at_the_end(self, sample: Path) -> None:
        generator = ScriptedGenerator()
        with TestClient(make_app(sample, generator), "http://localhost"):
            assert not generator.let_go
        assert generator.let_go


class TestOpenApi:
    def test_the_document_is_valid(self, client: TestClient) -> None:
        document = client.get("/openapi.json")
        OpenAPI.model_validate(document.json())
        names = set(document.json()["components"]["schemas"])
        assert set(re.findall(r'"#/components/schemas/(\w+)"', document.text)) <= names

    def test_what_it_describes(self, client: TestClient) -> None:
        paths = client.get("/openapi.json").json()["paths"]
        assert {path: list(methods) for path, methods in paths.items()} == {
            "/c/{collection}/api/search": ["get"],
            "/c/{collection}/api/suggest": ["get"],
            "/c/{collection}/api/articles": ["get"],
            "/c/{collection}/api/pages/{page}": ["get"],
            "/c/{collection}/api/ask": ["post", "get"],
            "/c/{collection}/api/changes": ["get"],
            "/c/{collection}/api/pages/{page}/changes": ["get"],
            "/c/{collection}/readyz": ["get"],
            "/api/usage": ["get"],
            "/api/collections": ["get"],
            "/healthz": ["get"],
            "/llms.txt": ["get"],
            "/readyz": ["get"],
            "/status": ["get"],
        }

    def test_proposals_are_described_where_they_are_taken(
        self, client: TestClient, sample: Path
    ) -> None:
        usual = client.get("/openapi.json").json()["paths"]
        app = make_app(sample, None, approvals={"propose": True})
        more = {path: list(methods) for path, methods in app.openapi()["paths"].items()}
        assert {path: more[path] for path in more.keys() - usual.keys()} == {
            "/api/proposals": ["post"],
            "/api/proposals/{id}": ["get"],
        }

    @pytest.mark.parametrize("propose", [False, True])
    def test_errors_are_problems_and_never_422(self, sample: Path, propose: bool) -> None:
        paths = make_app(sample, None, approvals={"propose": propose}).openapi()["paths"]
        for methods in paths.values():
            for operation in methods.values():
                errors = {k: v for k, v in operation["responses"].items() if k != "200"}
                assert set(errors) <= {"4XX", "503"}
                for error in errors.values():
                    assert list(error["content"]) == ["application/problem+json"]

    def test_examples(self, client: TestClient) -> None:
        document = client.get("/openapi.json").json()
        parameters = document["paths"]["/c/{collection}/api/search"]["get"]["parameters"]
        examples = {one["name"]: one["schema"].get("examples") for one in parameters}
        assert examples["collection"]
        assert examples["q"]
        for name in ("AskRequest", "AnswerView", "HitView"):
            properties = document["components"]["schemas"][name]["properties"]
            assert any("examples" in schema for schema in properties.values())


class TestWeb:
    @pytest.mark.parametrize("address", ["/", "/about", "/page/617", "/page/617?start=1&end=90"])
    def test_pages_can_load_nothing_from_elsewhere(self, client: TestClient, address: str) -> None:
        page = client.get(address)
        policy = dict(
            rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; ")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"

    def test_no_address_leads_elsewhere_but_permalinks(self, client: TestClient) -> None:
        page = client.get("/page/617?start=1&end=90").text
        permalink = re.escape("https://sample.invalid/w/index.php?title=Library_of_Alexandria")
        texts = [client.get("/").text, re.sub(permalink, "", page)]
        for path in (WEB / "static").iterdir():
            answer = client.get(f"/static/{path.name}")
            assert answer.content == path.read_bytes()
            if path.suffix != ".png":
                texts.append(answer.text.replace('xmlns="http://www.w3.org/2000/svg"', ""))
        assert len(texts) >= 5
        for text in texts:
            assert not re.search(r"[a-z]+://|[\"'(]//|url\(|@import", text)

    def test_markup_in_an_article_is_text(self, make_client: MakeClient, awkward: Path) -> None:
        page = make_client(collection=awkward).get("/page/1").text
        assert "<script>" not in page
        assert "<img" not in page
        assert "&lt;script&gt;window.owned = 1&lt;/script&gt;" in page
