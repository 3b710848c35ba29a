"""HTML dumps of Wikimedia Enterprise: their lines as articles, packed in tar or not."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from pinakes.ingest.errors import NotADump, TruncatedDump
from pinakes.ingest.report import count_entry
from pinakes.ingest.sources.html.dump_source import HtmlDumpSource
from pinakes.ingest.sources.opening import open_source
from pinakes.ingest.types import (
    Document,
    Entry,
    Link,
    OtherPage,
    PageCounts,
    QuarantinedPage,
    Redirect,
    Unchanged,
)
from tests.ingest.rendered_dumps import article, lines, write_tar

# As Parsoid writes it: addresses relative to the page, sections, links that lead nowhere yet.
HTML = """<!DOCTYPE html><html prefix="mw: http://mediawiki.org/rdf/"><head><title>Papyrus</title>
<meta property="mw:pageId" content="1"/><base href="//de.wikipedia.org/wiki/"/></head>
<body class="mw-body-content parsoid-body"><section data-mw-section-id="0">
<table class="infobox"><tbody><tr><th>Höhe</th><td>5&nbsp;m</td></tr></tbody></table>
<p id="mwAg"><b>Papyrus</b> wächst am <a rel="mw:WikiLink" href="./Nil_(Fluss)#Delta">Nil</a><sup
class="mw-ref reference"><a href="./Papyrus#cite_note-1"><span>[1]</span></a></sup>, auch
<a rel="mw:WikiLink" href="./Neu?action=edit&amp;redlink=1" class="new">neu</a>,
<a rel="mw:ExtLink" href="https://example.org/">fern</a>.</p></section>
<section data-mw-section-id="1"><h2 id="Nutzung">Nutzung</h2><p>Schriftträger.</p></section>
</body></html>"""
ROWS: list[Any] = [
    article(1, "Papyrus", HTML, redirects=[{"name": "Papyrusstaude", "url": "…"}]),
    article(2, "Vorlage:Box", "<p>x", namespace={"identifier": 10}),
    article(3, "Nil", "<p>Ein Fluss.</p>"),
    article(4, "Tief", "<b>" * 30_000),
    article(5, "Ohne Text", "", article_body=None),
    b"no JSON",
]
NAME = "dewiki-NS0-20250320-ENTERPRISE-HTML.json.tar.gz"


def entries(source: HtmlDumpSource) -> list[Entry]:
    return [entry for unit in source.units() for entry in source.read(unit)]


def test_articles_read_as_their_readers_saw_them(tmp_path: Path) -> None:
    source = open_source([write_tar(tmp_path / NAME, [lines(ROWS[:2]), lines(ROWS[2:])])])
    assert isinstance(source, HtmlDumpSource)
    about = source.identity
    assert (about.kind, about.name, about.language, about.date) == (
        "html", "dewiki", "de", "20250320",
    )  # fmt: skip
    assert about.base_url == "https://de.wikipedia.org/wiki/"
    found = entries(source)
    counts = sum(map(count_entry, found), PageCounts())
    assert counts == PageCounts(read=7, documents=2, redirects=1, other_namespaces=1, quarantined=3)
    papyrus = found[0]
    assert isinstance(papyrus, Document)
    assert papyrus.text == (
        "Papyrus wächst am Nil, auch neu, fern.\n\nInfobox\nHöhe: 5 m\n\nNutzung\nSchriftträger."
    )
    assert (papyrus.key, papyrus.revision_id) == (1, 5001)
    assert papyrus.timestamp == "2026-01-02T03:04:05Z"
    assert papyrus.links == (Link("Nil (Fluss)", "Nil"),)
    assert found[1] == Redirect(1, "Papyrusstaude", "Papyrus", 0, "")
    assert found[2] == OtherPage(2, "Vorlage:Box", 10)
    aside = [(e.key, e.title) for e in found if isinstance(e, QuarantinedPage)]
    assert aside == [(4, "Tief"), (5, "Ohne Text"), (None, None)]


@pytest.mark.parametrize("suffix", [".ndjson", ".ndjson.gz"])
def test_unpacked_or_packed_anew_it_is_the_same(tmp_path: Path, suffix: str) -> None:
    content = lines(ROWS[:3])
    path = tmp_path / f"dewiki_namespace_0_0{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    source = open_source([tmp_path])
    assert isinstance(source, HtmlDumpSource)
    assert source.identity.date is None
    assert [e.title for e in entries(source) if isinstance(e, Document)] == ["Papyrus", "Nil"]


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    source = HtmlDumpSource.open([write_tar(tmp_path / NAME, [lines(ROWS[:3])])])
    known = {e.made_from for e in entries(source) if isinstance(e, Document)}
    [unit] = source.units()
    found = list(source.read_changed(unit, lambda _key, made_from: made_from(b"") in known))
    assert [type(entry) for entry in found] == [Unchanged, Redirect, OtherPage, Unchanged]


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    rows = [article(n, f"Page {n}", f"<p>{n * 7919}</p>" * 50) for n in range(300)]
    path = write_tar(tmp_path / NAME, [lines(rows)])
    path.write_bytes(path.read_bytes()[:-3_000])
    with pytest.raises(TruncatedDump, match=r"HTML\.json\.tar\.gz: the file breaks off"):
        entries(HtmlDumpSource.open([path]))


def test_the_first_line_must_be_an_article(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    path.write_bytes(lines([{"name": "x", "article_body": {}}]))
    with pytest.raises(NotADump, match=r"x\.ndjson: its first line is no article"):
        open_source([path])


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("identifier", 0), ("identifier", 1 << 63), ("identifier", 1.5), ("identifier", "9" * 5000),
        ("version", {"identifier": 1 << 63}), ("version", {"identifier": True}), ("name", 7),
        ("namespace", {"identifier": 1 << 80}), ("redirects", [{"name": 7}]), ("date_modified", 7),
    ],
)  # fmt: skip
def test_what_no_store_holds_is_set_aside(tmp_path: Path, field: str, odd: Any) -> None:
    rows = [article(1, "Papyrus", HTML), article(2, "Nil", "<p>x") | {field: odd}]
    found = entries(HtmlDumpSource.open([write_tar(tmp_path / NAME, [lines(rows)])]))
    assert [type(entry) for entry in found] == [Document, QuarantinedPage]


def test_an_archive_of_nothing_is_refused_as_such(tmp_path: Path) -> None:
    for files in ([], [b""]):
        with pytest.raises(NotADump, match="an archive without a line in it; fetch it again"):
            open_source([write_tar(tmp_path / NAME, files)])
    with pytest.raises(NotADump, match="first line is none of a dump of this name"):
        open_source([write_tar(tmp_path / NAME, [b"{}"])])
