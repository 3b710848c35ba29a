"""The tools themselves: search, fetch and ask, over the collections as they are now.

Knows nothing of the protocol that they are called by.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from fastapi.concurrency import contextmanager_in_threadpool

from pinakes.index.errors import SeveralCollections
from pinakes.index.library import Library
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.proposals import is_id
from pinakes.service.approvals.proposing import become_of, proposed
from pinakes.service.asking.answer import Answerer, OnStatus, finished_answer
from pinakes.service.errors import BadInput, NotFound
from pinakes.service.http.security.caller import Caller
from pinakes.service.plain_text import one_line
from pinakes.service.problems import KNOWN_ERRORS, message_of, title_of
from pinakes.service.settings import Settings
from pinakes.service.shutdown import Shutdown
from pinakes.service.tools.ask_results import answered
from pinakes.service.tools.fetching import Wanted, fetch_place, titled_in_all
from pinakes.service.tools.frame import Frame, frame_of, json_of
from pinakes.service.tools.glance import glance
from pinakes.service.tools.places import (
    THIS_MACHINE,
    Place,
    parse_id,
    parse_place,
    several_places,
)
from pinakes.service.tools.search_results import found, titles_found
from pinakes.service.tools.tool_views import (
    AskResult,
    FailedFetch,
    FetchResult,
    FetchResults,
    SearchResult,
)
from pinakes.service.types import AnswerRequest
from pinakes.service.views.proposal_views import ProposalView, proposal_view

__all__ = ["LEAST_SHARE", "RESULTS", "Call", "Toolbox"]

_ON_PIPES = "pinakes mcp"  # no token is called so
# Pages that a search gives, where a call asks for no other number.
RESULTS = 4
# Of several pages that are fetched at once none gets less: a box or a lead would not be told.
LEAST_SHARE = 800
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call: by whom, and how it reaches this service (before ``/c/…``).

    ``on_status`` is told how far an answer is. ``caller`` is None on this machine's own pipes.
    ``collections``: what is asked; none: the default, or all there are. ``budget``: characters of
    the result; None: as the settings say.
    """

    caller: Caller | None = None
    address: str = ""
    collections: tuple[str, ...] = ()
    budget: int | None = None
    on_status: OnStatus | None = None


class Toolbox:
    """The tools; each call sees one generation."""

    def __init__(
        self,
        library: Library,
        answerer: Answerer,
        settings: Settings,
        shutdown: Shutdown | None = None,
        on_search: Callable[[str], None] = lambda _caller: None,
    ) -> None:
        """``on_search``: told of each search with the name of whoever made it."""
        self._on_search = on_search
        self._shutdown = shutdown or Shutdown()
        self._library = library
        self._answerer = answerer
        self._settings = settings
        self._approvals = Approvals(settings.data, settings.approvals.hours)

    @property
    def takes_proposals(self) -> bool:
        """Whether the owner of the service has opened that."""
        return self._settings.approvals.offered

    @property
    def tells_form(self) -> bool:
        """Whether clients are told the form of results."""
        return self._settings.tools.output_schema

    def told(self, error: Exception) -> str:
        """What a caller is told of an error, without this machine's places."""
        return message_of(error, self._settings)

    def collections(self, caller: Caller | None = None) -> list[str]:
        """The collections that ``caller`` can name."""
        return self._library_for(caller).names()

    def _library_for(self, caller: Caller | None) -> Library:
        return self._library if caller is None else caller.limited(self._library)

    async def search(
        self, call: Call, query: str, k: int = RESULTS, title_only: bool = False
    ) -> SearchResult:
        """The pages of the call's collections that fit, with their sentences that likely answer.

        ``title_only``: pages by their titles. Raises BadQuery when there is nothing to search for,
        and what ``Library.lease`` does.
        """
        async with self._leased_several(call) as several:
            budget = call.budget or self._settings.tools.search_budget
            frame = frame_of(several, self._address(call), budget)
            result = await anyio.to_thread.run_sync(
                self._found, several, query, k, title_only, frame
            )
        self._on_search("" if call.caller is None else call.caller.name)
        return result

    def _found(
        self, several: Federation, query: str, k: int, title_only: bool, frame: Frame
    ) -> SearchResult:
        if title_only:
            return titles_found(titled_in_all(several, query, k), frame)
        reader = self._answerer.reading.reader if self._settings.tools.search_network else None
        seen = glance(several, query, self._settings.search.mode, k, reader)
        left_out = {name: title_of(error) for name, error in several.left_out.items()}
        return found(seen, frame).model_copy(update={"left_out": left_out or None})

    async def fetch(
        self,
        call: Call,
        id: str | list[str],
        section: str = "",
        find: str = "",
        links: bool = False,
    ) -> FetchResult | FetchResults:
        """What the id, title or address names: its beginning, a section, or where words stand.

        Of several, as many as can be told of within the budget; the others are left out. Raises
        BadInput for what names nothing, NotFound where nothing has it, or any of several.
        """
        asked = several_places(id)
        wanted = Wanted(section, find, links)
        if not asked:
            raise BadInput("fetch takes id: an id, title or URL; search gives them")
        room = call.budget or self._settings.tools.budget
        if len(asked) == 1:
            return await self._fetched(asked[0], wanted, call, room)
        results: list[FetchResult | FailedFetch] = []
        while asked and ((share := _share(results, asked, room)) >= LEAST_SHARE or not results):
            one = asked.pop(0)
            try:
                results.append(await self._fetched(one, wanted, call, share))
            except KNOWN_ERRORS as error:
                results.append(FailedFetch(id=one[:200], error=one_line(self.told(error), 200)))
        failed = [one.error for one in results if isinstance(one, FailedFetch)]
        if len(failed) == len(results):
            raise NotFound("; ".join(failed))
        return FetchResults(results=results, left_out=asked or None)

    async def _fetched(self, asked: str, wanted: Wanted, call: Call, budget: int) -> FetchResult:
        place = parse_place(asked, self.collections(call.caller), self._own_hosts(call))
        try:
            return await self._fetched_from(place, wanted, call, budget)
        except (NotFound, SeveralCollections):
            if (of_none := parse_id(asked)) is None or place.page_id is not None:
                raise
            self._library_for(call.caller).meant(of_none.collection)  # tells that it is not here
            raise

    async def _fetched_from(
        self, place: Place, wanted: Wanted, call: Call, budget: int
    ) -> FetchResult:
        collection = (
            place.collection
            or (call.collections[0] if len(call.collections) == 1 else None)
            or self._of_wiki(self._library_for(call.caller), place)
        )
        async with self._leased(call, collection) as index:
            frame = self._frame(index, call, budget)
            return await anyio.to_thread.run_sync(fetch_place, index, place, wanted, frame)

    def _own_hosts(self, call: Call) -> set[str | None]:
        """The names by which this service may have been reached."""
        addresses = (call.address, self._settings.tools.base_url or "")
        named = {urlsplit(address).hostname for address in addresses}
        return named | THIS_MACHINE | set(self._settings.serve.allowed_hosts)

    def _of_wiki(self, library: Library, place: Place) -> str | None:
        """The collection of the wiki that an address is of, where there are several."""
        if place.wiki is None or len(library.names()) < 2:
            return None
        states = library.states()
        of_wiki = [
            one.name for one in states if one.manifest and place.is_of(one.manifest.dump.base_url)
        ]
        return of_wiki[0] if of_wiki else None

    async def ask(self, call: Call, question: str) -> AskResult:
        """An answer with its sources.

        Raises what ``Answerer.answer`` and ``Library.lease`` do, NotAllowed, and ShuttingDown
        when the service ends.
        """
        if call.caller is not None:
            call.caller.check_may_ask()
        async with self._leased_several(call) as several:
            request = AnswerRequest(question, caller=call.caller.name if call.caller else "")
            answering = finished_answer(self._answerer, several, request, call.on_status)
            async with self._shutdown.interrupting():
                answer = await _cancelled_once(answering)
            budget = call.budget or self._settings.tools.budget
            return answered(answer, frame_of(several, self._address(call), budget))

    async def propose(self, call: Call, action: str) -> ProposalView:
        """Keep a proposal for a person to decide, or tell what has become of the one of this id.

        Raises BadInput, NotFound, TooManyProposals, ApprovalsUnusable.
        """
        if is_id(action.strip()):
            known = await anyio.to_thread.run_sync(become_of, self._approvals, action.strip())
        else:
            by = call.caller.name if call.caller else _ON_PIPES
            names = self._library.names()
            known = await anyio.to_thread.run_sync(proposed, self._approvals, action, by, names)
        return proposal_view(known, self._settings.approvals)

    @asynccontextmanager
    async def _leased(self, call: Call, collection: str | None) -> AsyncIterator[Index]:
        library = self._library_for(call.caller)
        try:
            name = await anyio.to_thread.run_sync(library.meant, collection)
        except SeveralCollections as error:
            raise SeveralCollections(f"{error}; say which as collection") from None
        async with contextmanager_in_threadpool(library.lease(name)) as index:
            yield index

    @asynccontextmanager
    async def _leased_several(self, call: Call) -> AsyncIterator[Federation]:
        library = self._library_for(call.caller)
        async with contextmanager_in_threadpool(library.lease_several(call.collections)) as several:
            yield several

    def _frame(self, index: Index, call: Call, budget: int) -> Frame:
        return Frame(index.manifest, self._address(call), budget)

    def _address(self, call: Call) -> str:
        """What stands before ``/c/…`` in addresses that are given to the client."""
        return call.address or (self._settings.tools.base_url or "").rstrip("/")


def _share(results: list[FetchResult | FailedFetch], asked: list[str], room: int) -> int:
    """Characters for the first of those ``asked`` still: what none of them has used is shared."""
    told = FetchResults(results=results, left_out=asked[1:] or None)
    left = room - len(json_of(told))
    return max(left // len(asked), min(left, LEAST_SHARE))


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
