"""What a dump is before it is text: the wiki it comes from, bytes, and pages as wikitext."""

from dataclasses import dataclass

__all__ = ["Page", "Piece", "SiteInfo"]


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
