"""Whole answers of a scripted model, and what is true of the events of every one of them."""

import asyncio

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.events import AnswerEvent, Checked, Done, Token, Withdrawn
from pinakes.service.generators.generator import Generator
from pinakes.service.reading.models import ReadingModels
from pinakes.service.settings import Settings
from pinakes.service.types import Answer, AnswerRequest

QUESTION = "Who deciphered Linear B?"


def answer_events(
    index: Index,
    model: Generator | None,
    request: AnswerRequest | str = QUESTION,
    reading: ReadingModels | None = None,
    **settings: object,
) -> list[AnswerEvent]:
    """Everything that happens while the question is answered."""
    asked = AnswerRequest(request) if isinstance(request, str) else request

    async def collect() -> list[AnswerEvent]:
        answerer = Answerer(model, Settings(**settings), reading)
        return [event async for event in answerer.answer(index, asked)]

    return asyncio.run(collect())


def answered(events: list[AnswerEvent]) -> Answer:
    """The answer at the end of ``events``, which have shown it as it is."""
    *before, done = _kept(events)
    assert isinstance(done, Done)
    answer = done.answer
    assert shown(before) == answer.text
    assert [checked.sentence for checked in before if isinstance(checked, Checked)] == list(
        answer.sentences
    )
    # What says that it was cut off stands between the model's words and a passage.
    assert_sentences_are_slices(before, answer.text, prose=answer.truncated is None)
    return answer


def _kept(events: list[AnswerEvent]) -> list[AnswerEvent]:
    """The events without those that were taken back."""
    taken_back = max((at for at, one in enumerate(events) if isinstance(one, Withdrawn)), default=0)
    return events[taken_back:]


def shown(events: list[AnswerEvent]) -> str:
    """What a reader has seen: nothing empty, and all of it in order."""
    pieces = [event.text for event in events if isinstance(event, Token)]
    assert all(pieces)
    return "".join(pieces)


def assert_sentences_are_slices(
    events: list[AnswerEvent], text: str, *, prose: bool = True
) -> None:
    """Every sentence's place holds its text; in ``prose`` nothing but space is outside of them."""
    end = 0
    for event in events:
        if isinstance(event, Checked):
            start, stop = event.sentence.start, event.sentence.end
            assert end <= start < stop
            assert text[start:stop] == event.text
            assert not (prose and text[end:start].strip())
            end = stop
