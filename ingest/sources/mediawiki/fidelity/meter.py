"""How much of a page's facts its text keeps: numbers kept and lost, markup left, templates dropped.

What there was to keep comes from an independent parser's tree (``markup_tree``), never from our
own reading. A number counts as kept as often as it occurs in both. Knows nothing of files.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from pinakes.ingest.sources.mediawiki.fidelity.markup_tree import (
    Piece,
    Place,
    TemplateUse,
    pieces_of,
)
from pinakes.ingest.sources.mediawiki.fidelity.numbers import numbers_of
from pinakes.ingest.sources.mediawiki.markup.layout import unescape
from pinakes.ingest.sources.mediawiki.templates.local_names import local_names
from pinakes.ingest.sources.mediawiki.templates.registry import find_template
from pinakes.ingest.sources.mediawiki.templates.unknown import holds_facts
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Document

__all__ = ["FidelityCounts", "LostNumber", "measure_page", "measure_pages", "numbers_elsewhere"]

_APART: tuple[Place, ...] = ("unrendered", "silent", "steering")
_MOST_VERBATIM = 2_000
_CONTEXT = 60
_LIST_NUMBER = re.compile(r"^[ \t]*(\d{1,4})\. ", re.MULTILINE)
_NUMBERED_ITEM = re.compile(r"^[*:;]*#", re.MULTILINE)
_VERBATIM = re.compile(
    r"<(math|chem|ce|pre|syntaxhighlight|source|nowiki)\b[^<>]*>(.*?)</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_LEFTOVERS = {
    "braces": re.compile(r"\{\{|\}\}|\{\||^\|[}+-]", re.MULTILINE),
    "brackets": re.compile(r"\[\[|\]\]"),
    "thumb|": re.compile(r"\bthumb\|"),
    "tags": re.compile(
        r"</?(?:ref|br|div|span|small|big|sup|sub|p|b|i|u|s|table|t[drh]|gallery|math|nowiki|center|"
        r"font|li|[uo]l|blockquote|code|includeonly|noinclude|poem|references)\b[^<>\n]{0,200}>",
        re.IGNORECASE,
    ),
    "entities": re.compile(r"&(?:nbsp|ndash|mdash|minus|times|thinsp|amp|lt|gt|#\d{2,5});"),
    "emphasis": re.compile(r"'''"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LostNumber:
    """A number that the text lacks: its page, where it stood, and the source around it."""

    title: str
    number: str
    place: Place
    template: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FidelityCounts:
    """Counts over any number of pages; they add up.

    ``expected`` and ``kept`` are numbers by the place where they stand. Apart from them:
    ``unrendered``, ``silent`` and ``steering``, numbers in templates that no renderer knows, in
    those that are left out on purpose, and in arguments that do not show, each by template.
    ``quarantined`` is for the caller to fill: pages that never reached a parser.
    """

    pages: int = 0
    skipped: int = 0
    quarantined: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    unrendered: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    steering: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    leftovers: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "FidelityCounts") -> "FidelityCounts":
        names = [entry.name for entry in fields(self)]
        return FidelityCounts(
            **{name: getattr(self, name) + getattr(other, name) for name in names}
        )

    def to_json(self) -> dict[str, int | dict[str, int]]:
        """Every count by its name, the counters by descending count."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {
            name: dict(value.most_common()) if isinstance(value, Counter) else value
            for name, value in values.items()
        }

    @property
    def fidelity(self) -> float:
        """Numbers kept of those there were; 1 where there were none."""
        expected = self.expected.total()
        return self.kept.total() / expected if expected else 1.0


def measure_pages(
    pages: Iterable[Page], site: SiteInfo
) -> Iterator[tuple[FidelityCounts, list[LostNumber]]]:
    """The fidelity of each page, in order: its counts and the numbers it lost."""
    for page in pages:
        dropped: Counter[str] = Counter()
        document = parse_document(page, site, dropped)
        yield measure_page(page, document, site, dropped)


def measure_page(
    page: Page, document: Document, site: SiteInfo, dropped: Mapping[str, int]
) -> tuple[FidelityCounts, list[LostNumber]]:
    """What ``document`` keeps of ``page``; ``dropped`` as ``parse_document`` counted it."""
    leftovers = _leftovers(page.wikitext, document.text)
    source = _source(page, site)
    if source is None:
        return FidelityCounts(skipped=1, dropped=Counter(dropped), leftovers=leftovers), []
    found, apart = source
    text = _comparable(page, document)
    there = _offsets(text)
    expected: Counter[str] = Counter()
    lost_at: Counter[str] = Counter()
    lost: list[LostNumber] = []
    for number, places in found.items():
        expected.update(piece.place for piece, _ in places)
        missing = len(places) - len(there.get(number, ()))
        if missing > 0:
            neighbours = {_neighbours(text, offset, number) for offset in there.get(number, ())}
            ranked = sorted(places, key=lambda place: _alike(place, neighbours, number))
            for piece, offset in ranked[:missing]:
                lost_at[piece.place] += 1
                lost.append(_example(page.title, number, piece, offset))
    counts = FidelityCounts(
        pages=1,
        expected=expected,
        kept=expected - lost_at,
        unrendered=apart["unrendered"],
        silent=apart["silent"],
        steering=apart["steering"],
        dropped=Counter(dropped),
        leftovers=leftovers,
    )
    return counts, lost


def numbers_elsewhere(page: Page, document: Document, site: SiteInfo) -> list[LostNumber]:
    """Numbers that count as kept though neither word beside them is beside them in the text.

    Mostly values that now stand behind their heading; a lost one that an equal number elsewhere
    makes up for would be among them.
    """
    source = _source(page, site)
    if source is None:
        return []
    text = _comparable(page, document)
    there = _offsets(text)
    moved = []
    for number, places in source[0].items():
        neighbours = {_neighbours(text, offset, number) for offset in there.get(number, ())}
        moved += [
            _example(page.title, number, *place)
            for place in places
            if there.get(number) and not _alike(place, neighbours, number)
        ]
    return moved


# The numbers of a page's source: where each stands, and by template those set apart.
_Numbers = dict[str, list[tuple[Piece, int]]]


def _source(page: Page, site: SiteInfo) -> tuple[_Numbers, dict[str, Counter[str]]] | None:
    """The numbers to keep and those set apart; None for a page too broken to measure."""
    pieces = pieces_of(
        page.wikitext,
        lambda name, named, positional: _use_of(name, named, positional, site.language),
        site.namespace_names(6) | local_names(site.language).file,
        site.namespace_names(14) | {"category"},
    )
    if pieces is None:
        return None
    found: _Numbers = {}
    apart: dict[str, Counter[str]] = {place: Counter() for place in _APART}
    for piece in pieces:
        for number, offset in numbers_of(piece.text):
            if piece.place in apart:
                apart[piece.place][piece.template] += 1
            else:
                found.setdefault(number, []).append((piece, offset))
    return found, apart


def _comparable(page: Page, document: Document) -> str:
    """The document's words as the source has them: without the numbers that lists were given."""
    text = "\n".join([document.text, *_bare_headings(document)])
    if items := len(_NUMBERED_ITEM.findall(page.wikitext)):
        text = _LIST_NUMBER.sub(lambda mark: "" if int(mark[1]) <= items else mark[0], text)
    return text


def _offsets(text: str) -> dict[str, list[int]]:
    """Where in ``text`` each number stands."""
    offsets: dict[str, list[int]] = {}
    for number, offset in numbers_of(text):
        offsets.setdefault(number, []).append(offset)
    return offsets


def _bare_headings(document: Document) -> set[str]:
    """Headings that stand in the paths of sections alone: they have no text of their own."""
    paths = {part.heading_path for part in document.sections}
    above = {path[:depth] for path in paths for depth in range(1, len(path))}
    return {path[-1] for path in above - paths}


def _use_of(name: str, named: Mapping[str, str], positional: int, language: str) -> TemplateUse:
    kind = find_template(name, language).kind
    if kind == "unknown":
        return "infobox" if holds_facts(named, positional) else "unrendered"
    if kind in ("silent", "disambiguation"):
        return "silent"
    return "infobox" if kind == "infobox" else "rendered"


def _neighbours(text: str, offset: int, number: str) -> tuple[str, str]:
    before = re.findall(r"\w+", text[max(0, offset - 30) : offset])
    after = re.findall(r"\w+", text[offset + len(number) : offset + len(number) + 30])
    return (before[-1] if before else "", after[0] if after else "")


def _alike(place: tuple[Piece, int], neighbours: set[tuple[str, str]], number: str) -> int:
    """How many of the words beside a number in the source are beside one in the text, 0 to 2."""
    before, after = _neighbours(place[0].text, place[1], number)
    return any(before == pair[0] for pair in neighbours) + any(
        after == pair[1] for pair in neighbours
    )


def _example(title: str, number: str, piece: Piece, offset: int) -> LostNumber:
    before = " ".join(piece.text[max(0, offset - _CONTEXT) : offset].split())
    after = " ".join(piece.text[offset : offset + _CONTEXT].split())
    return LostNumber(title, number, piece.place, piece.template, before, after)


def _leftovers(wikitext: str, text: str) -> Counter[str]:
    """Marks of wikitext in the text, by kind; mathematics and verbatim text apart."""
    counts = Counter({kind: len(mark.findall(text)) for kind, mark in _LEFTOVERS.items()})
    counts = +counts
    if counts and "<" in wikitext:
        verbatim = {
            form
            for match in _VERBATIM.finditer(wikitext)
            for content in (match[2], unescape(match[2]))
            for form in (" ".join(content.split()), content.strip("\n"), content)
            if any(mark.search(form) for mark in _LEFTOVERS.values())
        }
        for form in sorted(verbatim, key=len, reverse=True)[:_MOST_VERBATIM]:
            text = text.replace(form, "")
        counts = +Counter({kind: len(mark.findall(text)) for kind, mark in _LEFTOVERS.items()})
    return counts
