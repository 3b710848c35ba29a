"""``pinakes eval answers`` and ``threshold``: what answers are worth, and which are given."""

import asyncio
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from pinakes.service.cli.options import (
    BackendOption,
    CollectionOption,
    DataOption,
    EarlierOption,
    JsonOption,
    PlotOption,
    QrelsOption,
    QuestionsPath,
    SplitOption,
    StrictOption,
    check_plot,
    command_settings,
    draw_plot,
    one_of,
    open_index,
    open_model,
    print_json,
    read_split,
)
from pinakes.service.errors import BadInput
from pinakes.service.types import AnswerMode

if TYPE_CHECKING:
    from pinakes.index.evaluation import Split
    from pinakes.index.retrieval.search import Index
    from pinakes.service.asking.answer import Answerer
    from pinakes.service.evaluation.answer_run import AnswerRun
    from pinakes.service.evaluation.targets import Targets

__all__ = ["answers", "threshold"]


def answers(
    questions: QuestionsPath,
    qrels: QrelsOption = None,
    modes: Annotated[
        list[str] | None,
        typer.Option(
            "--mode", help="answer, brief or quote; several side by side.", show_default="all"
        ),
    ] = None,
    strict: StrictOption = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Ask so many, always the same.", show_default=False),
    ] = None,
    split: SplitOption = None,
    left_out: Annotated[
        bool, typer.Option("--left-out", help="Ask as if the gold pages were not there.")
    ] = False,
    earlier: EarlierOption = None,
    profile: Annotated[
        bool,
        typer.Option(
            "--profile",
            help="Keep how often the model's own words are right: how strict answers are follows.",
        ),
    ] = False,
    plot: PlotOption = None,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Right answers, citations that hold, unsupported sentences, refusals and times by mode."""
    from pinakes.index.errors import BadQuestions
    from pinakes.index.evaluation import judge
    from pinakes.service.asking.answer import Answerer
    from pinakes.service.charts.evaluation import answer_charts
    from pinakes.service.evaluation.answer_figures import (
        check_comparable,
        compare_answers,
        figures_of,
    )
    from pinakes.service.evaluation.answer_run import read_answer_run
    from pinakes.service.evaluation.profiling import profile_from
    from pinakes.service.evaluation.targets import targets_of
    from pinakes.service.generators.profiles import keep_profile
    from pinakes.service.terminal.answer_figures_report import (
        answer_run_json,
        comparisons_json,
        print_answer_run,
        print_comparisons,
        print_profile,
    )

    check_plot(plot)
    settings = command_settings(data, collection, backend=generator)
    all_modes: tuple[AnswerMode, ...] = get_args(AnswerMode)
    chosen = [one_of("--mode", mode, all_modes) for mode in dict.fromkeys(modes or all_modes)]
    if profile and "answer" not in chosen:
        chosen.append("answer")
    model = None if chosen == ["quote"] else open_model(settings)
    if profile:
        if model is None or strict:
            raise BadInput("--profile measures a model's own words: name one, and leave --strict")
        strict = False
    if model is None:
        chosen = ["quote"]
    before = None if earlier is None else read_answer_run(earlier)
    rows, part = read_split(questions, qrels, split)
    with open_index(settings, settings.search.mode) as index:
        targets = targets_of(index, rows, judge(rows, index.store))
        if left_out:
            targets = targets.without_their_pages()
        if limit is not None:
            targets = targets.sample(limit)
        if not targets.asked:
            what = "whose page is in" if left_out else "that can be asked of"
            raise BadQuestions(f"{questions}: no question {what} {index.manifest.collection}")
        if before is not None:
            check_comparable(
                {target.qid: target.is_answerable for target in targets.asked}, chosen, before
            )
        answerer = Answerer(model, settings)
        run, parameters = asyncio.run(_evaluate(answerer, index, targets, chosen, strict, part))
    if profile and run.model:
        measured = profile_from(run, parameters)
        print_profile(run.model, measured, keep_profile(run.model, measured, settings.data))
    figures = figures_of(run)
    comparisons = [] if before is None else compare_answers(run, before)
    if plot is not None:
        title = f"{run.collection} {run.generation}: {len(run.questions):,} questions asked"
        note = f"Answers by {run.model}. " if run.model else ""
        draw_plot(plot, title, answer_charts(run, figures), note)
    if as_json:
        compared = {} if before is None else {"comparisons": comparisons_json(comparisons)}
        print_json(compared | answer_run_json(run, figures))
    else:
        print_answer_run(run, figures)
        print_comparisons(comparisons)


async def _evaluate(
    answerer: "Answerer",
    index: "Index",
    targets: "Targets",
    modes: list[AnswerMode],
    strict: bool | None,
    split: "Split | None",
) -> "tuple[AnswerRun, int | None]":
    """The run, told of by a bar, and the model's parameters; it is let go of at the end."""
    from pinakes.service.evaluation.asking import evaluate_answers
    from pinakes.service.terminal.console import BuildProgress

    try:
        with BuildProgress() as progress:
            progress.step("Asking", len(targets.asked) * len(modes), "questions")
            run = await evaluate_answers(
                answerer,
                index,
                targets,
                modes,
                strict=strict,
                split=split,
                on_done=lambda: progress.advance(1),
            )
        if answerer.generator is None:
            return run, None
        return run, (await answerer.generator.describe()).parameters
    finally:
        await answerer.aclose()


def threshold(
    questions: QuestionsPath,
    qrels: QrelsOption = None,
    false_refusals: Annotated[
        float,
        typer.Option(min=0, max=1, help="Largest share of answerable questions to refuse."),
    ] = 0.1,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose how sure answers must be, by questions asked with and without their gold pages."""
    from dataclasses import asdict

    from pinakes.index.evaluation import judge
    from pinakes.service.evaluation.refusals import (
        choose_threshold,
        usable_targets,
        write_threshold,
    )
    from pinakes.service.evaluation.targets import targets_of
    from pinakes.service.reading.models import linear_models
    from pinakes.service.terminal.answer_figures_report import print_errors
    from pinakes.service.terminal.console import BuildProgress, out

    settings = command_settings(data, collection)
    rows, _ = read_split(questions, qrels, None)
    with open_index(settings, settings.search.mode) as index:
        targets = usable_targets(rows, targets_of(index, rows, judge(rows, index.store)))
        with BuildProgress() as progress:
            progress.step("Searching", len(targets), "questions")
            found = choose_threshold(
                index,
                linear_models(),
                targets,
                settings.search.mode,
                false_refusals,
                questions.name,
                lambda: progress.advance(1),
            )
        path = write_threshold(index.collection, found.threshold)
    chosen = found.threshold
    if as_json:
        print_json({"path": str(path), **chosen.model_dump(), "errors": asdict(found.errors)})
        return
    print_errors(found.errors, f"{chosen.questions:,} questions")
    out.print(
        f"Answers need a confidence of {chosen.threshold:.3f}: refused are "
        f"{chosen.false_refusals:.1%} of these questions, and {chosen.refusals:.1%} with the pages "
        f"that answer them left out. Written to {path}",
        markup=False,
    )
