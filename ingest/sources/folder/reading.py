"""Which formats there are, by the names of files, and how a file of each is read.

Runs in a child process (``child.py``) for what may be hostile. Knows nothing of the folder.
"""

import re
import zlib
from collections.abc import Callable
from pathlib import Path, PurePath

from pinakes.ingest.sources.folder.formats.docx import read_docx
from pinakes.ingest.sources.folder.formats.epub import epub_title, read_epub
from pinakes.ingest.sources.folder.formats.html_text import declared_encoding, read_html
from pinakes.ingest.sources.folder.formats.man_page import is_man_page, read_man_page
from pinakes.ingest.sources.folder.formats.markdown import read_markdown
from pinakes.ingest.sources.folder.formats.pdf import pdf_title, read_pdf
from pinakes.ingest.sources.folder.formats.plain_text import decoded, read_plain_text
from pinakes.ingest.sources.folder.formats.restructured_text import read_restructured_text
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile

__all__ = [
    "format_by_name",
    "largest",
    "not_read",
    "read_file",
    "read_title",
    "seems_to_be",
    "title_at_top",
]

# In bytes: of text, which lies in memory many times over, and of other files.
_LARGEST_TEXT, _LARGEST = 8 << 20, 256 << 20

_SUFFIXES = {
    "markdown": ("md", "markdown", "mdown", "mkd"),
    "text": ("txt", "text"),
    "html": ("html", "htm", "xhtml"),
    "rst": ("rst", "rest"),
    "pdf": ("pdf",),
    "epub": ("epub",),
    "docx": ("docx",),
}
_FORMATS = {f".{suffix}": name for name, suffixes in _SUFFIXES.items() for suffix in suffixes}
_BARE = frozenset(("README", "INSTALL", "MANUAL", "HOWTO", "FAQ", "GUIDE"))
_MAN_PAGE = re.compile(r".+\.(?:[1-9][a-z]{0,4}|man|mdoc)(?:\.gz)?", re.IGNORECASE)
_HEAD = 4 << 10
# Documents that people keep and nothing here reads, and what to do about them.
_NOT_READ = {
    ".doc": "DOCX", ".odt": "DOCX", ".rtf": "DOCX", ".pages": "DOCX", ".odp": "PDF",
    ".ppt": "PDF", ".pptx": "PDF", ".key": "PDF", ".ps": "PDF", ".djvu": "PDF", ".xps": "PDF",
    ".mobi": "EPUB", ".azw": "EPUB", ".azw3": "EPUB", ".fb2": "EPUB", ".chm": "HTML",
}  # fmt: skip
_OF_TEXT: dict[str, Callable[[str], Outline]] = {
    "markdown": read_markdown,
    "text": read_plain_text,
    "html": read_html,
    "rst": read_restructured_text,
    "man": read_man_page,
}
_OTHERS: dict[str, Callable[[Path], Outline]] = {
    "pdf": read_pdf,
    "epub": read_epub,
    "docx": read_docx,
}
# In these a title is what comes first.
_TITLED_AT_TOP = frozenset(("markdown", "text", "man"))
_TITLES: dict[str, Callable[[Path], str]] = {"pdf": pdf_title, "epub": epub_title}


def format_by_name(name: str) -> str | None:
    """The format of a file of this name, if it has one that is read; "man" only perhaps."""
    suffix = PurePath(name).suffix.lower()
    if found := _FORMATS.get(suffix) or ("text" if name in _BARE else None):
        return found
    return "man" if _MAN_PAGE.fullmatch(name) else None


def seems_to_be(path: Path, kind: str) -> bool:
    """Whether a file is of the format that its name says, as far as names say too little."""
    if kind != "man":
        return True
    try:
        return is_man_page(_head(path))
    except OSError:
        return True  # and is named when it is read


def largest(kind: str) -> int:
    """Bytes that a file of this format may have."""
    return _LARGEST_TEXT if kind in _OF_TEXT else _LARGEST


def not_read(name: str) -> str | None:
    """What to do about a document in a format that is not read; None where it is none."""
    suffix = PurePath(name).suffix.lower()
    instead = _NOT_READ.get(suffix)
    return f"{suffix} files are not read: save it as {instead}" if instead else None


def read_file(path: Path, kind: str) -> Outline:
    """What a file of this format says. Raises UnreadableFile, OSError."""
    read = _OTHERS.get(kind)
    outline = read(path) if read else _OF_TEXT[kind](_text(path, kind))
    if not outline.says_anything:
        if outline.title or any(path for path, _ in outline.blocks):
            raise UnreadableFile("it has a title or headings, and no text below them")
        raise UnreadableFile("there is no text in it")
    return outline


def read_title(path: Path, kind: str) -> str:
    """The same file's title, "" where it has none. Raises UnreadableFile, OSError."""
    if read := _TITLES.get(kind):
        return read(path)
    return read_file(path, kind).title


def title_at_top(path: Path, kind: str) -> str | None:
    """The title of a file of text in which it comes first; None where more must be read for it.

    So little is read of it that nothing in it can do harm. Raises UnreadableFile, OSError.
    """
    return (
        _OF_TEXT[kind](decoded(_head(path), is_whole=False)).title
        if kind in _TITLED_AT_TOP
        else None
    )


def _text(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        content = file.read(_LARGEST_TEXT + 1)
    if path.suffix.lower() == ".gz":
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            content = unpack.decompress(content, _LARGEST_TEXT + 1)
        except zlib.error as error:
            raise UnreadableFile(f"it cannot be unpacked ({error})") from None
        if not unpack.eof and len(content) <= _LARGEST_TEXT:
            raise UnreadableFile("it ends in the middle: fetch it again")
    if len(content) > _LARGEST_TEXT:
        raise UnreadableFile(f"more than {_LARGEST_TEXT >> 20} MiB of text")
    return decoded(content, declared_encoding(content) if kind == "html" else None)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if path.suffix.lower() != ".gz":
        return head
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return b""
