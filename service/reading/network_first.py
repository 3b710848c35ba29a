"""What a network finds before what the linear reader finds, for English; else the latter alone.

The network knows better which words answer. Sentences that tell more, without answering themselves,
are found by the words they share with the question: prompts are made of both.
"""

from collections.abc import Sequence
from dataclasses import replace

from pinakes.index.types import Hit
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reader, Reading

__all__ = ["NetworkFirst"]

# What it was trained on, by the codes of collections' languages.
_ENGLISH = ("en", "simple")


class NetworkFirst:
    """Two readers as one, on the scale of the network's scores."""

    def __init__(self, network: Reader, linear: Reader) -> None:
        self.network, self.linear = network, linear
        self.margin = network.margin

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """The network's likeliest sentence, others likelier than none, then the linear reader's."""
        others = self.linear.read(question, hits)
        if not all(hit.language in _ENGLISH for hit in hits):
            return self._alone(others)
        found = self.network.read(question, hits)
        first = [
            one
            for place, one in enumerate(found.sentences)
            if place == 0 or one.answer_score > found.no_answer
        ]
        if not first:
            return self._alone(others)
        known = {(one.hit, one.start) for one in first}
        more = [one for one in others.sentences if (one.hit, one.start) not in known]
        return Reading((*first, *_below(first[-1], more)), found.no_answer, others)

    def _alone(self, found: Reading) -> Reading:
        """What the linear reader found, so that its margin is the network's."""
        by = self.margin / self.linear.margin
        sentences = (
            replace(one, answer_score=(one.answer_score - found.no_answer) * by)
            for one in found.sentences
        )
        return Reading(tuple(sentences), linear=found)


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
