"""The result of a search: of each page the sentences that likely answer, made to fit.

Every page has its likeliest sentence. What room is left goes to how the first page begins, where
the question names it, and then to the next likeliest sentences, of whatever page; each under the id
of what it stands in. Pure functions.
"""

from collections.abc import Sequence
from typing import Any

from pinakes.index.types import Hit, Suggestion
from pinakes.service.tools.budget import excerpt, json_length
from pinakes.service.tools.frame import LEAST_TEXT, Frame, json_of
from pinakes.service.tools.glance import Glance, SeenPage
from pinakes.service.tools.short_meanings import meanings_length, short_meanings
from pinakes.service.tools.tool_views import AlsoView, FoundView, SearchResult
from pinakes.service.views.excerpts import best_excerpt

__all__ = ["found", "titles_found"]

_GAP = " … "
_CUT = " …"
# To a model a digit is a token, as three or four letters of a text are.
_MORE_OF_AN_ID = 3
# What comes with the first sentence from elsewhere: its field.
_FIRST_ALSO = len(',"also":[]')
# A sentence, or a row of a table, may go on for pages.
_LONGEST_SHARE = 0.5
# For how the page begins that the question names.
_SHARE_OF_LEAD = 0.4
# Where no sentence is known to answer: enough to see what the page is about.
_LONGEST_EXCERPT = 200


def found(seen: Glance, frame: Frame) -> SearchResult:
    """The pages of a glance within the budget; where nothing fits, titles of the nearest."""
    if not seen.pages:
        nearest = list(dict.fromkeys(hit.passage.title for hit in seen.nearest))
        meant = short_meanings(seen.meanings, frame)
        return SearchResult(results=[], meanings=meant, nearest=nearest or None, as_of=frame.as_of)
    views = [_view(page, frame) for page in seen.pages]
    shown_titles = {page.hit.passage.title for page in seen.pages}
    others = [one for one in seen.meanings if one.title not in shown_titles]
    meant = short_meanings(others, frame)
    taken = meanings_length(meant)
    while (room := _room(views, frame) - taken) < LEAST_TEXT * len(views) and len(views) > 1:
        views.pop()
    shown = _shown(seen.pages[: len(views)], room, frame)
    return SearchResult(
        results=[view.model_copy(update=one) for view, one in zip(views, shown, strict=True)],
        meanings=meant,
        as_of=frame.as_of,
    )


def titles_found(pages: Sequence[tuple[str, Suggestion]], frame: Frame) -> SearchResult:
    """Pages of collections by their titles alone, as many as fit. Their ids are whole pages."""
    views = [
        FoundView(
            title=excerpt(page.title, 160),
            id=f"{collection}/{page.page_id}",
            url=frame.short_url(page.page_id, page.title, collection),
            kept_as_of=None,
        )
        for collection, page in pages
    ]
    while _room(views, frame) < 0:
        views.pop()
    return SearchResult(results=views, as_of=frame.as_of)


def _view(page: SeenPage, frame: Frame) -> FoundView:
    hit = _first_hit(page)
    reference, passage = frame.of_hit(hit), hit.passage
    return FoundView(
        text="",
        title=reference.title,
        id=reference.id,
        url=frame.short_url(passage.page_id, passage.title, hit.collection),
        fit=page.fit,
        kept_as_of=page.hit.kept_as_of,
        as_of=None if frame.as_of else frame.manifest_of(hit.collection).dump.day,
    )


def _room(views: Sequence[FoundView], frame: Frame) -> int:
    return frame.room(SearchResult(results=list(views), as_of=frame.as_of))


def _shown(pages: Sequence[SeenPage], room: int, frame: Frame) -> list[dict[str, Any]]:
    """Of each page its likeliest sentences, of all pages together within ``room``.

    ``text``: those of the passage that the likeliest stands in; ``also``: of others, by passage.
    """
    language = frame.language
    places = [_Places(page, frame) for page in pages]
    begun = room * _SHARE_OF_LEAD
    for number, (page, place) in enumerate(zip(pages, places, strict=True)):
        share = max(room // (len(pages) - number), LEAST_TEXT)
        first = _first(page, min(share, int(room * _LONGEST_SHARE) or share), language)
        room -= place.add(place.own, first)
    lead = pages[0].lead if pages else None
    if lead is not None:
        begins = lead.passage.passage_id
        span = min(int(begun), room) - places[0].cost(begins, "")
        if span > LEAST_TEXT:
            room -= places[0].begin(begins, excerpt(_beginning(lead), span, language=language))
    further = [
        (sentence.score, place, hit.passage, hit.passage.text[sentence.start : sentence.end])
        for page, place in zip(pages, places, strict=True)
        for hit, sentence in page.sentences[1:]
    ]
    for _, place, passage, text in sorted(further, key=lambda one: -one[0]):
        if place.cost(passage.passage_id, text) <= room and not place.shows(text):
            room -= place.add(passage.passage_id, text)
    return [place.view() for place in places]


class _Places:
    """What is shown of a page, by the passage that it stands in."""

    def __init__(self, page: SeenPage, frame: Frame) -> None:
        self.own = _first_hit(page).passage.passage_id
        self._texts: dict[int, list[str]] = {self.own: []}
        hits = [page.hit, *(hit for hit, _ in page.sentences)]
        self._ids = {hit.passage.passage_id: frame.of_hit(hit).id for hit in hits}
        if page.lead is not None:  # the page alone: as good, and half as long
            collection = frame.manifest_of(page.hit.collection).collection
            whole = f"{collection}/{page.hit.passage.page_id}"
            self._ids[page.lead.passage.passage_id] = whole

    def shows(self, text: str) -> bool:
        """Whether ``text`` is shown already."""
        return any(text in part for parts in self._texts.values() for part in parts)

    def cost(self, passage: int, text: str) -> int:
        """Characters of JSON that ``text`` of that passage is counted as."""
        if passage in self._texts:
            return json_length(text) + (len(_GAP) if self._texts[passage] else 0)
        also = AlsoView(text=text, id=self._ids[passage])
        is_first = len(self._texts) == 1
        counted = len(json_of(also)) + (_FIRST_ALSO if is_first else 1)
        return counted + _MORE_OF_AN_ID * len(also.id)

    def add(self, passage: int, text: str) -> int:
        """Show ``text``, too; what it takes."""
        taken = self.cost(passage, text)
        self._texts.setdefault(passage, []).append(text)
        return taken

    def begin(self, passage: int, lead: str) -> int:
        """Show how the page begins; instead of a sentence that is the same. What it takes."""
        parts = self._texts.get(passage, [])
        if parts and parts[0] in lead:
            taken = json_length(lead) - json_length(parts[0])
            parts[0] = lead
            return taken
        return self.add(passage, lead)

    def view(self) -> dict[str, Any]:
        """``text`` and ``also``."""
        texts = {passage: _joined(parts) for passage, parts in self._texts.items()}
        own = texts.pop(self.own)
        also = [AlsoView(text=text, id=self._ids[passage]) for passage, text in texts.items()]
        return {"text": own, "also": also or None}


def _joined(parts: Sequence[str]) -> str:
    """The parts with a mark between them, which says of one that is cut, too, that it goes on."""
    return _GAP.join([*(part.removesuffix(_CUT) for part in parts[:-1]), parts[-1]])


def _first_hit(page: SeenPage) -> Hit:
    """The passage that what is shown of a page begins with."""
    return page.sentences[0][0] if page.sentences else page.hit


def _beginning(lead: Hit) -> str:
    """The text of a page's beginning without its title."""
    title, text = lead.passage.title, lead.passage.text
    return text.removeprefix(title).lstrip() if text.startswith(f"{title}\n") else text


def _first(page: SeenPage, room: int, language: str) -> str:
    """The likeliest sentence of a page, or else the part of its passage with most of the words."""
    if page.sentences:
        hit, sentence = page.sentences[0]
        return excerpt(hit.passage.text[sentence.start : sentence.end], room, language=language)
    hit, room = page.hit, min(room, _LONGEST_EXCERPT)
    start, _ = best_excerpt(hit.passage.text, hit.highlights, max(room, 1), language=language)
    return excerpt(hit.passage.text, room, start, language=language)
