"""Twins: how many right sentences the check finds supported, and how many of their wrong twins.

Measures, on 300 pairs written by hand (bench/quality/questions/README.md), the model that checks
sentences, alone: each sentence cites the sources that tell the answer. Once these are all the
sources there are, and once they stand among the six passages that the question finds, as they do
for a model. ``--show`` prints what is wrong of the dev split; of the other only totals are told.
Corpus: the larger English collection.
Command: python -m bench.quality.twins --collection DIR [--show]
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

from bench.quality.claim_twins import TWINS, Twin, passage_of, read_twins
from bench.record import record
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit
from pinakes.service.asking.citations import make_citation
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.models import ReadingModels, reading_models
from pinakes.service.reading.question import Question
from pinakes.service.settings import load_settings
from pinakes.service.types import Verdict

_ALONE, _AMONG = "its sources alone", "among those found"
_SPLITS = ("dev", "test")
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the check says of both twins, and the milliseconds of the processor for each."""

    twin: Twin
    true: Verdict
    false: Verdict
    cpu_ms: float


def main() -> None:
    """Check every sentence, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="what is wrong of the dev split")
    options = parser.parse_args()
    twins = read_twins()
    with Index.open(options.collection) as index:
        models = reading_models(load_settings().models)
        judged: dict[str, list[Judged]] = {_ALONE: [], _AMONG: []}
        for twin in track(twins, "Checking"):
            found = find(index, models, twin.question, "hybrid")
            for way, rows in judged.items():
                hits = found.hits if way == _AMONG else ()
                rows.append(_judged(index, models, twin, found.question, hits))
        corpus = f"{TWINS.name}, {index.manifest.dump.name}"
    figures = {
        way: {split: _figures(found, split) for split in _SPLITS} for way, found in judged.items()
    }
    _print(figures)
    if options.show:
        _show(judged[_AMONG])
    record("twins", corpus, figures)


def _judged(
    index: Index, models: ReadingModels, twin: Twin, question: Question, others: Iterable[Hit]
) -> Judged:
    """The verdicts where the twin's own sources stand first, and the ``others`` behind them."""
    hits = [_hit(index, twin, number) for number in range(len(twin.sources))]
    cited = tuple(range(1, len(hits) + 1))
    own = {(hit.passage.page_id, hit.passage.start) for hit in hits}
    hits += [hit for hit in others if (hit.passage.page_id, hit.passage.start) not in own]
    citations = [
        make_citation(number, hit, index.manifest) for number, hit in enumerate(hits, start=1)
    ]
    began = time.process_time()
    premises = models.entailment.premises(question, citations)
    premises.prepare()
    true = premises.check(twin.true, cited).verdict
    false = premises.check(twin.false, cited).verdict
    return Judged(twin, true, false, 500 * (time.process_time() - began))


def _hit(index: Index, twin: Twin, number: int) -> Hit:
    passage = passage_of(index, twin.sources[number])
    return Hit(
        passage, 0, index.manifest.collection, 0.0, {}, language=index.manifest.dump.language
    )


def _figures(judged: Iterable[Judged], split: str) -> dict[str, Any]:
    own = [one for one in judged if one.twin.split == split]
    figures: dict[str, Any] = {
        "pairs": len(own),
        "true": _shares([one.true for one in own]),
        "false": _shares([one.false for one in own]),
        "CPU ms a sentence": round(sum(one.cpu_ms for one in own) / len(own), 1),
    }
    for part in ("kind", "change"):
        figures[f"by {part}"] = {
            name: {
                "pairs": len(rows),
                "true supported": sum(one.true == "supported" for one in rows),
                "false supported": sum(one.false == "supported" for one in rows),
            }
            for name in sorted({getattr(one.twin, part) for one in own})
            for rows in [[one for one in own if getattr(one.twin, part) == name]]
        }
    return figures


def _shares(verdicts: Sequence[Verdict]) -> dict[str, float]:
    counts = Counter(verdicts)
    return {verdict: round(counts[verdict] / len(verdicts), 3) for verdict in _VERDICTS}


def _print(figures: dict[str, Any]) -> None:
    columns = [f"{side}: {name}" for side in ("true", "false") for name in _VERDICTS]
    table = Table(Column("sources", no_wrap=True), "split", "pairs", *columns)
    for way, splits in figures.items():
        for split, found in splits.items():
            shares = [
                f"{found[side][name]:.3f}" for side in ("true", "false") for name in _VERDICTS
            ]
            table.add_row(way, split, str(found["pairs"]), *shares)
    Console(width=240).print(table)


def _show(judged: Iterable[Judged]) -> None:
    for one in judged:
        if one.twin.split == "dev" and (one.true != "supported" or one.false == "supported"):
            print(f"{one.twin.twin_id} {one.twin.kind}, {one.twin.change}: {one.twin.question}")
            print(f"    true, {one.true}: {one.twin.true}")
            print(f"    false, {one.false}: {one.twin.false}")


if __name__ == "__main__":
    main()
