"""How the service is: whether it is up and ready, its collections and model, and ``/llms.txt``."""

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from pinakes.index.errors import DamagedGeneration
from pinakes.index.library import Library
from pinakes.service.generators.models import bundled_model
from pinakes.service.http.formats import ALSO_AS_TEXT, AskedForm
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.llms_txt import llms_txt
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.readable import bounded, readable_status
from pinakes.service.http.requests import (
    UNDER_COLLECTION,
    LeasedIndex,
    ServedLibrary,
    address_of_service,
    names_collection,
)
from pinakes.service.plain_text import visible
from pinakes.service.settings import GeneratorSettings
from pinakes.service.views.collection_views import (
    CollectionsView,
    CollectionView,
    collection_view,
)
from pinakes.service.views.status_views import StatusView

__all__ = ["model_of", "operation_api"]

# Of the status as text, where a request asks for no other.
_BUDGET = 4_000
operation_api = APIRouter(default_response_class=PlainJSONResponse, tags=["operation"])


class Health(BaseModel):
    """The process is up."""

    status: Literal["ok"] = "ok"
    version: str


class Ready(BaseModel):
    """Questions can be answered from one of the collections at least."""

    status: Literal["ready"] = "ready"


@operation_api.get("/healthz")
def healthz() -> Health:
    """Whether the process is up."""
    return Health(version=version("pinakes"))


@operation_api.get("/readyz", responses={"4XX": PROBLEMS["4XX"], 503: PROBLEMS[503]})
def readyz(library: ServedLibrary) -> Ready:
    """Whether questions can be answered from any collection; how each is: ``/status``."""
    states = library.states()
    if not states:
        library.meant()
    problems = [state.problem for state in states if state.problem is not None]
    if len(problems) == len(states):
        raise problems[0]
    return Ready()


@operation_api.get(
    f"{UNDER_COLLECTION}/readyz", responses=PROBLEMS, dependencies=[Depends(names_collection)]
)
def readyz_of_one(request: Request, index: LeasedIndex, library: ServedLibrary) -> CollectionView:
    """Whether questions can be answered from this collection: none that is damaged."""
    if index.health.damage:
        raise DamagedGeneration(index.health.damage)
    return collection_view(library.state(index.manifest.collection), request.app.state.settings)


@operation_api.get("/api/collections", responses=PROBLEMS, tags=["collections"])
def collections(request: Request, library: ServedLibrary) -> CollectionsView:
    """The collections there are, and whether each can answer."""
    return CollectionsView(collections=_collections(request, library))


@operation_api.get("/status", response_model=StatusView, responses=PROBLEMS | ALSO_AS_TEXT)
def status(request: Request, library: ServedLibrary, form: AskedForm) -> StatusView | Response:
    """The collections with the dates of their dumps and their vectors, and the model."""
    view = _status(request, library)
    if form.format == "json":
        return view
    return form.response(bounded(readable_status(view, form.format), form.budget or _BUDGET))


@operation_api.get("/llms.txt", response_class=PlainTextResponse, responses={503: PROBLEMS[503]})
def llms(request: Request, library: ServedLibrary) -> Response:
    """What this service is and how it is asked, for models to read (llmstxt.org)."""
    text = llms_txt(_status(request, library), address_of_service(request))
    return PlainTextResponse(visible(text))


def _status(request: Request, library: Library) -> StatusView:
    return StatusView(
        version=version("pinakes"),
        model=model_of(request),
        collections=_collections(request, library),
    )


def _collections(request: Request, library: Library) -> list[CollectionView]:
    return [collection_view(state, request.app.state.settings) for state in library.states()]


def model_of(request: Request) -> str | None:
    """What the model is called, without where it is."""
    if request.app.state.answerer.generator is None:
        return None
    settings: GeneratorSettings = request.app.state.settings.generator
    if settings.url is not None and settings.backend != "llama-cpp-python":
        return settings.model or "a model server"
    path = settings.model_path or bundled_model()
    return settings.backend if path is None else path.name
