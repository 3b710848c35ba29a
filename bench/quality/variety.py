"""How many passages of one page answers may be read from: what variety finds, and what it costs.

Measures, among the six passages that an answer is read from: whether a gold page is there, whether
all gold pages are, whether the passage that answers is, and the mean number of pages; with at most
one, two, three passages of a page, or as many as there are.
Corpus: dev splits, for this is what the bound is chosen by: real questions over 6,000 articles;
questions that take two pages (bench/quality/questions/two_pages.jsonl) over 30,729; SQuAD 2.0 over
its paragraphs and the 6,000 articles. Vectors of leads.
Command: python -m bench.quality.variety [--data DIR] [--questions N]
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import LARGE_TEXT_DUMP
from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import judge, read_questions, split_of
from pinakes.index.evaluation.run import JudgedQuestion
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.retrieve import SEARCHED_HITS, varied

_BOUNDS = (1, 2, 3, SEARCHED_HITS)
_TWO_PAGES = Path(__file__).parent / "questions" / "two_pages.jsonl"
_SEED = 14


def main() -> None:
    """Ask every set once, bound it in every way, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--questions", type=int, default=500, help="of each set, at most")
    options = parser.parse_args()
    small = development_collection(options.data)
    figures: dict[str, Any] = {}
    with Index.open(small) as index:
        real = judge(read_questions(QUESTIONS), index.store).questions
        figures["real"] = _measured("real questions", index, real, options.questions)
    with Index.open(development_collection(options.data, dump_file=LARGE_TEXT_DUMP)) as index:
        rows = map(json.loads, _TWO_PAGES.read_text(encoding="utf-8").splitlines())
        two = [_two_pages(row, index) for row in rows if row["split"] == "dev"]
        figures["two pages"] = _bounded("questions of two pages", index, two)
    with joined_collection(small, "leads") as joined, Index.open(joined.path) as index:
        squad = joined.judgment.questions
        figures["SQuAD 2.0"] = _measured("SQuAD 2.0", index, squad, options.questions)
    record("variety", f"{DUMP.name}; {LARGE_TEXT_DUMP.name}; {SQUAD.name}", figures)


def _two_pages(row: dict[str, Any], index: Index) -> JudgedQuestion:
    ids = [index.store.page_id_by_name(title) for title in row["pages"]]
    gold = {page_id: 1 for page_id in ids if page_id is not None}
    return JudgedQuestion(qid=row["id"], question=row["question"], pages=gold, passages={})


def _measured(
    name: str, index: Index, questions: Sequence[JudgedQuestion], most: int
) -> dict[str, Any]:
    dev = [question for question in questions if split_of(question.qid) == "dev"]
    random.Random(_SEED).shuffle(dev)
    return _bounded(name, index, dev[:most])


def _bounded(name: str, index: Index, questions: Sequence[JudgedQuestion]) -> dict[str, Any]:
    found = [(index.search(row.question, SEARCHED_HITS), row) for row in questions]
    columns = ("a gold page", "all gold pages", "the passage", "pages")
    table = Table("of one page", *columns, title=f"{name}: {len(found)}")
    figures: dict[str, Any] = {"questions": len(found)}
    for bound in _BOUNDS:
        rows = []
        for hits, row in found:
            read = varied(hits, bound)
            pages = {hit.passage.page_id for hit in read}
            passages = {hit.passage.passage_id for hit in read}
            rows.append(
                (
                    bool(pages & row.pages.keys()),
                    pages >= row.pages.keys(),
                    bool(passages & row.passages.keys()),
                    len(pages),
                )
            )
        label = str(bound) if bound < SEARCHED_HITS else "any number"
        means = {
            column: mean(values)
            for column, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
        figures[label] = means
        table.add_row(label, *(f"{value:.3f}" for value in means.values()))
    Console().print(table)
    return figures


if __name__ == "__main__":
    main()
