"""The result of a search: of each page the sentences that likely answer, made to fit.

Every page has its likeliest sentence. What room is left goes to how the first page begins, where
the question names it, and then to the next likeliest sentences, of whatever page. Pure functions.
"""

from collections.abc import Sequence

from pinakes.index.types import Suggestion
from pinakes.service.tools.budget import excerpt, json_length
from pinakes.service.tools.frame import LEAST_TEXT, Frame
from pinakes.service.tools.glance import Glance, SeenPage
from pinakes.service.tools.tool_views import FoundView, SearchResult
from pinakes.service.views.excerpts import best_excerpt

__all__ = ["found", "titles_found"]

_GAP = " … "
_CUT = " …"
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
        return SearchResult(results=[], nearest=nearest or None, as_of=frame.manifest.dump.day)
    views = [_view(page, frame) for page in seen.pages]
    while (room := _room(views, frame)) < LEAST_TEXT * len(views) and len(views) > 1:
        views.pop()
    texts = _texts(seen.pages[: len(views)], room, frame.language)
    return SearchResult(
        results=[
            view.model_copy(update={"text": text}) for view, text in zip(views, texts, strict=True)
        ],
        as_of=frame.manifest.dump.day,
    )


def titles_found(pages: Sequence[Suggestion], frame: Frame) -> SearchResult:
    """Pages by their titles alone, as many as fit. Their ids are whole pages."""
    collection = frame.manifest.collection
    views = [
        FoundView(
            title=excerpt(page.title, 160),
            id=f"{collection}/{page.page_id}",
            url=frame.short_url(page.page_id, page.title),
            kept_as_of=None,
        )
        for page in pages
    ]
    while _room(views, frame) < 0:
        views.pop()
    return SearchResult(results=views, as_of=frame.manifest.dump.day)


def _view(page: SeenPage, frame: Frame) -> FoundView:
    shown = page.sentences[0][0] if page.sentences else page.hit  # what its text begins with
    reference = frame.of_hit(shown)
    passage = shown.passage
    return FoundView(
        text="",
        title=reference.title,
        id=reference.id,
        url=frame.short_url(passage.page_id, passage.title),
        fit=page.fit,
        kept_as_of=page.hit.kept_as_of,
    )


def _room(views: Sequence[FoundView], frame: Frame) -> int:
    return frame.room(SearchResult(results=list(views), as_of=frame.manifest.dump.day))


def _texts(pages: Sequence[SeenPage], room: int, language: str) -> list[str]:
    """Of each page its likeliest sentences, of all pages together within ``room``."""
    parts: list[list[str]] = []
    begun = room * _SHARE_OF_LEAD
    for number, page in enumerate(pages):
        share = max(room // (len(pages) - number), LEAST_TEXT)
        first = _first(page, min(share, int(room * _LONGEST_SHARE) or share), language)
        parts.append([first])
        room -= json_length(first)
    lead = pages[0].lead if pages else ""
    if lead and (span := min(int(begun), room - len(_GAP))) > LEAST_TEXT:
        how = excerpt(lead, span, language=language)
        parts[0] = [how] if parts[0][0] in how else [*parts[0], how.removesuffix(_CUT)]
        room -= json_length(how) + len(_GAP)
    further = [
        (sentence.score, number, hit.passage.text[sentence.start : sentence.end])
        for number, page in enumerate(pages)
        for hit, sentence in page.sentences[1:]
    ]
    for _, number, text in sorted(further, key=lambda one: -one[0]):
        cost = json_length(text) + len(_GAP)
        if cost <= room and not any(text in part for part in parts[number]):
            parts[number].append(text)
            room -= cost
    return [_GAP.join(part) for part in parts]


def _first(page: SeenPage, room: int, language: str) -> str:
    """The likeliest sentence of a page, or else the part of its passage with most of the words."""
    if page.sentences:
        hit, sentence = page.sentences[0]
        return excerpt(hit.passage.text[sentence.start : sentence.end], room, language=language)
    hit, room = page.hit, min(room, _LONGEST_EXCERPT)
    start, _ = best_excerpt(hit.passage.text, hit.highlights, max(room, 1), language=language)
    return excerpt(hit.passage.text, room, start, language=language)
