"""Templates of languages and scripts: foreign words, what they are in, how they sound."""

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer

__all__ = ["LANGUAGE_RENDERERS", "in_language", "language_name"]

# As {{langx}} writes them before the words, by ISO 639 code.
_LANGUAGES = {
    "af": "Afrikaans", "akk": "Akkadian", "am": "Amharic", "ang": "Old English", "ar": "Arabic",
    "arc": "Aramaic", "az": "Azerbaijani", "ba": "Bashkir", "be": "Belarusian", "ber": "Berber",
    "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan", "br": "Breton", "bs": "Bosnian",
    "ca": "Catalan", "ce": "Chechen", "cop": "Coptic", "cs": "Czech", "cy": "Welsh",
    "da": "Danish", "de": "German", "egy": "Egyptian", "el": "Greek", "en": "English",
    "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fo": "Faroese", "fr": "French", "fro": "Old French", "fy": "West Frisian",
    "ga": "Irish", "gd": "Scottish Gaelic", "gl": "Galician", "got": "Gothic",
    "grc": "Ancient Greek", "gu": "Gujarati", "ha": "Hausa", "haw": "Hawaiian", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "ig": "Igbo", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "jv": "Javanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean",
    "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin", "lb": "Luxembourgish", "lo": "Lao",
    "lt": "Lithuanian", "ltg": "Latgalian", "lv": "Latvian", "mg": "Malagasy", "mi": "Māori",
    "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay",
    "mt": "Maltese", "my": "Burmese", "nah": "Nahuatl", "ne": "Nepali", "nl": "Dutch",
    "no": "Norwegian", "non": "Old Norse", "oc": "Occitan", "pa": "Punjabi", "pi": "Pali",
    "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "qu": "Quechua", "ro": "Romanian",
    "ru": "Russian", "sa": "Sanskrit", "sc": "Sardinian", "sd": "Sindhi", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovene", "so": "Somali", "sq": "Albanian", "sr": "Serbian",
    "su": "Sundanese", "sv": "Swedish", "sw": "Swahili", "syc": "Classical Syriac", "ta": "Tamil",
    "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tl": "Tagalog",
    "tr": "Turkish", "tt": "Tatar", "ug": "Uyghur", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "xcl": "Classical Armenian", "yi": "Yiddish",
    "yo": "Yoruba", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
# Of dictionaries, which go further back; with a hyphen the codes of families.
_EARLIER_LANGUAGES = {
    "enm": "Middle English", "frm": "Middle French", "gem-pro": "Proto-Germanic", "gmw-pro":
    "Proto-West Germanic", "goh": "Old High German", "gmh": "Middle High German", "dum":
    "Middle Dutch", "odt": "Old Dutch", "ine-pro": "Proto-Indo-European", "itc-pro":
    "Proto-Italic", "la-med": "Medieval Latin", "la-new": "New Latin", "la-lat": "Late Latin",
    "la-vul": "Vulgar Latin", "ML.": "Medieval Latin", "LL.": "Late Latin", "NL.": "New Latin",
    "VL.": "Vulgar Latin", "ofs": "Old Frisian", "osx": "Old Saxon", "sga": "Old Irish",
    "sla-pro": "Proto-Slavic", "xno": "Anglo-Norman", "sco": "Scots", "nds": "Low German", "mul":
    "Translingual", "cmn": "Mandarin", "yue": "Cantonese", "nb": "Norwegian Bokmål", "nn":
    "Norwegian Nynorsk", "sh": "Serbo-Croatian", "und": "",
}  # fmt: skip


def language_name(code: str) -> str:
    """The English name of the language of a code; the code itself, where it is not known."""
    return _EARLIER_LANGUAGES.get(code, _LANGUAGES.get(code, code))


def in_language(code: str, text: str, arguments: Arguments, further: int = 2) -> str:
    """``{{langx|ru|Москва|Moskva}}``: "Russian: Москва, romanized: Moskva".

    On other wikis the words alone. At ``further`` stands the transliteration, then the meaning.
    """
    if not text:
        return ""
    label = arguments.get("label")
    if not label and arguments.language in {"", "en", "simple"}:
        label = _LANGUAGES.get(code.partition("-")[0].lower(), "")
    words = f"{label}: {text}" if label and label != "none" else text
    latin = arguments.get("translit", "tr", "r", "romanized") or arguments.get(further)
    meaning = arguments.get("lit", "translation", "t") or arguments.get(further + 1)
    if arguments.language in {"", "en", "simple"}:
        latin = latin and f"romanized: {latin}"
        meaning = meaning and f"lit. '{meaning}'"
    sound = arguments.get("p")
    return ", ".join(part for part in (words, latin, sound and f"IPA: [{sound}]", meaning) if part)


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
            ("Jyutping", "j"),
            ("Cantonese", "cy"),
            ("Pe̍h-ōe-jī", "poj"),
            ("lit.", "l"),
        )
    )
    return "; ".join(f"{label}: {text}" for text, label in forms if text) or arguments.get(1)


def _korean(arguments: Arguments) -> str:
    """``{{Korean|hangul=…|hanja=…|rr=…}}``."""
    keys = (("Korean", "hangul", 1), ("Hanja", "hanja", 2), ("RR", "rr", 3), ("MR", "mr", 4))
    forms = ((arguments.get(name, place), label) for label, name, place in keys)
    return "; ".join(f"{label}: {text}" for text, label in forms if text)


def _nihongo(arguments: Arguments) -> str:
    english, kanji, romaji = arguments.get(1), arguments.get(2), arguments.get(3)
    inside = ", ".join(
        part for part in (kanji, romaji, arguments.get(4, "extra"), arguments.get(5)) if part
    )
    if not english:
        return f"{romaji or kanji} ({kanji})" if romaji and kanji else inside
    return f"{english} ({inside})" if inside else english


def _nihongo3(arguments: Arguments) -> str:
    """Romaji first: ``{{nihongo3|English|kanji|romaji}}``."""
    romaji, kanji, english = arguments.get(3), arguments.get(2), arguments.get(1)
    inside = ", ".join(part for part in (kanji, english) if part)
    return f"{romaji} ({inside})" if romaji and inside else romaji or inside


def _reading(arguments: Arguments) -> str:
    """``{{読み仮名|漢字|かな}}``: the word with its reading."""
    word, reading = arguments.get(1), arguments.get(2)
    return f"{word} ({reading})" if reading else word


def _english_pronunciation(arguments: Arguments) -> str:
    """``{{IPAc-en|…}}``: sounds between slashes; files and labels are none, ``_`` is a space."""
    sounds = [text for text in arguments.given() if "." not in text[1:]]
    labels = {"us", "uk", "au", "ca", "lang", "pron", "icon", "ipa", "small", "local", "en"}
    spoken = "".join(text for text in sounds if text.lower() not in labels).replace("_", " ")
    return f"/{spoken}/" if spoken.strip() else ""


def _unicode(arguments: Arguments) -> str:
    code, name = arguments.get(1), arguments.get("note", "name") or arguments.get(2)
    try:
        letter = chr(int(code, 16))
    except (ValueError, OverflowError):
        letter = ""
    letter = letter if letter.isprintable() and not "\ue000" <= letter <= "\uf8ff" else ""
    letter = "" if letter in set("{}[]|<>=&'") or "\ud800" <= letter <= "\udfff" else letter
    return " ".join(part for part in (f"U+{code}", letter, name) if part)


def _last(arguments: Arguments) -> str:
    given = arguments.given()
    return given[-1] if given else ""


LANGUAGE_RENDERERS: dict[str, Renderer] = {
    "lang": lambda a: a.get(2) or a.get("text") or (a.get(1) if len(a.positional) == 1 else ""),
    "transliteration": _last, "nihongo": _nihongo, "nihongo3": _nihongo3,
    "script": lambda a: a.get(2), "korean": _korean, "zh": _chinese, "reading": _reading,
    "ipa": lambda a: a.get(2) if len(a.get(1)) <= 3 and a.get(2) else a.get(1),
    "angbr": lambda a: f"⟨{a.get(1)}⟩", "respell": lambda a: "-".join(a.given()),
    "ipac-en": _english_pronunciation, "linktext": lambda a: "".join(a.given()),
    "unichar": _unicode, "literal translation": lambda a: f"lit. '{a.get(1)}'",
    "gloss": lambda a: f"'{a.get(1)}'", "langx": lambda a: in_language(a.get(1), a.get(2), a, 3),
    "lang-rus": lambda a: in_language("ru", a.get(1), a, 2),
    "native name": lambda a: a.get(2), "verse": lambda a: a.get(2),
}  # fmt: skip
