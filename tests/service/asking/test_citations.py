"""A found passage as a citation: its text, its name, its addresses here and on the wiki."""

from dataclasses import replace

import pytest

from pinakes.index.types import DumpRecord, Hit, ListRank, Manifest
from pinakes.ingest.types import PageCounts, Passage, made_revision
from pinakes.service.asking.citations import make_citation, wiki_permalink

MANIFEST = Manifest(
    format_version=1,
    collection="enwiki",
    generation="20261101-1",
    created="2026-11-02T00:00:00+00:00",
    dump=DumpRecord(
        name="enwiki",
        date="20261101",
        language="en",
        base_url="https://en.wikipedia.org/wiki/Main_Page",
        files=[],
        fingerprint="",
    ),
    pages=PageCounts(read=1, documents=1),
    passages=1,
    vectors=0,
    encoder=None,
    versions={},
    files={},
)
PASSAGE = Passage(7, 617, "Bi Sheng", ("Life", "Type"), "He baked  clay.\n- 𠮷", 10, 28)


def test_a_citation_carries_the_stored_text_and_both_addresses() -> None:
    citation = make_citation(
        2, Hit(PASSAGE, 99, "toy", 1.0, {"keyword": ListRank(1, 1.0)}), MANIFEST
    )
    assert citation.quote == PASSAGE.text
    assert (citation.number, citation.title, citation.heading_path) == (
        2,
        "Bi Sheng",
        ("Life", "Type"),
    )
    assert str(citation.ref) == "enwiki/617@99:10-28"
    assert citation.url == "/c/enwiki/page/617?revision=99&start=10&end=28#passage"
    assert citation.permalink == "https://en.wikipedia.org/w/index.php?title=Bi_Sheng&oldid=99"


def test_a_dump_that_does_not_name_its_wiki_gives_no_permalink() -> None:
    manifest = MANIFEST.model_copy(
        update={"dump": MANIFEST.dump.model_copy(update={"base_url": ""})}
    )
    hit = Hit(replace(PASSAGE, title="X"), 99, "toy", 1.0, {})
    assert make_citation(1, hit, manifest).permalink is None


@pytest.mark.parametrize(
    ("base_url", "title", "address"),
    [
        ("http://a.org/wiki/Main", "A", "https://a.org/w/index.php?title=A&oldid=5"),
        (
            "https://a.org/wiki/M",
            "A&B?#=",
            "https://a.org/w/index.php?title=A%26B%3F%23%3D&oldid=5",
        ),
        ("https://a.org/wiki/M", "é d", "https://a.org/w/index.php?title=%C3%A9_d&oldid=5"),
        ("https://a.org/M", "A", None),
        ("javascript:alert(1)/wiki/M", "A", None),
        ("", "A", None),
    ],
)
def test_wiki_permalink(base_url: str, title: str, address: str | None) -> None:
    assert wiki_permalink(base_url, title, 5) == address


def test_a_page_without_a_revision_has_the_address_that_it_has_now() -> None:
    address = wiki_permalink("https://de.wikipedia.org/wiki/", "Bücher 1", made_revision(b"digest"))
    assert address == "https://de.wikipedia.org/wiki/B%C3%BCcher_1"
