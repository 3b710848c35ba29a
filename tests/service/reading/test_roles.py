"""Who does what to whom."""

import pytest

from pinakes.service.reading.claim_parser import ClaimParser
from pinakes.service.reading.roles import swaps_agent, swaps_clauses, swaps_names

NAMES = ("plato", "aristotl", "napoleon", "wellington", "australia", "canberra")

# name, claim, text, whether roles are swapped
SWAPS = [
    ("as it is", "Plato taught Aristotle.", "Plato taught Aristotle.", False),
    ("turned round", "Aristotle taught Plato.", "Plato taught Aristotle.", True),
    ("a noun turned round", "Plato was a student of Aristotle.",
     "Aristotle was a student of Plato.", True),
    ("the passive", "Napoleon was defeated by Wellington.", "Wellington defeated Napoleon.", False),
    ("the passive turned round", "Wellington was defeated by Napoleon.",
     "Wellington defeated Napoleon.", True),
    ("an owner", "Canberra is the capital of Australia.", "Australia's capital is Canberra.",
     False),
    ("a means", "Wellington sent men to Napoleon.",
     "Napoleon gained time by sending men to Wellington.", True),
    ("other words between", "Plato knew Aristotle.", "Aristotle taught Plato.", False),
    ("both ways", "Aristotle taught Plato.", "Plato taught Aristotle, Aristotle taught Plato.",
     False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "text", "swapped"), [case[1:] for case in SWAPS], ids=[case[0] for case in SWAPS]
)
def test_names(parser: ClaimParser, claim: str, text: str, swapped: bool) -> None:
    assert swaps_names(parser.parse(claim), parser.parse(text), NAMES) is swapped


# name, claim, text, whether another one does it
AGENTS = [
    ("as it is", "She was taught by Plato.", "She was taught by Plato.", False),
    ("the passive turned round", "She was taught by Plato.", "She taught men such as Plato.", True),
    ("the passive put in", "She taught Plato.", "She was taught by Plato.", True),
    ("both", "She was taught by Plato.", "She taught Plato; she was taught by Plato.", False),
    ("words between", "It is a book by Plato.", "It is a book by the old master Plato.", False),
    ("farther away", "The school was that of Plato.", "It is a school led by Plato.", False),
    ("another verb", "She was taught by Plato.", "She met Plato.", False),
]


@pytest.mark.parametrize(
    ("claim", "text", "swapped"), [case[1:] for case in AGENTS], ids=[case[0] for case in AGENTS]
)
def test_agents(parser: ClaimParser, claim: str, text: str, swapped: bool) -> None:
    assert swaps_agent(parser.parse(claim), parser.parse(text), NAMES) is swapped


SNOUTS = "Crocodiles have long, V-shaped snouts, while alligators have wide, U-shaped ones."
VESSELS = "Arteries carry blood away from the heart; veins carry it back towards the heart."
# name, claim, text, whether clauses are swapped
CLAUSES = [
    ("as it is", SNOUTS, SNOUTS, False),
    ("swapped", "Alligators have long, V-shaped snouts, while crocodiles have wide, U-shaped ones.",
     SNOUTS, True),
    ("the other one first",
     "Alligators have wide, U-shaped snouts, whereas crocodiles have long, V-shaped ones.", SNOUTS,
     False),
    ("joined by and",
     "Veins carry blood away from the heart, and arteries carry it back towards the heart.",
     VESSELS, True),
    ("one clause", "Crocodiles have long snouts.", SNOUTS, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "text", "swapped"), [case[1:] for case in CLAUSES], ids=[case[0] for case in CLAUSES]
)
def test_clauses(parser: ClaimParser, claim: str, text: str, swapped: bool) -> None:
    assert swaps_clauses(parser.parse(claim), parser.parse(text)) is swapped
