"""The vocabulary of a dump: what is read from it and what is kept."""

from dataclasses import dataclass

__all__ = [
    "Damage",
    "Document",
    "Link",
    "OtherPage",
    "Page",
    "PageCounts",
    "Passage",
    "Piece",
    "QuarantinedPage",
    "Redirect",
    "Section",
    "SiteInfo",
    "TrailingBytes",
]


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The wiki a dump comes from, as far as reading its pages needs it."""

    database: str
    name: str
    base_url: str
    language: str
    namespaces: tuple[tuple[int, str], ...]

    def namespace_names(self, *keys: int) -> frozenset[str]:
        """Lower-case local names of the namespaces with these numbers."""
        return frozenset(name.lower() for key, name in self.namespaces if key in keys and name)


@dataclass(frozen=True, slots=True)
class Piece:
    """Decompressed bytes of a dump that begin in the byte ``offset`` of its compressed file.

    Of a damaged piece ``data`` is empty and ``error`` says what is wrong; ``ignored`` counts bytes
    that follow the end of the archive.
    """

    offset: int
    data: bytes
    error: str | None = None
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the dump in its newest revision, as wikitext."""

    page_id: int
    namespace: int
    title: str
    revision_id: int
    timestamp: str
    redirect_to: str | None
    wikitext: str


@dataclass(frozen=True, slots=True)
class QuarantinedPage:
    """A page that was found and could not be read, as far as it is known, and why."""

    page_id: int | None
    title: str | None
    reason: str

    def __str__(self) -> str:
        return f"page {self.title!r} (id {self.page_id}) quarantined: {self.reason}"


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a file, by its compressed offset in bytes, where the data cannot be read."""

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


@dataclass(frozen=True, slots=True)
class Link:
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

    ``bold_names``: what its lead has in bold, other names of its subject as a rule.
    """

    page_id: int
    title: str
    revision_id: int
    timestamp: str
    text: str
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    is_disambiguation: bool
    bold_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable slice of a document: ``text == document.text[start:end]``, in code points.

    ``passage_id`` is dense and holds inside one generation only.
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

    page_id: int
    title: str
    target: str
    revision_id: int
    timestamp: str


@dataclass(frozen=True, slots=True)
class OtherPage:
    """A page of another namespace than the articles': read, and not kept."""

    page_id: int
    title: str
    namespace: int


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What became of every page read: ``read`` is the sum of the next four.

    ``damages`` counts places in the dump that could not be read, whatever pages were there;
    ``trailing_bytes`` what follows the end of archives.
    """

    read: int = 0
    documents: int = 0
    redirects: int = 0
    other_namespaces: int = 0
    quarantined: int = 0
    damages: int = 0
    trailing_bytes: int = 0

    def __add__(self, other: "PageCounts") -> "PageCounts":
        return PageCounts(
            self.read + other.read,
            self.documents + other.documents,
            self.redirects + other.redirects,
            self.other_namespaces + other.other_namespaces,
            self.quarantined + other.quarantined,
            self.damages + other.damages,
            self.trailing_bytes + other.trailing_bytes,
        )
