"""The sample and real dumps from end to end: known facts stand in the text, no markup is left."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.ingest.passages import MAX_WORDS, MIN_WORDS, count_words, heading_at, split_passages
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import Document

LEFTOVER = re.compile(
    r"\{\{|\}\}|\[\[|\]\]|\{\||^\|[}\-+]|'''|</?ref|<br|&nbsp;|thumb\||rowspan|colspan|style=|"
    r"__[A-Z]+__|^=+ .* =+$|[\x00\ue000-\ue00f]",
    re.MULTILINE | re.IGNORECASE,
)
TEX = re.compile(r"\\[a-zA-Z]|[_^]\{|\{\{.*\}\}")


def documents(path: Path) -> dict[str, Document]:
    dump = find_dump([path])
    return {
        entry.title: entry
        for unit in plan_units(dump)
        for entry in read_documents(unit, dump.site)
        if isinstance(entry, Document)
    }


def leftovers(found: dict[str, Document]) -> Iterator[tuple[str, str]]:
    """Titles and lines that still hold markup, outside of mathematics."""
    for title, document in found.items():
        for line in document.text.split("\n"):
            if LEFTOVER.search(line) and not TEX.search(line):
                yield title, line[:120]


def section(document: Document, *path: str) -> str:
    (found,) = (part for part in document.sections if part.heading_path == path)
    return document.text[found.start : found.end]


@pytest.fixture(scope="module")
def sample(sample_dump: Path) -> dict[str, Document]:
    return documents(sample_dump)


@pytest.fixture(scope="module")
def real(shared_data: Path) -> dict[str, Document]:
    return documents(shared_data / "dumps/enwiki-2016-shortened-pages-articles.xml.bz2")


def test_the_sample_leaves_no_markup_and_no_unknown_template(sample_dump: Path) -> None:
    dump = find_dump([sample_dump])
    dropped: Counter[str] = Counter()
    for unit in plan_units(dump):
        for page in read_pages(unit):
            if page.namespace == 0 and page.redirect_to is None:
                parse_document(page, dump.site, dropped)
    assert dropped.keys() <= {"libraries of antiquity", "library classification systems",
                              "history of the book"}  # fmt: skip
    assert list(leftovers(documents(sample_dump))) == []


def test_the_rosetta_stone_as_a_reader_wants_it(sample: dict[str, Document]) -> None:
    stone = sample["Rosetta Stone"]
    lead = section(stone)
    assert lead.startswith("The Rosetta Stone is part of an inscribed slab")
    assert section(stone, "Infobox").split("\n") == [
        "Name: Rosetta Stone",
        "Material: Granodiorite",
        "Size: 112.3 × 75.7 × 28.4 cm (44.2 × 29.8 × 11.2 in)",
        "Writing: Hieroglyphs, Demotic, Greek",
        "Created: 196 BC",
        "Discovered date: July 1799",
        "Discovered place: Rosetta (Rashid), Egypt",
        "Discovered by: Pierre-François Bouchard",
        "Location: British Museum, London",
        "ID: EA 24",
        "Coordinates: 51°31′10″N 0°7′37″W",
    ]
    assert "weighs about 760 kilograms (1,680 lb)" in section(stone, "The stone")
    assert (
        "Lines of text on the stone\n"
        "Script: Hieroglyphic; Lines: 14; State: Corresponds to the last 28 lines of the Greek; "
        "no line is whole\n"
        "Script: Demotic; Lines: 32; State: The best preserved; the first 14 lines are damaged at "
        "the right\n"
    ) in section(stone, "The stone")
    assert "Parkinson" not in stone.text
    assert "References" not in stone.text
    assert "British Museum" in {link.target for link in stone.links}


def test_the_sample_knows_its_disambiguation_pages(sample: dict[str, Document]) -> None:
    marked = {title for title, document in sample.items() if document.is_disambiguation}
    assert marked == {"Alexandria (disambiguation)", "Codex (disambiguation)"}


def test_every_answer_of_the_sample_stands_on_its_page(
    sample: dict[str, Document], sample_dump: Path
) -> None:
    lines = sample_dump.with_name("questions.jsonl").read_text("utf-8").splitlines()
    for question in map(json.loads, lines):
        text = " ".join(sample[page["title"]].text for page in question["gold_pages"]).lower()
        if question["answers"]:
            assert any(answer.lower() in text for answer in question["answers"]), question["qid"]


def test_passages_of_the_sample(sample: dict[str, Document]) -> None:
    for title, document in sample.items():
        passages = list(split_passages(document))
        assert passages, title
        for passage in passages:
            assert count_words(passage.text) <= MAX_WORDS + 40, (title, passage.text)


def test_passages_of_real_articles_have_no_tails(real: dict[str, Document]) -> None:
    """But for rows and sentences so long that none fits beside them."""
    sizes = []
    for document in real.values():
        passages = list(split_passages(document))
        sizes += [count_words(passage.text) for passage in passages if len(passages) > 1]
        for passage in passages:  # the path is that of the section in which the passage begins
            assert passage.heading_path == heading_at(document.sections, passage.start)
    assert len(sizes) > 3000
    assert sum(size < MIN_WORDS for size in sizes) <= len(sizes) / 500


def test_known_facts_of_real_articles(real: dict[str, Document]) -> None:
    assert len(real) == 106
    algeria = real["Algeria"].text
    assert "With an area of 2,381,741 square kilometres (919,595 sq mi), Algeria is" in algeria
    assert "Capital: Algiers" in section(real["Algeria"], "Infobox")
    assert "Coach: Emmanuel Agassi (1970–83)" in section(real["Andre Agassi"], "Infobox")
    assert "Born in Hodgenville, Kentucky" in real["Abraham Lincoln"].text
    assert "a height of 2,413 ft (735 m)" in real["Alabama"].text
    assert "Eagle's footpads had touched the surface" in real["Apollo 11"].text
    assert "highest temperature of 112 °F (44 °C)" in real["Alabama"].text
    assert real["Alien"].is_disambiguation


def test_real_articles_leave_no_markup(real: dict[str, Document]) -> None:
    assert list(leftovers(real)) == []


def test_a_whole_small_wiki(shared_data: Path) -> None:
    found = documents(shared_data / "dumps/ltgwiki-smallwiki-latest-pages-articles.xml.bz2")
    assert not any("Kategoreja:" in document.text for document in found.values())
    assert not any("Fails:" in document.text for document in found.values())
    rows = "\n".join(document.text for document in found.values())
    assert "Kurtenhof Salaspils Solyspiļs Apleikmīsta, vītejuo, tuoļsative 18 200" in rows
    assert len(list(leftovers(found))) <= 5


def test_table_heavy_articles(shared_data: Path) -> None:
    found = documents(shared_data / "dumps/enwiki-table-markup.xml.bz2")
    assert list(leftovers(found)) == []
    assert len(found) == 5


def test_the_newest_schema(shared_data: Path) -> None:
    found = documents(shared_data / "dumps/aawiki/aawiki-20260101-pages-meta-current.xml.bz2")
    assert list(leftovers(found)) == []
