"""Names and spellings that mean one thing meet, from dump to hit: found, marked, suggested."""

from collections.abc import Iterator

import pytest

from pinakes.index.retrieval.search import Index
from tests.index.collections import make
from tests.ingest.json_lines import JsonLinesSource, write_json_lines

ROWS = [
    {"path": "/congress", "title": "United States Congress",
     "text": "The Congress of the United States makes laws. " * 9},
    {"path": "/states", "title": "States of matter", "text": "Solid, liquid and gas. " * 9},
    {"path": "/colour", "title": "Colour theory", "text": "How colours mix, and agree. " * 9},
    {"path": "/spider", "title": "Spider-Man", "text": "A hero who climbs like a spider. " * 9},
    {"path": "/lighthouse", "title": "Lighthouse", "text": "A tower whose light is seen. " * 9},
    {"path": "/house", "title": "House", "text": "A house lets light into a house. " * 9},
    {"path": "/senate", "title": "Senate", "text": "The upper house of the U.S. parliament. " * 9},
]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    directory = tmp_path_factory.mktemp("spellings")
    source = JsonLinesSource.open([write_json_lines(directory / "world.jsonl", ROWS)])
    make(directory / "data" / "world", source, "none")
    with Index.open(directory / "data" / "world", None) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("US congress", "United States Congress"),
        ("U.S. Congress", "United States Congress"),
        ("color theory", "Colour theory"),
        ("upper house of the united states", "Senate"),
        ("spiderman", "Spider-Man"),
        ("Who is Spiderman?", "Spider-Man"),
        ("spider man", "Spider-Man"),
        ("light-house", "Lighthouse"),
        ("light house", "Lighthouse"),
        ("what light has a house?", "House"),
    ],
)
def test_they_are_found_by_each_other(index: Index, query: str, title: str) -> None:
    assert index.search(query, 1)[0].passage.title == title


def test_what_meets_is_marked_as_it_stands(index: Index) -> None:
    hit = index.search("upper house of the united states", 1)[0]
    marked = {hit.passage.text[start:end] for start, end in hit.highlights}
    assert {"U.S.", "upper", "house"} <= {word.rstrip() for word in marked}


@pytest.mark.parametrize("typed", ["US con", "U.S. cong", "usa congress"])
def test_suggestions_know_other_ways_to_write_a_title(index: Index, typed: str) -> None:
    assert [found.title for found in index.suggest(typed)] == ["United States Congress"]
