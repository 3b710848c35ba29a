"""Answers of the configured model, the bundled one unless told otherwise, beside quotations.

Measures: what ``pinakes eval answers`` does, in modes answer, brief and quote. (1) On questions of
the development set's test split over the wiki that answers them, and over the same wiki without
all pages that do, where each should be refused: gold pages found and cited, unsupported sentences,
both error curves, times. (2) On the test split of SQuAD 2.0, answerable and not, over its
paragraphs and that wiki: also exact match, F1, and the paragraph a question was asked of. Its
questions are of another kind, so the threshold is chosen as ``pinakes threshold`` does, by
questions of the dev split.
Corpus: bench.quality.development with vectors of leads, bench.quality.left_out,
bench.quality.squad_collection.
Command: python -m bench.quality.answers [--data DIR] [--questions N] [--squad N]
"""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.left_out import left_out_collection
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import Split, judge, read_questions, split_of
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.evaluation.answer_figures import figures_of
from pinakes.service.evaluation.answer_run import AnswerRun
from pinakes.service.evaluation.asking import evaluate_answers
from pinakes.service.evaluation.refusals import choose_threshold, write_threshold
from pinakes.service.evaluation.targets import Target, Targets, targets_of
from pinakes.service.generators.choice import open_generator
from pinakes.service.reading.answerability import Threshold
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.threshold import threshold_of
from pinakes.service.settings import load_settings
from pinakes.service.terminal.answer_figures_report import print_answer_run
from pinakes.service.terminal.console import BuildProgress
from pinakes.service.types import AnswerMode

_MODES: tuple[AnswerMode, ...] = get_args(AnswerMode)
_CALIBRATING = 300
_FALSE_REFUSALS = 0.1  # at most, as pinakes threshold has it


def main() -> None:
    """Ask both sets, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--questions", type=int, default=90, help="of the development set")
    parser.add_argument("--squad", type=int, default=120, help="of SQuAD 2.0")
    options = parser.parse_args()
    runs = {
        "development": _development(options.data, options.questions),
        "SQuAD 2.0": _squad(options.data, options.squad),
    }
    figures = {}
    for name, (run, chosen) in runs.items():
        found = figures_of(run)
        print_answer_run(run, found)
        figures[name] = {
            "model": run.model,
            "threshold": chosen.threshold,
            "answerable": sum(question.is_answerable for question in run.questions),
            "unanswerable": sum(not question.is_answerable for question in run.questions),
            "modes": [asdict(mode) for mode in found],
        }
    corpus = f"{DUMP.name}, vectors of leads, with and without gold pages; {SQUAD.name} with it"
    record("answers", corpus, figures)


def _development(data: Path, limit: int) -> tuple[AnswerRun, Threshold]:
    """The questions asked of the whole wiki, and of the one without their pages."""
    collection = development_collection(data)
    questions = [
        question
        for question in read_questions(QUESTIONS)
        if split_of(question.question_id) == "test"
    ]
    with Index.open(collection) as index:
        targets = targets_of(index, questions, judge(questions, index.store)).sample(limit)
        whole = _ask(index, targets)
        answerability, encoder = linear_models().answerability, index.manifest.encoder
        chosen = threshold_of(index.collection, answerability, encoder)
    unanswerable = [
        Target(target.qid, target.question, is_answerable=False) for target in targets.asked
    ]
    with Index.open(left_out_collection(data, collection)) as index:
        without = _ask(index, Targets(tuple(unanswerable)))
    both = whole.model_copy(update={"questions": (*whole.questions, *without.questions)})
    return both, chosen


def _squad(data: Path, limit: int) -> tuple[AnswerRun, Threshold]:
    questions = read_questions(SQUAD)
    with (
        joined_collection(development_collection(data), "leads") as joined,
        Index.open(joined.path) as index,
    ):

        def targets(split: Split) -> Targets:
            asked = [question for question in questions if split_of(question.question_id) == split]
            return targets_of(index, asked, joined.judgment)

        tuning = Targets(tuple(target for target in targets("dev").asked if target.is_answerable))
        asked = tuning.sample(_CALIBRATING).asked
        found = choose_threshold(
            index, linear_models(), asked, "hybrid", _FALSE_REFUSALS, SQUAD.name
        )
        write_threshold(index.collection, found.threshold)
        return _ask(index, targets("test").sample(limit)), found.threshold


def _ask(index: Index, targets: Targets) -> AnswerRun:
    settings = load_settings()
    answerer = Answerer(open_generator(settings.generator), settings)

    async def ask() -> AnswerRun:
        try:
            with BuildProgress() as progress:
                progress.step("Asking", len(targets.asked) * len(_MODES), "questions")
                return await evaluate_answers(
                    answerer, index, targets, _MODES, on_done=lambda: progress.advance(1)
                )
        finally:
            await answerer.aclose()

    return asyncio.run(ask())


if __name__ == "__main__":
    main()
