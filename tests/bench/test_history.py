"""A wiki as it was on a day, cut out of its history."""

from pathlib import Path

from bench.corpora.history import as_articles, header_and_pages, pages_on, write_dump
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.types import Document, Redirect


def page(number: int, title: str, *revisions: tuple[int, str, str], namespace: int = 0) -> str:
    """A page with its revisions: id, day, and text; the last one is a redirect."""
    inside = "".join(
        f"    <revision>\n      <id>{revision}</id>\n      <timestamp>{day}T00:00:00Z</timestamp>\n"
        f'      <text bytes="9">{text}</text>\n    </revision>\n'
        for revision, day, text in revisions
    )
    redirect = '    <redirect title="Reed" />\n' if "#" in revisions[-1][2] else ""
    return (
        f"  <page>\n    <title>{title}</title>\n    <ns>{namespace}</ns>\n    <id>{number}</id>\n"
        f"{redirect}{inside}  </page>\n"
    )


HISTORY = [
    page(1, "Papyrus", (10, "2005-01-01", "A reed."), (11, "2006-01-01", "A rush.")),
    page(2, "Rush", (20, "2005-06-01", "Rushes."), (21, "2007-01-01", "#REDIRECT [[Reed|r]]")),
    page(3, "User talk:Ann", (30, "2006-06-01", "Hello."), namespace=3),
]


def read(tmp_path: Path, day: str) -> list[tuple[int | str, str, int, str]]:
    """What is read of the dump of that day: key, title, revision, text or target."""
    write_dump(tmp_path / "history-pages-articles.xml", "<mediawiki>\n", iter(HISTORY))
    header, pages = header_and_pages(tmp_path / "history-pages-articles.xml")
    dump = write_dump(
        tmp_path / day / "toywiki-pages-articles.xml",
        header,
        map(as_articles, pages_on(day, pages)),
    )
    source = MediaWikiSource.open([dump])
    return [
        (entry.key, entry.title, entry.revision_id, said)
        for unit in source.units()
        for entry in source.read(unit)
        if isinstance(entry, Document | Redirect)
        for said in [entry.text if isinstance(entry, Document) else entry.target]
    ]


def test_each_page_has_the_revision_of_then(tmp_path: Path) -> None:
    assert read(tmp_path, "2005-01-02") == [(1, "Papyrus", 10, "A reed.")]
    assert read(tmp_path, "2006-01-01") == [
        (1, "Papyrus", 10, "A reed."),
        (2, "Rush", 20, "Rushes."),
    ]
    assert read(tmp_path, "2027-01-01") == [
        (1, "Papyrus", 11, "A rush."),
        (2, "Rush", 21, "Reed"),
        (3, "User talk Ann", 30, "Hello."),
    ]
