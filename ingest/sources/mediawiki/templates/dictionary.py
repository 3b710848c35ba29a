"""Templates of dictionaries: labels and examples of senses, words and where they come from, sounds.

They are those of the English Wiktionary, https://en.wiktionary.org/wiki/Wiktionary:Templates, and
of headings in the German and the French one.
"""

import re
from functools import lru_cache

from pinakes.ingest.sources.mediawiki.templates.arguments import (
    Arguments,
    Renderer,
    TitledRenderer,
)
from pinakes.ingest.sources.mediawiki.templates.languages import language_name

__all__ = ["word_template"]

_PARTS_OF_SPEECH = (
    "noun|proper noun|verb|adj|adjective|adv|adverb|pron|pronoun|prep|preposition|conj|con|"
    "conjunction|int|intj|interj|interjection|num|number|numeral|det|determiner|art|article|part|"
    "particle|phrase|proverb|prefix|suffix|pos|plural noun|letter|symbol|idiom|prepphr|PP"
)
_HEADWORD = re.compile(rf"[a-z]{{2,3}}(?:-[a-z]{{3}})?-(?:{_PARTS_OF_SPEECH})", re.IGNORECASE)
_FORM_OF = re.compile(r"[\w ,-]+ (?:of|for)")
_SHORT_FORMS = {
    "alt form": "alternative form of", "altform": "alternative form of", "alt form of":
    "alternative form of", "alt sp": "alternative spelling of", "alt spell": "alternative spelling "
    "of", "abbr of": "abbreviation of", "init of": "initialism of", "syn of": "synonym of",
    "infl of": "inflection of", "dim of": "diminutive of", "clipping": "clipping of",
    "ellipsis": "ellipsis of", "past tense of": "past tense of",
}  # fmt: skip
# Without commas around them: {{lb|en|UK|or|US}}.
_JOINTS = frozenset(("_", "and", "or", "&", "by", "with", "except in", "outside"))
_ADVERBS = frozenset(
    ("chiefly", "mainly", "mostly", "now", "usually", "often", "sometimes", "formerly", "also",
     "especially", "particularly", "originally", "rarely", "very", "of a", "of an", "in the")
)  # fmt: skip
_INFLECTIONS = frozenset(
    ("inflection of", "verb form of", "noun form of", "adj form of", "participle of")
)
_TAGS = {
    "1": "first person", "2": "second person", "3": "third person", "s": "singular", "p": "plural",
    "pres": "present", "past": "past", "part": "participle", "ind": "indicative", "sub":
    "subjunctive", "imp": "imperative", "m": "masculine", "f": "feminine", "n": "neuter", "nom":
    "nominative", "gen": "genitive", "dat": "dative", "acc": "accusative", "ptcp": "participle",
    ";": ";",
}  # fmt: skip


def _label(arguments: Arguments, first: int = 2) -> str:
    """``{{lb|en|chiefly|_|US|informal}}``: "(chiefly US, informal)"."""
    text = ""
    joined = True
    for value in arguments.given()[first - 1 :]:
        if value == "_":
            joined, text = True, f"{text} " if text else ""
            continue
        is_joint = value in _JOINTS
        text += f"{'' if joined else ' ' if is_joint else ', '}{value}"
        joined = is_joint or value in _ADVERBS
        text += " " if joined else ""
    return f"({' '.join(text.split())})" if text.strip() else ""


def _remark(arguments: Arguments) -> str:
    """``{{gloss|a house pet}}``, ``{{q|rare|dated}}``: "(rare, dated)"."""
    return f"({', '.join(given)})" if (given := arguments.given()) else ""


def _example(arguments: Arguments) -> str:
    """``{{ux|de|Das ist gut.|That is good.}}``: the example, and what it means."""
    parts = [arguments.get(2), arguments.get("tr"), arguments.get(3, "t", "translation")]
    return " – ".join(part for part in parts if part)


def _quotation(arguments: Arguments) -> str:
    """``{{quote-book|en|author=…|title=…|year=…|passage=…}}``: the passage, and whose it is."""
    passage = arguments.get("passage", "text", 8)
    about = [arguments.get(key) for key in ("author", "title", "year", "date")]
    told = ", ".join(part for part in about if part)
    translation = arguments.get("t", "translation")
    words = " – ".join(part for part in (passage, translation) if part)
    return f"{words} ({told})" if words and told else words or told


def _word(arguments: Arguments, first: int = 2) -> str:
    """``{{m|la|canis||dog}}``: the word as it is shown, how it sounds, and what it means."""
    term, shown = arguments.get(first), arguments.get(first + 1)
    meaning = arguments.get("t", "gloss", first + 2)
    told = [arguments.get("tr"), f"“{meaning}”" if meaning else ""]
    further = ", ".join(part for part in told if part and part != "-")
    words = shown or term
    return f"{words} ({further})" if further else words


def _origin(arguments: Arguments) -> str:
    """``{{inh|en|enm|dogge}}``: "Middle English dogge"."""
    language = language_name(arguments.get(2))
    word = _word(arguments, 3)
    return f"{language} {word}".strip() if word != "-" else language


def _cognate(arguments: Arguments) -> str:
    """``{{cog|de|Hund}}``: "German Hund"."""
    word = _word(arguments)
    return language_name(arguments.get(1)) + ("" if word == "-" else f" {word}")


def _made_of(arguments: Arguments) -> str:
    """``{{af|en|un-|happy|-ness}}``: "un- + happy + -ness"."""
    parts = []
    for number, part in enumerate(arguments.given()[1:], start=1):
        meaning = arguments.get(f"t{number}", f"gloss{number}")
        parts.append(f"{part} (“{meaning}”)" if meaning else part)
    return " + ".join(parts)


def _listed(label: str) -> TitledRenderer:
    """``{{syn|en|hound|mutt}}``: "Synonyms: hound, mutt"."""

    def render(arguments: Arguments, _title: str) -> str:
        words = [word for word in arguments.given()[1:] if word != ";"]
        words = [re.sub(r"^Thesaurus:|<[a-z]+:[^<>]*>", "", word) for word in words]
        return f"{label}{', '.join(words)}" if words else ""

    return render


def _sound(arguments: Arguments) -> str:
    """``{{IPA|en|/kæt/|[kʰæt]}}``: "IPA: /kæt/, [kʰæt]"; in older pages without the language."""
    sounds = [value for value in arguments.given() if value[0] in "/[⫽-" or not value.isascii()]
    return f"IPA: {', '.join(sounds)}" if sounds else ""


def _head(arguments: Arguments, title: str) -> str:
    """``{{head|en|noun|plural|cats}}``: "cat (plural cats)"; of others what they are called."""
    forms = arguments.given()[2:] if _is_language(arguments.get(1)) else []
    pairs = [" ".join(forms[place : place + 2]) for place in range(0, len(forms), 2)]
    shown = arguments.get("head") or title
    return f"{shown} ({', '.join(pairs)})" if pairs else shown


def _is_language(code: str) -> bool:
    return re.fullmatch(r"[a-z]{2,3}(?:-[a-z]{2,4})*|mul", code) is not None


def _translation(arguments: Arguments) -> str:
    """``{{t+|fr|chien|m}}``: the word, and how it sounds."""
    sound = arguments.get("tr")
    return f"{arguments.get('alt', 2)} ({sound})" if sound else arguments.get("alt", 2)


def _form_of(name: str) -> TitledRenderer:
    """``{{plural of|en|cat}}``: "plural of cat"; of inflections their tags."""

    def render(arguments: Arguments, _title: str) -> str:
        first = 2 if _is_language(arguments.get(1)) and arguments.get(2) else 1
        word = arguments.get(first + 1) or arguments.get(first)
        if name in _INFLECTIONS:
            tags = arguments.positional[first + 1 :]
            told = " ".join(_TAGS.get(tag.strip(), tag.strip()) for tag in tags if tag.strip())
            return f"{told} of {word}" if told else f"inflection of {word}"
        return f"{name} {word}"

    return render


def _name(arguments: Arguments, _title: str) -> str:
    """``{{given name|en|male}}``: "A male given name."."""
    return f"A {' '.join([*arguments.given()[1:2], 'given name'])}."


def _place(arguments: Arguments, _title: str) -> str:
    """``{{place|en|capital city|c/France}}``: "A capital city, France."."""
    parts = [value.rpartition("/")[2] for value in arguments.given()[1:]]
    return f"A {', '.join(parts)}." if parts else ""


def _nothing(_arguments: Arguments, _title: str) -> str:
    return ""


def _argument(place: int, *others: int) -> TitledRenderer:
    return lambda arguments, _title: arguments.get(place, *others)


def _untitled(render: Renderer) -> TitledRenderer:
    return lambda arguments, _title: render(arguments)


def _first_words(before: str) -> TitledRenderer:
    return lambda arguments, _title: f"{before}{given[0]}" if (given := arguments.given()) else ""


_BY_NAMES: tuple[tuple[str, TitledRenderer], ...] = (
    ("lb label lbl term-label tlb", _untitled(_label)),
    ("gloss gl qualifier q qual qf i a accent s sense defdate def-date", _untitled(_remark)),
    ("ux usex uxi uxa eg coi collocation", _untitled(_example)),
    ("quote-book quote-journal quote-web quote-text quote-song quote-av quote-video quote "
     "quote-newsgroup quote-us-patent quote-hansard quote-mailing-list", _untitled(_quotation)),
    ("m", lambda arguments, _title: _word(arguments) if arguments.given() else "m"),
    ("doublet dbt", _listed("doublet of ")),
    ("l link ll mention m-self l-self m+ langname-mention", _untitled(_word)),
    ("inh inherited bor borrowed der derived lbor slbor ubor inh+ bor+ der+ uder cal calque sl",
     _untitled(_origin)),
    ("cog cognate nc noncog ncog", _untitled(_cognate)),
    ("af affix prefix pre suffix suf compound com confix con blend univerbation",
     _untitled(_made_of)),
    ("syn synonyms", _listed("Synonyms: ")),
    ("ant antonyms", _listed("Antonyms: ")),
    ("hyper hypernyms", _listed("Hypernyms: ")),
    ("hypo hyponyms", _listed("Hyponyms: ")),
    ("cot coord_terms", _listed("Coordinate terms: ")),
    ("col col1 col2 col3 col4 col5 col-auto der2 der3 der4 rel2 rel3 rel4 alt alter hyphenation "
     "hyph", _listed("")),
    ("ipa", _untitled(_sound)),
    ("t t+ tt tt+ t-check t+check t-simple", _untitled(_translation)),
    ("head", _head),
    ("given_name", _name),
    ("surname", lambda _arguments, _title: "A surname."),
    ("place", _place),
    ("n-g ngd ng non-gloss non-gloss_definition non_gloss_definition taxfmt taxlink vern ipachar",
     _argument(1)),
    ("w glossary", _argument(2, 1)),
    ("lang", _argument(2)),
    ("trans-top", _argument(1)),
    ("enpr", _first_words("enPR: ")),
    (",", lambda _arguments, _title: ","),
    # of the German and the French one
    ("sprache wortart", _argument(1)),
    ("langue", lambda arguments, _title: arguments.get(1)),
    ("k", _untitled(_remark)),
    # without a fact of their own
    ("audio audio-ipa rhymes rhyme homophones senseid anchor c cln topics catlangname catlangcode "
     "cat wikipedia wp pedia slim-wikipedia trans-mid trans-bottom trans-see rfe rfdef rfv rfi "
     "attention root etymon top2 mid2 bottom swp pn also dercat elements number_box "
     "checktrans-top rel-top rel-bottom der-top der-bottom multitrans attn hot_word etystub "
     "ws wikisource projectlinks specieslite word_of_the_day wotd was_wotd senseno was_fwotd "
     "rq r:oed_online ja-kanjitab zh-forms zh-pron q-lite", _nothing),
)  # fmt: skip
# Lines that begin a list in the German one.
_GERMAN_LISTS = (
    "Bedeutungen", "Beispiele", "Synonyme", "Gegenwörter", "Oberbegriffe", "Unterbegriffe",
    "Herkunft", "Worttrennung", "Aussprache", "Redewendungen", "Wortbildungen",
    "Sinnverwandte Wörter", "Charakteristische Wortkombinationen",
)  # fmt: skip


def _beginning(name: str) -> TitledRenderer:
    return lambda _arguments, _title: f"{name}:"


_DICTIONARY = {name.lower(): _beginning(name) for name in _GERMAN_LISTS} | {
    name.replace("_", " "): render for names, render in _BY_NAMES for name in names.split()
}


@lru_cache(maxsize=1 << 12)
def word_template(name: str) -> TitledRenderer | None:
    """What the template of this name (lower case, single spaces) becomes; None: no such is known.

    Lines that begin an entry give the title, of which a sense is: "en-noun".
    """
    if (render := _DICTIONARY.get(name)) is not None:
        return render
    if _HEADWORD.fullmatch(name):
        return lambda arguments, title: arguments.get("head") or title
    if (full := _SHORT_FORMS.get(name, name)) in _SHORT_FORMS.values() or _FORM_OF.fullmatch(full):
        return _form_of(full)
    if name.startswith(("rq:", "r:", "cite-", "rfv-", "rf")):
        return _nothing
    return None
