"""Templates that carry facts, rendered as the words a reader would see.

A table from template name to renderer. Templates that only decorate, navigate or complain are
silent; unknown ones are reported to the caller, who counts them. Names of other languages join
the tables by an entry in ``template_names``.
"""

import re
from collections.abc import Callable

from ingest.convert import convert
from ingest.tables import BREAK, infobox_facts
from ingest.template_arguments import Arguments, small_number
from ingest.template_dates import as_of, date, death_date_and_age, life_date
from ingest.template_names import (
    ALIASES,
    DISAMBIGUATION,
    INFOBOX_PREFIXES,
    LANGUAGES,
    SILENT,
    SILENT_PREFIXES,
    SILENT_SUFFIXES,
)

__all__ = [
    "is_disambiguation",
    "is_infobox",
    "is_rendered",
    "is_silent",
    "render_template",
]


Renderer = Callable[[Arguments], str]


def is_infobox(name: str) -> bool:
    """Whether a normalized template name is an infobox's."""
    return name.startswith(INFOBOX_PREFIXES) or name.endswith(("infobox", "taxobox"))


def is_disambiguation(name: str) -> bool:
    """Whether a normalized template name marks a disambiguation page."""
    return name in DISAMBIGUATION or name.startswith("disambiguation")


def is_silent(name: str) -> bool:
    """Whether a normalized template name is known to carry no fact."""
    name = ALIASES.get(name, name)
    return name not in _RENDERERS and (
        name in SILENT or name.startswith(SILENT_PREFIXES) or name.endswith(SILENT_SUFFIXES)
    )


def is_rendered(name: str) -> bool:
    """Whether there is a renderer for a normalized template name."""
    return ALIASES.get(name, name) in _RENDERERS or name.startswith(("lang-", "ipa-", "langx"))


def render_template(name: str, arguments: Arguments) -> str | None:
    """The text of a call by its normalized name (lower case, spaces); None if unknown.

    Silent templates give an empty string. Infoboxes are not handled here: see infobox_facts.
    """
    if (renderer := _RENDERERS.get(ALIASES.get(name, name))) is not None:
        return renderer(arguments)
    if name in SILENT or name.startswith(SILENT_PREFIXES) or name.endswith(SILENT_SUFFIXES):
        return ""
    if name == "langx":
        return _in_language(arguments.get(1), arguments.get(2), arguments)
    if name.startswith("lang-"):
        return _in_language(name.removeprefix("lang-"), arguments.get(1), arguments)
    if name.startswith("ipa-"):
        return arguments.get(1)
    return None


def _first(arguments: Arguments) -> str:
    return arguments.get(1)


def _second(arguments: Arguments) -> str:
    return arguments.get(2)


def _last(arguments: Arguments) -> str:
    given = [value.strip() for value in arguments.positional if value.strip()]
    return given[-1] if given else ""


def _second_or_first(arguments: Arguments) -> str:
    return arguments.get(2) or arguments.get(1)


def _constant(text: str) -> Renderer:
    return lambda _arguments: text


def _items(separator: str) -> Renderer:
    return lambda arguments: separator.join(
        value.strip() for value in arguments.positional if value.strip()
    )


def _plain_list(arguments: Arguments) -> str:
    body = arguments.get(1, "list") or arguments.get(2)
    return re.sub(r"(^|\n)[ \t]*[*#]+[ \t]*", BREAK, body).removeprefix(BREAK)


def _quote(arguments: Arguments) -> str:
    text = arguments.get(1, "text", "quote", "content")
    author = arguments.get("author", "by") or arguments.get(2)
    source = arguments.get("source", "title") or arguments.get(3)
    credit = ", ".join(part for part in (author, source) if part)
    return f"\n\n{text}\n{'— ' + credit if credit else ''}\n" if text else ""


def _circa(arguments: Arguments) -> str:
    return " – ".join(f"c. {value.strip()}" for value in arguments.positional if value.strip()) or (
        "c."
    )


def _formatnum(arguments: Arguments) -> str:
    text = arguments.get(1)
    match = re.fullmatch(r"([-−]?)([0-9]{4,30})(\.[0-9]+)?", text)
    if match is None or arguments.get(2) == "R":
        return text.replace(",", "") if arguments.get(2) == "R" else text
    return f"{match[1]}{int(match[2]):,}{match[3] or ''}"


def _value(arguments: Arguments) -> str:
    """``{{val|1234.5|2|u=m|e=3}}``: number, uncertainty, exponent, unit."""
    number = _formatnum(Arguments((arguments.get(1),), {}))
    plus, minus = arguments.get(2), arguments.get(3)
    if minus:
        number += f" +{plus.lstrip('+')}/−{minus.lstrip('-−')}"
    elif plus:
        number += f" ± {plus}" if not plus.endswith(")") else plus
    if exponent := arguments.get("e"):
        number = f"({number})" if plus and not plus.endswith(")") else number
        number += f" × 10{_raised(exponent)}"
    number = arguments.get("p") + number + arguments.get("s")
    unit = arguments.get("u", "ul")
    per = arguments.get("up", "upl")
    return f"{number} {unit}{'/' + per if per else ''}".strip() if unit or per else number


def _raised(exponent: str) -> str:
    return f"<sup>{exponent}</sup>"


def _fraction(arguments: Arguments) -> str:
    one, two, three = arguments.get(1), arguments.get(2), arguments.get(3)
    if three:
        return f"{one} {two}/{three}"
    return f"{one}/{two}" if two else f"1/{one}"


def _in_language(code: str, text: str, arguments: Arguments) -> str:
    """``{{langx|fr|Bonjour}}``: "French: Bonjour"."""
    label = arguments.get("label") or LANGUAGES.get(code.partition("-")[0].lower(), "")
    return f"{label}: {text}" if text and label and label != "none" else text


def _chinese(arguments: Arguments) -> str:
    """``{{zh|s=…|t=…|p=…}}``: "simplified Chinese: …; traditional Chinese: …; pinyin: …"."""
    forms = (
        (arguments.get(*keys), label)
        for label, *keys in (
            ("Chinese", "c"),
            ("simplified Chinese", "s"),
            ("traditional Chinese", "t"),
            ("pinyin", "p", "hp"),
            ("Wade–Giles", "w"),
            ("lit.", "l"),
        )
    )
    return "; ".join(f"{label}: {text}" for text, label in forms if text) or arguments.get(1)


def _nihongo(arguments: Arguments) -> str:
    english, kanji, romaji = arguments.get(1), arguments.get(2), arguments.get(3)
    inside = ", ".join(part for part in (kanji, romaji, arguments.get(4)) if part)
    if not english:
        return f"{romaji or kanji} ({kanji})" if romaji and kanji else inside
    return f"{english} ({inside})" if inside else english


def _coordinates(arguments: Arguments) -> str:
    words = [value.strip() for value in arguments.positional]
    words = [word for word in words if word and ":" not in word][:8]
    directions = {"N", "S", "E", "W"}
    if not any(word in directions for word in words):
        return ", ".join(words[:2])
    text = ""
    for index, word in enumerate(words):
        if word in directions:
            text += f"{word} "
        else:
            place = 0
            while index - place > 0 and words[index - place - 1] not in directions:
                place += 1
            text += f"{word}{'°′″'[min(place, 2)]}"
    return text.strip()


def _height(arguments: Arguments) -> str:
    if metres := arguments.get("m"):
        return convert((metres, "m", "ftin"), {"abbr": "on"}) or f"{metres} m"
    if centimetres := arguments.get("cm"):
        return convert((centimetres, "cm", "ftin"), {"abbr": "on"}) or f"{centimetres} cm"
    feet, inches = arguments.get("ft"), arguments.get("in", "inch")
    return f"{feet} ft {inches} in".replace("  in", "").strip() if feet else ""


def _marriage(arguments: Arguments) -> str:
    spouse, start, end = arguments.get(1), arguments.get(2), arguments.get(3)
    years = f"m. {start}" if start else ""
    if end:
        years += f"; {arguments.get('end') or 'until'} {end}"
    return f"{spouse} ({years})" if years else spouse


def _chemical(arguments: Arguments) -> str:
    return "".join(value.strip() for value in arguments.positional)


def _currency(sign: str) -> Renderer:
    return lambda arguments: (
        f"{sign}{arguments.get(1)}{arguments.get(2) and ' ' + arguments.get(2)}"
    )


def _convert(arguments: Arguments) -> str:
    return convert(arguments.positional, arguments.named) or " ".join(arguments.positional[:2])


def _convert_short(arguments: Arguments) -> str:
    text = convert(arguments.positional, arguments.named, short=True)
    return text or " ".join(arguments.positional[:2])


def _interlanguage_link(arguments: Arguments) -> str:
    return arguments.get("lt", "display") or arguments.get(1)


def _sortable(arguments: Arguments) -> str:
    if arguments.get("nolink") or len(arguments.positional) > 1:
        return f"{arguments.get(1)} {arguments.get(2)}".strip()
    return arguments.get(1)


def _legend(arguments: Arguments) -> str:
    return arguments.get(2)


def _ship(prefix: str) -> Renderer:
    return lambda arguments: f"{prefix} {arguments.get(1)}".strip()


def _decade_or_century(word: str) -> Renderer:
    return lambda arguments: f"{arguments.get(1)}{word}"


def _percentage(arguments: Arguments) -> str:
    try:
        top, bottom = float(arguments.get(1)), float(arguments.get(2))
        places = small_number(arguments.get(3), 9) or 0
        return f"{100 * top / bottom:.{places}f}%"
    except (ValueError, ZeroDivisionError):
        return arguments.get(1)


def _facts(arguments: Arguments) -> str:
    """A box inside a box: its facts on one line."""
    return BREAK.join(infobox_facts(arguments.named))


def _if(arguments: Arguments) -> str:
    return arguments.get(2) if arguments.get(1) else arguments.get(3)


def _if_equal(arguments: Arguments) -> str:
    return arguments.get(3) if arguments.get(1) == arguments.get(2) else arguments.get(4)


_RENDERERS: dict[str, Renderer] = {
    # measures and numbers
    "convert": _convert, "cvt": _convert_short, "formatnum": _formatnum, "val": _value,
    "frac": _fraction, "height": _height, "percentage": _percentage, "nts": _first,
    "ordinal": _first, "inflation": _second, "gaps": _items(""), "sup": lambda a: _raised(a.get(1)),
    "e": lambda a: f" × 10{_raised(a.get(1))}", "pow": lambda a: a.get(1) + _raised(a.get(2)),
    "us$": _currency("US$"), "a$": _currency("A$"), "c$": _currency("C$"), "gbp": _currency("£"),
    "euro": _currency("€"), "inr": _currency("₹"), "jpy": _currency("¥"), "cny": _currency("CN¥"),
    # dates
    "birth date": life_date, "start date": life_date, "end date": life_date, "death date":
    life_date, "birth date and age": life_date, "start date and age": life_date,
    "death date and age": death_date_and_age, "birth year and age": _first,
    "death year and age": _first, "birth-date": _first, "death-date": _first, "dts": date,
    "film date": life_date, "date": date,
    "circa": _circa, "as of": as_of, "floruit": lambda a: f"fl. {a.get(1)}",
    "reign": lambda a: f"r. {'–'.join(p for p in (a.get(1), a.get(2)) if p)}",
    "decade": _decade_or_century("s"), "c.": _circa, "years ago": _first, "bce": _first,
    # languages and scripts
    "lang": _second, "transliteration": _last, "nihongo": _nihongo, "script": _second,
    "ipa": _first, "ipa-all": _first, "angbr": lambda a: f"⟨{a.get(1)}⟩", "respell": _items("-"),
    "ipac-en": _items(""), "linktext": _items(""), "unichar": lambda a: f"U+{a.get(1)} {a.get(2)}",
    "zh": _chinese,
    "nastaliq": _first, "hebrew": _first, "literal translation": lambda a: f"lit. '{a.get(1)}'",
    # inline wrappers
    "nowrap": _first, "abbr": _first, "nobold": _first, "noitalic": _first, "sc": _first,
    "visible anchor": _first, "longitem": _first, "url": _second_or_first, "keypress": _items("+"),
    "font color": _last, "resize": _last, "native name": _second, "native phrase": _second,
    "interlanguage link": _interlanguage_link, "chem": _chemical, "music": _first,
    "post-nominals": _items(", "), "sortname": _sortable, "hs": _constant(""),
    "legend": _legend, "marriage": _marriage,
    "coord": _coordinates, "flag": _first, "flagicon": _constant(""), "oclc": lambda a: a.get(1),
    "isbn": lambda a: f"ISBN {a.get(1)}", "issn": lambda a: f"ISSN {a.get(1)}",
    "uss": _ship("USS"), "hms": _ship("HMS"), "ship": lambda a: f"{a.get(1)} {a.get(2)}".strip(),
    "usd": _currency("US$"), "color box": _constant(""), "increase": _constant("▲"),
    "decrease": _constant("▼"), "steady": _constant(""), "yes": lambda a: a.get(1) or "Yes",
    "no": lambda a: a.get(1) or "No", "n/a": lambda a: a.get(1) or "N/A", "won": lambda a: a.get(
    1) or "Won", "nom": lambda a: a.get(1) or "Nominated", "railgauge": _first,
    # lists and quotations
    "plainlist": _plain_list, "flatlist": _plain_list, "unbulleted list": _items(BREAK),
    "hlist": _items(" · "), "collapsible list": _items(BREAK), "bulleted list": _items(BREAK),
    "ordered list": _items(BREAK), "columns-list": _last, "div col": _constant(""),
    "blockquote": _quote, "grid list": _items(BREAK), "multiple image": _constant(""),
    "infobox": _facts, "plain": _first, "center": _first, "block indent": _first,
    "poem quote": _quote, "verse translation": _items("\n"), "gloss": lambda a: f"'{a.get(1)}'",
    # characters
    "!": _constant("|"), "=": _constant("="), "ndash": _constant("–"), "mdash": _constant("—"),
    "snd": _constant(" – "), "spaced mdash": _constant(" — "), "·": _constant(" · "),
    "'": _constant("&#39;"), "'s": _constant("&#39;s"), "nbsp": _constant(" "),
    "thinsp": _constant(" "), "spaces": _constant(" "), "break": _constant(BREAK), "sic": _first,
    "pi": _constant("π"), "degree": _constant("°"), "minus": _constant("−"), "-": _constant(BREAK),
    "(": _constant("("), ")": _constant(")"), "((": _constant("{{"), "))": _constant("}}"),
    # parser functions and magic words
    "#if": _if, "#ifeq": _if_equal, "lc": lambda a: a.get(1).lower(), "uc": lambda a: a.get(
    1).upper(), "ucfirst": lambda a: a.get(1)[:1].upper() + a.get(1)[1:], "lcfirst": lambda a:
    a.get(1)[:1].lower() + a.get(1)[1:], "plural": lambda a: a.get(2) if a.get(1) == "1" else
    a.get(3, 2), "#tag": _constant(""), "nowiki": _first,
}  # fmt: skip
