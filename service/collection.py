"""A collection in Python, as ``pinakes.open`` gives it: searched, read and asked without a server.

Its answers have the types of the index and of the service. Knows nothing of HTTP or terminals.
"""

import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from concurrent.futures import wait
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from anyio.from_thread import BlockingPortal, start_blocking_portal

from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.library import Library
from pinakes.index.locks import build_state
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Manifest, Mode, StoredPage, Suggestion
from pinakes.service.asking.answer import Answerer, answer_of
from pinakes.service.asking.events import AnswerEvent
from pinakes.service.errors import NotFound
from pinakes.service.generators import choice
from pinakes.service.generators.generator import Generator
from pinakes.service.pages_by_name import page_titled
from pinakes.service.reading.models import chosen_rerankers
from pinakes.service.settings import Backend, Settings, load_settings
from pinakes.service.types import Answer, AnswerMode, AnswerRequest, Message

__all__ = ["Collection", "Collections", "ShowEvents", "open_collection"]

# How long a key press may wait: a signal that another thread was given does not wake this one.
_POLL_S = 0.1
# For an answer that was interrupted, to let its model go.
_CLOSING_S = 5.0
# Takes the events of an answer as they come, and gives the answer that they lead to.
ShowEvents = Callable[[AsyncGenerator[AnswerEvent, None]], Coroutine[Any, Any, Answer]]


def open_collection(
    name: str | None = None,
    *,
    data: str | Path | None = None,
    mode: Mode | None = None,
    generator: Backend | None = None,
) -> "Collection":
    """Open a collection of a data directory; what is not given is as the settings say.

    ``name``: without one the default, or the only one there is. ``mode``: how it is searched;
    ``keyword`` loads no encoder. ``generator``: what words answers, ``none`` for none. Raises
    UnknownCollection, SeveralCollections, NoCollection, what ``Index.open`` does, and BadInput for
    settings that do not fit.
    """
    return Collection(
        load_settings(data=data, collection=name, search__mode=mode, generator__backend=generator)
    )


class Collections:
    """Collections that are searched and asked together; use them in a ``with`` block.

    Every method may be called from any thread, also where an event loop runs, as in a notebook.
    """

    def __init__(self, settings: Settings, names: Sequence[str] = ()) -> None:
        """``names``: those that are asked; none: the default, or all. ``ALL`` stands for all.

        What cannot be opened is left out. Raises UnknownCollection, NoCollection, and the error of
        the first where none can be opened.
        """
        self._settings = settings
        self._open = ExitStack()
        library = Library(
            settings.data,
            default=settings.collection,
            open_encoder=open_question_encoder if settings.search.mode != "keyword" else None,
            open_rerankers=chosen_rerankers(settings.models),
        )
        self._open.callback(library.close)
        try:
            self.federation = self._open.enter_context(library.lease_several(names))
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files, and of the model."""
        self._open.close()

    @property
    def is_building(self) -> bool:
        """Whether a build is at work on any of them now."""
        indexes = self.federation.indexes.values()
        return any(build_state(index.generation.parents[1]) == "at work" for index in indexes)

    @property
    def lacking_vectors(self) -> list[str]:
        """Those of which a part has vectors, or whose build has not come to them.

        Not those that were built without.
        """
        return [
            name
            for name, index in self.federation.indexes.items()
            if 0 < index.manifest.coverage < 1 or build_state(index.collection) is not None
        ]

    def search(self, query: str, limit: int = 10, mode: Mode | None = None) -> list[Hit]:
        """The ``limit`` best passages, best first. Raises BadQuery."""
        return self.federation.search(query, limit, mode or self._settings.search.mode)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        mode: AnswerMode = "answer",
        strict: bool | None = None,
        show: ShowEvents = answer_of,
    ) -> Answer:
        """A checked answer with its sources, or a refusal with the nearest pages.

        ``history``: the conversation before. ``mode``: answer, a paragraph; brief, one sentence;
        quote, the best passages and no model. ``strict``: withhold sentences that nothing supports;
        None: as the settings say. ``show`` sees the events as they come. Raises BadQuery, and
        GeneratorError when the model does not do its part.
        """
        answerer = self._quoting if mode == "quote" else self._answering
        request = AnswerRequest(question, tuple(history), mode, strict)
        ended = threading.Event()

        async def work() -> Answer:
            try:
                return await show(answerer.answer(self.federation, request))
            finally:
                ended.set()

        answering = self._portal.start_task_soon(work)
        try:
            while not wait([answering], _POLL_S).done:
                pass
        except BaseException:
            answering.cancel()
            ended.wait(_CLOSING_S)
            raise
        return answering.result()

    @cached_property
    def generator(self) -> Generator | None:
        """The model that words answers, not started before it is needed; None: sources are quoted.

        Raises GeneratorUnavailable where the settings ask for one that is not here.
        """
        return choice.open_generator(self._settings.generator)

    @cached_property
    def _portal(self) -> BlockingPortal:
        """Runs what answers do in a thread of its own, beside any event loop there is."""
        return self._open.enter_context(start_blocking_portal())

    @cached_property
    def _answering(self) -> Answerer:
        return self._answerer(self.generator)

    @cached_property
    def _quoting(self) -> Answerer:
        return self._answerer(None)

    def _answerer(self, generator: Generator | None) -> Answerer:
        answerer = Answerer(generator, self._settings)
        portal = self._portal
        self._open.callback(lambda: portal.call(answerer.aclose))
        return answerer


class Collection(Collections):
    """A collection's current generation, open until ``close``; use it in a ``with`` block.

    Every method may be called from any thread, also where an event loop runs, as in a notebook.
    """

    def __init__(self, settings: Settings) -> None:
        """``settings`` name the collection. Raises what ``open_collection`` does."""
        self._settings = settings
        library = Library(settings.data, default=settings.collection)
        directory = settings.data / library.meant()
        with_encoder = settings.search.mode != "keyword"
        self.index = Index.open(
            directory,
            open_question_encoder if with_encoder else None,
            chosen_rerankers(settings.models),
        )
        self._open = ExitStack()
        self._open.callback(self.index.close)
        self.federation = Federation([self.index])

    @property
    def name(self) -> str:
        """What it is called."""
        return self.index.manifest.collection

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself: its dump, its counts, its encoder."""
        return self.index.manifest

    def suggest(self, prefix: str, limit: int = 10) -> list[Suggestion]:
        """Titles that begin like ``prefix``, the most linked first."""
        return self.index.suggest(prefix, limit)

    def page(self, page: str | int) -> StoredPage:
        """The article of this title (a redirect's leads there too) or id.

        Raises NotFound; Ambiguous where the title may mean several.
        """
        if isinstance(page, int):
            found = self.index.page(page) if 0 <= page < 1 << 63 else None
            if found is None:
                raise NotFound(f"no page with id {page} in {self.name}")
            return found
        found = page_titled(self.index, page)
        if found is None:
            near = ", ".join(item.title for item in self.suggest(page, 3))
            hint = f"did you mean {near}?" if near else "try: pinakes search"
            raise NotFound(f"no article {page!r} in {self.name}; {hint}")
        return found
