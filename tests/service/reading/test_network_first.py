"""What both readers find, put together: whose passage, whose words, in which order."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from pinakes.index.types import Hit
from pinakes.ingest.types import Passage
from pinakes.service.reading.network_first import NetworkFirst
from pinakes.service.reading.reader import AnsweringSentence, Reading

QUESTION: Any = SimpleNamespace()  # neither of these readers looks at it


class Scripted:
    """Finds what it is told to: the passage and the score of each sentence, its first letters."""

    def __init__(
        self, *found: tuple[int, float], margin: float = 1.0, no_answer: float = 0.0
    ) -> None:
        self.margin = margin
        sentences = tuple(
            AnsweringSentence(hit, place, place + 9, score, place, place + 5, score)
            for place, (hit, score) in enumerate(found)
        )
        self.reading = Reading(sentences, no_answer)

    def read(self, question: object, hits: Sequence[Hit]) -> Reading:
        return self.reading


def _hits(*languages: str) -> list[Hit]:
    return [
        Hit(Passage(at, at, "Linear B", (), "A script.", 0, 9), 0, "toy", 0.0, {}, language=code)
        for at, code in enumerate(languages)
    ]


def _read(network: Scripted, linear: Scripted, *languages: str) -> Reading:
    return NetworkFirst(network, linear).read(QUESTION, _hits(*(languages or ("en", "en", "en"))))


@pytest.mark.parametrize(
    ("network", "linear", "order"),
    [
        ([(1, 9.0), (0, 8.0)], [(0, 20.0), (1, 10.0)], [0, 1, 0, 1]),  # surer, of another passage
        ([(1, 9.0), (0, 1.0)], [(0, 20.0), (1, 19.0)], [1, 0, 0, 1]),  # much surer
        ([(1, 2.0), (0, -1.0)], [(0, 20.0), (1, 10.0)], [0, 1, 1]),  # it knows no answer there
        ([(1, -2.0)], [(2, 20.0), (1, 10.0)], [2, 1]),
        ([], [(2, 20.0), (1, 10.0)], [2, 1]),
        ([(0, 4.0), (1, 4.0)], [(0, 10.0), (1, 10.1)], [0, 1]),  # the one that was found first
        ([(1, 9.0), (0, 1.0)], [(0, 12.0), (2, 5.0)], [0, 1, 0, 2]),  # read by one alone
        ([(0, 9.0)], [(0, 20.0), (0, 10.0)], [0, 0]),  # the same sentence once
        ([(0, 9.0), (0, -5.0), (1, 6.0)], [(0, 10.0), (1, 10.0)], [0, 1, 1]),  # by its best words
        ([(1, 4.0)], [], [1]),
    ],
)
def test_both_choose_the_passage_and_the_network_its_words(
    network: list[tuple[int, float]], linear: list[tuple[int, float]], order: list[int]
) -> None:
    found = _read(Scripted(*network), Scripted(*linear))
    assert [one.hit for one in found.sentences] == order
    scores = [one.score for one in found.sentences]
    assert scores == sorted(scores, reverse=True)


def test_what_each_found_by_itself_is_kept() -> None:
    network, linear = Scripted((1, 9.0)), Scripted((0, 20.0))
    found = _read(network, linear)
    assert (found.network, found.linear) == (network.reading, linear.reading)


def test_words_of_the_passage_chosen_that_the_network_does_not_believe_are_worth_least() -> None:
    found = _read(Scripted((1, 2.0), (0, -3.0)), Scripted((0, 20.0), (1, 10.0)))
    first, second, *_ = found.sentences
    assert (first.hit, first.answer_score, first.score) == (0, -3.0, 2.0)
    assert (second.hit, second.answer_score, second.score) == (1, 2.0, 2.0)


def test_what_the_linear_reader_finds_beside_it_comes_below() -> None:
    found = _read(Scripted((0, 3.0)), Scripted((0, 20.0), (1, 19.0), (2, 12.0)))
    assert [(one.score, one.answer_score) for one in found.sentences] == [
        (3.0, 3.0), (3.0, 3.0), (-4.0, -4.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("languages", "reads"),
    [(("en", "en"), True), (("simple", "en"), True), (("en", "es"), False), (("de",), False)],
)
def test_the_network_reads_english(languages: tuple[str, ...], reads: bool) -> None:
    found = _read(Scripted((0, 9.0)), Scripted((0, 20.0)), *languages)
    assert (found.network is not None) == reads
    assert found.linear is not None


@pytest.mark.parametrize("language", ["en", "es"])
def test_alone_the_linear_reader_has_the_margin_of_the_network(language: str) -> None:
    linear = Scripted((0, 9.0), margin=2.0, no_answer=1.0)
    reader = NetworkFirst(Scripted(margin=3.0), linear)
    found = reader.read(QUESTION, _hits(language))
    assert reader.margin == 3.0
    assert [one.answer_score for one in found.sentences] == [12.0]
    assert found.no_answer == 0.0
