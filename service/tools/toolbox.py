"""The tools themselves: search, fetch and ask, over the collection as it is now.

Knows nothing of the protocol that they are called by.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from fastapi.concurrency import contextmanager_in_threadpool

from pinakes.index.follow import CurrentIndex
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.asking.finished import OnStatus, finished_answer
from pinakes.service.errors import NotFound
from pinakes.service.http.security.caller import Caller
from pinakes.service.settings import Settings
from pinakes.service.shutdown import Shutdown
from pinakes.service.tools.fitting import Frame, answered, fetched, found
from pinakes.service.tools.tool_views import AskResult, FetchResult, SearchResult
from pinakes.service.types import Inquiry, parse_ref

__all__ = ["Call", "Toolbox"]

_PAGES = 10
_PASSAGES = 50  # enough for that many pages
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call: by whom, and how it reaches this service (before ``/page/…``).

    ``on_status`` is told how far an answer is. ``caller`` is None on this machine's own pipes.
    """

    caller: Caller | None = None
    address: str = ""
    on_status: OnStatus | None = None


class Toolbox:
    """The tools; each call sees one generation."""

    def __init__(
        self,
        current: CurrentIndex,
        answerer: Answerer,
        settings: Settings,
        shutdown: Shutdown | None = None,
    ) -> None:
        self._shutdown = shutdown or Shutdown()
        self._current = current
        self._answerer = answerer
        self._settings = settings

    async def search(self, query: str, call: Call) -> SearchResult:
        """The best passage of each page. Raises BadQuery when there is nothing to search for."""
        async with self._leased() as index:
            mode = self._settings.search.mode
            hits = await anyio.to_thread.run_sync(index.search, query, _PASSAGES, mode)
            return await anyio.to_thread.run_sync(found, hits, _PAGES, self._frame(index, call))

    async def fetch(self, id: str, call: Call) -> FetchResult:
        """The passage of this id with the text around it.

        Raises BadInput for what is no id, NotFound where nothing has it.
        """
        ref = parse_ref(id)
        async with self._leased() as index:
            collection = index.manifest.collection
            if ref.collection != collection:
                raise NotFound(
                    f"{id.strip()} is of {ref.collection}, and this is {collection}; search again"
                )
            page = await anyio.to_thread.run_sync(index.page, ref.page_id)
            if page is None:
                raise NotFound(f"{collection} has no page {ref.page_id}; search again")
            if page.revision_id == ref.revision_id and ref.end > len(page.text):
                raise NotFound(
                    f"{id.strip()} ends behind the page's {len(page.text):,} characters; "
                    "search again"
                )
            return await anyio.to_thread.run_sync(fetched, page, ref, self._frame(index, call))

    async def ask(self, question: str, call: Call) -> AskResult:
        """An answer with its sources.

        Raises what ``Answerer.answer`` does, NotAllowed, and ShuttingDown when the service ends.
        """
        if call.caller is not None:
            call.caller.check_may_ask()
        async with self._leased() as index:
            inquiry = Inquiry(question, caller=call.caller.name if call.caller else "")
            answering = finished_answer(self._answerer, index, inquiry, call.on_status)
            async with self._shutdown.interrupting():
                answer = await _cancelled_once(answering)
            return answered(answer, self._frame(index, call))

    @asynccontextmanager
    async def _leased(self) -> AsyncIterator[Index]:
        async with contextmanager_in_threadpool(self._current.lease()) as index:
            yield index

    def _frame(self, index: Index, call: Call) -> Frame:
        return Frame(index.manifest, call.address, self._settings.tools.budget)


async def _cancelled_once(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of ``work``, which is cancelled once if this is, and then waited for.

    Calls are cancelled again and again until they have ended, so that ``work`` itself could not
    close what it has open.
    """
    working = asyncio.create_task(work)
    try:
        await asyncio.wait({working})
    finally:
        working.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait({working})
    return working.result()
