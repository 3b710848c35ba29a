"""Plain text as an outline: paragraphs that were broken into lines, underlined headings, lists.

Also decides of any file what its bytes mean as text.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence

from pinakes.ingest.sources.folder.outline import Outline, UnreadableFile, short_title

__all__ = ["add_lines", "decoded", "read_plain_text"]

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNDERLINE = re.compile(r"[ \t]*([=\-~^*#])\1{2,}[ \t]*")
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+(?P<text>\S.*)"
)
# A line that was broken leaves off where no further word fitted.
_SHORT = 0.6
# Signs that words do not have: lines with many are drawn, or are code.
_DRAWN = re.compile(r"[|_/\\=+{}<>;$#~^\[\]]")
_APART = re.compile(r"\S(?: {3,}|\t)\S")


def decoded(content: bytes, declared: str | None = None, *, is_whole: bool = True) -> str:
    """The text of a file: by its byte order mark, as ``declared``, in UTF-8, else Windows-1252.

    ``declared``: Python's name of the encoding that it says it is in. Where it is not whole, but a
    file's beginning, its last letter may be cut. Raises UnreadableFile where it is no text.
    """
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    encoding = marked or declared or "utf-8"
    try:
        text = getincrementaldecoder(encoding)().decode(content, is_whole)
    except UnicodeDecodeError:
        instead = declared if encoding == declared != "utf-8" else "cp1252"
        text = content.decode(instead, "replace")  # of which some letters are damaged
    if "\0" in text:
        raise UnreadableFile("it is no text: it holds zero bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def read_plain_text(text: str) -> Outline:
    """What the file says; its title is an underlined heading at its top."""
    outline = Outline()
    lines: list[str] = []
    rows = text.replace("\f", "\n\n").split("\n")
    for number, line in enumerate(rows):
        before = lines[-1] if lines else ""
        if _is_underline(line, before, lines[-2] if len(lines) > 1 else ""):
            lines.pop()
            add_lines(outline, lines)
            lines = []
            is_first = len(outline.blocks) == 1 and not outline.blocks[0][1] and not outline.title
            if is_first:
                outline.title = short_title(before)
            else:
                outline.heading(1 if line.strip()[0] in "=#*" else 2, before)
        elif not (_UNDERLINE.fullmatch(line) and _is_overline(rows, number)):
            lines.append(line)
    add_lines(outline, lines)
    return outline


def _is_underline(line: str, heading: str, before: str) -> bool:
    """Whether it is a line of one sign below a short one, which is as long, about."""
    if not heading.strip() or before.strip() or not _UNDERLINE.fullmatch(line):
        return False
    length, words = len(line.strip()), len(heading.strip())
    return words <= 80 and words - 3 <= length <= words + 10


def _is_overline(rows: Sequence[str], number: int) -> bool:
    """Whether the same line stands below the next one."""
    return rows[number + 2 : number + 3] == [rows[number]] and bool(rows[number + 1].strip())


def add_lines(outline: Outline, lines: Sequence[str]) -> None:
    """Add paragraphs, lists and what keeps its lines, as blank lines part them."""
    for block in _blocks(lines):
        if _keeps_lines(block):
            outline.code("\n".join(block))
            continue
        mark, level, words = "", 1, block[0].strip()
        if item := _ITEM.fullmatch(block[0]):
            mark, words = item["mark"], item["text"]
            level = 1 + len(item["indent"].expandtabs(4)) // 4
        longest = max(map(len, block))
        for line, before in zip(block[1:], block, strict=False):
            item = _ITEM.fullmatch(line)
            is_end = len(before) < _SHORT * longest and before.rstrip()[-1:] in ".:!?"
            if item or is_end:
                _add(outline, words, mark, level)
                mark, words = (item["mark"], item["text"]) if item else ("", line.strip())
                level = 1 + len(item["indent"].expandtabs(4)) // 4 if item else 1
            elif words[-1:] == "-" and words[-2:-1].isalpha() and line.strip()[:1].islower():
                words = words[:-1] + line.strip()  # a word that was parted
            elif words[-1:] == "\xad":
                words = words[:-1] + line.strip()
            else:
                words += " " + line.strip()
        _add(outline, words, mark, level)
        outline.apart()


def _add(outline: Outline, words: str, mark: str, level: int) -> None:
    if mark:
        outline.item(words, "-" if mark in "-*+•‣–" else mark, min(level, 8))
    else:
        outline.paragraph(words)


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []
    if block:
        yield block


def _keeps_lines(block: Sequence[str]) -> bool:
    """Whether lines were broken where they are for a reason: code, a table, a drawing, a verse."""
    if any(_ITEM.fullmatch(line) for line in block):
        return False
    text = "".join(block)
    is_drawn = len(_DRAWN.findall(text)) > len(text) / 15
    is_table = len(block) > 1 and sum(bool(_APART.search(line)) for line in block) > len(block) / 2
    is_indented = all(line.startswith(("    ", "\t")) for line in block)
    return is_drawn or is_table or is_indented
