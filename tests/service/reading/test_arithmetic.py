"""What claims compute, and which quantity they call the greater."""

import pytest

from pinakes.service.reading.arithmetic import computed, is_false_comparison
from pinakes.service.reading.claim_parser import ClaimParser

# name, claim, the numbers that need a source
COMPUTED = [
    ("a difference", "Born in 1685, 71 years before him, who was born in 1756.", ["1685", "1756"]),
    ("a wrong difference", "Born in 1685, 17 years before him, who was born in 1756.",
     ["1685", "17", "1756"]),
    ("a span", "It lasted four years, from 1914 to 1918.", ["1914", "1918"]),
    ("a ratio", "It is 1.9 times as many: 9.6 million against 5.1 million.",
     ["9.6 million", "5.1 million"]),
    ("a number that is none of these", "It has 9 of 20 parts and 300 ends.", ["9", "20", "300"]),
    ("two numbers", "It has 5 parts and 3 ends.", ["5", "3"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "left"), [case[1:] for case in COMPUTED], ids=[case[0] for case in COMPUTED]
)
def test_what_follows_needs_no_source(
    parser: ClaimParser,
    claim: str,
    left: list[str],
) -> None:
    words = computed(parser.claim(claim)).words
    assert [word.text for word in words if word.quantity is not None] == left


# name, claim, whether it is wrong
COMPARISONS = [
    ("more", "Sweden has more people: 9.64 million, against 5.1 million in Norway.", False),
    ("wrongly more", "Norway has more people: 5.1 million, against 9.64 million.", True),
    ("fewer", "Norway has fewer people: 5.1 million, against 9.64 million.", False),
    ("wrongly fewer", "Sweden has fewer people: 9.64 million, against 5.1 million.", True),
    ("no comparison", "Sweden has 9.64 million people, Norway 5.1 million.", False),
    ("one number", "Sweden has more people: 9.64 million.", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "wrong"), [case[1:] for case in COMPARISONS], ids=[case[0] for case in COMPARISONS]
)
def test_comparisons(parser: ClaimParser, claim: str, wrong: bool) -> None:
    assert is_false_comparison(parser.claim(claim)) is wrong
