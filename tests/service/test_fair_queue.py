"""Turns at the model: order, bounds, estimates, and that no ticket is ever left behind."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pinakes.service import fair_queue as queue_module
from pinakes.service.errors import QueueFull
from pinakes.service.fair_queue import FairQueue, Place, Ticket
from tests.yardstick import PATIENCE_S


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(queue_module, "time", stopped)
    return stopped


def enter(stack: ExitStack, queue: FairQueue, *callers: str) -> list[Ticket]:
    """Tickets that ask for their turns at once."""
    tickets = [stack.enter_context(queue.enter(caller)) for caller in callers]
    for ticket in tickets:
        queue.ask(ticket)
    return tickets


def order_of_turns(slots: int, callers: str) -> str:
    """The tickets of these callers in the order of their turns; who began first ends first."""
    queue = FairQueue(longest=2 * len(callers))  # more than half of it is nobody's
    stacks = [ExitStack() for _ in callers]
    order: list[int] = []
    with ExitStack() as before:
        enter(before, queue, "somebody else")
        tickets = [enter(stack, queue, one)[0] for stack, one in zip(stacks, callers, strict=True)]
        queue.resize(slots)
    for turn in range(len(callers)):
        begun = [(one.began, number) for number, one in enumerate(tickets) if one.began is not None]
        order += [number for _, number in sorted(begun) if number not in order]
        stacks[order[turn]].close()
    return "".join(f"{callers[number]}{number}" for number in order)


@pytest.mark.parametrize(
    ("slots", "callers", "order"),
    [
        pytest.param(1, "abc", "a0b1c2", id="as they came"),
        pytest.param(1, "aaab", "a0b3a1a2", id="a second caller passes the first one's others"),
        pytest.param(1, "aaabbc", "a0b3c5a1b4a2", id="everybody's first before anybody's second"),
        pytest.param(2, "aabb", "a0b2a1b3", id="nobody has two while another has none"),
        pytest.param(2, "aaaa", "a0a1a2a3", id="one alone has all slots"),
        pytest.param(3, "aaabc", "a0b3c4a1a2", id="as many slots as callers"),
    ],
)
def test_the_order_of_turns(slots: int, callers: str, order: str) -> None:
    assert order_of_turns(slots, callers) == order


def test_who_has_a_turn_waits_behind_others() -> None:
    queue = FairQueue(longest=9, slots=2)
    with ExitStack() as stack, ExitStack() as ending:
        enter(stack, queue, "a")
        enter(ending, queue, "b")
        mine, other = enter(stack, queue, "a", "c")
        assert [queue.place(one).position for one in (mine, other)] == [1, 0]
        ending.close()
        assert (mine.began, other.began is not None) == (None, True)


@pytest.mark.parametrize("by_user", [False, True])
@pytest.mark.parametrize("slots", [2, 3])
def test_the_last_slot_is_left_to_others_who_come_now_and_then(
    clock: Clock, slots: int, by_user: bool
) -> None:
    queue = FairQueue(longest=40, slots=slots)

    def ask(name: str) -> Ticket:
        who = ("webui", name) if by_user else (name, "")
        ticket = stack.enter_context(queue.enter(*who))
        queue.ask(ticket)
        return ticket

    with ExitStack() as stack:
        ask("friend")
    with ExitStack() as stack:
        flood = [ask("flooder") for _ in range(9)]
        assert queue.running == slots - 1
        clock.now += 200
        friend = ask("friend")
        assert friend.began == clock.now  # at once
        assert queue.running == slots
        clock.now += 299
        queue.ask(flood[-1])
        assert queue.running == slots
    with ExitStack() as stack:
        begun = [ask("flooder") for _ in range(4)]
        assert queue.running == slots - 1
        clock.now += 2  # the friend has not come again
        queue.ask(begun[-1])
        assert queue.running == slots


def test_who_waits_though_a_slot_is_free_is_told_how_long(clock: Clock) -> None:
    queue = FairQueue(longest=20, slots=2)
    with ExitStack() as stack:
        enter(stack, queue, "friend")
        clock.now += 8
    with ExitStack() as stack:
        _, second = enter(stack, queue, "flooder", "flooder")
        clock.now += 2
        assert queue.place(second) == Place(0, 6.0)


def test_who_asks_again_later_stands_where_he_comes() -> None:
    queue = FairQueue(longest=9)
    lasting = ExitStack()
    enter(lasting, queue, "b")
    with queue.enter("a") as first:
        queue.ask(first)
        lasting.close()  # a's turn, and nobody else is there
    with ExitStack() as stack:
        enter(stack, queue, "c")
        again, later = enter(stack, queue, "a", "d")
        assert [queue.place(one).position for one in (again, later)] == [0, 1]


def test_a_ticket_that_has_not_asked_keeps_its_place_and_no_slot() -> None:
    queue = FairQueue(longest=9)
    with ExitStack() as stack, queue.enter("a") as searching:
        first, second = enter(stack, queue, "b", "c")
        assert (first.began is not None, second.began) == (True, None)
        queue.ask(searching)
        assert [queue.place(ticket).position for ticket in (searching, second)] == [0, 1]


def test_more_than_may_wait_are_refused() -> None:
    queue = FairQueue(longest=2, slots=2)
    with ExitStack() as stack:
        enter(stack, queue, "a", "b", "c")
        with queue.enter("d"), pytest.raises(QueueFull, match="2 wait"):
            queue.enter("e").__enter__()
        with queue.enter("e"):  # d has left
            pass
    assert (queue.waiting, queue.running) == (0, 0)


@pytest.mark.parametrize("places", [1, 2, 17, 20, 80])
def test_nobody_takes_so_many_places_that_none_are_left(places: int) -> None:
    """One alone gets half of them, a second one half of the rest, and a new one always some."""
    queue = FairQueue(longest=places - 1)
    with ExitStack() as stack:
        taken = []
        for caller in ("greedy", "also greedy", "greedy too"):
            count = 0
            with suppress(QueueFull):
                while True:
                    enter(stack, queue, caller)
                    count += 1
            taken.append(count)
        assert taken[0] == (places + 1) // 2
        assert sum(taken) < places or places < 4
        assert sorted(taken, reverse=True) == taken
        if places > 3:
            enter(stack, queue, "modest")


def test_a_caller_with_too_many_is_told_so() -> None:
    queue = FairQueue(longest=3)
    with ExitStack() as stack:
        enter(stack, queue, "a", "a")
        with pytest.raises(QueueFull, match=r"you have 2 questions in the line.*10 s"):
            queue.enter("a", "another user").__enter__()


def test_users_share_what_is_their_callers() -> None:
    """Many users of one caller push nobody back; among themselves they take turns."""
    queue = FairQueue(longest=30)
    order: list[str] = []
    with ExitStack() as before:
        enter(before, queue, "somebody else")
        stacks = {}
        for caller, user in (("a", "1"), ("a", "1"), ("a", "2"), ("a", "3"), ("b", ""), ("b", "")):
            own = ExitStack()
            ticket = own.enter_context(queue.enter(caller, user))
            queue.ask(ticket)
            stacks[ticket] = own
    while stacks:
        [ticket] = [one for one in stacks if one.began is not None]
        order.append(ticket.caller + ticket.user)
        stacks.pop(ticket).close()
    assert order == ["a1", "b", "a2", "b", "a3", "a1"]


def test_a_line_of_none_still_has_slots() -> None:
    queue = FairQueue(longest=0)
    with ExitStack() as stack:
        [ticket] = enter(stack, queue, "a")
        assert ticket.began is not None
        with pytest.raises(QueueFull):
            queue.enter("b").__enter__()


def test_more_slots_begin_more_turns_and_fewer_end_none() -> None:
    queue = FairQueue(longest=9)
    with ExitStack() as stack:
        tickets = enter(stack, queue, "a", "b", "c")
        queue.resize(2)
        assert [ticket.began is not None for ticket in tickets] == [True, True, False]
        queue.resize(0)  # what no server has
        assert (queue.slots, queue.running) == (1, 2)


def test_before_any_turn_was_measured_nothing_is_promised() -> None:
    queue = FairQueue(longest=1)
    with ExitStack() as stack:
        _, waiting = enter(stack, queue, "a", "b")
        assert queue.place(waiting) == Place(0, None)
        with pytest.raises(QueueFull) as caught:
            queue.enter("c").__enter__()
        assert caught.value.retry_after_s >= 1


def lasting(queue: FairQueue, clock: Clock, *seconds: float) -> None:
    """Turns that lasted so long."""
    for one in seconds:
        with queue.enter("z") as ticket:
            queue.ask(ticket)
            clock.now += one


@pytest.mark.parametrize(
    ("slots", "lasted", "elapsed", "waits"),
    [
        pytest.param(1, [10], 0, [10, 20, 30], id="one after the other"),
        pytest.param(1, [10], 4, [6, 16, 26], id="the running one has lasted already"),
        pytest.param(2, [10], 0, [10, 10, 20], id="two at a time"),
        pytest.param(1, [5, 15], 0, [10, 20, 30], id="the mean"),
        pytest.param(1, [5, 15], 6, [9, 19, 29], id="of those that lasted as long as this one"),
        pytest.param(1, [10], 25, [25, 35, 45], id="longer than any before"),
    ],
)
def test_estimates_come_from_measured_turns(
    clock: Clock, slots: int, lasted: list[float], elapsed: float, waits: list[float]
) -> None:
    queue = FairQueue(longest=9, slots=slots)
    lasting(queue, clock, *lasted)
    with ExitStack() as stack:
        tickets = enter(stack, queue, *"abcde"[: slots + 3])
        clock.now += elapsed
        places = [queue.place(ticket) for ticket in tickets[slots:]]
    assert places == [Place(number, wait) for number, wait in enumerate(waits)]


def test_fewer_slots_wait_longer(clock: Clock) -> None:
    queue = FairQueue(longest=9, slots=2)
    lasting(queue, clock, 10)
    with ExitStack() as stack:
        enter(stack, queue, "a")
        clock.now += 4
        _, waiting = enter(stack, queue, "b", "c")
        assert queue.place(waiting) == Place(0, 6)
        queue.resize(1)
        assert queue.place(waiting) == Place(0, 10)  # the end of the first turn frees no slot


def test_a_refusal_says_when_there_is_room_again(clock: Clock) -> None:
    queue = FairQueue(longest=1)
    lasting(queue, clock, 7.5)
    with ExitStack() as stack:
        enter(stack, queue, "a", "b")
        with pytest.raises(QueueFull) as caught:
            queue.enter("c").__enter__()
    assert caught.value.retry_after_s == 8


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_places_are_told_as_they_change_and_end_with_the_turn() -> None:
    async def scenario() -> None:
        queue = FairQueue(longest=9)
        told: list[int] = []

        async def wait() -> None:
            with queue.enter("c") as ticket:
                async for place in ticket.places():
                    told.append(place.position)

        with ExitStack() as first, ExitStack() as second:
            enter(first, queue, "a")
            enter(second, queue, "b")
            waiting = asyncio.create_task(wait())
            await settle()
            assert told == [1]
            second.close()
            await settle()
            assert told == [1, 0]
            first.close()
            await asyncio.wait_for(waiting, PATIENCE_S)
        assert told == [1, 0]

    asyncio.run(scenario())


def test_estimates_are_told_anew_while_nobody_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> list[Place]:
        monkeypatch.setattr(queue_module, "_REFRESH_S", 0.01)
        queue = FairQueue(longest=9)
        clock = Clock()
        monkeypatch.setattr(queue_module, "time", clock)
        lasting(queue, clock, 10)
        with ExitStack() as stack:
            enter(stack, queue, "a")
            with queue.enter("b") as ticket:
                places = ticket.places()
                told = [await anext(places)]
                clock.now += 4
                told.append(await anext(places))
                await places.aclose()
        return told

    assert asyncio.run(scenario()) == [Place(0, 10), Place(0, 6)]


@asynccontextmanager
async def a_turn(queue: FairQueue, caller: str) -> AsyncIterator[Ticket]:
    with queue.enter(caller) as ticket:
        await asyncio.sleep(0)  # the search
        async for _ in ticket.places():
            await asyncio.sleep(0)  # the event is sent
        yield ticket


@pytest.mark.parametrize("seed", range(20))
def test_whoever_leaves_whenever_leaves_nothing(seed: int) -> None:
    """Tasks cancelled at random, in every stage, some while others end."""
    chance = random.Random(seed)

    async def ask(queue: FairQueue, caller: str) -> None:
        with suppress(QueueFull):
            async with a_turn(queue, caller):
                assert queue.running <= most
                for _ in range(chance.randrange(6)):
                    await asyncio.sleep(0)
                if chance.random() < 0.2:
                    raise RuntimeError("the model broke off")

    async def scenario() -> None:
        nonlocal most
        queue = FairQueue(longest=12, slots=most)
        tasks: list[asyncio.Task[None]] = []
        for _ in range(300):
            tasks.append(asyncio.create_task(ask(queue, chance.choice("abcd"))))
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            there = [task for task in tasks if not task.done()]
            if there and chance.random() < 0.4:
                chance.choice(there).cancel()
            if chance.random() < 0.05:
                slots = chance.randint(1, 4)
                most = max(most, slots)
                queue.resize(slots)
        ends = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE_S)
        wrong = [end for end in ends if isinstance(end, AssertionError)]
        assert not wrong
        assert sum(end is None for end in ends) > 20  # some were answered in all this
        assert sum(isinstance(end, asyncio.CancelledError) for end in ends) > 20
        assert (queue.waiting, queue.running) == (0, 0)

    most = 2
    asyncio.run(scenario())


class QueueMachine(RuleBasedStateMachine):
    """Any order of entering, asking, leaving and resizing, judged by the rule in words."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue(longest=8, slots=1)
        self.stacks: dict[Ticket, ExitStack] = {}  # in order of arrival
        self.entered: set[str] = set()
        self.grants = 0
        self.latest: dict[str, int] = {}  # which grant was the last of a caller who is here

    @rule(caller=st.sampled_from("abc"))
    def enter(self, caller: str) -> None:
        stack = ExitStack()
        free = self.queue.slots + self.queue.longest - len(self.stacks)
        room = sum(ticket.caller == caller for ticket in self.stacks) < free
        try:
            ticket = stack.enter_context(self.queue.enter(caller))
        except QueueFull:
            assert not room
        else:
            assert room
            self.entered.add(caller)
            assert ticket.began is None
            self.stacks[ticket] = stack

    @precondition(lambda self: any(not one.asked for one in self.stacks))
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        asking = data.draw(st.sampled_from([one for one in self.stacks if not one.asked]))
        with Fairness(self):
            self.queue.ask(asking)

    @precondition(lambda self: bool(self.stacks))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(list(self.stacks)))
        stack = self.stacks.pop(ticket)
        with Fairness(self):
            stack.close()

    @rule(slots=st.integers(1, 4))
    def resize(self, slots: int) -> None:
        with Fairness(self):
            self.queue.resize(slots)

    @invariant()
    def counted(self) -> None:
        began = [one for one in self.stacks if one.began is not None]
        assert self.queue.running == len(began)
        assert self.queue.waiting == len(self.stacks) - len(began)

    @invariant()
    def no_slot_is_idle_but_the_last_for_others(self) -> None:
        asking = {one.caller for one in self.stacks if one.asked and one.began is None}
        if asking and self.queue.running < self.queue.slots:
            assert self.queue.running == self.queue.slots - 1 > 0
            assert {one.caller for one in self.stacks if one.began is not None} == asking
            assert self.entered > asking

    @invariant()
    def positions_are_a_line(self) -> None:
        waiting = [one for one in self.stacks if one.began is None]
        positions = [self.queue.place(one).position for one in waiting]
        assert sorted(positions) == list(range(len(waiting)))

    def teardown(self) -> None:
        for stack in self.stacks.values():
            stack.close()
        assert (self.queue.waiting, self.queue.running) == (0, 0)


class Fairness:
    """Around a step: of those that could have begun, the right ones have."""

    def __init__(self, machine: QueueMachine) -> None:
        self.machine = machine

    def __enter__(self) -> None:
        self.running = {one for one in self.machine.stacks if one.began is not None}

    def __exit__(self, *_: object) -> None:
        tickets, latest = list(self.machine.stacks), self.machine.latest
        turns = Counter(one.caller for one in tickets if one in self.running)
        begun = [one for one in tickets if one.began is not None and one not in self.running]
        assert not begun or self.machine.queue.running <= self.machine.queue.slots
        for one in sorted(begun, key=lambda ticket: ticket.began or 0):
            mine = (turns[one.caller], latest.get(one.caller, 0), tickets.index(one))
            for other in tickets:
                if not other.asked or other.began is not None:
                    continue
                its = (turns[other.caller], latest.get(other.caller, 0), tickets.index(other))
                assert mine < its, "the other had a better right"
            turns[one.caller] += 1
            self.machine.grants += 1
            latest[one.caller] = self.machine.grants
        for caller in set(latest) - {one.caller for one in tickets}:
            del latest[caller]


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_caller_has_no_more_places_than_are_set() -> None:
    queue = FairQueue(longest=9, places_of={"a": 2}.get)
    with ExitStack() as stack:
        enter(stack, queue, "a", "a")
        with pytest.raises(QueueFull, match="you have 2 questions in the line"):
            enter(stack, queue, "a")
        enter(stack, queue, "b", "b", "b")
