"""What the arguments of a box are called: by words of their names, or by another argument.

Many boxes take a name for a value beside it: leader_title = President, leader_name = Ann Lee.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pinakes.ingest.sources.mediawiki.markup.tables import cell_text

__all__ = ["labels_by_value", "spoken"]

_ACRONYMS = frozenset(
    ("gdp", "ppp", "hdi", "utc", "isbn", "issn", "oclc", "lccn", "icd9", "icd10", "omim", "id",
     "iso", "url", "uk", "us", "usa", "eu", "un", "tv", "dvd", "cd", "imdb", "iata", "icao", "dst",
     "gnis", "fips", "cpu", "gpu", "ram", "dna", "rna", "cas", "smiles", "inchi", "atc", "cctld")
)  # fmt: skip
# An argument that names another one: leader_title1 = President, leader_name1 = Ann Lee.
_VALUE_KEY = re.compile(r"(.*?)(name|date|info|data)((?:_?sec)?\d*)")
_VALUE_ENDS = ("name", "date", "info", "data", "sec")
_LABEL_SUFFIXES = {
    "name": ("title", "type"),
    "date": ("event",),
    "info": ("name", "title", "label"),
    "data": ("label",),
}
# In other boxes and languages: words for a title, before or behind what it is the title of.
_TITLE_WORDS = (
    "title|titles|titre|titres|titel|título|títulos|titulo|titolo|tytuł|titul|tittel|титул|"
    "posttitle"
)
_TITLE_FIRST = re.compile(rf"(?:{_TITLE_WORDS})([ _-]?)([^\W\d].*?)(\d*)")
_TITLE_LAST = re.compile(rf"(.+?)([ _-]?)(?:{_TITLE_WORDS})([ _]?\d*)")
_NAME_WORDS = ("name", "names", "nom", "noms", "nombre", "nombres", "nome", "nomes", "naam", "naom",
               "navn", "namn", "imię", "jméno", "имя")  # fmt: skip
# Of these alone the type is a title: of an engine or a roof it is a fact of its own.
_TYPED = re.compile(
    r"((?:postal|area|dialling|zip|iso)?_?code|seat|symbol|state|country|region|municipality|"
    r"district|city|mayor|leader|head|chief|parts)(\d*)[ _]type|"
    r"((?:postal_|area_|zip_)?code|seat|parts)_type(\d*)"
)
# A date with what happened then: type formation 2 = Empire, date formation 2 = 1804.
_EVENT_PAIRS = (
    (re.compile(r"type([ _])(formation ?\d*)"), "date{}{}"),
    (re.compile(r"(fundación|hito)_evento(\d*)"), "{}_fecha{}"),
    (re.compile(r"(.*)label(\d*)"), "{}value{}"),
    (re.compile(r"evento_?(\d+)"), "data_evento{}"),
    (re.compile(r"(taxon\d*)_rang"), "{}_name"),
    (re.compile(r"(taxon\d*)_rang"), "{}_wissname"),
)
_LONGEST_TITLE = 60
_LONGEST_ACRONYM = 5
# Boxes of a wiki have the same arguments.
_MOST_NAMES = 1 << 14


def labels_by_value(named: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The arguments that another one names: their key, that one's key, words to put before it.

    A title whose value is not given comes with itself as the value: it says nothing.
    """
    for key, value in named.items():
        if not value.strip():
            continue
        if key.rstrip("0123456789").endswith(_VALUE_ENDS):
            yield from _named_beside(key, named)
        if len(value) <= _LONGEST_TITLE and "\n" not in value:
            yield from _title_of(key, named)


def _named_beside(key: str, named: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    match = _VALUE_KEY.fullmatch(key)
    if match is None or not (match[1] or match[2] == "data"):
        return
    for suffix in _LABEL_SUFFIXES[match[2]]:
        label = f"{match[1]}{suffix}{match[3]}"
        if label != key and cell_text(named.get(label, "")):
            is_event = suffix == "event" and match[1].strip(" _")
            yield key, label, f"{spoken(match[1])}, " if is_event else ""
            return


def _title_of(title: str, named: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What ``title`` is the title of, if it is one and that is there."""
    known = [key for key in _titled(title) if key in named and key != title]
    filled = [key for key in known if named[key].strip()]
    if filled:
        yield filled[0], title, ""
    elif known:
        yield title, title, ""


@lru_cache(_MOST_NAMES)
def _titled(title: str) -> tuple[str, ...]:
    """Under which names the value may stand that is called by this argument."""
    return tuple(_partners(title))


def _partners(title: str) -> Iterator[str]:
    for pattern, partner in _EVENT_PAIRS:
        if match := pattern.fullmatch(title):
            yield partner.format(*match.groups())
    if match := _TYPED.fullmatch(title):
        yield "".join(part for part in match.groups() if part)
    if match := _TITLE_FIRST.fullmatch(title):
        joint, rest, number = match.groups()
        yield f"{rest}{number}"
        yield from (f"{name}{joint}{rest}{number}" for name in _NAME_WORDS)
    elif match := _TITLE_LAST.fullmatch(title):
        rest, joint, number = match.groups()
        yield f"{rest}{number}"
        yield from (f"{rest}{joint}{name}{number}" for name in _NAME_WORDS)


@lru_cache(_MOST_NAMES)
def spoken(key: str) -> str:
    """The name of an argument as words: "gdp_ppp_year" is "GDP PPP year", "LargestCity" too.

    Words in capitals stay so, where the name has others.
    """
    words = re.sub(r"[_\s]+", " ", key).strip().split(" ")
    text = " ".join(_word(word, is_first=not place) for place, word in enumerate(words))
    return text[:1].upper() + text[1:]


def _word(word: str, *, is_first: bool) -> str:
    if word.lower() in _ACRONYMS or (word.isupper() and len(word) <= _LONGEST_ACRONYM):
        return word.upper()
    if word.isupper() or word.islower() or (word.istitle() and not is_first):
        return word.lower()
    humps = "".join(
        f" {letter.lower()}" if _is_hump(word[max(place - 1, 0) : place + 2]) else letter
        for place, letter in enumerate(word)
    )
    return humps if is_first else humps.lower()


def _is_hump(letters: str) -> bool:
    """Whether a word begins in the middle of these three: LargestCity, but not AfD nor MotoGP."""
    return (
        len(letters) == 3 and letters[0].islower() and letters[1].isupper() and letters[2].islower()
    )
