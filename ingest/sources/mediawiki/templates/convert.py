"""``{{convert|…}}``: a measurement in the unit given and in the one readers expect beside it.

Rounding and wording follow the documentation of Wikipedia's Template:Convert: the result keeps the
precision of the input, shifted by the size of the factor, and at least two significant digits; a
temperature keeps three in kelvins.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pinakes.ingest.sources.mediawiki.markup.tables import CELL
from pinakes.ingest.text.units import Unit, find_unit, standard_code

__all__ = ["convert"]

_SUBUNITS = {("ft", "in"): 12, ("st", "lb"): 14, ("lb", "oz"): 16, ("mi", "yd"): 1760}
# Whole numbers of any unit are converted to these with more precision than the rule gives.
_FINER = frozenset(("ft", "lb"))
_RANGE_WORDS = {
    "to": " to ", "-": "–", "–": "–", "and": " and ", "or": " or ", "by": " by ", "x": " × ",
    "×": " × ", "xx": " × ", "*": " × ", "+/-": " ± ", "±": " ± ", "to(-)": " to ",
    "and(-)": " and ", "to about": " to about ", ",": ", ", ", and": ", and ", "&": " & ",
}  # fmt: skip
_NUMBER = re.compile(r"^[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?$", re.IGNORECASE)
_FRACTION = re.compile(r"^([-−]?\d+)?[+ ]?(\d+)[/⁄](\d+)$")
_LONGEST_NUMBER = 30
_LARGEST, _SMALLEST = 1e40, 1e-40


def convert(args: Sequence[str], options: Mapping[str, str], *, short: bool = False) -> str | None:
    """The text of ``{{convert}}`` with these positional and named arguments.

    None when the arguments are no measurement at all; of a unit this table does not know the
    words are kept as they stand. ``short``: symbols on both sides, as ``{{cvt}}`` writes them.
    """
    values, joins, rest = _split_values(args)
    if not values or not rest:
        return None
    unit = find_unit(rest[0])
    if unit is None:
        return f"{_joined(values, joins)} {rest[0]}".strip()
    amounts = [number for number in map(_number, values) if number is not None]
    abbreviation = "on" if short else options.get("abbr", "out")
    flipped = "flip" in {options.get("order"), options.get("disp")}
    words = _Words(
        first=abbreviation in {"out", "off"},
        second=abbreviation in {"in", "off"},
        adjective=options.get("adj") in {"on", "mid", "pre"},
        american=options.get("sp") == "us",
    )
    written = [_grouped(value) for value in values]
    if parts := _subunit(rest, unit, amounts):
        # 5 ft 8 in: counted in the smaller unit, written in both
        smaller, count, in_larger = parts
        larger_text = words.quantity(written, joins, unit, amounts, flipped)
        smaller_text = words.quantity([_grouped(rest[1])], [], smaller, [count], flipped)
        source, unit, amounts = f"{larger_text} {smaller_text}", smaller, [in_larger]
        values, rest = ["1"], rest[2:]
    else:
        source = words.quantity(written, joins, unit, amounts, flipped)
    target = rest[1] if len(rest) > 1 else ""
    digits = rest[2] if len(rest) > 2 else ""
    if re.fullmatch(r"-?\d", target):  # the unit to convert to may be left out
        target, digits = "", target
    results = []
    for code in _targets(target, unit):
        if code in {"ftin", "footin"}:
            feet = [_feet_and_inches(amount * unit.factor) for amount in amounts]
            results.append(_joined(feet, joins))
        elif (other := find_unit(code)) is not None:
            exact = [
                (amount * unit.factor + unit.offset - other.offset) / other.factor
                for amount in amounts
            ]
            numbers = [
                _rounded(
                    number,
                    _places(value, amount, number, unit, other, bool(parts)),
                    digits,
                    options,
                )
                for number, value, amount in zip(exact, values, amounts, strict=True)
            ]
            results.append(words.quantity(numbers, joins, other, exact, not flipped))
    if not results:
        return source
    display = options.get("disp", "")
    if display.startswith("table"):
        return CELL.join(text.partition(" ")[0] for text in (source, *results))
    if display in {"output only", "out"}:
        return results[0]
    if display in {"number", "output number only"}:
        return results[0].split(" ")[0]
    first, second = ("; ".join(results), source) if flipped else (source, "; ".join(results))
    return f"{first} or {second}" if display == "or" else f"{first} ({second})"


@dataclass(frozen=True, slots=True)
class _Words:
    """How the two sides of a conversion are written: names or symbols, and which names."""

    first: bool
    second: bool
    adjective: bool
    american: bool

    def quantity(
        self,
        numbers: Sequence[str],
        joins: Sequence[str],
        unit: Unit,
        amounts: Sequence[float],
        is_second: bool,
    ) -> str:
        """Numbers and unit, as the first or the second side."""
        spelt = (self.second if is_second else self.first) and unit.dimension != "temperature"
        if not spelt:
            space = "" if unit.symbol.startswith("/") else " "
            return _joined(numbers, joins) + space + unit.symbol
        size = abs(amounts[0]) if len(amounts) == 1 else 0
        one = size == 1 or (size < 1 and "/" in numbers[0])
        adjective = self.adjective and not is_second
        name = unit.singular if adjective or one else unit.plural
        if self.american:
            name = name.replace("metre", "meter").replace("litre", "liter")
        spoken = [" by " if join == " × " else join for join in joins]
        return _joined(numbers, spoken) + ("-" if adjective else " ") + name


def _split_values(args: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Values, the words between them, and what follows: unit, target, digits."""
    values: list[str] = []
    joins: list[str] = []
    position = 0
    while position < len(args):
        word = args[position].strip()
        if _number(word) is None:
            return (values, joins, [])
        values.append(word)
        following = args[position + 1].strip() if position + 1 < len(args) else ""
        if following not in _RANGE_WORDS:
            return values, joins, [arg.strip() for arg in args[position + 1 :]]
        joins.append(_RANGE_WORDS[following])
        position += 2
    return values, joins, []


def _number(text: str) -> float | None:
    number = None
    if len(text) > _LONGEST_NUMBER:
        return None
    if _NUMBER.match(text):
        number = float(text.replace(",", "").replace("−", "-"))
    elif match := _FRACTION.match(text):
        whole, top, bottom = match.groups()
        if int(bottom) == 0:
            return None
        part = int(top) / int(bottom)
        amount = float((whole or "0").replace("−", "-"))
        number = amount - part if (whole or "").startswith(("-", "−")) else amount + part
    if number is None or (number and not _SMALLEST < abs(number) < _LARGEST):
        return None
    return number


def _subunit(
    rest: Sequence[str], unit: Unit, amounts: Sequence[float]
) -> tuple[Unit, float, float] | None:
    """For 5 ft 8 in: the smaller unit, how many are written of it, and how many it is in all."""
    if len(rest) < 3 or len(amounts) != 1:
        return None
    ratio = _SUBUNITS.get((standard_code(rest[0]), standard_code(rest[2])))
    count = _number(rest[1])
    smaller = find_unit(rest[2])
    if ratio is None or count is None or smaller is None:
        return None
    return smaller, count, math.copysign(abs(amounts[0]) * ratio + count, amounts[0])


def _targets(text: str, unit: Unit) -> list[str]:
    """Codes of the units to convert to: those asked for, else the unit's usual partner."""
    asked = text or unit.default
    codes = [asked] if find_unit(asked) or asked == "ftin" else asked.split(" ")
    known = [
        code
        for code in codes
        if code in {"ftin", "footin"} or ((u := find_unit(code)) and u.dimension == unit.dimension)
    ]
    return known if unit.dimension == "length" or not {"ftin", "footin"} & set(known) else []


def _places(
    text: str, amount: float, exact: float, unit: Unit, other: Unit, has_subunit: bool
) -> int:
    """Decimal places of a result by default, negative before the point."""
    if unit.dimension == "temperature":
        kelvins = abs(amount * unit.factor + unit.offset)
        return max(_decimals(text), 2 - math.floor(math.log10(kelvins)) if kelvins > 1e-8 else 2)
    if not amount or not exact:
        return 0
    if other.symbol in _FINER and amount == math.floor(amount):
        shift = -math.log10(unit.factor)
    elif has_subunit and unit.symbol == "in":
        shift = math.log10(other.factor) + 2
    else:
        shift = math.log10(abs(amount / exact))
    if match := _FRACTION.match(text):
        decimals = max(math.log10(int(match[3])), 1.0)
    else:
        decimals = _decimals(text)
    return max(math.floor(decimals + shift + math.log10(2)), _significant(exact, 2))


def _rounded(exact: float, places: int, digits: str, options: Mapping[str, str]) -> str:
    """``exact`` with so many places, unless the call asks for others or for significant digits."""
    multiple = options.get("round", "")
    if multiple in {"5", "10", "25", "50"}:
        step = int(multiple)
        return _grouped(f"{math.floor(exact / step + 0.5) * step:.0f}")
    if re.fullmatch(r"-?\d", digits):
        places = int(digits)
    elif re.fullmatch(r"[1-9]", options.get("sigfig", "")):
        places = _significant(exact, int(options["sigfig"]))
    scale = 10.0**places
    value = math.copysign(math.floor(abs(exact) * scale + 0.5) / scale, exact) + 0.0
    return _grouped(f"{value:.{max(places, 0)}f}")


def _decimals(text: str) -> int:
    """Digits after the point, or minus the number of trailing zeros of a whole number."""
    digits, _, exponent = text.replace(",", "").lower().partition("e")
    whole, point, fraction = digits.strip("-+−").partition(".")
    zeros = len(whole) - len(whole.rstrip("0")) if whole.strip("0") else 0
    return (len(fraction) if point else -zeros) - int(exponent or 0)


def _significant(value: float, count: int) -> int:
    """Decimal places that leave so many significant digits."""
    return count - 1 - math.floor(math.log10(abs(value))) if value else 0


def _feet_and_inches(metres: float) -> str:
    inches = round(metres / 0.0254)
    feet, rest = divmod(abs(inches), 12)
    sign = "−" if inches < 0 else ""
    return f"{sign}{feet} ft {rest} in" if feet else f"{sign}{rest} in"


def _joined(words: Sequence[str], joins: Sequence[str]) -> str:
    return "".join(word + join for word, join in zip(words, [*joins, ""], strict=True))


def _grouped(text: str) -> str:
    """Thousands in groups of three, as Wikipedia prints them."""
    match = re.fullmatch(r"([-+−]?)(\d{4,})(\.\d+)?", text)
    if match is None:
        return text.replace("-", "−") if _NUMBER.match(text) else text
    sign, whole, fraction = match.groups()
    return f"{sign.replace('-', '−')}{int(whole):,}{fraction or ''}"
