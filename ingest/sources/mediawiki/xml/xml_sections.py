"""Take out of a dump's XML what only looks like markup, before anybody looks for pages in it.

Comments, CDATA sections and processing instructions leave a mark, which shows that there was
something. Where reading begins inside of one, that cannot be known: see ``page_xml``.
Knows nothing of pages.

Format: XML 1.0, sections 2.5 to 2.7.
"""

import re
from collections.abc import Iterable, Iterator

from pinakes.ingest.sources.mediawiki.types import Piece

__all__ = ["EMPTY", "without_sections"]

EMPTY = b"<!>"  # what nothing in XML looks like

_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_BEGIN = re.compile(rb"<!--|<!\[CDATA\[|<\?")
_PARTIAL = re.compile(rb"<(?:!(?:-|\[(?:C(?:D(?:A(?:T(?:A)?)?)?)?)?)?)?\Z")
# One that does not end is read again from here on: else it would swallow a whole dump.
_LONGEST = 16 << 20
_UNCLOSED = "a comment or CDATA section before is never closed: pages in it may be missing"


def without_sections(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with ``EMPTY`` for each comment, CDATA section and processing instruction.

    One that is never closed is damage.
    """
    sections = _Sections()
    held = Piece(0, b"")  # what may be the first letters of a section
    offset = 0
    for piece in pieces:
        offset = piece.offset
        if piece.error is not None or piece.ignored:
            if held.data:
                yield held
            sections, held = _Sections(), Piece(0, b"")
            yield piece
            continue
        data = piece.data
        if held.data:
            joined = held.data + data
            if _PARTIAL.match(joined):
                held = Piece(held.offset, joined)
                continue
            if _BEGIN.match(joined):
                data = joined
            else:
                yield held
            held = Piece(0, b"")
        data = sections.take_out(data)
        if not sections.is_open and (partial := _PARTIAL.search(data, max(len(data) - 9, 0))):
            held = Piece(piece.offset, data[partial.start() :])
            data = data[: partial.start()]
        yield Piece(piece.offset, data)
    if held.data:
        yield held
    if sections.is_open:
        yield Piece(offset, b"", error=_UNCLOSED)


class _Sections:
    """The section under way, if there is one."""

    def __init__(self) -> None:
        self._begin = b""
        self._length = 0
        self._tail = b""  # perhaps the first letters of its end

    @property
    def is_open(self) -> bool:
        """Whether a section is under way."""
        return bool(self._begin)

    def take_out(self, data: bytes) -> bytes:
        """What is left of the data that follows."""
        if not self._begin and not _BEGIN.search(data):
            return data
        kept: list[bytes] = []
        place = 0
        while True:
            if not self._begin:
                found = _BEGIN.search(data, place)
                if found is None:
                    kept.append(data[place:])
                    return b"".join(kept)
                kept += (data[place : found.start()], EMPTY)
                self._begin, self._length, self._tail = found[0], 0, b""
                place = found.end()
            end = _ENDS[self._begin]
            rest = self._tail + data[place:]
            stop = rest.find(end)
            if stop < 0:
                self._length += len(data) - place
                if self._length <= _LONGEST:
                    self._tail = rest[-len(end) + 1 :]
                    return b"".join(kept)
            data = rest[stop + len(end) :] if stop >= 0 else b""
            self._begin, place = b"", 0
