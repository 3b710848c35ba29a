"""How measurements of answers are told: tables, and JSON to keep; and how sure answers must be.

Of ``pinakes eval answers``, ``threshold`` and ``status``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pinakes.service.evaluation.answer_figures import AnswerComparison, AnswerFigures, Figure
from pinakes.service.evaluation.answer_measures import GROUPS, MEASURES, TIMES
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.evaluation.refusals import ErrorCurve
from pinakes.service.generators.profiles import ModelProfile
from pinakes.service.terminal.console import coverage_text, err, out
from pinakes.service.terminal.evaluation_report import difference_table, print_table, short

__all__ = [
    "answer_run_json",
    "comparisons_json",
    "print_answer_run",
    "print_comparisons",
    "print_errors",
    "print_profile",
    "threshold_text",
]

_RATES = ("tokens a second",)
_SKIPPED = {
    "missing": "none of their pages is in this collection",
    "unaskable": "there is no word in them to search for",
    "pageless": "they name no gold page to leave out",
}
_NAMED = 10


def answer_run_json(run: AnswerRun, figures: Sequence[AnswerFigures]) -> dict[str, Any]:
    """The run with its figures, the questions last; ``read_answer_run`` reads it again."""
    values = run.model_dump(mode="json")
    questions = values.pop("questions")
    return values | {"figures": [asdict(figure) for figure in figures], "questions": questions}


def comparisons_json(comparisons: Sequence[AnswerComparison]) -> list[dict[str, Any]]:
    """The comparisons as JSON."""
    return [asdict(comparison) for comparison in comparisons]


def print_profile(model: str, profile: ModelProfile, path: Path) -> None:
    """How often the model's own words were right, what follows, and where that is kept."""
    share = profile.right / profile.answered
    if profile.tiny:
        shown = "nothing but what the sources support is shown"
    else:
        shown = f"what the sources refute is {'withheld' if profile.small else 'shown, marked'}"
    err.print(
        Text(
            f"{model} was right in {profile.right} of {profile.answered} answers ({share:.2f}): "
            f"{shown}. Kept in {path}"
        )
    )


def print_answer_run(run: AnswerRun, figures: Sequence[AnswerFigures]) -> None:
    """A column for each mode, the errors at other thresholds, and which questions are not there."""
    out.print(Text(_title(run), style="bold"))
    table = Table(box=SIMPLE_HEAD)
    table.add_column("")
    for of_mode in figures:
        table.add_column(of_mode.mode, justify="right")
    for group in GROUPS.values():
        for name in group:
            cells = [of_mode.measures.get(name) for of_mode in figures]
            if any(cell and (cell.estimate.value or name != "failures") for cell in cells):
                table.add_row(name, *(_cell(name, cell) for cell in cells))
        table.add_section()
    for name in TIMES:
        times = [of_mode.times.get(name) for of_mode in figures]
        if any(times):
            label = f"{name}, s: median, 95 %"
            table.add_row(
                label, *(f"{span[0]:.2f}, {span[1]:.2f}" if span else "" for span in times)
            )
    print_table(table)
    _print_curves(figures)
    _print_left_out(run)


def print_comparisons(comparisons: Sequence[AnswerComparison]) -> None:
    """The differences of each mode as a table."""
    for comparison in comparisons:
        title = (
            f"{comparison.mode}, this run less the earlier one: {comparison.questions:,} questions"
        )
        out.print(Text(title, style="bold"))
        names = [name for name in MEASURES if name in comparison.differences]
        print_table(difference_table(comparison.differences, names, ("more", "less")))


def _title(run: AnswerRun) -> str:
    answerable = sum(question.is_answerable for question in run.questions)
    parts = [
        f"{number:,} {name}"
        for number, name in (
            (answerable, "answerable"),
            (len(run.questions) - answerable, "unanswerable"),
        )
        if number
    ]
    asked = " and ".join(parts) + " questions"
    if run.left_out:
        asked += " (gold pages left out)"
    if run.split:
        asked += f", split {run.split}"
    model = run.model or "no model"
    return f"{run.collection} {run.generation}, {coverage_text(run.coverage)}, {model}: {asked}"


def _cell(name: str, figure: Figure | None) -> Text:
    if figure is None:
        return Text()
    form = _rate if name in _RATES else short
    estimate = figure.estimate
    return Text(form(estimate.value)).append(
        f"  {form(estimate.low)}–{form(estimate.high)}", style="dim"
    )


def _rate(value: float) -> str:
    return f"{value:.1f}"


def _print_curves(figures: Sequence[AnswerFigures]) -> None:
    """Modes that are equally sure of their answers share a curve."""
    modes: dict[ErrorCurve, list[str]] = {}
    for of_mode in figures:
        if of_mode.errors is not None:
            modes.setdefault(of_mode.errors, []).append(of_mode.mode)
    for curve, names in modes.items():
        print_errors(curve, f"Refused at other thresholds ({', '.join(names)})")


def _print_left_out(run: AnswerRun) -> None:
    for reason, qids in run.skipped.items():
        more = f" and {len(qids) - _NAMED:,} more" if len(qids) > _NAMED else ""
        out.print(
            f"{len(qids):,} questions are left out because {_SKIPPED[reason]}: "
            f"{', '.join(qids[:_NAMED])}{more}."
        )
    answerable = [question.facts.values() for question in run.questions if question.is_answerable]
    for attribute, what, measures in (
        ("exact_match", "words", "exact match, F1 and the answer in the text"),
        ("page_found", "page", "gold pages"),
    ):
        unknown = sum(
            all(getattr(facts, attribute) is None for facts in modes) for modes in answerable
        )
        if unknown:
            out.print(
                f"{unknown:,} answerable questions name no {what} that would be right: not "
                f"measured in {measures}."
            )


def threshold_text(threshold: Mapping[str, Any]) -> str:
    """A ``Threshold`` in words."""
    text = f"answers need a confidence of {threshold['threshold']:.3f}, "
    if threshold["collection"] is None and threshold["ignored"] is not None:
        return f"{text}as chosen on other questions: {threshold['ignored']}"
    if threshold["collection"] is None:
        return f"{text}as chosen on other questions; better: pinakes threshold QUESTIONS"
    if threshold["made_refusals"] is not None:
        text += f"chosen by itself, by {threshold['questions']:,} questions made of its pages"
        if threshold["ignored"] is not None:
            return f"{text}: {threshold['ignored']}"
    else:
        text += f"chosen by {threshold['questions']:,} questions of this collection"
    shares = threshold["false_refusals"], threshold["refusals"]
    if None in shares:
        return text
    asked, left_out = shares
    text += f": refused {asked:.1%} of them, {left_out:.1%} with their pages left out"
    by = threshold["chosen_by"]
    if by is not None and by["carried_to"] is not None:
        text += f"; {by['changed']:.1%} of the pages have changed since"
    return text


def print_errors(errors: ErrorCurve, heading: str) -> None:
    """Both errors at each threshold, and the area under the curve."""
    title = f"{heading}, area under the curve {short(errors.area)}"
    out.print(Text(title, style="bold"))
    table = Table(box=SIMPLE_HEAD)
    for name in ("confidence", "answerable refused", "unanswerable refused"):
        table.add_column(name, justify="right")
    for point in errors.points:
        table.add_row(short(point.threshold), short(point.false_refusals), short(point.refusals))
    print_table(table)
