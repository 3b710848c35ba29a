"""An answer in the making: what is known of it so far."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.asking.asked_language import asked_language
from pinakes.service.asking.decompose import Comparison, TwoSteps
from pinakes.service.asking.events import Done
from pinakes.service.problems import title_of
from pinakes.service.reading.likely_answers import LikelyAnswer
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.types import (
    Answer,
    AnswerKind,
    AnswerRequest,
    Citation,
    NearPage,
    OutsideQuestion,
    Sentence,
    ShortAnswer,
    Truncation,
    WithheldSentence,
)

__all__ = ["Draft"]


@dataclass(slots=True)
class Draft:
    """An answer in the making.

    ``index``: of the collection that answers; ``several``: all that are asked, where it is not the
    only one, and until the search it is the first of them. ``question`` stands alone: what the
    conversation adds has been put in. ``beside``: where it did not, the question behind the one
    before it, as both were typed. ``planned``: the parts that a model has found in it. ``more``:
    passages behind ``hits``. ``topic``: where it asks nothing, what is shown of the page that it
    names. ``likely``: words that may be the answer. ``holds_answer``: whether the likeliest passage
    is likely to. ``marked``: citations that stand in what is no sentence, as in a table.
    ``threshold``: the least confidence with which the collection's questions are answered.
    ``model_s``: how long it had a turn at the model.
    """

    index: Index
    request: AnswerRequest
    question: str
    began: float
    beside: str | None = None
    planned: Comparison | TwoSteps | None = None
    timings: dict[str, float] = field(default_factory=dict)
    searched: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    more: tuple[Hit, ...] = ()
    ranked: tuple[AnsweringSentence, ...] = ()
    likely: tuple[LikelyAnswer, ...] | None = None
    holds_answer: bool = True
    topic: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    text: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)
    withheld_sentences: list[WithheldSentence] = field(default_factory=list)
    truncated: Truncation | None = None
    model: str | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    model_s: float = 0.0
    confidence: float = 0.0
    threshold: float = 0.0
    short_answer: ShortAnswer | None = None
    likeliest: tuple[int, int] | None = None
    several: Federation | None = None

    @property
    def federation(self) -> Federation:
        """The collections that are asked."""
        return self.several or Federation([self.index])

    @property
    def language(self) -> str:
        """The code of the language that it is given in: that of the question, or the sources'."""
        return asked_language(self.request.question, self.index.manifest.dump.language)

    @property
    def as_of(self) -> str | None:
        """The date of the dump, YYYY-MM-DD, where it is known."""
        return self.index.manifest.dump.day

    @property
    def withheld(self) -> int:
        """How many sentences are not shown."""
        return len(self.withheld_sentences)

    def clock(self, name: str) -> None:
        """Note the seconds since the question came in, the first time only."""
        self.timings.setdefault(name, round(time.perf_counter() - self.began, 4))

    def finished(
        self,
        kind: AnswerKind,
        nearest: Sequence[NearPage] = (),
        outside_question: OutsideQuestion | None = None,
    ) -> Done:
        """The answer with only the citations that its sentences use."""
        self.clock("total_s")
        used = {number for sentence in self.sentences for number in sentence.citations}
        used |= self.marked
        manifest, federation = self.index.manifest, self.federation
        return Done(
            Answer(
                question=self.request.question,
                mode=self.request.mode,
                kind=kind,
                text=self.text,
                sentences=tuple(self.sentences),
                citations=tuple(citation for citation in self.citations if citation.number in used),
                short_answer=self.short_answer,
                likeliest=self.likeliest,
                searched=self.searched,
                nearest=tuple(nearest),
                hits=self.hits,
                confidence=self.confidence,
                withheld=self.withheld,
                withheld_sentences=tuple(self.withheld_sentences),
                as_of=self.as_of,
                model=self.model,
                collection=manifest.collection,
                collections=federation.names,
                left_out={name: title_of(error) for name, error in federation.left_out.items()},
                generation=manifest.generation,
                coverage=manifest.coverage,
                prompt_tokens=self.prompt_tokens,
                answer_tokens=self.answer_tokens,
                timings=self.timings,
                truncated=self.truncated,
                outside_question=outside_question,
            )
        )
