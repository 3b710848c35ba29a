"""How likely words are the answer: a logistic model over what two readers say of them.

A reader's score alone says little of whether it is right where it reads what it was not trained
on; what else is known of the question and the words tells when to say nothing (Kamath, Jia and
Liang, "Selective question answering under domain shift", ACL 2020). Knows nothing of what is shown.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pinakes.index.types import Hit
from pinakes.index.weights import read_weights
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.answering import is_of_type
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.reading.two_readers import TwoReadersWeights, probability
from pinakes.service.reading.words import AnswerType

__all__ = [
    "FEATURES",
    "SHORT_TYPES",
    "LikelyAnswer",
    "answer_weights",
    "features_of_answers",
    "likely_answers",
    "sure_first",
]

# What a few words answer. Reasons and manners take a sentence, and "none" is yes or no.
SHORT_TYPES: tuple[AnswerType, ...] = ("person", "time", "place", "number", "thing")

FEATURES = (
    "constant",
    "network",  # by how much the network holds them likelier than no answer
    "network below",  # less likely
    "network about",  # likelier, times the share of the question that is said where they stand
    "ahead",  # by how much likelier than the best other words
    "behind",  # less likely
    "elsewhere",  # in how many other passages it finds the same words
    "linear agrees",  # the linear reader's likeliest words share one with them
    "chosen passage",  # they stand in the passage that both readers choose
    "of type",
    "words",  # the logarithm of their number
    *(f"type {name}" for name in SHORT_TYPES[1:]),
)
# Beyond it one more says nothing.
_MOST, _MOST_AHEAD = 8.0, 4.0
_WORD = re.compile(WORD)


@cache
def answer_weights() -> TwoReadersWeights:
    """The weights that come with Pinakes. Raises UnfitWeights."""
    return read_weights(__package__, "likely_answers.json", TwoReadersWeights, FEATURES)


@dataclass(frozen=True, slots=True)
class LikelyAnswer:
    """Words that may be the answer.

    ``is_sure``: of the type expected, and likely enough to be shown for no other reason.
    """

    sentence: AnsweringSentence
    is_sure: bool


def likely_answers(
    question: Question, hits: Sequence[Hit], reading: Reading
) -> tuple[LikelyAnswer, ...] | None:
    """The words that the network found in ``hits``, the likeliest first.

    There are none where a few words answer no such question; None where no network has read, of
    which this is a model. Raises UnfitWeights.
    """
    if reading.network is None:
        return None
    fitted = answer_weights()
    weights = fitted.of(question.encoder)
    rated = [
        (probability(weights, features), bool(features["of type"]), sentence)
        for sentence, features in features_of_answers(question, hits, reading)
    ]
    rated.sort(key=lambda row: -row[0])
    return tuple(
        LikelyAnswer(sentence, of_type and likely >= fitted.threshold)
        for likely, of_type, sentence in rated
    )


def sure_first(
    sentences: Sequence[AnsweringSentence], likely: Sequence[LikelyAnswer]
) -> tuple[AnsweringSentence, ...]:
    """``sentences``, before them that of the likeliest words that are sure.

    Its passage need not be the one that both readers choose: of each passage alone the network
    knows which words answer.
    """
    sure = next((answer.sentence for answer in likely if answer.is_sure), None)
    if sure is None:
        return tuple(sentences)
    others = (one for one in sentences if (one.hit, one.start) != (sure.hit, sure.start))
    return (sure, *others)


def features_of_answers(
    question: Question, hits: Sequence[Hit], reading: Reading
) -> list[tuple[AnsweringSentence, Mapping[str, float]]]:
    """The words that the network found, none twice, and the features of each by name."""
    expected, network, linear = question.expected, reading.network, reading.linear
    if network is None or expected.type not in SHORT_TYPES or expected.several:
        return []
    found = network.sentences
    said = [_words(question, hits, one) for one in found]
    by_linear = linear.sentences if linear else ()
    surest = max(by_linear, key=lambda one: one.answer_score, default=None)
    agreed = frozenset(_words(question, hits, surest)) if surest else frozenset()
    rows: list[tuple[AnsweringSentence, Mapping[str, float]]] = []
    for place, (sentence, words) in enumerate(zip(found, said, strict=True)):
        same = [_is_same(words, other) for other in said]
        if any(same[:place]):
            continue
        others = [one.answer_score for one, is_same in zip(found, same, strict=True) if not is_same]
        passages = {one.hit for one, is_same in zip(found, same, strict=True) if is_same}
        next_best = max([network.no_answer, *others])
        text = hits[sentence.hit].passage.text[sentence.answer_start : sentence.answer_end]
        by_network = _bounded(sentence.answer_score - network.no_answer, _MOST)
        ahead = sentence.answer_score - next_best
        features = {
            "constant": 1.0,
            "network": max(0.0, by_network),
            "network below": min(0.0, by_network),
            "network about": max(0.0, by_network) * _about(question, hits[sentence.hit], sentence),
            "ahead": max(0.0, min(_MOST_AHEAD, ahead)),
            "behind": max(-_MOST, min(0.0, ahead)),
            "elsewhere": float(len(passages) - 1),
            "linear agrees": float(not agreed.isdisjoint(words)),
            "chosen passage": float(reading.sentences[0].hit == sentence.hit),
            "of type": float(is_of_type(question, text)),
            "words": math.log(max(1, len(words))),
            **{f"type {name}": float(expected.type == name) for name in SHORT_TYPES[1:]},
        }
        rows.append((sentence, features))
    return rows


def _about(question: Question, hit: Hit, sentence: AnsweringSentence) -> float:
    """The share of the question, by idf, that the sentence holds, with what it stands under."""
    passage = hit.passage
    said = passage.text[sentence.start : sentence.end]
    text = " ".join([passage.title, *passage.heading_path, said])
    return question.share(frozenset(question.analyze(text)))


def _words(question: Question, hits: Sequence[Hit], sentence: AnsweringSentence) -> list[str]:
    """The words of its answer, without those that say nothing."""
    text = hits[sentence.hit].passage.text[sentence.answer_start : sentence.answer_end]
    words = [word.casefold() for word in _WORD.findall(text)]
    return [word for word in words if not question.is_stop_word(word)] or words


def _is_same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one says all that the other does: "1314" and "June 1314"."""
    return bool(one and other) and (set(one) <= set(other) or set(other) <= set(one))


def _bounded(score: float, most: float) -> float:
    return max(-most, min(most, score))
