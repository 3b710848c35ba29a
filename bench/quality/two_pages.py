"""Questions whose answer takes two pages: whether both are among the sources.

Measures, on comparisons, bridges and nested questions written by hand
(bench/quality/questions/README.md): how often both pages are among the six passages that an answer
is written from, searched for as the service does it, in parts; and how many searches and how much
time of the processor that takes. Beside it the six best passages of one search.
Corpus: the larger English collection; ``--show`` prints what is done with the dev split's.
Command: python -m bench.quality.two_pages --collection DIR [--mode keyword] [--show]
"""

import argparse
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.record import record
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Mode
from pinakes.service.asking.retrieve import MOST_HITS, find
from pinakes.service.reading.models import reading_models

_ROWS = Path(__file__).parent / "questions" / "two_pages.jsonl"
_SPLITS = ("dev", "test")
_KINDS = ("comparison", "bridge", "nested")


def main() -> None:
    """Ask every question, in parts and in one search, print and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--mode", choices=("keyword", "hybrid"), default="hybrid")
    parser.add_argument("--show", action="store_true", help="the dev split's questions, one by one")
    options = parser.parse_args()
    rows = [json.loads(line) for line in _ROWS.read_text(encoding="utf-8").splitlines()]
    with Index.open(options.collection) as index:
        found = _asked(index, rows, options.mode)
        corpus = f"{index.manifest.dump.name}, search mode {options.mode}"
    if options.show:
        _show(rows, found)
    figures = {split: _figures(found, split) for split in _SPLITS}
    print(json.dumps(figures, indent=1))
    record("two_pages", corpus, figures)


def _asked(index: Index, rows: Sequence[Any], mode: Mode) -> list[dict[str, Any]]:
    models = reading_models()
    asked = []
    for row in rows:
        started = time.process_time()
        once = index.search(row["question"], MOST_HITS, mode)
        middle = time.process_time()
        in_parts = find(index, models, row["question"], mode)
        ended = time.process_time()
        asked.append(
            {
                "split": row["split"],
                "kind": row["kind"],
                "one search": _holds_both(once, row["pages"]),
                "in parts": _holds_both(in_parts.hits, row["pages"]),
                "searched": in_parts.searched,
                "titles": [hit.passage.title for hit in in_parts.hits],
                "one search, s": middle - started,
                "in parts, s": ended - middle,
            }
        )
    return asked


def _holds_both(hits: Iterable[Hit], pages: Iterable[str]) -> bool:
    return set(pages) <= {hit.passage.title for hit in hits}


def _figures(found: Sequence[dict[str, Any]], split: str) -> dict[str, Any]:
    figures = {}
    for kind in ("all", *_KINDS):
        own = [one for one in found if one["split"] == split and kind in ("all", one["kind"])]
        figures[kind] = {
            "questions": len(own),
            "one search": round(sum(one["one search"] for one in own) / len(own), 3),
            "in parts": round(sum(one["in parts"] for one in own) / len(own), 3),
            "lost": sum(one["one search"] and not one["in parts"] for one in own),
            "searches in all": sum(len(one["searched"]) for one in own),
            "CPU ms, one search": round(1000 * sum(one["one search, s"] for one in own) / len(own)),
            "CPU ms, in parts": round(1000 * sum(one["in parts, s"] for one in own) / len(own)),
        }
    return figures


def _show(rows: Sequence[Any], found: Sequence[dict[str, Any]]) -> None:
    for row, one in zip(rows, found, strict=True):
        if row["split"] == "dev":
            right = "right" if one["in parts"] else "WRONG"
            print(f"{right} {row['kind']}: {row['question']}  {row['pages']}")
            print(f"    searched {one['searched'][1:]}")
            print(f"    found {one['titles']}{'' if one['one search'] else ', not in one search'}")


if __name__ == "__main__":
    main()
