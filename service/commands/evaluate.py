"""``pinakes eval``: measure against questions with known answers, and compare what was measured."""

from pathlib import Path
from typing import Annotated

import typer

from service.commands.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    ModeOption,
    command_settings,
    one_of,
    open_index,
    print_json,
)

__all__ = ["compare", "retrieval"]

RunPath = Annotated[Path, typer.Argument(help="A run: what eval retrieval --json printed.")]


def retrieval(
    questions: Annotated[
        Path,
        typer.Argument(help="JSON lines (qid, question, gold_pages), SQuAD JSON or TREC topics."),
    ],
    qrels: Annotated[
        Path | None, typer.Option("--qrels", help="TREC judgments of topics.", show_default=False)
    ] = None,
    half: Annotated[
        str | None,
        typer.Option(help="tune or judge: one half of the questions, by id.", show_default=False),
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option("--compare", help="An earlier run on these questions.", show_default=False),
    ] = None,
    mode: ModeOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hits, recall, nDCG@10 and MRR@10 of each mode with 95 % intervals, and latency."""
    from index import evaluation
    from index.errors import BadQuestions
    from service.console import BuildProgress
    from service.evaluation_report import (
        comparisons_json,
        print_comparisons,
        print_run,
        run_json,
    )

    settings = command_settings(data, collection, mode)
    part = None if half is None else one_of("--half", half, ["tune", "judge"])
    before = None if earlier is None else evaluation.read_run(earlier)
    rows = [
        row
        for row in evaluation.read_questions(questions, qrels)
        if part is None or evaluation.half_of(row.question_id) == part
    ]
    with open_index(settings, "hybrid") as index:
        judgment = evaluation.judge(rows, index.store)
        if not judgment.questions:
            raise BadQuestions(
                f"{questions}: no question whose page is in {index.manifest.collection}"
            )
        modes = [] if mode is None else [settings.search.mode]
        stages = evaluation.modes_of(index, *modes)
        if before is not None:
            evaluation.check_comparable(judgment.questions, list(stages), before)
        with BuildProgress() as progress:
            progress.step("Asking", len(judgment.questions) * len(stages), "questions")
            run = evaluation.evaluate(
                index.manifest, judgment, stages, half=part, on_done=lambda: progress.advance(1)
            )
    reports = evaluation.reports(run)
    comparisons = [] if before is None else evaluation.compare(run, before)
    if as_json:
        compared = {} if before is None else {"comparisons": comparisons_json(comparisons)}
        print_json(compared | run_json(run, reports))
    else:
        print_run(run, reports)
        print_comparisons(comparisons)


def compare(run: RunPath, earlier: RunPath, as_json: JsonOption = False) -> None:
    """Two runs on the same questions: paired differences, and the questions that changed most."""
    from index import evaluation
    from service.evaluation_report import comparisons_json, print_comparisons

    comparisons = evaluation.compare(evaluation.read_run(run), evaluation.read_run(earlier))
    if as_json:
        print_json({"comparisons": comparisons_json(comparisons)})
    else:
        print_comparisons(comparisons)
