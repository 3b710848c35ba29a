"""What names do for ranking, on a toy wiki with real engines; vectors are those of words."""

from collections.abc import Iterator

import pytest

from pinakes.index.build import pipeline
from pinakes.index.build.pipeline import build_collection
from pinakes.index.retrieval.search import Index
from tests.index.toys import (
    HashingEncoder,
    QuietProgress,
    article,
    in_threads,
    redirect,
    write_dump,
)

PLANET = "It turns round the Sun in 88 days, the smallest of its kind, and has no moon. " * 2
METAL = "A silvery metal that is liquid in a warm room; thermometers hold it. " * 2
MANY = [
    article(100 + n, f"Observatory {n}", f"[[Mercury (planet)|Mercury]] is seen in year {n} by day")
    for n in range(40)
]
PAGES = [
    article(1, "Mercury", "'''Mercury''' may mean:\n* [[Mercury (planet)]]\n* [[Mercury (metal)]]\n"
            "{{disambiguation}}"),
    article(2, "Mercury (planet)", f"'''Mercury''' is a planet. {PLANET}"),
    article(3, "Mercury (metal)", f"'''Mercury''' is an element. {METAL}"),
    article(4, "Ascorbic acid", "It prevents an old illness of sailors. Fruit holds it. " * 3),
    redirect(5, "Vitamin C", "Ascorbic acid"),
    article(11, "Analysis of variance", "'''Analysis of variance''' ('''ANOVA''') compares means "
            + "of several groups at once. It was made for crops in fields. " * 3),
    article(12, "Statistician", "He made anova and other ways to compare. " * 3),
    article(6, "Vitamin", "A body needs some each day. There is vitamin A, and vitamin C. "
            + "Too little of one makes ill, and too much of some as well. " * 3),
    article(7, "Year", "A year is the time of one orbit of the Earth. " * 3),
    article(8, "Halley's Comet", "It came back in the year 1986, as in 1910. " * 3),
    article(9, "Library of Pella", "Pella kept its scrolls in a library on a hill. " * 3),
    article(10, "Pella (town)", "Pella is a town of the plain. " * 3),
    *MANY,
]  # fmt: skip


@pytest.fixture(scope="module", params=["all", "none"])
def toys(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Index]:
    """The toy wiki with vectors of all passages, and without any."""
    directory = tmp_path_factory.mktemp("names")
    dump = write_dump(directory / "dump", PAGES)
    collection = directory / "toywiki"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "worker_processes", in_threads)
        build_collection(collection, dump, HashingEncoder(), request.param, QuietProgress())
    with Index.open(collection, HashingEncoder.open) as index:
        yield index


def titles(index: Index, question: str) -> list[str]:
    return list(dict.fromkeys(hit.passage.title for hit in index.search(question, 20)))


@pytest.mark.parametrize("question", ["vitamin c", "What is vitamin C?"])
def test_an_alias_finds_its_page_before_pages_that_have_its_words(
    toys: Index, question: str
) -> None:
    assert titles(toys, question)[:2] == ["Ascorbic acid", "Vitamin"]
    best = toys.search(question, 1)[0]
    assert best.alias == "Vitamin C"
    assert best.features["alias"] > 0
    assert "vitamin" not in best.passage.text.lower()


def test_a_name_in_bold_in_the_lead_is_an_alias(toys: Index) -> None:
    assert titles(toys, "What is ANOVA?")[:2] == ["Analysis of variance", "Statistician"]
    assert toys.search("What is ANOVA?", 1)[0].alias == "ANOVA"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Mercury smallest planet without a moon", "Mercury (planet)"),
        ("Is Mercury a liquid metal?", "Mercury (metal)"),
        ("mercury in thermometers", "Mercury (metal)"),
    ],
)
def test_an_ambiguous_name_means_what_the_question_asks(
    toys: Index, question: str, title: str
) -> None:
    assert titles(toys, question)[0] == title


def test_a_common_word_that_is_a_title_is_not_what_is_asked_for(toys: Index) -> None:
    found = titles(toys, "In which year did Halley's Comet come back?")
    assert found[0] == "Halley's Comet"


def test_an_alias_inside_a_longer_one_leads_nowhere(toys: Index) -> None:
    assert titles(toys, "Library of Pella")[0] == "Library of Pella"
    assert {hit.alias for hit in toys.search("Library of Pella", 20)} == {"Library of Pella", None}
