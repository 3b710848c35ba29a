"""Where sentences end: offsets into the text as it is. Knows nothing of markup.

Of a sentence that has ended as much as of one that has not: what decides stands before the stop,
or is the first letter behind it. So a text that is still coming is cut as it will be when it is
whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pinakes.ingest.text.language import language_part
from pinakes.ingest.text.scripts import JOINED, is_small, is_unspaced

__all__ = ["CLOSERS", "OPENERS", "STOPS", "SURE_STOPS", "sentence_break", "sentence_spans"]

# Stops that are nothing else: of Chinese and Japanese, of the scripts of India, of Arabic and Urdu,
# Ethiopic, Armenian, Burmese, Khmer.
SURE_STOPS = "。！？।॥؟۔።։။។"
_COMMON_STOPS = ".!?"
STOPS = _COMMON_STOPS + SURE_STOPS
OPENERS = "\"'“‘„«»([¿¡"
CLOSERS = "\"'”’)]」』）》"
# What closes in some languages, opens in others: with no space before it, it closes.
_AFTER_STOP = CLOSERS + "“«»"
# What may follow a sure stop: no quote that may as well open the next sentence.
_AFTER_SURE_STOP = STOPS + CLOSERS.lstrip("\"'")

# In characters: as far as is looked back from a point for the words before it.
_LOOK_BACK = 60
# The numeral of an ordinal, and what may stand before it without a space: "(3", "2.–3", "XIV".
_NUMERAL = re.compile(r"(\W*(?:\d{1,3}\.?[–—-])?)(\d{1,3}|[IVXLC]{2,})")
_MARKS = re.compile(rf"[{JOINED}]+")
_JOINTS = re.compile(r"[-–—/:;,=*(\[«»„“‘]")


@dataclass(frozen=True, slots=True)
class _Rules:
    """Of one language: where ``ends`` finds a stop, and behind what a point is none."""

    ends: re.Pattern[str]
    abbreviations: frozenset[str]
    before_numbers: frozenset[str]
    ordinals: int


@cache
def _rules(language: str) -> _Rules:
    """The rules of a language; of one without any, the abbreviations of English."""
    said = language_part(language, "sentences") or language_part("en", "sentences")
    stops = _COMMON_STOPS + said.get("stops", "")
    # A sentence ends at . ! or ? before a space and what may begin one; sure stops end one
    # anywhere, and so does the end of a line. The pattern begins with the set of all of them, which
    # the regex engine looks for six times as fast as for what stands behind one.
    return _Rules(
        ends=re.compile(
            rf"[{stops}{SURE_STOPS}\n](?:"
            rf"(?<=[{stops}])[{re.escape(_AFTER_STOP)}]*(\s+)(?=[{re.escape(OPENERS)}]?([^\W_]))|"
            rf"(?<=[{SURE_STOPS}])[{re.escape(_AFTER_SURE_STOP)}]*([^\S\n]*)|(?<=\n)\s*)"
        ),
        abbreviations=frozenset(said.get("abbreviations", "").split()),
        before_numbers=frozenset(said.get("before_numbers", "").split()),
        ordinals=said.get("ordinals", 0),
    )


def sentence_spans(
    text: str, start: int = 0, end: int | None = None, *, language: str = ""
) -> list[tuple[int, int]]:
    """Offsets of the sentences in ``text[start:end]``, without the space between them.

    Line ends also end a sentence: rows of tables and items of lists stand for themselves.
    """
    return list(_sentences(text, start, len(text) if end is None else end, _rules(language)))


def sentence_break(text: str, searched: int = 0, *, language: str = "") -> tuple[int, int] | None:
    """Where the first sentence of ``text`` ends and the next begins; None if no other has begun.

    Of a text that neither begins nor ends with space, and in which no sentence ends before
    ``searched``: the same as ``sentence_spans`` finds.
    """
    _, stop = next(_sentences(text, 0, len(text), _rules(language), searched), (0, len(text)))
    return None if stop == len(text) else (stop, len(text) - len(text[stop:].lstrip()))


def _sentences(
    text: str, start: int, end: int, rules: _Rules, searched: int = 0
) -> Iterator[tuple[int, int]]:
    end = start + len(text[start:end].rstrip())
    begin = end - len(text[start:end].lstrip())
    for match in rules.ends.finditer(text, max(start, searched), end):
        mark = match.start()
        stop, following = match.span(3 if match[1] is None else 1)
        if stop < 0:  # the end of a line
            stop, following = begin + len(text[begin:mark].rstrip()), match.end()
        elif match[1] and "\n" not in match[1] and _goes_on(text, begin, mark, match[2], rules):
            continue
        if stop > begin:
            yield begin, stop
        begin = following
    if begin < end:
        yield begin, end


def _goes_on(text: str, begin: int, mark: int, letter: str, rules: _Rules) -> bool:
    """Whether the sentence that begins at ``begin`` goes on with ``letter`` behind ``mark``."""
    if is_small(letter):
        return True
    if text[mark] != ".":
        return False
    before = text[max(begin, mark - _LOOK_BACK) : mark].split()
    if not before:
        return False
    word = before[-1]
    if numeral := _NUMERAL.fullmatch(word):
        place = mark - len(word)
        if word.isdecimal() and (place == 0 or text[place - 1] == "\n"):
            return True  # the number of a list's item
        return _is_ordinal(numeral, before[:-1], letter, rules.ordinals)
    word = _JOINTS.split(word)[-1].lstrip("\"'")
    folded = word.casefold()
    last = folded.rpartition(".")[2]
    spaced = "".join(before[-2:]).casefold()  # "т. е."
    if not rules.abbreviations.isdisjoint((folded, last, spaced)):
        return True
    return (letter.isdecimal() and last in rules.before_numbers) or _is_initial(word)


def _is_ordinal(numeral: re.Match[str], before: list[str], letter: str, digits: int) -> bool:
    """Whether a numeral of at most so many digits, behind the words ``before``, counts what comes.

    As in "am 3. Februar", "1. 5. 1999", "a XIV. Lajos", and not in "Kapitel 3. Der", "110 000. Er".
    """
    number = numeral[2]
    if not digits or (number.isdecimal() and len(number) > digits):
        return False
    if letter.isdecimal():
        return number.isdecimal() and len(number) < 3
    if numeral[1] or not before:
        return True
    last = before[-1].lstrip(OPENERS)
    return (
        is_small(last[:1]) or not last[-1:].isalnum() or (len(before) == 1 and not last.isdecimal())
    )


def _is_initial(word: str) -> bool:
    """Whether ``word`` ends in a letter that stands for a name or a word: "J", "U.S", "z.B"."""
    last = word.rpartition(".")[2]
    letter = last[:1]
    if not letter.isalpha() or not (len(last) == 1 or _MARKS.fullmatch(last, 1)):
        return False
    if is_unspaced(letter):
        return "." in word
    return letter.isascii() or not is_small(letter)
