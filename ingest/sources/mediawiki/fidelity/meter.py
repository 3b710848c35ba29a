"""How much of a page its text keeps: numbers and words kept and lost, markup left, calls dropped.

What there was to keep comes from an independent parser's tree (``markup_tree``), never from our
own reading. What stands in templates that nobody knows was to be kept, too. Knows nothing of files.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from pinakes.ingest.sources.mediawiki.fidelity.losses import (
    Occurrence,
    Occurrences,
    TokensOf,
    alike,
    lost_tokens,
    neighbours,
    occurrences,
)
from pinakes.ingest.sources.mediawiki.fidelity.markup_tree import (
    Piece,
    Place,
    TemplateUse,
    pieces_of,
)
from pinakes.ingest.sources.mediawiki.fidelity.numbers import numbers_of, regrouped
from pinakes.ingest.sources.mediawiki.fidelity.words import words_of
from pinakes.ingest.sources.mediawiki.markup.layout import unescape
from pinakes.ingest.sources.mediawiki.templates.kept_templates import KeptTemplates
from pinakes.ingest.sources.mediawiki.templates.local_names import local_names
from pinakes.ingest.sources.mediawiki.templates.registry import find_template
from pinakes.ingest.sources.mediawiki.templates.unknown import holds_facts
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.types import Document

__all__ = ["FidelityCounts", "LostNumber", "measure_page", "measure_pages", "numbers_elsewhere"]

_APART: tuple[Place, ...] = ("silent", "steering")
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

    ``expected`` and ``kept`` are numbers by the place where they stand, ``words`` and
    ``words_kept`` words; what stands in templates that nobody knows is among them
    ("unrendered"), and what is lost there in ``lost_in_unknown`` by template. Apart from them:
    words and numbers in templates that are left out on purpose (``silent``), and numbers in
    arguments that do not show (``steering``), each by template. ``dropped`` are calls left out
    because nobody knows the template. ``quarantined`` is for the caller to fill: pages that never
    reached a parser.
    """

    pages: int = 0
    skipped: int = 0
    quarantined: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    words_kept: Counter[str] = field(default_factory=Counter)
    lost_in_unknown: Counter[str] = field(default_factory=Counter)
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

    @property
    def unknown_words_lost(self) -> float:
        """Words lost in templates that nobody knows, for each thousand words of the source."""
        lost = self.words["unrendered"] - self.words_kept["unrendered"]
        return 1000 * lost / max(self.words.total(), 1)


def measure_pages(
    pages: Iterable[Page], site: SiteInfo, templates: KeptTemplates | None = None
) -> Iterator[tuple[FidelityCounts, list[LostNumber]]]:
    """The fidelity of each page, in order: its counts and the numbers it lost.

    ``templates``: those of the dump, where it has any.
    """
    for page in pages:
        dropped: Counter[str] = Counter()
        document = parse_document(page, site, dropped, templates)
        yield measure_page(page, document, site, dropped)


def measure_page(
    page: Page, document: Document, site: SiteInfo, dropped: Mapping[str, int]
) -> tuple[FidelityCounts, list[LostNumber]]:
    """What ``document`` keeps of ``page``; ``dropped`` as ``parse_document`` counted it."""
    leftovers = _leftovers(page.wikitext, document.text)
    pieces = _pieces(page, site)
    if pieces is None:
        return FidelityCounts(skipped=1, dropped=Counter(dropped), leftovers=leftovers), []
    shown = [piece for piece in pieces if piece.place not in _APART]
    text = _comparable(page, document)
    numbers, words = occurrences(shown, numbers_of), occurrences(shown, words_of)
    lost = lost_tokens(numbers, text, numbers_of, regrouped)
    lost_words = lost_tokens(words, text, words_of)
    expected, words_expected = _by_place(numbers), _by_place(words)
    counts = FidelityCounts(
        pages=1,
        expected=expected,
        kept=expected - Counter(place.piece.place for place in lost),
        words=words_expected,
        words_kept=words_expected - Counter(place.piece.place for place in lost_words),
        lost_in_unknown=Counter(
            place.piece.template
            for place in (*lost, *lost_words)
            if place.piece.place == "unrendered"
        ),
        silent=_by_template(pieces, "silent", numbers_of, words_of),
        steering=_by_template(pieces, "steering", numbers_of),
        dropped=Counter(dropped),
        leftovers=leftovers,
    )
    return counts, [_example(page.title, place) for place in lost]


def numbers_elsewhere(page: Page, document: Document, site: SiteInfo) -> list[LostNumber]:
    """Numbers that count as kept though neither word beside them is beside them in the text.

    Mostly values that now stand behind their heading; a lost one that an equal number elsewhere
    makes up for would be among them.
    """
    pieces = _pieces(page, site)
    if pieces is None:
        return []
    text = _comparable(page, document)
    there: dict[str, list[int]] = {}
    for number, offset in numbers_of(text):
        there.setdefault(number, []).append(offset)
    moved = []
    shown = (piece for piece in pieces if piece.place not in _APART)
    for number, places in occurrences(shown, numbers_of).items():
        beside = neighbours(text, number, there.get(number, ()))
        moved += [
            _example(page.title, place)
            for place in places
            if there.get(number) and not alike(place, beside)
        ]
    return moved


def _pieces(page: Page, site: SiteInfo) -> list[Piece] | None:
    """The pieces of a page's source; None for a page too broken to measure."""
    return pieces_of(
        page.wikitext,
        lambda name, named, positional: _use_of(name, named, positional, site.language),
        site.namespace_names(6) | local_names(site.language).file,
        site.namespace_names(14) | {"category"},
    )


def _by_place(found: Occurrences) -> Counter[str]:
    return Counter(place.piece.place for places in found.values() for place in places)


def _by_template(pieces: list[Piece], place: Place, *kinds: TokensOf) -> Counter[str]:
    """How many tokens of these kinds stand at ``place``, by the template that holds them."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        if piece.place == place:
            counts[piece.template] += sum(1 for kind in kinds for _ in kind(piece.text))
    return +counts


def _comparable(page: Page, document: Document) -> str:
    """The document's words as the source has them: without the numbers that lists were given."""
    text = "\n".join([document.text, *_bare_headings(document)])
    if items := len(_NUMBERED_ITEM.findall(page.wikitext)):
        text = _LIST_NUMBER.sub(lambda mark: "" if int(mark[1]) <= items else mark[0], text)
    return text


def _bare_headings(document: Document) -> set[str]:
    """Headings that stand in the paths of sections alone: they have no text of their own."""
    paths = {part.heading_path for part in document.sections}
    above = {path[:depth] for path in paths for depth in range(1, len(path))}
    return {path[-1] for path in above - paths}


def _use_of(name: str, named: Mapping[str, str], positional: int, language: str) -> TemplateUse:
    if name == "#invoke":  # what a module would show is not known, whatever its call becomes
        return "unrendered"
    kind = find_template(name, language).kind
    if kind == "unknown":
        return "infobox" if holds_facts(named, positional) else "unrendered"
    if kind in ("silent", "disambiguation"):
        return "silent"
    return "infobox" if kind == "infobox" else "rendered"


def _example(title: str, place: Occurrence) -> LostNumber:
    piece, offset = place.piece, place.offset
    before = " ".join(piece.text[max(0, offset - _CONTEXT) : offset].split())
    after = " ".join(piece.text[offset : offset + _CONTEXT].split())
    return LostNumber(title, place.token, piece.place, piece.template, before, after)


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
