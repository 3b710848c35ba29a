"""Which arguments of a template carry facts, as the fidelity meter counts them.

Kept apart from the renderers on purpose: what must be kept is not for them to say. The rules
follow the documentation of the templates on the English Wikipedia.
"""

import re
from collections.abc import Sequence

__all__ = [
    "REFERENCE_TEMPLATE",
    "is_layout_argument",
    "is_steering_argument",
    "shown_date",
]

# Templates that are references: their numbers are not the article's.
REFERENCE_TEMPLATE = re.compile(
    r"cite\b|vcite |citation$|citation/|sfn|harv|efn\b|refn\b|r$|rp$|ref$|#tag$|reflist|"
    r"notelist|refbegin|internetquelle|literatur$|dead link|wayback|webarchive|isbn$|issn$|oclc$|"
    r"doi$|note$|note label|ref label|fn$|fnz$|google books|inflation.fn|lsj$|gr$|gbooks$"
)

# Sizes, styles, colours, files and addresses: by the argument's name or by its value.
_LAYOUT_NAME = re.compile(
    r"^(.*style|.*class|.*colou?r\d*|bg|background.*|align|imagesize|url|website|file|filename|zoom|"
    r".*[ _-]?(size|upright|alt|link|icon)\d*|image[ _-]?width.*|map[ _-]?width|.*_width|width\d*|"
    r"pushpin.*|mapframe.*|data_max|bsize|cwidth|cheight|otop|oleft|image\d*|image_(name|file|skyline|map|flag|seal|shield)\d*|"
    r"refs?|.*[ _]refs?|.*_ref\d*|.*footnotes?|access-?date|archive-?date)$"
)
_LAYOUT_VALUE = re.compile(
    r"^(#[0-9a-f]{3,8}|\d+ ?(x ?\d* ?)?px|x\d+px|\d+em|"
    r"[^\n|]*\.(jpe?g|png|svg|gif|webp|tiff?|og[gav]|webm|pdf)|"
    r"(background|color|text|font|border|margin|padding|line|white|vertical|width)"
    r"(-[a-z]+)? ?:.*)$",
    re.IGNORECASE,
)

# Named arguments that steer how a rendered template looks.
_STEERING_NAMED = frozenset(
    ("sigfig", "round", "abbr", "adj", "sp", "lk", "link", "disp", "df", "mf", "order", "r", "size",
     "height", "display", "format", "region", "type", "scale", "date", "cat", "nolink", "fmt",
     "cols", "colwidth", "indent", "sort", "sortable", "key", "group", "year-ref", "precision",
     "debug", "small", "start", "lc")
)  # fmt: skip
# All their operands go into a result.
_COMPUTED = frozenset(
    ("percentage", "pct", "age", "age in days", "age in months", "inflation",
     "age in years and days", "age in years, months and days", "ayd", "#expr", "#ifexpr", "#if",
     "#ifeq", "#switch", "#iferror",
     "#ifexist", "#time", "plural", "rnd", "round", "decimals", "padleft", "padright",
     "pop density", "sigfig")
)  # fmt: skip
_DATES = (
    "birth date", "birth date and age", "birthdate", "bda", "start date", "end date", "dob", "dts",
    "death date", "start date and age", "release date", "date", "as of", "asof", "datum", "fecha",
)  # fmt: skip
# Positions that do not show as they stand: months become words, births become ages, columns,
# variants of a flag, how a ship's name is written, ends of anchors.
_HIDDEN_AT = dict[str, tuple[int, ...]].fromkeys(_DATES, (2,)) | {
    "death date and age": (2, 4, 5, 6), "dda": (2, 4, 5, 6), "birth date and age2": (1, 2, 3, 5),
    "bartable": (3,),
    "double image": (3, 5), "sclass": (3, 5), "sclass-": (3, 5), "flagdeco": (1, 2), "army": (1, 2),
    "film date": (2, 6, 10, 14), "div col": (1, 2), "colbegin": (1, 2), "columns-list": (1,),
    "spaces": (1,), "flag": (2, 3), "flagicon": (1, 2), "flagcountry": (2, 3), "flagu": (2, 3),
    "resize": (1,), "uss": (3,), "hms": (3,), "ship": (4,), "vanchor": (2, 3, 4),
    "visible anchor": (2, 3, 4), "formatdate": (), "smn": (2,), "hs": (1,),
    "ntsh": (1,), "sort": (1,),
}  # fmt: skip
_DATE_TEMPLATES = frozenset((*_DATES, "formatdate", "datumzelle", "data"))
_ISO_DATE = re.compile(r"(\d{3,4})-\d{1,2}(?:-(\d{1,2}))?")
_CONVERT = frozenset(
    ("convert", "cvt", "cv", "convinfobox", "conversie", "converter", "convertir", "conversion")
)
_AMOUNT = re.compile(r"[-+−]?[\d.,]+(?:[+ ]?\d+)?(?:[/⁄]\d+)?(?:e[-+]?\d+)?$")


def is_layout_argument(name: str, value: str) -> bool:
    """Whether an argument says how a box looks, or is a file or an address."""
    return bool(_LAYOUT_NAME.match(name) or _LAYOUT_VALUE.match(value))


def is_steering_argument(template: str, number: int, arguments: Sequence[tuple[str, str]]) -> bool:
    """Whether a reader of the page does not see argument ``number`` (from 0) as it stands.

    The digits to round to, the type of a coordinate, a month given by its number, the operands of
    a calculation.
    """
    name, value = arguments[number]
    if template in _COMPUTED:
        return True
    if not re.fullmatch(r"[0-9]{1,3}", name):
        return name in _STEERING_NAMED or template == "coord"
    position = int(name)
    if template in _CONVERT:
        return _is_unit_or_precision(position, value, arguments)
    if template == "coord":
        return ":" in value
    return position in _HIDDEN_AT.get(template, ())


def shown_date(template: str, value: str) -> str | None:
    """A date in digits as a date template shows it, its month as a word; None for other calls."""
    match = _ISO_DATE.fullmatch(value)
    return f"{match[1]} {match[2] or ''}" if match and template in _DATE_TEMPLATES else None


def _is_unit_or_precision(position: int, value: str, arguments: Sequence[tuple[str, str]]) -> bool:
    """Units of ``convert`` are no amounts, nor is a digit that follows one at the very end."""
    if not _AMOUNT.match(value):
        return True
    positional = {int(key): text for key, text in arguments if re.fullmatch(r"[0-9]{1,3}", key)}
    before = positional.get(position - 1, "")
    after_unit = position > 1 and not _AMOUNT.match(before) and before not in _RANGE_WORDS
    return after_unit and position == max(positional) and bool(re.fullmatch(r"-?\d", value))


_RANGE_WORDS = frozenset(("to", "-", "–", "and", "or", "by", "x", "×", "*", "+/-", "±", "to(-)"))
