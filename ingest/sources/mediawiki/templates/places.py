"""Templates of roads, gauges, forces, exchanges, verses and identifiers: names made of parts."""

import re

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer
from pinakes.ingest.sources.mediawiki.templates.numbers import formatnum

__all__ = ["PLACE_RENDERERS"]

# Gauges by the names they are known by, in millimetres.
_GAUGES = {
    "sg": 1435, "standard": 1435, "cape": 1067, "russian": 1520, "irish": 1600, "iberian": 1668,
    "indian": 1676, "metre": 1000, "meter": 1000, "5ft": 1524,
}  # fmt: skip
_ROADS = {"i": "I-", "us": "US ", "sr": "SR ", "cr": "CR ", "us-bus": "US Bus. "}
_ADJECTIVES = {
    "argentina": "Argentine", "australia": "Australian", "austria": "Austrian", "belgium":
    "Belgian", "brazil": "Brazilian", "bulgaria": "Bulgarian", "canada": "Canadian", "chile":
    "Chilean", "china": "Chinese", "czech republic": "Czech", "denmark": "Danish", "egypt":
    "Egyptian", "estonia": "Estonian", "finland": "Finnish", "france": "French", "germany":
    "German", "greece": "Hellenic", "hungary": "Hungarian", "india": "Indian", "iran": "Iranian",
    "ireland": "Irish", "israel": "Israeli", "italy": "Italian", "japan": "Japanese", "mexico":
    "Mexican", "norway": "Norwegian", "pakistan": "Pakistan", "poland": "Polish", "portugal":
    "Portuguese", "romania": "Romanian", "russia": "Russian", "serbia": "Serbian", "spain":
    "Spanish", "sweden": "Swedish", "switzerland": "Swiss", "turkey": "Turkish", "ukraine":
    "Ukrainian", "soviet union": "Soviet",
}  # fmt: skip
_BRITISH = {"Army": "British Army", "Navy": "Royal Navy", "Air Force": "Royal Air Force"}


def _gauge(arguments: Arguments) -> str:
    """``{{track gauge|1000mm}}``: 1,000 mm (3 ft 3+3⁄8 in)."""
    written = arguments.get(1).replace(" ", "").replace(",", "")
    metric = re.fullmatch(r"(\d+(?:\.\d+)?)mm", written)
    if metric or written.lower() in _GAUGES:
        length = float(metric[1]) if metric else _GAUGES[written.lower()]
        millimetres = formatnum(Arguments((f"{length:g}",), {}, arguments.language))
        return f"{millimetres} mm ({_feet_and_inches(length)})"
    if imperial := re.fullmatch(r"(\d+)ft(?:(\d+)(?:\.(\d+)/?(\d+)?)?in)?", written):
        return f"{imperial[1]} ft {imperial[2]} in" if imperial[2] else f"{imperial[1]} ft"
    return arguments.get(1)


def _feet_and_inches(millimetres: float) -> str:
    """To the eighth of an inch."""
    eighths = round(millimetres / 25.4 * 8)
    feet, rest = divmod(eighths, 96)
    inches, part = divmod(rest, 8)
    top, bottom = part, 8
    while part and top % 2 == 0:
        top, bottom = top // 2, bottom // 2
    fraction = f"+{top}⁄{bottom}" if part else ""
    return f"{feet} ft {inches}{fraction} in" if inches or part else f"{feet} ft"


def _junction(arguments: Arguments) -> str:
    """``{{jct|state=CA|US|101|city1=San Jose}}``: US 101 in San Jose."""
    given = arguments.given()
    roads = []
    for number, (kind, road) in enumerate(zip(given[::2], given[1::2], strict=False), start=1):
        text = _ROADS.get(kind.lower(), f"{kind} ") + road
        direction, other = arguments.get(f"dir{number}"), arguments.get(f"name{number}")
        roads.append(
            text + (f" {direction}" if direction else "") + (f" ({other})" if other else "")
        )
    cities = [city for n in range(1, 5) if (city := arguments.get(f"city{n}", f"location{n}"))]
    return " / ".join(roads) + (f" in {', '.join(cities)}" if cities and roads else "")


def _verse(arguments: Arguments) -> str:
    """``{{bibleverse|1|Corinthians|3:4|NIV}}``: what is read, without the translation."""
    given = arguments.given()
    return " ".join(given[:3] if given and re.fullmatch(r"[1-4I]{1,3}", given[0]) else given[:2])


def _force(kind: str) -> Renderer:
    """``{{army|France}}``: the force as English calls it."""

    def render(arguments: Arguments) -> str:
        country = arguments.get(1)
        if country in ("United Kingdom", "UK", "GBR"):
            return _BRITISH[kind]
        name = arguments.get("name")
        return name or f"{_ADJECTIVES.get(country.lower(), country)} {kind}"

    return render


def _labelled(label: str) -> Renderer:
    """``{{NYSE|BRK.A}}``: "NYSE: BRK.A"."""
    return lambda arguments: f"{label}: {arguments.get(1)}" if arguments.get(1) else ""


def _identifier(label: str) -> Renderer:
    """``{{EC number|2.6.1.12}}``: "EC 2.6.1.12"."""
    return lambda arguments: f"{label} {arguments.get(1)}" if arguments.get(1) else ""


def _direction(arguments: Arguments) -> str:
    """The words of a station or line, without the system they belong to."""
    return arguments.get(1, "station", "name")


_EXCHANGES = {
    "nyse": "NYSE", "nyse was": "NYSE", "nasdaq": "Nasdaq", "nasdaqsymbol": "Nasdaq",
    "nasdaq was": "Nasdaq", "lse": "LSE", "lse was": "LSE", "tyo": "TYO", "bse": "BSE",
    "nse": "NSE", "bseindia": "BSE", "nseindia": "NSE", "sehk": "SEHK", "asx": "ASX", "asx was":
    "ASX", "tsx": "TSX", "tsxv": "TSX-V", "fwb": "FWB", "euronext": "Euronext", "sgx": "SGX",
    "krx": "KRX", "sse": "SSE", "szse": "SZSE", "twse": "TWSE", "bmad": "BMAD", "six": "SIX",
    "jse": "JSE", "bit": "BIT", "nzx": "NZX", "idx": "IDX", "pse": "PSE", "bmv": "BMV", "b3": "B3",
    "wse": "WSE", "isin": "ISIN", "nyse american": "NYSE American", "otc pink": "OTC Pink",
    "otcqb": "OTCQB", "moex": "MCX", "euronextparis": "Euronext Paris",
}  # fmt: skip
_IDENTIFIERS = {
    "ec number": "EC", "enzymelink": "EC", "cas": "CAS", "cas registry": "CAS", "omim": "OMIM",
    "pdb": "PDB", "uniprot": "UniProt", "ncbi gene": "NCBI Gene", "chebi": "CHEBI", "pmid": "PMID",
    "atc": "ATC",
}  # fmt: skip
PLACE_RENDERERS: dict[str, Renderer] = {
    "track gauge": _gauge, "jct": _junction, "bibleverse": _verse, "army": _force("Army"),
    "navy": _force("Navy"), "air force": _force("Air Force"), "rws": _direction,
    "marine corps": lambda a: f"{_ADJECTIVES.get(a.get(1).lower(), a.get(1))} Marine Corps",
    **{name: _labelled(label) for name, label in _EXCHANGES.items()},
    **{name: _identifier(label) for name, label in _IDENTIFIERS.items()},
}  # fmt: skip
