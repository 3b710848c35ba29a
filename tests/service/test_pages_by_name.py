"""A name that several pages share gives one, with a list of the others, wherever it is asked."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.errors import Ambiguous
from pinakes.service.pages_by_name import meanings, page_titled
from pinakes.service.settings import Settings
from pinakes.service.tools.frame import json_of
from pinakes.service.tools.tool_views import FetchResult
from pinakes.service.tools.toolbox import Call, Toolbox
from tests.index.toys import QuietProgress, article, redirect, write_dump
from tests.service.conftest import Run, local_client, make_app

PLANET = "Mercury is the planet nearest to the Sun. It has no moon." + "".join(
    f" Mercury was seen by the observatory of the {number}th town in a clear night of that year."
    for number in range(4, 20)
)
METAL = "Mercury is a metal that is liquid at room temperature. Thermometers hold it."
PAGES = [
    article(1, "Mercury", "'''Mercury''' may mean:\n* [[Mercury (planet)]]\n* [[Quicksilver]]\n"
            "* [[Freddie Mercury]], a singer\n{{disambiguation}}"),
    article(2, "Mercury (planet)", PLANET),
    article(3, "Mercury (element)", METAL),
    article(4, "Freddie Mercury", "Freddie Mercury was the singer of a band. He wrote songs."),
    article(5, "Venus", "Venus is the second planet from the Sun. It is hot."),
    article(6, "Venus (disambiguation)", "* [[Venus]]\n* [[Venus (goddess)]]\n{{disambiguation}}"),
    article(7, "Venus (goddess)", "Venus is the Roman goddess of love. Temples were hers."),
    article(8, "Iris (flower)", "The iris is a flower of gardens. It blooms in May."),
    article(9, "Iris (eye)", "The iris is the coloured part of an eye. It opens in the dark."),
    article(10, "Garden", "A garden has an [[Iris (flower)|iris]] or two. It may have a wall."),
    article(11, "Luna (moth)", "The luna is a moth of North America. It is green."),
    article(12, "Luna (rocket)", "Luna is a rocket that went to the Moon. It was the first."),
    article(13, "C", "C is a letter of the alphabet. It comes third."),
    article(14, "C++", "C++ is a programming language. It compiles."),
    article(15, "Sky", "[[Mercury (planet)]] is seen in the sky at dawn. So are [[Venus|others]]."),
    redirect(16, "Quicksilver", "Mercury (element)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("shared-names")
    dump = write_dump(directory / "dump", PAGES)
    built = directory / "data" / "toywiki"
    build_collection(built, dump, None, "none", QuietProgress(), BuildOptions(workers=1))
    return built


@pytest.fixture(scope="module")
def index(collection: Path) -> Iterator[Index]:
    with Index.open(collection) as index:
        yield index


@pytest.fixture(scope="module")
def browser(collection: Path) -> Iterator[TestClient]:
    with local_client(make_app(collection)) as client:
        yield client


def titles(index: Index, name: str, page_id: int | None = None) -> list[str]:
    return [one.title for one in meanings(index, name, page_id)]


@pytest.mark.parametrize(
    ("name", "page", "others"),
    [
        ("mercury", "Mercury", ["Mercury (planet)", "Mercury (element)", "Freddie Mercury"]),
        ("Venus", "Venus", ["Venus (goddess)"]),
        ("Iris", "Iris (flower)", ["Iris (eye)"]),  # more link to it than to all others
        ("Venus (goddess)", "Venus (goddess)", []),
        ("Quicksilver", "Mercury (element)", []),
        ("C", "C", []),
        ("C++", "C++", []),
    ],
)
def test_a_name_gives_the_page_and_the_others_that_share_it(
    index: Index, name: str, page: str, others: list[str]
) -> None:
    found = page_titled(index, name)
    assert found is not None
    assert found.title == page
    assert titles(index, name, found.page_id) == others


def test_each_is_told_in_the_first_sentence_of_its_lead(index: Index) -> None:
    assert [one.text for one in meanings(index, "Mercury", 2)] == [
        "Mercury is a metal that is liquid at room temperature.",
        "Freddie Mercury was the singer of a band.",
    ]


def test_one_that_is_no_likelier_than_another_is_not_chosen(index: Index) -> None:
    with pytest.raises(Ambiguous) as several:
        page_titled(index, "Luna")
    assert [one.page_id for one in several.value.meanings] == [11, 12]
    assert page_titled(index, "Luna (rocket) engine") is None


def test_what_is_asked_in_more_words_is_no_name(index: Index) -> None:
    assert titles(index, "is Mercury a planet") == []
    assert titles(index, "") == titles(index, "?!") == []
    assert titles(index, "Garden") == []  # of one page alone


def test_the_api_lists_them(browser: TestClient) -> None:
    page = browser.get("/api/pages/Iris").json()
    assert (page["title"], [one["title"] for one in page["meanings"]]) == (
        "Iris (flower)",
        ["Iris (eye)"],
    )
    assert page["meanings"][0]["url"] == "/c/toywiki/page/Iris_(eye)"
    assert browser.get("/api/pages/5").json()["meanings"][0]["title"] == "Venus (goddess)"
    found = browser.get("/api/search", params={"q": "venus"}).json()
    assert found["hits"][0]["title"] == "Venus"
    assert [one["title"] for one in found["meanings"]] == ["Venus (goddess)"]
    assert browser.get("/api/search", params={"q": "planet moon"}).json()["meanings"] == []
    text = browser.get("/api/search", params={"q": "venus", "format": "text"}).text
    assert "May also mean: " not in text  # it is a result itself
    text = browser.get("/api/pages/Iris", params={"format": "text"}).text
    assert "May also mean: Iris (eye): The iris is the coloured part of an eye." in text


def test_a_problem_lists_them_where_none_is_likeliest(browser: TestClient) -> None:
    problem = browser.get("/api/pages/Luna")
    assert problem.status_code == 404
    assert [one["title"] for one in problem.json()["meanings"]] == ["Luna (moth)", "Luna (rocket)"]
    shown = browser.get("/c/toywiki/page/Luna", headers={"Accept": "text/html"})
    assert shown.status_code == 404
    assert 'page/Luna_(rocket)">Luna (rocket)</a>: Luna is a rocket' in shown.text


def test_the_pages_say_what_else_a_name_may_mean(browser: TestClient) -> None:
    as_browser = {"Accept": "text/html"}
    by_title = browser.get("/c/toywiki/page/Venus", headers=as_browser).text
    assert "may also mean" in by_title
    assert 'page/Venus_(goddess)">Venus (goddess)</a>: Venus is the Roman' in by_title
    likeliest = browser.get("/c/toywiki/page/Iris", headers=as_browser)
    assert likeliest.url.path == "/c/toywiki/page/Iris_(flower)"
    assert "Iris (eye)" in likeliest.text
    assert "may also mean" not in browser.get("/c/toywiki/page/Garden", headers=as_browser).text
    listing = browser.get("/c/toywiki/page/Mercury", headers=as_browser).text
    assert "may also mean" not in listing  # it is the list
    everything = {"q": "iris", "all": "1"}
    searched = browser.get("/c/toywiki/search", params=everything, headers=as_browser).text
    assert "may also mean" in searched


def test_tools_list_them_within_the_budget(collection: Path) -> None:
    settings = Settings.model_validate({"data": collection.parent})
    library = Library(collection.parent, [collection.name])
    tools = Toolbox(library, Answerer(None, settings), settings)
    try:
        for budget in range(500, 1_000, 50):
            found = asyncio.run(tools.search(Call(budget=budget), "Mercury", 1))
            assert found.meanings
            assert len(json_of(found)) <= budget
            shown = {one.title for one in found.results}
            assert shown.isdisjoint(one.title for one in found.meanings)
        fetched = asyncio.run(tools.fetch(Call(budget=600), "Iris"))
        assert isinstance(fetched, FetchResult)
        assert fetched.title == "Iris (flower)"
        assert [one.title for one in fetched.metadata.meanings or []] == ["Iris (eye)"]
        assert len(json_of(fetched)) <= 600
        by_id = asyncio.run(tools.fetch(Call(), fetched.id))
        assert isinstance(by_id, FetchResult)
        assert by_id.metadata.meanings is None
    finally:
        library.close()


def test_commands_list_them(run: Run, collection: Path) -> None:
    there = ("--data", collection.parent)
    shown = run("show", "iris", *there)
    assert (shown.status, shown.out.partition("\n")[0]) == (0, "Iris (flower)")
    assert "Iris (eye)  The iris is the coloured part of an eye." in shown.err
    assert json.loads(run("show", "iris", "--json", *there).out)["meanings"][0]["page_id"] == 9
    searched = run("search", "venus", *there)
    assert searched.out.startswith("venus may also mean:\n  Venus (goddess)  Venus is the Roman")
    several = run("show", "luna", *there)
    assert (several.status, several.out) == (3, "")
    assert several.err.startswith("luna may mean:\n")
    assert several.err.count("\n") == 4  # two lines for two pages, between two that say so
