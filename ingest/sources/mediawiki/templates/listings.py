"""Listings of travel guides: where to see, do, eat, drink, sleep and buy, as one line of text each.

The arguments are those of Wikivoyage's own templates, in English, German, French, Spanish and
Italian: https://en.wikivoyage.org/wiki/Wikivoyage:Listings and its counterparts.
"""

import re

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments

__all__ = ["LISTINGS", "is_nameless", "listing", "marker", "regions"]

LISTINGS = frozenset(
    (
        "listing", "see", "do", "eat", "drink", "sleep", "buy", "go", "other", "vcard", "learn",
        "voir", "faire", "manger", "sortir", "boire un verre", "se loger", "acheter", "aller",
        "ville", "destination", "circuler", "représentation diplomatique",
        "ver", "hacer", "comer", "beber", "dormir", "comprar", "ir",
        "vedere", "fare", "mangiare", "bere", "acquistare",
    )
)  # fmt: skip

_NAME = ("name", "nom", "nombre", "nome")
_ALT = ("alt", "comment", "native-name")
_ADDRESS = ("address", "adresse", "dirección", "direccion", "indirizzo")
_DIRECTIONS = ("directions", "direction", "indicaciones", "indicazioni")
_PHONES = (
    "phone", "tollfree", "mobile", "fax", "téléphone", "numéro gratuit", "teléfono", "telefono",
    "tel", "numero verde",
)  # fmt: skip
_MAIL = ("email", "e-mail")
_SITE = ("url", "sitio", "sito", "site")
_HOURS = ("hours", "horaire", "horario", "orari")
_PRICE = ("price", "prix", "precio", "prezzo")
_CHECK_IN = ("checkin", "arrivée", "entrada", "check-in")
_CHECK_OUT = ("checkout", "départ", "salida", "check-out")
_CONTENT = ("content", "description", "contenido", "descripción", "descrizione", "beschreibung")
_LATITUDE, _LONGITUDE = ("lat", "latitude", "latitud"), ("long", "longitude", "longitud")
# What stands before phones, sites, hours, prices, check-in, check-out and coordinates.
_WORDS = {
    "en": ("Phone", "Web", "Hours", "Price", "Check-in", "Check-out", "Coordinates"),
    "de": ("Telefon", "Web", "Geöffnet", "Preis", "Anreise", "Abreise", "Koordinaten"),
    "fr": ("Téléphone", "Web", "Horaires", "Prix", "Arrivée", "Départ", "Coordonnées"),
    "es": ("Teléfono", "Web", "Horario", "Precio", "Entrada", "Salida", "Coordenadas"),
    "it": ("Telefono", "Web", "Orari", "Prezzo", "Check-in", "Check-out", "Coordinate"),
}
_DEGREES = re.compile(r"[-−]?\d{1,3}(?:\.\d+)?")
_SPACE = re.compile(r"\s*\n[*#:;\s]*|\s+")
_STOPPED = re.compile(r"[.!?。…][\"')\]”»]*$")


def listing(arguments: Arguments, _title: str) -> str:
    """``{{eat|name=…|address=…|content=…}}``: name first, then where, when, for how much, what.

    Positional arguments are read as nothing.
    """
    phone, web, hours, price, check_in, check_out, place = _WORDS.get(
        arguments.language, _WORDS["en"]
    )
    alt, directions = _line(arguments, _ALT), _line(arguments, _DIRECTIONS)
    name = _line(arguments, _NAME)
    called = f"{name} ({alt})" if name and alt else name or alt
    where = _line(arguments, _ADDRESS)
    where = f"{where} ({directions})" if where and directions else where or directions
    phones = ", ".join(filter(None, (_line(arguments, (key,)) for key in _PHONES)))
    site = re.sub(r"^https?://(?:www\.)?|/$", "", _line(arguments, _SITE))
    told = [
        ", ".join(filter(None, (called, where))),
        _line(arguments, _CONTENT),
        *(
            f"{label}: {value}"
            for label, value in (
                (hours, _line(arguments, _HOURS)),
                (price, _line(arguments, _PRICE)),
                (check_in, _line(arguments, _CHECK_IN)),
                (check_out, _line(arguments, _CHECK_OUT)),
                (phone, phones),
                (web, site),
                ("E-mail", _line(arguments, _MAIL)),
                (place, _coordinates(arguments)),
            )
            if value
        ),
    ]
    return " ".join(part if _STOPPED.search(part) else f"{part}." for part in told if part)


def is_nameless(arguments: Arguments) -> bool:
    """Whether a listing says something, and not of what."""
    return not arguments.get(*_NAME, *_ALT) and any(map(str.strip, arguments.named.values()))


def marker(arguments: Arguments, _title: str) -> str:
    """``{{marker|type=city|name=[[Sintra]]|lat=…}}``: the name, inside a sentence."""
    return arguments.get(*_NAME)


def regions(arguments: Arguments, _title: str) -> str:
    """``{{regionlist|region1name=…|region1description=…|region1items=…}}``: an item for each."""
    items = []
    number = 1
    while name := _line(arguments, (f"region{number}name",)):
        told = [_line(arguments, (f"region{number}{key}",)) for key in ("description", "items")]
        items.append(f"* {name}: {' '.join(filter(None, told))}".removesuffix(": "))
        number += 1
    return "\n" + "\n".join(items) + "\n"


def _line(arguments: Arguments, keys: tuple[str, ...]) -> str:
    """The first of these that is given, on one line."""
    return _SPACE.sub(" ", arguments.get(*keys).lstrip("*#:; ")).strip()


def _coordinates(arguments: Arguments) -> str:
    latitude, longitude = arguments.get(*_LATITUDE), arguments.get(*_LONGITUDE)
    if _DEGREES.fullmatch(latitude) and _DEGREES.fullmatch(longitude):
        return f"{latitude}, {longitude}"
    return ""
