"""``{{convert|…}}``: a measurement in the unit given and in the one readers expect beside it.

Rounding and wording follow the documentation of Wikipedia's Template:Convert: the result keeps the
precision of the input, shifted by the size of the factor, and at least two significant digits.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["convert"]


@dataclass(frozen=True, slots=True)
class _Unit:
    """``value * factor + offset`` is the value in the dimension's base unit."""

    symbol: str
    singular: str
    plural: str
    dimension: str
    factor: float
    default: str
    offset: float = 0.0


# code: symbol, singular, plural, dimension, factor to the base unit, default output
_TABLE = """
m|m|metre|metres|length|1|ftin
km|km|kilometre|kilometres|length|1000|mi
cm|cm|centimetre|centimetres|length|0.01|in
mm|mm|millimetre|millimetres|length|0.001|in
um|μm|micrometre|micrometres|length|1e-6|in
nm|nm|nanometre|nanometres|length|1e-9|in
ft|ft|foot|feet|length|0.3048|m
in|in|inch|inches|length|0.0254|mm
yd|yd|yard|yards|length|0.9144|m
mi|mi|mile|miles|length|1609.344|km
nmi|nmi|nautical mile|nautical miles|length|1852|km mi
fathom|fathom|fathom|fathoms|length|1.8288|ft m
furlong|furlong|furlong|furlongs|length|201.168|m
ly|ly|light-year|light-years|length|9.4607304725808e15|pc
pc|pc|parsec|parsecs|length|3.0856775814913673e16|ly
AU|AU|astronomical unit|astronomical units|length|149597870700|km
km2|km²|square kilometre|square kilometres|area|1e6|sqmi
m2|m²|square metre|square metres|area|1|sqft
cm2|cm²|square centimetre|square centimetres|area|1e-4|sqin
mm2|mm²|square millimetre|square millimetres|area|1e-6|sqin
ha|ha|hectare|hectares|area|1e4|acre
sqmi|sq mi|square mile|square miles|area|2589988.110336|km2
sqft|sq ft|square foot|square feet|area|0.09290304|m2
sqin|sq in|square inch|square inches|area|0.00064516|cm2
sqyd|sq yd|square yard|square yards|area|0.83612736|m2
acre|acre|acre|acres|area|4046.8564224|ha
kg|kg|kilogram|kilograms|mass|1|lb
g|g|gram|grams|mass|0.001|oz
mg|mg|milligram|milligrams|mass|1e-6|gr
t|t|tonne|tonnes|mass|1000|long ton
MT|t|metric ton|metric tons|mass|1000|long ton
lb|lb|pound|pounds|mass|0.45359237|kg
oz|oz|ounce|ounces|mass|0.028349523125|g
gr|gr|grain|grains|mass|6.479891e-5|g
st|st|stone|stone|mass|6.35029318|lb kg
long ton|long tons|long ton|long tons|mass|1016.0469088|t
LT|long tons|long ton|long tons|mass|1016.0469088|t
short ton|short tons|short ton|short tons|mass|907.18474|t
ST|short tons|short ton|short tons|mass|907.18474|t
l|L|litre|litres|volume|0.001|impgal USgal
L|L|litre|litres|volume|0.001|impgal USgal
ml|mL|millilitre|millilitres|volume|1e-6|USoz
m3|m³|cubic metre|cubic metres|volume|1|cuft
cm3|cm³|cubic centimetre|cubic centimetres|volume|1e-6|cuin
km3|km³|cubic kilometre|cubic kilometres|volume|1e9|cumi
cuft|cu ft|cubic foot|cubic feet|volume|0.028316846592|m3
cuin|cu in|cubic inch|cubic inches|volume|1.6387064e-5|cm3
cumi|cu mi|cubic mile|cubic miles|volume|4.168181825440579584e9|km3
cuyd|cu yd|cubic yard|cubic yards|volume|0.764554857984|m3
USgal|US gal|US gallon|US gallons|volume|0.003785411784|L
impgal|imp gal|imperial gallon|imperial gallons|volume|0.00454609|L
USoz|US fl oz|US fluid ounce|US fluid ounces|volume|2.95735295625e-5|ml
oilbbl|bbl|barrel|barrels|volume|0.158987294928|m3
km/h|km/h|kilometre per hour|kilometres per hour|speed|0.2777777777777778|mph
kph|km/h|kilometre per hour|kilometres per hour|speed|0.2777777777777778|mph
m/s|m/s|metre per second|metres per second|speed|1|ft/s
km/s|km/s|kilometre per second|kilometres per second|speed|1000|mi/s
mi/s|mi/s|mile per second|miles per second|speed|1609.344|km/s
ft/s|ft/s|foot per second|feet per second|speed|0.3048|m/s
mph|mph|mile per hour|miles per hour|speed|0.44704|km/h
kn|kn|knot|knots|speed|0.5144444444444445|km/h mph
C|°C|degree Celsius|degrees Celsius|temperature|1|F
F|°F|degree Fahrenheit|degrees Fahrenheit|temperature|0.5555555555555556|C
K|K|kelvin|kelvins|temperature|1|C
W|W|watt|watts|power|1|hp
kW|kW|kilowatt|kilowatts|power|1000|hp
MW|MW|megawatt|megawatts|power|1e6|hp
hp|hp|horsepower|horsepower|power|745.6998715822702|kW
PS|PS|metric horsepower|metric horsepower|power|735.49875|kW
kPa|kPa|kilopascal|kilopascals|pressure|1000|psi
MPa|MPa|megapascal|megapascals|pressure|1e6|ksi
Pa|Pa|pascal|pascals|pressure|1|psi
hPa|hPa|hectopascal|hectopascals|pressure|100|inHg
mbar|mbar|millibar|millibars|pressure|100|inHg
bar|bar|bar|bars|pressure|1e5|kPa
atm|atm|standard atmosphere|standard atmospheres|pressure|101325|kPa
psi|psi|pound per square inch|pounds per square inch|pressure|6894.757293168361|kPa
ksi|ksi|kilopound per square inch|kilopounds per square inch|pressure|6894757.293168361|MPa
inHg|inHg|inch of mercury|inches of mercury|pressure|3386.388640341|kPa
J|J|joule|joules|energy|1|ftlb
kJ|kJ|kilojoule|kilojoules|energy|1000|kcal
MJ|MJ|megajoule|megajoules|energy|1e6|kWh
kcal|kcal|kilocalorie|kilocalories|energy|4184|kJ
kWh|kWh|kilowatt hour|kilowatt hours|energy|3.6e6|MJ
ftlb|ft⋅lb|foot-pound|foot-pounds|energy|1.3558179483314004|J
N|N|newton|newtons|force|1|lbf
kN|kN|kilonewton|kilonewtons|force|1000|lbf
lbf|lbf|pound-force|pounds-force|force|4.4482216152605|N
PD/km2|/km²|per square kilometre|per square kilometres|density|1|PD/sqmi
/km2|/km²|per square kilometre|per square kilometre|density|1|/sqmi
PD/sqmi|/sq mi|per square mile|per square miles|density|0.3861021585424458|PD/km2
/sqmi|/sq mi|per square mile|per square mile|density|0.3861021585424458|/km2
m3/s|m³/s|cubic metre per second|cubic metres per second|flow|1|cuft/s
cuft/s|cu ft/s|cubic foot per second|cubic feet per second|flow|0.028316846592|m3/s
"""
_OFFSETS = {"C": 273.15, "F": 255.3722222222222}
_ALIASES = {
    "metre": "m", "meter": "m", "metres": "m", "meters": "m", "kilometre": "km", "kilometer": "km",
    "kilometres": "km", "kilometers": "km", "foot": "ft", "feet": "ft", "inch": "in",
    "inches": "in", "yard": "yd", "yards": "yd", "mile": "mi", "miles": "mi", "acres": "acre",
    "hectare": "ha", "hectares": "ha", "mi2": "sqmi", "sq mi": "sqmi", "ft2": "sqft",
    "sq ft": "sqft", "in2": "sqin", "sq km": "km2", "sqkm": "km2", "sqm": "m2", "sq m": "m2",
    "yd2": "sqyd", "kilogram": "kg", "kilograms": "kg", "kgs": "kg", "gram": "g", "grams": "g",
    "pound": "lb", "pounds": "lb", "lbs": "lb", "ounce": "oz", "ounces": "oz", "tonne": "t",
    "tonnes": "t", "liter": "l", "litre": "l", "liters": "l", "litres": "l", "cc": "cm3",
    "ft3": "cuft", "mi3": "cumi", "in3": "cuin", "yd3": "cuyd", "°C": "C", "°F": "F",
    "kmh": "km/h", "knot": "kn", "knots": "kn", "µm": "um", "μm": "um", "cu ft": "cuft",
    "LT long ton": "LT", "fathoms": "fathom", "US gal": "USgal", "imp gal": "impgal", "mL": "ml",
}  # fmt: skip


def _read_table() -> dict[str, _Unit]:
    units = {}
    for line in _TABLE.strip().splitlines():
        code, symbol, singular, plural, dimension, factor, default = line.split("|")
        offset = _OFFSETS.get(code, 0.0)
        units[code] = _Unit(symbol, singular, plural, dimension, float(factor), default, offset)
    return units


_UNITS = _read_table()
_RANGE_WORDS = {
    "to": " to ", "-": "–", "–": "–", "and": " and ", "or": " or ", "by": " by ", "x": " × ",
    "×": " × ", "xx": " × ", "*": " × ", "+/-": " ± ", "±": " ± ", "to(-)": " to ",
    "and(-)": " and ", "to about": " to about ", ",": ", ", ", and": ", and ", "&": " & ",
}  # fmt: skip
_NUMBER = re.compile(r"^[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?$", re.IGNORECASE)
_FRACTION = re.compile(r"^([-−]?\d+)?[+ ]?(\d+)[/⁄](\d+)$")


def convert(args: Sequence[str], options: Mapping[str, str], *, short: bool = False) -> str | None:
    """The text of ``{{convert}}`` with these positional and named arguments.

    None when the arguments are no measurement this table knows; the caller then keeps them as
    they stand. ``short``: symbols on both sides, as ``{{cvt}}`` writes them.
    """
    values, joins, rest = _split_values(args)
    if not values or not rest:
        return None
    unit = _unit(rest[0])
    numbers = [_number(value) for value in values]
    if unit is None or None in numbers:
        words = "".join(v + j for v, j in zip(values, [*joins, ""], strict=True))
        return f"{words} {rest[0]}".strip()
    amounts = [number for number in numbers if number is not None]
    shown = [_grouped(value) for value in values]
    one = len(amounts) == 1 and abs(amounts[0]) == 1
    abbreviate = short or options.get("abbr") in {"on", "in", "~"}
    adjective = options.get("adj") in {"on", "mid", "pre"}
    name = unit.symbol if abbreviate else unit.singular if one or adjective else unit.plural
    if options.get("sp") == "us":
        name = name.replace("metre", "meter").replace("litre", "liter")
    spoken = joins if abbreviate else [" by " if join == " × " else join for join in joins]
    source = _joined(shown, spoken) + ("-" if adjective and not abbreviate else " ") + name
    source = re.sub(r" (?=°|/)", "" if "/" in name[:1] else "\u00a0", source).replace("\u00a0", " ")
    targets = _targets(rest[1] if len(rest) > 1 else "", unit)
    digits = options.get("round") or (rest[2] if len(rest) > 2 else "")
    results = [_result(values, amounts, joins, unit, target, digits) for target in targets]
    if not results:
        return source
    display = options.get("disp", "")
    if display in {"output only", "out"}:
        return results[0]
    if display in {"number", "output number only"}:
        return results[0].split(" ")[0]
    if display == "or":
        return f"{source} or {results[0]}"
    return f"{source} ({'; '.join(results)})"


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
    if _NUMBER.match(text):
        return float(text.replace(",", "").replace("−", "-"))
    if match := _FRACTION.match(text):
        whole, top, bottom = match.groups()
        if int(bottom) == 0:
            return None
        part = int(top) / int(bottom)
        amount = float((whole or "0").replace("−", "-"))
        return amount - part if (whole or "").startswith(("-", "−")) else amount + part
    return None


def _unit(code: str) -> _Unit | None:
    return _UNITS.get(_ALIASES.get(code, code))


def _targets(text: str, unit: _Unit) -> list[str]:
    """Codes of the units to convert to: those asked for, else the unit's usual partner."""
    asked = text or unit.default
    whole = _ALIASES.get(asked, asked)
    codes = [whole] if whole in _UNITS or whole == "ftin" else asked.split(" ")
    known = [
        code
        for code in codes
        if code in {"ftin", "footin"} or ((u := _unit(code)) and u.dimension == unit.dimension)
    ]
    return known if unit.dimension == "length" or not {"ftin", "footin"} & set(known) else []


def _result(
    values: Sequence[str],
    amounts: Sequence[float],
    joins: Sequence[str],
    unit: _Unit,
    target: str,
    digits: str,
) -> str:
    if target in {"ftin", "footin"}:
        return _joined([_feet_and_inches(amount * unit.factor) for amount in amounts], joins)
    other = _unit(target)
    if other is None:
        return ""
    numbers = []
    for value, amount in zip(values, amounts, strict=True):
        exact = (amount * unit.factor + unit.offset - other.offset) / other.factor
        numbers.append(_rounded(exact, value, amount, unit.factor / other.factor, digits))
    space = "" if other.symbol.startswith("/") else " "
    return _joined(numbers, joins) + space + other.symbol


def _rounded(exact: float, text: str, amount: float, factor: float, digits: str) -> str:
    if re.fullmatch(r"-?\d", digits):
        places = int(digits)
    elif _FRACTION.match(text):
        places = _significant(exact, 3)
    else:
        places = _decimals(text) - math.floor(math.log10(factor * 5))
        # At least two significant digits; temperatures carry an offset and need none.
        places = max(places, _significant(exact, 2) if amount and exact else 0)
    value = round(exact, places) + 0.0
    return _grouped(f"{value:.{max(places, 0)}f}")


def _decimals(text: str) -> int:
    """Digits after the point, or minus the number of trailing zeros of a whole number."""
    digits = text.replace(",", "").lower().partition("e")[0]
    if "." in digits:
        return len(digits.partition(".")[2])
    stripped = digits.rstrip("0")
    return len(stripped) - len(digits) if stripped.strip("-+−") else 0


def _significant(value: float, count: int) -> int:
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
