"""Pages by what people call them: the one that a name means, and the others that it may mean.

A name is shared where a disambiguation page lists several pages for it, and where titles or
redirects differ in no more than what tells them apart: case, accents, a qualifier.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from pinakes.index.aliases.kinds import base_name
from pinakes.index.aliases.titles import telling_signs, title_key
from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Alias, AliasKind, Hit, StoredPage, Suggestion
from pinakes.ingest.types import Passage
from pinakes.service.errors import Ambiguous
from pinakes.service.types import Meaning
from pinakes.service.views.excerpts import first_sentence

__all__ = ["begun_titles", "meanings", "meanings_found", "near_pages", "page_titled"]

_MOST_TOLD = 6
_MOST_MEANINGS = 20
_LONGEST_LINE = 160
_MOST_NEAR, _MOST_WORDS = 5, 8
_DECLARED: Collection[AliasKind] = ("title", "redirect", "base", "ambiguous")


def page_titled(index: Index, title: str) -> StoredPage | None:
    """The page with this title, or the one that a redirect of it leads to; None if there is none.

    Where several share it as a name, the one that more pages link to than to all others together.
    Raises Ambiguous where there is none such, either.
    """
    page = index.page_by_name(title)
    if page is not None:
        return page
    shared = _sharing(index, title)
    if len(shared) > 1 and shared[0].links_in > sum(alias.links_in for alias in shared[1:]):
        return index.page(shared[0].page_id)
    if not shared:
        shared = _linked_so(index, title)
    if len(shared) > 1:
        meant = _told(index, shared[:_MOST_MEANINGS])
        names = "; ".join(meaning.title for meaning in meant[:_MOST_TOLD])
        raise Ambiguous(
            f"{title[:80]!r} may mean several pages of {index.manifest.collection}: {names}; "
            "name one of them",
            meant,
        )
    return None


def meanings(
    index: Index, name: str, page_id: int | None, most: int = _MOST_MEANINGS
) -> tuple[Meaning, ...]:
    """Other pages than this one that the whole of ``name`` may mean, the most linked first.

    ``page_id``: None: all of them, if there are several.
    """
    shared = _sharing(index, name)
    others = [alias for alias in shared if alias.page_id != page_id]
    if len(others) == len(shared) == 1:
        return ()
    return _told(index, others[:most])


def meanings_found(
    several: Federation, name: str, hits: Sequence[Hit], most: int = _MOST_MEANINGS
) -> tuple[Meaning, ...]:
    """The same of what a search has found: pages of the first hit's collection but its own."""
    index = several.index_of(hits[0]) if hits else several.first
    return meanings(index, name, hits[0].passage.page_id if hits else None, most)


def begun_titles(several: Federation, name: str) -> list[tuple[str, Suggestion]]:
    """Titles that begin as the name does, or as most of it does, each with its collection."""
    words = name.replace("_", " ").split()[:_MOST_WORDS]
    for count in range(len(words), 0, -1):
        if found := several.suggest(" ".join(words[:count]), _MOST_NEAR):
            return found
    return []


def near_pages(index: Index, name: str) -> tuple[Meaning, ...]:
    """The pages that are called most like ``name``; where none is, those its words are found on."""
    several = Federation([index])
    found = dict.fromkeys(one.page_id for _, one in begun_titles(several, name))
    if not found:
        with suppress(BadQuery):
            hits = index.search(name.replace("_", " "), 4 * _MOST_NEAR, "keyword")
            found = dict.fromkeys(hit.passage.page_id for hit in hits)
    leads = [index.store.passages_of_page(page_id)[:1] for page_id in list(found)[:_MOST_NEAR]]
    return _with_beginnings(index, [lead for one in leads for lead in one])


def _sharing(index: Index, name: str) -> list[Alias]:
    """Pages that declare this name for theirs, the most linked first; none that only list others.

    What only a sign tells apart is not the same name: C and C++.
    """
    key, signs = title_key(name), telling_signs(name)
    if not key:
        return []
    found: dict[int, Alias] = {}
    for alias in index.aliases([key]):
        if alias.kind not in _DECLARED or alias.is_disambiguation:
            continue
        written = base_name(alias.name) or alias.name if alias.kind == "base" else alias.name
        if telling_signs(written) == signs:
            found.setdefault(alias.page_id, alias)
    return sorted(found.values(), key=lambda alias: -alias.links_in)


def _linked_so(index: Index, name: str) -> list[Alias]:
    """Pages that others link to by these words, or that have them in bold."""
    key = title_key(name)
    try:
        links = index.context(name).aliases
    except BadQuery:
        return []
    named = (link.alias for link in links if link.alias.key == key)
    return [alias for alias in named if not alias.is_disambiguation]


def _told(index: Index, aliases: list[Alias]) -> tuple[Meaning, ...]:
    leads = index.store.passages([alias.first_passage for alias in aliases])
    return _with_beginnings(index, [lead for lead, _ in leads])


def _with_beginnings(index: Index, leads: Iterable[Passage]) -> tuple[Meaning, ...]:
    """The pages of these first passages, each with the sentence that it begins with."""
    language = index.manifest.dump.language
    return tuple(
        Meaning(
            index.manifest.collection,
            lead.page_id,
            lead.title,
            first_sentence(lead, _LONGEST_LINE, language),
        )
        for lead in leads
    )
