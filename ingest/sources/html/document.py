"""A page in HTML as a document: its sections, the facts of its boxes, its links.

Knows nothing of the files that the page comes from.
"""

from collections.abc import Callable

from pinakes.ingest.layout import pack_layout
from pinakes.ingest.sources.html.elements import walk
from pinakes.ingest.sources.html.page_text import PageText
from pinakes.ingest.sources.mediawiki.markup.laid_lines import placed_lines, with_links
from pinakes.ingest.sources.mediawiki.markup.layout import assemble
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
) -> Document:
    """The article in ``html``. ``page_of``: the title of the page an address in it leads to.

    Raises UnreadableHtml.
    """
    page = PageText(title, page_of)
    walk(html, page)
    blocks = page.blocks
    if page.facts:
        facts = with_links([str(fact) for fact in page.facts], page.links, blocks)
        blocks.insert(1, ((INFOBOX_HEADING,), facts))
    text, sections = assemble(blocks)
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
        layout=pack_layout(text, placed_lines(blocks, text, sections), page.fragments),
    )
