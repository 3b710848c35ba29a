"""Search results as the page shows them: grouped by article, the best passage of each.

Pure functions; the HTML is the template's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pinakes.index.types import Hit, PageKey
from pinakes.ingest.types import INFOBOX_HEADING, Passage
from pinakes.service.asking.citations import article_url, passage_url
from pinakes.service.types import PassageRef
from pinakes.service.views.excerpts import best_excerpt, marked_pieces

__all__ = [
    "MOST_PAGES",
    "PASSAGES_A_PAGE",
    "RESULTS_A_PAGE",
    "ArticleResult",
    "SectionLink",
    "results_page",
]

RESULTS_A_PAGE = 10
# So many passages are searched for each page of results: articles share them.
PASSAGES_A_PAGE = 3 * RESULTS_A_PAGE
MOST_PAGES = 5
_EXCERPT = 320
_MOST_SECTIONS = 3


@dataclass(frozen=True, slots=True)
class SectionLink:
    """Another passage of an article that was found: where it stands, and its address."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """An article that was found.

    ``alias``: the other name by which the question calls it. ``pieces``: part of its best passage,
    each with whether it is a word of the question. ``more``: its other sections that were found.
    """

    title: str
    collection: str
    language: str
    url: str
    heading_path: tuple[str, ...]
    passage_url: str
    alias: str | None
    pieces: tuple[tuple[str, bool], ...]
    cut_before: bool
    cut_after: bool
    kept_as_of: str | None
    is_disambiguation: bool
    more: list[SectionLink] = field(default_factory=list)


def results_page(
    hits: Sequence[Hit], number: int, facts: str = "Facts"
) -> tuple[list[ArticleResult], bool]:
    """The results of the page ``number``, from 1, and whether there are more behind them.

    ``facts``: what stands for the program's own heading above an infobox's facts.
    """
    found: dict[PageKey, ArticleResult] = {}
    for hit in hits:
        known = found.get(hit.page_key)
        if known is None:
            found[hit.page_key] = _result(hit, facts)
        elif len(known.more) < _MOST_SECTIONS:
            _add_section(known, hit, facts)
    first = (number - 1) * RESULTS_A_PAGE
    results = list(found.values())
    return results[first : first + RESULTS_A_PAGE], len(results) > first + RESULTS_A_PAGE


def _result(hit: Hit, facts: str) -> ArticleResult:
    passage = hit.passage
    start, end = best_excerpt(passage.text, hit.highlights, _EXCERPT, language=hit.language)
    named = f"{passage.title}\n"
    if start == 0 and passage.text.startswith(named):  # its title stands above already
        start = len(named)
    alias = hit.alias if hit.alias and hit.alias.casefold() != passage.title.casefold() else None
    return ArticleResult(
        title=passage.title,
        collection=hit.collection,
        language=hit.language,
        url=article_url(hit.collection, passage.page_id, passage.title),
        heading_path=_shown_path(passage, facts),
        passage_url=passage_url(_ref(hit), passage.title),
        alias=alias,
        pieces=tuple(
            (text.replace(f"\n{INFOBOX_HEADING}\n", "\n"), is_marked)
            for text, is_marked in marked_pieces(passage.text, hit.highlights, start, end)
        ),
        cut_before=bool(passage.text[:start].strip()),
        cut_after=bool(passage.text[end:].strip()),
        kept_as_of=hit.kept_as_of,
        is_disambiguation=hit.is_disambiguation,
    )


def _add_section(result: ArticleResult, hit: Hit, facts: str) -> None:
    """A section is named once, and that of the best passage not at all."""
    path = _shown_path(hit.passage, facts)
    name = path[-1] if path else ""
    names = {section.name for section in result.more}
    if name and path != result.heading_path and name not in names:
        result.more.append(SectionLink(name, passage_url(_ref(hit), hit.passage.title)))


def _shown_path(passage: Passage, facts: str) -> tuple[str, ...]:
    return (facts,) if passage.heading_path == (INFOBOX_HEADING,) else passage.heading_path


def _ref(hit: Hit) -> PassageRef:
    passage = hit.passage
    return PassageRef(hit.collection, passage.page_id, hit.revision_id, passage.start, passage.end)
