"""What a model is shown of what was found: as much as it has room for, and the best of it."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.declining import decline_in
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.pack import Packed, pack
from pinakes.service.asking.retrieve import find
from pinakes.service.asking.room import TokenRoom
from pinakes.service.generators.generator import ModelInfo
from pinakes.service.reading.models import reading_models
from pinakes.service.types import AnswerRequest, Message
from tests.service.scripted_generator import ScriptedGenerator

QUESTION = "How did paper come from China to Europe?"


class Counting(ScriptedGenerator):
    """Counts how often it is asked for the length of a prompt."""

    counted = 0

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        self.counted += 1
        return await super().count_tokens(messages)


@pytest.fixture(scope="module")
def draft(index: Index) -> Draft:
    found = find(index, reading_models(), QUESTION, "hybrid")
    draft = Draft(index, AnswerRequest(QUESTION), QUESTION, 0.0)
    draft.hits, draft.more, draft.ranked = found.hits, found.more, found.sentences
    return draft


def packed(draft: Draft, words: int, *, small: bool = False) -> Packed:
    info = ModelInfo("m", 1 << 20, parameters=1 if small else None)
    return asyncio.run(pack(Counting(), draft, info, TokenRoom(words, words, 1)))


def lengths(draft: Draft, *rooms: int) -> list[int]:
    return [sum(len(hit.passage.text) for hit in packed(draft, room).hits) for room in rooms]


def test_much_room_is_filled_with_passages_leads_and_what_stands_around_them(draft: Draft) -> None:
    all_of_it = packed(draft, 1 << 20)
    assert len(draft.hits) == 6
    assert len(all_of_it.hits) > 6
    places = [(hit.passage.page_id, hit.passage.start, hit.passage.end) for hit in all_of_it.hits]
    best = draft.hits[0].passage
    assert any(
        page == best.page_id and start <= best.start and best.end <= end
        for page, start, end in places
        if end - start > best.end - best.start
    )
    # Nothing is said twice, and every page begins with its lead.
    for (page, _, end), (other, start, _) in pairwise(sorted(places)):
        assert page != other or end <= start
    assert {page for page, start, _ in places if start == 0} == {page for page, *_ in places}
    numbers = re.findall(r"^\[(\d+)\] ", all_of_it.messages[-1].content, re.MULTILINE)
    assert numbers == [str(number + 1) for number in range(len(all_of_it.hits))]


def test_less_room_holds_less_and_never_more_than_there_is(draft: Draft) -> None:
    rooms = (20_000, 2_500, 1_800, 1_200, 800, 400)
    longest = lengths(draft, *rooms)
    assert longest == sorted(longest, reverse=True)
    assert len(set(longest)) > 3
    assert all(packed(draft, room).tokens <= room for room in rooms)


def test_prompts_that_are_surely_too_long_are_not_counted(draft: Draft) -> None:
    generator = Counting()
    info = ModelInfo("m", 1 << 20)
    asyncio.run(pack(generator, draft, info, TokenRoom(400, 400, 1)))
    assert generator.counted <= 4


def test_few_passages_are_of_one_page(draft: Draft) -> None:
    pages = Counter(hit.passage.page_id for hit in [*draft.hits, *draft.more])
    assert max(pages.values()) <= 3
    assert not {hit.passage.passage_id for hit in draft.hits} & {
        hit.passage.passage_id for hit in draft.more
    }


def test_a_small_model_is_shown_sentences(draft: Draft) -> None:
    assert len(packed(draft, 1 << 20, small=True).messages[-1].content) < 2_500


def test_what_was_said_before_and_the_language_go_with_it(index: Index, draft: Draft) -> None:
    history = (Message("user", "Who invented paper?"), Message("assistant", "Cai Lun."))
    question = "Wie kam das Papier nach Europa?"
    talk = Draft(index, AnswerRequest(question, history), QUESTION, 0.0)
    talk.hits, talk.ranked = draft.hits, draft.ranked
    request = packed(talk, 1 << 20).messages[-1].content
    assert "assistant: Cai Lun." in request
    assert "\n\nAnswer in German.\n\n" in request
    assert request.endswith(str(decline_in("de")))
