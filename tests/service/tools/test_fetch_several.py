"""Several pages fetched at once: each says something, and all keep to one budget."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index.errors import UnknownCollection
from pinakes.index.library import Library
from pinakes.service.asking.answer import Answerer
from pinakes.service.errors import BadInput, NotFound
from pinakes.service.settings import Settings
from pinakes.service.tools.frame import json_of
from pinakes.service.tools.tool_views import FailedFetch, FetchResult, FetchResults
from pinakes.service.tools.toolbox import Call, Toolbox
from tests.service.shared_encoder import open_shared_encoder

LONG = ["Library of Alexandria", "Rosetta Stone", "Linear B", "Parchment", "Papyrus",
        "Library of Congress", "Pinakes", "Movable type"]  # fmt: skip


@pytest.fixture
def toolbox(sample: Path) -> Iterator[Toolbox]:
    settings = Settings.model_validate({"data": sample.parent})
    library = Library(sample.parent, [sample.name], open_encoder=open_shared_encoder)
    yield Toolbox(library, Answerer(None, settings), settings)
    library.close()


def fetched(toolbox: Toolbox, names: list[str], budget: int) -> FetchResults:
    result = asyncio.run(toolbox.fetch(Call(budget=budget), names))
    assert isinstance(result, FetchResults)
    assert len(json_of(result)) <= budget
    return result


@pytest.mark.parametrize("budget", [2_000, 4_000, 9_000])
def test_each_says_something_and_others_are_named(toolbox: Toolbox, budget: int) -> None:
    result = fetched(toolbox, LONG, budget)
    told = [one for one in result.results if isinstance(one, FetchResult)]
    assert [one.title for one in told] + (result.left_out or []) == LONG
    assert len(told) >= min(budget // 1_000, len(LONG))
    assert min(len(one.text) for one in told) > 150


def test_what_one_leaves_goes_to_the_next(toolbox: Toolbox) -> None:
    alone = fetched(toolbox, ["Parchment", "Rosetta Stone"], 1_700).results[1]
    more = fetched(toolbox, ["Nothing", "Rosetta Stone"], 1_700).results[1]
    assert isinstance(alone, FetchResult)
    assert isinstance(more, FetchResult)
    assert len(more.text) > 1.2 * len(alone.text)


def test_an_id_of_a_collection_that_is_not_here_is_told_so(toolbox: Toolbox) -> None:
    for asked in ("nowiki/12", "nowiki/12@345"):
        with pytest.raises(UnknownCollection, match="no collection 'nowiki' here; there is sample"):
            asyncio.run(toolbox.fetch(Call(), asked))
    with pytest.raises(NotFound, match="no page 'A nowiki/12'"):
        asyncio.run(toolbox.fetch(Call(), "A nowiki/12"))


def test_errors_are_counted(toolbox: Toolbox) -> None:
    names = [f"No such page as the one with the number {number}" for number in range(19)]
    result = fetched(toolbox, ["Rosetta Stone", *names], 3_000)
    assert any(isinstance(one, FailedFetch) for one in result.results)
    assert result.left_out
    assert result.left_out[-1] == names[-1]


def test_where_there_is_none_of_them_that_is_an_error(toolbox: Toolbox) -> None:
    with pytest.raises(NotFound, match="'No such page'"):
        fetched(toolbox, ["No such page", "Nor this"], 4_000)


def test_another_hosts_address_is_not_ours(toolbox: Toolbox) -> None:
    call = Call(address="http://wiki.lan:8707")
    ours = asyncio.run(toolbox.fetch(call, "http://wiki.lan:8707/c/samplewiki/page/617"))
    assert isinstance(ours, FetchResult)
    assert ours.title == "Library of Alexandria"
    with pytest.raises(BadInput, match="no page in the address"):
        asyncio.run(toolbox.fetch(call, "http://example.org/c/samplewiki/page/617"))
