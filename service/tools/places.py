"""What a text names that is to be fetched: an id, an address here or on the wiki, a title.

Takes whatever answers of this service have ever shown. Pure functions: whether there is such a
page is not known here.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pinakes.service.errors import BadInput
from pinakes.service.types import PassageRef, parse_ref

__all__ = [
    "RESOURCE_SCHEME",
    "THIS_MACHINE",
    "Place",
    "parse_id",
    "parse_place",
    "several_places",
]

RESOURCE_SCHEME = "pinakes"
THIS_MACHINE = frozenset(["localhost", "127.0.0.1", "::1"])
_MOST = 20
_ADDRESS = re.compile(rf"(?:https?|{RESOURCE_SCHEME})://|/(?:api/)?(?:c|page|pages|wiki|w)/", re.I)
# Older addresses name no collection.
_PAGE_HERE = re.compile(r"(?:/c/(?P<collection>[^/]+))?(?:/api)?/pages?/(?P<id>\d{1,18})/?$")
_TITLE_HERE = re.compile(r"/c/(?P<collection>[^/]+)/(?:api/)?pages?/(?P<page>.+)")
_PAGE_THERE = re.compile(r"/wiki/(?P<title>.+)")
_PAGE_ID = re.compile(r"(?P<collection>[A-Za-z0-9][\w.-]*)/(?P<id>\d{1,18})(?:@\d{1,18})?", re.A)
_REF = re.compile(r"[A-Za-z0-9][\w.-]*/\d+@\d+:\d+-\d+", re.A)
_IN_TITLES = " › "


@dataclass(frozen=True, slots=True)
class Place:
    """A page by its id or title, perhaps a passage or section of it.

    ``collection``: that the text names; ``wiki``: the host of the wiki whose page it is.
    """

    collection: str | None = None
    wiki: str | None = None
    page_id: int | None = None
    title: str = ""
    revision_id: int | None = None
    passage: PassageRef | None = None
    section: str = ""

    def is_of(self, base_url: str) -> bool:
        """Whether a wiki with this address has the page, as far as hosts tell."""
        host = urlsplit(base_url).hostname
        return self.wiki is None or host is None or _bare(self.wiki) == _bare(host)


def several_places(texts: str | list[str]) -> list[str]:
    """The texts that name something, of one that holds several, one a line. Raises BadInput."""
    lines = texts.splitlines() if isinstance(texts, str) else texts
    found = [line.strip() for line in lines if line.strip()]
    if len(found) > _MOST:
        raise BadInput(f"{len(found)} pages at once; {_MOST} are the most")
    return list(dict.fromkeys(found))


def parse_place(
    text: str, collections: Container[str] = (), own_hosts: Container[str | None] = THIS_MACHINE
) -> Place:
    """What the text names. ``collections``: names that may stand before a page's number.

    ``own_hosts``: by which this service may have been reached. Raises BadInput for an id or
    address that names no page.
    """
    text = text.strip()
    if _REF.fullmatch(text):
        ref = parse_ref(text)
        return _of_passage(ref)
    if (place := parse_id(text)) and place.collection in collections:
        return place
    if _ADDRESS.match(text):
        return _of_address(text, own_hosts)
    title, _, section = text.strip("[]").partition("#")
    title, _, heading = title.partition(_IN_TITLES)
    if not title.strip():
        raise BadInput(f"{text[:60]!r} names no page; give an id, a title or an address")
    return Place(title=title.strip(), section=(heading or _words(section)).strip())


def parse_id(text: str) -> Place | None:
    """The page whose id the text looks like, as titles (2011/12) do, too; of any collection."""
    found = _PAGE_ID.fullmatch(text.strip())
    return Place(found["collection"], page_id=int(found["id"])) if found else None


def _of_passage(ref: PassageRef) -> Place:
    return Place(ref.collection, page_id=ref.page_id, revision_id=ref.revision_id, passage=ref)


def _of_address(text: str, own_hosts: Container[str | None]) -> Place:
    """The page of an address: of this service, of its resources, or of a wiki."""
    try:
        address = urlsplit(text)
    except ValueError:  # a bracket that opens an IPv6 address that is none
        raise _no_page(text) from None
    if address.scheme == RESOURCE_SCHEME:
        page = unquote(address.path.strip("/"))
        if address.netloc and page:
            return _named(address.netloc, page, _section(address))
        raise _no_page(text)
    host = address.hostname
    query = {key: values[-1] for key, values in parse_qs(address.query).items()}
    is_own = host is None or host in own_hosts
    if is_own and (found := _PAGE_HERE.search(address.path)):
        return _here(found["collection"], int(found["id"]), query)
    if is_own and (found := _TITLE_HERE.search(address.path)):
        return _named(found["collection"], unquote(found["page"].rstrip("/")), _section(address))
    if found := _PAGE_THERE.search(address.path):
        title = unquote(found["title"])
        return Place(wiki=host, title=_words(title), section=_section(address))
    if "title" in query:
        revision = _number(query.get("oldid"))
        title = _words(query["title"])
        return Place(wiki=host, title=title, revision_id=revision, section=_section(address))
    if (number := _number(query.get("curid") or query.get("pageid"))) is not None:
        return Place(wiki=host, page_id=number, section=_section(address))
    raise _no_page(text)


def _no_page(address: str) -> BadInput:
    return BadInput(
        f"no page in the address {address[:80]!r}; give an id from search, or a page's title"
    )


def _here(collection: str | None, page_id: int, query: dict[str, str]) -> Place:
    revision, start, end = (_number(query.get(name)) for name in ("revision", "start", "end"))
    if None in (revision, start, end) or collection is None:
        return Place(collection, page_id=page_id, revision_id=revision)
    ref = PassageRef(collection, page_id, revision or 0, start or 0, end or 0)
    return _of_passage(ref) if ref.start < ref.end else Place(collection, page_id=page_id)


def _named(collection: str | None, page: str, section: str) -> Place:
    """A page of a collection by its number or title."""
    if _REF.fullmatch(f"{collection}/{page}"):
        return _of_passage(parse_ref(f"{collection}/{page}"))
    if page.isdecimal():
        return Place(collection, page_id=int(page[:18]), section=section)
    return Place(collection, title=_words(page), section=section)


def _section(address: SplitResult) -> str:
    """What stands behind ``#``; of our own addresses that is no section."""
    return "" if address.fragment == "passage" else _words(unquote(address.fragment))


def _bare(host: str) -> str:
    """Without what only says for which screen: en.m.wikipedia.org."""
    return host.replace(".m.", ".").removeprefix("www.")


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) <= 18 else None
