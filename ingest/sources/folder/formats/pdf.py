"""PDF as an outline: a section for each page, inside of those that its bookmarks name.

The only file that imports pypdfium2 (PDFium, which Chrome reads with).
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pinakes.ingest.sources.folder.formats.plain_text import add_lines
from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile, plain

__all__ = ["pdf_title", "read_pdf"]

_MOST_PAGES = 20_000
_MOST_BOOKMARKS, _DEEPEST = 20_000, 6
# Where PDFium knows that a word was parted at the end of a line; and other spaces.
_PARTED = re.compile("[\ufffe\x02]\n?")
# Titles that programs leave behind, not people.
_NO_TITLE = re.compile(
    r"untitled.*|microsoft (?:word|powerpoint) - .*|powerpoint presentation|slide 1|document ?\d*|"
    r"title|.*\.(?:docx?|odt|tex|dvi|indd|qxd|pdf|pptx?)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"\d+")


def pdf_title(path: Path) -> str:
    """What the file says it is called, "" where it says nothing. Raises UnreadableFile."""
    document = _opened(path)
    try:
        return _title(document)
    finally:
        document.close()


def read_pdf(path: Path) -> Outline:
    """The text of each page. Raises UnreadableFile."""
    document = _opened(path)
    try:
        outline = Outline(_title(document), is_paged=True)
        pages = [_lines(document, number) for number in range(len(document))]
        chapters = _chapters(document)
        repeated = _repeated(pages)
        path_here: tuple[str, ...] = ()
        for number, lines in enumerate(pages):
            first, last = chapters.get(number, (path_here, path_here))
            outline.blocks.append(((*first, f"Page {number + 1}"), []))
            path_here = last
            add_lines(outline, [line for line in lines if _key(line) not in repeated])
    finally:
        document.close()
    if not outline.says_anything:
        raise UnreadableFile(
            "its pages are pictures without text; a program that recognises text (OCR) adds it"
        )
    return outline


def _opened(path: Path) -> Any:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(path)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile("it is encrypted: save it without its password") from None
        raise UnreadableFile(f"no PDF that can be read ({error})") from None
    if len(document) > _MOST_PAGES:
        raise UnreadableFile(f"more than {_MOST_PAGES:,} pages: take it apart")
    return document


def _title(document: Any) -> str:
    title = plain(document.get_metadata_dict().get("Title", ""))
    return "" if len(title) < 3 or _NO_TITLE.fullmatch(title) else title


def _lines(document: Any, number: int) -> list[str]:
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
        text = page.get_textpage().get_text_range()
        page.close()
    except PdfiumError:
        return []  # of a page that cannot be read, as of one that is blank
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [line.rstrip() for line in _PARTED.sub("\xad\n", text).split("\n")]


def _chapters(document: Any) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each page to which bookmarks lead: the first and the last, with those they stand in."""
    chapters: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    path: list[str] = []
    for count, bookmark in enumerate(document.get_toc(max_depth=_DEEPEST)):
        if count >= _MOST_BOOKMARKS:
            break
        target = bookmark.get_dest()
        number = target.get_index() if target else None
        del path[bookmark.level :]
        if title := plain(bookmark.get_title()):
            path.append(title)
            if number is not None:
                first, _ = chapters.get(number, (tuple(path), ()))
                chapters[number] = first, tuple(path)
    return chapters


def _key(line: str) -> str:
    return _NUMBER.sub("#", plain(line))


def _repeated(pages: Sequence[Sequence[str]]) -> set[str]:
    """Lines at the top or foot of more than half of the pages, but for their numbers."""
    if len(pages) < 4:
        return set()
    found: Counter[str] = Counter()
    for lines in pages:
        said = [line for line in lines if line.strip()]
        found.update({_key(line) for line in (*said[:2], *said[-2:])})
    return {key for key, count in found.items() if count > len(pages) / 2}
