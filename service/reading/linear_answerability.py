"""Answerability without a model: a logistic model over features of what was found.

No collection's size or scale changes these: how well the best page fits the question, how far it
stands out from the next, how much of the question it covers. Fitted on real questions, each asked
of a wiki with and without the page that answers it (bench/quality/answerability.py).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pinakes.index.retrieval.linear import ranking_weights
from pinakes.index.types import FIRST_STAGE, EncoderRecord, Hit
from pinakes.index.weights import FittedWeights, Side, read_weights
from pinakes.service.reading.answerability import Findings, Threshold
from pinakes.service.reading.question import Question

__all__ = [
    "FEATURES",
    "LinearAnswerability",
    "features_of",
    "linear_answerability",
]

FEATURES = (
    "constant", "score", "mean score of three", "ahead of the next page", "cosine",
    "cosine ahead of the next page", "keywords", "keywords ahead of the next page",
    "of the page among ten", "page vector", "title fit", "question in title", "title in question",
    "question in passage", "question in sentence", "answer", "idf of the question",
    "named",
)  # fmt: skip


class AnswerabilityWeights(FittedWeights):
    """The weights of FEATURES, and the threshold chosen by the questions they were fitted on."""

    thresholds: Mapping[Side, Threshold]


class LinearAnswerability:
    """A logistic model: one set of weights where there are vectors, one without."""

    def __init__(self, weights: AnswerabilityWeights) -> None:
        self._weights = weights
        self.name = f"linear {weights.digest[:12]}"

    def usual_threshold(self, encoder: EncoderRecord | None) -> Threshold:
        """The threshold chosen by the development set's questions."""
        return self._weights.thresholds[self._weights.side(encoder)]

    def confidence(self, question: Question, findings: Findings) -> float:
        """How likely the answer is there, 0 to 1."""
        weights = self._weights.of(question.encoder)
        features = features_of(question, findings)
        total = sum(weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class _Page:
    """The best that each search has of a page."""

    cosine: float
    keywords: float


def linear_answerability() -> LinearAnswerability:
    """The model with the weights that come with Pinakes. Raises UnfitWeights."""
    ranking = ranking_weights().digest
    return LinearAnswerability(
        read_weights(
            __package__, "linear_answerability.json", AnswerabilityWeights, FEATURES, ranking
        )
    )


def features_of(question: Question, findings: Findings) -> dict[str, float]:
    """What speaks for an answer, by the names of FEATURES."""
    hits = findings.hits
    first = hits[0]
    page_id = first.passage.page_id
    scores = [hit.features[FIRST_STAGE] for hit in hits]
    after = [hit.features[FIRST_STAGE] for hit in hits if hit.passage.page_id != page_id]
    pages = _pages(hits)
    others = [page for other, page in pages.items() if other != page_id] or [_Page(0.0, 0.0)]
    mine = pages[page_id]
    total = question.total_idf
    words = frozenset(question.analyze(question.text))
    title = frozenset(question.analyze(first.passage.title))
    passage = title | frozenset(
        question.analyze(" ".join([*first.passage.heading_path, first.passage.text]))
    )
    name = question.analyze(first.passage.title.partition("(")[0]) or tuple(title)
    best = findings.reading.sentences[0] if findings.reading.sentences else None
    said: frozenset[str] = frozenset()
    if best is not None:
        source = findings.read[best.hit].passage
        said = frozenset(question.analyze(f"{source.title} {source.text[best.start : best.end]}"))
    return {
        "constant": 1.0,
        "score": scores[0],
        "mean score of three": sum(scores[:3]) / len(scores[:3]),
        "ahead of the next page": scores[0] - (after[0] if after else scores[-1]),
        "cosine": mine.cosine,
        "cosine ahead of the next page": mine.cosine - max(page.cosine for page in others),
        "keywords": mine.keywords / total,
        "keywords ahead of the next page": (mine.keywords - max(page.keywords for page in others))
        / total,
        "of the page among ten": sum(hit.passage.page_id == page_id for hit in hits[:10]) / 10,
        "page vector": first.features["page vector"],
        "title fit": first.features["title fit"],
        "question in title": question.share(title),
        "title in question": sum(term in words for term in name) / (len(name) or 1),
        "question in passage": question.share(passage),
        "question in sentence": question.share(said),
        "answer": best.answer_score - findings.reading.no_answer if best else 0.0,
        "idf of the question": total,
        "named": question.context.named_share,
    }


def _pages(hits: Sequence[Hit]) -> dict[int, _Page]:
    pages: dict[int, _Page] = {}
    for hit in hits:
        cosine, keywords = (
            hit.ranks[name].score if name in hit.ranks else 0.0 for name in ("vector", "keyword")
        )
        known = pages.get(hit.passage.page_id, _Page(0.0, 0.0))
        pages[hit.passage.page_id] = _Page(max(cosine, known.cosine), max(keywords, known.keywords))
    return pages
