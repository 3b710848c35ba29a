"""Cut a document into passages: slices of its text of about one length, along its own seams.

Knows nothing of markup or of indexes. A passage never splits a sentence unless that one sentence
is longer than a passage may be.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from pinakes.ingest.text.scripts import UNSPACED
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import Document, Passage, Section

__all__ = [
    "PassageLengths",
    "count_words",
    "heading_at",
    "split_passages",
]

TARGET_WORDS = 180
MAX_WORDS = 240
MIN_WORDS = 40


@dataclass(frozen=True, slots=True)
class PassageLengths:
    """Words that passages aim at, that they have at most, and that a section needs to stand alone.

    The defaults were chosen on the development questions: see bench/results/passage_sizes.json.
    """

    target: int = TARGET_WORDS
    most: int = MAX_WORDS
    least: int = MIN_WORDS


_LENGTHS = PassageLengths()

# Start, end and number of words of a sentence, or of a part of one.
_Piece = tuple[int, int, int]

# In scripts written without spaces each letter weighs about two thirds of a word.
_UNSPACED = re.compile(UNSPACED)
# An item of a list, with those indented below it.
_ITEM = re.compile(r"^- (.+(?:\n +- .+)*)$", re.MULTILINE)
_LEAST_OF_ITEM = 8
# Where a monstrous sentence may be cut.
_SEAM = re.compile(rf"\s+|$|(?<={UNSPACED})")


def split_passages(
    document: Document,
    first_id: int = 0,
    lengths: PassageLengths = _LENGTHS,
    *,
    language: str = "",
) -> Iterator[Passage]:
    """The passages of ``document`` in reading order, numbered from ``first_id``.

    They aim at 180 words; small sections join the one before them, so that no passage is a
    lone tail; not so where sections, or items of lists, stand for themselves. A passage that spans
    sections carries the path of its first. Sentences end by the rules of ``language``.
    """
    for number, (section, start, end) in enumerate(_slices(document, lengths, language)):
        yield Passage(
            passage_id=first_id + number,
            page_id=0,
            title=document.title,
            heading_path=section.heading_path,
            text=document.text[start:end],
            start=start,
            end=end,
        )


def heading_at(sections: tuple[Section, ...], start: int) -> tuple[str, ...]:
    """The heading path of the last section that begins at or before ``start``."""
    place = bisect_right(sections, start, key=lambda section: section.start)
    return sections[place - 1].heading_path if place else ()


def count_words(text: str) -> int:
    """Words of ``text``, by spaces; letters of unspaced scripts count two thirds each."""
    words = len(text.split())
    if not text.isascii():
        words += len(_UNSPACED.findall(text)) * 2 // 3
    return words


def _slices(
    document: Document, lengths: PassageLengths, language: str
) -> Iterator[tuple[Section, int, int]]:
    """Runs of sections that belong together, each cut into slices of even length."""
    for run in _runs(document, lengths, language):
        for start, end in _packed(run.pieces, lengths):
            section = next(part for part in reversed(run.sections) if part.start <= start)
            yield section, start, end


@dataclass(slots=True)
class _Run:
    """Sections that are cut together: their sentences, and how many words those have."""

    sections: list[Section]
    pieces: list[_Piece]
    words: int

    def join(self, other: "_Run") -> None:
        self.sections += other.sections
        self.pieces += other.pieces
        self.words += other.words


def _runs(document: Document, lengths: PassageLengths, language: str) -> Iterator[_Run]:
    """Runs in order; one too small to stand alone joins the one before it, the first the next."""
    last: _Run | None = None
    joins = document.cut_by == "length"
    for run in _chapter_runs(document, lengths, language):
        if last is not None and min(last.words, run.words) < lengths.least and joins:
            last.join(run)
        else:
            if last is not None:
                yield last
            last = run
    if last is not None:
        yield last


def _chapter_runs(document: Document, lengths: PassageLengths, language: str) -> Iterator[_Run]:
    """Sections in order; small ones join their neighbour in the same chapter if they fit."""
    run: _Run | None = None
    joins = document.cut_by == "length"
    for section in _cut_sections(document):
        pieces = list(_pieces(document.text, section, lengths, language))
        found = _Run([section], pieces, sum(piece[2] for piece in pieces))
        if run is None:
            run = found
            continue
        small = min(run.words, found.words) < lengths.least
        related = run.sections[0].heading_path[:1] == section.heading_path[:1]
        if small and related and joins and run.words + found.words <= lengths.most:
            run.join(found)
        else:
            yield run
            run = found
    if run is not None:
        yield run


def _cut_sections(document: Document) -> Iterator[Section]:
    """The sections; where items of lists stand for themselves, each long one as a part of its own.

    An item is without its mark; short ones stay with what is around them.
    """
    for section in document.sections:
        if document.cut_by != "items":
            yield section
            continue
        start = section.start
        for item in _ITEM.finditer(document.text, section.start, section.end):
            if count_words(item[1]) < _LEAST_OF_ITEM:
                continue
            if document.text[start : item.start()].strip():
                yield Section(section.heading_path, start, item.start())
            yield Section(section.heading_path, *item.span(1))
            start = item.end()
        if document.text[start : section.end].strip():
            yield Section(section.heading_path, start, section.end)


def _pieces(
    text: str, section: Section, lengths: PassageLengths, language: str
) -> Iterator[_Piece]:
    """The sentences with their words; a monstrous one in pieces, cut between words."""
    for begin, stop in sentence_spans(text, section.start, section.end, language=language):
        words = count_words(text[begin:stop])
        if words > lengths.most:
            yield from _cut(text, begin, stop, lengths.target)
        elif words:
            yield begin, stop, words


def _cut(text: str, start: int, end: int, target: int) -> Iterator[_Piece]:
    begin, words, last = start, 0, start
    for match in _SEAM.finditer(text[start:end]):
        cut = start + match.start()
        words += count_words(text[last:cut])
        last = start + match.end()
        if words >= target or cut == end:
            if cut > begin:
                yield begin, cut, count_words(text[begin:cut])
            begin, words = last, 0


def _packed(pieces: Sequence[_Piece], lengths: PassageLengths) -> Iterator[tuple[int, int]]:
    """Sentences packed into the smallest number of passages, of about equal length."""
    if not pieces:
        return
    total = sum(piece[2] for piece in pieces)
    count = max(1, round(total / lengths.target), ceil(total / lengths.most))
    goal = total / count
    cuts = [0]
    words, done = 0, 0
    for index, (_, _, size) in enumerate(pieces):
        full = words and done + words + size / 2 > goal * len(cuts)
        if (full and len(cuts) < count) or (words and words + size > lengths.most):
            cuts.append(index)
            done += words
            words = 0
        words += size
    for first, last in pairwise([*cuts, len(pieces)]):
        yield pieces[first][0], pieces[last - 1][1]
