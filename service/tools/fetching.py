"""Pages that are fetched: looked up by whatever names them, and what leads from them and to them.

Knows nothing of budgets, which the results keep to, nor of who asks.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.index.types import StoredPage, Suggestion
from pinakes.service.asking.things import things_in
from pinakes.service.errors import NotFound
from pinakes.service.pages_by_name import meanings, page_titled
from pinakes.service.reading.words import words_of
from pinakes.service.tools.fetch_results import Fetched, beginning, passage, section_of, words_in
from pinakes.service.tools.frame import Frame
from pinakes.service.tools.places import Place
from pinakes.service.tools.tool_views import FetchResult

__all__ = ["Wanted", "fetch_place", "titled_in_all", "titled_pages"]

_LARGEST_ID = 1 << 63
# Of what is asked, by a name of a page.
_WHOLE = 0.99
# So many titles are told of those that a page mentions, and of those that mention it.
_MOST_LINKS = 12
# So much of a page's text is looked through for names, and so many passages for its own.
_LOOKED_THROUGH = 2_000
_SEARCHED = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a page is wanted: a section, where words stand, and pages that it leads to."""

    section: str = ""
    find: str = ""
    links: bool = False


def fetch_place(index: Index, place: Place, wanted: Wanted, frame: Frame) -> FetchResult:
    """What the place names, within the frame's budget.

    Raises NotFound, saying what comes near.
    """
    page = _page(index, place)
    ref = place.passage
    changed = place.revision_id is not None and place.revision_id != page.revision_id
    if ref is not None and not changed and ref.end > len(page.text):
        raise NotFound(f"{ref} ends behind the page's {len(page.text):,} characters; search again")
    fetched = Fetched(
        page,
        frame,
        None if ref is None else str(ref),
        changed,
        _mentions(index, page, ref.start if ref and not changed else 0) if wanted.links else None,
        _mentioned_by(index, page) if wanted.links else None,
        meanings(index, place.title, page.page_id) if place.title and not place.section else (),
    )
    section = wanted.section or place.section
    if wanted.find:
        return words_in(fetched, wanted.find, index.keywords.analyze)
    if section:
        return section_of(fetched, section)
    if ref is not None and not changed:
        return passage(fetched, ref)
    return beginning(fetched)


def titled_pages(index: Index, name: str, most: int) -> list[Suggestion]:
    """Pages that the text names, whose names begin with it, or that it names beside others."""
    text = index.checked(name)
    exact = index.page_by_name(text)
    links = index.context(text).aliases
    named = [link.alias.page_id for link in links if link.share >= _WHOLE]
    further = [link.alias.page_id for link in links if link.share < _WHOLE]
    begun = [one.page_id for one in index.suggest(text, most)]
    first = [] if exact is None else [exact.page_id]
    ids = list(dict.fromkeys([*first, *named, *begun, *further]))[:most]
    pages = (index.page(page_id) for page_id in ids)
    return [Suggestion(page.page_id, page.title, None) for page in pages if page is not None]


def _page(index: Index, place: Place) -> StoredPage:
    """The page that the place names. Raises NotFound, and Ambiguous for a title of several."""
    collection = index.manifest.collection
    if place.wiki is not None and not place.is_of(index.manifest.dump.base_url):
        raise NotFound(f"{collection} has no pages of {place.wiki[:80]}; fetch takes titles, too")
    if place.page_id is not None:
        page = index.page(place.page_id) if place.page_id < _LARGEST_ID else None
        if page is None:
            raise NotFound(
                f"{collection} has no page {place.page_id}: it was deleted or merged into "
                "another since, or never was; search again"
            )
        return page
    page = page_titled(index, place.title)
    if page is None and place.title.isdecimal() and len(place.title) <= 18:
        page = index.page(int(place.title))
    if page is None:
        near = "; ".join(_near(index, place.title))
        hint = f"did you mean: {near}?" if near else "search for it"
        raise NotFound(f"{collection} has no page {place.title[:80]!r}; {hint}")
    return page


def titled_in_all(several: Federation, name: str, most: int) -> list[tuple[str, Suggestion]]:
    """The same in several collections, the best of each in turn; each with its collection.

    Raises BadQuery where none of them can be asked so.
    """
    several.checked(name)
    found = []
    for collection, index in several.indexes.items():
        with suppress(BadQuery):
            titles = titled_pages(index, name, most)
            found += [(place, collection, page) for place, page in enumerate(titles)]
    found.sort(key=lambda one: one[0])
    return [(collection, page) for _, collection, page in found[:most]]


def _near(index: Index, title: str) -> Iterable[str]:
    """Titles that come near one that there is not."""
    try:
        return [page.title for page in titled_pages(index, title, 3)]
    except BadQuery:
        return []


def _mentions(index: Index, page: StoredPage, start: int) -> list[str]:
    """Titles of the pages that the text names from ``start`` on."""
    text = page.text[start : start + _LOOKED_THROUGH]
    words = words_of(index.manifest.dump.language)
    ids = (thing.page_id for thing in things_in(text, index, words) if thing.is_proper)
    titles = []
    for page_id in dict.fromkeys(ids):
        if page_id is None or page_id == page.page_id:
            continue
        if (named := index.page(page_id)) is not None:
            titles.append(named.title)
    return titles[:_MOST_LINKS]


def _mentioned_by(index: Index, page: StoredPage) -> list[str]:
    """Titles of other pages that name this one in the passages that say most of it."""
    name = page.title.partition(" (")[0]
    try:
        hits = index.search(name, _SEARCHED, "keyword")
    except BadQuery:
        return []
    titles = (
        hit.passage.title
        for hit in hits
        if hit.passage.page_id != page.page_id and name.casefold() in hit.passage.text.casefold()
    )
    return list(dict.fromkeys(titles))[:_MOST_LINKS]
