"""How much of a claim the clauses of a text say: of what is new in it, and of what was asked.

Pure functions over a claim's words and their weights. Knows nothing of sources or verdicts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pinakes.service.reading.claims import Claim
from pinakes.service.reading.comparison import Comparison, nearest_places

__all__ = ["NO_CLAUSE", "MatchedClause", "WeighedWords"]


@dataclass(frozen=True, slots=True)
class MatchedClause:
    """How much of a claim a clause says, of what is new in it, and of what was asked.

    ``nearness``: how close together it has the words that it has, 1 where they are all it says.
    """

    new: float
    whole: float
    asked: float
    nearness: float


NO_CLAUSE = MatchedClause(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class WeighedWords:
    """The words of a claim by weight, and which of them are new: the question has them not."""

    weights: Sequence[float]
    new: Sequence[bool]

    def share(self, flags: Sequence[object], *, is_new: bool | None = None) -> float:
        """The share of the words that have the flag; of the new ones, of the others, or of all.

        1 where there are none.
        """
        chosen = [
            (flag, weight)
            for flag, weight, new in zip(flags, self.weights, self.new, strict=True)
            if is_new is None or new == is_new
        ]
        total = sum(weight for _, weight in chosen)
        return sum(weight for flag, weight in chosen if flag) / total if total else 1.0

    def clauses(self, found: Comparison, text: Claim) -> Iterator[MatchedClause]:
        """What each clause of a text says of the words, if it has any of them."""
        for low, high in pairwise(sorted({0, *text.clauses, len(text.words)})):
            said = [[place for place in at if low <= place < high] for at in found.said]
            if any(said):
                held = [bool(at) or named for at, named in zip(said, found.titled, strict=True)]
                near = {text.words[place].at for place in nearest_places(said, text).values()}
                yield MatchedClause(
                    self.share(said, is_new=True),
                    self.share(held),
                    self.share(held, is_new=False),
                    len(near) / (max(near) - min(near) + 1),
                )

    def best_clause(self, found: Comparison, text: Claim) -> MatchedClause:
        """Of the clauses that say most of what is new, the one that says most."""
        return max(
            self.clauses(found, text),
            key=lambda clause: (clause.new, clause.whole, clause.nearness),
            default=NO_CLAUSE,
        )
