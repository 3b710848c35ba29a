"""What a network finds before what the linear reader finds, for English; else the latter alone.

The network knows better which words of a passage answer, the linear reader which passage does.
Sentences that tell more, without answering themselves, are found by the words they share with the
question: prompts are made of both.
"""

from collections.abc import Sequence
from dataclasses import replace

from pinakes.index.types import Hit
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reader, Reading

__all__ = ["TRAINED_ON", "NetworkFirst"]

# What it was trained on, by the codes of collections' languages.
TRAINED_ON = ("en", "simple")
# How the network's score and each place down the list weigh beside the linear reader's score: by 50
# everyday questions over 30,729 articles (bench.quality.everyday, split dev), too few to tell these
# from half or twice as much, which choose one passage more or fewer.
_NETWORK = 0.5
_RANK = 0.2


class NetworkFirst:
    """Two readers as one, on the scale of the network's scores."""

    def __init__(self, network: Reader, linear: Reader) -> None:
        self.network, self.linear = network, linear
        self.margin = network.margin

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The likeliest sentence of the likeliest passage, and what both readers found beside it.

        After it come the network's others that are likelier than no answer, then the linear ones.
        """
        others = self.linear.read(question, hits)
        if not all(hit.language in TRAINED_ON for hit in hits):
            return self._alone(others)
        found = self.network.read(question, hits)
        if not found.sentences:
            return self._alone(others)
        likely = [one for one in found.sentences if one.answer_score > found.no_answer]
        best = _passage(found.sentences, others.sentences)
        first = next((one for one in likely if one.hit == best), None) or next(
            one for one in (*others.sentences, *found.sentences) if one.hit == best
        )
        if first not in likely:
            unlikely = min(found.no_answer, *(one.answer_score for one in found.sentences))
            first = replace(first, score=unlikely, answer_score=unlikely)
        rest = [one for one in likely if one is not first]
        first = replace(first, score=max(one.score for one in (first, *rest)))
        ahead = [first, *rest]
        known = {(one.hit, one.start) for one in ahead}
        more = [one for one in others.sentences if (one.hit, one.start) not in known]
        return Reading((*ahead, *_below(ahead[-1], more)), found.no_answer, others, found)

    def _alone(self, found: Reading) -> Reading:
        """What the linear reader found, so that its margin is the network's."""
        by = self.margin / self.linear.margin
        sentences = (
            replace(one, answer_score=(one.answer_score - found.no_answer) * by)
            for one in found.sentences
        )
        return Reading(tuple(sentences), linear=found)


def _passage(network: Sequence[AnsweringSentence], linear: Sequence[AnsweringSentence]) -> int:
    """The passage that most likely answers, by both readers and by how high it was found.

    The network alone takes what looks like an answer for one, whatever passage it stands in.
    """
    by_network, by_linear = _scores(network), _scores(linear)
    lowest = min(by_network.values()), min(by_linear.values(), default=0.0)

    def score(hit: int) -> float:
        network_score = by_network.get(hit, lowest[0])
        return by_linear.get(hit, lowest[1]) + _NETWORK * network_score - _RANK * hit

    return max(sorted({*by_network, *by_linear}), key=score)


def _scores(sentences: Sequence[AnsweringSentence]) -> dict[int, float]:
    """The best score of each passage."""
    scores: dict[int, float] = {}
    for one in sentences:
        scores[one.hit] = max(one.score, scores.get(one.hit, one.score))
    return scores


def _below(last: AnsweringSentence, more: Sequence[AnsweringSentence]) -> list[AnsweringSentence]:
    """``more`` with scores as far apart as they were, none above those of ``last``."""
    highest = max((one.score for one in more), default=0.0)
    surest = max((one.answer_score for one in more), default=0.0)
    return [
        replace(
            one,
            score=last.score + one.score - highest,
            answer_score=last.answer_score + one.answer_score - surest,
        )
        for one in more
    ]
