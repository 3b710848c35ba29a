"""A conversation as a question, and its answer as a chat completion, whole or in chunks.

Offsets of annotations count code points, the end not included, as those of answers do everywhere:
``content[start_index:end_index]`` is the mark. OpenAI's reference speaks of the first and the last
character without saying more; clients take this slice.
"""

import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pinakes.index.errors import BadQuery
from pinakes.index.types import Manifest
from pinakes.service.asking.citations import place_name
from pinakes.service.asking.events import (
    AnswerEvent,
    Checked,
    Done,
    Sources,
    Status,
    Token,
    Withdrawn,
)
from pinakes.service.http.openai_views import (
    AnnotationView,
    ChatRequest,
    ChoiceView,
    CompletionView,
    MessageView,
    UrlCitationView,
    UsageView,
)
from pinakes.service.types import Answer, AnswerMode, AnswerRequest, Citation, Message, Sentence
from pinakes.service.views.answer_views import answer_view

__all__ = ["END_OF_STREAM", "Exchange", "annotations", "answer_request_of", "chunks", "completion"]

END_OF_STREAM = "[DONE]"
_APART = "\n\n"
_LONGEST_HISTORY = 100
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


def answer_request_of(body: ChatRequest, mode: AnswerMode, caller: str) -> AnswerRequest:
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
    sources = {citation.number: citation for citation in answer.citations}
    marked = [
        annotation
        for sentence in answer.sentences
        for annotation in annotations(
            answer.text[sentence.start : sentence.end], sentence, sources, exchange.address
        )
    ]
    return CompletionView(
        id=exchange.id,
        created=exchange.created,
        model=exchange.model,
        system_fingerprint=exchange.manifest.generation,
        choices=[
            ChoiceView(
                message=MessageView(content=answer.text, annotations=marked),
                finish_reason=_finish_reason(answer),
            )
        ],
        usage=_usage(answer),
        pinakes=answer_view(answer),
    )


async def chunks(
    events: AsyncGenerator[AnswerEvent, None], exchange: Exchange
) -> AsyncGenerator[Chunk | str, None]:
    """The answer as it comes, in chunks, then the end of the stream.

    The role, once the search is over; pieces of the text, each sentence followed by its
    annotations; the reason of the end, with the whole answer; the usage, if asked for.
    """
    sources: dict[int, Citation] = {}
    sent = ""
    behind = 0  # the beginning of the answer: what was sent before it cannot be taken back
    begun = False
    async with aclosing(events):
        async for event in events:
            if not begun and event != Status("searching"):
                begun = True
                yield exchange.part({"role": "assistant", "content": "", "refusal": None})
            match event:
                case Sources(citations):
                    sources = {citation.number: citation for citation in citations}
                case Token(text):
                    sent += text
                    yield exchange.part({"content": text})
                case Withdrawn():
                    sent += _APART
                    behind = len(sent)
                    yield exchange.part({"content": _APART})
                case Checked(sentence, text):
                    moved = replace(sentence, start=sentence.start + behind)
                    if marked := list(annotations(text, moved, sources, exchange.address)):
                        dumped = [annotation.model_dump(mode="json") for annotation in marked]
                        yield exchange.part({"annotations": dumped})
                case Done(answer):
                    # Of a refusal nothing came before.
                    if rest := answer.text[len(sent) - behind :]:
                        yield exchange.part({"content": rest})
                    whole = answer_view(answer).model_dump(mode="json")
                    yield exchange.part({}, _finish_reason(answer), pinakes=whole)
                    if exchange.with_usage:
                        yield exchange.chunk([], usage=_usage(answer).model_dump())
                    yield END_OF_STREAM


def annotations(
    text: str, sentence: Sentence, sources: Mapping[int, Citation], address: str
) -> Iterator[AnnotationView]:
    """What each mark of a sentence leads to, in order; ``text`` is the sentence's."""
    places: list[tuple[int, int]] = []
    end = len(text)
    for number in reversed(sentence.citations):
        end = text.rfind(f"[{number}]", 0, end)
        if end < 0:
            break
        places.append((end, number))
    for at, number in reversed(places):
        start = sentence.start + at
        source = sources[number]
        yield AnnotationView(
            url_citation=UrlCitationView(
                start_index=start,
                end_index=start + len(f"[{number}]"),
                url=address + source.url,
                title=place_name(source.title, source.heading_path),
            )
        )


def _finish_reason(answer: Answer) -> Literal["stop", "length"]:
    return "stop" if answer.truncated is None else "length"


def _usage(answer: Answer) -> UsageView:
    return UsageView(
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.answer_tokens,
        total_tokens=answer.prompt_tokens + answer.answer_tokens,
    )
