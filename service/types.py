"""The vocabulary of the service: a question's answer, and the citations that bear it out."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.types import Hit

__all__ = ["Answer", "Citation", "PassageRef", "Sentence"]


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


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage cited by an answer, under the number its text uses.

    ``quote`` is the stored page text from ``start`` to ``end`` (code points), unchanged. ``url``
    is local; ``permalink`` is the same revision on the wiki itself, for readers who are online.
    ``highlights``: the question's words in the quote, as offsets into it.
    """

    number: int
    ref: PassageRef
    title: str
    heading_path: tuple[str, ...]
    quote: str
    url: str
    permalink: str | None
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer: its place in the text, and the numbers of what it cites.

    No numbers means ``uncited``: nothing that was found bears it out.
    """

    start: int
    end: int
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, every mark ``[n]`` in its text resolved to one of its citations.

    ``grounded``: at least one sentence has a citation. ``model`` is None when the answer is
    quotations only. ``coverage`` is the share of passages that have a vector.
    """

    question: str
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    grounded: bool
    model: str | None
    generation: str
    coverage: float
    timings: Mapping[str, float]
