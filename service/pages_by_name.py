"""Pages by what people call them: the one of a title, or those that a title may mean."""

from pinakes.index.aliases.titles import title_key
from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.index.types import StoredPage
from pinakes.service.errors import Ambiguous

__all__ = ["page_titled"]

_MOST_TOLD = 6


def page_titled(index: Index, title: str) -> StoredPage | None:
    """The page with this title, or the one that a redirect of it leads to; None if there is none.

    Raises Ambiguous where several pages are known by it and none of them has it as its title.
    """
    page = index.page_by_name(title)
    if page is None and len(meant := _titles_meant(index, title)) > 1:
        raise Ambiguous(
            f"{title[:80]!r} may mean several pages of {index.manifest.collection}: "
            f"{'; '.join(meant[:_MOST_TOLD])}; name one of them"
        )
    return page


def _titles_meant(index: Index, title: str) -> list[str]:
    """Titles of the pages that this is a name of, the most linked first."""
    key = title_key(title)
    try:
        links = index.context(title).aliases
    except BadQuery:
        return []
    named = [link.alias for link in links if link.alias.key == key]
    pages = [index.page(alias.page_id) for alias in named if not alias.is_disambiguation]
    return [page.title for page in pages if page is not None]
