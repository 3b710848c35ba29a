"""The walk through docs/world-knowledge.md: wikis, a ZIM file and manuals behind one service.

Each question is answered by the collection that can, cites the right place there, and the place is
what the reader marks.
"""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.index.library import Library
from pinakes.service.cli.main import main
from pinakes.service.http.app import create_app
from pinakes.service.settings import Settings
from tests.index.toys import article, write_dump
from tests.ingest.manuals import write_epub, write_pdf
from tests.service.conftest import local_client

SPANISH = [
    article(
        1,
        "Faro de Orchilla",
        "El '''faro de Orchilla''' se encuentra en la isla de [[El Hierro]]. Fue inaugurado en "
        "1933 y mide 25 metros de altura.\n\n== Historia ==\nSus obras empezaron en 1924 y las "
        "dirigió un ingeniero de caminos.",
    ),
    article(
        2,
        "El Hierro",
        "'''El Hierro''' es la isla más occidental de las Canarias. Su capital es Valverde, y en "
        "ella viven unas once mil personas.",
    ),
]
MARKDOWN = """# The rain pump

The pump fills the tank in the attic.

## Care

Clean the strainer of the rain pump every six weeks.
Grease the bearings with lithium grease once a year.

## Faults

| code | meaning |
|---|---|
| E17 | The pump runs dry |
| E22 | The motor is too hot |
"""


@pytest.fixture(scope="module")
def world(
    data: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """All that the page builds, served by one process."""
    knowledge = tmp_path_factory.mktemp("knowledge")
    manuals = knowledge / "manuals"
    manuals.mkdir()
    (manuals / "pump.md").write_text(MARKDOWN, encoding="utf-8")
    write_pdf(
        manuals / "boiler.pdf",
        [
            ["The boiler stands in the cellar.", "It burns wood pellets."],
            ["To drain the boiler, open the brass valve", "below the display for ten minutes."],
        ],
        "Boiler handbook",
    )
    write_epub(
        manuals / "bees.epub",
        ["<h1>Spring</h1><p>Bees are fed with sugar syrup until the willows bloom.</p>"],
        "A year with bees",
    )
    write_dump(knowledge / "eswiki", SPANISH, language="es")
    served = tmp_path_factory.mktemp("world")
    shutil.copytree(data / "samplewiki", served / "samplewiki", symlinks=True)
    for source, name in (
        (knowledge / "eswiki", "eswiki"),
        (manuals, "manuals"),
        (next((shared_data / "zim").glob("*.zim")), "charles"),
    ):
        with pytest.raises(SystemExit) as done:
            main(["build", str(source), "-c", name, "--vectors", "none", "--data", str(served)])
        assert done.value.code == 0
    with local_client(create_app(Settings(data=served), Library(served), None)) as client:
        yield client


QUESTIONS = [
    ("How often must the strainer of the rain pump be cleaned?", "manuals", "The rain pump",
     None, "Clean the strainer of the rain pump every six weeks."),
    ("How do I drain the boiler?", "manuals", "Boiler handbook",
     ["Page 2"], "open the brass valve below the display for ten minutes"),
    ("What are bees fed with?", "manuals", "A year with bees", None, "sugar syrup"),
    ("Who deciphered Linear B?", "samplewiki", "Linear B", None, "Michael Ventris"),
    ("¿En qué año fue inaugurado el faro de Orchilla?", "eswiki", "Faro de Orchilla", [], "1933"),
    ("When did Ray Charles die?", "charles", "Ray Charles", None, "June 10, 2004"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "collection", "title", "heading_path", "words"), QUESTIONS)
def test_each_question_is_answered_from_the_right_place(
    world: TestClient,
    question: str,
    collection: str,
    title: str,
    heading_path: list[str] | None,
    words: str,
) -> None:
    answer = world.post("/api/ask", json={"question": question, "mode": "quote"}).json()
    assert answer["kind"] == "passage", answer["text"]
    assert words in " ".join(answer["text"].split())
    cited = answer["citations"][0]
    assert (cited["collection"], cited["title"]) == (collection, title)
    if heading_path is not None:
        assert cited["heading_path"] == heading_path
    page = world.get(cited["url"])
    assert page.status_code == 200
    assert words in _marked(page.text)


def test_what_no_collection_holds_is_refused(world: TestClient) -> None:
    answer = world.post("/api/ask", json={"question": "Who won the chess cup of 2031?"}).json()
    assert answer["kind"] == "refusal"
    assert answer["text"].startswith("These collections do not seem to hold an answer.")
    assert sorted(answer["collections"]) == ["charles", "eswiki", "manuals", "samplewiki"]


def test_tables_of_manuals_and_links_of_zim_files_are_drawn(world: TestClient) -> None:
    pump = world.get("/c/manuals/page/The_rain_pump").text
    assert re.search(r"<td[^>]*>.{0,80}E17", pump, re.DOTALL)
    charles = world.get("/c/charles/page/Ray_Charles").text
    assert re.search(r'<a href="[^"]+">Modern Sounds</a>', charles)


def _marked(page: str) -> str:
    """The words of a page that are marked as the passage cited."""
    marked: list[Any] = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", " ".join(marked))).split())
