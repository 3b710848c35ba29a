"""``pinakes eval``: measure against questions with known answers, and compare what was measured."""

from pathlib import Path
from typing import Annotated

import typer

from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    EarlierOption,
    JsonOption,
    ModeOption,
    PlotOption,
    QrelsOption,
    QuestionsPath,
    SplitOption,
    check_plot,
    command_settings,
    draw_plot,
    open_index,
    print_json,
    read_split,
)

__all__ = ["compare", "retrieval"]

RunPath = Annotated[
    Path, typer.Argument(help="A run: what eval retrieval or eval answers printed with --json.")
]


def retrieval(
    questions: QuestionsPath,
    qrels: QrelsOption = None,
    split: SplitOption = None,
    earlier: EarlierOption = None,
    mode: ModeOption = None,
    plot: PlotOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hits, recall, nDCG@10 and MRR@10 of each mode with 95 % intervals, and latency."""
    from pinakes.index import evaluation
    from pinakes.index.errors import BadQuestions
    from pinakes.service.charts.evaluation import retrieval_charts
    from pinakes.service.terminal.console import BuildProgress
    from pinakes.service.terminal.evaluation_report import (
        comparisons_json,
        print_comparisons,
        print_run,
        run_json,
    )

    check_plot(plot)
    settings = command_settings(data, collection, mode)
    before = None if earlier is None else evaluation.read_run(earlier)
    rows, part = read_split(questions, qrels, split)
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
                index.manifest, judgment, stages, split=part, on_done=lambda: progress.advance(1)
            )
    reports = evaluation.reports(run)
    comparisons = [] if before is None else evaluation.compare(run, before)
    if plot is not None:
        title = f"{run.collection} {run.generation}: {len(run.questions):,} questions searched for"
        draw_plot(plot, title, retrieval_charts(run, reports))
    if as_json:
        compared = {} if before is None else {"comparisons": comparisons_json(comparisons)}
        print_json(compared | run_json(run, reports))
    else:
        print_run(run, reports)
        print_comparisons(comparisons)


def compare(run: RunPath, earlier: RunPath, as_json: JsonOption = False) -> None:
    """Two runs on the same questions: paired differences, and the questions that changed most."""
    from pinakes.index import evaluation
    from pinakes.service.evaluation.answer_run import is_answer_run
    from pinakes.service.terminal.evaluation_report import comparisons_json, print_comparisons

    if is_answer_run(run):
        _compare_answers(run, earlier, as_json=as_json)
        return
    comparisons = evaluation.compare(evaluation.read_run(run), evaluation.read_run(earlier))
    if as_json:
        print_json({"comparisons": comparisons_json(comparisons)})
    else:
        print_comparisons(comparisons)


def _compare_answers(run: Path, earlier: Path, *, as_json: bool) -> None:
    from pinakes.service.evaluation.answer_figures import compare_answers
    from pinakes.service.evaluation.answer_run import read_answer_run
    from pinakes.service.terminal.answer_figures_report import comparisons_json, print_comparisons

    comparisons = compare_answers(read_answer_run(run), read_answer_run(earlier))
    if as_json:
        print_json({"comparisons": comparisons_json(comparisons)})
    else:
        print_comparisons(comparisons)
