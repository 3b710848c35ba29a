"""Examples for the reading model: a question or a claim, a text, and what is known of the two.

A text is a window of whole sentences, short enough that several can be read while somebody waits.
Knows nothing of tokens and networks.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.windows import WINDOW_WORDS, window_spans

__all__ = ["Example", "SupportLabel", "Window", "cut", "window_around", "window_near"]

SupportLabel = Literal["supported", "contradicted", "not said"]


@dataclass(frozen=True, slots=True)
class Example:
    """``first``: the question or claim. What is None is not learned from this example.

    ``span``: offsets of the answer in ``text``; (0, 0): it has none. ``relevant``: whether the text
    is one that answers, among others that search finds. ``kind``: where it comes from. ``group``:
    the name of examples to be told apart, of which one is right.
    """

    kind: str
    first: str
    title: str
    text: str
    span: tuple[int, int] | None = None
    relevant: bool | None = None
    support: SupportLabel | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Whole sentences of a text that follow each other: ``text`` begins at ``start`` of it."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Where it ends in that text."""
        return self.start + len(self.text)


def cut(text: str, words: int = WINDOW_WORDS) -> list[Window]:
    """The whole text as windows, as they are read when somebody asks."""
    return [Window(start, text[start:end]) for start, end in window_spans(text, words, "en")]


def window_around(
    text: str, start: int, end: int, chance: random.Random, words: int = WINDOW_WORDS
) -> Window | None:
    """A window that holds ``text[start:end]`` and other sentences, at a place left to chance.

    None where that lies in no sentence, or in one too long.
    """
    spans = sentence_spans(text, language="en")
    counts = [len(text[a:b].split()) for a, b in spans]
    held = [place for place, (a, b) in enumerate(spans) if a < end and start < b]
    if not held or spans[held[0]][0] > start or spans[held[-1]][1] < end:
        return None
    first, last = held[0], held[-1]
    total = sum(counts[first : last + 1])
    if total > words + 30:
        return None
    room = words - chance.randrange(words // 3)
    while sides := _sides(counts, first, last, room - total):
        if chance.choice(sides) < first:
            first -= 1
            total += counts[first]
        else:
            last += 1
            total += counts[last]
    return Window(spans[first][0], text[spans[first][0] : spans[last][1]])


def window_near(text: str, words: Collection[str], chance: random.Random) -> Window | None:
    """A window around the sentence that holds most of ``words``, in lower case; of equals any.

    As long as those of ``window_around``: else a network learns by lengths what has an answer.
    """
    spans = sentence_spans(text, language="en")
    chance.shuffle(spans)
    spans.sort(key=lambda span: -len({*words} & {*text[slice(*span)].lower().split()}))
    found = (window_around(text, start, end, chance) for start, end in spans)
    return next((window for window in found if window), None)


def _sides(counts: Sequence[int], first: int, last: int, room: int) -> list[int]:
    return [
        place
        for place in (first - 1, last + 1)
        if 0 <= place < len(counts) and counts[place] <= room
    ]
