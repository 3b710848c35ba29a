"""Collections of a few pages or none, with keywords alone: answered like any other, or refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.retrieval.search import Index
from pinakes.service.evaluation.refusals import calibrated_threshold
from pinakes.service.reading.models import linear_models
from tests.index.toys import QuietProgress, article, in_threads, write_dump
from tests.service.asking.answers import answer_events, answered

PAGES = [
    article(
        1,
        "Kestrel",
        "The '''kestrel''' is a small falcon that hovers over open fields. It feeds on voles and "
        "mice.\n\n== Breeding ==\nKestrels nest in holes of trees. The female lays four to six "
        "eggs in April.\n",
    ),
    article(
        2,
        "Lake Orin",
        "'''Lake Orin''' is a lake in the north of Varnia. It is 42 metres deep and covers 12 "
        "square kilometres.\n\n== History ==\nThe dam at its southern end was built in 1931 by the "
        "engineer Clara Voss. A ferry crosses the lake every day.\n",
    ),
    article(
        3,
        "Clara Voss",
        "'''Clara Voss''' (1889–1954) was an engineer from Varnia. She was born in Tarn and "
        "studied in Zurich.\n\n== Work ==\nVoss built eleven bridges and the dam of [[Lake Orin]].",
    ),
    article(
        4,
        "Plum cake",
        "'''Plum cake''' is a cake of yeast dough covered with halved plums. It is baked for forty "
        "minutes and eaten warm.\n",
    ),
]


def _built(directory: Path, pages: list[str]) -> Path:
    collection = directory / "toywiki"
    dump = write_dump(directory / "dump", pages)
    options = BuildOptions(workers=1, executors=in_threads)
    build_collection(collection, dump, None, "none", QuietProgress(), options)
    return collection


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Four short pages, no vectors."""
    with Index.open(_built(tmp_path_factory.mktemp("few"), PAGES)) as index:
        yield index


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How deep is Lake Orin?", "42 metres"),
        ("Who built the dam of Lake Orin?", "Clara Voss"),
        ("How big is Lake Orin?", "12 square kilometres"),
        ("Where was Clara Voss born?", "Tarn"),
        ("When did Clara Voss die?", "1954"),
        ("What does the kestrel eat?", "voles"),
        ("How many eggs does a kestrel lay?", "four to six"),
        ("What is plum cake covered with?", "plums"),
        ("What is plum cake made of?", "dough"),
    ],
)
def test_plain_questions_are_answered_from_few_pages(few: Index, question: str, words: str) -> None:
    answer = answered(answer_events(few, None, question))
    assert answer.kind == "passage"
    assert words in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who painted the Mona Lisa?",
        "Who was Alan Turing?",
        "How deep is Lake Titicaca?",
        "How many eggs does a salmon lay?",
        "What is the blorptic constant?",
        "asdkjh qlwkje",
    ],
)
def test_few_pages_do_not_answer_what_they_do_not_hold(few: Index, question: str) -> None:
    assert answered(answer_events(few, None, question)).kind == "refusal"


def test_few_pages_choose_no_threshold_by_themselves(few: Index) -> None:
    assert calibrated_threshold(few, linear_models()) is None


def test_a_collection_without_a_word_refuses(tmp_path: Path) -> None:
    with Index.open(_built(tmp_path, [article(1, "Plum pie", "{{stub}}")])) as index:
        assert index.manifest.passages == 0
        for question in ("What is plum cake?", "plum pie"):
            answer = answered(answer_events(index, None, question))
            assert (answer.kind, answer.citations) == ("refusal", ())
