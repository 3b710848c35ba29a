"""How ``pinakes eval`` tells of runs and their comparison: tables, and JSON that can be kept.

What tables of figures share stands here, too: how a share and a difference look, and how wide a
table may be.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pinakes.index.evaluation.comparison import Change, Comparison, Difference
from pinakes.index.evaluation.measures import Estimate
from pinakes.index.evaluation.run import RetrievalReport, Run
from pinakes.service.terminal.console import PlainConsole, coverage_text, out

__all__ = [
    "comparisons_json",
    "difference_table",
    "print_comparisons",
    "print_run",
    "print_table",
    "run_json",
    "short",
]

_SHOWN = ("hit@1", "hit@5", "hit@10", "recall@10", "recall@100", "nDCG@10", "MRR@10")
_NAMED = 10
_WIDTH = 110


def short(value: float) -> str:
    """A share in three digits: .874, and 1 where it is all."""
    return f"{value:.3f}".removeprefix("0").replace("1.000", "1")


def difference_table(
    differences: Mapping[str, Difference], measures: Iterable[str], rises: tuple[str, str]
) -> Table:
    """A row for each of ``measures``; ``rises``: what to call that it rose, and that it fell."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("measure", "difference", "95 % interval", *rises, "same"):
        table.add_column(name, justify="left" if name == "measure" else "right")
    for name in measures:
        difference = differences[name]
        estimate = difference.estimate
        table.add_row(
            name,
            f"{estimate.value:+.3f}",
            f"{estimate.low:+.3f} to {estimate.high:+.3f}",
            *(f"{n:,}" for n in (difference.wins, difference.losses, difference.ties)),
        )
    return table


def print_table(table: Table) -> None:
    """Print it as wide as the terminal, or as a reader of files has room for."""
    PlainConsole(width=None if sys.stdout.isatty() else _WIDTH).print(table)


def run_json(run: Run, reports: Sequence[RetrievalReport]) -> dict[str, Any]:
    """The run with its figures, the questions last; ``read_run`` reads it again."""
    values = run.model_dump(mode="json")
    questions = values.pop("questions")
    return values | {"reports": [asdict(report) for report in reports], "questions": questions}


def comparisons_json(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """The comparisons as JSON."""
    return [asdict(comparison) for comparison in comparisons]


def print_run(run: Run, reports: Sequence[RetrievalReport]) -> None:
    """A table for each level, and which questions are not in it."""
    for level in dict.fromkeys(report.level for report in reports):
        _print_level(run, [report for report in reports if report.level == level])
    pages_only = sum(1 for row in run.questions if not row.passages)
    if pages_only and pages_only < len(run.questions):
        out.print(f"{pages_only:,} questions without a gold passage count for pages only.")
    if run.unanswerable:
        out.print(f"{len(run.unanswerable):,} questions without an answer are left out.")
    if run.missing:
        out.print(
            f"{len(run.missing):,} questions are left out because no page that answers them is "
            f"known in this collection: {_names(run.missing)}."
        )
    if run.missing_pages:
        out.print(f"Gold pages that are not in this collection: {run.missing_pages:,}.")


def print_comparisons(comparisons: Sequence[Comparison]) -> None:
    """The differences of each stage as a table, and the questions that changed most."""
    for comparison in comparisons:
        what = f"{comparison.stage}, this run less the earlier one"
        if comparison.stage != comparison.earlier_stage:
            what = f"{comparison.stage} less {comparison.earlier_stage}"
        out.print(
            Text(f"{what}: {comparison.questions:,} questions, {comparison.level}", style="bold")
        )
        print_table(difference_table(comparison.differences, _SHOWN, ("better", "worse")))
        _print_changes("Better", comparison.better)
        _print_changes("Worse", comparison.worse)


def _print_level(run: Run, reports: Sequence[RetrievalReport]) -> None:
    first = reports[0]
    split = f", split {run.split}" if run.split else ""
    title = f"{run.collection} {run.generation}, {coverage_text(run.coverage)}: "
    out.print(Text(f"{title}{first.questions:,} questions{split}, {first.level}", style="bold"))
    table = Table(box=None, padding=(0, 1, 0, 0))
    # With one gold item to each question, recall@k is hit@k.
    several = any(report.measures["recall@10"] != report.measures["hit@10"] for report in reports)
    names = [name for name in _SHOWN if name != "recall@10" or several]
    table.add_column("stage")
    for name in (*names, "p50 ms\np95 ms"):
        table.add_column(name, justify="right")
    for report in reports:
        table.add_row(
            report.stage,
            *(_cell(report.measures[name]) for name in names),
            f"{report.p50_ms:.1f}\n{report.p95_ms:.1f}",
        )
    print_table(table)


def _cell(estimate: Estimate) -> Text:
    """The mean, and under it the interval."""
    text = Text(short(estimate.value))
    return text.append(f"\n{short(estimate.low)}–{short(estimate.high)}", style="dim")


def _print_changes(title: str, changes: Sequence[Change]) -> None:
    if changes:
        out.print(Text(title, style="bold"))
    for change in changes:
        line = Text(f"  {change.earlier_rank or '–'} → {change.rank or '–'}  ", style="cyan")
        line.append(f"{change.qid}  ", style="dim")
        line.append(change.question, style="default")
        out.print(line)


def _names(qids: Sequence[str]) -> str:
    more = f" and {len(qids) - _NAMED:,} more" if len(qids) > _NAMED else ""
    return ", ".join(qids[:_NAMED]) + more
