"""Infoboxes as facts: "Capital: Bern", in the box's order, without what only says how it looks.

Works on arguments whose inner templates and links are already text, or on the table that one of the
dump's own templates draws.
"""

import re
from collections.abc import Mapping, Sequence

from pinakes.ingest.sources.mediawiki.markup.box_labels import labels_by_value, spoken
from pinakes.ingest.sources.mediawiki.markup.box_rows import Fact, together
from pinakes.ingest.sources.mediawiki.markup.tables import cell_text
from pinakes.ingest.sources.mediawiki.templates.country_codes import country_of_code

__all__ = ["box_lines", "infobox_facts", "is_box", "is_layout", "row_fact"]

# Parameters that say how a box looks, not what it knows: by their name or by their value.
_LAYOUT_KEY = re.compile(
    r"^((image|img|photo|logo|cover|map|flag|coa|seal|signature|picture)"
    r"([ _-]?(size|width|height|alt|upright|style|border|class|link|file|name|map|flag|seal|"
    r"skyline|shield|type|location|position|relief|zoom|mark|label|left|right|top|bottom|dot|\d))*|"
    r"(pushpin|mapframe)[^=]*|.*[ _-](alt|upright|bgcolor|footnotes?|refs?|css|icon)\d*|alt|refs?|"
    r"(above|label|data|header|list|body|title|row)_?(style|class)\d*|rowclass\d*|bodyclass|"
    r"(nickname|motto|etymology|shield|arms|emblem|blank_emblem)[ _]link\d*|lien[ _].*|"
    r".*_linkname\d*|coord(inates)?[ _]?(display|region|type|addon|scale|format|notitle)|unit_pref|"
    r"(bg|background|border|header|heading|box|family)[ _-]?colou?r\d*|"
    r"width\d+|frameless|child|embed(ded)?|module\d*|collapsible|nocat|border|autoheaders?|decat)$",
    re.IGNORECASE,
)
_LAYOUT_VALUE = re.compile(
    r"^((?-i:auto)|https?://\S{60,}|display=\S.*|#[0-9a-f]{3,8}|\d+ ?(x ?\d+ ?)?px|"
    r"(background|color|text|font|border|margin|padding|line|white|vertical)(-[a-z]+)? ?:[^;]+;.*|"
    r"[^\n]*\.(jpe?g|png|svg|gif|webp|tiff?|og[gav]|webm|mp3|wav|pdf))$",
    re.IGNORECASE,
)
# How a map is drawn; of a camera a zoom of 3× is a fact.
_MAP_KEY = re.compile(
    r"(?:.*[ _-])?zoom\d*|(?:map)?frame[ _-]?(?:width|height)|масштаб(?: карты)?", re.IGNORECASE
)
_MAP_VALUE = re.compile(r"\d{1,4}(?:[.,]\d+)?")
# The size of a picture, by a number alone, and how much of two names is the same.
_SIZE = re.compile(r"[1-9]\d{1,2}(?: ?px)?")
_FILE = re.compile(r"\.(?:jpe?g|png|svg|gif|webp|tiff?)\b", re.IGNORECASE)
_STEM = 4
# Arguments in which some wikis give a country by its code.
_COUNTRIES = frozenset(("stato", "nazione", "paese"))
_CAPTIONS = re.compile(r"caption", re.IGNORECASE)

_BOX_TABLE = re.compile(
    r"\s*(?:\{\||<table\b)[^\n>]*\bclass\s*=\s*[\"']?[^\"'\n>]*\binfobox\b", re.IGNORECASE
)
_WORD = re.compile(r"\w")
# A row of two cells: of a box the first one says what the other is.
_PAIR = re.compile(r"([^;:]{1,80}); ([^;]+)")

# Arguments of a bare infobox: their names say nothing.
_BARE = re.compile(r"(?:(data|header|label)\d+|above|subheader|title)")
_BARE_STARTS = ("data", "header", "label", "above", "subheader", "title")
# 52/31/7/N, as German boxes write a latitude.
_SLASHED = re.compile(r"^(\d{1,3})/(\d{0,2})/(\d{0,2}(?:\.\d+)?)/([NSEWO])$")
_PARTS_OF_PLACE = {
    part + side: tuple(
        f"{axis}{joint}{name}" for axis in axes for joint in ("", "_") for name in names
    )
    for axes, part, compass in ((("lat",), "latitude", "ns"), (("long", "lon"), "longitude", "ew"))
    for side, names in (
        ("°", ("d", "deg", "degrees")),
        ("′", ("m", "min", "minutes")),
        ("″", ("s", "sec", "seconds")),
        ("", (compass, compass.upper(), "dir", "direction")),
    )
}


def infobox_facts(
    named: Mapping[str, str], spelled: Mapping[str, str] | None = None, language: str = ""
) -> list[str]:
    """The facts of an infobox, one "Name: value" each, in the box's order.

    A value named by another argument stands behind that name; the parts of a coordinate are
    joined, and so are the arguments of a row; layout parameters and empty values are left out.
    ``spelled`` are names (in small letters) as they are written, where that is another way.
    """
    spelled = spelled or {}
    if 2 * sum(map(str.isupper, spelled.values())) > len(named):
        spelled = {}  # a box that is in capitals
    facts: list[Fact] = []
    labels: dict[str, tuple[str, str]] = {}
    for key, label, joint in labels_by_value(named):
        labels.setdefault(key, (label, joint))
    place_keys, place = _place(named)
    told = {label for label, _ in labels.values()}
    files = _pictures(named)
    for key, raw in named.items():
        if key in place_keys:
            if place:
                facts.append(Fact("", "Coordinates", place))
                place = ""
            continue
        value = cell_text(raw)
        if not value or key in told:
            continue
        if key in labels:
            if _LAYOUT_VALUE.match(value):
                continue
            label, joint = labels[key]
            facts.append(Fact(key, f"{joint}{cell_text(named[label])}", value))
        elif key.startswith(_BARE_STARTS) and (match := _BARE.fullmatch(key)):
            if match[1] != "label":
                facts.append(Fact("", "", value))
        elif _CAPTIONS.search(key) or not (is_layout(key, raw.strip()) or _sizes(key, raw, files)):
            value = _SLASHED.sub(_degrees, value)
            if key in _COUNTRIES:
                value = country_of_code(value, language) or value
            facts.append(Fact(key, spoken(spelled.get(key, key)), value))
    return together(facts)


def _pictures(named: Mapping[str, str]) -> frozenset[str]:
    """How the names of arguments begin that hold a file."""
    keys = (key for key, value in named.items() if _FILE.search(value))
    return frozenset(key[:_STEM] for key in keys if len(key) >= _STEM)


def _sizes(key: str, value: str, files: frozenset[str]) -> bool:
    """Whether this says how large a picture beside it is: wapen = A.svg, wapenbreedte = 100."""
    return key[:_STEM] in files and bool(_SIZE.fullmatch(value.strip()))


def row_fact(values: Sequence[str]) -> str:
    """A row of a box that is a call by itself: ``{{Taxobox | famille | Giraffidae }}``.

    Of more than two values the first says what kind of box it is.
    """
    name, *words = values if len(values) == 2 else values[1:]
    return f"{spoken(cell_text(name).lower())}: {cell_text(' '.join(words))}"


def _degrees(match: re.Match[str]) -> str:
    parts = zip(match.groups()[:3], "°′″", strict=True)
    return "".join(f"{part}{sign}" for part, sign in parts if part) + match[4]


def _place(named: Mapping[str, str]) -> tuple[set[str], str]:
    """The keys of a coordinate given in parts, and the coordinate: 36°42′N 3°13′E."""
    keys: set[str] = set()
    if not any(key.startswith("lat") for key in named):
        return keys, ""
    halves = {"latitude": "", "longitude": ""}
    for name, spellings in _PARTS_OF_PLACE.items():
        key = next((key for key in spellings if named.get(key, "").strip()), None)
        if key is not None:
            axis = "latitude" if name.startswith("latitude") else "longitude"
            keys.add(key)
            halves[axis] += cell_text(named[key]) + name.removeprefix(axis)
    if not all(re.match(r"[-−]?\d", half) for half in halves.values()):
        return set(), ""
    return keys, f"{halves['latitude']} {halves['longitude']}"


def is_layout(key: str, value: str) -> bool:
    """Whether an argument of this name and value says how a box looks, or names a file."""
    return bool(
        _LAYOUT_KEY.match(key)
        or _LAYOUT_VALUE.match(value)
        or (_MAP_VALUE.fullmatch(value) and _MAP_KEY.fullmatch(key))
    )


def is_box(text: str) -> bool:
    """Whether this is the table of an infobox."""
    return _BOX_TABLE.match(text) is not None


def box_lines(rendered: str) -> list[str]:
    """The facts of a box, of its table as text: "Height: 120 m"; rows that say nothing are gone."""
    lines = (line.strip(" ,;") for line in rendered.split("\n"))
    rows = ((line, _PAIR.fullmatch(line)) for line in lines if _WORD.search(line))
    return [f"{pair[1]}: {pair[2]}" if pair else line for line, pair in rows]
