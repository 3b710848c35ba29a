"""The JSON of articles and suggestions: the same for ``--json`` and for the HTTP API."""

from collections.abc import Iterable, Mapping

from pydantic import Field

from pinakes.index.retrieval.federated import Federation
from pinakes.index.types import Manifest, StoredPage
from pinakes.ingest.layout import Layout, LineKind, SpanKind
from pinakes.service.asking.citations import page_url, wiki_permalink
from pinakes.service.types import Meaning
from pinakes.service.views.search_views import KEPT_AS_OF, MeaningView, View, meaning_views

__all__ = ["LaidPageView", "PageView", "SuggestView", "laid_page_view", "page_view", "suggest_view"]


class SectionView(View):
    """A section as a slice of the page's text."""

    heading_path: tuple[str, ...]
    start: int
    end: int


class PageView(View):
    """An article as it is stored."""

    collection: str
    page_id: int
    title: str
    revision_id: int
    timestamp: str
    is_disambiguation: bool
    links_in: int
    permalink: str | None
    source_key: str | None = Field(
        description="By what the source knows it, where that is not page_id: of a file of a "
        "folder, its path there."
    )
    kept_as_of: str | None = Field(description=KEPT_AS_OF)
    sections: list[SectionView]
    text: str
    meanings: list[MeaningView] = Field(
        description="Other pages that the name it was asked by may mean, the most linked first."
    )


class CellView(View):
    """A cell of a row: its label from ``start``, what it holds from ``value`` to ``end``."""

    start: int
    value: int
    end: int
    column: int = Field(description="From 0.")
    columns: int = Field(description="How many it covers.")
    is_header: bool
    repeated: bool = Field(description="It stands in the row above and reaches into this one.")
    is_name: bool = Field(description="Its label is the heading of the row.")


class LaidLineView(View):
    """A line that is no plain paragraph, as a slice of the text."""

    kind: LineKind
    start: int
    end: int
    level: int = Field(description="Of indented lines how deep they are, from 1; else 0.")
    cells: list[CellView]


class SpanView(View):
    """A link, a formula (TeX) or code, as a slice of the text."""

    kind: SpanKind
    start: int
    end: int
    target: str = Field(description="The title that a link names.")
    fragment: str
    page_id: int | None = Field(
        description="The page that it leads to; null: none of the collection."
    )


class LayoutView(View):
    """How the text is laid out. Nothing overlaps; headings are the sections'."""

    lines: list[LaidLineView]
    spans: list[SpanView]


class LaidPageView(PageView):
    """An article with its layout."""

    layout: LayoutView | None = Field(description="null: none was kept of this page.")


class SuggestionView(View):
    """A page that completes what was typed, and the redirect that matched, if one did."""

    collection: str
    page_id: int
    title: str
    matched: str | None
    url: str


class SuggestView(View):
    """Titles that begin with what was typed."""

    prefix: str
    collection: str | None = Field(description="Of one; null where several are asked.")
    suggestions: list[SuggestionView]


def page_view(page: StoredPage, manifest: Manifest, meanings: Iterable[Meaning] = ()) -> PageView:
    """A stored article; ``meanings``: others that its name may mean."""
    return PageView(
        collection=manifest.collection,
        page_id=page.page_id,
        title=page.title,
        revision_id=page.revision_id,
        timestamp=page.timestamp,
        is_disambiguation=page.is_disambiguation,
        links_in=page.links_in,
        permalink=wiki_permalink(manifest.dump.base_url, page.title, page.revision_id),
        source_key=page.source_key,
        kept_as_of=page.kept_as_of,
        sections=[
            SectionView(heading_path=part.heading_path, start=part.start, end=part.end)
            for part in page.sections
        ],
        text=page.text,
        meanings=meaning_views(meanings),
    )


def laid_page_view(
    page: StoredPage,
    manifest: Manifest,
    layout: Layout | None,
    targets: Mapping[str, int],
    meanings: Iterable[Meaning] = (),
) -> LaidPageView:
    """A stored article with its layout; ``targets``: the pages of titles that are linked."""
    view = None
    if layout is not None:
        view = LayoutView(
            lines=[
                LaidLineView(
                    kind=line.kind,
                    start=line.start,
                    end=line.end,
                    level=line.level,
                    cells=[CellView(**cell._asdict()) for cell in line.cells],
                )
                for line in layout.lines
            ],
            spans=[
                SpanView(**span._asdict(), page_id=targets.get(span.target))
                for span in layout.spans
            ],
        )
    return LaidPageView(**dict(page_view(page, manifest, meanings)), layout=view)


def suggest_view(prefix: str, several: Federation, limit: int) -> SuggestView:
    """Completions of a title, of one collection or of several."""
    return SuggestView(
        prefix=prefix,
        collection=next(iter(several.indexes)) if len(several.indexes) == 1 else None,
        suggestions=[
            SuggestionView(
                collection=name,
                page_id=item.page_id,
                title=item.title,
                matched=item.matched,
                url=page_url(name, item.page_id),
            )
            for name, item in several.suggest(prefix, limit)
        ],
    )
