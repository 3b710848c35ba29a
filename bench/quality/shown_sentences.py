"""Sentences that strict answers of the bundled model show: written out to be read, and counted.

Measures, of 100 sentences labelled by hand (bench/quality/labels/shown.jsonl): how many their
sources support, and how many answer the question; those in the model's words and quotations
apart. ``--write`` asks the questions again and writes each sentence with its sources, one JSON
object a line, which is what was read for the labels: all in the model's words, and quotations
drawn by chance.
Corpus: as bench.quality.answers, but with the usual threshold for both: 150 questions of the
development set's test split, and 100 answerable ones of SQuAD 2.0 from both splits.
Command: python -m bench.quality.shown_sentences [--data DIR] [--write FILE]
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import judge, read_questions, split_of
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer, finished_answer
from pinakes.service.evaluation.targets import Target, targets_of
from pinakes.service.generators.choice import open_generator
from pinakes.service.settings import load_settings
from pinakes.service.types import Answer, AnswerRequest

_LABELS = Path(__file__).parent / "labels" / "shown.jsonl"
_DEVELOPMENT, _SQUAD = 150, 100


def main() -> None:
    """Write the sentences, or count the labels and record."""
    parser = arguments(__doc__)
    parser.add_argument("--write", type=Path, help="where the sentences go")
    options = parser.parse_args()
    if options.write is None:
        figures = _counted(json.loads(line) for line in _LABELS.read_text().splitlines())
        print(json.dumps(figures, indent=1))
        record("shown_sentences", f"{DUMP.name} and {SQUAD.name}, strict answers", figures)
        return
    with options.write.open("w", encoding="utf-8") as file:
        for row in _shown(options.data):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _counted(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    figures: dict[str, dict[str, int]] = {}
    for row in rows:
        kind = "quotations" if row["quoted"] else "in the model's words"
        counts = figures.setdefault(kind, {"sentences": 0, "supported": 0, "answering": 0})
        counts["sentences"] += 1
        counts["supported"] += row["supported"]
        counts["answering"] += row["answers"]
    return figures


def _shown(data: Path) -> Iterator[dict[str, Any]]:
    collection = development_collection(data)
    rows = [row for row in read_questions(QUESTIONS) if split_of(row.question_id) == "test"]
    with Index.open(collection) as index:
        targets = targets_of(index, rows, judge(rows, index.store)).sample(_DEVELOPMENT)
        yield from _sentences(index, targets.asked)
    with joined_collection(collection, "leads") as joined, Index.open(joined.path) as index:
        targets = targets_of(index, read_questions(SQUAD), joined.judgment).sample(2 * _SQUAD)
        answerable = [target for target in targets.asked if target.is_answerable]
        yield from _sentences(index, answerable[:_SQUAD])


def _sentences(index: Index, asked: Iterable[Target]) -> Iterator[dict[str, Any]]:
    settings = load_settings()
    answerer = Answerer(open_generator(settings.generator), settings)
    with asyncio.Runner() as runner:
        for target in asked:
            answer = runner.run(finished_answer(answerer, index, AnswerRequest(target.question)))
            yield from _rows(target, answer)
        runner.run(answerer.aclose())


def _rows(asked: Target, answer: Answer) -> Iterator[dict[str, Any]]:
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for number, sentence in enumerate(answer.sentences):
        yield {
            "qid": asked.qid,
            "sentence": number,
            "quoted": sentence.quoted,
            "question": asked.question,
            "answers": asked.answers,
            "text": answer.text[sentence.start : sentence.end],
            "sources": [quotes[cited] for cited in sentence.citations],
        }


if __name__ == "__main__":
    main()
