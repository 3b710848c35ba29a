"""What checks: whether the sources of an answer support a sentence, how surely, and where.

The door for models of every kind: a linear model over features is always there
(``linear_entailment``); a network trained on entailment is another. Knows none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pinakes.service.reading.question import Question
from pinakes.service.types import Citation, SourcePlace, Verdict

__all__ = ["EntailmentModel", "Premises", "Support"]


@dataclass(frozen=True, slots=True)
class Support:
    """What supports a sentence, and how surely; ``missing`` as in service.types.Sentence.

    ``citations``: numbers of the sources that support it. ``score``: how likely they do, 0 to 1.
    ``source``: where it is said, if it is. ``agrees``: a reader that knows nothing of the sentence
    finds there, too, what it says for an answer.
    """

    citations: tuple[int, ...]
    verdict: Verdict
    score: float
    missing: tuple[str, ...] = ()
    source: SourcePlace | None = None
    agrees: bool = False


class Premises(Protocol):
    """The sources of one answer, as one model reads them."""

    def prepare(self) -> None:
        """Read them ahead of the first claim."""
        ...

    def check(self, claim: str, cited: Sequence[int]) -> Support:
        """The verdict on a sentence that cites the sources numbered ``cited``.

        The place is in one of those where one of them says as much as any other. Asked from other
        threads than the one that prepares, one claim after the other.
        """
        ...


class EntailmentModel(Protocol):
    """Checks sentences against sources. Asked for several answers at once."""

    def premises(self, question: Question, sources: Sequence[Citation]) -> Premises:
        """``sources``, to check sentences that answer ``question`` against."""
        ...
