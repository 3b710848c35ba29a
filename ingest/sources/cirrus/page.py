"""A page of a CirrusSearch index as a document.

Format: https://www.mediawiki.org/wiki/Extension:CirrusSearch/Schema, and what MediaWiki's
WikiTextStructure takes out of a page. ``text`` is the page on one line without tables, captions and
headings; ``opening_text`` its part before the first heading; ``auxiliary_text`` the tables, boxes
and captions; ``heading`` the headings, of which nothing says where they stood.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pinakes.ingest.characters import cleaned
from pinakes.ingest.sources.json_lines import number_of, text_of
from pinakes.ingest.sources.mediawiki.markup.layout import assemble
from pinakes.ingest.sources.mediawiki.templates.local_names import is_disambiguation_title
from pinakes.ingest.sources.mediawiki.templates.registry import find_template
from pinakes.ingest.types import Document, Link, Redirect

__all__ = ["document_of", "redirects_of"]

# Headings for what the index keeps apart from the text.
_AUXILIARY, _HEADINGS = "Tables and captions", "Sections"


def document_of(page: Mapping[str, Any], page_id: int, language: str) -> Document:
    """The article. Raises KeyError and TypeError where the page is none of an index."""
    text, opening = _line(page["text"]), _line(page.get("opening_text") or "")
    is_cut = bool(opening) and text.startswith(opening)
    rest = text[len(opening) :].strip() if is_cut else ""
    auxiliary = [_line(part) for part in page.get("auxiliary_text") or ()]
    headings = [_line(heading) for heading in page.get("heading") or ()]
    body, sections = assemble(
        [
            ((), [opening if is_cut else text]),
            ((), [rest]),
            ((_AUXILIARY,), [part for part in auxiliary if part]),
            ((_HEADINGS,), ["; ".join(dict.fromkeys(filter(None, headings)))]),
        ]
    )
    return Document(
        key=page_id,
        title=page["title"],
        revision_id=number_of(page["version"]),
        timestamp=text_of(page.get("timestamp") or ""),
        text=body,
        sections=sections,
        links=tuple(_links(page.get("outgoing_link") or ())),
        is_disambiguation=is_disambiguation_title(page["title"])
        or any(_is_disambiguation(name, language) for name in page.get("template") or ()),
    )


def redirects_of(page: Mapping[str, Any], page_id: int) -> Iterator[Redirect]:
    """The redirects among the articles that lead to a page, under its own key: theirs are not told.

    Raises KeyError and TypeError where the page is none of an index.
    """
    for redirect in page.get("redirect") or ():
        if redirect["namespace"] == 0:
            yield Redirect(page_id, text_of(redirect["title"]), page["title"], 0, "")


def _line(text: str) -> str:
    return " ".join(cleaned(text).split())


def _links(titles: Iterable[str]) -> Iterator[Link]:
    """Links by their titles: which words they stand on is not told."""
    for title in titles:
        name = title.replace("_", " ")
        yield Link(name, name)


def _is_disambiguation(template: str, language: str) -> bool:
    name = template.partition(":")[2].lower()
    return find_template(name, language).kind == "disambiguation"
