"""Cut a document into passages: slices of its text of about one length, along its own seams.

Knows nothing of markup or of indexes. A passage never splits a sentence unless that one sentence
is longer than a passage may be.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil

from ingest.types import Document, Passage, Section

__all__ = ["count_words", "heading_at", "sentence_spans", "split_passages"]

TARGET_WORDS = 180
MAX_WORDS = 240
MIN_WORDS = 40

# Scripts written without spaces: each letter weighs about two thirds of a word.
_UNSPACED_LETTER = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
_UNSPACED = re.compile(_UNSPACED_LETTER)
# Where a monstrous sentence may be cut.
_SEAM = re.compile(rf"\s+|$|(?<={_UNSPACED_LETTER})")
# A sentence ends at . ! or ? before a space and a capital, digit, bracket or quote; the CJK stops
# end one anywhere. A single letter, a common abbreviation or the number of a list item before the
# point does not.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\Wa-z_])|(?<=[。！？])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b[A-Za-z]|(?<![^\n])\d{1,3}|\b(?:c|ca|fl|cf|vs|no|vol|pp|ed|eds|dr|mr|mrs|ms|st|jr|sr|gen|col|capt|lt|prof|"
    r"rev|hon|inc|ltd|co|approx|est|fig|e\.g|i\.e|etc|al|trans|lit|rd|sgt|mt|ft))\.$",
    re.IGNORECASE,
)


def split_passages(document: Document, first_id: int = 0) -> Iterator[Passage]:
    """The passages of ``document`` in reading order, numbered from ``first_id``.

    They aim at 180 words; small sections join the one before them, so that no passage is a
    lone tail. A passage that spans sections carries the path of its first.
    """
    for number, (section, start, end) in enumerate(_slices(document)):
        yield Passage(
            passage_id=first_id + number,
            page_id=document.page_id,
            title=document.title,
            heading_path=section.heading_path,
            text=document.text[start:end],
            start=start,
            end=end,
        )


def heading_at(sections: tuple[Section, ...], start: int) -> tuple[str, ...]:
    """The heading path of the last section that begins at or before ``start``."""
    path: tuple[str, ...] = ()
    for section in sections:
        if section.start > start:
            break
        path = section.heading_path
    return path


def count_words(text: str) -> int:
    """Words of ``text``, by spaces; letters of unspaced scripts count two thirds each."""
    words = len(text.split())
    if not text.isascii():
        words += len(_UNSPACED.findall(text)) * 2 // 3
    return words


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets of the sentences in ``text[start:end]``, without the space between them.

    Line ends also end a sentence: rows of tables and items of lists stand for themselves.
    """
    end = start + len(text[start:end].rstrip())
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        is_line_end = "\n" in match.group()
        if not is_line_end and _ABBREVIATION.search(
            text, max(begin, match.start() - 8), match.start()
        ):
            continue
        closing = match.group()
        stop = match.start() + len(closing) - len(closing.lstrip("\"'”’)]"))
        if stop > begin:
            spans.append((begin, stop))
        begin = match.end()
    if begin < end:
        spans.append((begin, end))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _slices(document: Document) -> Iterator[tuple[Section, int, int]]:
    """Runs of sections that belong together, each cut into slices of even length."""
    for run in _runs(document):
        spans = [
            piece
            for section in run
            for sentence in sentence_spans(document.text, section.start, section.end)
            for piece in _fitting(document.text, *sentence)
        ]
        for start, end in _packed(document.text, spans):
            section = next(part for part in reversed(run) if part.start <= start)
            yield section, start, end


def _runs(document: Document) -> Iterator[Sequence[Section]]:
    """Sections in order; one too small to stand alone joins its neighbour under the same parent."""
    run: list[Section] = []
    words = 0
    for section in document.sections:
        size = count_words(document.text[section.start : section.end])
        small = size < MIN_WORDS or words < MIN_WORDS
        related = bool(run) and run[0].heading_path[:1] == section.heading_path[:1]
        if run and not (small and related and words + size <= MAX_WORDS):
            yield run
            run, words = [], 0
        run.append(section)
        words += size
    if run:
        yield run


def _fitting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence itself, or pieces of a monstrous one, cut between words."""
    if count_words(text[start:end]) <= MAX_WORDS:
        yield start, end
        return
    begin, words, last = start, 0, start
    for match in _SEAM.finditer(text[start:end]):
        cut = start + match.start()
        words += count_words(text[last:cut])
        last = start + match.end()
        if words >= TARGET_WORDS or cut == end:
            if cut > begin:
                yield begin, cut
            begin, words = last, 0


def _packed(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences packed into the smallest number of passages, of about equal length."""
    sizes = [count_words(text[start:end]) for start, end in spans]
    total = sum(sizes)
    if not spans:
        return
    count = max(1, round(total / TARGET_WORDS), ceil(total / MAX_WORDS))
    goal = total / count
    cuts = [0]
    words, done = 0, 0
    for index, size in enumerate(sizes):
        full = words and done + words + size / 2 > goal * len(cuts)
        if (full and len(cuts) < count) or (words and words + size > MAX_WORDS):
            cuts.append(index)
            done += words
            words = 0
        words += size
    for first, last in pairwise([*cuts, len(spans)]):
        yield spans[first][0], spans[last - 1][1]
