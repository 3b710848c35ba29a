"""Passages cut into windows of whole sentences: what a network reads at once.

A network takes the longer the more words it is given, so that it reads those windows alone that
share most with the question. Knows nothing of networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pinakes.index.types import Hit
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.question import Question

__all__ = ["WINDOW_WORDS", "Window", "nearest_windows", "window_spans"]

WINDOW_WORDS = 90
# Of one passage; two hold nearly all of one.
_MOST_OF_PASSAGE = 2


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences of the passage at place ``hit`` among the hits, from offset ``start`` on."""

    hit: int
    start: int
    text: str


def window_spans(text: str, words: int = WINDOW_WORDS, language: str = "") -> list[tuple[int, int]]:
    """The whole text as windows of at most so many words.

    The last sentence of each stands in the next again; a longer sentence is a window of its own.
    """
    spans = sentence_spans(text, language=language)
    counts = [len(text[start:end].split()) for start, end in spans]
    windows = []
    first = 0
    while first < len(spans):
        last, total = first, counts[first]
        while last + 1 < len(spans) and total + counts[last + 1] <= words:
            last += 1
            total += counts[last]
        windows.append((spans[first][0], spans[last][1]))
        if last + 1 == len(spans):
            break
        first = max(last, first + 1)
    return windows


def nearest_windows(question: Question, hits: Sequence[Hit], most: int) -> list[Window]:
    """``most`` windows that share most with the question by idf; of each hit one before any second.

    The first hits come first.
    """
    found: list[tuple[int, int, Window]] = []
    for place, hit in enumerate(hits):
        text = hit.passage.text
        title = " ".join([hit.passage.title, *hit.passage.heading_path])
        known = frozenset(question.analyze(title))
        spans = window_spans(text, language=hit.language)
        shares = [
            question.share(known | frozenset(question.analyze(text[start:end])))
            for start, end in spans
        ]
        order = sorted(range(len(spans)), key=lambda at: -shares[at])
        for turn, at in enumerate(order[:_MOST_OF_PASSAGE]):
            start, end = spans[at]
            found.append((turn, place, Window(place, start, text[start:end])))
    found.sort(key=lambda row: row[:2])
    return [window for _, _, window in found[:most]]
