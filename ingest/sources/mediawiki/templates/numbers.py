"""Templates of numbers: measures, money, fractions, formulas, coordinates."""

import re

from pinakes.ingest.sources.mediawiki.markup.debris import UNTOLD
from pinakes.ingest.sources.mediawiki.markup.tables import APART
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer, small_number
from pinakes.ingest.sources.mediawiki.templates.convert import convert
from pinakes.ingest.sources.mediawiki.templates.expressions import evaluate, number_text

__all__ = ["NUMBER_RENDERERS", "coordinates", "formatnum"]

_SUPERSCRIPT = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
# Groups by language: what parts thousands, what parts the fraction.
_POINTS = {"de": ".,", "es": ".,", "it": ".,", "pt": ".,", "nl": ".,", "id": ".,", "tr": ".,",
           "fr": "\xa0,", "ru": "\xa0,", "uk": "\xa0,", "pl": "\xa0,", "cs": "\xa0,",
           "sv": "\xa0,", "fi": "\xa0,", "hu": "\xa0,", "lv": "\xa0,", "ltg": "\xa0,"}  # fmt: skip
_SYMBOLS = {
    "H": "hydrogen", "He": "helium", "Li": "lithium", "Be": "beryllium", "B": "boron",
    "C": "carbon", "N": "nitrogen", "O": "oxygen", "F": "fluorine", "Ne": "neon", "Na": "sodium",
    "Mg": "magnesium", "Al": "aluminium", "Si": "silicon", "P": "phosphorus", "S": "sulfur",
    "Cl": "chlorine", "Ar": "argon", "K": "potassium", "Ca": "calcium", "Ti": "titanium",
    "Cr": "chromium", "Mn": "manganese", "Fe": "iron", "Co": "cobalt", "Ni": "nickel",
    "Cu": "copper", "Zn": "zinc", "Ga": "gallium", "Ge": "germanium", "As": "arsenic",
    "Se": "selenium", "Br": "bromine", "Kr": "krypton", "Rb": "rubidium", "Sr": "strontium",
    "Y": "yttrium", "Zr": "zirconium", "Mo": "molybdenum", "Tc": "technetium", "Ag": "silver",
    "Cd": "cadmium", "Sn": "tin", "Sb": "antimony", "I": "iodine", "Xe": "xenon", "Cs": "caesium",
    "Ba": "barium", "W": "tungsten", "Pt": "platinum", "Au": "gold", "Hg": "mercury",
    "Tl": "thallium", "Pb": "lead", "Bi": "bismuth", "Po": "polonium", "At": "astatine",
    "Rn": "radon", "Fr": "francium", "Ra": "radium", "Ac": "actinium", "Th": "thorium",
    "Pa": "protactinium", "U": "uranium", "Np": "neptunium", "Pu": "plutonium", "Am": "americium",
    "Es": "einsteinium",
}  # fmt: skip
_PARTICLES = {
    "up": "u", "down": "d", "strange": "s", "charm": "c", "bottom": "b", "top": "t",
    "electron": "e−", "positron": "e+", "proton": "p", "antiproton": "p̄", "neutron": "n", "photon":
    "γ", "muon": "μ−", "antimuon": "μ+", "tau": "τ−", "neutrino": "ν", "electron neutrino": "νe",
    "muon neutrino": "νμ", "tau neutrino": "ντ", "gluon": "g", "pion+": "π+", "pion-": "π−",
    "pion0": "π0", "kaon+": "K+", "kaon-": "K−", "kaon0": "K0", "w boson": "W", "w boson+": "W+",
    "w boson-": "W−", "z boson0": "Z0", "higgs boson": "H0", "lambda0": "Λ0", "alpha": "α",
}  # fmt: skip
_FORMULAS = (
    "CO2", "H2O", "CH4", "NH3", "SO2", "NO2", "N2O", "O2", "O3", "N2", "H2", "H2S", "H2SO4",
)  # fmt: skip
# What stands between the two numbers of a range.
_RANGES = {"-": "–", "–": "–", "to": " to ", "by": " × ", "x": " × ", "×": " × ", "and": " and ",
           "or": " or ", ",": ", "}  # fmt: skip
_CURRENCIES = (
    "PKR", "RMB", "SEK", "ZAR", "MXN", "DKK", "NOK", "PLN", "CZK", "HUF", "SGD", "MYR", "IDR",
    "CLP", "COP", "PEN", "EGP", "KES", "GHS", "LKR", "BDT", "TWD", "SAR", "AED", "UAH", "RON",
    "BGN", "ISK", "KZT", "IRR", "QAR", "KWD",
)  # fmt: skip
_ELEMENTS = {name: symbol for symbol, name in _SYMBOLS.items()}


def raised(exponent: str) -> str:
    """A superscript, as markup that the layout turns into characters."""
    return f"<sup>{exponent}</sup>"


def formatnum(arguments: Arguments) -> str:
    """A number in groups of three, or without groups for ``R``."""
    text = arguments.get(1)
    if arguments.get(2) == "R":
        return text.replace(",", "")
    match = re.fullmatch(r"([-−]?)([0-9]{1,30})(\.[0-9]+)?", text)
    if match is None:
        return text
    whole, fraction = f"{int(match[2]):,}", match[3] or ""
    if points := _POINTS.get(arguments.language):
        whole, fraction = whole.replace(",", points[0]), fraction.replace(".", points[1])
    return f"{match[1]}{whole}{fraction}"


def _value(arguments: Arguments) -> str:
    """``{{val|1234.5|2|u=m|e=3}}``: number, uncertainty, exponent, unit."""
    number = formatnum(Arguments((arguments.get(1),), {}, arguments.language))
    plus, minus = arguments.get(2), arguments.get(3)
    if plus in _RANGES:
        other = formatnum(Arguments((minus,), {}, arguments.language))
        number += f"{_RANGES[plus]}{other}"
        plus = ""
    elif minus:
        number += f" +{plus.lstrip('+')}/−{minus.lstrip('-−')}"
    elif plus:
        number += f" ± {plus}" if not plus.endswith(")") else plus
    if exponent := arguments.get("e"):
        number = f"({number})" if plus and not plus.endswith(")") else number
        number += f" × 10{raised(exponent)}"
    number = arguments.get("p") + number + arguments.get("s")
    unit = arguments.get("u", "ul")
    per = arguments.get("up", "upl")
    return f"{number} {unit}{'/' + per if per else ''}".strip() if unit or per else number


def _root(arguments: Arguments) -> str:
    """``{{radic|27|3}}``: ∛27."""
    degree = arguments.get(2)
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree, f"{raised(degree)}√")
    return sign + arguments.get(1)


def _above_and_below(arguments: Arguments) -> str:
    """``{{su|p=+0.5|b=−0.3}}``: what stands above, then what stands below."""
    above, below = arguments.get("p", 1), arguments.get("b", 2)
    return above + (below if re.match(r"[-+−–]", below) else f" {below}" if above else below)


def _count_and_share(arguments: Arguments) -> str:
    """``{{percent and number|25|100}}``: 25 (25%)."""
    return f"{arguments.get(1)} ({_percentage(arguments)})"


def _duration(arguments: Arguments) -> str:
    """``{{duration|m=3|s=45}}``: 3:45; by position hours, minutes and seconds."""
    given = arguments.given()
    if ":" in arguments.get(1):
        return arguments.get(1)
    parts = ["0", "0", *given][-3:] if given else [arguments.get(key) for key in "hms"]
    hours, minutes, seconds = (small_number(part, 999) or 0 for part in parts)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _degrees(arguments: Arguments) -> str:
    """``{{decdeg|deg=37|min=51|sec=36|hem=N}}``."""
    parts = (arguments.get("deg", 1), arguments.get("min", 2), arguments.get("sec", 3))
    text = "".join(f"{part}{sign}" for part, sign in zip(parts, "°′″", strict=True) if part)
    return f"{text}{arguments.get('hem', 4)}"


def _particle(arguments: Arguments) -> str:
    name = arguments.get(1).lower()
    return _PARTICLES.get(name.removesuffix(" quark"), arguments.get(1))


def _constant(text: str) -> Renderer:
    return lambda _arguments: text


def _measure(arguments: Arguments) -> str:
    """``{{unité|1234|km|2}}``: a number and its unit, in the language's own digits."""
    number = formatnum(Arguments((arguments.get(1),), {}, arguments.language))
    unit, power = arguments.get(2), arguments.get(3)
    if exponent := arguments.get("e"):
        number += f" × 10{raised(exponent)}"
    if power:
        unit += raised(power) if re.fullmatch(r"[-−]?\d", power) else f" {power}"
    return f"{number} {unit}".strip()


def _fraction(arguments: Arguments) -> str:
    one, two, three = arguments.get(1), arguments.get(2), arguments.get(3)
    if three:
        return f"{APART}{one} {two}/{three}"
    return f"{APART}{one}/{two}" if two else f"{APART}1/{one}"


def _percentage(arguments: Arguments) -> str:
    try:
        top, bottom = float(arguments.get(1)), float(arguments.get(2))
        places = small_number(arguments.get(3), 9) or 0
        return f"{100 * top / bottom:.{places}f}%"
    except (ValueError, ZeroDivisionError):
        return arguments.get(1)


def _rounded(arguments: Arguments) -> str:
    """``{{rnd|3.14159|2}}``; what is no number stays as it is."""
    text, places = arguments.get(1), arguments.get(2) or "0"
    value = evaluate(f"({text.replace(',', '')}) round {places}")
    if value is None:
        return text
    count = small_number(places, 9)
    written = f"{value:.{count}f}" if count else number_text(value)
    return formatnum(Arguments((written,), {}, arguments.language))


def _significant(arguments: Arguments) -> str:
    """``{{sigfig|4.22|1}}``."""
    value, count = evaluate(arguments.get(1).replace(",", "")), small_number(arguments.get(2), 9)
    if value is None or not count:
        return arguments.get(1)
    return number_text(float(f"{value:.{count}g}"))


def _ordinal(arguments: Arguments) -> str:
    """1 becomes 1st; what is no number stays."""
    text = arguments.get(1)
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return text
    teen = text[-2:] in {"11", "12", "13"}
    return text + ("th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th"))


def _inflation(arguments: Arguments) -> str:
    """The amount and its year: what it would be today changes from year to year.

    In brackets nothing is told, nor where the call brings words: they tell today's amount.
    """
    amount, year = arguments.get(2, "value"), arguments.get(3, "start_year")
    if not year or arguments.get("fmt") == "eq" or arguments.language not in {"", "en", "simple"}:
        return UNTOLD
    return f"{UNTOLD}{formatnum(Arguments((amount,), {}))} of {year}"


def coordinates(arguments: Arguments) -> str:
    """``{{coord|51|30|N|0|7|W}}``: 51°30′N 0°7′W; what says its type or scale is left out."""
    words = [word for word in arguments.given() if ":" not in word][:8]
    directions = {"N", "S", "E", "W", "O"}
    if not any(word.upper() in directions for word in words):
        return ", ".join(words[:2])
    text = ""
    place = 0
    for word in words:
        if word.upper() in directions:
            text += f"{word} "
            place = 0
        else:
            text += f"{word}{'°′″'[min(place, 2)]}"
            place += 1
    return text.strip()


def _coordinates_by_slashes(arguments: Arguments) -> str:
    """``{{Coordinate|NS=52/31/12/N|EW=13/24/36/E}}``."""
    parts = [arguments.get(key).split("/")[:4] for key in ("ns", "ew")]
    return coordinates(Arguments(tuple(word for part in parts for word in part), {}))


def _height(arguments: Arguments) -> str:
    if metres := arguments.get("m", "metre", "meter", "meters"):
        return convert((metres, "m", "ftin"), {"abbr": "on"}) or f"{metres} m"
    if centimetres := arguments.get("cm"):
        return convert((centimetres, "cm", "ftin"), {"abbr": "on"}) or f"{centimetres} cm"
    feet, inches = arguments.get("ft", "feet", "foot"), arguments.get("in", "inch", "inches")
    text = f"{feet} ft {inches} in" if inches else f"{feet} ft"
    return text if feet else arguments.get(1)


def _elevation(arguments: Arguments) -> str:
    return f"{formatnum(arguments)} m"


def _chemical(arguments: Arguments) -> str:
    """``{{chem|Ge|9|4-}}``: counts as letters of the formula, charges raised."""
    text = ""
    for value in arguments.given():
        charge = re.fullmatch(r"(\d*)([+−-])", value)
        text += raised(value) if charge and text else value
    return text


def _chemical_text(arguments: Arguments) -> str:
    """``{{chem2|SO4(2−)}}``: a charge in brackets or at the end is raised."""
    text = "".join(arguments.given()).replace("_", "").replace(" ", "")
    return re.sub(
        r"\((\d*[+−-])\)|(?<=[A-Za-z0-9)\]])([+−])$", lambda m: raised(m[1] or m[2]), text
    )


def _nuclide(arguments: Arguments) -> str:
    """``{{nuclide|carbon|14}}``: ¹⁴C."""
    element, mass = arguments.get(1), arguments.get(2)
    symbol = _ELEMENTS.get(element.lower(), element)
    return f"{mass.translate(_SUPERSCRIPT)}{symbol}" if mass.isdecimal() else symbol + mass


def _currency(sign: str) -> Renderer:
    return lambda arguments: " ".join(
        [f"{sign}{arguments.get(1)}", *([arguments.get(2)] if arguments.get(2) else [])]
    )


def _convert(arguments: Arguments) -> str:
    if arguments.language not in {"", "en", "simple"}:  # the names of units are English
        return _convert_short(arguments)
    return convert(arguments.positional, arguments.named) or " ".join(arguments.positional[:2])


def _convert_short(arguments: Arguments) -> str:
    text = convert(arguments.positional, arguments.named, short=True)
    return text or " ".join(arguments.positional[:2])


def _density(arguments: Arguments) -> str:
    """``{{pop density|3645257|640082|km2}}``: people by area."""
    people, area = (evaluate(arguments.get(place).replace(",", "")) for place in (1, 2))
    if not people or not area:
        return ""
    digits = small_number(arguments.get("prec"), 6)
    value = people / area
    written = f"{value:.{1 if digits is None else digits}f}"
    return convert((written, f"/{arguments.get(3)}"), {}) or f"{written}/{arguments.get(3)}"


def _signed_change(arguments: Arguments) -> str:
    return " ".join(arguments.given())


NUMBER_RENDERERS: dict[str, Renderer] = {
    "convert": _convert, "cvt": _convert_short, "formatnum": formatnum, "val": _value,
    "measure": _measure, "frac": _fraction, "height": _height, "elevation": _elevation,
    "percentage": _percentage, "round": _rounded, "sigfig": _significant,
    "nts": lambda a: a.get(1), "ordinal": _ordinal, "inflation": _inflation,
    "gaps": lambda a: "".join(a.given()), "sup": lambda a: raised(a.get(1)),
    "sub": lambda a: a.get(1), "e": lambda a: f" × 10{raised(a.get(1))}",
    "pow": lambda a: a.get(1) + raised(a.get(2)), "pop density": _density,
    "10^": lambda a: f"10{raised(a.get(1))}", "change": _signed_change,
    "us$": _currency("US$"), "a$": _currency("A$"), "c$": _currency("C$"), "gbp": _currency("£"),
    "euro": _currency("€"), "inr": _currency("₹"), "jpy": _currency("¥"), "cny": _currency("CN¥"),
    "nz$": _currency("NZ$"), "hk$": _currency("HK$"), "php": _currency("₱"),
    "krw": _currency("₩"), "rub": _currency("₽"), "brl": _currency("R$"), "ils": _currency("₪"),
    "try": _currency("₺"), "ngn": _currency("₦"), "thb": _currency("฿"), "vnd": _currency("₫"),
    "usd": _currency("US$"), "s$": _currency("S$"), "chf": _currency("CHF "),
    "sqrt": _root, "abs": lambda a: f"|{a.get(1)}|", "su": _above_and_below, "percent and number":
    _count_and_share, "duration": _duration, "decdeg": _degrees, "subatomic particle": _particle,
    "mset": lambda a: "&#123;" + ", ".join(a.given()) + "&#125;", "overset": lambda a: a.get(2),
    **{name.lower(): _constant(name) for name in _FORMULAS},
    **{code.lower(): _currency(f"{code} ") for code in _CURRENCIES},
    "₹": _currency("₹"), "¥": _currency("¥"),
    "coord": coordinates, "coordinate de": _coordinates_by_slashes,
    "carbon": lambda _: "C", "hydrogen": lambda _: "H", "oxygen": lambda _: "O",
    "nitrogen": lambda _: "N", "chem": _chemical, "chem2": _chemical_text, "nuclide": _nuclide,
}  # fmt: skip
