"""A found passage as a citation: its reference, its addresses here and on the wiki.

Pure functions: no model, no index, no I/O.
"""

from collections.abc import Sequence
from urllib.parse import quote as url_quote

from pinakes.index.types import Hit, Manifest
from pinakes.service.types import Citation, PassageRef

__all__ = [
    "collection_url",
    "make_citation",
    "page_url",
    "passage_url",
    "place_name",
    "wiki_permalink",
]


def make_citation(number: int, hit: Hit, manifest: Manifest) -> Citation:
    """The citation of ``hit`` under ``number``, with its local address and the wiki's permalink."""
    passage = hit.passage
    ref = PassageRef(
        manifest.collection, passage.page_id, hit.revision_id, passage.start, passage.end
    )
    return Citation(
        number=number,
        ref=ref,
        title=passage.title,
        heading_path=passage.heading_path,
        quote=passage.text,
        url=passage_url(ref),
        permalink=wiki_permalink(manifest.dump.base_url, passage.title, hit.revision_id),
        highlights=hit.highlights,
    )


def place_name(title: str, heading_path: Sequence[str]) -> str:
    """Where a passage stands: ``Rosetta Stone › Discovery``."""
    return " › ".join([title, *heading_path])


def collection_url(collection: str) -> str:
    """The local address of a collection: what its pages and its API stand under."""
    return f"/c/{collection}/"


def page_url(collection: str, page_id: int) -> str:
    """The local reader's address of a page."""
    return f"{collection_url(collection)}page/{page_id}"


def passage_url(ref: PassageRef) -> str:
    """The address of a passage there; the revision lets it say when the page has changed since."""
    query = f"revision={ref.revision_id}&start={ref.start}&end={ref.end}"
    return f"{page_url(ref.collection, ref.page_id)}?{query}#passage"


def wiki_permalink(base_url: str, title: str, revision_id: int) -> str | None:
    """The revision on the wiki the dump came from, or None for a dump that does not name it.

    ``base_url`` is siteinfo's ``<base>``: the address of the main page under ``/wiki/``.
    """
    site, found, _ = base_url.partition("/wiki/")
    if not found or not site.startswith(("http://", "https://")):
        return None
    site = site.replace("http://", "https://", 1)
    return f"{site}/w/index.php?title={url_quote(title.replace(' ', '_'))}&oldid={revision_id}"
