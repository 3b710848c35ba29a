from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Document

ENGLISH = SiteInfo("enwiki", "Wikipedia", "", "en", ((0, ""), (6, "File"), (14, "Category")))
LATGALIAN = SiteInfo(
    "ltgwiki", "Vikipedeja", "", "ltg", ((0, ""), (6, "Fails"), (10, "Taiss"), (14, "Kategoreja"))
)


def parse(wikitext: str, site: SiteInfo = ENGLISH, dropped: Counter[str] | None = None) -> Document:
    page = Page(7, 0, "Some page", 70, "2026-01-01T00:00:00Z", None, wikitext)
    return parse_document(page, site, dropped)


@dataclass(frozen=True)
class Case:
    file: str
    name: str
    parts: dict[str, str]


def read_cases() -> list[Case]:
    """The blocks of cases/*.txt: ``!! test``, ``!! wikitext``, ``!! text``, sometimes ``!! links``.

    ``!! language`` says of which wiki one is, if not of the English one.

    The format is that of MediaWiki's parser tests.
    """
    cases = []
    for path in sorted((Path(__file__).parent / "cases").glob("*.txt")):
        for block in path.read_text("utf-8").split("\n!! test\n")[1:]:
            body, end, rest = block.partition("\n!! end\n")
            assert end, f"{path.name}: a case without !! end: {block[:40]!r}"
            assert not rest.strip(), f"{path.name}: words between cases: {rest[:40]!r}"
            name, *sections = body.split("\n!! ")
            parts = dict(section.partition("\n")[::2] for section in sections)
            cases.append(Case(path.stem, name, parts))
    return cases


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case.file}: {case.name}")
def test_case(case: Case) -> None:
    language = case.parts.get("language", "en")
    document = parse(case.parts["wikitext"], replace(ENGLISH, language=language))
    assert document.text == case.parts["text"]
    if "links" in case.parts:
        links = [f"{link.target} <- {link.anchor}" for link in document.links]
        assert "\n".join(links) == case.parts["links"]


def test_every_file_of_cases_is_read() -> None:
    names = [(case.file, case.name) for case in read_cases()]
    assert len(names) == len(set(names))
    files = {file for file, _ in names}
    assert files >= {"infoboxes", "links", "lists", "prose", "tables", "templates"}


def test_sections_are_slices_below_their_headings() -> None:
    document = parse(
        "Lead words.\n\n== One ==\nFirst.\n=== Inner ===\n* item\n==== Deep ====\nx\n"
        "=== Second ===\n{{void}}\n== Two ==\nLast.\n\n{{Infobox a|b=c}}"
    )
    found = [
        (part.heading_path, document.text[part.start : part.end]) for part in document.sections
    ]
    assert found == [
        ((), "Lead words."),
        (("Infobox",), "B: c"),
        (("One",), "First."),
        (("One", "Inner"), "- item"),
        (("One", "Inner", "Deep"), "x"),
        (("Two",), "Last."),
    ]
    for part in document.sections[1:]:
        heading = part.heading_path[-1]
        before = document.text[: part.start]
        assert before.endswith(f"\n\n{heading}\n")


def test_a_heading_that_skips_levels_keeps_its_ancestors() -> None:
    document = parse("== A ==\na\n==== B ====\nb\n=== C ===\nc\n= D =\nd")
    paths = [part.heading_path for part in document.sections]
    assert paths == [("A",), ("A", "B"), ("A", "C"), ("D",)]


def test_page_fields_pass_through() -> None:
    document = parse("Text of {{PAGENAME}}.")
    assert (document.key, document.title, document.revision_id, document.timestamp) == (
        7, "Some page", 70, "2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert document.text == "Text of Some page."


@pytest.mark.parametrize("wikitext", ["", "\n\n", "{{stub}}", "[[Category:X]]", "<!-- x -->"])
def test_no_words_no_sections(wikitext: str) -> None:
    document = parse(wikitext)
    assert (document.text, document.sections) == ("", ())


@pytest.mark.parametrize(
    "mark",
    ["{{disambiguation}}", "{{Disambig|geo}}", "{{hndis|Doe, John}}", "__DISAMBIG__",
     "{{disambiguation page}}", "{{Begriffsklärung}}", "{{template:geodis}}"],
)  # fmt: skip
def test_disambiguation_pages_are_marked(mark: str) -> None:
    document = parse(f"'''Codex''' may mean:\n* [[Codex]], a book\n{mark}")
    assert document.is_disambiguation
    assert document.text == "Codex may mean:\n- Codex, a book"


@pytest.mark.parametrize(
    ("title", "lists_others"),
    [
        ("Codex (disambiguation)", True), ("Codex (Disambiguation)", True),
        ("Codex (Begriffsklärung)", True), ("Кодекс (значения)", True), ("典籍（消歧義）", True),
        ("Codex (homonymie)", True), ("コーデックス (曖昧さ回避)", True),
        ("Codex", False), ("Codex (book)", False), ("Word-sense disambiguation", False),
        ("(disambiguation) Codex", False), ("Codex (on disambiguation)", False),
    ],
)  # fmt: skip
def test_a_title_may_say_that_its_page_lists_others(title: str, lists_others: bool) -> None:
    page = Page(7, 0, title, 70, "2026-01-01T00:00:00Z", None, "A '''codex''' may be a book.")
    assert parse_document(page, ENGLISH).is_disambiguation is lists_others


@pytest.mark.parametrize("mark", ["", "{{redirect|Codex|other uses|Codex (disambiguation)}}"])
def test_articles_are_not(mark: str) -> None:
    assert not parse(f"{mark}\nA '''codex''' is a book.").is_disambiguation


def test_unknown_templates_are_counted_by_name() -> None:
    dropped: Counter[str] = Counter()
    document = parse(
        "A{{Foo_Bar|x}} b{{foo bar}} c{{Quux\n|y=1}} {{nowrap|d}} {{reflist}}", ENGLISH, dropped
    )
    assert document.text == "A b c d"
    assert dropped == {"foo bar": 2, "quux": 1}


def test_namespaces_of_the_wiki_are_understood() -> None:
    wikitext = (
        "[[Fails:Riga.jpg|thumb|Reigys [[pylsāta|pylsātys]] vaiks]]\nLatgola.\n"
        "[[Kategoreja:Latgola]] [[File:X.jpg|thumb|And this]] [[Category:Y]] [[Taiss:Z|taiss]]"
    )
    document = parse(wikitext, LATGALIAN)
    assert document.text == "Latgola.\n\nReigys pylsātys vaiks\n\nAnd this\ntaiss"
    assert [link.target for link in document.links] == ["Pylsāta"]
    assert "Kategoreja:Latgola" in parse(wikitext, ENGLISH).text


def test_long_titles_are_no_links_and_long_anchors_are_cut() -> None:
    document = parse(f"[[{'t' * 300}]] [[Title|{'a' * 300}]]")
    assert [(link.target, len(link.anchor)) for link in document.links] == [("Title", 200)]


@pytest.mark.parametrize(
    ("wikitext", "names"),
    [
        (
            "'''Codex''' (also '''caudex''' or '''''tabula''''') is a book.",
            ("Codex", "caudex", "tabula"),
        ),
        ("''For others, see '''Codices'''.\n\n'''Caudex''' is a book.", ("Codices",)),
        (":'''Note'''\n* '''Item'''\n'''Caudex''' is a book.\n'''Other''' lines.", ("Caudex",)),
        ("{|\n! '''Head'''\n|}\n'''[[Caudex|Caudices]]''' &amp; so on", ("Caudices",)),
        ("A book.\n== '''Name''' ==\n'''Caudex'''", ()),
        ("A book, '''never closed.", ()),
        ("'''''' '''" + "x" * 300 + "'''", ()),
        (" ".join(f"'''n{n}'''" for n in range(20)), tuple(f"n{n}" for n in range(8))),
        ("== Only ==\n'''Caudex'''", ()),
    ],
)
def test_what_the_lead_has_in_bold_are_other_names(wikitext: str, names: tuple[str, ...]) -> None:
    assert parse(wikitext).bold_names == names
