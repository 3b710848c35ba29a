"""Templates of lists, quotations, captions, trees and charts: several texts in one call."""

import re

from pinakes.ingest.sources.mediawiki.markup.infoboxes import infobox_facts
from pinakes.ingest.sources.mediawiki.markup.tables import BREAK, cell_text
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer
from pinakes.ingest.sources.mediawiki.templates.local_names import local_names

__all__ = ["LIST_RENDERERS", "QUOTATIONS"]

_MONTH = re.compile(
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|year)\w* (.+)", re.IGNORECASE
)
_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERED = re.compile(r"([^\d]*?)[_ ]?(\d{1,3})(?:[_ ]([^\d]*))?")


def items(separator: str) -> Renderer:
    """The positional arguments, joined; under their title, if there is one."""

    def render(arguments: Arguments) -> str:
        title = arguments.get("title")
        return BREAK.join(part for part in (title, separator.join(arguments.given())) if part)

    return render


def _plain_list(arguments: Arguments) -> str:
    body = arguments.get(1, "list") or arguments.get(2)
    return re.sub(r"(^|\n)[ \t]*[*#]+[ \t]*", BREAK, body).removeprefix(BREAK)


def _numbered_items(arguments: Arguments) -> str:
    start = arguments.get("start")
    first = int(start) if re.fullmatch(r"[0-9]{1,4}", start) else 1
    lines = (f"{first + place}. {text}" for place, text in enumerate(arguments.given()))
    return BREAK + BREAK.join(lines) + BREAK


def _quote(arguments: Arguments) -> str:
    text = arguments.get(1, "text", "quote", "content", "texte", "texto", "zitat", "תוכן")
    author = arguments.get("author", "by", "sign", "autor", "auteur", "автор") or arguments.get(2)
    source = arguments.get(
        "source", "title", "quelle", "fuente", "titre", "מקור", "źródło", "источник"
    ) or arguments.get(3)
    credit = ", ".join(part for part in (author, source) if part)
    return f"\n\n{text}\n{'— ' + credit if credit else ''}\n" if text else ""


def _wide_quote(arguments: Arguments) -> str:
    """``{{cquote|text|width|height|author|source}}``: the second and third only set its marks."""
    text = arguments.get(1, "text", "quote", "content")
    author, source = arguments.get("author", "by", "sign", 4), arguments.get("source", "title", 5)
    credit = ", ".join(part for part in (author, source) if part)
    return f"\n\n{text}\n{'— ' + credit if credit else ''}\n" if text else ""


def _side_quote(arguments: Arguments) -> str:
    """``{{rquote|right|text|author|source}}``."""
    return _quote(Arguments(arguments.positional[1:], arguments.named, arguments.language))


def _captions(arguments: Arguments) -> str:
    """The words around several pictures: header, captions in order, footer."""
    named = arguments.named
    keys = ["header", "title", *(f"caption{n}" for n in range(1, 11)), "caption", "footer"]
    lines = [named[key].strip() for key in keys if named.get(key, "").strip()]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _two_captions(arguments: Arguments) -> str:
    """``{{double image|side|file|width|file|width|caption|caption}}``."""
    lines = [arguments.get(6), arguments.get(7)]
    return "\n" + "\n".join(line for line in lines if line) + "\n"


def _wide_caption(arguments: Arguments) -> str:
    """``{{wide image|file|width|caption}}``."""
    return f"\n{arguments.get(3, 'caption')}\n"


def _description(arguments: Arguments) -> str:
    return f"\n{arguments.get('description', 'caption', 'text')}\n"


def _line(title: str, pairs: list[tuple[str, str]]) -> str:
    """One paragraph: "Title: a: 1; b: 2"."""
    body = "; ".join(f"{name}: {value}" if name else value for name, value in pairs if value)
    return f"\n{title}: {body}\n" if title and body else f"\n{body or title}\n"


def _weather(arguments: Arguments) -> str:
    """A climate table: a line for each measure with its months."""
    measures: dict[str, list[tuple[str, str]]] = {}
    for key, raw in arguments.named.items():
        value = cell_text(raw)
        if value and (match := _MONTH.fullmatch(key)):
            measures.setdefault(match[2], []).append((_month(match[1], arguments), value))
    place = arguments.get("location")
    if arguments.language in {"", "en", "simple"}:
        place = f"Climate of {place}" if place else "Climate"
    lines = [place] if measures and place else []
    for name, pairs in measures.items():
        values = "; ".join(f"{month}: {value}" for month, value in pairs)
        least = arguments.get(f"unit {name}")  # from how much rain on a day counts
        name = re.sub(r" ([cf])$", lambda scale: f" °{scale[1].upper()}", name)
        lines.append(f"{name[:1].upper()}{name[1:]}{f' (≥ {least})' if least else ''}: {values}")
    return "\n" + "\n".join(lines) + "\n"


def _month(word: str, arguments: Arguments) -> str:
    """A month of a climate table in the wiki's language: its full name where it is not English."""
    local = local_names(arguments.language)
    months = local.months
    if arguments.language in {"", "en", "simple"} or not months or word not in _SHORT_MONTHS:
        return word.capitalize()
    # Where months are numbers, the pattern of dates has the word for month behind them: 1月.
    name = months[_SHORT_MONTHS.index(word)]
    return name + local.date.partition("{month}")[2][:1] if name.isdecimal() else name


def _populations(arguments: Arguments) -> str:
    """Years and populations, by position in pairs or by name."""
    values = [text.strip() for text in arguments.positional]
    pairs = list(zip(values[::2], values[1::2], strict=False))
    pairs += [(key, cell_text(text)) for key, text in arguments.named.items() if key.isdecimal()]
    if estimate := arguments.get("estimate"):
        pairs.append((f"{arguments.get('estyear')} estimate".strip(), estimate))
    title = cell_text(arguments.get("title")) or "Population"
    pairs += [("Source", cell_text(arguments.get("source"))), ("", arguments.get("footnote"))]
    return _line(title, pairs)


def _bar_chart(arguments: Arguments) -> str:
    named = arguments.named
    pairs = [
        (cell_text(named.get(f"label{key[4:]}", "")), cell_text(value))
        for key, value in named.items()
        if re.fullmatch(r"data\d+", key)
    ]
    kind = cell_text(arguments.get("data_type"))
    title = ", ".join(part for part in (cell_text(arguments.get("title")), kind) if part)
    return _line(title, pairs) if pairs else ""


def _bar_box(arguments: Arguments) -> str:
    return f"\n{cell_text(arguments.get('title'))}\n{arguments.get('bars')}\n"


def _bar(arguments: Arguments) -> str:
    """``{{bar percent|label|colour|98}}``."""
    return f"\n{arguments.get(1)}: {arguments.get(3)}%{arguments.get(4) and ', '}{arguments.get(4)}"


def _neighbours(arguments: Arguments) -> str:
    """``{{geographic location}}``: what lies in which direction."""
    sides = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
    pairs = [(side.capitalize(), cell_text(arguments.get(side))) for side in sides]
    return _line("Neighbours", pairs) if any(value for _, value in pairs) else ""


def _rows(arguments: Arguments) -> str:
    """Numbered arguments, a row for each number: city_1, pop_1; city_2, pop_2."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for key, raw in arguments.named.items():
        match = _NUMBERED.fullmatch(key)
        value = cell_text(raw)
        if match and value and not re.fullmatch(r".*\.(jpe?g|png|svg|gif)", value, re.IGNORECASE):
            name = " ".join(part for part in (match[1], match[3]) if part).replace("_", " ")
            rows.setdefault(match[2], []).append((name[:1].upper() + name[1:], value))
    lines = ["; ".join(f"{name}: {value}" for name, value in row) for row in rows.values()]
    title = arguments.get("title", "name")
    return "\n" + "\n".join(part for part in (title, *lines) if part) + "\n" if lines else ""


def _clade(arguments: Arguments) -> str:
    """A tree: each branch under its label, "Label (a, b (c, d))"."""
    named = arguments.named
    branches = []
    for number in range(1, 33):
        branch = cell_text(arguments.get(number))
        label = cell_text(named.get(f"label{number}", ""))
        if branch or label:
            branches.append(f"{label} ({branch})" if label and branch else label or branch)
    return ", ".join(branches)


def _chart(arguments: Arguments) -> str:
    """A row of a family tree: its boxes; lines between them are letters without a box."""
    boxes = [cell_text(value) for key, value in arguments.named.items() if not key.isdecimal()]
    return f"\n{'; '.join(box for box in boxes if box)}\n" if boxes else ""


def _charmap(arguments: Arguments) -> str:
    named = [(key, cell_text(value)) for key, value in arguments.named.items() if key[:1] != "_"]
    return _line(", ".join(arguments.given()), named)


def _succession(arguments: Arguments) -> str:
    """``{{succession box|title=…|years=…|before=…|after=…}}``."""
    title, years = cell_text(arguments.get("title", 1)), arguments.get("years")
    pairs = [
        ("Preceded by", cell_text(arguments.get("before"))),
        ("Succeeded by", cell_text(arguments.get("after"))),
    ]
    return _line(f"{title} ({years})" if years else title, pairs)


def _title_and_years(arguments: Arguments) -> str:
    title, years = cell_text(arguments.get("title", 1)), arguments.get("years")
    return f"\n{title} ({years})\n" if years else f"\n{title}\n"


def _facts(arguments: Arguments) -> str:
    """A box inside a box: its facts on one line."""
    return BREAK.join(infobox_facts(arguments.named))


def _medal(kind: str) -> Renderer:
    return lambda arguments: f"\n{kind}: {', '.join(arguments.given())}\n"


# What they give is somebody's words.
QUOTATIONS: frozenset[Renderer | None] = frozenset((_quote, _wide_quote, _side_quote))
LIST_RENDERERS: dict[str, Renderer] = {
    "plainlist": _plain_list, "flatlist": _plain_list, "unbulleted list": items(BREAK),
    "hlist": items(" · "), "collapsible list": items(BREAK), "bulleted list": items(BREAK),
    "ordered list": _numbered_items, "grid list": items(BREAK), "items": items(" "),
    "comma separated entries": items(", "), "br separated entries": items(BREAK),
    "columns-list": lambda a: a.given()[-1] if a.given() else "", "div col": lambda a: "",
    "blockquote": _quote, "poem quote": _quote, "cquote": _wide_quote,
    "rquote": _side_quote, "verse translation": items("\n"),
    "multiple image": _captions, "double image": _two_captions, "wide image": _wide_caption,
    "css image crop": _description, "panorama": _description, "infobox": _facts,
    "weather box": _weather, "historical populations": _populations, "bar chart": _bar_chart,
    "bar box": _bar_box, "bar percent": _bar, "geographic location": _neighbours,
    "numbered rows": _rows, "clade": _clade, "chart": _chart, "charmap": _charmap,
    "succession box": _succession, "s-bef": lambda a: f"\nPreceded by: {a.get('before', 1)}\n",
    "s-aft": lambda a: f"\nSucceeded by: {a.get('after', 1)}\n",
    "s-ttl": _title_and_years,
    "medalgold": _medal("Gold medal"), "medalsilver": _medal("Silver medal"),
    "medalbronze": _medal("Bronze medal"), "medalcompetition": lambda a: f"\n{a.get(1)}\n",
    "bartable": lambda a: f"{a.get(1)}{a.get(2)}",
}  # fmt: skip
