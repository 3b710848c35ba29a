"""An answer as a response of OpenAI's Responses API, whole or as events.

A response is one message with one part of text; its annotations are the marks. Nothing is kept.

Reference: https://developers.openai.com/api/reference/resources/responses, streaming events.
"""

import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from pinakes.index.types import Manifest
from pinakes.service.asking.events import AnswerEvent
from pinakes.service.http.openai_pieces import Begun, End, Marks, Text, marks_of, pieces
from pinakes.service.http.openai_views import UrlCitationView
from pinakes.service.types import Answer
from pinakes.service.views.answer_views import answer_view

__all__ = ["ResponseForm", "response", "response_events"]

_PLACE = {"output_index": 0, "content_index": 0}
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseForm:
    """What all parts of one response share; ``address`` is this service's, before ``/c/…``."""

    model: str
    address: str
    manifest: Manifest
    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    message_id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def response(self, status: str, output: Sequence[Event] = (), **more: Any) -> dict[str, Any]:
        """The response as it is by now."""
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "model": self.model,
            "output": list(output),
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "store": False,
            "temperature": None,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": None,
            "truncation": "disabled",
            "usage": None,
            **more,
        }

    def message(self, status: str, content: Sequence[Event] = ()) -> dict[str, Any]:
        """The message that it consists of."""
        return {
            "id": self.message_id,
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": list(content),
        }

    def finished(self, answer: Answer, part: Event) -> dict[str, Any]:
        """The whole response; ``pinakes`` is the answer as /api/ask gives it."""
        status = "completed" if answer.truncated is None else "incomplete"
        return self.response(
            status,
            [self.message(status, [part])],
            incomplete_details=None if answer.truncated is None else _CUT_OFF,
            usage=_usage(answer),
            pinakes=answer_view(answer).model_dump(mode="json"),
        )


def response(answer: Answer, form: ResponseForm) -> dict[str, Any]:
    """The whole answer at once."""
    return form.finished(answer, _part(answer.text, list(marks_of(answer, form.address))))


async def response_events(
    events: AsyncGenerator[AnswerEvent, None], form: ResponseForm
) -> AsyncGenerator[Event, None]:
    """The answer as it comes; each event but for its number, which is its place in the stream."""
    text = ""
    marked: list[UrlCitationView] = []
    place = {"item_id": form.message_id, **_PLACE}
    async with aclosing(pieces(events, form.address)) as coming:
        async for piece in coming:
            match piece:
                case Begun():
                    yield {"type": "response.created", "response": form.response("in_progress")}
                    yield {"type": "response.in_progress", "response": form.response("in_progress")}
                    item = form.message("in_progress")
                    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
                    yield {"type": "response.content_part.added", **place, "part": _part("", [])}
                case Text(more):
                    text += more
                    yield {
                        "type": "response.output_text.delta",
                        **place,
                        "delta": more,
                        "logprobs": [],
                    }
                case Marks(citations):
                    for number, citation in enumerate(citations, len(marked)):
                        yield {
                            "type": "response.output_text.annotation.added",
                            **place,
                            "annotation_index": number,
                            "annotation": _annotation(citation),
                        }
                    marked += citations
                case End(answer):
                    for event in _ending(form, answer, _part(text, marked)):
                        yield event


def _ending(form: ResponseForm, answer: Answer, part: Event) -> list[Event]:
    """From the end of the text outwards."""
    place = {"item_id": form.message_id, **_PLACE}
    whole = form.finished(answer, part)
    return [
        {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": whole["output"][0]},
        {"type": f"response.{whole['status']}", "response": whole},
    ]


_CUT_OFF = {"reason": "max_output_tokens"}


def _part(text: str, marked: Sequence[UrlCitationView]) -> dict[str, Any]:
    return {
        "type": "output_text",
        "text": text,
        "annotations": [_annotation(one) for one in marked],
        "logprobs": [],
    }


def _annotation(citation: UrlCitationView) -> dict[str, Any]:
    return {"type": "url_citation", **citation.model_dump()}


def _usage(answer: Answer) -> dict[str, Any]:
    return {
        "input_tokens": answer.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": answer.answer_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": answer.prompt_tokens + answer.answer_tokens,
    }
