"""Each measure of one answer: so much of so many, or not at all."""

import pytest

from pinakes.service.evaluation.answer_measures import MEASURES, Counted, middle_and_late
from pinakes.service.evaluation.answer_run import AnsweredQuestion, AnswerFacts
from pinakes.service.evaluation.asking import failure_of
from pinakes.service.evaluation.targets import Target

SHOWN = AnswerFacts(
    kind="answer",
    page_found=True, passage_found=False, page_in_sources=True, passage_in_sources=False,
    exact_match=0.0, f1=0.4, holds_answer=True,
    citations=3, exact_citations=3, right_citations=2, gold=2, cited_gold=1,
    sentences=4, quoted=1, partly=2, unsupported=1, withheld=3,
    answer_tokens=41, first_token_s=1.0, total_s=3.0,
)  # fmt: skip
REFUSED = AnswerFacts(kind="refusal", page_found=True, exact_match=0.0, f1=0.0, holds_answer=False)
QUOTED = AnswerFacts(kind="passage", sentences=2, quoted=2)
FAILED = failure_of(Target("q", "Who?", is_answerable=True, answers=("Ada",)))


# The measure, and what it says of each of the four.
OF_ANSWERABLE: list[tuple[str, Counted, Counted, Counted, Counted]] = [
    ("in the model's words", (1, 1), (0, 1), (0, 1), (0, 1)),
    ("of these unproven", (0, 1), (0, 1), (0, 1), (0, 1)),
    ("passages", (0, 1), (0, 1), (1, 1), (0, 1)),
    ("refusals", (0, 1), (1, 1), (0, 1), (0, 1)),
    ("failures", (0, 1), (0, 1), (0, 1), (1, 1)),
    ("answerable: answered", (1, 1), (0, 1), (1, 1), (0, 1)),
    ("answerable: refused", (0, 1), (1, 1), (0, 1), (0, 1)),
    ("unanswerable: refused", None, None, None, None),
    ("gold page found", (1, 1), (1, 1), None, None),
    ("gold paragraph found", (0, 1), None, None, None),
    ("gold page among sources", (1, 1), None, None, None),
    ("gold paragraph among sources", (0, 1), None, None, None),
    ("exact match", (0, 1), (0, 1), None, (0, 1)),
    ("F1", (0.4, 1), (0, 1), None, (0, 1)),
    ("answer in the text", (1, 1), (0, 1), None, (0, 1)),
    ("citation precision", (2, 3), None, None, None),
    ("citation recall", (1, 2), None, None, None),
    ("citations exact", (3, 3), None, None, None),
    ("sentences unsupported", (1, 4), None, (0, 2), None),
    ("sentences partly supported", (2, 4), None, (0, 2), None),
    ("sentences withheld", (3, 6), None, None, None),
    ("tokens a second", (40, 2), None, None, None),
]


@pytest.mark.parametrize(("name", "shown", "refused", "quoted", "failed"), OF_ANSWERABLE)
def test_of_an_answerable_question(
    name: str, shown: Counted, refused: Counted, quoted: Counted, failed: Counted
) -> None:
    measure = MEASURES[name]
    for facts, wanted in ((SHOWN, shown), (REFUSED, refused), (QUOTED, quoted), (FAILED, failed)):
        asked = AnsweredQuestion(qid="q", is_answerable=True, facts={"answer": facts})
        assert measure(asked, facts) == wanted, facts.kind


def test_every_measure_is_in_the_table() -> None:
    assert [name for name, *_ in OF_ANSWERABLE] == list(MEASURES)


def test_of_an_unanswerable_question_refusing_is_what_counts() -> None:
    for facts, refused in ((SHOWN, 0), (REFUSED, 1), (QUOTED, 0)):
        asked = AnsweredQuestion(qid="q", is_answerable=False, facts={"answer": facts})
        assert MEASURES["unanswerable: refused"](asked, facts) == (refused, 1)
        assert MEASURES["answerable: refused"](asked, facts) is None
        assert MEASURES["answerable: answered"](asked, facts) is None


@pytest.mark.parametrize(
    ("seconds", "middle", "late"),
    [([3.0], 3.0, 3.0), ([1.0, 2.0, 9.0], 2.0, 8.3), (list(range(101)), 50, 95)],
)
def test_times(seconds: list[float], middle: float, late: float) -> None:
    assert middle_and_late(seconds) == pytest.approx((middle, late))
