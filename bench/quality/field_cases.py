"""Inputs on which the text was wrong: from public reports and real articles of thirty languages.

Measures: how many of them read as a reader of the page sees them, by group and kind.
Corpus: ../shared/data/wikitext/field_cases.jsonl, of which each says its language, what stood there
when it was collected and what a reader sees.
Command: python -m bench.quality.field_cases [--show KIND|all]

A case passes when what a reader sees stands in the text: its words, numbers and signs, in this
order, others between them; and when the text is another one than it was, and without debris such
as "(, " and ";;" that what was dropped left behind. Of what a reader sees, "…" is anything.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.record import record
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document

CASES = Path(__file__).parents[3] / "shared/data/wikitext/field_cases.jsonl"
# Words and numbers whole; of other characters each that says something.
_TOKEN = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*|[^\w\s.,:;()\[\]\"'“”‘’·|–—/−-]")
_DEBRIS = re.compile(r"\((?:[ ,;:]|/ )|[,;:][,;]|\(\)|\"\"|[ ,;:]\)")


def main() -> None:
    """Read every case, print how many pass by group, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--show", default="", metavar="KIND", help="print what fails of a kind")
    options = parser.parse_args()
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    passed: Counter[str] = Counter()
    there: Counter[str] = Counter()
    failing: Counter[str] = Counter()
    for case in cases:
        text = text_of(case["wikitext"], case["lang"])
        there[case["group"]] += 1
        if as_seen(text, case):
            passed[case["group"]] += 1
            continue
        failing[f"{case['group'][0]} {case['kind']}"] += 1
        if options.show in ("all", case["kind"]):
            print(case["id"], case["lang"], case["wikitext"])
            print("   is   ", text)
            print("   sees ", case["reader_sees"])
    table = Table("", "cases", "as a reader sees them", title="Field cases")
    for group, number in sorted(there.items()):
        table.add_row(group, f"{number}", f"{passed[group]}")
    table.add_row("all", f"{there.total()}", f"{passed.total()}")
    Console(width=100).print(table)
    figures: dict[str, Any] = {
        "cases": there.total(),
        "passed": passed.total(),
        "passed_by_group": dict(sorted(passed.items())),
        "failing_by_kind": dict(sorted(failing.items())),
    }
    record("field_cases", "field_cases.jsonl of ../shared/data/wikitext", figures)


def text_of(wikitext: str, language: str) -> str:
    """What we make of a case on a wiki of its language."""
    site = SiteInfo(f"{language}wiki", "Wikipedia", "", language, ((0, ""), (10, "Template")))
    return parse_document(Page(1, 0, "Case", 1, "", None, wikitext), site).text


def as_seen(text: str, case: dict[str, str]) -> bool:
    """Whether the text of a case reads as the reader of the page sees it."""
    if text == case["got"] or (_DEBRIS.search(text) and not _DEBRIS.search(case["wikitext"])):
        return False
    words = iter(_TOKEN.findall(text.casefold()))
    seen = case["reader_sees"].casefold().replace("…", " ")
    return all(token in words for token in _TOKEN.findall(seen))


if __name__ == "__main__":
    main()
