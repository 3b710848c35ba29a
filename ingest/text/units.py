"""Units of measurement: by what texts call them, and by their codes in MediaWiki's ``{{convert}}``.

The table to extend for another unit. Knows nothing of templates or of rounding.
"""

from dataclasses import dataclass, replace

__all__ = ["Unit", "find_unit", "named_unit", "standard_code"]


@dataclass(frozen=True, slots=True)
class Unit:
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
PD/km2|/km²|per square kilometre|per square kilometre|density|1|PD/sqmi
/km2|/km²|per square kilometre|per square kilometre|density|1|/sqmi
PD/sqmi|/sq mi|per square mile|per square mile|density|0.3861021585424458|PD/km2
/sqmi|/sq mi|per square mile|per square mile|density|0.3861021585424458|/km2
m3/s|m³/s|cubic metre per second|cubic metres per second|flow|1|cuft/s
cuft/s|cu ft/s|cubic foot per second|cubic feet per second|flow|0.028316846592|m3/s
m3/d|m³/d|cubic metre per day|cubic metres per day|flow|1.1574074074074073e-5|cuft/d
cuft/d|cu ft/d|cubic foot per day|cubic feet per day|flow|3.277412800000000e-7|m3/d
oilbbl/d|bbl/d|barrel per day|barrels per day|flow|1.8401307283333333e-6|m3/d
l/s|L/s|litre per second|litres per second|flow|0.001|USgal/min
l/min|L/min|litre per minute|litres per minute|flow|1.6666666666666667e-5|USgal/min
m3/h|m³/h|cubic metre per hour|cubic metres per hour|flow|0.0002777777777777778|cuft/min
cuft/min|cu ft/min|cubic foot per minute|cubic feet per minute|flow|0.0004719474432|m3/min
m3/min|m³/min|cubic metre per minute|cubic metres per minute|flow|0.016666666666666666|cuft/min
USgal/min|US gal/min|US gallon per minute|US gallons per minute|flow|6.30901964e-5|l/s
USgal/d|US gal/d|US gallon per day|US gallons per day|flow|4.3812636388888887e-8|m3/d
C-change|°C|degree Celsius|degrees Celsius|temperature change|1|F-change
F-change|°F|degree Fahrenheit|degrees Fahrenheit|temperature change|0.5555555555555556|C-change
kg/m3|kg/m³|kilogram per cubic metre|kilograms per cubic metre|mass density|1|lb/cuft
g/cm3|g/cm³|gram per cubic centimetre|grams per cubic centimetre|mass density|1000|lb/cuin
lb/cuft|lb/cu ft|pound per cubic foot|pounds per cubic foot|mass density|16.018463373960142|kg/m3
lb/cuin|lb/cu in|pound per cubic inch|pounds per cubic inch|mass density|27679.904710191|g/cm3
Nm|N⋅m|newton-metre|newton-metres|torque|1|lbft
lbft|lb⋅ft|pound-foot|pound-feet|torque|1.3558179483314004|Nm
Gm|Gm|gigametre|gigametres|length|1e9|e6mi
Mm|Mm|megametre|megametres|length|1e6|mi
hand|hands|hand|hands|length|0.1016|in cm
rd|rd|rod|rods|length|5.0292|m
chain|ch|chain|chains|length|20.1168|m
carat|carats|carat|carats|mass|0.0002|g
ozt|ozt|troy ounce|troy ounces|mass|0.0311034768|g
cwt|long cwt|long hundredweight|long hundredweight|mass|50.80234544|kg
kt|kt|kilotonne|kilotonnes|mass|1e6|long ton
Mt|Mt|megatonne|megatonnes|mass|1e9|long ton
Ml|ML|megalitre|megalitres|volume|1000|USgal
hl|hL|hectolitre|hectolitres|volume|0.1|impgal USgal
USqt|US qt|US quart|US quarts|volume|0.000946352946|L
USpt|US pt|US pint|US pints|volume|0.000473176473|ml
imppt|imp pt|imperial pint|imperial pints|volume|0.00056826125|ml
impoz|imp fl oz|imperial fluid ounce|imperial fluid ounces|volume|2.84130625e-5|ml
USbsh|US bsh|US bushel|US bushels|volume|0.03523907016688|L
USdrygal|US dry gal|US dry gallon|US dry gallons|volume|0.00440488377086|L
acre.ft|acre⋅ft|acre-foot|acre-feet|volume|1233.48183754752|m3
acre.foot|acre⋅ft|acre-foot|acre-feet|volume|1233.48183754752|m3
GPa|GPa|gigapascal|gigapascals|pressure|1e9|ksi
mmHg|mmHg|millimetre of mercury|millimetres of mercury|pressure|133.322387415|kPa
Torr|Torr|torr|torrs|pressure|133.32236842105263|kPa
psf|psf|pound per square foot|pounds per square foot|pressure|47.88025898033584|kPa
kg/cm2|kg/cm²|kilogram per square centimetre|kilograms per square centimetre|pressure|98066.5|psi
GJ|GJ|gigajoule|gigajoules|energy|1e9|kWh
TJ|TJ|terajoule|terajoules|energy|1e12|kWh
Wh|W⋅h|watt-hour|watt-hours|energy|3600|kJ
MWh|MW⋅h|megawatt-hour|megawatt-hours|energy|3.6e9|GJ
GWh|GW⋅h|gigawatt-hour|gigawatt-hours|energy|3.6e12|TJ
cal|cal|calorie|calories|energy|4.184|J
BTU|BTU|British thermal unit|British thermal units|energy|1055.05585262|kJ
GW|GW|gigawatt|gigawatts|power|1e9|hp
bhp|bhp|brake horsepower|brake horsepower|power|745.6998715822702|kW
shp|shp|shaft horsepower|shaft horsepower|power|745.6998715822702|kW
ihp|ihp|indicated horsepower|indicated horsepower|power|745.6998715822702|kW
tonf|tonf|ton-force|tons-force|force|9964.01641818352|kN
kgf|kgf|kilogram-force|kilograms-force|force|9.80665|lbf
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


def _read_table() -> dict[str, Unit]:
    units = {}
    for line in _TABLE.strip().splitlines():
        code, symbol, singular, plural, dimension, factor, default = line.split("|")
        offset = _OFFSETS.get(code, 0.0)
        units[code] = Unit(symbol, singular, plural, dimension, float(factor), default, offset)
    return units


_UNITS = _read_table()
_NAMES = {
    name: unit
    for unit in reversed(_UNITS.values())
    for name in (unit.symbol, unit.singular, unit.plural)
}
_POWERS = {
    "e3": ("thousand", 1e3), "e6": ("million", 1e6), "e9": ("billion", 1e9),
    "e12": ("trillion", 1e12), "e15": ("quadrillion", 1e15),
}  # fmt: skip
# Moilbbl is a million barrels, Tcuft a trillion cubic feet.
_LETTERS = {"k": "e3", "M": "e6", "G": "e9", "T": "e12", "P": "e15"}
_WITH_LETTERS = frozenset(
    ("oilbbl", "oilbbl/d", "cuft", "cuft/d", "USgal", "USgal/d", "impgal", "USbsh")
)


def standard_code(code: str) -> str:
    """The table's own code for a unit: "metres" and "meter" are "m"."""
    return _ALIASES.get(code, code)


def find_unit(code: str) -> Unit | None:
    """The unit of this code; ``e6km`` is a million kilometres."""
    if code[:1] in _LETTERS and code[1:] in _WITH_LETTERS:
        code = _LETTERS[code[0]] + code[1:]
    power = code[:3] if code[:3] in _POWERS else code[:2]
    word, factor = _POWERS.get(power, ("", 1.0))
    code = code.removeprefix(power) if word else code
    unit = _UNITS.get(standard_code(code))
    if unit is None or not word:
        return unit
    return replace(
        unit,
        symbol=f"{word} {unit.symbol}",
        singular=f"{word} {unit.plural}",
        plural=f"{word} {unit.plural}",
        factor=unit.factor * factor,
        default=f"{power}{unit.default}",
    )


def named_unit(name: str) -> Unit | None:
    """The unit that a text means by ``name``: its symbol, or a word for one or several of it."""
    return _NAMES.get(name) or _UNITS.get(_ALIASES.get(name, ""))
