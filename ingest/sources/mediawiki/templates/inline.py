"""Templates inside a line: wrappers around words, characters, flags, names, small facts."""

import re

from pinakes.ingest.sources.mediawiki.markup.tables import BREAK
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer
from pinakes.ingest.sources.mediawiki.templates.country_codes import country_in, country_of_code

__all__ = ["INLINE_RENDERERS"]

_OTHER_FLAG = re.compile(r"\d.*|[a-z -]+|\d*x?\d+px|#|-")


def _first(arguments: Arguments) -> str:
    return arguments.get(1)


def _second(arguments: Arguments) -> str:
    return arguments.get(2)


def _second_or_first(arguments: Arguments) -> str:
    return arguments.get(2) or arguments.get(1)


def _third_or_second(arguments: Arguments) -> str:
    return arguments.get(3) or arguments.get(2)


def _last(arguments: Arguments) -> str:
    given = arguments.given()
    return given[-1] if given else ""


def constant(text: str) -> Renderer:
    """A renderer that gives ``text`` whatever the arguments."""
    return lambda _arguments: text


def _given_or(text: str) -> Renderer:
    """The first argument, or these words where there is none."""
    return lambda arguments: arguments.get(1) or text


def _circa(arguments: Arguments) -> str:
    return " – ".join(f"c. {text}" for text in arguments.given()) or "c."


def _reign(arguments: Arguments) -> str:
    return f"r. {'–'.join(part for part in (arguments.get(1), arguments.get(2)) if part)}"


def _floruit(arguments: Arguments) -> str:
    return f"fl. {'–'.join(part for part in (arguments.get(1), arguments.get(2)) if part)}"


def _era(era: str) -> Renderer:
    """``{{BCE|48}}``: "48 BCE"."""
    return lambda arguments: f"{'–'.join(arguments.given())} {era}".strip()


def _birth_name(word: str) -> Renderer:
    return lambda arguments: f"{word} {arguments.get(1)}".strip()


def _note(arguments: Arguments) -> str:
    """``{{music|flat}}``, ``{{music|time|3|4}}``: the sign, or what the sign is asked for."""
    kind = arguments.get(1).lower()
    if kind == "time":
        return f"{arguments.get(2)}/{arguments.get(3)}"
    return _NOTES.get(kind, arguments.get(1))


def _season(arguments: Arguments) -> str:
    """``{{nbay|2003|start}}``: a season by the year it starts in, or one of its two years."""
    year, which = arguments.get(1), arguments.get(2)
    if which == "end" and re.fullmatch(r"\d{4}", year):
        return f"{int(year) + 1}"
    if which or not re.fullmatch(r"\d{4}", year):
        return year
    following = int(year) + 1
    return f"{year}–{following % 100:02}" if following % 100 else f"{year}–{following}"


def _dates_of_life(arguments: Arguments) -> str:
    """``{{born-in}}``, ``{{b.}}`` and their kin keep their letter."""
    return f"b. {arguments.get(1)}"


def _country(code: str, arguments: Arguments) -> str:
    """The country of a code or an English name in the wiki's language, or the words themselves."""
    language = arguments.language
    return country_of_code(code, language) or country_in(language, code) or code


def _flag(arguments: Arguments) -> str:
    """``{{flag|USA}}``; on some wikis a second argument is shown instead: {{flag|USA|Los Angeles}}.

    On others that is a year or a word for another flag: 1912, civil.
    """
    shown = arguments.get("name")
    if not shown and arguments.language not in {"", "en", "simple"}:
        second = arguments.get(2)
        shown = second if second and not _OTHER_FLAG.fullmatch(second) else ""
    return shown or _country(arguments.get(1), arguments)


def _athlete(arguments: Arguments) -> str:
    """``{{flagathlete|name|code}}``: "name (country)"."""
    name, code = arguments.get(1), arguments.get(2)
    return f"{name} ({_country(code, arguments)})" if code else name


def _ship(prefix: str) -> Renderer:
    """``{{HMS|Ajax|22|6}}``: the name with its number, however the call wants it written."""

    def render(arguments: Arguments) -> str:
        name, number = arguments.get(1), arguments.get(2)
        return f"{prefix} {name} ({number})" if number else f"{prefix} {name}"

    return render


def _any_ship(arguments: Arguments) -> str:
    """``{{ship|HMS|Ajax|22}}``."""
    name = f"{arguments.get(1)} {arguments.get(2)}".strip()
    return f"{name} ({arguments.get(3)})" if arguments.get(3) else name


def _ship_class(arguments: Arguments) -> str:
    """``{{sclass|Nimitz|aircraft carrier|2}}``: "Nimitz-class aircraft carrier"."""
    return f"{arguments.get(1)}-class {arguments.get(2)}".strip()


def _marriage(arguments: Arguments) -> str:
    spouse, start, end = arguments.get(1), arguments.get(2), arguments.get(3)
    years = f"m. {start}" if start else ""
    if end or arguments.get("end"):
        years += f"; {arguments.get('end', 'reason') or 'until'} {end}".rstrip()
    return f"{spouse} ({years})" if years else spouse


def _interlanguage_link(arguments: Arguments) -> str:
    return arguments.get("lt", "display", "texte", "عر", "نص") or arguments.get(1)


def _translated_link(arguments: Arguments) -> str:
    """The French ``{{lien}}``: words under several names."""
    return arguments.get("texte", 1, "fr", "trad")


def _sortable(arguments: Arguments) -> str:
    """``{{sortname|Ann|Lee}}``; what stands behind the two only sorts or links."""
    return f"{arguments.get(1)} {arguments.get(2)}".strip()


def _based_on(arguments: Arguments) -> str:
    work, author = arguments.get(1), arguments.get(2)
    return f"{work} by {author}" if author else work


def _million_years_ago(arguments: Arguments) -> str:
    """``{{mya|252}}``; of other wikis it is a country or a language."""
    given = arguments.given()
    if arguments.language in {"", "en", "simple"} and given and given[0][:1].isdigit():
        return f"{'–'.join(given)} million years ago (Mya)"
    return "–".join(given)


def _before_present(arguments: Arguments) -> str:
    """``{{fossil range|370|0}}``: when a kind of life lived."""
    start, end = arguments.get(1), arguments.get(2)
    if start[:1].isdigit() and end[:1].isdigit():
        return f"{start}–{end} million years ago "
    return "–".join(f"{part} Ma" if part[:1].isdigit() else part for part in (start, end) if part)


def _dental_formula(arguments: Arguments) -> str:
    return f"upper {arguments.get('upper')}, lower {arguments.get('lower')}"


def _section_link(arguments: Arguments) -> str:
    return " § ".join(part for part in (arguments.get(1), arguments.get(2)) if part)


def _classification(scheme: str) -> Renderer:
    """``{{ICD10|F|84|0|f|80}}``: the code's letter, number and part."""

    def render(arguments: Arguments) -> str:
        letter, number, part = arguments.get(1), arguments.get(2), arguments.get(3)
        return f"{scheme} {letter}{number}{'.' + part if part else ''}".strip()

    return render


def _centuries(pattern: str) -> Renderer:
    """``{{s|XIX|e}}``: "XIXe siècle"."""
    return lambda arguments: pattern.format("".join(arguments.given()[:2]))


def _two_centuries(arguments: Arguments) -> str:
    given = arguments.given()
    joint = arguments.get(3) if len(given) > 4 else "et"
    last = given[3:5] if len(given) > 4 else given[2:4]
    return f"{''.join(given[:2])} {joint} {''.join(last)} siècle"


def _guillemets(arguments: Arguments) -> str:
    return f"« {arguments.get(1)} »" if arguments.get(1) else ""


_NOTES = {
    "flat": "♭", "b": "♭", "sharp": "♯", "#": "♯", "natural": "♮", "doubleflat": "𝄫", "bb": "𝄫",
    "doublesharp": "𝄪", "x": "𝄪", "##": "𝄪", "dflat": "𝄫", "dsharp": "𝄪", "trill": "tr",
    "quarter": "♩", "eighth": "♪",
}  # fmt: skip
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "omicron": "ο", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω",
}  # fmt: skip
# Cells of tables of results, by the name of their template.
_STATES = (
    "Yes2", "Yes3", "No2", "No3", "Nominated", "Eliminated", "Maybe", "Some", "Good", "Bad", "Okay",
    "Lost", "Draw", "Runner-up", "Pending", "Terminated", "Active", "Rejected", "Included",
    "Dropped", "Optional", "Usually", "Rarely", "Sometimes", "Safe", "Winner", "Any", "Varies",
    "Proprietary", "Nonfree", "Planned", "Scheduled", "Failure", "Success", "Perhaps", "Cancelled",
)  # fmt: skip
# Prefixes of ships that are templates of the same name.
_SHIPS = (
    "MS", "PS", "TS", "ST", "TSS", "HNLMS", "HDMS", "HSwMS", "HNoMS", "INS", "JS", "ORP", "USAT",
    "USNS", "USCGC", "USRC", "CSS", "HMT", "HMHS", "RFA", "GTS", "MY", "FV", "RV", "BAP", "ARA",
    "SMS", "MF", "SV", "USAHS", "HMSAS", "HMIS", "ROKS", "KRI", "TCG", "PNS", "BNS", "RRS",
)  # fmt: skip

INLINE_RENDERERS: dict[str, Renderer] = {
    # wrappers
    "nowrap": _first, "abbr": _first, "nobold": _first, "noitalic": _first, "sc": _first,
    "visible anchor": _first, "longitem": _last, "url": _second_or_first, "plain": _first,
    "keypress": lambda a: "+".join(a.given()), "font color": _last, "resize": _last,
    "center": _first, "block indent": _first, "first": _first, "second": _second,
    "second or first": _second_or_first, "third or second": _third_or_second, "last": _last,
    "native phrase": _second, "nastaliq": _first, "hebrew": _first,
    "text": lambda a: a.get("text", "content", 1), "quoted": lambda a: f"„{a.get(1, 'text')}“",
    "caption": lambda a: f"\n{a.get('caption')}\n", "label or name": lambda a: a.get("ziel", 1),
    "sic": _first, "guillemets": _guillemets, "pre2": _last, "disputed text": _first,
    "section link": _section_link, "shown": _last,
    # dates and times told in words
    "circa": _circa, "floruit": _floruit, "reign": _reign, "b.": _dates_of_life,
    "d.": lambda a: f"d. {a.get(1)}", "decade": lambda a: f"{a.get(1)}s",
    "years ago": _first, "bce": _era("BCE"), "bc": _era("BC"), "ce": _era("CE"), "ad": _era("AD"),
    "mya": _million_years_ago, "season": _season,
    "née": _birth_name("née"), "né": _birth_name("né"), "music": _note,
    "german submarine": lambda a: f"German submarine {a.get(1)}", "fossil range": _before_present,
    "siècle": _centuries("{} siècle"), "siècle court": _centuries("{} s."),
    "siècle av. J.-C.": _centuries("{} siècle av. J.-C."), "siècles": _two_centuries,
    "siglo": lambda a: f"siglo {a.get(1)}", "século": lambda a: f"século {a.get(1)}",
    # names, flags, ships, numbers of books
    "flag": _flag, "flagicon": constant(""), "flagathlete": _athlete, "uss": _ship("USS"),
    "hms": _ship("HMS"), "hmas": _ship("HMAS"), "hmcs": _ship("HMCS"), "hmnzs": _ship("HMNZS"),
    "ss": _ship("SS"), "mv": _ship("MV"), "rms": _ship("RMS"), "ship": _any_ship,
    **{name.lower(): _ship(name) for name in _SHIPS}, "sclass": _ship_class,
    "marriage": _marriage, "sortname": _sortable,
    "interlanguage link": _interlanguage_link, "lien": _translated_link, "based on": _based_on,
    "le": lambda a: a.get(3, 1), "tsl": lambda a: a.get(4, 3), "vol.": lambda a: f"vol. {a.get(1)}",
    "post-nominals": lambda a: ", ".join(a.given()), "hs": constant(""), "legend": _second,
    "oclc": _first, "isbn": lambda a: f"ISBN {a.get(1)}", "issn": lambda a: f"ISSN {a.get(1)}",
    "icd10": _classification("ICD-10"), "icd9": lambda a: f"ICD-9 {a.get(1)}",
    "dentalformula": _dental_formula, "railgauge": _first, "nfl": _first,
    "color box": constant(""), "cite quote": constant(""),
    # signs of change and of state
    "increase": constant("▲"), "decrease": constant("▼"), "steady": constant(""),
    "yes": _given_or("Yes"), "no": _given_or("No"), "n/a": _given_or("N/A"),
    "won": _given_or("Won"), "nom": _given_or("Nominated"), "tba": _given_or("TBA"),
    "cmain": _given_or("Main"), "crecurring": _given_or("Recurring"), "cguest":
    _given_or("Guest"), "partial": _given_or("Partial"), "dunno": _given_or("?"),
    **{name.lower(): _given_or(name.rstrip("23")) for name in _STATES},
    "unknown": _given_or("Unknown"),
    "dagger": constant("†"), "extinct": constant("†"), "free": _given_or("Free"),
    # characters
    "!": constant("|"), "=": constant("="), "ndash": constant("–"), "mdash": constant("—"),
    "snd": constant(" – "), "spaced mdash": constant(" — "), "·": constant(" · "),
    "'": constant("&#39;"), "'s": constant("&#39;s"), "nbsp": constant(" "),
    "' \"": constant("&#39; &quot;"), "-\"": constant(" – \""), "\\": constant(" / "),
    "thinsp": constant(" "), "spaces": constant(" "), "break": constant(BREAK),
    "pi": constant("π"), "degree": constant("°"), "minus": constant("−"), "-": constant(BREAK),
    "(": constant("("), ")": constant(")"), "((": constant("{{"), "))": constant("}}"),
    "nothing": constant(""), "times": constant(" × "), "en dash range": constant("–"),
    "thin space": constant(" "), "no-break hyphen": constant("\u2011"), "×": constant("×"),
    "okina": constant("ʻ"), "hamza": constant("ʼ"), "ayin": constant("ʽ"), "hybrid": constant("×"),
    **{name: constant(sign) for name, sign in _GREEK.items()},
    "'-": constant("&#39;"), "\"'": constant("&quot;&#39;"),
}  # fmt: skip
