"""Numbers as texts give them: how exactly, in which unit, and what can be computed of them.

Pure functions. Knows nothing of sentences or sources.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pinakes.ingest.text.units import Unit, named_unit

__all__ = [
    "Quantity",
    "are_of_a_kind",
    "is_difference",
    "is_ratio",
    "measured_in",
    "same_quantity",
]

# "Twice as many", said of 9.6 against 5.1: of a ratio a tenth more or less is meant.
_RATIO_TOLERANCE = 0.1
_YEARS = range(1000, 2100)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, its unit if that is one of measurement, and ``step``: how exactly it is given.

    ``step`` is that of its last digit that tells, 0 where the number is meant exactly: of "9.64
    million" 10,000, of "about 4,800" 100, of 1989 none.
    """

    value: Decimal
    step: Decimal = Decimal(0)
    unit: Unit | None = None

    @property
    def is_year(self) -> bool:
        """Whether it may be one."""
        return self.unit is None and self.value in _YEARS


def are_of_a_kind(one: Quantity, other: Quantity) -> bool:
    """Whether both may be years, or measure the same, or count."""
    if one.unit is not None and other.unit is not None:
        return one.unit.dimension == other.unit.dimension
    return one.unit is other.unit and one.is_year == other.is_year


def same_quantity(said: Quantity, known: Quantity) -> bool:
    """Whether ``known``, put into the unit of ``said`` and given as exactly, is the same number."""
    value, step = known.value, said.step
    if said.unit is not None and known.unit is not None:
        if said.unit.dimension != known.unit.dimension:
            return False
        if said.unit.factor != known.unit.factor or said.unit.offset != known.unit.offset:
            value = _converted(known.value, known.unit, said.unit)
            # What has been converted has been rounded.
            step = max(step, Decimal(1).scaleb(_exponent(said.value)))
    return abs(value - said.value) <= step / 2


def measured_in(words: Sequence[str]) -> Unit | None:
    """The unit of measurement that these words begin with, if they do; "°", "C" are one."""
    tries = ["".join(words[:2]), " ".join(words[:2]), words[0]] if words else []
    return next((unit for name in tries if (unit := named_unit(name)) is not None), None)


def is_difference(said: Quantity, others: Iterable[Quantity]) -> bool:
    """Whether it is how much two of the others are apart: 1685 and 1756 are 71 years."""
    values = [other.value for other in others]
    wanted = said.value
    reach = max(said.step / 2, Decimal(0))
    return any(
        abs(abs(one - other) - wanted) <= reach
        for place, one in enumerate(values)
        for other in values[place + 1 :]
    )


def is_ratio(said: Quantity, others: Iterable[Quantity]) -> bool:
    """Whether one of the others is about so many times another."""
    values = [other.value for other in others if other.value > 0]
    return any(
        abs(Fraction(one) / Fraction(other) - Fraction(said.value))
        <= _RATIO_TOLERANCE * float(said.value)
        for one in values
        for other in values
        if one is not other
    )


def _converted(value: Decimal, unit: Unit, to: Unit) -> Decimal:
    base = float(value) * unit.factor + unit.offset
    return Decimal(repr((base - to.offset) / to.factor))


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
