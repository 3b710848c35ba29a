import shutil
import threading
from pathlib import Path

import httpx

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.encoders.sentence_model import SentenceEncoder
from pinakes.ingest.sources.opening import open_source
from tests.index.toys import SAMPLE, QuietProgress
from tests.service.conftest import MakeServer
from tests.yardstick import PATIENCE_S


def test_no_request_fails_while_new_generations_are_published(
    sample: Path, minilm: SentenceEncoder, tmp_path: Path, make_server: MakeServer
) -> None:
    collection = tmp_path / "samplewiki"
    shutil.copytree(sample, collection, symlinks=True)
    address = make_server(collection=collection)
    seen: list[str] = []
    failed: list[str] = []
    stop = threading.Event()

    def search_on_and_on(query: str) -> None:
        with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
            while not stop.wait(0.05):
                try:
                    answer = client.get("/api/search", params={"q": query})
                    hits = answer.json()["hits"]
                    assert query in [hit["title"] for hit in hits]
                    assert client.get(hits[0]["url"], follow_redirects=True).status_code == 200
                    seen.append(answer.json()["generation"])
                except Exception as error:
                    failed.append(repr(error))

    queries = ("Johannes Gutenberg", "Movable type", "Paul Otlet")
    searchers = [threading.Thread(target=search_on_and_on, args=(query,)) for query in queries]
    for searcher in searchers:
        searcher.start()
    try:
        result = build_collection(
            collection,
            open_source([SAMPLE]),
            minilm,
            "all",
            QuietProgress(),
            BuildOptions(workers=1, force=True),
        )
        for _ in range(10 * PATIENCE_S):
            if seen[-1] == result.manifest.generation or stop.wait(0.1):
                break
    finally:
        stop.set()
        for searcher in searchers:
            searcher.join(PATIENCE_S)
    assert failed == []
    assert seen[0] == "20261101-2"
    assert seen[-1] == result.manifest.generation == "20261101-3"
    for query in queries:  # the old files are closed, and still everything is there
        found = httpx.get(f"{address}/api/search", params={"q": query}).json()
        assert query in [hit["title"] for hit in found["hits"]]
        assert found["coverage"] == 1.0
