"""The part of a passage worth showing for a question, and what is marked in it. Pure functions."""

from collections.abc import Iterator, Sequence

from pinakes.ingest.characters import cut_place
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import Passage

__all__ = ["Spans", "best_excerpt", "first_sentence", "marked_pieces"]

# As far as a cut moves to spare a word; scripts without spaces are cut anywhere.
_LONGEST_WORD = 24

Spans = Sequence[tuple[int, int]]


def best_excerpt(
    text: str, highlights: Spans, length: int, places: Spans = (), *, language: str = ""
) -> tuple[int, int]:
    """Start and end of the stretch with most of ``places``, in code points.

    Where none of these fits, of the one with the most highlighted words. It is at most ``length``
    long. Words count once; of equal stretches the passage's beginning is best, then the one where
    they stand nearest to each other. It begins with a sentence where that leaves its words inside,
    by the rules of ``language``.
    """
    if len(text) <= length:
        return 0, len(text)
    fitting = [(start, end) for start, end in places if end - start <= length]
    first, last = _densest(text, fitting or highlights, length)
    starts = [start for start, _ in sentence_spans(text, language=language) if start <= first]
    starts = [start for start in starts if last - start <= length]
    if starts:
        reaching = [start for start in starts if len(text) - start <= length]
        start = min(reaching, default=starts[-1])
    else:
        start = _after_space(text, max(0, first - (length - (last - first)) // 2), first)
    return start, _before_space(text, min(len(text), start + length), last)


def first_sentence(lead: Passage, most: int, language: str) -> str:
    """How a page begins, from its first passage, about ``most`` code points long.

    "" where it begins with no sentence.
    """
    text = lead.text.removeprefix(f"{lead.title}\n")
    spans = sentence_spans(text, language=language)
    if lead.heading_path or not spans:
        return ""
    sentence = text[slice(*spans[0])]
    if len(sentence) > most:
        sentence = f"{sentence[: cut_place(sentence, most)].rsplit(' ', 1)[0]} …"
    return sentence


def _densest(text: str, highlights: Spans, length: int) -> tuple[int, int]:
    """From the first to the last highlight of the best stretch; nothing marked: the beginning."""
    best, place = (0, False, 0), (0, 0)
    for number, begin in enumerate([0, *(start for start, _ in highlights)]):
        words: set[str] = set()
        last = begin
        for start, end in highlights[max(0, number - 1) :]:
            if end - begin > length:
                break
            if (word := text[start:end].casefold()) not in words:
                words.add(word)
                last = end
        if words and (worth := (len(words), begin == 0, begin - last)) > best:
            best, place = worth, (begin, last)
    return place


def _after_space(text: str, at: int, most: int) -> int:
    """The next beginning of a word, if it is near and not after ``most``."""
    for place in range(max(at, 1), min(at + _LONGEST_WORD, most) + 1):
        if text[place - 1].isspace():
            return place
    return cut_place(text, at)


def _before_space(text: str, at: int, least: int) -> int:
    """The last end of a word, if it is near and not before ``least``."""
    if at == len(text):
        return at
    for place in range(at, max(at - _LONGEST_WORD, least) - 1, -1):
        if text[place].isspace():
            return place
    return max(cut_place(text, at), least)


def marked_pieces(text: str, highlights: Spans, start: int, end: int) -> Iterator[tuple[str, bool]]:
    """The stretch from ``start`` to ``end`` in pieces, each with whether it is highlighted."""
    at = start
    for low, high in highlights:
        low, high = max(low, at), min(high, end)
        if low >= high:
            continue
        if at < low:
            yield text[at:low], False
        yield text[low:high], True
        at = high
    if at < end:
        yield text[at:end], False
