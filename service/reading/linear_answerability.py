"""Answerability without a model: a logistic model over features of what was found.

No collection's size changes these: shares of the question, margins between pages, places among the
first hits; cosines alone come as they are, and the search's own scores only as how far the first
stands out from the others. Fitted on real questions, each asked with and without the pages that
answer it (bench/quality/answerability.py). What can be told by words alone is not left to weights:
where no word says anything, where less than two fifths of the question stand together anywhere, or
where somebody's name is all that is asked about and no page bears it, nothing is answered.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from pinakes.index.retrieval.linear import ranking_weights
from pinakes.index.types import FIRST_STAGE, EncoderRecord, Hit
from pinakes.index.weights import FittedWeights, Side, read_weights
from pinakes.service.reading.answerability import Findings, Threshold
from pinakes.service.reading.matched_words import MatchedWords, matched_words, says_nothing
from pinakes.service.reading.question import Question

__all__ = [
    "FEATURES",
    "LinearAnswerability",
    "features_of",
    "is_about_nothing_here",
    "linear_answerability",
]

FEATURES = (
    "constant",
    "cosine",  # the best of the first hit's page
    "cosine ahead",  # of the best of any other page
    "keywords",  # the best BM25 score on the first hit's page, by what the question could get
    "keywords ahead",
    "score ahead",  # of the mean of the other pages' hits, in units of their spread
    "of the page among ten",  # share of the first ten hits
    "title fit",
    "title in question",  # of the title without its brackets
    "alias",  # what the alias by which the question names the page makes up of it, by commonness
    "alias of another page",  # how much more that of the page best named makes up
    "part of a name",  # whether the page's names hold a part alone of a name of several words
    "page",  # share of the question that the page's passages hold
    "sentence",  # the largest share that a likely sentence holds, with its title
    "answer",
    "answer on the page",
    "words",  # of the question, the logarithm of their number
    "no question word",
)

# The first of the sentences that may answer.
_LIKELY = 6
# What is read as a spread where pages hardly differ.
_LEAST_SPREAD = 0.3
_LEAST_TOGETHER = 0.4


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
        """How likely the answer is there, 0 to 1; 0 where words alone tell that it is not."""
        matched = matched_words(question, findings.hits)
        if is_about_nothing_here(question, matched):
            return 0.0
        # While vectors are being made, a page may have none yet.
        has_cosine = not findings.hits[0].features["no page vector"]
        weights = self._weights.of(question.encoder if has_cosine else None)
        features = features_of(question, findings, matched)
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


def is_about_nothing_here(question: Question, matched: MatchedWords) -> bool:
    """Whether the question says nothing, or nothing that is said here is about what it names."""
    return says_nothing(question) or matched.unnamed or matched.together < _LEAST_TOGETHER


def features_of(question: Question, findings: Findings, matched: MatchedWords) -> dict[str, float]:
    """What speaks for an answer, by the names of FEATURES."""
    hits = findings.hits
    first = hits[0]
    page_id = first.passage.page_id
    pages = _pages(hits)
    others = [page for other, page in pages.items() if other != page_id] or [_Page(0.0, 0.0)]
    mine = pages[page_id]
    most = question.total_idf / question.greatest_idf
    name = first.passage.title.partition("(")[0]
    title = question.analyze(name) or question.analyze(first.passage.title)
    words = frozenset(question.analyze(question.text))
    links = {link.alias.page_id: link for link in question.context.aliases}
    link = links.get(page_id)
    share = link.share if link else 0.0
    reading = findings.reading
    likely = reading.sentences[:_LIKELY]
    best = likely[0] if likely else None
    return {
        "constant": 1.0,
        "cosine": mine.cosine,
        "cosine ahead": mine.cosine - max(page.cosine for page in others),
        "keywords": mine.keywords / most,
        "keywords ahead": (mine.keywords - max(page.keywords for page in others)) / most,
        "score ahead": _score_ahead(hits),
        "of the page among ten": sum(hit.passage.page_id == page_id for hit in hits[:10]) / 10,
        "title fit": first.features["title fit"],
        "title in question": sum(term in words for term in title) / (len(title) or 1),
        "alias": share * link.commonness if link else 0.0,
        "alias of another page": question.context.named_share - share,
        "part of a name": float(matched.part_of_name),
        "page": matched.page,
        "sentence": max(
            (_share_said(question, findings, at) for at in range(len(likely))), default=0.0
        ),
        "answer": best.answer_score - reading.no_answer if best else 0.0,
        "answer on the page": float(
            best is not None and findings.read[best.hit].passage.page_id == page_id
        ),
        "words": math.log1p(len(question.idf)),
        "no question word": float(question.expected.type == "none"),
    }


def _score_ahead(hits: Sequence[Hit]) -> float:
    """How far the first hit's score stands out from those of other pages."""
    page_id = hits[0].passage.page_id
    others = [hit.features[FIRST_STAGE] for hit in hits if hit.passage.page_id != page_id]
    if len(others) < 3:
        return 0.0
    return (hits[0].features[FIRST_STAGE] - fmean(others)) / (pstdev(others) + _LEAST_SPREAD)


def _share_said(question: Question, findings: Findings, at: int) -> float:
    """The share of the question that a likely sentence holds, with the title of its page."""
    sentence = findings.reading.sentences[at]
    source = findings.read[sentence.hit].passage
    text = f"{source.title} {source.text[sentence.start : sentence.end]}"
    return question.share(frozenset(question.analyze(text)))


def _pages(hits: Sequence[Hit]) -> dict[int, _Page]:
    """By page, the best that its hits have."""
    pages: dict[int, _Page] = {}
    for hit in hits:
        known = pages.get(hit.passage.page_id, _Page(0.0, 0.0))
        pages[hit.passage.page_id] = _Page(
            max(hit.features["page vector"], known.cosine),
            max(hit.features["page keyword"], known.keywords),
        )
    return pages
