"""Read the pages of a work unit out of its XML.

The only file that imports mwxml. Knows nothing of wikitext.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import mwxml
from mwxml.errors import MalformedXML

from ingest.archives import ByteReader, open_archive
from ingest.dumps import WorkUnit
from ingest.errors import IngestError, TruncatedDump
from ingest.types import Page

__all__ = ["read_pages"]

_ROOT = b"<mediawiki><siteinfo></siteinfo>"
_END = b"</mediawiki>"


def read_pages(unit: WorkUnit) -> Iterator[Page]:
    """The pages of ``unit`` in file order, each in its newest revision.

    Raises TruncatedDump when the compressed data or the XML breaks off, IngestError when the
    XML is not an export's.
    """
    with open_archive(unit.part, unit.start, unit.end) as file:
        source = _UnitXml(file, open_ended=unit.end is not None)
        try:
            # mwxml leaves a cleared element of about 90 bytes per page on the root: harmless
            # for a unit, ruinous for a whole file.
            for page in mwxml.Dump.from_file(source).pages:
                newest = None
                for revision in page:
                    # A history is in the order of revision ids, and an imported revision has a
                    # high id and an old date. The text is gone once the loop has moved on.
                    timestamp = str(revision.timestamp or "")
                    if newest is None or timestamp >= newest[1]:
                        newest = (revision.id, timestamp, revision.text or "")
                if newest is None or page.id is None:
                    continue
                yield Page(
                    page_id=page.id,
                    namespace=page.namespace or 0,
                    title=page.title,
                    revision_id=newest[0] or 0,
                    timestamp=newest[1],
                    redirect_to=page.redirect,
                    wikitext=newest[2],
                )
        except ElementTree.ParseError as error:
            raise _broken(unit.part, error) from None
        except (MalformedXML, ValueError, TypeError) as error:
            raise IngestError(f"{unit.part}: not the XML of a MediaWiki export ({error})") from None


def _broken(part: Path, error: ElementTree.ParseError) -> TruncatedDump:
    return TruncatedDump(
        f"{part}: the XML breaks off or is damaged ({error.msg}); "
        "compare its checksum and fetch the file again"
    )


class _UnitXml:
    """A unit's bytes as one well-formed export: one root, an empty siteinfo, the pages.

    The real header, where the unit carries one, is skipped: mwxml insists on a siteinfo, which
    some exports lack and units further in never have.
    """

    def __init__(self, file: ByteReader, *, open_ended: bool) -> None:
        self._file = file
        self._pending = _ROOT
        self._started = False
        self._tail = b""
        self._open_ended = open_ended

    def read(self, size: int = -1, /) -> bytes:
        if not self._started:
            self._started = True
            self._pending += self._first_pages()
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        data = self._file.read(size if size > 0 else 65536)
        if data:
            self._tail = (self._tail + data)[-64:]
        elif self._open_ended and not self._tail.rstrip().endswith(_END):
            self._tail = _END
            return _END
        return data

    def _first_pages(self) -> bytes:
        head = b""
        while b"<page>" not in head and _END not in head:
            chunk = self._file.read(65536)
            if not chunk:
                break
            head += chunk
        begin = head.find(b"<page>")
        data = head[begin:] if begin >= 0 else head[max(head.find(_END), 0) :]
        self._tail = data[-64:]
        return data
