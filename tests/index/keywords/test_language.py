"""What becomes of text and questions in the languages of Wikipedia."""

from pathlib import Path

import pytest

from pinakes.index.keywords.bm25 import KeywordDocument, KeywordIndex, write_keyword_index
from pinakes.index.keywords.language import analysis_of
from pinakes.index.keywords.spelling import spelling_of, without_accents
from pinakes.ingest.text.language import language_part, listed_languages


def build(directory: Path, language: str, bodies: list[str]) -> KeywordIndex:
    """An index of passages that consist of their body only."""
    documents = [KeywordDocument(number, "", "", "", body) for number, body in enumerate(bodies)]
    write_keyword_index(directory / "index", language, documents)
    return KeywordIndex(directory / "index", language)


# language, text, the other way to write it
ONE_SPELLING = [
    pytest.param("ru", "Никола́евич", "Николаевич", id="Russian stress"),
    pytest.param("uk", "Оле́на", "Олена", id="Ukrainian stress"),
    pytest.param("ru", "берёза", "береза", id="Russian yo"),
    pytest.param("uk", "м’ята", "м'ята", id="Ukrainian apostrophes"),
    pytest.param("uk", "п'ять", "пять", id="Ukrainian without apostrophe"),
    pytest.param("el", "Αθήνα", "ΑΘΗΝΑ", id="Greek capitals"),
    pytest.param("el", "ἀρχή", "αρχη", id="Greek polytonic"),
    pytest.param("tr", "İSTANBUL", "istanbul", id="Turkish dotted capital"),
    pytest.param("tr", "IŞIK", "ışık", id="Turkish dotless capital"),
    pytest.param("tr", "ışık", "isik", id="Turkish typed without marks"),
    pytest.param("tr", "IBM", "ibm", id="foreign name in Turkish"),
    pytest.param("az", "Bakı", "BAKI", id="Azerbaijani"),
    pytest.param("fr", "élèves", "eleves", id="French"),
    pytest.param("es", "canción", "cancion", id="Spanish"),
    pytest.param("pt", "coração", "coracao", id="Portuguese"),
    pytest.param("ro", "ştiinţă", "știință", id="Romanian cedilla and comma"),
    pytest.param("cs", "Řeka", "reka", id="Czech"),
    pytest.param("pl", "Łódź", "lodz", id="Polish"),
    pytest.param("vi", "Việt Nam", "viet nam", id="Vietnamese"),
    pytest.param("yo", "ọ̀rọ̀", "oro", id="marks that have no letter of their own"),
    pytest.param("sv", "Pelé", "pele", id="a foreign name in Swedish"),
    pytest.param("de", "Häuser", "Haus", id="German umlaut plural"),
    pytest.param("de", "Straße", "strasse", id="German sharp s"),
    pytest.param("sr", "Београд", "Beograd", id="Serbian in two scripts"),
    pytest.param("sr", "Његош", "Njegoš", id="Serbian digraphs"),
    pytest.param("ar", "مُحَمَّد", "محمد", id="Arabic vowel signs"),
    pytest.param("ar", "الإسلام", "الاسلام", id="Arabic hamza"),
    pytest.param("ar", "كتـــاب", "كتاب", id="Arabic tatweel"),
    pytest.param("fa", "كتاب يک", "کتاب یک", id="Persian typed on an Arabic keyboard"),
    pytest.param("fa", "می‌خواهم", "می خواهم", id="Persian half space"),
    pytest.param("fa", "۱۳۵۷", "1357", id="Persian digits"),
    pytest.param("he", "שָׁלוֹם", "שלום", id="Hebrew points"),
    pytest.param("he", "צה״ל", 'צה"ל', id="Hebrew abbreviations"),
    pytest.param("hi", "हिन्दी", "हिन्दी", id="Hindi virama"),
    pytest.param("hi", "ज़मीन", "जमीन", id="Hindi nukta"),
    pytest.param("bn", "১৯৭১", "1971", id="Bengali digits"),
    pytest.param("ja", "ＮＡＳＡ", "nasa", id="wide letters"),
    pytest.param("zh", "圖書館", "图书馆", id="traditional and simplified Chinese"),
    pytest.param("zh-hant", "圖書館", "图书馆", id="a script behind the code"),
    pytest.param("en", "cafe\u0301", "cafe", id="a loose accent"),
    pytest.param("en", "U.S. constitution", "United States Constitution", id="a country, short"),
    pytest.param("en", "the USA", "US", id="two short names"),
    pytest.param("simple", "WWII", "the Second World War", id="a war"),
    pytest.param("en", "J.R.R. Tolkien", "JRR Tolkien", id="initials"),
    pytest.param("en", "J. R. R. Tolkien", "j.r.r. tolkien", id="initials apart"),
    pytest.param("en", "Washington, D.C.", "washington dc", id="points inside a word"),
    pytest.param("en", "Encyclopædia", "encyclopedia", id="British and American"),
    pytest.param("en", "colour theatres", "theater colors", id="British and American stems"),
]


@pytest.mark.parametrize(("language", "text", "other"), ONE_SPELLING)
def test_what_is_written_in_several_ways_is_found_by_each(
    tmp_path: Path, language: str, text: str, other: str
) -> None:
    index = build(tmp_path, language, ["", text, other])
    assert sorted(index.terms(text)) == sorted(index.terms(other)) != []
    assert sorted(hit.passage_id for hit in index.search(text, 10)) == [1, 2]


@pytest.mark.parametrize(
    ("language", "text", "other"),
    [
        pytest.param("sv", "gård", "gard", id="Swedish"),
        pytest.param("da", "øre", "ore", id="Danish"),
        pytest.param("fi", "näin", "nain", id="Finnish"),
        pytest.param("es", "año", "ano", id="Spanish"),
        pytest.param("hu", "kör", "kor", id="Hungarian"),
        pytest.param("et", "õlu", "olu", id="Estonian"),
        pytest.param("ru", "йод", "иод", id="Russian short i"),
        pytest.param("hi", "कि", "की", id="Hindi vowel signs"),
        pytest.param("en", "us", "US", id="an English pronoun"),
        pytest.param("hi", "हिन्दी", "हिन", id="Hindi words are whole"),
        pytest.param("ta", "தமிழ்நாடு", "தமிழ", id="Tamil words are whole"),
    ],
)
def test_letters_of_their_own_are_kept(
    tmp_path: Path, language: str, text: str, other: str
) -> None:
    index = build(tmp_path, language, [text, other])
    assert [hit.passage_id for hit in index.search(text, 10)] == [0]
    assert [hit.passage_id for hit in index.search(other, 10)] == [1]


@pytest.mark.parametrize(
    ("language", "text", "spelled"),
    [
        pytest.param("zh", "北京大学", "北 京 大 学 北京 京大 大学", id="characters and pairs"),
        pytest.param("zh", "在NASA工作", "在 NASA 工 作 工作", id="Latin words stay whole"),
        pytest.param("zh", "1984年", "1984 年", id="numbers stay whole"),
        pytest.param("zh", "馆。书", "馆 。 书", id="no pair across a stop"),
        pytest.param("ja", "図書館へ", "図 書 館 図書 書館 館へ", id="kana in pairs only"),
        pytest.param("ko", "도서관은 크다", "도서 서관 관은 크다", id="Korean particles"),
        pytest.param("th", "ที่นี่", "ที่นี่", id="Thai letters keep their marks"),
        pytest.param("en", "Beijing (北京)", "Beijing ( 北 京 北京 )", id="inside English"),
        pytest.param("en", "plain text", "plain text", id="ASCII is left alone"),
        pytest.param("zh", "", "", id="empty"),
        pytest.param("zh", "𠀀𠀁", "𠀀 𠀁 𠀀𠀁", id="rare characters"),
    ],
)
def test_unspaced_scripts_become_pairs(language: str, text: str, spelled: str) -> None:
    assert " ".join(spelling_of(language)(text).split()) == spelled


@pytest.mark.parametrize(
    ("language", "question", "terms"),
    [
        ("fr", "Quelle est la capitale de l’Égypte ?", ["capital", "egypt"]),
        ("es", "¿Cuál es la capital de España?", ["capital", "españ"]),
        ("es", "cual es la capital", ["capital"]),
        ("de", "Wo wurde der Stein gefunden?", ["stein", "gefund"]),
        ("it", "Qual è la capitale d'Italia?", ["capital", "ital"]),
        ("pl", "Gdzie jest Kraków?", ["krakow"]),
        ("ru", "Где родился Толстой?", ["род", "толст"]),
        ("tr", "Türkiye'nin başkenti neresi?", ["turki", "nin", "baske", "neres"]),
        ("hi", "भारत की राजधानी क्या है?", ["भारत", "राजधानी"]),
        ("he", "מהי בירת ישראל", ["מהי", "בירת", "ישראל"]),
        ("fa", "پایتخت ایران کجاست؟", ["پایتخت", "ایران"]),
        ("zh", "图书馆在哪里？", ["图", "书", "馆", "在", "图书", "书馆", "馆在"]),
        ("zh", "圖書館是什麼？", ["图", "书", "馆", "图书", "书馆"]),
        ("ja", "図書館とは何ですか？", ["図", "書", "館", "図書", "書館"]),
        ("ko", "도서관은 어디에 있습니까?", ["도서", "서관", "관은", "있습", "습니", "니까"]),
        ("th", "กรุงเทพคืออะไร", ["กรุ", "รุง", "งเ", "เท", "ทพ"]),
        ("zh", "什么是什么", ["什", "么", "是", "什么", "么是", "是什"]),
        ("sr", "Где је Београд?", ["beograd"]),
        ("xx", "some unknown language", ["some", "unknown", "language"]),
        ("", "no language at all", ["no", "language", "at", "all"]),
    ],
)
def test_terms_of_questions(tmp_path: Path, language: str, question: str, terms: list[str]) -> None:
    assert build(tmp_path, language, []).terms(question) == terms


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("zh-hans", "zh"),
        ("zh_TW", "zh"),
        ("be-tarask", "be"),
        ("EN-gb", "en"),
        ("sr-latn", "sr"),
        ("de-ch", "de"),
    ],
)
def test_codes_of_variants(code: str, same: str) -> None:
    assert analysis_of(code) == analysis_of(same)


def test_simple_english_and_both_norwegians_have_stemmers_and_stop_words() -> None:
    assert analysis_of("simple").stop_words == analysis_of("en").stop_words
    assert analysis_of("nb") == analysis_of("no")
    assert analysis_of("nn").stemmer == "norwegian"


def test_a_long_word_of_three_byte_letters_is_kept(tmp_path: Path) -> None:
    word = "கா" * 25
    assert [hit.passage_id for hit in build(tmp_path, "ta", ["", word]).search(word, 10)] == [1]


def test_accents_come_off_and_other_letters_become_plain() -> None:
    assert without_accents("Łódź, Straße, Ærøskøbing, ı") == "Lodz, Strasse, AEroskobing, i"
    assert without_accents("한국") == "한국"


@pytest.mark.parametrize("language", listed_languages())
def test_stop_words_are_lower_case_and_their_spelling_is_known(language: str) -> None:
    said = language_part(language, "search")
    words = said.get("stop_words")
    assert words is None or (words == words.lower() and len(words.split()) >= 10)
    assert analysis_of(language).stemmer == said.get("stemmer")
