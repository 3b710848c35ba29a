"""OpenAI's API under ``/v1``: chat completions that are answers from the collection.

A model is a collection and a way to answer from it: ``enwiki``, ``enwiki:brief``, ``enwiki:quote``.
"""

import json
from collections.abc import AsyncGenerator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event

from pinakes.index.follow import CurrentIndex
from pinakes.index.types import Manifest
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.finished import finished_answer
from pinakes.service.errors import NotFound
from pinakes.service.http.event_stream import EventStream, while_connected
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_chat import Exchange, chunks, completion, inquiry_of
from pinakes.service.http.openai_errors import add_openai_errors, error_body
from pinakes.service.http.openai_views import (
    ChatRequest,
    CompletionView,
    ModelListView,
    ModelView,
)
from pinakes.service.http.problem_responses import ProblemView
from pinakes.service.http.requests import LeasedIndex, address_of_service
from pinakes.service.http.security.caller import caller_of
from pinakes.service.plain_text import visible_json
from pinakes.service.types import AnswerMode

__all__ = ["create_openai_api"]


class _ChunkStream(EventStream):
    """Chunks as events without a name; an error is the last of them."""

    @staticmethod
    def as_bytes(event: Any) -> bytes:
        """The chunk as it is sent."""
        return format_sse_event(
            data_str=event if isinstance(event, str) else json.dumps(visible_json(event))
        )

    @staticmethod
    def failure(problem: ProblemView) -> Any:
        """The error, where OpenAI's clients look for it."""
        return error_body(problem)


def create_openai_api(current: CurrentIndex, answerer: Answerer) -> FastAPI:
    """An app to be mounted at ``/v1``; it has its own form of errors."""
    api = FastAPI(
        title="Pinakes, by OpenAI's API",
        version=version("pinakes"),
        docs_url=None,
        redoc_url=None,
        default_response_class=PlainJSONResponse,
    )
    api.state.current = current
    add_openai_errors(api)

    @api.get("/models")
    def models(index: LeasedIndex) -> ModelListView:
        """The ways to answer that there are."""
        return ModelListView(data=[_view(name, index.manifest) for name in _modes(index.manifest)])

    @api.get("/models/{model_id}")
    def model(index: LeasedIndex, model_id: str) -> ModelView:
        """One of them."""
        _mode(model_id, index.manifest)
        return _view(model_id, index.manifest)

    @api.post("/chat/completions", response_model=CompletionView)
    async def chat_completions(request: Request, index: LeasedIndex, body: ChatRequest) -> Response:
        """An answer with its sources; as server-sent events with ``stream``."""
        caller = caller_of(request)
        caller.check_may_ask()
        mode = _mode(body.model, index.manifest)
        inquiry = inquiry_of(body, mode, caller.name)
        with_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        exchange = Exchange(body.model, address_of_service(request), index.manifest, with_usage)
        if body.stream:
            stream: AsyncGenerator[Any, None] = chunks(answerer.answer(index, inquiry), exchange)
            # Errors before the first chunk are plain HTTP errors.
            first = await while_connected(request.receive, anext(stream))
            return _ChunkStream(first, stream)
        answering = finished_answer(answerer, index, inquiry)
        answer = await while_connected(request.receive, answering)
        return PlainJSONResponse(completion(answer, exchange).model_dump(mode="json"))

    return api


def _modes(manifest: Manifest) -> dict[str, AnswerMode]:
    """The models there are, and how each answers."""
    name = manifest.collection
    return {name: "answer", f"{name}:brief": "brief", f"{name}:quote": "quote"}


def _mode(model: str, manifest: Manifest) -> AnswerMode:
    """How ``model`` answers. Raises NotFound naming the models there are."""
    modes = _modes(manifest)
    if model not in modes:
        raise NotFound(f"no model {model[:80]!r}; there are {', '.join(modes)}")
    return modes[model]


def _view(model: str, manifest: Manifest) -> ModelView:
    created = int(datetime.fromisoformat(manifest.created).timestamp())
    return ModelView(id=model, created=created)
