"""Charts of evaluations: the same figures that the tables print, and counts that can be counted."""

from typing import Any

import pytest

from pinakes.index.evaluation.run import Run, reports
from pinakes.service.charts.bars import Bar, Chart
from pinakes.service.charts.evaluation import answer_charts, retrieval_charts
from pinakes.service.evaluation.answer_figures import figures_of
from pinakes.service.evaluation.answer_run import AnswerRun

RANKS: dict[str, list[int | None]] = {
    "keyword": [1, 1, 3, 10, 11, 100, None],
    "hybrid": [1, 1, 1, 1, 2, 4, 5],
}


def named(charts: list[Chart]) -> dict[str, dict[str, Bar]]:
    return {chart.title: {bar.label: bar for bar in chart.bars} for chart in charts}


def said(bars: dict[str, Bar]) -> dict[str, str]:
    return {label: bar.said for label, bar in bars.items()}


def retrieval(*stages: str, passages: bool = False) -> Run:
    """A run with these ranks; of some questions a passage is known, too: the same rank again."""
    questions = []
    for number in range(len(RANKS["keyword"])):
        has_passage = passages and number < 3
        ranks = {
            stage: {
                "pages": [RANKS[stage][number]],
                "passages": [RANKS[stage][number]] * has_passage,
                "milliseconds": 10.0 * (1 + place),
            }
            for place, stage in enumerate(stages)
        }
        gold = {"pages": {1: 1}, "passages": {7: 1} if has_passage else {}}
        questions.append({"qid": str(number), "question": "Who?", "ranks": ranks, **gold})
    return Run.model_validate(
        {"collection": "c", "generation": "g", "coverage": 1.0, "split": None, "missing": [],
         "unanswerable": [], "missing_pages": 0, "questions": questions}
    )  # fmt: skip


def answers(**modes: list[tuple[str, float | None, bool | None, bool]]) -> AnswerRun:
    """A run of answers: kind, confidence, whether it holds an answer, whether there is one."""
    rows = next(iter(modes.values()))
    questions = [
        {
            "qid": str(number),
            "is_answerable": rows[number][3],
            "facts": {
                mode: {
                    "kind": rows[number][0],
                    "confidence": rows[number][1],
                    "holds_answer": rows[number][2],
                    "total_s": 2.0,
                }
                for mode, rows in modes.items()
            },
        }
        for number in range(len(rows))
    ]
    known: dict[str, Any] = {
        "collection": "c", "generation": "g", "coverage": 1.0, "model": "m", "strict": None,
        "split": None, "left_out": False, "skipped": {}, "questions": questions,
    }  # fmt: skip
    return AnswerRun.model_validate(known)


class TestRetrieval:
    def test_each_measure_has_a_bar_for_each_stage_as_it_was_measured(self) -> None:
        run = retrieval("keyword", "hybrid")
        found = reports(run)
        charts = named(retrieval_charts(run, found))
        for name in ("hit@1", "hit@10", "nDCG@10", "MRR@10"):
            for report in found:
                bar, measured = charts[f"{name}, pages"][report.stage], report.measures[name]
                assert bar.share == measured.value
                assert bar.interval == (measured.low, measured.high)
                assert bar.said.startswith(f"{measured.value:.3f} ({measured.low:.2f}")

    def test_of_one_stage_all_measures_are_one_chart(self) -> None:
        run = retrieval("keyword")
        charts = named(retrieval_charts(run, reports(run)))
        assert list(charts["keyword, pages"]) == ["hit@1", "hit@10", "nDCG@10", "MRR@10"]
        assert "hit@1, pages" not in charts

    def test_questions_are_counted_once_at_their_rank(self) -> None:
        run = retrieval("keyword", "hybrid", passages=True)
        charts = named(retrieval_charts(run, reports(run)))
        title = "Questions by the rank of the first right {} ({})"
        assert said(charts[title.format("page", "keyword")]) == {
            "1": "2", "2–3": "1", "4–10": "1", "11–100": "2", "not found": "1",
        }  # fmt: skip
        assert said(charts[title.format("page", "hybrid")]) == {
            "1": "4", "2–3": "1", "4–10": "2", "11–100": "0", "not found": "0",
        }  # fmt: skip
        passages = charts[title.format("passage", "keyword")]
        assert sum(int(bar.said) for bar in passages.values()) == 3
        assert sum(bar.share for bar in passages.values()) == pytest.approx(1)

    def test_times_are_drawn_to_one_scale(self) -> None:
        run = retrieval("keyword", "hybrid")
        charts = named(retrieval_charts(run, reports(run)))
        middle = charts["Time of a search: half of them take at most"]
        assert said(middle) == {"keyword": "10.0 ms", "hybrid": "20.0 ms"}
        assert [bar.share for bar in middle.values()] == [0.5, 1]


class TestAnswers:
    def test_the_surest_come_first_and_answers_to_what_has_none_are_wrong(self) -> None:
        rows: list[tuple[str, float | None, bool | None, bool]] = [
            ("passage", 0.9, True, True),
            ("passage", 0.8, True, True),
            ("passage", 0.7, False, True),
            ("passage", 0.6, None, False),  # there is no answer
            ("refusal", 0.5, False, True),  # none was given
            ("passage", 0.4, None, True),  # nobody knows whether it is right
        ]
        run = answers(quote=rows)
        bars = named(answer_charts(run, figures_of(run)))["Right answers among the surest (quote)"]
        assert said(bars) == {
            "the surest 1": "1.000",
            "the surest 2": "1.000",
            "the surest 3": "0.667",
            "all 4": "0.500",
        }

    def test_equally_sure_answers_are_told_apart_by_nothing(self) -> None:
        rows: list[tuple[str, float | None, bool | None, bool]] = [
            ("passage", 0.5, number < 2, True) for number in range(4)
        ]
        run = answers(quote=rows)
        bars = named(answer_charts(run, figures_of(run)))["Right answers among the surest (quote)"]
        assert said(bars) == {"all 4": "0.500"}

    def test_modes_stand_side_by_side_and_share_a_curve(self) -> None:
        rows: list[tuple[str, float | None, bool | None, bool]] = [
            ("passage", 0.9, True, True),
            ("refusal", 0.1, False, True),
            ("refusal", 0.2, None, False),
        ]
        run = answers(quote=rows, brief=rows)
        figures = figures_of(run)
        charts = named(answer_charts(run, figures))
        assert said(charts["answerable: refused"]).keys() == {"quote", "brief"}
        assert charts["answerable: refused"]["quote"].share == 0.5
        [curve] = [title for title in charts if title.startswith("Unanswerable questions refused")]
        assert curve.endswith("(quote, brief)")
        assert figures[0].errors is not None
        assert [bar.share for bar in charts[curve].values()] == [
            point.refusals for point in figures[0].errors.points
        ]
        assert said(charts["Time of an answer: half of them take at most"])["brief"] == "2.00 s"
        assert not any("surest" in title for title in charts)  # one answer is no curve

    def test_where_nothing_was_measured_nothing_is_drawn(self) -> None:
        run = answers(quote=[("failure", None, None, True)])
        for title, bars in named(answer_charts(run, figures_of(run))).items():
            assert bars, title
