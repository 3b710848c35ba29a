"""What a step needs, an earlier one makes; only those run whose work is wanted and not there."""

import pytest

from pinakes.index.build.pipeline import STEPS
from pinakes.index.build.steps import steps_to_do

VECTORS = "carry embed"


def test_every_step_needs_what_an_earlier_one_makes() -> None:
    made = {"source"}
    for step in STEPS:
        assert set(step.needs) <= made, step.name
        assert not made & set(step.makes), step.name
        made |= set(step.makes)


@pytest.mark.parametrize(
    ("wanted", "there", "names"),
    [
        ("generation", "source", f"extract store keywords {VECTORS} publish"),
        ("all vectors", "source", f"extract store keywords {VECTORS} publish extend"),
        ("all vectors", "source generation", "extend"),
        ("generation", "source generation", ""),
        ("generation", "source quarantine.jsonl", f"extract store keywords {VECTORS} publish"),
        ("generation", "source quarantine.jsonl texts pages.db", f"keywords {VECTORS} publish"),
        ("generation", "source quarantine.jsonl texts pages.db bm25", f"{VECTORS} publish"),
        ("generation", "source quarantine.jsonl texts pages.db bm25 vectors", "embed publish"),
        ("pages.db", "source", "extract store"),
    ],
)
def test_only_what_is_wanted_and_not_there_is_made(wanted: str, there: str, names: str) -> None:
    found = steps_to_do(STEPS, [wanted], there.split().__contains__)
    assert [step.name for step in found] == names.split()
