"""A collection's articles as a ZIM file, with indexes of their titles and their full text."""

from html import escape
from pathlib import Path

from libzim.writer import Creator, Hint, Item, StringProvider

from pinakes.index.store.store import Store
from pinakes.index.types import StoredPage

__all__ = ["path_of", "write_zim"]


class _Article(Item):
    """A page as simple HTML, put into the indexes under its title."""

    def __init__(self, page: StoredPage) -> None:
        super().__init__()
        self._page = page

    def get_path(self) -> str:
        return path_of(self._page)

    def get_title(self) -> str:
        return self._page.title

    def get_mimetype(self) -> str:
        return "text/html"

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(_html(self._page))

    def get_hints(self) -> dict[Hint, int]:
        return {Hint.FRONT_ARTICLE: True, Hint.COMPRESS: True}


def path_of(page: StoredPage) -> str:
    """Where a page lies in its archive: that which it was read from, or the one written here."""
    return page.source_key or page.title.replace(" ", "_")


def write_zim(store: Store, path: Path) -> None:
    """All articles of ``store``, in English; published by rename."""
    building = path.with_suffix(".building")
    building.unlink(missing_ok=True)
    pages = [store.page(page_id) for page_id in store.pages_with_passages()]
    creator = Creator(building).config_indexing(True, "eng")
    first = next(page for page in pages if page is not None)
    creator.set_mainpath(path_of(first))
    with creator:
        for name, value in (("Title", path.stem), ("Language", "eng"), ("Name", path.stem)):
            creator.add_metadata(name, value)
        for page in pages:
            if page is not None:
                creator.add_item(_Article(page))
    building.rename(path)


def _html(page: StoredPage) -> str:
    title = escape(page.title)
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in page.text.splitlines() if line.strip())
    head = f'<meta charset="utf-8"><title>{title}</title>'
    body = f"<h1>{title}</h1>\n{lines}"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'
