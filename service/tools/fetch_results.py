"""The result of a fetch: a passage, the beginning of a page, a section, or where words stand.

Each made to fit into its budget. Pure functions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pinakes.index.types import StoredPage
from pinakes.ingest.passages import heading_at
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import INFOBOX_HEADING, Section
from pinakes.service.asking.citations import page_url, passage_url, place_name, wiki_permalink
from pinakes.service.errors import NotFound
from pinakes.service.tools.arguments import closest
from pinakes.service.tools.budget import (
    excerpt,
    first_start,
    json_length,
    last_end,
    shown,
    widened,
)
from pinakes.service.tools.frame import Frame, fitted
from pinakes.service.tools.short_meanings import short_meanings
from pinakes.service.tools.tool_views import FetchMetadata, FetchResult
from pinakes.service.types import Meaning, PassageRef

__all__ = ["Fetched", "beginning", "passage", "section_of", "words_in"]

# Of the budget, for the list of sections.
_SHARE_OF_SECTIONS = 0.25
_MOST_TOLD = 12
_LEAST_LINE = 60


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page, and what is known beside its text.

    ``asked``: the id that it was asked for by, where that is one. ``changed``: it has another
    revision now than the caller named. ``mentions`` and ``mentioned_by``: titles of pages, where
    they were asked for. ``meanings``: other pages that the title asked for may mean.
    """

    page: StoredPage
    frame: Frame
    asked: str | None = None
    changed: bool = False
    mentions: Sequence[str] | None = None
    mentioned_by: Sequence[str] | None = None
    meanings: Sequence[Meaning] = ()

    @property
    def headings(self) -> list[str]:
        """The names of its sections, in order; those of the first level, where there are many."""
        paths = [section.heading_path for section in self.page.sections if section.heading_path]
        return list(dict.fromkeys(_named(path) for path in paths))


def passage(fetched: Fetched, ref: PassageRef) -> FetchResult:
    """The passage with the text around it."""
    page, language = fetched.page, fetched.frame.language
    return fitted(
        lambda room: _stretch(
            fetched,
            widened(page.text, ref.start, ref.end, room, language=language),
            named=(ref.start, ref.end),
        ),
        fetched.frame,
    )


def beginning(fetched: Fetched) -> FetchResult:
    """All of a page that is short; else its lead, its box, and the names of its sections."""
    page, frame = fetched.page, fetched.frame
    whole = _stretch(fetched, (0, len(page.text)))
    if frame.room(whole) >= 0:
        return whole
    sections = _listed(fetched.headings, int(frame.budget * _SHARE_OF_SECTIONS))
    stop = _end_of_head(page)

    def make(room: int) -> FetchResult:
        end = last_end(page.text, 0, stop, room, language=frame.language)
        return _stretch(fetched, (0, end), sections=sections)

    return fitted(make, frame)


def section_of(fetched: Fetched, name: str) -> FetchResult:
    """A section with those below it. Raises NotFound, which says which there are."""
    page, language = fetched.page, fetched.frame.language
    start, stop = _section(page, name, fetched.headings)

    def make(room: int) -> FetchResult:
        return _stretch(fetched, (start, last_end(page.text, start, stop, room, language=language)))

    return fitted(make, fetched.frame)


def words_in(fetched: Fetched, words: str, analyze: Callable[[str], Sequence[str]]) -> FetchResult:
    """The sentences of a page that hold the words, the most of them first, as many as fit.

    In the order of the page, each behind the name of its section. ``analyze``: the search terms of
    a text.
    """
    page, frame = fetched.page, fetched.frame
    wanted = frozenset(analyze(words))
    exact = " ".join(words.casefold().split())
    rated = []
    for start, end in sentence_spans(page.text, language=frame.language):
        text = page.text[start:end]
        held = len(wanted.intersection(analyze(text))) + (exact in text.casefold())
        if held:
            rated.append((held, start, end))
    most = max((held for held, _, _ in rated), default=0)
    best = [(start, end) for held, start, end in rated if 2 * held >= most]
    best.sort(key=lambda span: -next(held for held, start, _ in rated if start == span[0]))

    def make(room: int) -> FetchResult:
        lines: list[tuple[int, str]] = []
        for start, end in best:
            if lines and room < _LEAST_LINE:
                break
            line = _line(page, start, end, room, frame.language)
            room -= json_length(line) + 2  # and the end of the line
            lines.append((start, line))
        text = "\n".join(line for _, line in sorted(lines))
        return _result(fetched, text, (0, len(page.text)), FetchMetadata(found=len(rated)))

    return fitted(make, frame)


def _line(page: StoredPage, start: int, end: int, room: int, language: str) -> str:
    """A sentence behind the name of its section."""
    path = heading_at(page.sections, start)
    name = f"{_named(path)}: " if path else ""
    return name + excerpt(page.text[start:end], max(room - json_length(name), 0), language=language)


def _named(path: Sequence[str]) -> str:
    return " › ".join(path)


def _listed(names: Sequence[str], room: int) -> list[str] | None:
    """As many of the names as ``room`` holds: where they are too many, of the first level alone."""
    if sum(json_length(name) + 3 for name in names) > room:
        names = list(dict.fromkeys(name.partition(" › ")[0] for name in names))
    listed = []
    for name in names:
        room -= json_length(name) + 3  # and its quotation marks
        if room < 0:
            break
        listed.append(name)
    return listed or None


def _end_of_head(page: StoredPage) -> int:
    """Where the lead and the box behind it end; of a page without sections, its end."""
    head = [
        section
        for section in page.sections
        if not section.heading_path or section.heading_path == (INFOBOX_HEADING,)
    ]
    return max((section.end for section in head), default=len(page.text))


def _section(page: StoredPage, name: str, headings: Sequence[str]) -> tuple[int, int]:
    """From where to where the section of this name goes, with those below it."""
    wanted = _folded(name)
    titled = [section for section in page.sections if section.heading_path]
    exact = [one for one in titled if _folded(_named(one.heading_path)) == wanted]
    last = [one for one in titled if _folded(one.heading_path[-1]) == wanted]
    begun = [one for one in titled if _folded(one.heading_path[-1]).startswith(wanted)]
    if found := [*exact, *last, *begun]:
        return found[0].start, _last_below(page.sections, found[0]).end
    if not headings:
        raise NotFound(f"{page.title} has no sections; leave section out, or use find")
    near = closest(name, headings)
    hint = f"did you mean {near}?" if near else f"it has {'; '.join(headings[:_MOST_TOLD])}"
    raise NotFound(f"{page.title} has no section {name[:60]!r}; {hint}")


def _last_below(sections: Sequence[Section], section: Section) -> Section:
    depth = len(section.heading_path)
    below = section
    for other in sections[sections.index(section) + 1 :]:
        if other.heading_path[:depth] != section.heading_path:
            break
        below = other
    return below


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())


def _stretch(
    fetched: Fetched,
    stretch: tuple[int, int],
    *,
    sections: list[str] | None = None,
    named: tuple[int, int] | None = None,
) -> FetchResult:
    """Part of a page, and the ids of what stands before and behind it.

    ``named``: the part of it that was asked for, where that is less.
    """
    page, language = fetched.page, fetched.frame.language
    start, end = stretch
    text = shown(page.text, start, end)
    room = json_length(text)
    behind = end + len(page.text[end:]) - len(page.text[end:].lstrip())
    path = heading_at(page.sections, (named or stretch)[0])
    return _result(
        fetched,
        text,
        named or stretch,
        FetchMetadata(
            section=_named(path) or None,
            sections=sections,
            previous=_part(fetched, first_start(page.text, start, room, language=language), start),
            next=_part(
                fetched,
                behind,
                last_end(page.text, behind, len(page.text), room, language=language),
            ),
        ),
    )


def _part(fetched: Fetched, low: int, high: int) -> str | None:
    """The id of another part of the page, if there is anything in it."""
    page = fetched.page
    ref = PassageRef(fetched.frame.manifest.collection, page.page_id, page.revision_id, low, high)
    return str(ref) if page.text[low:high].strip() else None


def _result(
    fetched: Fetched, text: str, stretch: tuple[int, int], told: FetchMetadata
) -> FetchResult:
    page, frame = fetched.page, fetched.frame
    start, end = stretch
    ref = PassageRef(frame.manifest.collection, page.page_id, page.revision_id, start, end)
    permalink = wiki_permalink(frame.manifest.dump.base_url, page.title, page.revision_id)
    name = place_name(page.title, heading_at(page.sections, start))
    url = passage_url(ref) if start else page_url(ref.collection, ref.page_id)
    reference = frame.reference(ref, name, url, permalink)
    metadata = told.model_copy(
        update={
            "as_of": frame.manifest.dump.day,
            "revised": page.timestamp[:10] or None,
            "changed": fetched.changed or None,
            "kept_as_of": page.kept_as_of,
            "meanings": short_meanings(fetched.meanings, frame),
            "mentions": fetched.mentions,
            "mentioned_by": fetched.mentioned_by,
        }
    )
    return FetchResult(
        **dict(reference) | {"id": fetched.asked or reference.id}, text=text, metadata=metadata
    )
