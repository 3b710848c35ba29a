"""Which questions are about the present, so that their answer names the dump's date.

Measures, on questions in five languages written by hand (bench/quality/questions/README.md): how
many are told right, and of those where time matters and of those where it does not.
Corpus: none; the rules see the question alone.
Command: python -m bench.quality.as_of [--show]
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.record import record
from pinakes.service.asking.as_of import asks_about_now
from pinakes.service.reading.words import words_of

_ROWS = Path(__file__).parent / "questions" / "as_of.jsonl"
_SPLITS = ("dev", "test")


def main() -> None:
    """Ask of every question whether time matters, print and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="what is wrong of the dev split")
    options = parser.parse_args()
    rows = [json.loads(line) for line in _ROWS.read_text(encoding="utf-8").splitlines()]
    if options.show:
        for row in rows:
            if row["split"] == "dev" and not _is_right(row):
                print(f"WRONG {row['language']}: {row['question']}")
    figures = {split: _figures([row for row in rows if row["split"] == split]) for split in _SPLITS}
    print(json.dumps(figures, indent=1))
    record("as_of", _ROWS.name, figures)


def _is_right(row: Any) -> bool:
    about_now = asks_about_now(row["question"], words_of(row["language"]))
    return about_now is bool(row["time_matters"])


def _figures(rows: Sequence[Any]) -> dict[str, Any]:
    groups = {
        "all": rows,
        "time matters": [row for row in rows if row["time_matters"]],
        "time does not": [row for row in rows if not row["time_matters"]],
        **{
            language: [row for row in rows if row["language"] == language]
            for language in dict.fromkeys(row["language"] for row in rows)
        },
    }
    return {
        name: {
            "questions": len(own),
            "right": round(sum(map(_is_right, own)) / len(own), 3),
        }
        for name, own in groups.items()
    }


if __name__ == "__main__":
    main()
