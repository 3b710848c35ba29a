"""What runs of ``pinakes eval`` show as charts: measures side by side, ranks, sure answers, times.

The figures are those that the tables print; nothing is measured here.
"""

from collections.abc import Mapping, Sequence

from pinakes.index.evaluation.measures import Estimate
from pinakes.index.evaluation.run import Level, RetrievalReport, Run, judged_at
from pinakes.service.charts.bars import Bar, Chart, chart
from pinakes.service.evaluation.answer_figures import AnswerFigures
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.evaluation.refusals import ErrorCurve
from pinakes.service.types import AnswerMode

__all__ = ["answer_charts", "retrieval_charts"]

_RETRIEVAL = ("hit@1", "hit@10", "nDCG@10", "MRR@10")
_ANSWERS = (
    "gold page found",
    "answer in the text",
    "F1",
    "citation precision",
    "citation recall",
    "sentences unsupported",
    "answerable: refused",
    "unanswerable: refused",
)
# The first and the last rank of each bar.
_RANKS = ((1, 1), (2, 3), (4, 10), (11, 100))
_SUREST = (0.25, 0.5, 0.75, 1.0)


def retrieval_charts(run: Run, reports: Sequence[RetrievalReport]) -> list[Chart]:
    """Measures of all stages, where each finds the first gold item, and how long it takes."""
    charts = []
    for level in dict.fromkeys(report.level for report in reports):
        stages = {report.stage: report.measures for report in reports if report.level == level}
        charts += _measures(_RETRIEVAL, stages, f", {level}")
        charts += [_ranks(run, stage, level) for stage in stages]
    times = {report.stage: (report.p50_ms, report.p95_ms) for report in reports}
    slowest = max((late for _, late in times.values()), default=0.0)
    for title, place in (("half of them take", 0), ("95 of a hundred take", 1)):
        values = {stage: (span[place], f"{span[place]:.1f} ms") for stage, span in times.items()}
        charts.append(chart(f"Time of a search: {title} at most", values, slowest))
    return charts


def answer_charts(run: AnswerRun, figures: Sequence[AnswerFigures]) -> list[Chart]:
    """Measures of all modes, how right the surest answers are, what refusing costs, and times."""
    modes: dict[str, dict[str, Estimate]] = {
        one.mode: {name: figure.estimate for name, figure in one.measures.items()}
        for one in figures
    }
    charts = _measures(_ANSWERS, modes)
    for one in figures:
        if surest := _surest(run, one.mode):
            charts.append(chart(f"Right answers among the surest ({one.mode})", surest, 1))
    # Modes that are equally sure of their answers share a curve.
    curves: dict[ErrorCurve, list[str]] = {}
    for one in figures:
        if one.errors is not None:
            curves.setdefault(one.errors, []).append(one.mode)
    charts += [_errors(curve, ", ".join(names)) for curve, names in curves.items()]
    times = {one.mode: one.times["in all"][0] for one in figures if "in all" in one.times}
    if times:
        said: dict[str, tuple[float, str]] = {
            mode: (seconds, f"{seconds:.2f} s") for mode, seconds in times.items()
        }
        charts.append(chart("Time of an answer: half of them take at most", said))
    return charts


def _measures(
    names: Sequence[str], runs: Mapping[str, Mapping[str, Estimate]], where: str = ""
) -> list[Chart]:
    """A chart of each measure with a bar for each run; of one run alone a chart of all measures."""
    if len(runs) == 1:
        [(run, measures)] = runs.items()
        bars = [_bar(name, measures[name]) for name in names if name in measures]
        return [Chart(f"{run}{where}", tuple(bars))]
    charts = []
    for name in names:
        found = {run: measures[name] for run, measures in runs.items() if name in measures}
        if found:
            bars = [_bar(run, estimate) for run, estimate in found.items()]
            charts.append(Chart(f"{name}{where}", tuple(bars)))
    return charts


def _bar(label: str, estimate: Estimate) -> Bar:
    """A share with its 95 % interval."""
    low, high = estimate.low, estimate.high
    said = f"{estimate.value:.3f} ({low:.2f}–{high:.2f})"
    return Bar(label, said, estimate.value, (low, high))


def _ranks(run: Run, stage: str, level: Level) -> Chart:
    """How many questions have their first gold item at which ranks."""
    best = [
        min((rank for rank in getattr(row.ranks[stage], level) if rank is not None), default=None)
        for row in judged_at(run, level)
    ]
    counts = {
        str(first) if first == last else f"{first}–{last}": sum(
            rank is not None and first <= rank <= last for rank in best
        )
        for first, last in _RANKS
    }
    counts["not found"] = len(best) - sum(counts.values())
    item = "page" if level == "pages" else "passage"
    return chart(
        f"Questions by the rank of the first right {item} ({stage})",
        {label: (count, f"{count:,}") for label, count in counts.items()},
        len(best),
    )


def _errors(curve: ErrorCurve, modes: str) -> Chart:
    """What each threshold refuses of either kind of question."""
    values = {
        f"{point.false_refusals:.0%} of the answerable": (point.refusals, f"{point.refusals:.0%}")
        for point in curve.points
    }
    return chart(f"Unanswerable questions refused, if one also refuses … ({modes})", values, 1)


def _surest(run: AnswerRun, mode: AnswerMode) -> dict[str, tuple[float, str]]:
    """The share of right answers among those most sure, more and more of them (risk–coverage).

    Answers that are as sure as the last of them count, too; to questions that have no answer, each
    is wrong. El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification"
    (JMLR 2010).
    """
    answers = []
    for question in run.questions:
        facts = question.facts[mode]
        right = facts.holds_answer if question.is_answerable else False
        is_given = facts.kind not in ("refusal", "failure")
        if is_given and right is not None and facts.confidence is not None:
            answers.append((facts.confidence, right))
    answers.sort(reverse=True)
    found = {}
    for share in _SUREST if len(answers) >= len(_SUREST) else ():
        least, _ = answers[round(share * len(answers)) - 1]
        sure = [right for confidence, right in answers if confidence >= least]
        label = "all" if len(sure) == len(answers) else "the surest"
        found[f"{label} {len(sure):,}"] = (sum(sure) / len(sure), f"{sum(sure) / len(sure):.3f}")
    return found
