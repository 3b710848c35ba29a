"""The measures of answers, each a sum over questions by its number: pure functions.

Most are shares of questions; those of sentences and citations are shares of all of these together,
whichever question they belong to.
"""

from collections.abc import Callable
from statistics import median, quantiles

from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerFacts

__all__ = ["GROUPS", "MEASURES", "TIMES", "Counted", "Measure", "middle_and_late"]

# So much, of so many; None where a question does not count.
Counted = tuple[float, float] | None
Measure = Callable[[AnsweredQuestion, AnswerFacts], Counted]


def _kind(kind: str) -> Measure:
    return lambda asked, facts: (float(facts.kind == kind), 1)


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
        "in the model's words": _kind("answer"),
        "quotations": _kind("quotation"),
        "refusals": _kind("refusal"),
        "failures": _kind("failure"),
    },
    "refusing": {
        "answerable: answered": _is(("answer", "quotation"), answerable=True),
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
