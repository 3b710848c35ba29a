"""Where a question is looked for among several collections, and which of them answers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pinakes.index.build import pipeline
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.find_among import find_among, holding
from pinakes.service.reading.models import linear_models
from tests.index.collections import make
from tests.index.toys import article, in_threads, write_dump

SPANISH = [
    article(1, "Ferrocarril", "El primer ferrocarril de Perú fue inaugurado en 1851 en Lima. " * 2),
    article(2, "Papiro", "El papiro es una planta del Nilo. " * 3),
]
MANUALS = [
    article(617, "Boiler", "The boiler Vulcan 3 is drained through the brass tap below. " * 2),
    article(2, "Printer", "The printer is cleaned with a dry cloth. " * 3),
]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Index]]:
    """Builds a collection of these pages and opens it."""
    monkeypatch.setattr(pipeline, "worker_processes", in_threads)
    with ExitStack() as stack:

        def build(name: str, pages: list[str], language: str = "en") -> Index:
            dump = write_dump(tmp_path / f"{name}-dump", pages, language=language)
            make(tmp_path / name, dump, "none")
            return stack.enter_context(Index.open(tmp_path / name, None))

        yield build


def test_a_question_goes_to_the_collections_of_its_language(
    opened: Callable[..., Index], index: Index
) -> None:
    spanish, manuals = opened("eswiki", SPANISH, "es"), opened("manuals", MANUALS)
    every = Federation([index, spanish, manuals])
    english = ("samplewiki", "manuals")
    assert holding(every, "¿Cuándo fue inaugurado el primer ferrocarril?").names == ("eswiki",)
    assert holding(every, "When was the first railway opened?").names == english
    assert holding(every, "Rosetta").names == every.names  # who knows
    # German is none of theirs.
    assert holding(every, "Wann wurde die erste Eisenbahn eröffnet?").names == every.names


def test_one_of_the_collections_answers_and_says_which(
    opened: Callable[..., Index], index: Index
) -> None:
    spanish, manuals = opened("eswiki", SPANISH, "es"), opened("manuals", MANUALS)
    every = Federation([spanish, manuals, index])
    for question, name, title in (
        ("Where was the Rosetta Stone found?", "samplewiki", "Rosetta Stone"),
        ("How is the boiler Vulcan 3 drained?", "manuals", "Boiler"),
        ("¿Cuándo fue inaugurado el primer ferrocarril de Perú?", "eswiki", "Ferrocarril"),
    ):
        found = find_among(every, linear_models(), question, "hybrid")
        assert found.is_answered, question
        assert found.name == name
        first = found.found.hits[found.found.sentences[0].hit]
        assert (first.collection, first.passage.title) == (name, title)


def test_what_no_collection_of_its_language_holds_is_looked_for_in_all(
    opened: Callable[..., Index], index: Index
) -> None:
    every = Federation([index, opened("eswiki", SPANISH, "es")])
    question = "Where was the ferrocarril de Perú inaugurado in 1851?"
    assert holding(every, question).names == ("samplewiki",)
    assert not find_among(
        every.only(["samplewiki"]), linear_models(), question, "hybrid"
    ).is_answered
    assert find_among(every, linear_models(), question, "hybrid").name == "eswiki"


def test_passages_of_another_stand_beside_where_it_answers_too(
    opened: Callable[..., Index], index: Index
) -> None:
    stone = article(
        617,  # as a page of the sample is numbered
        "Rosetta Stone visit",
        "The Rosetta Stone was found at Rosetta in 1799, as the leaflet of the museum says. " * 2,
    )
    leaflets = opened("leaflets", [stone, *MANUALS[1:]])
    question = "Where was the Rosetta Stone found?"
    alone = find_among(Federation([index]), linear_models(), question, "hybrid")
    found = find_among(Federation([index, leaflets]), linear_models(), question, "hybrid")
    names = [hit.collection for hit in found.found.hits]
    assert set(names) == {"samplewiki", "leaflets"}
    assert 2 < len(names) <= len(alone.found.hits)
    for sentence in found.found.sentences:  # each still stands in the passage it points to
        text = found.found.hits[sentence.hit].passage.text
        assert text[sentence.start : sentence.end].strip()
