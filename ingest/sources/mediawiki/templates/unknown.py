"""What a call means whose template nobody knows: facts of a box, a country, words, or nothing.

Asked last, when neither the registry nor anything else says what the name means: there are the
arguments alone to judge by. Most templates inside a sentence wrap words, and most have them first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pinakes.ingest.sources.mediawiki.markup.infoboxes import is_layout
from pinakes.ingest.sources.mediawiki.markup.tables import BREAK
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments
from pinakes.ingest.sources.mediawiki.templates.country_codes import country_name
from pinakes.ingest.sources.mediawiki.templates.dates import date
from pinakes.ingest.sources.mediawiki.templates.local_names import local_names
from pinakes.ingest.sources.mediawiki.templates.numbers import coordinates, formatnum

__all__ = ["UnknownCall", "holds_facts", "read_unknown"]

# Roots that names of notices, icons, references and navigation are made of, in many languages.
_SAYS_NOTHING = re.compile(
    r"icon|ikon|icône|navbox|navig|sidebar|stub|ébauche|esbozo|esboço|portal|portail|portale|"
    r"категор|style|categor|kategor|commons|wiki|cite|citation|cita\b|cytuj|ref\b|refs\b|reference|référence|"
    r"source|источник|quelle|isbn|issn|doi\b|webarchiv|dead link|notice|cleanup|protec|schutz|"
    r"anchor|anker|якорь|coord missing|defaultsort|audio|listen|hörbeispiel|ecouter|écouter|clear|"
    r"toc\b|article|artikel|articolo|artículo|artigo|статья|hatnote|disambig|homonym|redirect|"
    r"location map|karte|mapa\b|карта|map\b|userbox|babel|vandal|delete|merge|rating|featured|"
    r"metadat|population|einwohner|inwoners|bevölkerung|ludność|населен|donnée|statist|daten\b|dez\b|"
    r"aktuell|quoten?\b|sister|братск|myrias|authority|normdaten|imdb|flagdeco|bandera|bandiera|drapeau|флаг|template|#"
)
# Where templates keep their words if not in the first place.
_WORD_KEYS = (
    "text", "content", "1", "texte", "texto", "testo", "tekst", "inhalt", "contenu", "contenido",
    "текст", "содержание", "תוכן", "نص", "liste", "list", "lista", "список", "contents", "quote",
)  # fmt: skip
# Values that steer: sides, sizes, answers.
_OPTION = re.compile(
    r"(?:yes|no|y|n|on|off|true|false|none|auto|left|right|center|centre|top|bottom|small|big|large|"
    r"mini|thumb|upright|nolink|inline|title|hide|show|ja|nein|oui|non|sí|si|да|нет|sim|não|"
    r"small|klein|pequeño|petit|\d+(?:\.\d+)?(?:px|em|%)|x+|-|–|\*|"
    r"iso\d*|[dmy]{3}|bal|jobb|közép|links|rechts|droite|gauche|derecha|izquierda|destra|sinistra)",
    re.IGNORECASE,
)
# What a country's template may be told: a flag of another year, its size, how to link.
_VARIANT = re.compile(r"\d{4}|\d+px|#|-")
_CODE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})*|[A-Z]{2,3}(?:-[A-Z]{2,3})?")
_KEY = re.compile(r"[a-z]{3,6}|[A-Z]{2,4}")
_COMPASS = frozenset("NSEWO")
# What an editor says to others.
_REMARK = re.compile(
    r"reason|date|datum|fecha|motiv|raison|comment|grund|note|remark|title|url|quote|bot|talk|cat"
)
_INTEGER = re.compile(r"[0-9]{1,4}")
_NUMBER = re.compile(r"[-−]?[0-9]+(?:\.[0-9]+)?")
_ORDINAL = re.compile(r"[0-9]+(?:e|er|re|ère|ème|º|ª|th|st|nd|rd|\.)")
_UNIT = re.compile(
    r"(?:km|m|cm|mm|ha|kg|g|t|mi|ft|MW|kW|GW|V|A|Hz|kHz|MHz)[²³23]?|°C|°F|K|%|км²?|м²?|га|кг",
    re.ASCII,
)
_ADDRESS = re.compile(r"(?:https?:)?//\S*|\S+\.(?:com|org|net|html?)\b\S*")
_MOST_POSITIONAL = 4
_MOST_NAMED = 6

# Marks of references and of navigation among the names of arguments.
_NOT_FACTS = re.compile(
    r"(url|isbn|issn|doi|access-?date|archive-?url|abruf|zugriff|consulté le|fechaacceso|"
    r"(list|group|abovestyle|belowstyle|liststyle)\d*|navbar|tracking|"
    r"editor|publisher|verlag|éditeur|editorial|passage|journal|periódico)$"
)
_STATE = re.compile(r"(?:auto)?(?:un)?collapsed?|expanded|plain|off", re.IGNORECASE)
_FEWEST_FACTS = 4
_FEWEST_IN_SERIES = 4


@dataclass(frozen=True, slots=True)
class UnknownCall:
    """How to take a call: as a box, as these words, or (neither) as something left out."""

    is_box: bool = False
    text: str | None = None


def read_unknown(written: str, arguments: Arguments) -> UnknownCall:
    """How the call of an unknown template is to be taken; ``written`` is its name as it stands."""
    positional = arguments.given()
    if holds_facts(arguments.named, len(positional)):
        return UnknownCall(is_box=True)
    if all(_VARIANT.fullmatch(value) for value in positional) and (
        place := country_name(written, arguments.language)
    ):
        return UnknownCall(text=arguments.get("ziel", "name", "label") or place)
    if _SAYS_NOTHING.search(written.lower()):
        return UnknownCall()
    if (text := _made_of_numbers(written.strip(), positional, arguments.language)) is not None:
        return UnknownCall(text=text)
    return UnknownCall(text=_words(positional, arguments.named))


def holds_facts(named: Mapping[str, str], positional_count: int) -> bool:
    """Whether an unknown call is built like an infobox: many named values and no references.

    ``positional_count`` counts the other arguments that are not blank.
    """
    if len(named) < _FEWEST_FACTS:
        return False
    filled = [key for key, value in named.items() if value.strip()]
    return (
        len(filled) >= (_FEWEST_FACTS if positional_count <= 1 else _MOST_NAMED)
        and not any(_NOT_FACTS.match(key) for key in filled)
        and not _STATE.fullmatch(named.get("state", "").strip())
    )


def _made_of_numbers(name: str, values: list[str], language: str) -> str | None:
    """What a call holds whose first values are numbers: dates, a measure, a count, an ordinal."""
    day, _, month = name.partition(" ")
    if _ORDINAL.fullmatch(day) and (not month or month in local_names(language).months):
        return " ".join([name, *values[:1]])
    count = next(
        (n for n, value in enumerate(values) if not _INTEGER.fullmatch(value)), len(values)
    )
    dates = [
        date(Arguments(tuple(values[place : place + 3]), {}, language))
        for place in (0, 3)
        if count >= place + 3 and _is_date(values[place : place + 3])
    ]
    if dates:
        return dates[0] + "".join(f" (* {born})" for born in dates[1:])
    if not values or not _NUMBER.fullmatch(values[0]):
        return None
    if len(_COMPASS & {value.upper() for value in values}) > 1:
        return coordinates(Arguments(tuple(values), {}))
    number = formatnum(Arguments((values[0],), {}, language)) if len(values[0]) > 4 else values[0]
    if _UNIT.fullmatch(name):
        return f"{number} {name}"
    if len(values) > 1 and _UNIT.fullmatch(values[1]):
        return f"{formatnum(Arguments((values[0],), {}, language))} {values[1]}"
    return number if number != values[0] else None


def _is_date(values: list[str]) -> bool:
    """Whether three numbers are year, month and day, or the same from behind."""
    year, month, day = values if len(values[0]) > 2 else values[::-1]
    return len(year) in (3, 4) and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def _words(positional: list[str], named: Mapping[str, str]) -> str | None:
    """What a call with few arguments wraps: its first words that are neither option nor code.

    A call with many is a row of values.
    """
    if len(named) > _MOST_NAMED:
        return None
    words = [value for value in positional if not _steers(value)]
    if len(positional) > _MOST_POSITIONAL:  # a row of a table, or a list
        return BREAK.join(words) if any("\n" in word for word in words) else "; ".join(words)
    if len(words) > 1 and _KEY.fullmatch(words[0]) and all(map(str.isdecimal, words[1:])):
        return None  # what is looked up: {{Representative|cacd|4}}
    if len(words) > 1 and _CODE.fullmatch(words[0]):  # the language or country of what follows
        words = [word for word in words[1:] if not _NUMBER.fullmatch(word)]
    if words:
        return words[0]
    named_words = (named.get(key, "").strip() for key in _WORD_KEYS)
    if text := next((value for value in named_words if value and not _steers(value)), ""):
        return text
    series = [
        f"{key[:1].upper()}{key[1:]}: {value}" if "\n" not in value.strip() else value
        for key, value in named.items()
        if _is_series(value) and not _REMARK.search(key) and not is_layout(key, value.strip())
    ]
    return BREAK.join(series) or None


def _is_series(value: str) -> bool:
    """Whether a value is a list, a sentence or a row of numbers."""
    return len(value.split(None, _FEWEST_IN_SERIES)) >= _FEWEST_IN_SERIES or "\n*" in value


def _steers(value: str) -> bool:
    return bool(_OPTION.fullmatch(value) or _ADDRESS.fullmatch(value) or is_layout("", value))
