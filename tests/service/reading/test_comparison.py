"""What sentences claim, and how much of it another text says."""

import pytest

from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.comparison import Comparison, compare, nearest_places


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
    ("given to fewer digits", "Some 9.64 million.", "It has 9,644,864 people.", ()),
    ("rounded wrongly", "Some 9.54 million.", "It has 9,644,864 people.", ("9.54 million",)),
    ("about", "About 4,800 m.", "It is 4,810 m high.", ()),
    ("exactly", "It has 4,800 seats.", "It has 4,810 seats.", ("4,800",)),
    ("in another unit", "It is 26.2 miles long.", "It is 42.195 km long.", ()),
    ("the number of another unit", "It is 42.195 miles.", "It is 42.195 km.", ("42.195 mile",)),
    ("degrees", "At -196 °C.", "It boils at 77 K.", ()),
    ("scaled", "Some 1.3 million people.", "Some 1,300,000 people.", ()),
    ("wrongly scaled", "Some 1.3 billion people.", "Some 1.3 million people.", ("1.3 billion",)),
    ("an ordinal", "In the 19th century.", "In the 19th century.", ()),
    ("a wrong ordinal", "In the 18th century.", "In the 19th century.", ("18",)),
    ("a name", "It was read by Champollion.", "It was read by Champollion in 1822.", ()),
    ("another name", "It was read by Young.", "It was read by Champollion in 1822.", ("Young",)),
    ("a month", "Found in June 1799.", "It was found in July 1799.", ("June",)),
    ("a date", "Found on 15 July 1799.", "It was found on July 15, 1799.", ()),
    ("a month of a date", "Found in July 1799.", "It was found on July 15, 1799.", ()),
    ("May, the month", "It came in May 1802.", "It came in June 1802.", ("May",)),
    (
        "a month and a year of two others",
        "Lost in July 1802.",
        "It was found in July, and lost in 1802.",
        ("July 1802",),
    ),
    (
        "a date of two others",
        "It was shown in July 1802.",
        "It was found in July 1799, and a year after the French had left it was shown in 1802.",
        ("July 1802",),
    ),
    (
        "days beside a month",
        "It took thirteen days in October 1962.",
        "It was a 13-day stand in October 1962.",
        (),
    ),
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
    ("a qualifier of the same word elsewhere", "Chrysler is a division of Fiat.",
     "It is a division of FCA, formerly Chrysler, and owned by Fiat Chrysler.", True),
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


def test_of_a_word_that_is_said_twice_the_nearest_counts(parser: ClaimParser) -> None:
    text = parser.parse("Clay was dug by many hands. The type of clay was fine.")
    said = compare(parser.claim("Clay type."), text, ()).said
    near = nearest_places(said, text)
    assert [text.words[place].text for place in sorted(near.values())] == ["type", "clay"]


# name, claim, text
FORMS = [
    ("a strong verb", "The wall fell in 1989.", "The fall of the wall came in 1989."),
    ("a participle", "The ship has sunk.", "It sank: the ship is lost."),
    ("a plural", "A man came.", "Two men came."),
    ("an owner", "It is Japan's currency.", "It is the currency of Japan."),
    ("a unit in full", "It is 762 kilograms.", "It has 762 kg."),
]


@pytest.mark.parametrize(
    ("claim", "text"), [case[1:] for case in FORMS], ids=[case[0] for case in FORMS]
)
def test_forms_of_a_word_meet(parser: ClaimParser, claim: str, text: str) -> None:
    assert all(_compared(parser, claim, text).held)


def test_a_lead_in_is_no_denial(parser: ClaimParser) -> None:
    assert parser.claim("No, Kings planned it.") == parser.claim("Kings planned it.")


def test_clauses_and_commas(parser: ClaimParser) -> None:
    claim = parser.parse(
        "Cats have long tails, short ears, and claws, while dogs have short tails."
    )
    said = [[word.text for word in part.words] for part in claim.parts(claim.clauses)]
    assert said == [
        ["Cats", "long", "tails", "short", "ears"],
        ["claws"],
        ["dogs", "short", "tails"],
    ]
    assert [claim.words[place].text for place in claim.commas] == ["short"]
