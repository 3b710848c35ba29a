"""Questions for elsewhere: what leaks of their asker, and whether they still ask the same.

Measures, on 40 cases written by hand (bench/quality/questions/outside.jsonl), each with the strings
that nobody else is to see and those without which another thing would be asked: how many of either
are in the question that a refusal carries. No collection and no model.
Command: python -m bench.quality.outside_questions [--show]
"""

import argparse
import json
from pathlib import Path
from typing import Any

from bench.record import record
from pinakes.service.asking.outside_question import outside_question

_CASES = Path(__file__).parent / "questions" / "outside.jsonl"
_SPLITS = ("dev", "test")


def main() -> None:
    """Make every question, print and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="the dev split's questions, one by one")
    options = parser.parse_args()
    cases = [json.loads(line) for line in _CASES.read_text(encoding="utf-8").splitlines()]
    if options.show:
        for case in cases:
            if case["split"] == "dev":
                text, leaked, missing = _looked_at(case)
                print(
                    f"{case['id']} {case['question']}\n      {text}  {leaked or ''} {missing or ''}"
                )
    figures = {split: _figures([c for c in cases if c["split"] == split]) for split in _SPLITS}
    print(json.dumps(figures, indent=1))
    record("outside_questions", "40 cases, English", figures)


def _looked_at(case: dict[str, Any]) -> tuple[str, list[str], list[str]]:
    """The question made of a case, what leaks, and what it lacks."""
    made = outside_question(case["question"], case["question"], case["history"], "en")
    text = made.text if made is not None else ""
    leaked = [one for one in case["private"] if one.casefold() in text.casefold()]
    return text, leaked, [one for one in case["needed"] if one.casefold() not in text.casefold()]


def _figures(cases: list[dict[str, Any]]) -> dict[str, int]:
    looked_at = [_looked_at(case) for case in cases]
    return {
        "cases": len(cases),
        "private details": sum(len(case["private"]) for case in cases),
        "leaked": sum(len(leaked) for _, leaked, _ in looked_at),
        "cases without a leak": sum(not leaked for _, leaked, _ in looked_at),
        "cases that ask the same": sum(not missing for _, _, missing in looked_at),
        "cases with both": sum(not (leaked or missing) for _, leaked, missing in looked_at),
    }


if __name__ == "__main__":
    main()
