"""A page in HTML as a document: its sections, the facts of its boxes, its links.

Knows nothing of the files that the page comes from.
"""

from collections.abc import Callable

from pinakes.ingest.layout import is_picture, pack_layout
from pinakes.ingest.sources.html.elements import walk
from pinakes.ingest.sources.html.page_text import PageText
from pinakes.ingest.sources.html.pictures import PictureOf, no_picture
from pinakes.ingest.sources.mediawiki.markup.laid_lines import (
    LaidLine,
    placed_lines,
    with_links,
    with_places,
)
from pinakes.ingest.sources.mediawiki.markup.layout import assemble
from pinakes.ingest.sources.mediawiki.markup.located import Place
from pinakes.ingest.sources.mediawiki.templates.local_names import is_disambiguation_title
from pinakes.ingest.types import INFOBOX_HEADING, Document, DocumentKey

__all__ = ["read_page"]


def read_page(
    html: str,
    key: DocumentKey,
    title: str,
    revision_id: int,
    timestamp: str,
    page_of: Callable[[str], str | None],
    picture_of: PictureOf = no_picture,
) -> Document:
    """The article in ``html``. ``page_of``: the title of the page an address in it leads to.

    ``picture_of``: what the source calls the picture at an address; without it there are none.
    Raises UnreadableHtml.
    """
    page = PageText(title, page_of, picture_of)
    walk(html, page)
    blocks = page.blocks
    if page.facts:
        linked = with_links([str(fact) for fact in page.facts], page.links, blocks)
        pictures = map(_pictures, page.facts)
        facts = [with_places(*pair) for pair in zip(linked, pictures, strict=True)]
        blocks.insert(1, ((INFOBOX_HEADING,), facts))
    text, sections = assemble(blocks)
    lines = placed_lines(blocks, text, sections)
    return Document(
        key=key,
        title=title,
        revision_id=revision_id,
        timestamp=timestamp,
        text=text,
        sections=sections,
        links=tuple(page.links),
        is_disambiguation=page.is_disambiguation or is_disambiguation_title(title),
        bold_names=tuple(page.bold_names),
        layout=pack_layout(text, lines, page.fragments, page.pictures),
    )


def _pictures(fact: str) -> list[Place]:
    spans = fact.spans if isinstance(fact, LaidLine) else ()
    return [span for span in spans if is_picture(span[2])]
