"""PDF as an outline: a section for each page, inside of those that its bookmarks name.

The only file that imports pypdfium2 (PDFium, which Chrome reads with).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
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
# Of a page, in lines that run through all of them.
_NUMBER = re.compile(r"(?<!\d)\d{1,6}(?!\d)")
_LONGEST_RUNNING = 200
# What stands before and behind a number, and the number less the page's; or a line, "" and 0.
_Form = tuple[str, str, int]


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
        running = _running_lines(pages)
        if not any(
            _says_anything(lines, left_out) for lines, left_out in zip(pages, running, strict=True)
        ):
            running = [set() for _ in pages]  # all that it says, pages with nothing but a number
        path_here: tuple[str, ...] = ()
        for number, lines in enumerate(pages):
            first, last = chapters.get(number, (path_here, path_here))
            outline.blocks.append(((*first, f"Page {number + 1}"), []))
            path_here = last
            left_out = running[number]
            add_lines(outline, [line for at, line in enumerate(lines) if at not in left_out])
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


def _says_anything(lines: Sequence[str], left_out: set[int]) -> bool:
    return any(any(map(str.isalnum, line)) for at, line in enumerate(lines) if at not in left_out)


def _running_lines(pages: Sequence[Sequence[str]]) -> list[set[int]]:
    """Of each page, by their places, the lines at its top and foot that most pages have.

    They are the same on these, or differ in nothing but the number of the page.
    """
    if len(pages) < 4:
        return [set() for _ in pages]
    found = [
        {at: set(_forms(plain(lines[at]), number)) for at in _edges(lines)}
        for number, lines in enumerate(pages)
    ]
    counts = Counter(form for page in found for form in set().union(*page.values()))
    usual = {form for form, count in counts.items() if count > len(pages) / 2}
    return [{at for at, forms in page.items() if forms & usual} for page in found]


def _edges(lines: Sequence[str]) -> set[int]:
    said = [at for at, line in enumerate(lines) if line.strip()]
    return {*said[:2], *said[-2:]}


def _forms(line: str, page: int) -> Iterator[_Form]:
    """The line as it is, and around each number how far that is from the page's own."""
    yield line, "", 0
    if len(line) <= _LONGEST_RUNNING:
        for found in _NUMBER.finditer(line):
            yield line[: found.start()], line[found.end() :], int(found[0]) - page
