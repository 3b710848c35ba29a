"""What a model would search for: only what the question says, in the forms that models write."""

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.decompose import Comparison, TwoSteps
from pinakes.service.asking.planning import checked_plan, may_take_several
from pinakes.service.reading.words import words_of

RIVERS = "Is the Rhine longer than the Danube?"
LENGTHS = Comparison(("How long is the Rhine?", "How long is the Danube?"))
PAPER = "In which year did the man who deciphered Linear B die?"

# name, the question, what the model wrote, and what is made of it
CASES = [
    ("lines", RIVERS, "How long is the Rhine?\nHow long is the Danube?", LENGTHS),
    ("a list", RIVERS, "1. How long is the Rhine?\n2. How long is the Danube?\n", LENGTHS),
    ("bullets", RIVERS, '- How long is the Rhine?\n\n- "How long is the Danube?"', LENGTHS),
    ("JSON", RIVERS, '["How long is the Rhine?", "How long is the Danube?"]', LENGTHS),
    (
        "an object in a fence",
        RIVERS,
        '```json\n{"queries": ["How long is the Rhine?", "How long is the Danube?"]}\n```',
        LENGTHS,
    ),
    ("one is enough", RIVERS, "one", None),
    ("the question alone", RIVERS, RIVERS, None),
    ("the same twice", RIVERS, f"{RIVERS}\n{RIVERS}", None),
    ("too many", RIVERS, "Rhine\nDanube\nlong Rhine\nlong Danube", None),
    ("names of its own", RIVERS, "How long is the Rhine?\nHow long is the Volga?", None),
    ("a name of its own first", RIVERS, "How long is the Rhine?\nVolga and Danube", None),
    ("a year of its own", RIVERS, "How long was the Rhine in 1900?\nHow long is the Danube?", None),
    ("about something else", RIVERS, "How long is the Rhine?\nWhat is love?", None),
    ("an answer", RIVERS, "The Rhine is shorter.\nIt has 1,230 km.", None),
    ("JSON that is none", RIVERS, '["How long is the Rhine?"', None),
    ("JSON nested too deep", RIVERS, "[" * 5_000 + "]" * 5_000, None),
    ("nothing", RIVERS, "", None),
    (
        "two steps",
        PAPER,
        "Who deciphered Linear B?\nIn which year did {1} die?",
        TwoSteps("Who deciphered Linear B?", "In which year did {} die?", "", "person"),
    ),
    (
        "two steps for a thing",
        "In which country is the town where the stone was found?",
        "In which town was the stone found?\nIn which country is the town [answer]?",
        TwoSteps(
            "In which town was the stone found?", "In which country is the town {}?", "", "thing"
        ),
    ),
    (
        "braces of its own",
        PAPER,
        "Who deciphered Linear B?\nDid the man die {1} in {x}?",
        TwoSteps("Who deciphered Linear B?", "Did the man die {} in x?", "", "person"),
    ),
    ("the second step first", PAPER, "In which year did {1} die?\nWho deciphered Linear B?", None),
    (
        "three steps",
        PAPER,
        "Who deciphered Linear B?\nDid {1} die?\nIn which year did {1} die?",
        None,
    ),
]


@pytest.mark.parametrize(
    ("question", "written", "plan"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_plans(
    index: Index, question: str, written: str, plan: Comparison | TwoSteps | None
) -> None:
    assert checked_plan(written, question, index, words_of("en")) == plan


def test_short_questions_ask_for_one_thing() -> None:
    assert not may_take_several("Who wrote Hamlet?")
    assert may_take_several(PAPER)
