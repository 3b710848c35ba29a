"""What an agent is shown first of what was found."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.tools.glance import glance


@pytest.mark.parametrize(
    ("question", "date"),
    [
        ("When did Johannes Gutenberg die?", "3 February 1468"),
        ("When was Eratosthenes born?", "276 BC"),
    ],
)
def test_dates_of_a_life_come_first(sample_index: Index, question: str, date: str) -> None:
    page = glance(sample_index, question, "hybrid", 4).pages[0]
    hit, sentence = page.sentences[0]
    assert date in hit.passage.text[sentence.start : sentence.end]


def test_nothing_that_fits_leaves_the_nearest(sample_index: Index) -> None:
    seen = glance(sample_index, "qwertyuiop asdfghjkl", "hybrid", 4)
    assert seen.pages == ()
    assert seen.nearest
