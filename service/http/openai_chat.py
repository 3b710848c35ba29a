"""A conversation as a question, and its answer as a chat completion, whole or in chunks."""

import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

from pinakes.index.errors import BadQuery
from pinakes.index.types import Manifest
from pinakes.service.asking.events import AnswerEvent
from pinakes.service.http.openai_pieces import Begun, End, Marks, Text, marks_of, pieces
from pinakes.service.http.openai_views import (
    AnnotationView,
    ChatRequest,
    ChoiceView,
    CompletionView,
    MessageView,
    ResponseRequest,
    UsageView,
)
from pinakes.service.types import Answer, AnswerMode, AnswerRequest, Message
from pinakes.service.views.answer_views import AnswerView, answer_view

__all__ = [
    "END_OF_STREAM",
    "Exchange",
    "answer_request_of",
    "chunks",
    "completion",
    "reply",
    "reply_chunks",
]

END_OF_STREAM = "[DONE]"
_LONGEST_HISTORY = 100
_FIRST = {"role": "assistant", "content": "", "refusal": None}
_NO_USAGE = UsageView(prompt_tokens=0, completion_tokens=0, total_tokens=0)
Chunk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all parts of one response share; ``address`` is this service's, before ``/c/…``."""

    model: str
    address: str
    manifest: Manifest
    with_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def chunk(self, choices: list[dict[str, Any]], **more: Any) -> Chunk:
        """A chunk of the stream."""
        usage = {"usage": None} if self.with_usage else {}
        return {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.manifest.generation,
            "choices": choices,
            **usage,
            **more,
        }

    def part(self, delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> Chunk:
        """A chunk that adds ``delta`` to the answer."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self.chunk([choice], **more)


def answer_request_of(
    body: ChatRequest | ResponseRequest, mode: AnswerMode, caller: str
) -> AnswerRequest:
    """What is asked. Raises BadQuery where no message is the user's."""
    asked = [place for place, turn in enumerate(body.messages) if turn.role == "user"]
    if not asked:
        raise BadQuery("no message of the user; the last of them is the question")
    before = [
        Message(turn.role, turn.content)
        for turn in body.messages[: asked[-1]]
        if turn.role in ("user", "assistant") and turn.content
    ]
    return AnswerRequest(
        question=body.messages[asked[-1]].content or "",
        history=tuple(before[-_LONGEST_HISTORY:]),
        mode=body.pinakes.mode or mode,
        strict=body.pinakes.strict,
        caller=caller,
        user=body.user or "",
    )


def completion(answer: Answer, exchange: Exchange) -> CompletionView:
    """The whole answer at once."""
    marked = [AnnotationView(url_citation=one) for one in marks_of(answer, exchange.address)]
    return _completion(
        exchange,
        MessageView(content=answer.text, annotations=marked),
        _finish_reason(answer),
        _usage(answer),
        answer_view(answer),
    )


def reply(text: str, exchange: Exchange) -> CompletionView:
    """A text that is no answer from the collection."""
    return _completion(exchange, MessageView(content=text, annotations=[]), "stop", _NO_USAGE)


async def chunks(
    events: AsyncGenerator[AnswerEvent, None], exchange: Exchange
) -> AsyncGenerator[Chunk | str, None]:
    """The answer as it comes, in chunks, then the end of the stream.

    The role, once the search is over; pieces of the text, each sentence followed by its
    annotations; the reason of the end, with the whole answer; the usage, if asked for.
    """
    async with aclosing(pieces(events, exchange.address)) as coming:
        async for piece in coming:
            match piece:
                case Begun():
                    yield exchange.part(_FIRST)
                case Text(text):
                    yield exchange.part({"content": text})
                case Marks(citations):
                    marked = [AnnotationView(url_citation=one).model_dump() for one in citations]
                    yield exchange.part({"annotations": marked})
                case End(answer):
                    whole = answer_view(answer).model_dump(mode="json")
                    yield exchange.part({}, _finish_reason(answer), pinakes=whole)
                    if exchange.with_usage:
                        yield exchange.chunk([], usage=_usage(answer).model_dump())
                    yield END_OF_STREAM


async def reply_chunks(text: str, exchange: Exchange) -> AsyncGenerator[Chunk | str, None]:
    """What ``reply`` says, as a stream."""
    yield exchange.part(_FIRST | {"content": text})
    yield exchange.part({}, "stop")
    if exchange.with_usage:
        yield exchange.chunk([], usage=_NO_USAGE.model_dump())
    yield END_OF_STREAM


def _completion(
    exchange: Exchange,
    message: MessageView,
    reason: Literal["stop", "length"],
    usage: UsageView,
    whole: AnswerView | None = None,
) -> CompletionView:
    return CompletionView(
        id=exchange.id,
        created=exchange.created,
        model=exchange.model,
        system_fingerprint=exchange.manifest.generation,
        choices=[ChoiceView(message=message, finish_reason=reason)],
        usage=usage,
        pinakes=whole,
    )


def _finish_reason(answer: Answer) -> Literal["stop", "length"]:
    return "stop" if answer.truncated is None else "length"


def _usage(answer: Answer) -> UsageView:
    return UsageView(
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.answer_tokens,
        total_tokens=answer.prompt_tokens + answer.answer_tokens,
    )
