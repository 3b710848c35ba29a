"""EPUB as an outline: its chapters in reading order.

Format: https://www.w3.org/TR/epub-33/.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from zipfile import ZipFile

from pinakes.ingest.sources.folder.formats.html_text import HtmlOutline, add_html, declared_encoding
from pinakes.ingest.sources.folder.formats.plain_text import decoded
from pinakes.ingest.sources.folder.formats.zipped import member, opened_archive
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile, plain

__all__ = ["epub_title", "read_epub"]

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_ROOT_FILE = ".//{*}rootfile"
# Of XML, which HTML does not know: "<title/>" would hold all that follows.
_SELF_CLOSED = re.compile(
    r"<((?!(?:br|hr|img|meta|link|input|col|area|base|wbr)\b)[a-zA-Z][\w:-]*)([^<>]*?)/>"
)
_FONT = re.compile(r"\.(?:otf|ttf|woff2?)$", re.IGNORECASE)


def epub_title(path: Path) -> str:
    """What the book says it is called. Raises UnreadableFile."""
    with opened_archive(path) as archive:
        return _title(_package(archive)[1])


def read_epub(path: Path) -> Outline:
    """The text of the book. Raises UnreadableFile."""
    with opened_archive(path) as archive:
        place, package = _package(archive)
        _check_open(archive)
        page = HtmlOutline(keeps_heading=True)
        for name in _chapters(package, place):
            content = member(archive, name)
            html = decoded(content, declared_encoding(content))
            add_html(_SELF_CLOSED.sub(r"<\1\2></\1>", html), page)
        return page.outline(_title(package))


def _package(archive: ZipFile) -> tuple[str, ElementTree.Element]:
    root = _xml(archive, _CONTAINER).find(_ROOT_FILE)
    name = unquote(root.get("full-path", "")) if root is not None else ""
    if not name:
        raise UnreadableFile(f"{_CONTAINER} in it names no book")
    return posixpath.dirname(name), _xml(archive, name)


def _xml(archive: ZipFile, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(member(archive, name))  # noqa: S314 entities are refused by expat
    except ElementTree.ParseError as error:
        raise UnreadableFile(f"{name} in it is no XML ({error})") from None


def _title(package: ElementTree.Element) -> str:
    return plain(package.findtext(".//{http://purl.org/dc/elements/1.1/}title", ""))


def _chapters(package: ElementTree.Element, place: str) -> Iterator[str]:
    """Names of the files in reading order, without the one that only lists the others."""
    files = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = files.get(reference.get("idref"))
        if item is None or "html" not in item.get("media-type", "html"):
            continue
        if "nav" in item.get("properties", "").split():
            continue
        yield posixpath.normpath(posixpath.join(place, unquote(item.get("href", ""))))


def _check_open(archive: ZipFile) -> None:
    """Raise UnreadableFile where more than fonts is encrypted (DRM)."""
    if _ENCRYPTION not in archive.namelist():
        return
    files = [
        one.get("URI", "") for one in _xml(archive, _ENCRYPTION).iterfind(".//{*}CipherReference")
    ]
    if any(not _FONT.search(name) for name in files):
        raise UnreadableFile("it is encrypted (DRM): only its seller's programs can read it")
