"""Pack the sample's sources into a MediaWiki multistream dump and its index.

Reads ``pages.csv`` (one row per page) and ``pages/*.wiki`` (one wikitext source per row) beside
this file and writes ``samplewiki-20261101-pages-articles-multistream.xml.bz2`` with the matching
``…-index.txt.bz2``, in the layout of the dumps that Wikimedia publishes: export schema 0.11, one
bzip2 stream for the header, one for every ten pages, one for the closing tag. The same sources
always give the same bytes. It does not read wikitext, except for the target of a redirect.

    python data/sample/pack.py            write both files
    python data/sample/pack.py --check    exit 1 when the files on disk differ from the sources

Exit status: 0 done, 1 the files on disk are out of date, 2 the sources contradict each other.
"""

import argparse
import bz2
import csv
import hashlib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HERE = Path(__file__).resolve().parent
DUMP_NAME = "samplewiki-20261101-pages-articles-multistream.xml.bz2"
INDEX_NAME = "samplewiki-20261101-pages-articles-multistream-index.txt.bz2"
COLUMNS = ["page_id", "namespace", "revision_id", "timestamp", "title", "redirect_to"]
PAGES_PER_STREAM = 10
SITE_NAME = "Pinakes sample"
NAMESPACES: dict[int, str] = {
    -2: "Media",
    -1: "Special",
    0: "",
    1: "Talk",
    2: "User",
    3: "User talk",
    4: SITE_NAME,
    5: f"{SITE_NAME} talk",
    6: "File",
    7: "File talk",
    8: "MediaWiki",
    9: "MediaWiki talk",
    10: "Template",
    11: "Template talk",
    12: "Help",
    13: "Help talk",
    14: "Category",
    15: "Category talk",
}
REDIRECT = re.compile(r"#REDIRECT\s*\[\[([^\]|#]+)", re.IGNORECASE)
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


class SourceError(Exception):
    """The sources contradict each other; the message is one line and names file or row."""


@dataclass(frozen=True, slots=True)
class Page:
    """One row of ``pages.csv`` with the wikitext of its source file."""

    page_id: int
    namespace: int
    revision_id: int
    timestamp: str
    title: str
    redirect_to: str
    text: str


def file_name(title: str) -> str:
    """Name of the source file that holds the page called *title*."""
    return title.replace("/", "%2F").replace(":", "%3A").replace(" ", "_") + ".wiki"


def read_pages(folder: Path) -> list[Page]:
    """All pages of the sample in ascending order of page id; raises SourceError."""
    table = folder / "pages.csv"
    with table.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames != COLUMNS:
            raise SourceError(f"{table.name}: the columns must be {','.join(COLUMNS)}")
        pages = [read_page(folder, reader.line_num, row) for row in reader]
    for field in ("page_id", "revision_id", "title"):
        seen: set[object] = set()
        for page in pages:
            value = getattr(page, field)
            if value in seen:
                raise SourceError(f"{table.name}: {field} {value!r} stands twice")
            seen.add(value)
    wanted = {file_name(page.title) for page in pages}
    for path in sorted((folder / "pages").glob("*.wiki")):
        if path.name not in wanted:
            raise SourceError(f"pages/{path.name}: no row in {table.name} has this title")
    return sorted(pages, key=lambda page: page.page_id)


def read_page(folder: Path, line: int, row: dict[str, str]) -> Page:
    """The page described by one row, its source file read; raises SourceError."""
    place = f"pages.csv line {line}"
    if list(row) != COLUMNS or None in row.values():
        raise SourceError(f"{place}: the row must have {len(COLUMNS)} cells")
    try:
        page_id, namespace, revision_id = (int(row[name]) for name in COLUMNS[:3])
        datetime.strptime(row["timestamp"], "%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError) as error:
        raise SourceError(f"{place}: {error}") from error
    title, redirect_to = row["title"], row["redirect_to"]
    prefix = title.partition(":")[0] if ":" in title else ""
    if NAMESPACES.get(namespace) != (prefix if prefix in NAMESPACES.values() else ""):
        raise SourceError(f"{place}: title {title!r} does not lie in namespace {namespace}")
    path = folder / "pages" / file_name(title)
    try:
        # MediaWiki trims trailing white space on saving; a source file ends with a line break.
        text = path.read_text(encoding="utf-8").rstrip()
    except FileNotFoundError:
        raise SourceError(f"{place}: pages/{path.name} is missing") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"pages/{path.name}: not UTF-8 ({error.reason})") from error
    match = REDIRECT.match(text)
    target = match.group(1).strip() if match else ""
    if target != redirect_to:
        raise SourceError(f"{place}: redirect_to is {redirect_to!r}, the text says {target!r}")
    return Page(page_id, namespace, revision_id, row["timestamp"], title, redirect_to, text)


def sha1_base36(data: bytes) -> str:
    """SHA-1 of *data* as MediaWiki writes it: base 36, 31 digits."""
    number = int.from_bytes(hashlib.sha1(data, usedforsecurity=False).digest(), "big")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = BASE36[digit] + digits
    return digits.rjust(31, "0")


def header_xml() -> str:
    """The opening tag and ``<siteinfo>``."""
    schema = "http://www.mediawiki.org/xml/export-0.11"
    namespaces = "".join(
        f'      <namespace key="{key}" case="first-letter" />\n'
        if not name
        else f'      <namespace key="{key}" case="first-letter">{escape(name)}</namespace>\n'
        for key, name in NAMESPACES.items()
    )
    return (
        f'<mediawiki xmlns="{schema}/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="{schema}/ {schema}.xsd" version="0.11" xml:lang="en">\n'
        "  <siteinfo>\n"
        f"    <sitename>{SITE_NAME}</sitename>\n"
        "    <dbname>samplewiki</dbname>\n"
        "    <base>https://sample.invalid/wiki/Main_Page</base>\n"
        "    <generator>Pinakes sample packer</generator>\n"
        "    <case>first-letter</case>\n"
        "    <namespaces>\n"
        f"{namespaces}"
        "    </namespaces>\n"
        "  </siteinfo>\n"
    )


def page_xml(page: Page) -> str:
    """One ``<page>`` element with its only revision."""
    data = page.text.encode()
    sha1 = sha1_base36(data)
    redirect = f"    <redirect title={quoteattr(page.redirect_to)} />\n" if page.redirect_to else ""
    return (
        "  <page>\n"
        f"    <title>{escape_text(page.title)}</title>\n"
        f"    <ns>{page.namespace}</ns>\n"
        f"    <id>{page.page_id}</id>\n"
        f"{redirect}"
        "    <revision>\n"
        f"      <id>{page.revision_id}</id>\n"
        f"      <timestamp>{page.timestamp}</timestamp>\n"
        "      <contributor>\n"
        "        <username>Pinakes developers</username>\n"
        "        <id>1</id>\n"
        "      </contributor>\n"
        "      <comment>Written for the sample</comment>\n"
        f"      <origin>{page.revision_id}</origin>\n"
        "      <model>wikitext</model>\n"
        "      <format>text/x-wiki</format>\n"
        f'      <text bytes="{len(data)}" sha1="{sha1}" xml:space="preserve">'
        f"{escape_text(page.text)}</text>\n"
        f"      <sha1>{sha1}</sha1>\n"
        "    </revision>\n"
        "  </page>\n"
    )


def escape_text(text: str) -> str:
    """*text* as XML character data; MediaWiki's exporter escapes the double quote as well."""
    return escape(text, {'"': "&quot;"})


def streams(pages: Sequence[Page]) -> Iterator[tuple[str, Sequence[Page]]]:
    """The XML of each bzip2 stream and the pages that it holds."""
    yield header_xml(), ()
    for start in range(0, len(pages), PAGES_PER_STREAM):
        batch = pages[start : start + PAGES_PER_STREAM]
        yield "".join(map(page_xml, batch)), batch
    yield "</mediawiki>\n", ()


def pack(pages: Sequence[Page]) -> dict[str, bytes]:
    """File name and contents of the dump and of its index."""
    dump = bytearray()
    index: list[str] = []
    for xml, batch in streams(pages):
        index += [f"{len(dump)}:{page.page_id}:{escape_text(page.title)}\n" for page in batch]
        dump += bz2.compress(xml.encode(), compresslevel=9)
    return {
        DUMP_NAME: bytes(dump),
        INDEX_NAME: bz2.compress("".join(index).encode(), compresslevel=9),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Pack data/sample into a multistream dump.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk only")
    options = parser.parse_args(arguments)
    try:
        files = pack(read_pages(HERE))
    except (SourceError, OSError) as error:
        print(f"pack.py: {error}", file=sys.stderr)
        return 2
    for name, data in files.items():
        path = HERE / name
        if not options.check:
            aside = path.with_name(f"{name}.part")
            aside.write_bytes(data)
            aside.replace(path)
        elif not path.is_file() or path.read_bytes() != data:
            print(f"pack.py: {name} differs from the sources; run pack.py", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
