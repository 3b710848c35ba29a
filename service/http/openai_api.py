"""OpenAI's API under ``/v1``: chat completions that are answers from a collection.

A model is a collection and a way to answer from it: ``enwiki``, ``enwiki:brief``, ``enwiki:quote``.
"""

import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any, get_args

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event

from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.errors import NotFound
from pinakes.service.http.event_stream import EventStream, while_connected
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_chat import Exchange, answer_request_of, chunks, completion
from pinakes.service.http.openai_errors import add_openai_errors, error_body
from pinakes.service.http.openai_views import (
    ChatRequest,
    CompletionView,
    ModelListView,
    ModelView,
)
from pinakes.service.http.problem_responses import ProblemView
from pinakes.service.http.requests import ServedLibrary, address_of_service
from pinakes.service.http.security.caller import caller_of
from pinakes.service.plain_text import visible_json
from pinakes.service.types import AnswerMode

__all__ = ["create_openai_api"]

_MOST_NAMED = 30  # models, in an error


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


@dataclass(frozen=True, slots=True)
class _Model:
    """What a model stands for: a collection, and how questions are answered from it."""

    collection: str
    mode: AnswerMode

    @property
    def id(self) -> str:
        """Its name: that of the collection alone for whole answers."""
        return self.collection if self.mode == "answer" else f"{self.collection}:{self.mode}"


def _leased_by_model(
    body: ChatRequest, library: ServedLibrary
) -> Iterator[tuple[Index, AnswerMode]]:
    model = _find(body.model, library)
    with library.lease(model.collection) as index:
        yield index, model.mode


def create_openai_api(library: Library, answerer: Answerer) -> FastAPI:
    """An app to be mounted at ``/v1``; it has its own form of errors."""
    api = FastAPI(
        title="Pinakes, by OpenAI's API",
        version=version("pinakes"),
        docs_url=None,
        redoc_url=None,
        default_response_class=PlainJSONResponse,
    )
    api.state.library = library
    add_openai_errors(api)

    @api.get("/models")
    def models() -> ModelListView:
        """The ways to answer that there are, of each collection that can be read."""
        manifests = [state.manifest for state in library.states()]
        found = [manifest for manifest in manifests if manifest is not None]
        if not found:
            with library.lease():  # which says why
                pass
        return ModelListView(
            data=[
                _view(model, manifest)
                for manifest in found
                for model in _models(manifest.collection)
            ]
        )

    @api.get("/models/{model_id}")
    def model(model_id: str) -> ModelView:
        """One of them."""
        found = _find(model_id, library)
        with library.lease(found.collection) as index:
            return _view(found, index.manifest)

    @api.post("/chat/completions", response_model=CompletionView)
    async def chat_completions(
        request: Request,
        leased: Annotated[tuple[Index, AnswerMode], Depends(_leased_by_model)],
        body: ChatRequest,
    ) -> Response:
        """An answer with its sources; as server-sent events with ``stream``."""
        index, mode = leased
        caller = caller_of(request)
        caller.check_may_ask()
        answer_request = answer_request_of(body, mode, caller.name)
        with_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        exchange = Exchange(body.model, address_of_service(request), index.manifest, with_usage)
        if body.stream:
            stream: AsyncGenerator[Any, None] = chunks(
                answerer.answer(index, answer_request), exchange
            )
            # Errors before the first chunk are plain HTTP errors.
            first = await while_connected(request.receive, anext(stream))
            return _ChunkStream(first, stream)
        answering = finished_answer(answerer, index, answer_request)
        answer = await while_connected(request.receive, answering)
        return PlainJSONResponse(completion(answer, exchange).model_dump(mode="json"))

    return api


def _models(collection: str) -> list[_Model]:
    """The ways to answer from a collection."""
    return [_Model(collection, mode) for mode in get_args(AnswerMode)]


def _find(model_id: str, library: Library) -> _Model:
    """The model called ``model_id``. Raises NotFound naming the models there are."""
    names = library.names() or [library.meant()]
    models = [model for name in names for model in _models(name)]
    for model in models:
        if model.id == model_id:
            return model
    known = ", ".join(model.id for model in models[:_MOST_NAMED])
    raise NotFound(f"no model {model_id[:80]!r}; there are {known}")


def _view(model: _Model, manifest: Manifest) -> ModelView:
    created = int(datetime.fromisoformat(manifest.created).timestamp())
    return ModelView(id=model.id, created=created)
