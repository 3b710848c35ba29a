"""A first pass over a dump for its templates: articles can be read only when all are known.

Templates lie everywhere in a dump, between the articles. What is unpacked on the way is set aside,
so that bz2 is unpacked once. A dump of articles alone is not read twice: a look at a few places, or
at the index of a multistream dump, shows that.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from pinakes.ingest.files import sync_directory, sync_tree
from pinakes.ingest.sources.mediawiki.files.archives import archive_format, read_pieces
from pinakes.ingest.sources.mediawiki.files.dumps import Dump, WorkUnit, sample_units
from pinakes.ingest.sources.mediawiki.files.multistream_index import find_index, read_index
from pinakes.ingest.sources.mediawiki.templates.table import (
    TemplatePage,
    TemplateTable,
    title_of,
    write_table,
)
from pinakes.ingest.sources.mediawiki.templates.transclusion import transcluded
from pinakes.ingest.sources.mediawiki.types import Page, Piece, SiteInfo
from pinakes.ingest.sources.mediawiki.xml.page_xml import CutPage, cut_pages
from pinakes.ingest.sources.mediawiki.xml.pages import parse_pages
from pinakes.ingest.sources.mediawiki.xml.unpacked import read_unpacked, write_unpacked
from pinakes.ingest.workers import map_units

__all__ = ["collect_templates", "holds_templates", "prepared_pages", "release_pages"]

_TABLE = "templates.db"
_TEMPLATE, _MODULE = 10, 828
_NAMESPACE = re.compile(rb"<ns>\s*(-?\d{1,6})\s*</ns>")
_HEAD_BYTES = 8192
# Places looked at, and pages in all, fewest in each: of a dump with templates a third of the pages
# or more are no articles, but its first pages may be.
_PLACES, _PAGES, _FEWEST_PAGES = 8, 1024, 64
# What is unpacked for a look: a thousand articles, and no end of rubbish.
_LOOK_BYTES = 32 << 20
# A module that is another one under a local name.
_SAME_MODULE = re.compile(r"\s*return\s+require\s*\(?\s*(?:\[\[|[\"'])([^\]\"']{1,255})")
_PRIVATE = re.compile("[\ue000-\ue00f]")


def holds_templates(dump: Dump) -> bool:
    """Whether the dump holds more than articles, by its indexes or by a look at a few places."""
    if all(find_index(part) for part in dump.parts):
        prefixes = tuple(f"{name}:" for key, name in dump.site.namespaces if key == _TEMPLATE)
        prefixes += ("Template:",)
        indexes = (find_index(part) for part in dump.parts)
        entries = (entry for index in indexes if index for entry in read_index(index))
        return any(title.startswith(prefixes) for _, title in entries)
    units = sample_units(dump, _PLACES)
    pages = max(_PAGES // len(units), _FEWEST_PAGES)
    return any(
        _namespace_of(item) != 0
        for unit in units
        for item in islice(_cut(unit, _LOOK_BYTES), pages)
        if isinstance(item, bytes)
    )


def collect_templates(
    units: Iterable[WorkUnit],
    site: SiteInfo,
    directory: Path,
    executor: Executor,
    ahead: int,
    on_read: Callable[[int], None],
) -> Path | None:
    """The table of the templates in these units, in ``directory``, None of no templates.

    What is there already is taken.

    Units go to the executor, at most ``ahead`` at a time. ``on_read`` is told of the bytes of each.
    """
    table = directory / _TABLE
    if not table.exists():
        _write_table(table, units, site, executor, ahead, on_read)
    with closing(TemplateTable(table)) as templates:
        return table if templates.holds_any() else None


def _write_table(
    table: Path,
    units: Iterable[WorkUnit],
    site: SiteInfo,
    executor: Executor,
    ahead: int,
    on_read: Callable[[int], None],
) -> None:
    work = partial(_collected, site=site, directory=table.parent)
    with write_table(table) as writer:
        for unit, pages in map_units(work, units, executor, ahead):
            writer.add(pages)
            on_read(unit.byte_count)
    sync_tree(table)
    sync_directory(table.parent)


def prepared_pages(unit: WorkUnit, directory: Path) -> Iterator[CutPage] | None:
    """The pages of a unit as the first pass has set them aside; None where it has not."""
    path = _pages_path(directory, unit.number)
    return read_unpacked(path) if path.exists() else None


def release_pages(unit: WorkUnit, directory: Path) -> None:
    """Remove what was set aside of a unit."""
    _pages_path(directory, unit.number).unlink(missing_ok=True)


def _pages_path(directory: Path, number: int) -> Path:
    return directory / f"{number:06d}.pages.zst"


def _cut(unit: WorkUnit, most: int | None = None) -> Iterator[CutPage]:
    """The pages of a unit; of those in the first ``most`` unpacked bytes, if it is given."""
    if unit.items is not None:
        return iter(unit.items)
    pieces = read_pieces(unit.file, unit.start)
    return cut_pages(pieces if most is None else _beginning(pieces, most), unit.end)


def _beginning(pieces: Iterable[Piece], most: int) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        most -= len(piece.data)
        if most <= 0:
            return


def _namespace_of(xml: bytes) -> int | None:
    """The namespace that a page names; None where it names none, as in old exports."""
    found = _NAMESPACE.search(xml, 0, _HEAD_BYTES)
    return int(found[1]) if found else None


def _collected(unit: WorkUnit, site: SiteInfo, directory: Path) -> list[TemplatePage]:
    """The templates of a unit; its pages are set aside where it is slow to unpack them."""
    found: list[bytes] = []

    def keep(item: CutPage) -> None:
        if isinstance(item, bytes) and _namespace_of(item) in (_TEMPLATE, _MODULE, None):
            found.append(item)

    if unit.items is None and archive_format(unit.file) == "bz2":
        with write_unpacked(_pages_path(directory, unit.number)) as set_aside:
            for item in _cut(unit):
                set_aside(item)
                keep(item)
    else:
        for item in _cut(unit):
            keep(item)
    pages = (page for page in parse_pages(found) if isinstance(page, Page))
    templates = (_template(page, site) for page in pages)
    return [template for template in templates if template is not None]


def _template(page: Page, site: SiteInfo) -> TemplatePage | None:
    """A page as a template or module; None where it is neither."""
    prefix, _, name = page.title.partition(":")
    names = {
        _TEMPLATE: site.namespace_names(_TEMPLATE) | {"template"},
        _MODULE: site.namespace_names(_MODULE) | {"module"},
    }
    # Old exports do not tell the number.
    kind = next((key for key in names if prefix.lower() in names[key]), page.namespace)
    title = title_of(name)
    if kind == _MODULE:
        same = _SAME_MODULE.match(page.wikitext)
        target = title_of(same[1].partition(":")[2] or same[1]) if same else None
        return TemplatePage(page.page_id, title, target, "", is_module=True)
    if kind != _TEMPLATE:
        return None
    if page.redirect_to is not None:
        prefix, _, target = page.redirect_to.partition(":")
        if prefix.replace("_", " ").lower() in names[_TEMPLATE]:
            return TemplatePage(page.page_id, title, title_of(target.partition("#")[0]), "")
    body = transcluded(_PRIVATE.sub("", page.wikitext))
    return TemplatePage(page.page_id, title, None, body)
