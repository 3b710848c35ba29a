"""DOCX, as Word and others write it, as an outline.

The only file that imports mammoth, which gives styles a meaning: headings, lists, tables.
"""

import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile

from pinakes.ingest.sources.folder.formats.html_text import read_html
from pinakes.ingest.sources.folder.formats.zipped import member, opened_archive
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile, plain

__all__ = ["read_docx"]

_CORE = "docProps/core.xml"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PART = re.compile(r"word/(?:document|footnotes|endnotes|comments)\.xml")
_HIDDEN, _OFF = b"vanish", frozenset(("0", "false", "off"))
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Preformatted Text'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
r[style-name='Source Text'] => code
r[style-name='HTML Code'] => code
r[style-name='Verbatim Char'] => code
"""


def read_docx(path: Path) -> Outline:
    """What the document says; its title is what it says of itself, else its first heading.

    Raises UnreadableFile.
    """
    import mammoth

    with opened_archive(path) as archive:
        title = _title(member(archive, _CORE)) if _CORE in archive.namelist() else ""
        shown = _without_hidden(archive)
    try:
        made: Any = mammoth.convert_to_html(
            shown or io.BytesIO(path.read_bytes()),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(_no_picture),
            external_file_access=False,
        )
    except (UnreadableFile, MemoryError, RecursionError):
        raise
    except Exception as error:  # of whatever is missing in it, or is not what it should be
        raise UnreadableFile(f"no Word document that can be read ({error})") from None
    return read_html(f"<body>{made.value}", title)


def _without_hidden(archive: ZipFile) -> io.BytesIO | None:
    """The document without its hidden runs, which mammoth shows; None where it has none."""
    parts = {name: member(archive, name) for name in archive.namelist() if _PART.fullmatch(name)}
    changed = {name: _shown_runs(xml) for name, xml in parts.items() if _HIDDEN in xml}
    if not changed:
        return None
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            copy.writestr(name, changed.get(name) or member(archive, name))
    made.seek(0)
    return made


def _shown_runs(xml: bytes) -> bytes:
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 entities are refused by expat
    except ElementTree.ParseError as error:
        raise UnreadableFile(f"no Word document that can be read ({error})") from None
    for parent in root.iter():
        for run in [run for run in parent if run.tag == f"{_WORD}r" and _is_hidden(run)]:
            parent.remove(run)
    return ElementTree.tostring(root)


def _is_hidden(run: ElementTree.Element) -> bool:
    mark = run.find(f"{_WORD}rPr/{_WORD}vanish")
    return mark is not None and mark.get(f"{_WORD}val", "1") not in _OFF


def _no_picture(image: Any) -> dict[str, str]:
    del image
    return {}


def _title(core: bytes) -> str:
    try:
        found = ElementTree.fromstring(core)  # noqa: S314 entities are refused by expat
    except ElementTree.ParseError:
        return ""
    return plain(found.findtext("{http://purl.org/dc/elements/1.1/}title", ""))
