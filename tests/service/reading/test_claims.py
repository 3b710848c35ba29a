"""What sentences claim, and how much of it another text says."""

import pytest

from pinakes.index.keywords.bm25 import KeywordIndex, write_keyword_index
from pinakes.service.reading.claims import ClaimParser, Comparison, compare
from pinakes.service.reading.words import words_of


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> ClaimParser:
    path = tmp_path_factory.mktemp("words") / "bm25"
    write_keyword_index(path, "en", [])
    keywords = KeywordIndex(path, "en")
    words = words_of("en")
    return ClaimParser(
        words,
        keywords.analyze,
        lambda word: word in words.stop_words or not keywords.content_terms(word),
    )


def _compared(parser: ClaimParser, claim: str, text: str, title: str = "") -> Comparison:
    context = frozenset(word.form for word in parser.parse(title).words)
    return compare(parser.claim(claim), parser.parse(text), context)


# name, claim, text, what is missing
FACTS = [
    ("the same number", "It weighs 762 kg.", "The stone weighs 762 kg.", ()),
    ("another number", "It weighs 767 kg.", "The stone weighs 762 kg.", ("767",)),
    ("part of a number", "It has 76 lines.", "It has 762 lines.", ("76",)),
    ("thousands", "It held 40000 scrolls.", "It held 40,000 scrolls.", ()),
    ("spelled out", "It has three parts.", "It has 3 parts.", ()),
    ("scaled", "Some 1.3 million people.", "Some 1,300,000 people.", ()),
    ("wrongly scaled", "Some 1.3 billion people.", "Some 1.3 million people.", ("1.3 billion",)),
    ("an ordinal", "In the 19th century.", "In the 19th century.", ()),
    ("a wrong ordinal", "In the 18th century.", "In the 19th century.", ("18",)),
    ("a name", "It was read by Champollion.", "It was read by Champollion in 1822.", ()),
    ("another name", "It was read by Young.", "It was read by Champollion in 1822.", ("Young",)),
    ("a month", "Found in June 1799.", "It was found in July 1799.", ("June",)),
    (
        "a number with another's unit",
        "It is 2 km long and 5 m high.",
        "It is 5 km long and 2 m high.",
        ("2 km", "5 m"),
    ),
]


@pytest.mark.parametrize(
    ("claim", "text", "missing"), [case[1:] for case in FACTS], ids=[case[0] for case in FACTS]
)
def test_names_and_numbers_must_be_there(
    parser: ClaimParser, claim: str, text: str, missing: tuple[str, ...]
) -> None:
    assert _compared(parser, claim, text).missing == missing


# name, claim, text, whether both say the same way round
SENSES = [
    ("both affirm", "Kings planned it.", "It was planned by kings.", True),
    ("one denies", "Kings did not plan it.", "It was planned by kings.", False),
    ("both deny", "Kings never planned it.", "It was not planned by kings.", True),
    ("a denial before", "Kings planned it.", "Not all came: kings planned it.", True),
    ("a contraction", "Kings didn't plan it.", "It was planned by kings.", False),
    ("a dropped qualifier", "Yangon is the capital.", "Yangon is the former capital.", False),
    ("a kept qualifier", "Yangon is the former capital.", "Yangon is the former capital.", True),
    ("a dropped rank", "It is the largest town.", "It is the sixth largest town.", False),
    ("a dropped may", "Kings planned it.", "Kings may have planned it.", False),
    ("a qualifier of other words", "Kings planned it.", "Kings planned it a second time.", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "text", "same"), [case[1:] for case in SENSES], ids=[case[0] for case in SENSES]
)
def test_sense(parser: ClaimParser, claim: str, text: str, same: bool) -> None:
    assert _compared(parser, claim, text).same_sense is same


def test_words_that_lead_up_to_a_claim_are_no_part_of_it(parser: ClaimParser) -> None:
    plain = parser.claim("Kings planned it.")
    for lead in (
        "The answer is: ",
        "The answer to this question is: ",
        "1. ",
        "According to the source, ",
    ):
        assert parser.claim(lead + "Kings planned it.") == plain


def test_order_tells_who_did_what(parser: ClaimParser) -> None:
    said = "Ventris deciphered what Evans found."
    assert _compared(parser, "Ventris deciphered what Evans found.", said).order == 1
    turned = _compared(parser, "Evans deciphered what Ventris found.", said)
    assert turned.coverage == 1
    assert turned.order < 0.8


def test_the_title_names_the_subject_but_no_number(parser: ClaimParser) -> None:
    compared = _compared(parser, "Apollo 11 landed in 1969.", "It landed in July.", "Apollo 11")
    assert compared.missing == ("11", "1969")
    assert _compared(parser, "The Apollo landed.", "It landed in July.", "Apollo 11").coverage == 1


def test_words_far_apart_are_not_tight(parser: ClaimParser) -> None:
    near = _compared(parser, "Clay type came.", "Clay type came.")
    far = _compared(
        parser, "Clay type came.", "Clay was dug by many hands, type cut, then rain came."
    )
    assert near.tightness == 1
    assert far.tightness < 0.5
