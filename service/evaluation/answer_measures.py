"""The measures of answers, each a sum over questions by its number: pure functions.

Most are shares of questions; those of sentences and citations are shares of all of these together,
whichever question they belong to. Normalization, exact match and F1 are those of SQuAD's own
evaluation script (Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text",
EMNLP 2016, section 6.1; version 2.0: "Know What You Don't Know", ACL 2018).
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable
from statistics import median, quantiles

from pinakes.ingest.text.scripts import UNSPACED
from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerFacts

__all__ = [
    "GROUPS",
    "MEASURES",
    "TIMES",
    "Counted",
    "Measure",
    "exact_match",
    "holds",
    "middle_and_late",
    "normalized",
    "word_f1",
]

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
# What a shown text has around words, and SQuAD's answers have not: marks of citations, and
# typographic quotation marks and dashes, which its normalization keeps.
_AROUND = re.compile(r"\[\d{1,3}\]|[“”„«»‹›‘—–…、。「」『』（），：；]")
# Characters of scripts without spaces are words of their own here.
_UNSPACED = re.compile(UNSPACED)


def normalized(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(given: str, answers: Iterable[str]) -> float:
    """1 if ``given`` is one of ``answers``, normalized, else 0."""
    return float(any(normalized(given) == normalized(answer) for answer in answers))


def word_f1(given: str, answers: Iterable[str]) -> float:
    """The harmonic mean of precision and recall in words, for the answer with which it is best."""
    words = normalized(given).split()
    return max(_f1(words, normalized(answer).split()) for answer in answers)


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether the words of one of ``answers`` stand in ``text``, one after the other."""
    words = f" {_plain_words(text)} "
    return any(f" {found} " in words for answer in answers if (found := _plain_words(answer)))


def _f1(given: list[str], answer: list[str]) -> float:
    if not given or not answer:
        return float(given == answer)
    same = (Counter(given) & Counter(answer)).total()
    return 2 * same / (len(given) + len(answer))


def _plain_words(text: str) -> str:
    plain = _AROUND.sub(" ", text).replace("’", "'")
    return normalized(_UNSPACED.sub(r" \g<0> ", plain))


# So much, of so many; None where a question does not count.
Counted = tuple[float, float] | None
Measure = Callable[[AnsweredQuestion, AnswerFacts], Counted]


def _kind(*kinds: str) -> Measure:
    return lambda asked, facts: (float(facts.kind in kinds), 1)


def _is(kind: tuple[str, ...], *, answerable: bool) -> Measure:
    """Of the answerable questions, or the others: whether the answer is of such a kind."""
    return lambda asked, facts: (
        (float(facts.kind in kind), 1) if asked.is_answerable == answerable else None
    )


def _fact(name: str) -> Measure:
    """A fact of the answer, where it is known."""

    def measure(asked: AnsweredQuestion, facts: AnswerFacts) -> Counted:
        value = getattr(facts, name)
        return None if value is None else (float(value), 1)

    return measure


def _share(name: str, of: Callable[[AnswerFacts], int | None]) -> Measure:
    """A number of the answer's sentences, citations or pages, of so many."""

    def measure(asked: AnsweredQuestion, facts: AnswerFacts) -> Counted:
        value, number = getattr(facts, name), of(facts)
        return None if value is None or not number else (float(value), number)

    return measure


def _tokens_per_second(asked: AnsweredQuestion, facts: AnswerFacts) -> Counted:
    if facts.first_token_s is None or facts.total_s is None or facts.answer_tokens < 2:
        return None
    seconds = facts.total_s - facts.first_token_s
    return (facts.answer_tokens - 1, seconds) if seconds > 0 else None


# The gold page and paragraph are looked for among what was found for every question, and among the
# sources where an answer was written. Exact match, F1 (of the short answer) and whether a right
# answer stands in the text count 0 where no answer was given; citations count where one was.
# Withheld are so many of the model's own sentences; tokens are counted from the first one on.
GROUPS: dict[str, dict[str, Measure]] = {
    "kinds": {
        "in the model's words": _kind("answer", "unproven"),
        "of these unproven": _kind("unproven"),
        "passages": _kind("passage"),
        "refusals": _kind("refusal"),
        "failures": _kind("failure"),
    },
    "refusing": {
        "answerable: answered": _is(("answer", "unproven", "passage", "topic"), answerable=True),
        "answerable: refused": _is(("refusal",), answerable=True),
        "unanswerable: refused": _is(("refusal",), answerable=False),
    },
    "finding": {
        "gold page found": _fact("page_found"),
        "gold paragraph found": _fact("passage_found"),
        "gold page among sources": _fact("page_in_sources"),
        "gold paragraph among sources": _fact("passage_in_sources"),
    },
    "answering": {
        "exact match": _fact("exact_match"),
        "F1": _fact("f1"),
        "answer in the text": _fact("holds_answer"),
    },
    "citing": {
        "citation precision": _share("right_citations", lambda facts: facts.citations),
        "citation recall": _share("cited_gold", lambda facts: facts.gold),
        "citations exact": _share("exact_citations", lambda facts: facts.citations),
    },
    "supporting": {
        "sentences unsupported": _share("unsupported", lambda facts: facts.sentences),
        "sentences partly supported": _share("partly", lambda facts: facts.sentences),
        "sentences withheld": _share(
            "withheld", lambda facts: facts.withheld + facts.sentences - facts.quoted
        ),
    },
    "writing": {"tokens a second": _tokens_per_second},
}
MEASURES: dict[str, Measure] = {
    name: measure for group in GROUPS.values() for name, measure in group.items()
}
# Seconds since the question came in: the model's first token, the first words shown, the end.
TIMES = {"first token": "first_token_s", "first words": "first_words_s", "in all": "total_s"}


def middle_and_late(seconds: list[float]) -> tuple[float, float]:
    """The median, and what 95 in a hundred stay below."""
    late = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return median(seconds), late
