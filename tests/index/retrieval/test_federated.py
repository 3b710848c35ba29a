"""Several collections searched as one: who stands before whom, and what is left out."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.errors import BadQuery, DamagedGeneration
from pinakes.index.keywords.bm25 import with_common_statistics
from pinakes.index.retrieval.federated import Federation, _SharedVectors
from pinakes.index.retrieval.search import Index
from tests.index.collections import make
from tests.index.toys import HashingEncoder, article, write_dump

pytestmark = pytest.mark.usefixtures("thread_executor")

CITIES = ("Paris", "Lyon", "Nice", "Metz", "Brest", "Dijon", "Nantes", "Reims", "Tours", "Lille")
WIKI = [
    article(number, city, f"{city} was a capital of the province for years. " * 2)
    for number, city in enumerate(CITIES, start=1)
] + [article(20, "Zinc", "Zinc is a metal used for roofs. " * 3)]
MANUALS = [
    article(1, "Shop", "A shop needs capital to begin with, and a till. " * 2),
    article(2, "Printer", "The printer is cleaned with a dry cloth. " * 3),
    article(3, "Roof", "A roof of zinc is soldered. " * 3),
    article(4, "Oven", "The oven is heated before bread is baked. " * 3),
]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Index]]:
    """Builds a collection of these pages and opens it."""
    with ExitStack() as stack:

        def build(name: str, pages: list[str], scope: str = "none", **options: object) -> Index:
            language = str(options.get("language", "en"))
            make(
                tmp_path / name,
                write_dump(tmp_path / f"{name}-dump", pages, language=language),
                scope,
            )
            return stack.enter_context(Index.open(tmp_path / name, HashingEncoder.open))

        yield build


def titles(federation: Federation, query: str, **options: object) -> list[tuple[str, str]]:
    found = federation.search(query, **options)  # type: ignore[arg-type]
    return [(hit.collection, hit.passage.title) for hit in found]


def test_a_word_is_as_rare_as_in_all_of_them(opened: Callable[..., Index]) -> None:
    wiki, manuals = opened("wiki", WIKI), opened("manuals", MANUALS)
    together = Federation([wiki, manuals])
    # Of four manuals one has the word, of eleven articles ten have it: alone it is a great find.
    by_own = [index.search("capital Paris")[0].score for index in (wiki, manuals)]
    weights = [index.keywords.idf("capit") for index in (wiki, manuals)]
    assert weights[1] > 5 * weights[0]
    common = with_common_statistics([wiki.keywords, manuals.keywords])
    assert common[0].idf("capit") == common[1].idf("capit")
    assert wiki.keywords.idf("capit") == weights[0]  # which stays as it was
    assert by_own[0] > 0
    # "zinc" alone tells nothing of which; "capital" belongs to the wiki, "shop" to the manuals.
    assert titles(together, "capital for years")[0][0] == "wiki"
    assert titles(together, "capital of a shop")[0] == ("manuals", "Shop")
    assert {name for name, _ in titles(together, "zinc roof")[:2]} == {"wiki", "manuals"}


def test_each_ranks_its_own_as_it_does_alone(opened: Callable[..., Index]) -> None:
    indexes = [opened("wiki", WIKI, "all"), opened("manuals", MANUALS, "all")]
    together = Federation(indexes)
    for query in ("capital of zinc", "a roof for the shop", "Paris"):
        found = together.search(query, 100)
        for index in indexes:
            own = [hit for hit in found if hit.collection == index.manifest.collection]
            assert own == index.search(query, 100)
    # Page 1 is there twice, and neither hides the other.
    assert {hit.page_key for hit in together.search("Paris shop", 100)} >= {
        ("wiki", 1),
        ("manuals", 1),
    }
    explained = together.explain("Paris shop", together.search("Paris shop", 2))
    assert {word for one in explained for word in one.matched["text"]} >= {"Paris", "shop"}


def test_one_alone_is_searched_as_ever(opened: Callable[..., Index]) -> None:
    wiki = opened("wiki", WIKI, "all")
    assert Federation([wiki]).search("Paris capital", 5) == wiki.search("Paris capital", 5)


def test_one_has_vectors_and_the_other_none(opened: Callable[..., Index]) -> None:
    together = Federation([opened("wiki", WIKI, "all"), opened("manuals", MANUALS)])
    assert {name for name, _ in titles(together, "zinc roof")} == {"wiki", "manuals"}
    assert {name for name, _ in titles(together, "zinc roof", mode="vector")} == {"wiki"}
    assert together.coverage == pytest.approx(11 / 15)
    with pytest.raises(BadQuery, match="no vectors"):
        together.only(["manuals"]).search("zinc", mode="vector")


def test_of_two_encoders_ranks_are_compared(
    opened: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = opened("wiki", WIKI, "all")
    monkeypatch.setattr("tests.index.collections.ENCODER", HashingEncoder("another"))
    manuals = opened("manuals", MANUALS, "all")
    assert wiki.manifest.encoder != manuals.manifest.encoder
    together = Federation([wiki, manuals])
    found = together.search("zinc roof", 6, "vector")
    assert [hit.ranks["vector"].rank for hit in found] == [1, 1, 2, 2, 3, 3]
    # In both modes at once words tell: what vectors alone have found comes last.
    found = together.search("printer cloth", 8)
    assert (found[0].collection, found[0].passage.title) == ("manuals", "Printer")
    by_words = ["keyword" in hit.ranks for hit in found]
    assert not all(by_words)
    assert by_words == sorted(by_words, reverse=True)
    of_words, of_both = (
        together._levels("zinc roof", together.names, 6, mode, _SharedVectors())
        for mode in ("keyword", "hybrid")
    )
    assert of_words == of_both


def test_what_none_can_be_asked_is_an_error_and_what_one_can_is_answered(
    opened: Callable[..., Index],
) -> None:
    spanish = [article(1, "Ferrocarril", "El ferrocarril llega a la ciudad. " * 3)]
    together = Federation([opened("wiki", WIKI), opened("eswiki", spanish, language="es")])
    assert titles(together, "ferrocarril")[0] == ("eswiki", "Ferrocarril")
    with pytest.raises(BadQuery):
        together.search("?!")
    with pytest.raises(BadQuery):
        together.checked("  ")


def test_what_breaks_while_it_is_searched_is_left_out(
    opened: Callable[..., Index],
) -> None:
    wiki, manuals = opened("wiki", WIKI), opened("manuals", MANUALS)
    together = Federation([wiki, manuals])
    database = manuals.generation / "pages.db"
    database.write_bytes(bytes(database.stat().st_size))
    assert {name for name, _ in titles(together, "zinc roof")} == {"wiki"}
    assert together.names == ("wiki",)
    assert isinstance(together.left_out["manuals"], DamagedGeneration)
    with pytest.raises(DamagedGeneration):
        together.only(["manuals"]).search("zinc roof")


def test_of_many_those_are_searched_that_have_the_words(
    opened: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    cities = [
        opened(f"wiki{number}", [article(1, city, f"{city} lies at a river. " * 3)])
        for number, city in enumerate(CITIES)
    ]
    searched: list[str] = []
    search = Index.search

    def counted(index: Index, *arguments: Any, **options: Any) -> Any:
        searched.append(index.manifest.collection)
        return search(index, *arguments, **options)

    monkeypatch.setattr(Index, "search", counted)
    together = Federation(cities)
    for number, city in enumerate(CITIES):
        assert titles(together, f"river of {city}")[0] == (f"wiki{number}", city)
    assert max(Counter(searched[-16:]).values()) == 2  # each for itself, and beside the others
    assert len(set(searched[-16:])) == 8 < len(cities)
    searched.clear()
    assert titles(together, "Brest") == [("wiki4", "Brest")]
    assert set(searched) == {"wiki4"}
    assert together.search("nothing of this") == []
