"""The linear model of answerability: which weights count, and what is never left to them."""

from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.retrieve import varied
from pinakes.service.reading.answerability import WEIGHED_HITS, Findings
from pinakes.service.reading.linear_answerability import features_of, linear_answerability
from pinakes.service.reading.linear_reader import linear_reader
from pinakes.service.reading.matched_words import matched_words
from pinakes.service.reading.question import Question, question_of

MODEL = linear_answerability()


def _findings(index: Index, text: str) -> tuple[Question, Findings]:
    question = question_of(index, text)
    hits = index.search(question.context, WEIGHED_HITS)
    read = varied(hits)
    return question, Findings(hits, read, linear_reader().read(question, read))


def test_a_page_without_a_vector_is_weighed_by_words(index: Index) -> None:
    question, findings = _findings(index, "Who deciphered Linear B?")
    bare = [
        replace(hit, features={**hit.features, "page vector": 0.0, "no page vector": True})
        for hit in findings.hits
    ]
    without = replace(findings, hits=bare)
    by_words = MODEL.confidence(replace(question, encoder=None), without)
    assert MODEL.confidence(question, without) == by_words
    assert MODEL.confidence(question, findings) != by_words


@pytest.mark.parametrize(
    "text",
    [
        "what what what",
        "Who was Michael Champollion?",
        "What is the blorptic quemplet?",
        "Tuesday spoon printing beneath seventeen gently lighthouse",
    ],
)
def test_what_words_alone_tell_is_not_left_to_weights(index: Index, text: str) -> None:
    assert MODEL.confidence(*_findings(index, text)) == 0


def test_no_feature_grows_with_scores(index: Index) -> None:
    """Twice the scores of a ranking, and twice the BM25 scores over words twice as rare."""
    question, findings = _findings(index, "Who deciphered Linear B?")
    before = features_of(question, findings, matched_words(question, findings.hits))
    rarer = replace(question, idf={term: 2 * idf for term, idf in question.idf.items()})
    scaled = [
        replace(hit, features={**hit.features, "page keyword": 2 * hit.features["page keyword"]})
        for hit in findings.hits
    ]
    after = features_of(rarer, replace(findings, hits=scaled), matched_words(rarer, scaled))
    assert after == pytest.approx(before)
