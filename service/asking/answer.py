"""From a question to a checked answer: stand-alone question, search, generate, check, or refuse.

Speaks in events, so that the command line and the service can show each as it comes.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing
from functools import partial
from typing import Literal, TypeVar

from pinakes.index.retrieval.federated import Federation, federation_of
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, PageKey
from pinakes.service.asking.answer_writer import AnswerWriter
from pinakes.service.asking.as_of import as_of_note, asks_about_now
from pinakes.service.asking.asked_language import language_name
from pinakes.service.asking.best_page import best_page
from pinakes.service.asking.cards import topic_card_events, write_card
from pinakes.service.asking.citations import make_citation, page_url
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent, Done, Sources, Status, Token
from pinakes.service.asking.find_among import find_among
from pinakes.service.asking.generate import ModelText, written
from pinakes.service.asking.later import asks_about_later
from pinakes.service.asking.model_loading import WorkOfModel
from pinakes.service.asking.model_turn import ModelTurn
from pinakes.service.asking.notes import no_answer_note, searched_note, written_in_note
from pinakes.service.asking.outside_question import outside_question
from pinakes.service.asking.pack import pack
from pinakes.service.asking.room import room_for
from pinakes.service.asking.short_answers import short_answer
from pinakes.service.asking.understanding import understood
from pinakes.service.errors import ServiceError
from pinakes.service.fair_queue import FairQueue
from pinakes.service.generators.generator import Generator, ModelInfo, Sign, Thought
from pinakes.service.generators.profiles import ModelProfile, profile_of
from pinakes.service.reading.answering import answers, quotation_answers
from pinakes.service.reading.models import ReadingModels, reading_models
from pinakes.service.reading.question import Question
from pinakes.service.reading.words import words_of
from pinakes.service.settings import Settings
from pinakes.service.types import (
    Answer,
    AnswerKind,
    AnswerMode,
    AnswerRequest,
    NearPage,
    Spent,
)

__all__ = ["Answerer", "OnStatus", "answer_of", "finished_answer"]

OnStatus = Callable[[Status], Awaitable[None]]
Found = TypeVar("Found")

_NEAREST = 3


class Answerer:
    """Answers questions with one generator, or without: then with the passage that answers."""

    def __init__(
        self,
        generator: Generator | None,
        settings: Settings,
        reading: ReadingModels | None = None,
        places_of: Callable[[str], int | None] = lambda _caller: None,
        on_spent: Callable[[Spent], None] = lambda _spent: None,
    ) -> None:
        """``reading``: what reads passages and checks sentences; None: what the settings choose.

        ``places_of``: as for the line of the model. ``on_spent``: told of each question that has
        ended.
        """
        self.generator = generator
        self.reading = reading or reading_models(settings.models)
        self.settings = settings
        self._on_spent = on_spent
        self.queue = FairQueue(settings.answer.longest_queue, places_of=places_of)
        # Apart from the threads that check sentences, and fewer than there are cores: who comes new
        # holds up no answer but while networks read, which takes all of them for a moment.
        threads = max(1, (os.cpu_count() or 1) - 1)
        self._searching = ThreadPoolExecutor(threads, "search")
        # The threads would take the many questions of one caller before the first of another.
        self._searches = FairQueue(None, threads)

    def check_room(self, caller: str, mode: AnswerMode) -> None:
        """Raises QueueFull where a question of ``caller`` would be refused now."""
        if mode != "quote" and self.generator is not None:
            self.queue.check_room(caller)

    async def answer(
        self, searched: Index | Federation, request: AnswerRequest
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Status, sources, the text in pieces with its checked sentences, then the answer.

        Raises BadQuery for a question that cannot be searched for, and QueueFull where too many
        wait, both before any event; GeneratorError when the model does not do its part.
        """
        searched.checked(request.question)
        several = federation_of(searched)
        began = time.perf_counter()
        draft = Draft(several.first, request, request.question, began, several=several)
        kind: AnswerKind | Literal["failed", "left"] = "left"
        first_s: float | None = None
        try:
            async with aclosing(self._answered(draft)) as events:
                async for event in events:
                    if first_s is None and isinstance(event, Token):
                        first_s = time.perf_counter() - draft.began
                    if isinstance(event, Done):
                        kind = event.answer.kind
                    yield event
        except Exception:
            kind = "failed"
            raise
        finally:
            spent = Spent(request.caller, kind, first_s, draft.model_s, draft.answer_tokens)
            self._on_spent(spent)

    async def _answered(self, draft: Draft) -> AsyncGenerator[AnswerEvent, None]:
        request, mode = draft.request, self.settings.search.mode
        generator = None if request.mode == "quote" else self.generator
        with ExitStack() as stack:
            turn = None
            if generator is not None:
                # Before the search, so that a full line costs nothing; the turn is asked for after
                # it, so that an answer that turns out to need no model waits for none.
                ticket = stack.enter_context(self.queue.enter(request.caller, request.user))
                stack.callback(lambda: setattr(draft, "model_s", ticket.lasted_s))
                turn = ModelTurn(generator, ticket, self.settings.answer.limit_s)
            yield Status("searching")
            if generator is not None and request.names_best:
                best = await self._searched(draft, partial(best_page, draft, mode))
                if best is not None:
                    yield best
            async with aclosing(understood(draft, turn, self.settings.generator)) as events:
                async for event in events:
                    yield event
            question = await self._search(draft)
            if draft.topic:
                self._take_sources(draft, draft.topic)
                yield Sources(draft.citations)
                for event in (*topic_card_events(draft), draft.finished("topic")):
                    yield event
                return
            if not draft.hits or draft.confidence < draft.threshold:
                for event in self._refusal(draft):
                    yield event
                return
            if turn is None and not draft.holds_answer:
                for event in self._refusal(draft):
                    yield event
                return
            if turn is None:
                first = draft.ranked[0].hit if draft.ranked else 0
                self._take_sources(draft, draft.hits[first : first + 1])
                yield Sources(draft.citations)
                for event in self._card(draft, question):
                    yield event
                for event in self._ended(draft, "passage"):
                    yield event
                return
            async with aclosing(self._generated(draft, question, turn)) as events:
                async for event in events:
                    yield event

    async def aclose(self) -> None:
        """Let go of the generator and the threads."""
        self._searching.shutdown(wait=False, cancel_futures=True)
        if self.generator is not None:
            await self.generator.aclose()

    async def _search(self, draft: Draft) -> Question:
        """Find what there is for the question; the question as sources are compared with it."""
        models, mode = self.reading, self.settings.search.mode
        question, beside, planned = draft.question, draft.beside, draft.planned
        work = partial(find_among, draft.federation, models, question, mode, beside, planned)
        among = await self._searched(draft, work)
        draft.index, draft.threshold, found = among.index, among.threshold, among.found
        draft.searched, draft.hits, draft.ranked = found.searched, found.hits, found.sentences
        draft.more, draft.likely = found.more, found.likely
        draft.holds_answer = found.holds_answer
        draft.topic = found.topic
        draft.confidence = round(found.confidence, 3)
        draft.clock("search_s")
        return found.question

    async def _searched(self, draft: Draft, search: Callable[[], Found]) -> Found:
        """What ``search`` finds, in a thread, when it is the caller's turn."""
        request = draft.request
        with self._searches.enter(request.caller, request.user) as ticket:
            await ticket.turn()
            return await asyncio.get_running_loop().run_in_executor(self._searching, search)

    async def _generated(
        self, draft: Draft, question: Question, turn: ModelTurn
    ) -> AsyncGenerator[AnswerEvent, None]:
        """The model's answer, checked sentence by sentence; what does not hold gives way."""
        generator = turn.generator
        described = WorkOfModel(generator, generator.describe())
        async with aclosing(described.events()) as loading:
            async for status in loading:
                yield status
        info = described.value
        async with aclosing(turn.waited_for(draft, info)) as events:
            async for event in events:
                yield event
        limit = turn.limit()
        yield Status("reading")
        room = room_for(info, self.settings.generator)
        packing = WorkOfModel(generator, limit.result(pack(generator, draft, info, room)))
        async with aclosing(packing.events()) as loading:
            async for status in loading:
                yield status
        packed = packing.value
        self._take_sources(draft, packed.hits)
        draft.model, draft.prompt_tokens = info.name, packed.tokens
        draft.clock("packed_s")
        yield Sources(draft.citations)
        premises = self.reading.entailment.premises(question, draft.citations)
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, premises.prepare)  # while the model reads them too
        writer = AnswerWriter(
            draft,
            premises,
            partial(answers, question),
            strict=self._is_strict(draft.request, info),
            trusted=not self._judged(info).tiny,
            language=draft.index.manifest.dump.language,
        )
        info = await limit.result(generator.describe())  # what the prompt has shown of it, too
        heard = ModelText(room.reply, thinks=info.thinks)
        async with aclosing(generator.stream(packed.messages, room.reply)) as pieces:
            first = WorkOfModel(generator, limit.result(anext(pieces, None)))
            async with aclosing(first.events()) as loading:
                async for status in loading:
                    yield status
            said = _beginning_with(first.value, pieces)
            async with aclosing(written(draft, limit, said, heard, writer)) as events:
                async for event in events:
                    yield event
        kind: AnswerKind = "answer"
        if writer.has_proven:
            draft.short_answer = short_answer(draft, question, self.reading.reader.margin)
        elif writer.declined and not writer.has_said and not info.small:
            for event in self._refusal(draft):
                yield event
            return
        else:  # the words of the sources, where the model's own are not proven
            kind = "unproven" if writer.has_said else "passage"
            for event in self._card(draft, question):
                yield event
        for event in self._ended(draft, kind):
            yield event

    def _card(self, draft: Draft, question: Question) -> Iterable[AnswerEvent]:
        """The passage that most likely answers, and the words in it that plainly do."""
        yield from write_card(draft, partial(quotation_answers, question))
        draft.short_answer = short_answer(draft, question, self.reading.reader.margin)

    def _is_strict(self, request: AnswerRequest, info: ModelInfo) -> bool:
        for choice in (request.strict, self.settings.answer.strict):
            if choice is not None:
                return choice
        return self._judged(info).small

    def _judged(self, info: ModelInfo) -> ModelInfo | ModelProfile:
        """By what a model is judged: how often it was right, or, unmeasured, its size."""
        return profile_of(info, self.settings.data) or info

    def _take_sources(self, draft: Draft, hits: Sequence[Hit]) -> None:
        draft.citations = tuple(
            make_citation(number, hit, draft.federation.manifest_of(hit))
            for number, hit in enumerate(hits, start=1)
        )

    def _ended(self, draft: Draft, kind: AnswerKind) -> Iterable[AnswerEvent]:
        """The finished answer, with its date where it is about the present."""
        manifest = draft.index.manifest
        dump = manifest.dump
        if dump.date and asks_about_now(draft.question, words_of(dump.language)):
            note = f"\n\n{as_of_note(draft.as_of or '', dump.language)}"
            draft.text += note
            yield Token(note)
        yield draft.finished(kind)

    def _refusal(self, draft: Draft) -> Iterable[AnswerEvent]:
        """That nothing supports an answer, what was searched, and the nearest pages."""
        pages: dict[PageKey, NearPage] = {}
        for hit in draft.hits:
            name, page_id = hit.page_key
            near = NearPage(page_id, hit.passage.title, page_url(name, page_id), name)
            pages.setdefault(hit.page_key, near)
        nearest = list(pages.values())[:_NEAREST]
        language = draft.language
        is_several = len(draft.federation.indexes) > 1
        # A model may have said so itself.
        words = [] if draft.text else [no_answer_note(language, of_several=is_several)]
        written_in = {index.manifest.dump.language for index in draft.federation.indexes.values()}
        if language_name(language) not in map(language_name, written_in):
            words.append(written_in_note(language, written_in))
        words.append(searched_note(language, draft.searched, (page.title for page in nearest)))
        if draft.as_of and asks_about_later(draft.question, int(draft.as_of[:4])):
            words.append(as_of_note(draft.as_of, language))
        said = (" " if draft.text else "") + " ".join(words)
        draft.text += said
        draft.citations = ()
        yield Token(said)
        request = draft.request
        before = [turn.content for turn in request.history if turn.role == "user"]
        elsewhere = outside_question(draft.question, request.question, before, language)
        yield draft.finished("refusal", nearest, elsewhere)


async def _beginning_with(
    first: str | Sign | Thought | None, rest: AsyncGenerator[str | Sign | Thought, None]
) -> AsyncGenerator[str | Sign | Thought, None]:
    """``first``, where there is one, and the rest."""
    if first is not None:
        yield first
    async for piece in rest:
        yield piece


async def finished_answer(
    answerer: Answerer,
    searched: Index | Federation,
    request: AnswerRequest,
    on_status: OnStatus | None = None,
) -> Answer:
    """The finished answer; ``on_status`` is told what is being done until then.

    Raises what ``Answerer.answer`` does.
    """
    return await answer_of(answerer.answer(searched, request), on_status)


async def answer_of(
    events: AsyncGenerator[AnswerEvent, None], on_status: OnStatus | None = None
) -> Answer:
    """The answer that ``events`` lead to; they are closed in the end.

    Raises what they raise, and ServiceError where they end without an answer.
    """
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Status) and on_status is not None:
                await on_status(event)
            elif isinstance(event, Done):
                return event.answer
    raise ServiceError("the answer ended without a result")
