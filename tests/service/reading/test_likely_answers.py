"""How likely it is that words are the answer, by what two readers say of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.reading import likely_answers as module
from pinakes.service.reading.likely_answers import (
    LikelyAnswer,
    answer_weights,
    features_of_answers,
    likely_answers,
    sure_first,
)
from pinakes.service.reading.models import NETWORK
from pinakes.service.reading.question import question_of
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.reading.two_readers import TwoReadersWeights

WHEN = "When was the Rosetta Stone found?"
TEXTS = (
    "It was found in 1799. Others say in July 1799.",
    "In 1822 it was read. It was found in 1799.",
    "It is black.",
)
# Of the linear reader: it holds 1799, of the first passage's first sentence, for the answer.
LINEAR = ((0, "It was found in 1799.", "1799", 20.0), (1, "In 1822 it was read.", "1822", 9.0))


def _sentence(hit: int, sentence: str, words: str, score: float) -> AnsweringSentence:
    start = TEXTS[hit].index(sentence)
    at = TEXTS[hit].index(words, start)
    return AnsweringSentence(hit, start, start + len(sentence), score, at, at + len(words), score)


def _reading(
    network: Sequence[tuple[int, str, str, float]],
    linear: Sequence[tuple[int, str, str, float]] = LINEAR,
) -> Reading:
    by_network = tuple(_sentence(*one) for one in network)
    by_linear = tuple(_sentence(*one) for one in linear)
    return Reading(
        by_network, linear=Reading(by_linear), network=Reading(by_network, no_answer=1.0)
    )


@pytest.fixture
def hits(index: Index) -> list[Hit]:
    found = index.search(WHEN, len(TEXTS))
    return [
        replace(hit, passage=replace(hit.passage, text=text))
        for hit, text in zip(found, TEXTS, strict=True)
    ]


def _features(index: Index, hits: Sequence[Hit], reading: Reading) -> list[dict[str, float]]:
    found = features_of_answers(question_of(index, WHEN), hits, reading)
    return [dict(features) for _, features in found]


def test_words_that_both_readers_find_in_two_passages(index: Index, hits: list[Hit]) -> None:
    network = [
        (0, "It was found in 1799.", "1799", 6.0),
        (0, "Others say in July 1799.", "July 1799", 5.0),
        (1, "It was found in 1799.", "1799", 4.0),
        (1, "In 1822 it was read.", "1822", 3.0),
        (2, "It is black.", "black", -2.0),
    ]
    first, second, last = _features(index, hits, _reading(network))
    wanted = {
        "network": 5.0, "network below": 0.0, "ahead": 3.0, "behind": 0.0, "elsewhere": 1.0,
        "linear agrees": 1.0, "chosen passage": 1.0, "of type": 1.0, "words": 0.0,
        "type time": 1.0, "type number": 0.0,
    }  # fmt: skip
    assert {name: first[name] for name in wanted} == wanted
    changed = {
        "network": 2.0, "ahead": 0.0, "behind": -3.0, "elsewhere": 0.0, "linear agrees": 0.0,
        "chosen passage": 0.0,
    }  # fmt: skip
    assert {name: second[name] for name in changed} == changed
    assert (last["network"], last["network below"], last["of type"]) == (0.0, -3.0, 0.0)


def test_no_answer_is_what_is_ahead_of_nothing_else(index: Index, hits: list[Hit]) -> None:
    alone = [(0, "It was found in 1799.", "1799", 6.0)]
    [features] = _features(index, hits, _reading(alone))
    assert (features["network"], features["ahead"]) == (5.0, 4.0)
    [bounded] = _features(index, hits, _reading([(*alone[0][:3], 600.0)]))
    assert (bounded["network"], bounded["ahead"]) == (8.0, 4.0)


def test_the_more_of_the_question_is_said_the_more_the_network_counts(
    index: Index, hits: list[Hit]
) -> None:
    hits[0] = replace(hits[0], passage=replace(hits[0].passage, title="Rosetta Stone"))
    hits[1] = replace(hits[1], passage=replace(hits[1].passage, title="Papyrus", heading_path=()))
    found = [
        _features(index, hits, _reading([(hit, "It was found in 1799.", "1799", 6.0)]))[0]
        for hit in (0, 1)
    ]
    assert found[0]["network about"] == pytest.approx(5.0)
    assert 0 < found[1]["network about"] < 5.0


def test_the_sentence_of_sure_words_comes_first_and_once(index: Index, hits: list[Hit]) -> None:
    reading = _reading([(0, "It was found in 1799.", "1799", 6.0)])
    sentences = _reading([(1, "In 1822 it was read.", "1822", 9.0)]).sentences + reading.sentences
    sure = LikelyAnswer(reading.sentences[0], is_sure=True)
    assert sure_first(sentences, [sure]) == (sentences[1], sentences[0])
    assert sure_first(sentences, [replace(sure, is_sure=False)]) == sentences


@pytest.mark.parametrize(
    "question",
    [
        "Why was the Rosetta Stone found?",
        "How was the Rosetta Stone found?",
        "Was the Rosetta Stone found?",
        "Which two stones were found in Rosetta?",
    ],
)
def test_what_a_few_words_do_not_answer(index: Index, hits: list[Hit], question: str) -> None:
    reading = _reading([(0, "It was found in 1799.", "1799", 8.0)])
    assert likely_answers(question_of(index, question), hits, reading) == ()


def test_it_knows_nothing_of_other_readers(index: Index, hits: list[Hit]) -> None:
    reading = replace(_reading([(0, "It was found in 1799.", "1799", 8.0)]), network=None)
    assert likely_answers(question_of(index, WHEN), hits, reading) is None


def test_the_likeliest_come_first_and_some_are_sure(
    index: Index, hits: list[Hit], monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = {"with vectors": {"network": -0.1, "constant": 0.35}}
    turned = answer_weights().model_copy(update={"threshold": 0.5, "weights": weights})
    monkeypatch.setattr(module, "answer_weights", lambda: turned)
    network = [
        (0, "It was found in 1799.", "1799", 6.0),
        (1, "In 1822 it was read.", "1822", 3.0),
        (2, "It is black.", "black", 2.0),
    ]
    found = likely_answers(question_of(index, WHEN), hits, _reading(network))
    assert found is not None
    words = [
        (TEXTS[one.sentence.hit][one.sentence.answer_start : one.sentence.answer_end], one.is_sure)
        for one in found
    ]
    assert words == [("black", False), ("1822", True), ("1799", False)]  # black is no time


@pytest.mark.parametrize("name", ["likely_answers", "telling_passages"])
def test_weights_are_of_the_network_that_comes_with_them(name: str) -> None:
    file = files("pinakes.service.reading") / f"{name}.json"
    stated = TwoReadersWeights.model_validate(json.loads(file.read_text(encoding="utf-8")))
    digest = hashlib.sha256((NETWORK / "model.onnx").read_bytes()).hexdigest()
    assert stated.network == digest, f"fit them again with {stated.command}"
