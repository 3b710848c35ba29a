"""How much of a claim another text says: its names, its numbers, its words and their order.

Pure functions over claims. Knows nothing of sources or verdicts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pinakes.service.reading.claims import Claim, Word
from pinakes.service.reading.quantities import same_quantity

__all__ = ["Comparison", "compare", "nearest_places"]

_UNIT_REACH = 2
# The words of a date, and how far apart those beside each other are: "July 4, 1799", "4th of July".
_DATE_WORDS, _DATE_REACH = (2, 3), 3
# A date is that much longer than its words: "July 15, 1799" of July 1799.
_DATE_SIGNS = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much of a claim another text says, each 0 to 1.

    ``said``: of each word where the text has it, ``titled``: whether the title has. ``order``: the
    longest run of words, gaps allowed, that stands there in the same order. ``missing``: names and
    numbers that it does not hold. ``same_sense``: neither denies what the other says, and no
    qualifier of those words is dropped.
    """

    said: tuple[tuple[int, ...], ...]
    titled: tuple[bool, ...]
    order: float
    missing: tuple[str, ...]
    same_sense: bool

    @property
    def held(self) -> tuple[bool, ...]:
        """Of each word whether the text or its title has it."""
        return tuple(bool(at) or named for at, named in zip(self.said, self.titled, strict=True))

    @property
    def coverage(self) -> float:
        """The share of the words that the text or its title has."""
        return sum(self.held) / (len(self.held) or 1)


def compare(claim: Claim, text: Claim, context: Collection[str]) -> Comparison:
    """How much of ``claim`` is said by ``text``, whose subject the forms in ``context`` name."""
    places: dict[str, list[int]] = {}
    numbers: list[int] = []
    for place, word in enumerate(text.words):
        places.setdefault(word.form, []).append(place)
        if word.quantity is not None:
            numbers.append(place)
    found = [
        places.get(word.form, [])
        if word.quantity is None
        else [at for at in numbers if _is_same_number(word, text.words[at])]
        for word in claim.words
    ]
    for place, (number, unit) in enumerate(pairwise(claim.words)):
        # "4,810 metres", which the text gives in feet, or calls m.
        if number.quantity is not None and number.quantity.unit is not None and found[place]:
            found[place + 1] = found[place + 1] or (
                found[place] if number.unit == unit.form else []
            )
    titled = tuple(word.quantity is None and word.form in context for word in claim.words)
    held = [bool(at) or named for at, named in zip(found, titled, strict=True)]
    missing = [
        # What is said of something else there: "2 km" of 2 m.
        f"{word.text} {word.unit}" if word.quantity and word.form in places else word.text
        for word, is_held in zip(claim.words, held, strict=True)
        if (word.quantity is not None or word.is_name) and not is_held
    ]
    forms = {word.form for word in claim.words}
    missing += [
        f"{word.text} {word.unit}"
        for word, at in zip(claim.words, found, strict=True)
        if word.quantity is not None
        and at
        and word.unit in forms
        and word.unit in places
        and not any(word.unit in _units(text, place) for place in at)
    ]
    missing += [
        " ".join(claim.words[place].text for place in date)
        for date in _dates(claim)
        if all(found[place] for place in date)
        and not _stand_together([found[place] for place in date], text)
    ]
    chain = _longest_chain(found)
    nearest = nearest_places(found, text)
    denied = any(_denies(place, sorted(nearest.values()), text) for place in text.denials)
    dropped = any(
        _drops_qualifier(claim.words[number], found[number], place, text)
        for number, place in nearest.items()
    )
    return Comparison(
        said=tuple(tuple(at) for at in found),
        titled=titled,
        order=(len(chain) + sum(held) - sum(map(bool, found))) / (len(claim.words) or 1),
        missing=tuple(dict.fromkeys(missing)),
        same_sense=bool(claim.denials) == denied and not dropped,
    )


def nearest_places(found: Sequence[Sequence[int]], text: Claim) -> dict[int, int]:
    """Of each word that the text has, by its number, the place where all stand closest together."""
    events = sorted((place, number) for number, places in enumerate(found) for place in places)
    wanted = len({number for _, number in events})
    last: dict[int, int] = {}
    best: tuple[int, dict[int, int]] | None = None
    for place, number in events:
        last[number] = place
        if len(last) == wanted:
            first = min(last.values())
            spread = text.words[place].at - text.words[first].at
            if best is None or spread < best[0]:
                best = (spread, dict(last))
    return best[1] if best else {}


def _drops_qualifier(word: Word, places: Sequence[int], nearest: int, text: Claim) -> bool:
    """Whether the text qualifies a word, as "former", in a way that the claim does not.

    Not if the same sentence has it as the claim does.
    """
    if text.words[nearest].qualifier in (None, word.qualifier):
        return False
    return not any(
        text.words[place].qualifier in (None, word.qualifier)
        and not any(min(place, nearest) < edge <= max(place, nearest) for edge in text.sentences)
        for place in places
    )


def _dates(claim: Claim) -> list[list[int]]:
    """The words of each date that has a month, and a day or a year."""
    runs: list[list[int]] = []
    for place, word in enumerate(claim.words):
        if not (word.is_month or _may_be_of_date(word)):
            continue
        if runs and word.at - claim.words[runs[-1][-1]].at <= _DATE_REACH:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [
        run
        for run in runs
        if len(run) in _DATE_WORDS and sum(claim.words[place].is_month for place in run) == 1
    ]


def _may_be_of_date(word: Word) -> bool:
    """Whether a number may be a day or a year: "thirteen days in October" counts days."""
    quantity = word.quantity
    if quantity is None or quantity.unit is not None:
        return False
    return word.unit is None or quantity.is_year


def _stand_together(places: Sequence[Sequence[int]], text: Claim) -> bool:
    """Whether the text has one of the places of each so near each other as a date has its words."""
    near = nearest_places(places, text).values()
    at = sorted(text.words[place].at for place in near)
    return at[-1] - at[0] < len(places) + _DATE_SIGNS


def _denies(place: int, said: Sequence[int], text: Claim) -> bool:
    """Whether what is denied from ``place`` on is among these words of the text.

    Not if a clause ends before the next of them.
    """
    if not said or not said[0] <= place <= said[-1]:
        return False
    following = next(at for at in said if at >= place)
    return not any(place < edge <= following for edge in text.clauses)


def _is_same_number(word: Word, other: Word) -> bool:
    said, known = word.quantity, other.quantity
    return said is not None and known is not None and same_quantity(said, known)


def _units(text: Claim, place: int) -> set[str]:
    """The forms of the words right behind a number."""
    behind = [near.form for near in text.words[place + 1 : place + 1 + _UNIT_REACH]]
    return {*behind, text.words[place].unit or ""}


def _longest_chain(places: Sequence[Sequence[int]]) -> list[int]:
    """The longest rising sequence with one place of a word at most, by patience sorting."""
    best: list[list[int]] = []  # by length less one, the chain that ends earliest
    for choices in places:
        for place in sorted(choices, reverse=True):
            length = next(
                (number for number, chain in enumerate(best) if chain[-1] >= place), len(best)
            )
            chain = [*best[length - 1], place] if length else [place]
            if length == len(best):
                best.append(chain)
            else:
                best[length] = chain
    return best[-1] if best else []
