"""The vocabulary of the service: questions in, checked answers out, and what supports them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pinakes.index.types import Hit
from pinakes.service.errors import BadInput

__all__ = [
    "Answer",
    "AnswerKind",
    "AnswerMode",
    "AnswerRequest",
    "Citation",
    "LeftOut",
    "Meaning",
    "Message",
    "NearPage",
    "OutsideQuestion",
    "PassageRef",
    "Sentence",
    "ShortAnswer",
    "Spent",
    "Truncation",
    "Verdict",
    "WithheldSentence",
    "parse_ref",
]

# answer: a paragraph. brief: one sentence. quote: no model, the best passage word for word.
AnswerMode = Literal["answer", "brief", "quote"]
# answer: in the model's words, and a sentence of it is supported and answers. unproven: in the
# model's words, and none is both; the passage stands below. passage: the passage that most likely
# answers, word for word. topic: nothing is asked, and a page is named: how it begins. refusal: the
# collection does not seem to hold an answer.
AnswerKind = Literal["answer", "unproven", "passage", "topic", "refusal"]
# Why a model's words end before their end: it had no tokens left, or said the same again and again.
Truncation = Literal["length", "repetition"]
# Whether the sources say what a sentence says: all of it, a part, none of it, or that it is
# otherwise. none: it claims nothing (a heading, code, a question), or it is a source's own.
Verdict = Literal["supported", "partly", "unsupported", "contradicted", "none"]
_REF = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9_.-]*)/(\d{1,18})@(\d{1,18}):(\d{1,9})-(\d{1,9})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """A page that a name may mean; ``text``: the first sentence of its lead, "" where none is."""

    collection: str
    page_id: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What is asked: a question, the conversation before it, and how to answer.

    ``strict``: what sources contradict, and what names things that no source holds, is withheld
    instead of marked; None: where the model is small. ``caller`` tells askers apart, so that each
    gets a turn; ``user`` those for whom one caller asks. ``names_best``: the page that likely
    answers is named before a model speaks.
    """

    question: str
    history: tuple[Message, ...] = ()
    mode: AnswerMode = "answer"
    strict: bool | None = None
    caller: str = ""
    user: str = ""
    names_best: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What one question took, whatever became of it: ``caller`` asked it, ``kind`` ended it.

    ``failed``: by an error; ``left``: nobody waited for its end. ``first_s``: seconds until the
    first words, None where none came. ``model_s``: seconds that it had a turn at the model, which
    wrote ``tokens``.
    """

    caller: str
    kind: AnswerKind | Literal["failed", "left"]
    first_s: float | None
    model_s: float
    tokens: int


@dataclass(frozen=True, slots=True)
class PassageRef:
    """A passage's name outside this process: ``collection/page_id@revision_id:start-end``.

    It survives a change of generation, or shows that the page has changed since.
    """

    collection: str
    page_id: int
    revision_id: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.collection}/{self.page_id}@{self.revision_id}:{self.start}-{self.end}"


def parse_ref(text: str) -> PassageRef:
    """The passage that ``text`` names. Raises BadInput where it is no such name."""
    found = _REF.fullmatch(text.strip())
    if found is None or int(found[4]) >= int(found[5]):
        raise BadInput(
            f"{text[:60]!r} is no id of a passage; search gives them, like wiki/12@345:0-678 "
            "(collection/page@revision:start-end)"
        )
    return PassageRef(found[1], *(int(number) for number in found.groups()[1:]))


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage cited by an answer, under the number its text uses.

    ``quote`` is the stored page text from ``start`` to ``end`` (code points), unchanged. ``url``
    is local; ``permalink`` is the same revision on the wiki itself, for readers who are online.
    ``highlights``: the question's words in the quote, as offsets into it. ``language``: its code.
    ``generation``: of its collection. ``as_of``: the date of the dump it is from. ``kept_as_of``:
    of a page that the dump no longer has, the date of the last one that had it.
    """

    number: int
    ref: PassageRef
    title: str
    heading_path: tuple[str, ...]
    quote: str
    url: str
    permalink: str | None
    highlights: tuple[tuple[int, int], ...] = ()
    language: str = ""
    kept_as_of: str | None = None
    as_of: str | None = None
    generation: str = ""


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A slice of the quote of citation ``number``: offsets into it, in code points."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer: its place in the text, what it cites, and two verdicts on it.

    ``verdict``: whether the sources say it, and ``support``: how likely they do, 0 to 1.
    ``answers``: whether it is what was asked. ``citations``: the marks in its text, in order, and
    ``unverified``: those of them that the model put and that were not found to say it. ``missing``:
    its names and numbers that no source holds. ``source``: the sentences of a passage that say it,
    if any do. ``quoted``: the sentence is theirs, word for word.
    """

    start: int
    end: int
    citations: tuple[int, ...]
    verdict: Verdict
    support: float
    missing: tuple[str, ...] = ()
    source: SourcePlace | None = None
    quoted: bool = False
    answers: bool = False
    unverified: tuple[int, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether it is supported, and answers: only both together are an answer."""
        return self.answers and self.verdict == "supported"


@dataclass(frozen=True, slots=True)
class WithheldSentence:
    """What the model wrote and is no part of the answer: a sentence, or a row of a table.

    ``verdict``: whether the sources say it, never that they do; ``none``: it asks, or breaks off.
    ``missing``: its names and numbers that no source holds.
    """

    text: str
    verdict: Verdict
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words of a source that answer the question: a slice of the quote of citation ``number``.

    ``start`` and ``end`` are offsets into that quote, in code points.
    """

    text: str
    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NearPage:
    """A page that a refusal offers instead of an answer."""

    page_id: int
    title: str
    url: str
    collection: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words that a question for elsewhere does without, and what they are: "name", "clause"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class OutsideQuestion:
    """What could be asked elsewhere, and what was left out of it. Nothing sends it."""

    text: str
    removed: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, every mark ``[n]`` in its text resolved to one of its citations.

    ``likeliest``: of a passage that is shown, the sentence that most likely answers, as offsets
    into ``text``. ``searched``: the queries that were asked of ``collections``; ``collection``:
    that of them which answers; ``left_out``: others, and why they could not be asked.
    ``confidence``: how likely the collection holds the answer, 0 to 1. ``withheld``: sentences of
    the model that sources contradict, or that name what none holds, and that are not shown: the
    ``withheld_sentences``, for people who want to see them.
    ``nearest``: of a refusal, the pages nearest to the question. ``as_of``: the date of the dump
    (YYYY-MM-DD), where that is known. ``model``: the one that was asked, whether its words are
    shown or a passage is; None where none had a part in it. ``coverage`` is the share of passages
    that have a vector. ``prompt_tokens`` and ``answer_tokens``: what the model read and wrote.
    ``truncated``: why its words break off, where they do. ``outside_question``: of a refusal, what
    could be asked elsewhere.
    """

    question: str
    mode: AnswerMode
    kind: AnswerKind
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    short_answer: ShortAnswer | None
    searched: tuple[str, ...]
    nearest: tuple[NearPage, ...]
    hits: tuple[Hit, ...]
    confidence: float
    withheld: int
    as_of: str | None
    model: str | None
    collection: str
    generation: str
    coverage: float
    prompt_tokens: int
    answer_tokens: int
    timings: Mapping[str, float]
    truncated: Truncation | None = None
    likeliest: tuple[int, int] | None = None
    outside_question: OutsideQuestion | None = None
    collections: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    withheld_sentences: tuple[WithheldSentence, ...] = ()

    def places(self, number: int) -> list[tuple[int, int]]:
        """Where in the quote of citation ``number`` stands what the sentences say, in order."""
        places = {
            (sentence.source.start, sentence.source.end)
            for sentence in self.sentences
            if sentence.source is not None and sentence.source.number == number
        }
        return sorted(places)

    @property
    def grounded(self) -> bool:
        """Whether at least one sentence has a citation."""
        return any(sentence.citations for sentence in self.sentences)
