"""Wikivoyage, Wiktionary, Wikibooks and Wikiquote: pages written by hand in their real syntax.

None of their dumps was at hand; the syntax is that of their own pages of help.
"""

import json
from pathlib import Path

import pytest

from pinakes.ingest.passages import split_passages
from pinakes.ingest.report import IngestReport
from pinakes.ingest.sources.mediawiki.templates.projects import cut_by
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Document, Passage
from tests.ingest.sources.mediawiki.templates.toy_templates import kept_templates


def site(database: str, language: str = "en") -> SiteInfo:
    return SiteInfo(database, "", "", language, ((0, ""), (6, "File"), (10, "Template")))


def parse(database: str, title: str, wikitext: str, language: str = "en") -> Document:
    page = Page(7, 0, title, 70, "2026-01-01T00:00:00Z", None, wikitext)
    return parse_document(page, site(database, language))


def passages(document: Document) -> list[Passage]:
    return list(split_passages(document))


LISBON = """{{pagebanner|Lisbon banner.jpg}}
'''Lisbon''' is the capital of [[Portugal]].

==Eat==
The city eats late. {{mapframe|38.7|-9.1}}
===Budget===
* {{eat
| name=Jardim das Cerejas | alt= | url=https://www.example.org/ | email=
| address=Calçada do Sacramento 36 | lat=38.7114 | long=-9.1407 | directions=near [[Chiado]]
| phone=+351 21 346 9308 | tollfree= | fax=
| hours=12:00–15:30 | price=€10 | lastedit=2025-03-01
| content=Vegan buffet, with soup.

Cash only.
}}
* {{eat|name='''Ao 26'''|address=Rua Vítor Cordon 26|content=A vegan restaurant without a buffet.}}
* {{eat| name= | address=Rua Augusta | content=A stall that sells chestnuts and nothing else.}}
* Pastries, anywhere.

==Sleep==
* {{sleep|name=Casa do Rio|alt=River House|checkin=14:00|checkout=noon|price=from €80
|content=Rooms over the river, quiet at night, with breakfast on the roof.|lat=x|long=y}}
* {{listing|type=go|name=Ferry|content=Crosses the river every half an hour from the Praça.}}
==Go next==
* {{marker|type=city|name=[[Sintra]]|lat=38.8|long=-9.4}} – palaces, and a castle on a misty hill.
{{IsPartOf|Lisbon Region}}
{{usablecity}}
"""


def test_listings_of_a_guide_are_lines_that_begin_with_the_name() -> None:
    document = parse("enwikivoyage", "Lisbon", LISBON)
    assert document.text == (
        "Lisbon is the capital of Portugal.\n\n"
        "Eat\nThe city eats late.\n\n"
        "Budget\n"
        "- Jardim das Cerejas, Calçada do Sacramento 36 (near Chiado). Vegan buffet, with soup. "
        "Cash only. Hours: 12:00–15:30. Price: €10. Phone: +351 21 346 9308. Web: example.org. "
        "Coordinates: 38.7114, -9.1407.\n"
        "- Ao 26, Rua Vítor Cordon 26. A vegan restaurant without a buffet.\n"
        "- Rua Augusta. A stall that sells chestnuts and nothing else.\n"
        "- Pastries, anywhere.\n\n"
        "Sleep\n"
        "- Casa do Rio (River House). Rooms over the river, quiet at night, with breakfast on the "
        "roof. Price: from €80. Check-in: 14:00. Check-out: noon.\n"
        "- Ferry. Crosses the river every half an hour from the Praça.\n\n"
        "Go next\n"
        "- Sintra – palaces, and a castle on a misty hill."
    )


def test_each_listing_is_a_passage_of_its_own_in_its_section() -> None:
    document = parse("enwikivoyage", "Lisbon", LISBON)
    found = passages(document)
    assert [(one.heading_path, one.text[:15]) for one in found] == [
        ((), "Lisbon is the c"),
        (("Eat",), "The city eats l"),
        (("Eat", "Budget"), "Jardim das Cere"),
        (("Eat", "Budget"), "Ao 26, Rua Víto"),
        (("Eat", "Budget"), "Rua Augusta. A "),
        (("Eat", "Budget"), "- Pastries, any"),
        (("Sleep",), "Casa do Rio (Ri"),
        (("Sleep",), "Ferry. Crosses "),
        (("Go next",), "Sintra – palace"),
    ]
    assert all(document.text[one.start : one.end] == one.text for one in found)


def test_a_listing_without_a_name_is_told_in_the_report(tmp_path: Path) -> None:
    document = parse("enwikivoyage", "Lisbon", LISBON)
    path = tmp_path / "quarantine.jsonl"
    with path.open("wb") as lines:
        report = IngestReport(lines, lambda _file: ())
        report.add(Path("part.xml"), document)
        assert report.close().quarantined == 0
    assert json.loads(path.read_text()) == {
        "page_id": 7,
        "title": "Lisbon",
        "part": "part.xml",
        "remark": "a listing without a name; the text of it stays",
    }


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("de", "* {{vCard|type=restaurant|name=Zur Post|alt=Posthalterei|address=Markt 1"
         "|hours=Mo–Fr|phone=030 1|price=8 €|lat=52.1|long=13.2|description=Gute Küche.}}",
         "- Zur Post (Posthalterei), Markt 1. Gute Küche. Geöffnet: Mo–Fr. Preis: 8 €. Telefon: "
         "030 1. Koordinaten: 52.1, 13.2."),
        ("fr", "* {{Manger | nom=Chez Luc | adresse=rue Haute 2 | direction=M° Gare | téléphone=01"
         " | horaire=midi | prix=12 € | latitude=48.1 | longitude=2.2 | description=Bonne table}}",
         "- Chez Luc, rue Haute 2 (M° Gare). Bonne table. Horaires: midi. Prix: 12 €. Téléphone: "
         "01. Coordonnées: 48.1, 2.2."),
        ("es", "* {{Comer|nombre=Casa Lola|dirección=Calle 3|teléfono=91|precio=10 €|horario=noche"
         "|contenido=Tapas.}}",
         "- Casa Lola, Calle 3. Tapas. Horario: noche. Precio: 10 €. Teléfono: 91."),
        ("it", "* {{eat|nome=Da Gino|indirizzo=Via 4|tel=06|orari=sera|prezzo=9 €"
         "|descrizione=Pizza}}",
         "- Da Gino, Via 4. Pizza. Orari: sera. Prezzo: 9 €. Telefono: 06."),
    ],
)  # fmt: skip
def test_listings_of_other_languages(language: str, wikitext: str, text: str) -> None:
    assert parse(f"{language}wikivoyage", "Ort", wikitext, language).text == text


CAT = """{{also|Cat|CAT}}
==English==
{{wikipedia}}
===Etymology 1===
From {{inh|en|enm|cat}}, from {{inh|en|ang|catt||male cat}}, from {{der|en|la-lat|cattus}}.
===Pronunciation===
* {{IPA|en|/kæt/|[kʰæt]|a=RP}}
* {{audio|en|en-us-cat.ogg|Audio (US)}}
* {{rhymes|en|æt|s=1}}
===Noun===
{{en-noun}}

# {{lb|en|countable}} An animal of the family ''Felidae'':
## A domesticated [[species]] of feline, commonly kept as a house [[pet]]. {{defdate|from 8th c.}}
##: {{syn|en|felid|moggy|Thesaurus:cat}}
##: {{ux|en|The '''cat''' sleeps.}}
# {{lb|en|chiefly|_|US|or|Canada|slang}} A [[person]].
#* {{quote-book|en|author=Ann Lee|title=Nights|year=1958|passage=He was a cool '''cat'''.}}
# {{n-g|Used as a name.}}
====Translations====
{{trans-top|domestic species}}
* French: {{t+|fr|chat|m}}
* Russian: {{t+|ru|кот|m|tr=kot}}
{{trans-bottom}}
===Verb===
{{en-verb|cats|catting|catted}}
# {{lb|en|nautical|transitive}} To hoist ({{m|en|anchor||a hook}}) to the cathead.
{{C|en|Cats}}

==Irish==
===Noun===
{{ga-noun|m|cait}}
# {{l|en|cat}} {{gloss|domestic feline}}
===Noun===
{{head|ga|noun form|genitive|cait}}
# {{plural of|ga|catán}}
# {{inflection of|ga|catán||nom|p}}
"""


def test_entries_of_a_dictionary_read_as_they_are_shown() -> None:
    document = parse("enwiktionary", "cat", CAT)
    sections = {one.heading_path: document.text[one.start : one.end] for one in document.sections}
    assert sections[("English", "Etymology 1")] == (
        "From Middle English cat, from Old English catt (“male cat”), from Late Latin cattus."
    )
    assert sections[("English", "Pronunciation")] == "- IPA: /kæt/, [kʰæt]"
    assert sections[("English", "Noun")] == (
        "cat\n\n"
        "1. (countable) An animal of the family Felidae:\n"
        "  1. A domesticated species of feline, commonly kept as a house pet. (from 8th c.)\n"
        "Synonyms: felid, moggy, cat\n"
        "The cat sleeps.\n"
        "2. (chiefly US or Canada, slang) A person.\n"
        "  - He was a cool cat. (Ann Lee, Nights, 1958)\n"
        "3. Used as a name."
    )
    assert sections[("English", "Noun", "Translations")] == (
        "domestic species\n- French: chat\n- Russian: кот (kot)"
    )
    assert sections[("English", "Verb")] == (
        "cat\n1. (nautical, transitive) To hoist (anchor (“a hook”)) to the cathead."
    )


def test_senses_are_passages_by_language_and_part_of_speech() -> None:
    document = parse("enwiktionary", "cat", CAT)
    found = [(one.heading_path, one.text) for one in passages(document)]
    assert (("Irish", "Noun"), "cat\n1. cat (domestic feline)") in found
    assert (
        ("Irish", "Noun"),
        "cat (genitive cait)\n1. plural of catán\n2. nominative plural of catán",
    ) in found
    assert [path for path, _ in found][:5] == [
        ("English", "Etymology 1"),
        ("English", "Pronunciation"),
        ("English", "Noun"),
        ("English", "Noun", "Translations"),
        ("English", "Verb"),
    ]


def test_templates_mean_it_on_wikis_of_their_project_alone() -> None:
    call = "Text. {{see|name=Tower|content=Old.}} {{lb|en|slang}}"
    assert "Tower" not in parse("enwiki", "Page", call).text
    assert "Tower, Old" not in parse("enwiktionary", "Page", call).text
    assert (cut_by(site("enwiki")), cut_by(site("frwiktionary"))) == ("length", "sections")
    assert cut_by(site("commonswiki")) == cut_by(site("")) == "length"


def test_chapters_of_a_book_are_pages_with_its_name() -> None:
    text = "{{Cookbook}}\n== Dough ==\nKnead it for ten minutes.\n[[Bread/Oven|Next chapter]]"
    document = parse("enwikibooks", "Bread/Dough", text)
    assert document.text == "Dough\nKnead it for ten minutes.\nNext chapter"
    assert document.links[0].target == "Bread/Oven"


def test_quotes_are_items_with_whose_they_are_below() -> None:
    text = (
        "'''Ann Lee''' wrote.\n== Quotes ==\n* Nothing is ever lost.\n"
        "** ''Nights'' (1958), p. 12\n* {{lang|de|Wer sucht.}}\n** Letter to [[w:John|John]]"
    )
    assert parse("enwikiquote", "Ann Lee", text).text == (
        "Ann Lee wrote.\n\nQuotes\n- Nothing is ever lost.\n  - Nights (1958), p. 12\n"
        "- Wer sucht.\n  - Letter to John"
    )


def test_what_the_dump_has_of_these_templates_changes_nothing(tmp_path: Path) -> None:
    bodies = {
        "Eat": "{{listing|type=eat|name={{{name|}}}|content={{{content|}}}}}",
        "Listing": "<includeonly>{{#invoke:Listing|main}}</includeonly>",
        "Module:Listing": "return {}",
        "Our place": "* {{eat|name={{{1}}}|content=Ours, and open all the year round.}}",
        "Lb": "{{#invoke:labels|show}}",
        "Plural of": "{{#invoke:form of|show}}",
    }
    templates = kept_templates(tmp_path, bodies)

    def read(database: str, wikitext: str) -> str:
        page = Page(7, 0, "word", 70, "2026-01-01T00:00:00Z", None, wikitext)
        return parse_document(page, site(database), templates=templates).text

    assert read("enwikivoyage", "* {{eat|name=Bar|content=Old.}}") == "- Bar. Old."
    assert read("enwikivoyage", "{{our place|Den}}") == "- Den. Ours, and open all the year round."
    assert (
        read("enwiktionary", "# {{lb|en|rare}} {{plural of|en|cat}}") == "1. (rare) plural of cat"
    )


@pytest.mark.parametrize(
    ("database", "wikitext", "text"),
    [
        ("enwikivoyage", "{{regionlist|region1name=[[North]]|region1color=#aaa|region1items=[[A]]"
         "|region1description=Hills.|region2name=South}}", "- North: Hills. A\n- South"),
        ("enwikivoyage", "* {{see|name=Gate|content=* One.\n* Two.}}", "- Gate. One. Two."),
        ("enwiktionary", "{{m|la|canis}}, {{doublet|en|hound}}", "canis, doublet of hound"),
        ("enwiktionary", "# {{verb form of|nl|runnen||1|s|pres}}",
         "1. first person singular present of runnen"),
        ("enwiktionary", "# Run.\n#* {{RQ:Shakespeare Hamlet|act=I}}", "1. Run."),
        ("dewiktionary", "{{Bedeutungen}}\n:[1] Tier {{m}}\n{{Synonyme}}\n:[1] Köter",
         "Bedeutungen:\n[1] Tier m\nSynonyme:\n[1] Köter"),
    ],
)  # fmt: skip
def test_further_templates(database: str, wikitext: str, text: str) -> None:
    assert parse(database, "Page", wikitext, database[:2]).text == text
