"""What a sentence claims: the words of it that say something, in order, and where it denies.

Knows nothing of how sentences are read, of sources or of verdicts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from pinakes.service.reading.quantities import Quantity

__all__ = ["Claim", "Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says something: as it is written, and the form it is compared by.

    ``quantity`` is a number's; ``unit`` the form of the word right behind it. ``is_name``: a
    capital in the middle of a sentence. ``qualifier``: what right before it makes it say something
    else: "former", "sixth", "may". ``is_agent``: "by" stands before it; ``is_owner``: it ends in
    "'s"; ``is_month``: it names one. ``at``: which of all words, numbers and signs of the text it
    is.
    """

    text: str
    form: str
    quantity: Quantity | None = None
    unit: str | None = None
    is_name: bool = False
    qualifier: str | None = None
    is_agent: bool = False
    is_owner: bool = False
    is_month: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as what it says: its words in order, and before which of them it denies.

    ``sentences``: at which words its later sentences begin; ``clauses``: these, and what is set
    apart ("; ", "while", ", and"); ``commas``: what stands behind any other. ``greater``: whether
    it says that what comes first in it is more than what comes second, less (False), or neither;
    ``is_ratio``: that it is so many times as much; ``has_auxiliary``: that it has a verb like "is".
    """

    words: tuple[Word, ...]
    denials: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()
    clauses: tuple[int, ...] = ()
    commas: tuple[int, ...] = ()
    greater: bool | None = None
    is_ratio: bool = False
    has_auxiliary: bool = False

    @property
    def forms(self) -> frozenset[str]:
        """The forms of its words."""
        return frozenset(word.form for word in self.words)

    def parts(self, edges: Collection[int]) -> list["Claim"]:
        """What stands between the ``edges``, each as a claim of its own, without empty ones."""
        ends = sorted({0, *edges, len(self.words)})
        return [
            Claim(
                self.words[low:high],
                tuple(place - low for place in self.denials if low <= place < high),
            )
            for low, high in pairwise(ends)
        ]
