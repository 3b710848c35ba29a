"""Where sentences end: offsets into the text as it is. Knows nothing of markup."""

import re
from collections.abc import Iterator
from string import ascii_lowercase

from pinakes.ingest.text.language import language_part

__all__ = ["CLOSERS", "STOPS", "SURE_STOPS", "sentence_break", "sentence_spans"]

# Stops that are nothing else: of Chinese and Japanese, of the scripts of India, of Arabic and Urdu,
# Ethiopic, Armenian, Burmese, Khmer.
SURE_STOPS = "。！？।॥؟۔።։။។"
STOPS = ".!?" + SURE_STOPS
CLOSERS = "\"'”’)]」』）》"
# What may follow a sure stop: no straight quote, which may as well open the next sentence.
_AFTER_SURE_STOP = STOPS + CLOSERS.lstrip("\"'")
# A sentence ends at . ! or ? before a space and a capital, digit, bracket or quote; sure stops end
# one anywhere, and so does the end of a line. The pattern begins with the set of all of them,
# which the regex engine looks for six times as fast as for what stands behind one.
_SENTENCE_END = re.compile(
    rf"[{STOPS}\n](?:"
    rf"(?<=[.!?])[{re.escape(CLOSERS)}]*(\s+)(?=[\"'“‘(\[]?[^\Wa-z_])|"
    rf"(?<=[{SURE_STOPS}])[{re.escape(_AFTER_SURE_STOP)}]*([^\S\n]*)|(?<=\n)\n*)"
)
# A point behind an abbreviation, behind a single letter or behind the number of a list item ends
# no sentence.
_ABBREVIATIONS = frozenset(
    [*language_part("en", "sentences")["abbreviations"].split(), *ascii_lowercase]
)
_LONGEST_ABBREVIATION = 7
_SHORT_WORD = re.compile(r"\b(e\.g|i\.e|[a-z]{1,6})\.$|(?<![^\n])\d{1,3}\.$", re.IGNORECASE)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets of the sentences in ``text[start:end]``, without the space between them.

    Line ends also end a sentence: rows of tables and items of lists stand for themselves.
    """
    return [
        (begin, stop)
        for begin, stop in _sentences(text, start, len(text) if end is None else end)
        if not text[begin:stop].isspace()
    ]


def sentence_break(text: str, searched: int = 0) -> tuple[int, int] | None:
    """Where the first sentence of ``text`` ends and the next begins; None if no other has begun.

    Of a text that neither begins nor ends with space, and in which no sentence ends before
    ``searched``: the same as ``sentence_spans`` finds.
    """
    _, stop = next(_sentences(text, 0, len(text), searched), (0, len(text)))
    if stop == len(text):
        return None
    return len(text[:stop].rstrip()), len(text) - len(text[stop:].lstrip())


def _sentences(text: str, start: int, end: int, searched: int = 0) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences; some may hold nothing but space."""
    end = start + len(text[start:end].rstrip())
    begin = start
    for match in _SENTENCE_END.finditer(text, max(start, searched), end):
        mark = match.start()
        stop, following = match.span(2 if match[1] is None else 1)
        if stop < 0:  # the end of a line
            stop, following = mark, match.end()
        elif text[mark] == "." and _abbreviates(text, begin, mark) and "\n" not in match[1]:
            continue
        if stop > begin:
            yield begin, stop
        begin = following
    if begin < end:
        yield begin, end


def _abbreviates(text: str, begin: int, point: int) -> bool:
    """Whether the point stands behind an abbreviation, and not at the end of a sentence."""
    begin = max(begin, point - _LONGEST_ABBREVIATION)
    word = text[begin:point].rpartition(" ")[2]
    if word.isalpha():  # nearly always, and much faster than a regex
        return word.lower() in _ABBREVIATIONS
    match = _SHORT_WORD.search(text, begin, point + 1)
    return match is not None and (match[1] is None or match[1].lower() in _ABBREVIATIONS)
