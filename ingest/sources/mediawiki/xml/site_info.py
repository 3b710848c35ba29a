"""The header of a dump: which wiki it comes from, its language and its namespaces.

Reads XML only as far as the first page.
"""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from pinakes.ingest.errors import EmptyDump, NotADump, TruncatedDump
from pinakes.ingest.sources.mediawiki.files.archives import read_pieces
from pinakes.ingest.sources.mediawiki.types import SiteInfo
from pinakes.ingest.sources.mediawiki.xml.page_xml import find_page
from pinakes.ingest.sources.mediawiki.xml.xml_sections import EMPTY, without_sections

__all__ = ["read_site_info"]

_HEADER_LIMIT = 1 << 20


def read_site_info(part: Path) -> SiteInfo:
    """The wiki named in the header of ``part``; exports without siteinfo get plain defaults.

    Raises NotADump when the file does not begin like a MediaWiki export, EmptyDump when it ends
    before the first page, TruncatedDump when its beginning is damaged.
    """
    header = b""
    for piece in without_sections(read_pieces(part)):
        if piece.error:
            raise TruncatedDump(f"{part}: its beginning is damaged ({piece.error}); fetch it again")
        header += piece.data
        if b"<mediawiki" not in header[: 64 * 1024]:
            break
        if find_page(header) >= 0 or b"</mediawiki>" in header or len(header) > _HEADER_LIMIT:
            break
    begin = find_page(header)
    if b"<mediawiki" not in header[: 64 * 1024] or (begin < 0 and len(header) > _HEADER_LIMIT):
        raise NotADump(
            f"{part}: {'not a MediaWiki XML export' if header else 'the file is empty'}; "
            "take a dump such as …-pages-articles.xml.bz2"
        )
    if begin < 0:
        raise EmptyDump(f"{part}: the export holds no page; take another dump")
    return _parse_header(part, header[:begin].replace(EMPTY, b""))


def _parse_header(part: Path, header: bytes) -> SiteInfo:
    if b"<!DOCTYPE" in header or b"<!ENTITY" in header:
        raise NotADump(f"{part}: its header declares a document type, which no export does")
    try:
        root = ElementTree.fromstring(header + b"</mediawiki>")  # noqa: S314 (no declarations)
    except ElementTree.ParseError as error:
        raise NotADump(f"{part}: its header is not well-formed ({error})") from None
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    texts: dict[str, str] = {}
    namespaces: list[tuple[int, str]] = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "namespace":
            key = element.get("key", "")
            if not re.fullmatch(r"-?\d{1,6}", key):
                raise NotADump(f"{part}: its header has a namespace numbered {key[:40]!r}")
            namespaces.append((int(key), element.text or ""))
        else:
            texts[tag] = (element.text or "").strip()
    match = re.match(r"([a-z_]+)wiki", part.name)
    database = texts.get("dbname") or (match.group() if match else "")
    if not language:
        language = database.removesuffix("wiki") or "en"
    return SiteInfo(
        database=database,
        name=texts.get("sitename", ""),
        base_url=texts.get("base", ""),
        language=language,
        namespaces=tuple(namespaces),
    )
