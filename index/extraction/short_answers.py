"""Which sentences of the passages found answer a question, and which words in them.

A linear model over the evidence of every run of words (``span_evidence``); a sentence is worth what
its runs are worth together. Knows nothing of how passages were found.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pinakes.index.extraction.span_evidence import (
    EVIDENCE,
    AskedQuestion,
    Sentence,
    sentence_spans_of,
)
from pinakes.index.types import FIRST_STAGE, AnsweringSentence, Hit
from pinakes.ingest.passages import sentence_spans

__all__ = ["MOST_SENTENCES", "Similarity", "candidate_sentences", "rank_sentences", "weights"]

# Of all sentences those that share most with the question are looked at closely.
MOST_SENTENCES = 12
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

# From sentences to their cosines with the question.
Similarity = Callable[[Sequence[str]], list[float]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, and the place of its passage among the hits."""

    hit: int
    sentence: Sentence


@cache
def weights(*, with_vectors: bool) -> NDArray[np.float64]:
    """The fitted weights, of shape (len(EVIDENCE) + 1,): the last is that of the cosine."""
    fitted = json.loads(
        files("pinakes.index.extraction").joinpath("weights.json").read_text(encoding="utf-8")
    )["with vectors" if with_vectors else "without vectors"]
    return np.array([fitted.get(name, 0.0) for name in (*EVIDENCE, "cosine")])


def candidate_sentences(question: AskedQuestion, hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences that share most words with the question, by how rare these are, best first."""
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
        for place, (start, end) in enumerate(sentence_spans(hit.passage.text)):
            text = hit.passage.text[start:end]
            if _says_nothing(question, text, title):
                continue
            sentence = Sentence(text, start, title, context, behind, number + 1, place == 0, first)
            first = False
            worth = question.share(frozenset(question.analyze(text))) + about
            found.append((worth, Candidate(number, sentence)))
    found.sort(key=lambda one: -one[0])
    return [candidate for _, candidate in found[:MOST_SENTENCES]]


def rank_sentences(
    question: AskedQuestion, hits: Sequence[Hit], similarity: Similarity | None
) -> list[AnsweringSentence]:
    """The sentences most likely to answer, best first, each with its most likely words.

    ``similarity`` is None where there are no vectors. Sentences without a word that could be an
    answer are left out.
    """
    weighed = weights(with_vectors=similarity is not None)
    candidates = [
        (candidate, spans)
        for candidate in candidate_sentences(question, hits)
        if (spans := sentence_spans_of(question, candidate.sentence)).starts
    ]
    texts = [candidate.sentence.text for candidate, _ in candidates]
    cosines = [0.0] * len(texts) if similarity is None or not texts else similarity(texts)
    ranked: list[AnsweringSentence] = []
    for (candidate, spans), cosine in zip(candidates, cosines, strict=True):
        sentence = candidate.sentence
        scores = spans.evidence @ weighed[:-1] + cosine * weighed[-1]
        best = int(scores.argmax())
        ranked.append(
            AnsweringSentence(
                hit=candidate.hit,
                start=sentence.start,
                end=sentence.start + len(sentence.text),
                score=float(np.logaddexp.reduce(scores)) + _defines(question, candidate, hits),
                answer_start=sentence.start + spans.starts[best],
                answer_end=sentence.start + spans.ends[best],
                answer_score=float(scores[best]),
            )
        )
    return sorted(ranked, key=lambda one: -one.score)


def _says_nothing(question: AskedQuestion, text: str, title: frozenset[str]) -> bool:
    """Whether the sentence is no prose, or only names its page: "Name: Rosetta Stone"."""
    if _NO_PROSE.search(text) or text.partition(": ")[0].casefold() in _NAME_LABELS:
        return True
    said = {term for term in question.analyze(text) if term not in title}
    return len(said) <= 1 and not any(letter.isdigit() for letter in text)


def _defines(question: AskedQuestion, candidate: Candidate, hits: Sequence[Hit]) -> float:
    """What a sentence gains that begins the article whose title is all that is asked about."""
    sentence = candidate.sentence
    begins = hits[candidate.hit].passage.start == 0 and sentence.is_first
    asks = question.asked.kind in ("thing", "person", "none")
    whole = question.share(sentence.title_terms) >= _WHOLE_QUESTION
    return _DEFINITION if begins and asks and whole else 0.0
