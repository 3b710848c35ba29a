"""What else could stand in a claim in the place of what is new in it: other names, other numbers.

"The capital is Adelaide" competes with "the capital is Canberra" if the sources speak of both. Pure
functions over claims. Knows nothing of sources or verdicts.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from pinakes.service.reading.claims import Claim, Word
from pinakes.service.reading.quantities import are_of_a_kind

__all__ = ["new_words", "substituted", "substitutes_in"]


def new_words(claim: Claim, asked: Collection[str]) -> frozenset[str]:
    """The forms of the one new name or number of a claim; none where it has several."""
    runs = _new_runs(claim, asked)
    if len(runs) != 1:
        return frozenset()
    [(low, high)] = runs
    return frozenset(word.form for word in claim.words[low:high])


def substituted(
    claim: Claim, asked: Collection[str], others: Iterable[tuple[Word, ...]]
) -> Iterator[Claim]:
    """The claim with each of the others in the place of its one new name or number.

    Those of a kind with it; none where it has several.
    """
    runs = _new_runs(claim, asked)
    if len(runs) != 1:
        return
    [(low, high)] = runs
    said = claim.words[low:high]
    for other in others:
        if _may_stand_for(other, said):
            shift = len(other) - len(said)
            denials = tuple(place + shift if place >= high else place for place in claim.denials)
            words = (*claim.words[:low], *other, *claim.words[high:])
            yield replace(claim, words=words, denials=denials, clauses=(), commas=())


def substitutes_in(text: Claim, asked: Collection[str]) -> Iterator[tuple[Word, ...]]:
    """The names and numbers of a text that were not asked, a name of several words as one."""
    for low, high in _new_runs(text, asked):
        yield text.words[low:high]


def _new_runs(claim: Claim, asked: Collection[str]) -> list[tuple[int, int]]:
    """Where names and numbers stand that were not asked: from and to which word."""
    runs: list[tuple[int, int]] = []
    for place, word in enumerate(claim.words):
        if word.form in asked or not (word.is_name or word.quantity is not None):
            continue
        joins = runs and runs[-1][1] == place and word.is_name and claim.words[place - 1].is_name
        if joins:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _may_stand_for(other: tuple[Word, ...], said: tuple[Word, ...]) -> bool:
    one, two = said[0].quantity, other[0].quantity
    if one is None or two is None:
        return one is two
    return are_of_a_kind(one, two) and (one.is_year or said[0].unit == other[0].unit)
