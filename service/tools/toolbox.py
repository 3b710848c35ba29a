"""The tools themselves: search, fetch and ask, over the collections as they are now.

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

from pinakes.index.errors import SeveralCollections
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.proposals import is_id
from pinakes.service.approvals.proposing import become_of, proposed
from pinakes.service.asking.answer import Answerer, OnStatus, finished_answer
from pinakes.service.errors import NotFound
from pinakes.service.http.security.caller import Caller
from pinakes.service.settings import Settings
from pinakes.service.shutdown import Shutdown
from pinakes.service.tools.fitting import Frame, answered, fetched, found
from pinakes.service.tools.tool_views import AskResult, FetchResult, SearchResult
from pinakes.service.types import AnswerRequest, parse_ref
from pinakes.service.views.proposal_views import ProposalView, proposal_view

__all__ = ["Call", "Toolbox"]

_PAGES = 10
_ON_PIPES = "pinakes mcp"  # no token is called so
_PASSAGES = 50  # enough for that many pages
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call: by whom, and how it reaches this service (before ``/c/…``).

    ``on_status`` is told how far an answer is. ``caller`` is None on this machine's own pipes.
    ``collection``: what is asked; None: the default, or the only one.
    """

    caller: Caller | None = None
    address: str = ""
    collection: str | None = None
    on_status: OnStatus | None = None


class Toolbox:
    """The tools; each call sees one generation."""

    def __init__(
        self,
        library: Library,
        answerer: Answerer,
        settings: Settings,
        shutdown: Shutdown | None = None,
    ) -> None:
        self._shutdown = shutdown or Shutdown()
        self._library = library
        self._answerer = answerer
        self._settings = settings
        self._approvals = Approvals(settings.data, settings.approvals.hours)

    @property
    def takes_proposals(self) -> bool:
        """Whether the owner of the service has opened that."""
        return self._settings.approvals.offered

    def collections(self) -> list[str]:
        """The collections that can be named."""
        return self._library.names()

    async def search(self, query: str, call: Call) -> SearchResult:
        """The best passage of each page of the call's collection.

        Raises BadQuery when there is nothing to search for, and what ``Library.lease`` does.
        """
        async with self._leased(call.collection) as index:
            mode = self._settings.search.mode
            hits = await anyio.to_thread.run_sync(index.search, query, _PASSAGES, mode)
            return await anyio.to_thread.run_sync(found, hits, _PAGES, self._frame(index, call))

    async def fetch(self, id: str, call: Call) -> FetchResult:
        """The passage of this id with the text around it.

        Raises BadInput for what is no id, NotFound where nothing has it.
        """
        ref = parse_ref(id)
        async with self._leased(ref.collection) as index:
            page = await anyio.to_thread.run_sync(index.page, ref.page_id)
            if page is None:
                raise NotFound(
                    f"{ref.collection} has no page {ref.page_id}: it was deleted or merged into "
                    "another since, or never was; search again"
                )
            if page.revision_id == ref.revision_id and ref.end > len(page.text):
                raise NotFound(
                    f"{id.strip()} ends behind the page's {len(page.text):,} characters; "
                    "search again"
                )
            return await anyio.to_thread.run_sync(fetched, page, ref, self._frame(index, call))

    async def ask(self, question: str, call: Call) -> AskResult:
        """An answer with its sources.

        Raises what ``Answerer.answer`` and ``Library.lease`` do, NotAllowed, and ShuttingDown
        when the service ends.
        """
        if call.caller is not None:
            call.caller.check_may_ask()
        async with self._leased(call.collection) as index:
            request = AnswerRequest(question, caller=call.caller.name if call.caller else "")
            answering = finished_answer(self._answerer, index, request, call.on_status)
            async with self._shutdown.interrupting():
                answer = await _cancelled_once(answering)
            return answered(answer, self._frame(index, call))

    async def propose(self, action: str, call: Call) -> ProposalView:
        """Keep a proposal for a person to decide, or tell what has become of the one of this id.

        Raises BadInput, NotFound, TooManyProposals, ApprovalsUnusable.
        """
        if is_id(action.strip()):
            known = await anyio.to_thread.run_sync(become_of, self._approvals, action.strip())
        else:
            by = call.caller.name if call.caller else _ON_PIPES
            known = await anyio.to_thread.run_sync(proposed, self._approvals, action, by)
        return proposal_view(known, self._settings.approvals)

    @asynccontextmanager
    async def _leased(self, collection: str | None) -> AsyncIterator[Index]:
        try:
            name = await anyio.to_thread.run_sync(self._library.meant, collection)
        except SeveralCollections as error:
            raise SeveralCollections(f"{error}; say which as collection") from None
        async with contextmanager_in_threadpool(self._library.lease(name)) as index:
            yield index

    def _frame(self, index: Index, call: Call) -> Frame:
        tools = self._settings.tools
        address = call.address or (tools.base_url or "").rstrip("/")
        return Frame(index.manifest, address, tools.budget)


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
