"""What a model says when the sources do not hold the answer, and what only sounds like it."""

import pytest

from pinakes.service.asking.declining import is_decline

DECLINES = [
    "The sources do not say.",
    "The sources do not say when he was born [1].",
    "The provided sources do not contain information about this.",
    "**The sources don't mention it.**",
    "Sorry, the sources don't mention this.",
    "Based on the given sources, it is not stated in the passages.",
    "There is no information in the sources about it.",
    "No information is given about that.",
    "I cannot find the answer in the sources.",
    "The answer is not in the sources.",
    "The information is not available in the sources.",
    "This is not mentioned in the sources.",
]
ANSWERS = [
    "The sources do not freeze in winter.",
    "The sources do not say when he was born, but he died in 1455.",
    "The passages do not mention it; it was in 1200.",
    "The text did not survive the fire.",
    "The source of the Nile does not lie in Egypt.",
    "No information leaves a black hole.",
    "It is not known who built Stonehenge.",
    "The documents did not reveal his name until 1990.",
    "The Articles of Confederation did not give Congress the power to tax.",
    "Socrates wrote nothing himself.",
]


@pytest.mark.parametrize("sentence", DECLINES)
def test_declines(sentence: str) -> None:
    assert is_decline(sentence)


@pytest.mark.parametrize("sentence", ANSWERS)
def test_answers_that_sound_like_it(sentence: str) -> None:
    assert not is_decline(sentence)
