"""Names of templates: aliases, boxes, disambiguation marks, and those that say nothing.

The table to extend for another language or wiki. Names are lower case with single spaces.
"""

__all__ = [
    "ALIASES",
    "DISAMBIGUATION",
    "INFOBOX_PREFIXES",
    "LANGUAGES",
    "SILENT",
    "SILENT_PREFIXES",
    "SILENT_SUFFIXES",
]

INFOBOX_PREFIXES = (
    "infobox", "taxobox", "automatic taxobox", "speciesbox", "chembox", "drugbox", "geobox",
    "info/", "ficha de ", "infoboks", "infobox_", "信息框", "基礎情報", "карточка",
    "infoskreine",
)  # fmt: skip


DISAMBIGUATION = frozenset(
    (
        "disambig", "disambiguation", "disamb", "dab", "disambig-cleanup", "hndis", "hndisambig",
        "geodis", "mil-unit-dis", "schooldis", "numberdis", "letter disambiguation", "mathdab",
        "place name disambiguation", "human name disambiguation", "airport disambiguation",
        "begriffsklärung", "homonymie", "desambiguación", "desambiguação", "disambigua",
        "doorverwijspagina", "dp", "неоднозначность", "曖昧さ回避", "aimai", "消歧义", "消歧義",
        "nuozeimeiga", "nūzeimeiga", "nūzīmu atdaleišona", "disambigs", "ujednoznacznienie",
        "rozcestník", "förgrening", "flertydig", "täsmennyssivu", "동음이의", "توضيح", "ابهام‌زدایی",
    )
)  # fmt: skip


# As {{langx}} writes them before the words, by ISO 639 code.
LANGUAGES = {
    "af": "Afrikaans", "akk": "Akkadian", "ang": "Old English", "ar": "Arabic", "arc": "Aramaic",
    "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cop": "Coptic",
    "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek", "eo": "Esperanto",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "ga": "Irish", "gd": "Scottish Gaelic", "grc": "Ancient Greek",
    "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean",
    "ku": "Kurdish", "la": "Latin", "lt": "Lithuanian", "ltg": "Latgalian", "lv": "Latvian",
    "mi": "Māori", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "ms": "Malay", "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian",
    "non": "Old Norse", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sa": "Sanskrit", "sk": "Slovak", "sl": "Slovene",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "syc": "Classical Syriac",
    "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "yi": "Yiddish",
    "zh": "Chinese",
}  # fmt: skip


ALIASES = {
    "cv": "cvt", "convinfobox": "convert", "fraction": "frac", "sfrac": "frac", "mfrac": "frac",
    "birthdate": "birth date", "dob": "birth date", "bda": "birth date and age",
    "birth date and age2": "birth date and age", "start-date": "start date", "dda":
    "death date and age", "death-date and age": "death-date", "birth-date and age": "birth-date",
    "release date": "start date", "c": "circa", "ca": "circa", "ca.": "circa", "approx": "circa",
    "asof": "as of", "fl": "floruit", "fl.": "floruit", "r.": "reign",
    "transl": "transliteration", "translit": "transliteration", "nihongo2": "nihongo",
    "rtl-lang": "lang", "lang-rtl": "lang", "lang-zh": "zh", "audio-ipa": "ipa",
    "ipa-en": "ipa", "ipalink": "ipa", "ipablink": "ipa", "ipaslink": "ipa",
    "grapheme": "angbr", "angle bracket": "angbr", "lit": "literal translation",
    "literally": "literal translation", "angbr ipa": "angbr",
    "nobr": "nowrap", "nobreak": "nowrap", "nwr": "nowrap", "small": "nowrap", "smaller": "nowrap",
    "big": "nowrap", "larger": "nowrap", "large": "nowrap", "midsize": "nowrap", "bold": "nowrap",
    "nowraplinks": "nowrap", "em": "nowrap", "strong": "nowrap", "i": "nowrap", "b": "nowrap",
    "code": "nowrap", "mono": "nowrap", "tt": "nowrap", "var": "nowrap", "math": "nowrap",
    "mvar": "nowrap", "smallcaps": "sc", "sub": "nowrap", "su": "nowrap", "tooltip": "abbr",
    "smallcaps all": "sc", "nobold2": "nobold", "normal": "nobold", "pagelist": "nowrap",
    "vanchor": "visible anchor", "kbd": "keypress", "key press": "keypress", "color": "font color",
    "colour": "font color", "ill": "interlanguage link", "illm": "interlanguage link", "chem2":
    "chem", "chembox formula": "chem", "sort name": "sortname", "legend0": "legend", "legend2":
    "legend", "legend inline": "legend", "flagcountry": "flag", "flagu": "flag", "flaglist": "flag",
    "country": "flag", "flagdeco": "flagicon", "flag icon": "flagicon", "plain list": "plainlist",
    "flat list": "flatlist", "ubl": "unbulleted list", "ublist": "unbulleted list", "unbullet":
    "unbulleted list", "vunblist": "unbulleted list", "blist": "bulleted list", "bulletlist":
    "bulleted list", "olist": "ordered list", "horizontal list": "hlist", "flatlist2": "hlist",
    "quote": "blockquote", "cquote": "blockquote", "quotation": "blockquote", "quote box":
    "blockquote", "rquote": "blockquote", "bquote": "blockquote", "quotebox": "blockquote",
    "pullquote": "blockquote", "poemquote": "poem quote", "colbegin": "div col", "en dash":
    "ndash", "em dash": "mdash", "–": "ndash", "—": "mdash", "spaced ndash": "snd", "spnd": "snd",
    "spaced en dash": "snd", "mdashb": "spaced mdash", "dot": "·", "bullet": "·", "•": "·",
    "middot": "·", "'\"": "'", "clr": "break", "br": "break", "pipe": "!", "isbnt": "isbn",
    "number": "formatnum", "num": "formatnum", "fmtn": "formatnum", "pct": "percentage",
    "gregorian serial date": "date", "dmy": "date", "plainlist2": "plainlist", "usd": "us$",
    "official website": "hs", "postnominals": "post-nominals", "married": "marriage",
    "gbp": "gbp", "£": "gbp", "€": "euro", "eur": "euro", "dts2": "dts", "ntsh": "hs",
    "#ifexist": "#if", "langx2": "lang",
}  # fmt: skip

# Templates without a fact of their own: maintenance, navigation, layout, references.
SILENT = frozenset(
    (
        "reflist", "notelist", "refbegin", "refend", "rp", "sfn", "sfnp", "sfnm", "sfnref",
        "efn", "refn", "harvnb", "harv", "harvp", "harvid", "harvtxt", "harvcol", "harvcolnb",
        "r", "citation", "harvard citation no brackets", "citation needed", "cn", "fact",
        "clarify", "when", "who", "which", "by whom", "dubious", "vague", "page needed",
        "failed verification", "better source", "better source needed", "relevance inline",
        "unreliable source?", "dead link", "webarchive", "wayback", "full citation needed",
        "specify", "original research inline", "why", "where", "refimprove", "more footnotes",
        "unreferenced", "multiple issues", "expand section", "update", "more citations needed",
        "authority control", "short description", "good article", "portal", "featured article",
        "portal bar", "clear", "clear left", "clear right", "-", "toc right", "toc limit",
        "toc left", "tocright", "main", "see also", "further", "details", "main article",
        "about", "for", "other uses", "distinguish", "redirect", "redirect2", "hatnote", "redr",
        "other people", "otheruses", "for multi", "also", "see", "further information",
        "selfref", "italic title", "italictitle", "displaytitle", "defaultsort",
        "use dmy dates", "use mdy dates", "engvarb", "eqm", "anchor", "anchors", "commons",
        "commons category", "commonscat", "wikisource", "wikiquote", "wiktionary", "wikibooks",
        "wikispecies", "sister project links", "sister links", "wikivoyage", "wikinews",
        "wikidata", "dmoz", "library resources box", "gutenberg author",
        "internet archive author", "librivox author", "imdb name", "imdb title", "navboxes",
        "navbox", "div col end", "colend", "col-begin", "col-2", "col-3", "col-end",
        "col-break", "end div col", "div-col-end", "flatlist end", "endflatlist",
        "endplainlist", "end", "s-start", "s-bef", "s-ttl", "s-aft", "s-end", "s-off", "s-hon",
        "s-ppo", "s-par", "s-break", "s-new", "succession box", "google books", "lsj", "pp",
        "protection padlock", "coord missing", "subject bar", "taxonbar", "bots", "nobots",
        "stub", "notelist-ua", "source attribution", "dab header", "tone", "pov", "cleanup",
        "unreferenced section", "refimprove section", "external media", "spoken wikipedia",
        "cite quote", "in lang", "in our time", "wikisource-inline", "ibid", "asbox", "void",
        "redirect category shell", "r category shell", "rcat shell", "shy", "wbr", "zwsp",
        "zwj", "pagename", "fullpagename", "namespace", "currentyear", "numberofarticles",
        "image requested", "#invoke", "documentation", "noteref", "note label", "ref label",
        "ref", "note", "tfd", "default sort", "nobots", "refpage", "columns", "cite",
        "use british", "noprint", "listen", "audio", "sound", "bibleverse", "no more links",
        "inconsistent citations", "oetymd", "look from", "family name hatnote",
        "family name explanation", "lead too short",
    )
)  # fmt: skip
SILENT_PREFIXES = (
    "cite ", "vcite ", "r from ", "r to ", "r with ", "pp-", "use ", "defaultsort", "commons ",
    "wikisource", "navbox", "sidebar", "#tag", "#invoke", "citation/", "harvard ",
    "wiktionary", "library resources", "further", "see also", "main ", "about",
    "other uses", "redirect-", "tocr", "toc ", "#lst",
)  # fmt: skip
SILENT_SUFFIXES = ("-stub", " icon", " sidebar", " topics", " navbox", "-inline")
