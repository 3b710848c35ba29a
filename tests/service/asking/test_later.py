"""Questions about years after the dump: answered from plans alone, else refused with its date."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.retrieval.search import Index
from pinakes.index.types import StoredPage
from pinakes.service.asking.later import asks_about_later, is_untold
from pinakes.service.reading.words import words_of
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.asking.answers import answer_events, answered

GAMES = (
    "The '''Varnian Games''' are a contest of rowers on Lake Orin. The town of Tarn won the "
    "Varnian Games of 2023. The Varnian Games of 2030 will take place in Helm; the mayor of Tarn "
    "criticised the choice."
)


def _built(directory: Path, name: str) -> Path:
    dump = write_dump(directory / "dump", [article(1, "Varnian Games", GAMES)], date=name)
    options = BuildOptions(workers=1, executors=in_threads)
    collection = directory / "toywiki"
    build_collection(collection, dump, None, "none", QuietProgress(), options)
    return collection


@pytest.fixture(scope="module", params=["20261101", "20269999"], ids=["dated", "undated"])
def games(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Index]:
    """A page of 2026 in a dump of that year, and in one that does not say of when it is."""
    with Index.open(_built(tmp_path_factory.mktemp("games"), request.param)) as index:
        yield index


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who won the Varnian Games of 2023?", "Tarn won"),
        ("Where will the Varnian Games of 2030 take place?", "in Helm"),
        ("Where are the Varnian Games of 2030?", "in Helm"),
    ],
)
def test_what_was_and_what_is_planned_is_answered(games: Index, question: str, words: str) -> None:
    answer = answered(answer_events(games, None, question))
    assert answer.kind == "passage"
    assert words in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who won the Varnian Games of 2030?",  # no source can tell, though one names the year
        "Where will the Varnian Games of 2031 take place?",  # no source names it
    ],
)
def test_what_happened_after_the_dump_is_refused(games: Index, question: str) -> None:
    answer = answered(answer_events(games, None, question))
    assert answer.kind == "refusal"
    assert answer.confidence == 0
    says_when = "As of 1 November 2026" in answer.text
    assert says_when is (games.manifest.dump.date is not None)


def test_no_year_is_later_where_no_page_has_a_date(
    games: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = games.search("Varnian Games", 3)
    find = games.store.page

    def undated(page_id: int) -> StoredPage | None:
        page = find(page_id)
        return page and replace(page, timestamp="")

    monkeypatch.setattr(games.store, "page", undated)
    dump = games.manifest.dump.model_copy(update={"date": None})
    index = replace(games, manifest=games.manifest.model_copy(update={"dump": dump}))
    assert not is_untold("Who won the Varnian Games of 2031?", hits, index, words_of("en"))


def test_a_refusal_of_something_else_names_no_date(games: Index) -> None:
    answer = answered(answer_events(games, None, "Who painted the Mona Lisa?"))
    assert answer.kind == "refusal"
    assert "As of" not in answer.text


@pytest.mark.parametrize(
    ("question", "later"),
    [
        ("Who won the World Cup of 2018?", True),
        ("who won in 2018", True),
        ("2018年世界杯冠军是谁？", True),
        ("Who won the World Cup of 2015?", False),
        ("What was the music of the 2020s?", False),
        ("How long does light take for 2,050 miles?", False),
        ("What is the HP-2050B?", False),
        ("Who won?", False),
    ],
)
def test_which_questions_name_a_later_year(question: str, later: bool) -> None:
    assert asks_about_later(question, 2015) is later
