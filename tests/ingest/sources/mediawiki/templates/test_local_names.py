"""Templates, boxes and namespaces of other languages: the words a reader of that wiki sees."""

import pytest

from pinakes.ingest.sources.mediawiki.templates.local_names import (
    EVERY_LANGUAGE,
    is_disambiguation_title,
    local_names,
)
from pinakes.ingest.sources.mediawiki.templates.names import ALIASES
from pinakes.ingest.sources.mediawiki.templates.registry import find_template
from pinakes.ingest.sources.mediawiki.types import SiteInfo
from pinakes.ingest.text.language import language_part, listed_languages
from tests.ingest.sources.mediawiki.test_wikitext import parse


def site(language: str) -> SiteInfo:
    return SiteInfo(f"{language}wiki", "Wikipedia", "", language, ((0, ""),))


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("de", "{{Datum|25|8|2017}}", "25. August 2017"),
        ("de", "{{FormatDate|2002-09-23|nbsp}}", "23. September 2002"),
        ("de", "{{Höhe|4478|CH}}, {{Coordinate|NS=52/31/N|EW=13/24/E}}",
         "4.478 m, 52°31′N 13°24′E"),
        ("de", "A{{Internetquelle|url=http://x|titel=T|abruf=2001}} {{formatnum:1234567.5}}",
         "A 1.234.567,5"),
        ("fr", "{{Date de naissance|14|7|1789}}", "14 juillet 1789"),
        ("fr", "{{date|14|juillet|1789}}", "14 juillet 1789"),
        ("fr", "{{unité|1234|km|2}}, {{unité|12,5|m/s}}", "1 234 km², 12,5 m/s"),
        ("fr", "au {{s-|XIX|e}}, {{-s|V|e}}, 9 {{av JC}}",
         "au XIXe siècle, Ve siècle av. J.-C., 9 av. J.-C."),
        ("fr", "{{citation|Je pense}} {{référence nécessaire|donc}}", "« Je pense » donc"),
        ("es", "{{fecha|14|7|1789}} {{unidad|120|km}} {{siglo|XIX}}",
         "14 de julio de 1789 120 km siglo XIX"),
        ("it", "{{M|120|u=km}} {{TA|a b}}", "120 km a b"),
        ("pt", "{{dni|14|7|1789}}", "14 de julho de 1789"),
        ("pl", "{{data|1789-07-14}}", "14 lipca 1789"),
        ("ru", "{{дата рождения|14|7|1789}} {{Флагификация|Россия}} {{число|12345}}",
         "14 июля 1789 Россия 12 345"),
        ("ru", "{{lang-en|book}} {{не переведено|Книга|книги|en|Book}}", "book книги"),
        ("sv", "{{flagga|Sverige}} {{födelsedatum|1789|7|14}}", "Sverige 14 juli 1789"),
        ("cs", "{{Datum narození a věk|1789|7|14}}", "14. července 1789"),
        ("ja", "{{生年月日と年齢|1950|4|9}} {{没年齢|1868|8|23|1944|12|10}}",
         "1950年4月9日 1944年12月10日 (* 1868年8月23日)"),
        ("ja", "{{読み仮名|漢字|かんじ}} {{仮リンク|本|en|Book}}", "漢字 (かんじ) 本"),
        ("zh", "{{bd|1868年|8月23日|1944年|12月10日}} {{link-en|书|Book}}",
         "1868年8月23日－1944年12月10日 书"),
        ("zh", "{{birth date|1950|4|9}}", "1950年4月9日"),
        ("ko", "{{출생일|1950|4|9}}", "1950년 4월 9일"),
        ("ar", "{{تاريخ الولادة|1950|4|9}} {{إنج|book}}", "9 أبريل 1950 book"),
        ("he", "{{אנג|book}}{{ש}}{{הערה|x}}", "book"),
        ("ltg", "({{Vol-la|Plantae}})", "(Plantae)"),
    ],
)  # fmt: skip
def test_words(language: str, wikitext: str, text: str) -> None:
    assert parse(wikitext, site(language)).text.replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("language", "name"),
    [("de", "Begriffsklärung"), ("fr", "Homonymie"), ("es", "Desambiguación"), ("it", "Disambigua"),
     ("pt", "Desambiguação"), ("nl", "Dp"), ("pl", "Ujednoznacznienie"), ("ru", "Неоднозначность"),
     ("sv", "Förgrening"), ("cs", "Rozcestník"), ("ja", "Aimai"), ("zh", "消歧义"), ("ar", "توضيح"),
     ("he", "פירושונים"), ("ltg", "Zeimeibu škiršona"), ("", "曖昧さ回避"), ("en", "Flertydig"),
     ("de", "Täsmennyssivu"), ("", "Doorverwijspagina"), ("fr", "Nuozeimeiga")],
)  # fmt: skip
def test_disambiguation(language: str, name: str) -> None:
    assert parse("Wort\n{{" + name + "}}", site(language)).is_disambiguation


TITLES = [
    ("en", "disambiguation"), ("de", "begriffsklärung"), ("fr", "homonymie"),
    ("es", "desambiguación"), ("it", "disambigua"), ("pt", "desambiguação"),
    ("ca", "desambiguació"), ("gl", "homónimos"), ("nl", "doorverwijspagina"),
    ("pl", "ujednoznacznienie"), ("ru", "значения"), ("uk", "значення"), ("be", "значэнні"),
    ("bg", "пояснение"), ("cs", "rozcestník"), ("sk", "rozlišovacia stránka"),
    ("sl", "razločitev"), ("hr", "razdvojba"), ("sr", "вишезначна одредница"),
    ("hu", "egyértelműsítő lap"), ("ro", "dezambiguizare"), ("tr", "anlam ayrımı"),
    ("el", "αποσαφήνιση"), ("sv", "olika betydelser"), ("da", "flertydig"),
    ("fi", "täsmennyssivu"), ("et", "täpsustus"), ("lv", "nozīmju atdalīšana"), ("eu", "argipen"),
    ("eo", "apartigilo"), ("id", "disambiguasi"), ("ms", "nyahkekaburan"), ("vi", "định hướng"),
    ("ja", "曖昧さ回避"), ("zh", "消歧义"), ("zh", "消歧義"), ("ko", "동음이의"), ("ar", "توضيح"),
    ("fa", "ابهام‌زدایی"), ("he", "פירושונים"), ("hi", "बहुविकल्पी"), ("bn", "দ্ব্যর্থতা নিরসন"),
    ("th", "แก้ความกำกวม"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "word"), TITLES)
def test_titles_of_disambiguation_pages(language: str, word: str) -> None:
    """In the word of any wiki, whichever it is: names of pages are carried from one to another."""
    assert word in local_names(language).disambiguation_titles
    for title in (f"Codex ({word})", f"Codex({word.upper()})", f"典籍（{word}）"):
        assert is_disambiguation_title(title), title
    for title in (f"Codex {word}", f"({word}) Codex", f"Codex (x {word})", word):
        assert not is_disambiguation_title(title), title


@pytest.mark.parametrize(
    ("language", "name"),
    [("de", "Infobox Fluss"), ("fr", "Infobox Rivière"), ("es", "Ficha de río"), ("it", "Bio"),
     ("pt", "Info/Rio"), ("nl", "Infobox rivier"), ("pl", "Rzeka infobox"), ("ru", "Карточка реки"),
     ("sv", "Faktamall flod"), ("cs", "Infobox - řeka"), ("ja", "基礎情報 河川"), ("zh", "信息框"),
     ("ar", "صندوق معلومات نهر"), ("ltg", "Infoskreine Upe"), ("", "基礎情報 国")],
)  # fmt: skip
def test_infoboxes(language: str, name: str) -> None:
    text = parse("{{" + name + "|a=7}}", site(language)).text
    assert text == "Infobox\nA: 7"


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("de", "[[Datei:A.jpg|mini|hochkant|Ein Bild]]", "Ein Bild"),
        ("fr", "[[Fichier:A.jpg|vignette|redresse=1.2|Un dessin]]", "Un dessin"),
        ("es", "[[Archivo:A.jpg|miniaturadeimagen|Un dibujo|derecha]]", "Un dibujo"),
        ("ru", "[[Файл:A.jpg|мини|справа|Рисунок]]", "Рисунок"),
        ("ja", "[[ファイル:A.jpg|サムネイル|右|絵]]", "絵"),
        ("zh", "[[文件:A.jpg|缩略图|右]]字", "字"),
        ("ar", "[[ملف:A.jpg|تصغير|يسار|صورة]]", "صورة"),
        ("ltg", "[[Attēls:A.jpg|thumb|250px|Puma]]", "Puma"),
    ],
)
def test_pictures(language: str, wikitext: str, text: str) -> None:
    assert parse(wikitext, site(language)).text == text


@pytest.mark.parametrize("language", listed_languages())
def test_every_entry_leads_somewhere(language: str) -> None:
    table = language_part(language, "templates")
    for name in table.get("names", {}):
        assert name == " ".join(name.split()).lower()
        assert find_template(name, language).kind == "rendered", name
    for name in table.get("silent", ()):
        kinds = ("silent", "disambiguation")
        assert name in table.get("names", {}) or find_template(name, language).kind in kinds, name


def test_the_languages_own_names_come_first() -> None:
    assert find_template("citation", "fr").kind == "rendered"
    assert find_template("citation", "en").kind == "silent"
    assert find_template("unité", "en").kind == "rendered"
    assert find_template("s", "fr").kind == "rendered"
    assert find_template("s", "en").kind == "unknown"


def test_variants_and_unknown_languages() -> None:
    assert local_names("de-ch") == local_names("de")
    assert local_names("arz") == local_names("ar")
    assert local_names("tlh").names == {}
    assert "дата рождения" in EVERY_LANGUAGE.names
    assert not set(ALIASES) & {""}
