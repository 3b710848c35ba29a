"""What a model says, piece by piece: no thoughts, no controls, within its time and its length."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from pinakes.service.asking.answer_writer import AnswerWriter
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent, Status, Token
from pinakes.service.asking.notes import cut_off_note
from pinakes.service.asking.reasoning import ReasoningFilter
from pinakes.service.errors import GeneratorFailed
from pinakes.service.generators.generator import Sign, Thought
from pinakes.service.plain_text import PlainStream

__all__ = ["Heard", "ModelText", "TimeLimit", "whole_text", "written"]

Value = TypeVar("Value")

_LONGEST_PART = 2_000  # characters
# Characters that a token has at most, on the average of an answer: in English four.
_LONGEST_TOKEN = 24


@dataclass(frozen=True, slots=True)
class Heard:
    """What a piece adds for the reader; ``withdraws``: all that came before was thought.

    ``thought``: what it adds to the model's thoughts.
    """

    text: str
    withdraws: bool = False
    thought: str = ""


class ModelText:
    """Takes the pieces that a model gives."""

    def __init__(self, most_tokens: int, *, thinks: bool = False) -> None:
        """``thinks``: its template may have opened its thoughts, as ``ModelInfo`` says."""
        self._plain, self._plain_thoughts = PlainStream(), PlainStream()
        self._reasoning = ReasoningFilter(opened=thinks)
        self._room = most_tokens * _LONGEST_TOKEN
        self._cut_off = False
        self._withdrawn = 0
        self._is_kept_apart = False

    @property
    def thinking(self) -> bool:
        """Whether the last piece was thought, or is taken for it."""
        return self._is_kept_apart or self._reasoning.thinking

    @property
    def was_cut_off(self) -> bool:
        """Whether the model had more to say."""
        return self._cut_off

    @property
    def is_full(self) -> bool:
        """Whether the model has gone far beyond its tokens: its server does not stop it."""
        return self._room <= 0

    def feed(self, piece: str | Sign | Thought) -> Heard:
        """What ``piece`` adds."""
        match piece:
            case Thought(thought):
                self._is_kept_apart = True
                shown = self._plain_thoughts.feed(thought)
                return Heard(self._reasoning.kept_apart(), thought=shown)
            case Sign.CUT_OFF:
                self._cut_off = True
                return Heard("")
        self._is_kept_apart = False
        text = piece[: self._room]
        self._room -= len(piece)
        self._cut_off = self._cut_off or self.is_full
        return self._heard(self._reasoning.feed(self._plain.feed(text)))

    def end(self) -> Heard:
        """What is left when the model has ended."""
        last = self._heard(self._reasoning.feed(self._plain.end()))
        rest = self._heard(self._reasoning.end(cut_off=self._cut_off))
        kept = "" if rest.withdraws else last.text
        thought = last.thought + rest.thought
        return Heard(kept + rest.text, last.withdraws or rest.withdraws, thought)

    def _heard(self, text: str) -> Heard:
        withdraws = self._reasoning.withdrawn > self._withdrawn
        self._withdrawn = self._reasoning.withdrawn
        return Heard(text, withdraws, self._reasoning.thoughts())


class TimeLimit:
    """So many seconds since ``began`` (time.monotonic), or from now on, for the model's part.

    What takes longer raises GeneratorFailed. Only waiting for the model is limited: what is done
    with a piece of its text is not interrupted, for that may be the sending of it to a client, in a
    task that is not ours to cancel.
    """

    def __init__(self, seconds: float, began: float | None = None) -> None:
        """Begin now, where nothing else is said."""
        self._seconds = seconds
        self._deadline = seconds + (time.monotonic() if began is None else began)

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return self._deadline - time.monotonic()

    def check(self) -> None:
        """Raise where the time is over, between two steps of what is not waiting."""
        if time.monotonic() > self._deadline:
            raise self._over()

    async def result(self, work: Awaitable[Value]) -> Value:
        """What ``work`` comes to."""
        try:
            async with asyncio.timeout(self.left_s) as limit:
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._over() from None

    def _over(self) -> GeneratorFailed:
        return GeneratorFailed(
            f"the answer took more than {self._seconds:g} s; "
            "ask again, or raise PINAKES_ANSWER__LIMIT_S"
        )

    async def stream(self, pieces: AsyncGenerator[Value, None]) -> AsyncGenerator[Value, None]:
        """The pieces; they are closed at the end."""
        async with aclosing(pieces):
            while True:
                try:
                    piece = await self.result(anext(pieces))
                except StopAsyncIteration:
                    return
                yield piece


async def written(
    draft: Draft,
    limit: TimeLimit,
    pieces: AsyncGenerator[str | Sign | Thought, None],
    heard: ModelText,
    writer: AnswerWriter,
) -> AsyncGenerator[AnswerEvent, None]:
    """What the model says, written into ``draft``; what it thinks is a stage."""
    stage = ""
    async with aclosing(limit.stream(pieces)) as timely:
        async for piece in timely:
            draft.answer_tokens += piece is not Sign.CUT_OFF
            for part in _parts(piece):
                limit.check()
                new = heard.feed(part)
                now = "thinking" if heard.thinking else "writing" if new.text.strip() else stage
                if now != stage:
                    stage = now
                    draft.clock("first_token_s" if now == "writing" else "thinking_s")
                    yield Status("writing" if now == "writing" else "thinking")
                async for event in _put(writer, new):
                    yield event
                if writer.is_done or heard.is_full:
                    break
                await asyncio.sleep(0)
            if writer.is_done or heard.is_full:
                break
    async for event in _put(writer, heard.end()):
        yield event
    async for event in writer.end():
        yield event
    if heard.was_cut_off and draft.truncated is None:
        draft.truncated = "length"
    if not writer.has_said:  # the sources speak for themselves
        draft.truncated = None
    if draft.truncated is not None:
        note = f"\n\n{cut_off_note(draft.language, draft.truncated)}"
        draft.text += note
        yield Token(note)
    if not draft.answer_tokens:
        raise GeneratorFailed(
            "the model ended without a word; ask again, or for the words of a passage"
        )


def _parts(piece: str | Sign | Thought) -> Iterable[str | Sign | Thought]:
    """A monstrous piece in parts, between which others have their turn."""
    if not isinstance(piece, str) or len(piece) <= _LONGEST_PART:
        return [piece]
    return [piece[at : at + _LONGEST_PART] for at in range(0, len(piece), _LONGEST_PART)]


async def _put(writer: AnswerWriter, heard: Heard) -> AsyncGenerator[AnswerEvent, None]:
    """Write what was heard."""
    if heard.thought.strip():
        yield Thought(heard.thought)
    if heard.withdraws:
        for event in writer.withdraw():
            yield event
    if heard.text and not writer.is_done:
        async for event in writer.write(heard.text):
            yield event


async def whole_text(pieces: AsyncGenerator[str | Sign | Thought, None], heard: ModelText) -> str:
    """All that a model says for the reader."""
    written = ""
    async for piece in pieces:
        new = heard.feed(piece)
        written = new.text if new.withdraws else written + new.text
        if heard.is_full:
            break
    rest = heard.end()
    return rest.text if rest.withdraws else written + rest.text
