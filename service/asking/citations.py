"""Citations: a found passage as one, and the markers ``[n]`` by which sentences name theirs.

Markers are read as models write them, and written. Pure functions: no model, no index, no I/O.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote as url_quote

import regex

from pinakes.index.types import Hit, Manifest
from pinakes.ingest.text.sentences import CLOSERS, STOPS
from pinakes.ingest.types import MADE_REVISIONS
from pinakes.service.types import Citation, PassageRef

__all__ = [
    "article_url",
    "collection_url",
    "half_marker_is_text",
    "make_citation",
    "marked_numbers",
    "marker_at",
    "open_marker",
    "own_brackets",
    "page_url",
    "passage_url",
    "place_name",
    "stop_place",
    "title_url",
    "wiki_permalink",
    "with_markers",
]

_NAME = r"(?:(?:sources?|passages?):?|\^)\s*"
_NUMBER = rf"(?:{_NAME})?\d{{1,3}}"
_NUMBERS = rf"{_NUMBER}(?:\s*(?:[,;–-]|and|&)\s*{_NUMBER})*\s*"
# "[1]", "[1, 2]", "[2-4]", "[Sources 1 and 2]", "[^2]", "【2】", "(source 2)", but not "(2)".
_MARK = regex.compile(
    rf"\[\s*{_NUMBERS}\]|【\s*{_NUMBERS}】|［\s*{_NUMBERS}］|\(\s*(?={_NAME}){_NUMBERS}\)",
    regex.IGNORECASE,
)
_BETWEEN = re.compile("[,;]|and|&", re.IGNORECASE)
_LONGEST_RANGE = 10
_LONGEST_MARK = 200
_OPENERS = "[(【［"
# What stands as it is in the path of an address: RFC 3986, 3.3.
_OF_PATHS = "/:@!$&'()*+,;=~"
# What looks like a mark of ours.
_NUMBERED = re.compile(r"\[(\d{1,3})\]")
_OPEN = re.compile(r"\[\d{0,3}$")


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
        language=hit.language,
        kept_as_of=hit.kept_as_of,
        as_of=manifest.dump.day,
        generation=manifest.generation,
    )


def place_name(title: str, heading_path: Sequence[str]) -> str:
    """Where a passage stands: ``Rosetta Stone › Discovery``."""
    return " › ".join([title, *heading_path])


def collection_url(collection: str) -> str:
    """The local address of a collection: what its pages and its API stand under."""
    return f"/c/{collection}/"


def page_url(collection: str, page_id: int) -> str:
    """The local reader's address of a page, whatever it will be called; leads to its title's."""
    return f"{collection_url(collection)}page/{page_id}"


def title_url(collection: str, title: str) -> str | None:
    """The local reader's address of the page of this title.

    None where the title cannot be one: a number, which would be a page's id, and what browsers
    read as steps between directories.
    """
    name = title.replace(" ", "_")
    if name.isdecimal() or {".", ".."} & set(name.split("/")):
        return None
    return f"{collection_url(collection)}page/{url_quote(name, safe=_OF_PATHS)}"


def article_url(collection: str, page_id: int, title: str) -> str:
    """Where the reader shows a page: by its title, or by its id where that does not lead to it."""
    leads_to = " ".join(title.replace("_", " ").split())  # as ``Index.page_by_name`` reads it
    by_title = title_url(collection, title) if leads_to == title else None
    return by_title or page_url(collection, page_id)


def passage_url(ref: PassageRef, title: str | None = None) -> str:
    """The address of a passage there; the revision lets it say when the page has changed since.

    ``title``: of its page, whose address is by it then.
    """
    query = f"revision={ref.revision_id}&start={ref.start}&end={ref.end}"
    if title is None:
        address = page_url(ref.collection, ref.page_id)
    else:
        address = article_url(ref.collection, ref.page_id, title)
    return f"{address}?{query}#passage"


def wiki_permalink(base_url: str, title: str, revision_id: int) -> str | None:
    """The revision on the wiki the dump came from, or None for a dump that does not name it.

    ``base_url`` is siteinfo's ``<base>``: the address of the main page under ``/wiki/``. Where the
    source told no revision, the page as it is there now.
    """
    site, found, _ = base_url.partition("/wiki/")
    if not found or not site.startswith(("http://", "https://")):
        return None
    site = site.replace("http://", "https://", 1)
    name = url_quote(title.replace(" ", "_"))
    if revision_id >= MADE_REVISIONS:
        return f"{site}/wiki/{name}"
    return f"{site}/w/index.php?title={name}&oldid={revision_id}"


def marker_at(text: str, at: int = 0) -> tuple[int, bool]:
    """Length of the mark that begins at ``at``, 0 if none, and whether that is decided.

    Undecided is a mark as long as it is open, and where "(" may follow: "[1](page)" is a link.
    """
    if text[at] not in _OPENERS:
        return 0, True
    part = text[at : at + _LONGEST_MARK]
    found = _MARK.match(part, partial=True)
    if found is None:
        return 0, True
    if found.partial or found.end() == len(part):
        return (found.end(), False) if len(part) < _LONGEST_MARK else (0, True)
    return (0 if part[found.end()] == "(" else found.end()), True


def half_marker_is_text(text: str) -> bool:
    """Whether the beginning of a mark at the very end of a text may be words: "(so"."""
    return text.startswith("(") and not any(letter.isdecimal() for letter in text)


def marked_numbers(mark: str) -> Iterator[int]:
    """The numbers that a mark names, ranges in full."""
    for part in _BETWEEN.split(mark):
        bounds = [int(number) for number in re.findall(r"\d+", part)]
        if len(bounds) == 2 and 0 < bounds[1] - bounds[0] < _LONGEST_RANGE:
            yield from range(bounds[0], bounds[1] + 1)
        else:
            yield from bounds


def own_brackets(text: str) -> str:
    """Words of others in which nothing looks like a mark: its brackets are wider, "［1］".

    As many characters as before. Texts on code, chess and chemistry hold such numbers, and pages
    copied from a wiki do.
    """
    return _NUMBERED.sub(r"［\1］", text)


def open_marker(text: str) -> int:
    """Where ``text`` ends in what may become such a number; its length if it does not."""
    found = _OPEN.search(text)
    return found.start() if found else len(text)


def stop_place(words: str) -> int | None:
    """Where the stops and closing quotes begin that a sentence ends with; None without a stop."""
    rest = len(words.rstrip(STOPS + CLOSERS))
    return next((place for place in range(rest, len(words)) if words[place] in STOPS), None)


def with_markers(words: str, numbers: tuple[int, ...]) -> str:
    """The markers stand before the closing stop: "… in 1455 [2]."."""
    place = len(words[: stop_place(words)].rstrip())
    return words[:place] + "".join(f" [{number}]" for number in numbers) + words[place:]
