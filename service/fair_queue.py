"""Turns at what is scarce: as many at once as there are slots, the others in line, fair by caller.

Knows nothing of what a turn is used for.
"""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from heapq import heapreplace

from pinakes.service.errors import QueueFull

__all__ = ["FairQueue", "Place", "Ticket"]

_MEASURED = 32  # the latest turns, which estimates are made from
_REFRESH_S = 5.0  # an estimate changes also while nobody moves
_RETRY_S = 10  # where no turn has been measured yet
# So long after its last ticket a caller is expected to come again.
_EXPECTED_S = 300.0


@dataclass(frozen=True, slots=True)
class Place:
    """How many are before in the line, and about how many seconds until the turn.

    ``wait_s`` is None while no turn has been measured.
    """

    position: int
    wait_s: float | None


@dataclass(eq=False, slots=True)
class Ticket:
    """A place in the line of ``queue``, and the turn it leads to once that is asked for."""

    queue: "FairQueue"
    caller: str
    user: str
    asked: bool = False
    began: float | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def lasted_s(self) -> float:
        """Seconds that the turn has lasted until now; 0 where it has not come."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    async def places(self) -> AsyncGenerator[Place, None]:
        """Ask for the turn; the place whenever it has changed, until it is this ticket's turn."""
        self.queue.ask(self)
        told: Place | None = None
        while self.began is None:
            place = self.queue.place(self)
            if place != told:
                told = place
                yield place
            with suppress(TimeoutError):
                async with asyncio.timeout(_REFRESH_S):
                    await self._moved.wait()
            self._moved.clear()

    async def turn(self) -> None:
        """Ask for the turn, and wait until it comes."""
        self.queue.ask(self)
        while self.began is None:
            self._moved.clear()
            await self._moved.wait()

    def move(self, *, begin: bool = False) -> None:
        """Let ``places`` look again; ``begin``: the turn has come."""
        if begin:
            self.began = time.monotonic()
        self._moved.set()


class FairQueue:
    """Whose turn it is: of the callers with the fewest turns at once, who has longest been without.

    So it is among the users of one caller too. No caller has more places than are left free for
    others (dynamic thresholds, Choudhury and Hahne 1998): one alone takes half, and whoever comes
    finds room. Nor does a caller take the last free slot while others come now and then: whoever
    comes would wait until one of its turns ends. One alone has all slots.

    A ticket is a place in the line from the beginning, and takes a slot only when it asks: what is
    done before keeps nobody waiting.
    """

    def __init__(
        self,
        longest: int | None,
        slots: int = 1,
        places_of: Callable[[str], int | None] = lambda _caller: None,
    ) -> None:
        """At most ``longest`` have to wait, the others are refused; None: any number.

        ``places_of``: the most places that a caller may have, where that is set.
        """
        self.longest = longest
        self.slots = slots
        self._places_of = places_of
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []
        self._lasted: deque[float] = deque(maxlen=_MEASURED)
        self._turns = 0
        # The last turn of each caller who still has a ticket, and of each user of one.
        self._latest: dict[str | tuple[str, str], int] = {}
        # When each caller, and each user of one, last entered.
        self._entered: dict[str | tuple[str, str], float] = {}

    @property
    def waiting(self) -> int:
        """Tickets whose turn has not come."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Tickets whose turn it is."""
        return len(self._running)

    @property
    def has_free_slot(self) -> bool:
        """Whether somebody who asks now would have the turn at once."""
        return self.running < self.slots and not any(ticket.asked for ticket in self._waiting)

    @contextmanager
    def enter(self, caller: str, user: str = "") -> Iterator[Ticket]:
        """A ticket for ``caller``, who asks for ``user``; given back at the end of the block.

        Raises QueueFull when too many are waiting, or too many of this caller.
        """
        self.check_room(caller)
        ticket = Ticket(self, caller, user)
        now = time.monotonic()
        left = {name: at for name, at in self._entered.items() if now - at < _EXPECTED_S}
        self._entered = left | {_caller(ticket): now, _user(ticket): now}
        self._waiting.append(ticket)
        try:
            yield ticket
        finally:
            self._leave(ticket)

    def check_room(self, caller: str) -> None:
        """Raises QueueFull where a ticket for ``caller`` would be refused now."""
        own = sum(ticket.caller == caller for ticket in (*self._waiting, *self._running))
        most = self._places_of(caller)
        free = math.inf
        if self.longest is not None:
            free = self.slots + self.longest - self.waiting - self.running
        if free > own and (most is None or own < most):
            return
        wait_s = self._wait_s(0, self.slots)
        retry_s = _RETRY_S if wait_s is None else max(1, math.ceil(wait_s))
        full = f"the line for the model is full ({self.waiting} wait)"
        if free > 0:
            full = f"you have {own} questions in the line, as many as may be of one"
        raise QueueFull(f"{full}; ask again in {retry_s} s, or in mode quote", retry_s)

    def ask(self, ticket: Ticket) -> None:
        """From now on the ticket can have its turn."""
        ticket.asked = True
        self._move()

    def resize(self, slots: int) -> None:
        """So many are answered side by side from now on; turns that have begun go on."""
        if slots != self.slots:
            self.slots = max(1, slots)
            self._move()

    def place(self, ticket: Ticket) -> Place:
        """Where a waiting ticket stands."""
        position = self._order(self._waiting).index(ticket)
        wait_s = self._wait_s(position, self.slots - self._is_last_for_others(ticket))
        return Place(position, None if wait_s is None else round(wait_s, 1))

    def _leave(self, ticket: Ticket) -> None:
        if ticket.began is None:
            self._waiting.remove(ticket)
        else:
            self._running.remove(ticket)
            self._lasted.append(ticket.lasted_s)
        for name in (_caller, _user):
            left = map(name, (*self._waiting, *self._running))
            if name(ticket) not in left:
                self._latest.pop(name(ticket), None)
        self._move()

    def _move(self) -> None:
        while self.running < self.slots and (
            asking := [ticket for ticket in self._waiting if ticket.asked]
        ):
            ticket = self._order(asking)[0]
            if self._is_last_for_others(ticket):
                break
            self._waiting.remove(ticket)
            self._running.append(ticket)
            self._turns += 1
            self._latest[_caller(ticket)] = self._latest[_user(ticket)] = self._turns
            ticket.move(begin=True)
        for ticket in self._waiting:
            ticket.move()

    def _is_last_for_others(self, ticket: Ticket) -> bool:
        """Whether all other slots are its caller's, or its user's, and somebody else may come."""
        if self.slots == 1 or self.running < self.slots - 1:
            return False
        now = time.monotonic()
        return any(
            all(name(one) == name(ticket) for one in self._running)
            and any(
                isinstance(other, type(name(ticket)))
                and other != name(ticket)
                and now - entered < _EXPECTED_S
                for other, entered in self._entered.items()
            )
            for name in (_caller, _user)
        )

    def _order(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Those that wait, in the order of their turns: everybody's first before any second."""
        return self._fair(self._fair(tickets, _user), _caller)

    def _fair(self, tickets: Sequence[Ticket], name: "_Name") -> list[Ticket]:
        """In the order of their turns by ``name``; those of the same keep the order they have."""
        running = Counter(map(name, self._running))
        before: Counter[str | tuple[str, str]] = Counter()  # of the same name, and waiting
        ranks: dict[Ticket, tuple[int, int, int]] = {}
        for ticket in tickets:
            own = name(ticket)
            turns = running[own] + before[own]
            ranks[ticket] = (turns, before[own], self._latest.get(own, 0))
            before[own] += 1
        return sorted(tickets, key=ranks.__getitem__)

    def _wait_s(self, before: int, slots: int) -> float | None:
        """Seconds until one of so many slots is free for the one with so many before.

        As turns have lasted.
        """
        if not self._lasted:
            return None
        now = time.monotonic()
        remaining = sorted(
            _remaining_s(now - ticket.began, self._lasted)
            for ticket in self._running
            if ticket.began is not None
        )
        # Where slots have become fewer, the first to end leave none.
        free = remaining[max(0, self.running - slots) :]
        free = [0.0] * (slots - len(free)) + free  # a heap: sorted
        usual = sum(self._lasted) / len(self._lasted)
        for _ in range(before):
            heapreplace(free, free[0] + usual)
        return free[0]


_Name = Callable[[Ticket], str | tuple[str, str]]


def _caller(ticket: Ticket) -> str | tuple[str, str]:
    return ticket.caller


def _user(ticket: Ticket) -> str | tuple[str, str]:
    return (ticket.caller, ticket.user)


def _remaining_s(elapsed: float, lasted: Iterable[float]) -> float:
    """How much longer a turn lasts: the mean of those that lasted longer than it has already.

    One that has outlasted them all is taken to be in the middle.
    """
    longer = [seconds - elapsed for seconds in lasted if seconds > elapsed]
    return sum(longer) / len(longer) if longer else elapsed
