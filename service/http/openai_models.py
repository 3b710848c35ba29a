"""The models of OpenAI's API: each is a collection and a way to answer from it.

``enwiki``, ``enwiki:brief``, ``enwiki:quote``. For embeddings each of them is the collection's
encoder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest
from pinakes.service.errors import NotFound
from pinakes.service.http.openai_views import ModelView
from pinakes.service.types import AnswerMode

__all__ = ["leased_model", "listed_models", "one_model"]

_MOST_NAMED = 30  # models, in an error


@dataclass(frozen=True, slots=True)
class _Model:
    """What a model stands for: a collection, and how questions are answered from it."""

    collection: str
    mode: AnswerMode

    @property
    def id(self) -> str:
        """Its name: that of the collection alone for whole answers."""
        return self.collection if self.mode == "answer" else f"{self.collection}:{self.mode}"


@contextmanager
def leased_model(model_id: str, library: Library) -> Iterator[tuple[Index, AnswerMode]]:
    """The index of the model called so, open for as long as the block runs, and how it answers.

    Raises NotFound naming the models there are.
    """
    model = _find(model_id, library)
    with library.lease(model.collection) as index:
        yield index, model.mode


def listed_models(library: Library) -> list[ModelView]:
    """The ways to answer from each collection that can be read. Raises why where none can."""
    manifests = [state.manifest for state in library.states()]
    found = [manifest for manifest in manifests if manifest is not None]
    if not found:
        with library.lease():  # which says why
            pass
    return [_view(model, manifest) for manifest in found for model in _models(manifest.collection)]


def one_model(model_id: str, library: Library) -> ModelView:
    """One of them. Raises NotFound."""
    model = _find(model_id, library)
    with library.lease(model.collection) as index:
        return _view(model, index.manifest)


def _models(collection: str) -> list[_Model]:
    """The ways to answer from a collection."""
    return [_Model(collection, mode) for mode in get_args(AnswerMode)]


def _find(model_id: str, library: Library) -> _Model:
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
