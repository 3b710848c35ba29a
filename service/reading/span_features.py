"""The features of each run of words in a sentence as the answer to a question.

Linear models over such features answer SQuAD's questions at first sight (Rajpurkar et al., EMNLP
2016, section 5); here without a parser, so that any language with capitals and digits has it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinakes.ingest.text.scripts import LETTER, MARK, UNSPACED
from pinakes.service.reading.question import Question
from pinakes.service.reading.words import ANSWER_TYPES

__all__ = ["FEATURES", "Sentence", "SentenceSpans", "sentence_spans_of"]

LONGEST_SPAN = 8
_MOST_TOKENS = 120
_MOST_LABEL_TOKENS = 6

_TOKEN = re.compile(
    r"\d+(?:[.,:/–-]\d+)*(?:st|nd|rd|th|s)?|"
    rf"{UNSPACED}{MARK}*|"
    rf"(?:{LETTER}(?:\.(?={LETTER}\.))?)+(?:['’.-](?:{LETTER})+)*|[^\w\s]{MARK}*"
)
_YEAR = re.compile(r"1\d{3}s?|20\d\d|\d{4}")
_UNIT_SIGNS = frozenset("%°$€£¥₹")
_OPENING, _CLOSING = frozenset('("“‘[«「『'), frozenset(')"”’]»」』')
_SENTENCE = (
    "sentence coverage", "sentence and title coverage", "passage coverage", "passage score",
    "passage rank", "lead",
)  # fmt: skip
_SHAPE = (
    "1 word", "2 words", "3 words", "4 words", "5 words and more", "all capitals", "some capitals",
    "no capitals", "begins the sentence", "digits", "year", "month", "number word",
    "number and unit",
    "title", "question words", "only question words", "stop words inside", "in quotes",
    "in brackets", "ends in -ing", "ends in -ed", "ends in -ly", "ends in -s",
)  # fmt: skip
_AROUND = (
    "behind an article", "behind a place word", "behind an author word", "behind a stop word",
    "behind punctuation", "behind a content word", "behind a capital", "before a stop word",
    "before punctuation", "before a content word", "before a capital", "before a number",
    "behind a number", "closeness", "nearest", "nearest before", "nearest behind", "focus inside",
    "focus beside", "focus near",
)  # fmt: skip
_CROSSED = (
    "all capitals", "digits", "year", "month", "number word", "number and unit", "no capitals",
    "behind a place word", "behind an author word", "title", "focus beside", "1 word",
)  # fmt: skip
FEATURES: tuple[str, ...] = (
    *_SENTENCE,
    *_SHAPE,
    *_AROUND,
    *(f"{answer_type}: {name}" for answer_type, name in product(ANSWER_TYPES, _CROSSED)),
)
_COLUMNS = {name: column for column, name in enumerate(FEATURES)}

Features = NDArray[np.float64]


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage, ``start`` its offset there, and what is known of that passage.

    ``context``: search terms of the passage, with its title and headings. ``is_lead``: it begins
    the passage; ``is_first``: of what says anything there, it comes first.
    """

    text: str
    start: int
    title_terms: frozenset[str]
    context: frozenset[str]
    score: float
    rank: int
    is_lead: bool
    is_first: bool = False

    @cached_property
    def tokens(self) -> list[re.Match[str]]:
        """Words, numbers, signs and, of scripts without spaces, letters."""
        return list(_TOKEN.finditer(self.text))[:_MOST_TOKENS]


@dataclass(frozen=True, slots=True)
class SentenceSpans:
    """Runs of words: offsets into the sentence, and features of shape (spans, columns)."""

    starts: list[int]
    ends: list[int]
    features: Features


def sentence_spans_of(question: Question, sentence: Sentence) -> SentenceSpans:
    """All runs of up to eight tokens that may be an answer, and the features of each.

    They begin and end with a word that says something, and no stop stands inside.
    """
    table = question.words
    tokens = sentence.tokens
    words = [token[0] for token in tokens]
    lower = [word.casefold() for word in words]
    terms = [_terms(word, question.analyze) for word in lower]
    is_word = np.array([word[0].isalnum() or word in _UNIT_SIGNS for word in words], bool)
    is_stop_word = np.array([question.is_stop_word(word) for word in lower], bool) & is_word
    is_content = is_word & ~is_stop_word
    first, last = _pairs(words, is_word, is_content, _label_end(words))
    found = np.zeros((len(first), len(FEATURES)))
    if not len(first):
        return SentenceSpans([], [], found)
    length = last - first + 1

    def inside(flags: NDArray[np.bool_]) -> Features:
        """Share of the words of each span that have the flag."""
        counts = np.zeros(len(flags) + 1, np.int64)
        flags.cumsum(out=counts[1:])
        return np.asarray((counts[last + 1] - counts[first]) / length, dtype=np.float64)

    def put(name: str, values: ArrayLike) -> None:
        found[:, _COLUMNS[name]] = values

    def flags(test: Callable[[int], bool]) -> NDArray[np.bool_]:
        return np.array([test(place) for place in range(len(words))], bool)

    in_question = flags(lambda at: not question.idf.keys().isdisjoint(terms[at]))
    capital = flags(lambda at: words[at][0].isupper())
    digits = flags(lambda at: words[at][0].isdigit())
    years = flags(lambda at: _YEAR.fullmatch(words[at]) is not None)
    months = flags(lambda at: lower[at] in table.months)
    spelled = flags(lambda at: lower[at] in table.numbers or lower[at] in table.scales)
    titled = flags(lambda at: not sentence.title_terms.isdisjoint(terms[at]))
    focus_terms = {term for word in question.expected.focus for term in question.analyze(word)}
    focus = is_content & flags(lambda at: not focus_terms.isdisjoint(terms[at]))

    covered = {
        term for at in np.flatnonzero(in_question) for term in terms[at] if term in question.idf
    }
    put("sentence coverage", sum(question.idf[term] for term in covered) / question.total_idf)
    titled_terms = covered | (question.idf.keys() & sentence.title_terms)
    put(
        "sentence and title coverage",
        sum(question.idf[term] for term in titled_terms) / question.total_idf,
    )
    held = covered | (question.idf.keys() & sentence.context)
    put("passage coverage", sum(question.idf[term] for term in held) / question.total_idf)
    put("passage score", sentence.score)
    put("passage rank", log(sentence.rank))
    put("lead", sentence.is_lead)

    for size in range(1, 5):
        put("1 word" if size == 1 else f"{size} words", length == size)
    put("5 words and more", np.where(length >= 5, length - 4, 0))
    large, numeric = inside(capital), inside(digits)
    put("all capitals", (inside(capital | is_stop_word | digits) == 1) & (large > 0))
    put("some capitals", (large > 0) & (large < 1))
    put("no capitals", (large == 0) & (numeric == 0))
    put("begins the sentence", first == 0)
    put("digits", numeric > 0)
    put("year", inside(years) > 0)
    put("month", inside(months) > 0)
    put("number word", inside(spelled) > 0)
    number = digits | spelled
    put("number and unit", number[first] & ~number[last] & (length <= 4))
    put("title", inside(titled) == 1)
    put("question words", inside(in_question))
    put("only question words", inside(in_question | is_stop_word) == 1)
    put("stop words inside", inside(is_stop_word) * length)
    for ending in ("ing", "ed", "ly", "s"):
        ends = np.array([len(word) > 4 and word.endswith(ending) for word in lower], bool)
        put(f"ends in -{ending}", ends[last] & ~capital[last])

    before, behind = first - 1, last + 1
    has_before, has_behind = before >= 0, behind < len(words)
    before, behind = np.maximum(before, 0), np.minimum(behind, len(words) - 1)

    def left(flag: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return has_before & flag[before]

    def right(flag: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return has_behind & flag[behind]

    articles, placed, authors, opening, closing = (
        np.array([word in group for word in lower], bool)
        for group in (table.articles, table.placed, table.authors, _OPENING, _CLOSING)
    )
    quotes = flags(lambda at: words[at] in '"“”«»「」『』')
    put("in quotes", left(quotes) & right(quotes))
    put("in brackets", left(opening & ~quotes) & right(closing & ~quotes))
    put("behind an article", left(articles))
    put("behind a place word", left(placed))
    put("behind an author word", left(authors))
    put("behind a stop word", left(is_stop_word & ~articles & ~placed & ~authors))
    put("behind punctuation", ~has_before | left(~is_word))
    put("behind a content word", left(is_content & ~capital & ~digits))
    put("behind a capital", left(capital & is_content))
    put("behind a number", left(number))
    put("before a stop word", right(is_stop_word))
    put("before punctuation", ~has_behind | right(~is_word))
    put("before a content word", right(is_content & ~capital & ~digits))
    put("before a capital", right(capital & is_content))
    put("before a number", right(number))

    weight = np.zeros(len(words))
    for at in np.flatnonzero(in_question):
        weight[at] = max(question.idf.get(term, 0.0) for term in terms[at])
    places = np.flatnonzero(weight)
    if len(places):
        ahead = first[:, None] - places[None, :]
        after = places[None, :] - last[:, None]
        distance = np.maximum(np.maximum(ahead, after), 0).astype(float)
        put("closeness", (weight[places] / (1 + distance)).sum(axis=1) / question.total_idf)
        put("nearest", 1 / (1 + distance.min(axis=1)))
        put("nearest before", 1 / (1 + np.where(ahead > 0, ahead, 50).min(axis=1)))
        put("nearest behind", 1 / (1 + np.where(after > 0, after, 50).min(axis=1)))
    put("focus inside", inside(focus) > 0)
    put("focus beside", left(focus) | right(focus))
    around = np.stack([first - 2, first - 3, last + 2, last + 3])
    put("focus near", focus[np.minimum(np.maximum(around, 0), len(words) - 1)].any(axis=0))

    answer_type = question.expected.type
    for name in _CROSSED:
        put(f"{answer_type}: {name}", found[:, _COLUMNS[name]])
    return SentenceSpans(
        [tokens[at].start() for at in first], [tokens[at].end() for at in last], found
    )


def _label_end(words: Sequence[str]) -> int:
    """Where the value begins in a row of an infobox ("Discovered place: Rosetta, Egypt"), else 0.

    Its label says what the value is, and is no answer itself.
    """
    if words[-1:] == ["."] or ":" not in words[:_MOST_LABEL_TOKENS]:
        return 0
    return words.index(":") + 1


def _pairs(
    words: Sequence[str], is_word: NDArray[np.bool_], is_content: NDArray[np.bool_], begin: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last token of every span from ``begin`` on."""
    pairs = []
    for first in (begin + np.flatnonzero(is_content[begin:])).tolist():
        for last in range(first, min(first + LONGEST_SPAN, len(words))):
            if not is_word[last]:
                if not _joins(words, last):
                    break
            elif is_content[last]:
                pairs.append((first, last))
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _joins(words: Sequence[str], at: int) -> bool:
    """Whether this comma or point is part of a number: "March 3, 1468", or "3. Februar"."""
    if at + 1 == len(words) or not words[at - 1][0].isdigit():
        return False
    return words[at] == "." or (words[at] == "," and words[at + 1][0].isdigit())


def _terms(word: str, analyze: Callable[[str], Sequence[str]]) -> Sequence[str]:
    return analyze(word) if word[0].isalnum() else ()
