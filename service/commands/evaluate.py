"""``pinakes eval``: measure against questions with known answers."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from index.types import Mode
from service.commands.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    ModeOption,
    command_settings,
    open_index,
    print_json,
)

__all__ = ["retrieval"]


def retrieval(
    questions: Annotated[Path, typer.Argument(help="JSON lines: qid, question, gold_pages.")],
    mode: ModeOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Page-level hit@k, MRR@10 and latency of each mode."""
    from index.evaluation import evaluate, read_questions
    from service.console import BuildProgress, print_reports

    settings = command_settings(data, collection, mode)
    rows = read_questions(questions)
    with open_index(settings, "hybrid") as index:
        modes: list[Mode] = ["keyword", "vector", "hybrid"] if index.vectors.count else ["keyword"]
        if mode is not None:
            modes = [settings.search.mode]
        with BuildProgress() as progress:
            answerable = sum(1 for row in rows if row.gold_pages)
            progress.step("Asking", answerable * len(modes), "questions")
            reports = evaluate(index, rows, modes, on_done=lambda: progress.advance(1))
        if as_json:
            print_json(
                {
                    "collection": index.manifest.collection,
                    "generation": index.manifest.generation,
                    "coverage": index.manifest.coverage,
                    "modes": [asdict(report) for report in reports],
                }
            )
        else:
            print_reports(reports, index.manifest)
