"""What search finds for the questions that judge the reading model, kept so that it is read twice.

Writes ``found.jsonl``: for each question of each set the first passages, what the linear models
make of them, and what would be right. ``tune`` is fitted on, the others judge.
Corpus: bench.quality.two_sizes, bench.quality.squad_collection, open questions of
bench.quality.open_questions.
Command: python -m bench.reading.found [--data DIR] [--to DIR]
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.quality.development import arguments
from bench.quality.left_out import left_out_collection
from bench.quality.open_questions import judging_questions
from bench.quality.seen_findings import seen_findings
from bench.quality.squad_collection import joined_collection
from bench.quality.two_sizes import (
    AnsweredByPages,
    collections,
    questions_of_both,
    questions_of_larger,
)
from bench.reading import RUN
from bench.reading.split import squad
from pinakes.index.errors import BadQuery
from pinakes.index.retrieval.search import Index
from pinakes.index.types import FIRST_STAGE, Hit
from pinakes.service.reading.answerability import Findings
from pinakes.service.reading.linear_reader import linear_reader
from pinakes.service.reading.models import linear_models
from pinakes.service.reading.question import question_of

_RERANKED, _WEIGHED, _READ = 30, 10, 6
_TUNED = 300
_KEPT = "{name}.jsonl"


def main() -> None:
    """Ask all sets, those that are quick first; a set that is there already is not asked again."""
    parser = arguments(__doc__)
    parser.add_argument("--to", type=Path, default=RUN)
    options = parser.parse_args()
    small, large = collections(options.data)

    def keep(name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        path = options.to / _KEPT.format(name=name)
        if path.exists():
            return
        new = path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        new.replace(path)
        print(name, flush=True)

    tune, test = questions_of_both("dev")[:_TUNED], questions_of_both("test")
    with Index.open(large) as index:
        keep("open", _open(index))
        keep("reranked-judge", _reranked(index, questions_of_larger()))
        keep("reranked-tune", _reranked(index, tune))
        keep("large-judge", _asked(index, questions_of_larger()))
        keep("large-tune", _asked(index, tune))
        keep("large-test", _asked(index, test))
    left_out = left_out_collection(options.data, small)
    with Index.open(small) as index, Index.open(left_out) as others:
        keep("small-test", _asked(index, test, others))
    if not (options.to / _KEPT.format(name="squad")).exists():
        with joined_collection(small, "leads") as joined, Index.open(joined.path) as index:
            keep("squad", _squad(index))


def _open(index: Index) -> Iterator[Mapping[str, Any]]:
    for asked in judging_questions():
        try:
            hits = index.search(asked.question, _RERANKED)
        except BadQuery:
            hits = []
        yield {"question": asked.question, "answers": asked.answers, "hits": _kept(hits)}


def _reranked(index: Index, questions: Iterable[AnsweredByPages]) -> Iterator[Mapping[str, Any]]:
    for question in questions:
        hits = index.search(question.text, _RERANKED)
        yield {"question": question.text, "gold": sorted(question.pages), "hits": _kept(hits)}


def _asked(
    index: Index, questions: Iterable[AnsweredByPages], others: Index | None = None
) -> Iterator[Mapping[str, Any]]:
    """Each question as it is, and of ``others``, which no page of any such question is in.

    Without ``others``: as if the pages that answer the question were not there.
    """
    for question in questions:
        if not (pages := question.pages_in(index)):
            continue
        without = others or index.without(pages)
        for answerable, asked in ((True, index), (False, without)):
            seen = seen_findings(asked, question.text)
            yield {
                "question": question.text,
                "answerable": answerable,
                "linear": seen.features,
                "hits": _kept(_weighed(seen.findings)),
            }


def _weighed(findings: Findings | None) -> list[Hit]:
    """Those by which answerability is told, and those that are read."""
    if findings is None:
        return []
    first = findings.hits[:_WEIGHED]
    return [*first, *(hit for hit in findings.read if hit not in first)]


def _squad(index: Index) -> Iterator[Mapping[str, Any]]:
    """Questions of the judged articles: their paragraph, what is found, and the rules' answers."""
    reader, answerability = linear_reader(), linear_models().answerability
    for paragraph in squad("judge"):
        for entry in paragraph.questions:
            question = question_of(index, entry.text)
            hits = index.search(question.context, 20)
            own = [hit for hit in hits if hit.passage.text == paragraph.text]
            found = reader.read(question, hits[:_READ])
            alone = reader.read(question, own)
            yield {
                "question": entry.text,
                "answers": [text for _, text in entry.answers],
                "title": paragraph.title,
                "paragraph": paragraph.text,
                "hits": _kept(hits[:_READ]),
                "rules found": _said(hits, found),
                "rules alone": _said(own, alone) if own else None,
                "confidence": answerability.confidence(
                    question, Findings(hits, hits[:_READ], found)
                ),
            }


def _said(hits: list[Hit], reading: Any) -> Mapping[str, Any] | None:
    if not reading.sentences:
        return None
    best = max(reading.sentences, key=lambda sentence: sentence.answer_score)
    text = hits[best.hit].passage.text[best.answer_start : best.answer_end]
    return {"text": text, "score": best.answer_score - reading.no_answer}


def _kept(hits: Iterable[Hit]) -> list[Mapping[str, Any]]:
    return [
        {
            "page": hit.passage.page_id,
            "title": " – ".join([hit.passage.title, *hit.passage.heading_path]),
            "text": hit.passage.text,
            "score": hit.features[FIRST_STAGE],
        }
        for hit in hits
    ]


if __name__ == "__main__":
    main()
