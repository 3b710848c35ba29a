"""The reader without a model: a linear model over the features of every run of words.

A sentence is worth what its runs are worth together. Knows nothing of how passages were found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from pinakes.index.retrieval.linear import ranking_weights
from pinakes.index.types import FIRST_STAGE, Hit
from pinakes.index.weights import FittedWeights, Side, read_weights
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.reading.span_features import FEATURES, Sentence, sentence_spans_of

__all__ = [
    "MOST_SENTENCES",
    "READER_FEATURES",
    "LinearReader",
    "candidate_sentences",
    "linear_reader",
]

# Of each run of words, and the cosine of its sentence with the question.
READER_FEATURES = (*FEATURES, "cosine")

# Of all sentences those that share most with the question are looked at closely.
MOST_SENTENCES = 10
_SHARE_OF_PASSAGE, _SHARE_OF_SCORE = 0.5, 0.1
# "What is a codex?" is answered by how the article on it begins; no question of the set that the
# weights were fitted on is like that.
_WHOLE_QUESTION, _DEFINITION = 0.99, 4.0

# Marks of the templates that chat models are given, pictures in Markdown, lines of programs.
_NO_PROSE = re.compile(r"<\||\|>|\[/?INST\]|<</?SYS>>|!\[|\bprint\(")

# The first row of most infoboxes: "Name: Rosetta Stone".
_NAME_LABELS = frozenset((
    "name", "names", "nom", "nombre", "nome", "naam", "namn", "navn", "nazwa", "имя", "название",
    "名称",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, and the place of its passage among the hits."""

    hit: int
    sentence: Sentence


class Thresholds(BaseModel):
    """By how much the likeliest words must lead to be shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float


class ReaderWeights(FittedWeights):
    """The weights of READER_FEATURES, and what is shown by them."""

    thresholds: Thresholds


class LinearReader:
    """Scores runs of words by fitted weights: one set where there are vectors, one without."""

    def __init__(self, weights: ReaderWeights) -> None:
        """``weights``: of READER_FEATURES."""
        self._weights = weights
        self.margin = weights.thresholds.margin
        sides: tuple[Side, ...] = ("with vectors", "without vectors")
        # Of shape (len(READER_FEATURES),).
        self._with_vectors, self._without_vectors = (
            np.array([weights.weights[side].get(name, 0.0) for name in READER_FEATURES])
            for side in sides
        )

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The sentences most likely to answer, each with its most likely words.

        Sentences without a word that could be an answer are left out. A run of words without any
        feature has the score 0: no answer is worth as much.
        """
        candidates = candidate_sentences(question, hits)
        spans = [sentence_spans_of(question, candidate.sentence) for candidate in candidates]
        pairs = [(of, found) for of, found in zip(candidates, spans, strict=True) if found.starts]
        cosines, weights = None, self._without_vectors
        if self._weights.side(question.encoder) == "with vectors":
            cosines = question.cosines([candidate.sentence.text for candidate, _ in pairs])
            weights = self._with_vectors
        ranked = []
        for place, (candidate, found) in enumerate(pairs):
            sentence = candidate.sentence
            cosine = 0.0 if cosines is None else cosines[place]
            scores = found.features @ weights[:-1] + cosine * weights[-1]
            best = int(scores.argmax())
            ranked.append(
                AnsweringSentence(
                    hit=candidate.hit,
                    start=sentence.start,
                    end=sentence.start + len(sentence.text),
                    score=float(np.logaddexp.reduce(scores)) + _defines(question, candidate, hits),
                    answer_start=sentence.start + found.starts[best],
                    answer_end=sentence.start + found.ends[best],
                    answer_score=float(scores[best]),
                )
            )
        return Reading(tuple(sorted(ranked, key=lambda sentence: -sentence.score)))


def linear_reader() -> LinearReader:
    """The reader with the weights that come with Pinakes. Raises UnfitWeights."""
    ranking = ranking_weights().digest
    name = "linear_reader.json"
    return LinearReader(read_weights(__package__, name, ReaderWeights, READER_FEATURES, ranking))


def candidate_sentences(question: Question, hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences that share most words with the question, weighted by idf, best first."""
    found: list[tuple[float, Candidate]] = []
    best = hits[0].features[FIRST_STAGE] if hits else 0.0
    for number, hit in enumerate(hits):
        title = frozenset(
            question.analyze(" ".join([hit.passage.title, *hit.passage.heading_path]))
        )
        context = title | frozenset(question.analyze(hit.passage.text))
        about = _SHARE_OF_PASSAGE * question.share(context)
        behind = hit.features[FIRST_STAGE] - best
        about += _SHARE_OF_SCORE * behind
        first = True
        for place, (start, end) in enumerate(
            sentence_spans(hit.passage.text, language=hit.language)
        ):
            text = hit.passage.text[start:end]
            terms = frozenset(question.analyze(text))
            if _says_nothing(text, terms - title):
                continue
            sentence = Sentence(text, start, title, context, behind, number + 1, place == 0, first)
            first = False
            worth = question.share(terms) + about
            found.append((worth, Candidate(number, sentence)))
    found.sort(key=lambda pair: -pair[0])
    return [candidate for _, candidate in found[:MOST_SENTENCES]]


def _says_nothing(text: str, said: frozenset[str]) -> bool:
    """Whether the sentence is no prose, or only names its page: "Name: Rosetta Stone".

    ``said``: its terms that are not in the title.
    """
    if _NO_PROSE.search(text) or text.partition(": ")[0].casefold() in _NAME_LABELS:
        return True
    return len(said) <= 1 and not any(letter.isdigit() for letter in text)


def _defines(question: Question, candidate: Candidate, hits: Sequence[Hit]) -> float:
    """What a sentence gains that begins the article whose title is all that is asked about."""
    sentence = candidate.sentence
    begins = hits[candidate.hit].passage.start == 0 and sentence.is_first
    asks = question.expected.type in ("thing", "person", "none")
    whole = question.share(sentence.title_terms) >= _WHOLE_QUESTION
    return _DEFINITION if begins and asks and whole else 0.0
