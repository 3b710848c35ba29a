"""What a claim computes: differences, ratios, and which of two quantities is the greater.

Pure functions over claims. Knows nothing of sources.
"""

from dataclasses import replace

from pinakes.service.reading.claims import Claim
from pinakes.service.reading.quantities import Quantity, is_difference, is_ratio

__all__ = ["computed", "is_false_comparison"]

# Of more numbers some difference is any other by chance.
_MOST_NUMBERS = 8


def computed(claim: Claim) -> Claim:
    """The claim without the numbers that follow from its other ones, and their units.

    "71 years" of 1685 and 1756; "twice" needs no number. A single number follows from nothing.
    """
    numbers = _numbers(claim)
    if not 2 < len(numbers) <= _MOST_NUMBERS:
        return claim
    left_out: set[int] = set()
    for place, said in sorted(numbers, key=lambda one: one[1].value):  # what is left is smaller
        others = [other for at, other in numbers if at != place and at not in left_out]
        if len(others) >= 2 and _follows(said, others, is_a_ratio=claim.is_ratio):
            left_out.add(place)
    if not left_out:
        return claim
    units = {claim.words[place].unit for place in left_out}
    gone = left_out | {
        place + 1
        for place in left_out
        if place + 1 < len(claim.words) and claim.words[place + 1].form in units
    }
    kept = [place for place in range(len(claim.words)) if place not in gone]
    return replace(
        claim,
        words=tuple(claim.words[place] for place in kept),
        denials=_moved(claim.denials, gone),
        clauses=_moved(claim.clauses, gone),
        commas=_moved(claim.commas, gone),
    )


def is_false_comparison(claim: Claim) -> bool:
    """Whether it says wrongly that the first of its two quantities is the greater, or the smaller.

    "More people: 5.1 million, against 9.6 million".
    """
    numbers = [number for _, number in _numbers(claim)]
    if claim.greater is None or len(numbers) != 2:
        return False
    first, second = numbers
    if first.value == second.value:
        return False
    return (first.value > second.value) != claim.greater


def _numbers(claim: Claim) -> list[tuple[int, Quantity]]:
    return [
        (place, word.quantity)
        for place, word in enumerate(claim.words)
        if word.quantity is not None
    ]


def _follows(said: Quantity, others: list[Quantity], *, is_a_ratio: bool) -> bool:
    return is_difference(said, others) or (is_a_ratio and is_ratio(said, others))


def _moved(places: tuple[int, ...], gone: set[int]) -> tuple[int, ...]:
    """Places in what is left."""
    return tuple(place - sum(one < place for one in gone) for place in places)
