"""Cut the XML of a dump into pages before any XML parser sees it.

Each page comes as bytes that are safe to parse: one revision, of bounded size, few tags, no
declarations. What cannot be made so is quarantined. Knows nothing of archives or of mwxml.

Outside of comments and their like "<page" and "</page>" are always tags: inside text "<" is
written "&lt;". So a "<page>" before the "</page>" shows that the page before it was never closed.
The end of a comment between pages, which begins nowhere, shows that reading began inside of it:
what was read of it are no pages, and this is told as damage.
"""

import html
import re
from collections.abc import Iterable, Iterator

from pinakes.ingest.sources.mediawiki.types import Piece
from pinakes.ingest.sources.mediawiki.xml.xml_sections import without_sections
from pinakes.ingest.types import Damage, QuarantinedPage, TrailingBytes

__all__ = ["CutPage", "cut_pages", "find_page", "quarantined"]

CutPage = bytes | QuarantinedPage | Damage | TrailingBytes

_OPEN, _CLOSE = b"<page", b"</page>"
_AFTER_NAME = frozenset(b" \t\r\n>/")
_SECTION_ENDS = b"-->", b"]]>"
_REVISION_BEGIN, _REVISION_END = b"<revision>", b"</revision>"
# MediaWiki's own limit is 2 MiB of text (wgMaxArticleSize); escaped, it may be six times as much.
_LONGEST_REVISION = 16 << 20
# One revision has some 45 tags; every further content slot adds a dozen.
_MOST_TAGS = 400
_LONGEST_TAG = 8192
_DECLARATIONS = b"<!", b"<?"
_IDENTITY_BYTES = 8192
_INSIDE = "a comment or CDATA section ends here that began before: pages before may be none"

_TIMESTAMP = re.compile(rb"<timestamp>([^<]*)</timestamp>")
_TITLE = re.compile(rb"<title>([^<]*)</title>")
_ID = re.compile(rb"<id>\s*(\d{1,18})\s*</id>")


def find_page(xml: bytes | bytearray, start: int = 0, end: int | None = None) -> int:
    """Where the next tag begins that opens a page, with attributes or without; -1: nowhere."""
    stop = len(xml) if end is None else end
    while (begin := xml.find(_OPEN, start, stop)) >= 0:
        start = begin + len(_OPEN)
        if start < len(xml) and xml[start] in _AFTER_NAME:
            return begin
    return -1


def cut_pages(pieces: Iterable[Piece], end: int | None = None) -> Iterator[CutPage]:
    """The pages that begin in pieces before the offset ``end``, each with its newest revision.

    A page belongs to where its first character lies: the rest of one that began before an earlier
    piece is passed over, and reading goes on beyond ``end`` until the last page is complete.
    """
    buffer = bytearray()
    page = _OpenPage(buffer)
    own: int | None = None  # once beyond ``end``: bytes of the buffer that lay before it
    is_first = True  # nothing is known of what lies before the first page
    for piece in without_sections(pieces):
        is_beyond = end is not None and piece.offset >= end
        if is_beyond and not page.is_open and not _begins_a_tag(buffer):
            return
        if piece.error is not None:
            if page.is_open:
                yield page.cut_off(f"cut off by damage at byte {piece.offset} of the file")
            if is_beyond:
                return
            buffer.clear()
            is_first = True
            yield Damage(piece.offset, piece.error)
            continue
        if piece.ignored:
            if not is_beyond:
                yield TrailingBytes(piece.ignored)
            continue
        if is_beyond and own is None:
            own = len(buffer)
        buffer += piece.data
        while True:
            if not page.is_open:
                begin = find_page(buffer)
                if is_beyond and begin != 0 and not _OPEN.startswith(buffer):
                    return
                between = begin if begin >= 0 else len(buffer)
                if not is_first and any(
                    buffer.find(mark, 0, between) >= 0 for mark in _SECTION_ENDS
                ):
                    yield Damage(piece.offset, _INSIDE)
                    is_first = True  # once is enough
                if begin < 0:
                    del buffer[: max(len(buffer) - len(_OPEN), 0)]
                    break
                del buffer[:begin]
                page.open()
                is_first = False
            length = len(buffer)
            result = page.close()
            own = None if own is None else own - length + len(buffer)
            if result is None:
                break
            yield result
            if own is not None and own <= 0:
                return
    if page.is_open:
        yield page.cut_off("cut off by the end of the file")


def _begins_a_tag(buffer: bytearray) -> bool:
    """Whether the buffer ends in the first letters of "<page>", and forget what is before them."""
    begin = buffer.rfind(b"<")
    if begin < 0 or not _OPEN.startswith(buffer[begin:]):
        return False
    del buffer[:begin]
    return True


class _OpenPage:
    """The page under way, at the front of ``buffer``; of long ones only what is needed is kept."""

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer
        self.is_open = False
        self._searched = 0
        self._head = b""  # of a page with too long a revision, whose text is passed over
        self._room = _LONGEST_REVISION  # length from which the buffer is shortened

    def open(self) -> None:
        """The buffer begins with "<page>"."""
        self.is_open, self._searched, self._head = True, len(_OPEN), b""
        self._room = _LONGEST_REVISION

    def close(self) -> bytes | QuarantinedPage | None:
        """The page, taken from the buffer, if it is complete."""
        stop = self._buffer.find(_CLOSE, self._searched)
        again = find_page(self._buffer, self._searched, stop if stop >= 0 else None)
        if again >= 0:
            result = self.cut_off("not closed before the next page begins", again)
            del self._buffer[:again]
            return result
        if stop < 0:
            self._searched = max(len(self._buffer) - len(_CLOSE) + 1, self._searched)
            if len(self._buffer) > self._room:
                self._shorten()
            return None
        end = stop + len(_CLOSE)
        xml = self._head or _newest_revision(bytes(self._buffer[:end]))
        del self._buffer[:end]
        self.is_open = False
        if self._head or len(xml) > _LONGEST_REVISION:
            return quarantined(xml, f"a revision of more than {_LONGEST_REVISION >> 20} MiB")
        danger = _danger(xml)
        return quarantined(xml, danger) if danger else xml

    def cut_off(self, reason: str, end: int = _IDENTITY_BYTES) -> QuarantinedPage:
        """The page will not be completed; what is known of it stands before ``end``."""
        self.is_open = False
        head = bytes(self._buffer[: min(end, _IDENTITY_BYTES)])
        return quarantined(self._head or head, reason)

    def _shorten(self) -> None:
        """Keep the newest of the revisions so far; pass over a text that is too long."""
        done = self._buffer.rfind(_REVISION_END) + len(_REVISION_END)
        if self._head or len(self._buffer) - done > _LONGEST_REVISION:
            self._head = self._head or bytes(self._buffer[:_IDENTITY_BYTES])
            del self._buffer[: len(self._buffer) - len(_CLOSE)]
        else:
            self._buffer[:done] = _newest_revision(bytes(self._buffer[:done]))
            # Not at every piece, which may be small: time would grow with the square of the length.
            self._room = len(self._buffer) + _LONGEST_REVISION
        self._searched = max(len(self._buffer) - len(_CLOSE) + 1, 0)


def _newest_revision(xml: bytes) -> bytes:
    """The page without its older revisions.

    A history is in the order of revision ids, and an imported revision has a high id and an old
    date: the date decides.
    """
    if xml.count(_REVISION_END) < 2:
        return xml
    first = start = xml.find(_REVISION_BEGIN)
    newest, latest, end = slice(0, 0), b"", 0
    while start >= 0 and (stop := xml.find(_REVISION_END, start)) >= 0:
        end = stop + len(_REVISION_END)
        found = _TIMESTAMP.search(xml, start, end)
        timestamp = found[1] if found else b""
        if timestamp >= latest:
            newest, latest = slice(start, end), timestamp
        start = xml.find(_REVISION_BEGIN, end)
    return xml[:first] + xml[newest] + xml[end:] if end else xml


def _danger(xml: bytes) -> str | None:
    """Why a parser should not be given this page, if it should not."""
    if xml.count(b"<") > _MOST_TAGS:
        return f"more than {_MOST_TAGS} tags"
    begin = xml.find(b"<")
    while begin >= 0:
        if xml.startswith(_DECLARATIONS, begin):
            return "a declaration inside the page"
        end = xml.find(b">", begin, begin + _LONGEST_TAG)
        if end < 0:
            return f"a tag of more than {_LONGEST_TAG} bytes"
        begin = xml.find(b"<", end)
    return None


def quarantined(xml: bytes, reason: str) -> QuarantinedPage:
    """A page that is not read, by what its first bytes say of it."""
    head = xml[:_IDENTITY_BYTES]
    title, page_id = _TITLE.search(head), _ID.search(head)
    return QuarantinedPage(
        key=int(page_id[1]) if page_id else None,
        title=html.unescape(title[1].decode("utf-8", "replace"))[:255] if title else None,
        reason=reason,
    )
