"""OpenAI's API under ``/v1``: chat completions, responses, embeddings and the list of models.

What models there are is said in ``openai_models``.
"""

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event

from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.http.background_prompts import background_reply
from pinakes.service.http.event_stream import EventStream, while_connected
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_chat import (
    Exchange,
    answer_request_of,
    chunks,
    completion,
    reply,
    reply_chunks,
)
from pinakes.service.http.openai_embeddings import EmbeddingRequest, EmbeddingsView, embeddings
from pinakes.service.http.openai_errors import add_openai_errors, error_body
from pinakes.service.http.openai_models import leased_model, listed_models, one_model
from pinakes.service.http.openai_responses import ResponseForm, response, response_events
from pinakes.service.http.openai_views import (
    ChatRequest,
    CompletionView,
    ModelListView,
    ModelView,
    ResponseRequest,
)
from pinakes.service.http.problem_responses import ProblemView
from pinakes.service.http.requests import ServedLibrary, address_of_service
from pinakes.service.http.security.caller import caller_of
from pinakes.service.plain_text import visible_json
from pinakes.service.types import AnswerMode

__all__ = ["create_openai_api"]


class _ChunkStream(EventStream):
    """Chunks as events without a name; an error is the last of them."""

    def as_bytes(self, event: Any) -> bytes:
        """The chunk as it is sent."""
        return format_sse_event(
            data_str=event if isinstance(event, str) else json.dumps(visible_json(event))
        )

    def failure(self, problem: ProblemView) -> Any:
        """The error, where OpenAI's clients look for it."""
        return error_body(problem)


class _ResponseStream(EventStream):
    """Events of a response, each with its name and number; an error is the last of them."""

    _sent = 0

    def as_bytes(self, event: Any) -> bytes:
        """The event as it is sent."""
        numbered = {**event, "sequence_number": self._sent}
        self._sent += 1
        return format_sse_event(event=event["type"], data_str=json.dumps(visible_json(numbered)))

    def failure(self, problem: ProblemView) -> Any:
        """The error, in the form that it has as an event."""
        error = error_body(problem)["error"]
        code = error["code"] or error["type"]
        return {"type": "error", "code": code, "message": error["message"], "param": None}


def _leased_by_chat(
    body: ChatRequest, library: ServedLibrary
) -> Iterator[tuple[Index, AnswerMode]]:
    with leased_model(body.model, library) as leased:
        yield leased


def _leased_by_response(
    body: ResponseRequest, library: ServedLibrary
) -> Iterator[tuple[Index, AnswerMode]]:
    with leased_model(body.model, library) as leased:
        yield leased


def _leased_by_embedding(body: EmbeddingRequest, library: ServedLibrary) -> Iterator[Index]:
    with leased_model(body.model, library) as (index, _):
        yield index


def create_openai_api(
    library: Library, answerer: Answerer, on_embedded: Callable[[str, int], None]
) -> FastAPI:
    """An app to be mounted at ``/v1``; it has its own form of errors.

    ``on_embedded``: told of who was given vectors, and of how many texts.
    """
    api = FastAPI(
        title="Pinakes, by OpenAI's API",
        version=version("pinakes"),
        docs_url=None,
        redoc_url=None,
        default_response_class=PlainJSONResponse,
    )
    api.state.library = library
    api.state.settings = answerer.settings
    add_openai_errors(api, answerer.settings)

    @api.get("/models")
    def models(library: ServedLibrary) -> ModelListView:
        """The ways to answer that there are, of each collection that can be read."""
        return ModelListView(data=listed_models(library))

    @api.get("/models/{model_id}")
    def model(model_id: str, library: ServedLibrary) -> ModelView:
        """One of them."""
        return one_model(model_id, library)

    @api.post("/chat/completions", response_model=CompletionView)
    async def chat_completions(
        request: Request,
        leased: Annotated[tuple[Index, AnswerMode], Depends(_leased_by_chat)],
        body: ChatRequest,
    ) -> Response:
        """An answer with its sources; as server-sent events with ``stream``."""
        index, mode = leased
        caller = caller_of(request)
        caller.check_may_ask()
        answer_request = answer_request_of(body, mode, caller.name)
        with_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        exchange = Exchange(body.model, address_of_service(request), index.manifest, with_usage)
        errand = None if answer_request.history else background_reply(answer_request.question)
        if body.stream:
            stream: AsyncGenerator[Any, None] = (
                chunks(answerer.answer(index, answer_request), exchange)
                if errand is None
                else reply_chunks(errand, exchange)
            )
            # Errors before the first chunk are plain HTTP errors.
            first = await while_connected(request.receive, anext(stream))
            return _ChunkStream(first, stream)
        if errand is not None:
            return PlainJSONResponse(reply(errand, exchange).model_dump(mode="json"))
        answering = finished_answer(answerer, index, answer_request)
        answer = await while_connected(request.receive, answering)
        return PlainJSONResponse(completion(answer, exchange).model_dump(mode="json"))

    @api.post("/responses")
    async def responses(
        request: Request,
        leased: Annotated[tuple[Index, AnswerMode], Depends(_leased_by_response)],
        body: ResponseRequest,
    ) -> Response:
        """An answer with its sources, as a response; as events with ``stream``."""
        index, mode = leased
        caller = caller_of(request)
        caller.check_may_ask()
        answer_request = answer_request_of(body, mode, caller.name)
        form = ResponseForm(body.model, address_of_service(request), index.manifest)
        if body.stream:
            stream = response_events(answerer.answer(index, answer_request), form)
            first = await while_connected(request.receive, anext(stream))
            return _ResponseStream(first, stream)
        answering = finished_answer(answerer, index, answer_request)
        return PlainJSONResponse(response(await while_connected(request.receive, answering), form))

    @api.post("/embeddings", response_model=EmbeddingsView)
    async def embed(
        request: Request,
        index: Annotated[Index, Depends(_leased_by_embedding)],
        body: EmbeddingRequest,
    ) -> Response:
        """Vectors of texts, by the encoder of the collection: work, which only askers may give."""
        caller = caller_of(request)
        caller.check_may_ask()
        made = await while_connected(request.receive, embeddings(index, body))
        on_embedded(caller.name, len(made.data))
        return PlainJSONResponse(made.model_dump(mode="json"))

    return api
