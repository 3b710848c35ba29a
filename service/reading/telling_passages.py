"""Whether the passage that two readers choose tells the answer: a logistic model over their scores.

Answerability tells whether a collection is about what is asked; this, whether a passage of it says
it. Knows nothing of what is shown.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from pinakes.index.weights import read_weights
from pinakes.service.reading.question import Question
from pinakes.service.reading.reader import AnsweringSentence, Reading
from pinakes.service.reading.two_readers import TwoReadersWeights, probability
from pinakes.service.reading.words import AnswerType

__all__ = ["FEATURES", "features_of_passage", "holds_answer", "passage_weights"]

# The linear reader's scores lie higher where the form of an answer is known.
_TYPES: tuple[AnswerType, ...] = ("time", "place", "number", "thing", "none")
# Of idf: of some 2,700 passages. It was fitted where there are 366,638.
_LEAST_RELIANCE = 0.9

FEATURES = (
    "constant",
    "network",  # by how much the network's best words there are likelier than no answer
    "network anywhere",  # and its best words in any passage
    "linear",  # the linear reader's score of its likeliest sentence there
    "linear ahead",  # of that of any other passage
    *(f"type {name}" for name in _TYPES),
)


@cache
def passage_weights() -> TwoReadersWeights:
    """The weights that come with Pinakes. Raises UnfitWeights."""
    return read_weights(__package__, "telling_passages.json", TwoReadersWeights, FEATURES)


def holds_answer(question: Question, reading: Reading) -> bool:
    """Whether the passage of the likeliest sentence is likely enough to hold the answer.

    True where not both readers have read, for this is a model of both; and without vectors, or
    where words weigh nearly alike for there are few passages: the linear reader's scores are others
    there. Raises UnfitWeights.
    """
    features = features_of_passage(question, reading)
    fitted = passage_weights()
    weights = fitted.of(question.encoder)
    if features is None or not weights or question.reliance < _LEAST_RELIANCE:
        return True
    return probability(weights, features) >= fitted.threshold


def features_of_passage(question: Question, reading: Reading) -> Mapping[str, float] | None:
    """Of the passage of the likeliest sentence, by name; None where not both readers have read."""
    network, linear = reading.network, reading.linear
    if network is None or linear is None or not network.sentences or not linear.sentences:
        return None
    hit = reading.sentences[0].hit
    there, elsewhere = _best(linear.sentences, hit)
    own, others = _best(network.sentences, hit)
    return {
        "constant": 1.0,
        "network": own - network.no_answer,
        "network anywhere": max(own, others) - network.no_answer,
        "linear": there,
        "linear ahead": there - elsewhere,
        **{f"type {name}": float(question.expected.type == name) for name in _TYPES},
    }


def _best(sentences: Sequence[AnsweringSentence], hit: int) -> tuple[float, float]:
    """The best score in passage ``hit`` and in the others; what was not read has the lowest."""
    lowest = min(one.score for one in sentences)
    return (
        max((one.score for one in sentences if one.hit == hit), default=lowest),
        max((one.score for one in sentences if one.hit != hit), default=lowest),
    )
