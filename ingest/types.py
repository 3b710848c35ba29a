"""The vocabulary of a source: what is read from it and what is kept."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = [
    "INFOBOX_HEADING",
    "MADE_REVISIONS",
    "CutBy",
    "Damage",
    "Document",
    "DocumentKey",
    "Entry",
    "Link",
    "OtherPage",
    "PageCounts",
    "Passage",
    "QuarantinedPage",
    "Redirect",
    "Section",
    "TrailingBytes",
    "Unchanged",
    "made_revision",
]

# By what a source tells its pages apart: a number (MediaWiki's page ids), or any text, such as a
# path. All keys of one source are of one kind; where they are text, the index numbers the pages.
DocumentKey = int | str

# length: small sections go together. sections: each is for itself, such as the pages that a PDF is
# cited by, or the parts of speech of a word. items: those of lists, too, such as places to eat.
CutBy = Literal["length", "sections", "items"]

# The heading of a section with the facts of an infobox, one a line.
INFOBOX_HEADING = "Infobox"

# Revision ids from here on are made of a page's content, by sources that tell none: no wiki has so
# many, and every reader of JSON knows integers so large.
MADE_REVISIONS = 1 << 52


def made_revision(digest: bytes) -> int:
    """The revision id of a page that has none, from a digest of its content."""
    return MADE_REVISIONS + int.from_bytes(digest[:6], "big")


@dataclass(frozen=True, slots=True)
class QuarantinedPage:
    """A page that was found and could not be read, as far as it is known, and why."""

    key: DocumentKey | None
    title: str | None
    reason: str

    def __str__(self) -> str:
        return f"page {self.title!r} (id {self.key}) quarantined: {self.reason}"


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a file, by its offset in bytes as it lies on disk, that cannot be read."""

    offset: int
    reason: str

    def __str__(self) -> str:
        return f"damaged at byte {self.offset}: {self.reason}"


@dataclass(frozen=True, slots=True)
class TrailingBytes:
    """So many bytes follow the end of an archive; no program that unpacks it reads them."""

    count: int

    def __str__(self) -> str:
        return f"{self.count:,} bytes after the end of the archive are no part of it: not read"


class Link(NamedTuple):
    """A link to another page of the wiki: its title, and the words the reader sees."""

    target: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Section:
    """A slice of a document's text under one heading; the lead has an empty path.

    ``start`` and ``end`` count code points; the heading's own line lies before ``start``.
    """

    heading_path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """An article as plain text, with its sections as slices of that text.

    ``bold_names``: what its lead has in bold, other names of its subject as a rule. ``made_from``:
    the digest of all that decides what is said here, title, revision and the program included;
    empty where it is not known. ``inputs``: what of it stands elsewhere in the source, as the
    source writes that down. ``layout``: how the text is laid out, as ``ingest.layout`` packs it;
    empty where its source does not tell. ``cut_by``: what of it no passage goes beyond.
    ``remarks``: what was odd about it, for the report.
    """

    key: DocumentKey
    title: str
    revision_id: int
    timestamp: str
    text: str
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    is_disambiguation: bool
    bold_names: tuple[str, ...] = ()
    made_from: bytes = b""
    inputs: bytes = b""
    layout: bytes = b""
    cut_by: CutBy = "length"
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable slice of a document: ``text == document.text[start:end]``, in code points.

    ``passage_id`` is dense and holds inside one generation only. Before the index has numbered
    pages and passages, it counts within the page, and ``page_id`` is 0.
    """

    passage_id: int
    page_id: int
    title: str
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redirect:
    """A page that only leads to another, by title."""

    key: DocumentKey
    title: str
    target: str
    revision_id: int
    timestamp: str


@dataclass(frozen=True, slots=True)
class OtherPage:
    """A page of another namespace than the articles': read, and not kept."""

    key: DocumentKey
    title: str
    namespace: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An article made from what it was made from before: what is known of it holds still."""

    key: DocumentKey
    title: str


# What can become of a page, the places where none could be read, and what is none.
Entry = Document | Unchanged | Redirect | OtherPage | QuarantinedPage | Damage | TrailingBytes


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What became of every page read: ``read`` is the sum of the next four.

    ``unchanged`` counts those of the ``documents`` that were taken over as they were. ``damages``:
    places in the files that could not be read, whatever pages were there. ``trailing_bytes``: what
    follows the end of archives. ``kept``: pages that were not there to be read, and were kept as
    an earlier source had them.
    """

    read: int = 0
    documents: int = 0
    redirects: int = 0
    other_namespaces: int = 0
    quarantined: int = 0
    damages: int = 0
    trailing_bytes: int = 0
    unchanged: int = 0
    kept: int = 0

    @property
    def articles(self) -> int:
        """All that there are: those read, and those kept."""
        return self.documents + self.kept

    def __add__(self, other: "PageCounts") -> "PageCounts":
        return PageCounts(
            self.read + other.read,
            self.documents + other.documents,
            self.redirects + other.redirects,
            self.other_namespaces + other.other_namespaces,
            self.quarantined + other.quarantined,
            self.damages + other.damages,
            self.trailing_bytes + other.trailing_bytes,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
        )
