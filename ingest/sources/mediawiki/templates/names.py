"""Names of templates: aliases, boxes, disambiguation marks, and those that say nothing.

The table to extend for another language or wiki. Names are lower case with single spaces.
"""

__all__ = [
    "ALIASES",
    "DISAMBIGUATION",
    "INFOBOX_PREFIXES",
    "SILENT",
    "SILENT_PREFIXES",
    "SILENT_SUFFIXES",
]

INFOBOX_PREFIXES = (
    "infobox", "taxobox", "automatic taxobox", "speciesbox", "subspeciesbox", "chembox", "drugbox",
    "geobox", "infoboks",
)  # fmt: skip


DISAMBIGUATION = frozenset(
    (
        "disambig", "disambiguation", "disamb", "dab", "disambig-cleanup", "hndis", "hndisambig",
        "geodis", "mil-unit-dis", "schooldis", "numberdis", "letter disambiguation", "mathdab",
        "place name disambiguation", "human name disambiguation", "airport disambiguation",
        "disambigs",
    )
)  # fmt: skip

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
    "mvar": "nowrap", "smallcaps": "sc", "sub": "nowrap", "tooltip": "abbr",
    "smallcaps all": "sc", "nobold2": "nobold", "normal": "nobold", "pagelist": "nowrap",
    "vanchor": "visible anchor", "kbd": "keypress", "key press": "keypress", "color": "font color",
    "colour": "font color", "ill": "interlanguage link", "illm": "interlanguage link",
    "chembox formula": "chem", "sort name": "sortname", "legend0": "legend", "legend2":
    "legend", "legend inline": "legend", "flagcountry": "flag", "flagu": "flag", "flaglist": "flag",
    "country": "flag", "flagdeco": "flagicon", "flag icon": "flagicon", "plain list": "plainlist",
    "flat list": "flatlist", "ubl": "unbulleted list", "ublist": "unbulleted list", "unbullet":
    "unbulleted list", "vunblist": "unbulleted list", "blist": "bulleted list", "bulletlist":
    "bulleted list", "olist": "ordered list", "horizontal list": "hlist", "flatlist2": "hlist",
    "quote": "blockquote", "quote frame": "cquote", "centered pull quote": "cquote",
    "quotation": "blockquote", "quote box":
    "blockquote", "bquote": "blockquote", "quotebox": "blockquote",
    "pullquote": "blockquote", "poemquote": "poem quote", "colbegin": "div col", "en dash":
    "ndash", "em dash": "mdash", "–": "ndash", "—": "mdash", "spaced ndash": "snd", "spnd": "snd",
    "spaced en dash": "snd", "mdashb": "spaced mdash", "dot": "·", "bullet": "·", "•": "·",
    "middot": "·", "'\"": "'", "clr": "break", "br": "break", "pipe": "!", "isbnt": "isbn",
    "number": "formatnum", "num": "formatnum", "fmtn": "formatnum", "pct": "percentage",
    "gregorian serial date": "date", "dmy": "date", "plainlist2": "plainlist", "usd": "us$",
    "official website": "hs", "postnominals": "post-nominals", "married": "marriage",
    "gbp": "gbp", "£": "gbp", "€": "euro", "eur": "euro", "dts2": "dts", "ntsh": "hs",
    # ages and dates
    "age in years": "age", "ayd": "age in years and days", "end-date":
    "birth-date", "release-date": "birth-date",
    "age in years, months, and days": "age in years, months and days",
    "age in years months and days": "age in years, months and days",
    "aymd": "age in years, months and days",
     "oldstyledate": "old style date",
    "oldstyledatedy": "old style date", "b-da": "birth date", "bya": "birth year and age",
    "birth-year": "birth year and age", "filmdate": "film date", "formatdate": "date",
    "birth date and given age": "birth date", "death date and given age": "death date",
    "startdate": "start date", "enddate": "end date", "start-date and age": "birth-date",
    "death year": "death year and age", "end date and age": "start date and age",
    # numbers
    "rnd": "round", "decimals": "round", "ordinal to word": "ordinal", "ord": "ordinal",
    "formatprice": "first", "format price": "first", "bigmath": "nowrap", "10^": "10^",
    "simplenuclide": "nuclide", "simplenuclide2": "nuclide", "nuclide2": "nuclide",
    "physicsparticle": "first", "expr": "first", "nz": "nz$", "currency": "first",
    "population density": "pop density", "pop density km2 to sq mi": "pop density",
    "inflation/year": "nothing", "usdforyear": "us$", "aud": "a$", "cad": "c$", "increaseneutral":
    "increase", "decreasepositive": "decrease", "increasenegative": "increase",
    "decreaseneutral": "decrease", "gain": "increase", "loss": "decrease",
    # words
    "nq": "nastaliq", "nowrap begin": "nothing", "nowrap end": "nothing", "col-start": "nothing",
    "vr": "angbr", "gph": "angbr", "ipa link": "ipa", "snds": "snd", "c.": "circa",
    "lang link": "lang", "korean": "korean", "ko-hhrm": "korean", "nihongo krt":
    "nihongo3", "nihongo foot": "nihongo", "translit-ar": "transliteration", "notatypo": "sic",
    "not a typo": "sic", "typo": "sic", "proper name": "first", "as written": "sic",
    "fossilrange": "fossil range", "geological range": "fossil range", "long fossil range":
    "fossil range", "sclass-": "sclass", "sclass2": "sclass", "sclass2-": "sclass", "ss": "ss",
    "fbicon": "flagicon", "fb": "flag", "flagcountry2": "flag", "flagg": "flag",
    "flagathlete": "flagathlete", "flagmedalist": "flagathlete", "flagiocathlete": "flagathlete",
    "annotated link": "first", "multiple images": "multiple image", "vertical images list":
    "multiple image", "triple image": "multiple image", "auto images": "multiple image",
    "wide image 2": "wide image", "tall image": "wide image", "superimpose": "nothing",
    "annotated image": "css image crop", "image label": "nothing", "descriptive image":
    "css image crop", "us census population": "historical populations", "historical population":
    "historical populations", "infobox weather": "weather box", "largest cities": "numbered rows",
    "spaceflight crew": "numbered rows", "tree chart": "chart", "chart/start": "nothing",
    "chart top": "nothing", "tree list": "nothing", "tree list/end": "nothing", "bar chart":
    "bar chart", "s-before": "s-bef", "sbox": "succession box", "comma-separated entries":
    "comma separated entries", "csv": "comma separated entries", "comma separated values":
    "comma separated entries", "flatlist3": "flatlist", "blockindent": "block indent",
    "quote without source": "blockquote", "bq": "blockquote", "blockquote source": "blockquote",
    "centre": "center", "float right": "first", "stack": "first", "align": "second", "noflip":
    "first", "allcaps": "nowrap", "caps": "sc", "lc1": "nowrap", "bigger": "nowrap", "tmath":
    "nowrap", "intmath": "first", "nowrap1": "nowrap", "color text": "font color", "background":
    "font color", "highlight": "nowrap", "nb10": "nbsp", "zwnj": "nothing", "0": "nothing",
    "ref-lang": "nothing", "sort": "second or first", "smalldiv": "nowrap",
    "langx2": "lang", "lang-x": "langx",
    # characters and spaces
    "endash": "ndash", "emdash": "mdash", "--": "mdash", "thinspace": "thin space", "hairspace":
    "thin space", "hair space": "thin space", "hairsp": "thin space", "figure space": "thin space",
    "nnbsp": "thin space", "space": "nbsp", "pad": "nbsp", "ensp": "nbsp", "emsp": "nbsp", "nbs":
    "nbsp", "sp": "nbsp", "indent": "nbsp", "nbhyph": "no-break hyphen", "nbhyphen":
    "no-break hyphen", "x": "×", "mult": "×", "ʻokina": "okina", "nee": "née",
    "em space": "nbsp", "en space": "nbsp", "quad": "nbsp", "zwsp": "nothing",
    # numbers and dates
    "mlby": "first", "baseball year": "first", "avyear": "first", "nfly": "first", "nfl year":
    "first", "mlb year": "first", "nbadraft": "first", "by": "first", "nbay": "season", "nbl":
    "first", "nhly": "season", "ma": "fossil range", "subatomicparticle": "subatomic particle",
    "radic": "sqrt", "percent": "percentage", "coords": "coord", "location dec": "hs",
    "overline": "first", "vec": "first", "underline": "first", "underset": "overset",
    "abbrlink": "first", "number table sorting": "nts", "renminbi": "rmb", "yen": "¥",
    # ships, places, law
    "warship": "ship", "gs": "german submarine", "railgauge": "track gauge", "stnlnk": "rws",
    "stn": "rws", "sta": "rws", "station": "rws", "stl": "rws", "metro": "rws", "bibleref2":
    "bibleverse", "bible verse": "bibleverse", "bibleverse-nb": "bibleverse", "airforce":
    "air force", "usmc": "marine corps", "interlanguage link multi": "interlanguage link",
    # flags of teams by their sport
    "cr": "flag", "fbw": "flag", "ih": "flag", "ru": "flag", "flagioc": "flag", "flagioc2": "flag",
    "bk": "flag", "bkw": "flag", "vb": "flag", "vbw": "flag", "hb": "flag", "hbw": "flag", "wp":
    "flag", "fb-rt": "flag", "cr-rt": "flag", "ru-rt": "flag", "crw": "flag", "ruw": "flag", "ihw":
    "flag", "fbu": "second", "cru": "second", "flagteam": "flag", "flagcgf": "flag", "rut": "first",
    # lists, rows, results
    "br list": "br separated entries", "flowlist": "flatlist", "enum": "comma separated entries",
    "cast listing": "plainlist", "castlist": "plainlist", "tracklist": "track listing",
    "track list": "track listing", "single chart": "album chart", "singlechart": "album chart",
    "albumchart": "album chart", "footballbox": "football box", "football box collapsible":
    "football box", "rugbybox": "football box", "footballbox collapsible": "football box",
    "fs start": "hs", "fs end": "hs", "fs mid": "hs", "football squad player": "fs player",
    "football squad start": "hs", "football squad end": "hs", "football squad mid": "hs",
    "fs2 player": "fs player", "episode list/sublist": "episode list",
    "infobox political party/seats": "composition bar", "ahnentafel-compact5": "ahnentafel",
    "ahnentafel top": "hs", "glossary": "hs", "glossary end": "hs", "ghat": "hs", "gdef": "defn",
    "math proof": "math theorem", "theorem": "math theorem", "collapse top": "hs",
    "collapse bottom": "hs", "hidden": "hidden text", "hidden begin": "first", "hidden end": "hs",
    "election box end": "hs", "tl": "template call", "tlx": "template call", "tlp":
    "template call", "tlc": "template call", "tlf": "template call", "codett": "nowrap",
    "species list": "linked species list", "location map": "caption", "location map+": "caption",
    "photomontage": "hs", "maplink": "hs", "maplink2": "hs", "infobox mapframe": "hs",
    "mapframe": "hs", "poem": "text", "medalcountry": "medalsport", "medaltop": "hs",
    "medalbottom": "hs", "hybrid name": "hybrid",
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
        "selfref", "persondata",
        # the key that a page is sorted by, as wikis of other languages write its name
        "sortierung", "clefdetri", "cledetri", "cléfdetri", "ordenar", "ordena",
        "standaardsortering", "standardsortering", "domyślniesortuj", "ordenacaopadrao",
        "ordenaçãopadrão", "aakkostus", "デフォルトソート", "기본정렬", "默认排序", "預設排序",
        "сортировка по умолчанию", "ключ сортировки", "מיון רגיל", "ترتيب افتراضي",
        "varsayılansırala", "urutanbaku",
        "italic title", "italictitle", "displaytitle", "defaultsort",
        "use dmy dates", "use mdy dates", "engvarb", "eqm", "anchor", "anchors", "commons",
        "commons category", "commonscat", "wikisource", "wikiquote", "wiktionary", "wikibooks",
        "wikispecies", "sister project links", "sister links", "wikivoyage", "wikinews",
        "wikidata", "dmoz", "library resources box", "gutenberg author",
        "internet archive author", "librivox author", "imdb name", "imdb title", "navboxes",
        "navbox", "div col end", "colend", "col-begin", "col-2", "col-3", "col-end",
        "col-break", "end div col", "div-col-end", "flatlist end", "endflatlist",
        "endplainlist", "end", "s-start", "s-end", "s-off", "s-hon",
        "s-ppo", "s-par", "s-break", "s-new", "google books", "lsj", "pp",
        "protection padlock", "coord missing", "subject bar", "taxonbar", "bots", "nobots",
        "stub", "notelist-ua", "source attribution", "dab header", "tone", "pov", "cleanup",
        "unreferenced section", "refimprove section", "external media", "spoken wikipedia",
        "cite quote", "in lang", "in our time", "wikisource-inline", "ibid", "asbox", "void",
        "redirect category shell", "r category shell", "rcat shell", "shy", "wbr", "zwsp",
        "zwj", "pagename", "fullpagename", "namespace", "currentyear", "numberofarticles",
        "image requested", "maplink", "mapframe", "osm location map", "osm map",
        "#invoke", "documentation", "noteref", "note label", "ref label",
        "ref", "note", "tfd", "default sort", "nobots", "refpage", "columns", "cite",
        "use british", "noprint", "listen", "audio", "sound", "bibleverse", "no more links",
        "inconsistent citations", "oetymd", "look from", "family name hatnote",
        "family name explanation", "lead too short", "youtube", "wikipedia books", "wikiatlas",
        "cia world factbook link", "cia world factbook", "ol author", "book bar", "map caption",
        "sep", "sep entry", "iep", "philpapers", "inpho", "nyttopic", "govpubs", "intitle",
        "eb1911",
        "worldcat id", "mathworld", "wikilivres", "wikimedia", "sisterlinks", "statedept",
        "lookfrom", "external links", "related articles", "prone to spam", "qualify evidence",
        "technical reasons", "details3", "imslp", "imdb event", "undue weight section", "pwre",
        "bibleref", "ws", "planetmath", "goodreads author", "nlab", "mactutor", "mathgenealogy",
        "contains special characters", "interwiki conflict", "distinguish2", "according to whom",
        "atp", "itf profile", "daviscup player", "tennishof", "broader", "gutenberg australia",
        "hdl", "verify source", "wikiversity", "redirect4", "globalize", "disputed inline",
        "cantorion", "lead rewrite", "update inline", "icsc", "include-nasa", "librivox book",
        "full", "wikicite", "iucn", "iucn2008", "sfdb", "spoken wikipedia-2", "guardian topic",
        "internet archive short film", "expand list", "sister bar", "cs1 config", "update section",
        "additional citation needed", "new york times topic", "biographical directory of congress",
        "osm relation", "see below", "crossreference", "stack begin", "stack end", "col-4",
        "col-5", "col-1-of-2", "col-2-of-2", "col-1-of-3", "col-2-of-3", "col-3-of-3",
        "col-1-of-5", "col-2-of-5", "col-3-of-5", "col-4-of-5", "col-5-of-5", "chart/end",
        "chart bottom", "emedicine2", "notes", "bibcode", "ns", "update after", "div col start",
        "redirect-multi", "currentmonth", "currentday", "currentmonthname", "localyear",
        "hatnote group", "cleanup rewrite", "copy edit", "essay-like", "advert", "peacock",
        "original research", "primary sources", "third-party", "blp sources", "notability",
        "missing information", "incomplete list", "dynamic list", "improve categories", "orphan",
        "dead end", "technical", "long", "very long", "split", "merge", "merge from", "merge to",
        "weasel", "lede missing", "no footnotes", "one source", "fringe theories", "in use",
        "current", "recentism", "cat main", "category see also", "skip to top and bottom",
        "plainlinks", "official", "twitter", "facebook", "instagram", "find a grave", "discogs",
        "musicbrainz", "allmusic", "rotten tomatoes", "metacritic", "ibdb name", "allmovie title",
        "tcmdb title", "mojo title", "bbc programme", "open library", "curlie", "oed", "refend2",
    )
)  # fmt: skip
SILENT_PREFIXES = (
    "cite ", "vcite ", "r from ", "r to ", "r with ", "pp-", "use ", "defaultsort", "commons ",
    "wikisource", "navbox", "sidebar", "#tag", "#invoke", "citation/", "harvard ",
    "wiktionary", "library resources", "further", "see also", "main ", "about",
    "other uses", "redirect-", "tocr", "toc ", "#lst", "campaignbox", "usgs", "countries of ",
    "countries and territories", "states of ", "templatestyles",
)  # fmt: skip
SILENT_SUFFIXES = ("/meta/color", "-stub", " icon", " sidebar", " topics", " navbox", "-inline")
