"""Search while vectors are being made: hybrid beside keywords at every share of leads embedded.

Measures: hit@1, hit@10 and MRR@10 of hybrid search with 0 to 100 % of the leads embedded, drawn at
random, the same for every question; beside keyword search for the same questions, with paired
bootstrap intervals (95 %, 10,000 resamples) of the difference. Vectors that are not there yet are
hidden from a collection that has them.
Corpus, of which nothing was fitted on: *6,000 articles*, the test split of the real questions of
bench.quality.development, as they are, and without the words that only ask; *30,729 articles*, the
real questions over them that are not about those 6,000, and topics of a few words
(bench/quality/questions/topics.jsonl); on the level of passages *SQuAD 2.0*, its test split, and
*other SQuAD articles*, 23 of them, each over its paragraphs and the 6,000 articles. Vectors of
leads.
Command: python -m bench.quality.coverage [--data DIR] [--questions N]
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.corpora.dumps import LARGE_TEXT_DUMP
from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.record import record
from pinakes.index.evaluation import judge, read_questions, split_of
from pinakes.index.evaluation.measures import MEASURES, Ranks, bootstrap_means
from pinakes.index.evaluation.run import JudgedQuestion
from pinakes.index.keywords.language import QUESTION_WORDS
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Mode, ScoredId, Vectors
from pinakes.index.vectors.index import VectorIndex

_SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 1.0)
_SHOWN = ("hit@1", "hit@10", "MRR@10")
_DEPTH = 60
_SEED = 14
_LARGE_QUESTIONS = QUESTIONS.with_name("wiki-questions-large.jsonl")
_OTHER_SQUAD = QUESTIONS.with_name("squad-reader-train.json")
_TOPICS = Path(__file__).parent / "questions" / "topics.jsonl"


@dataclass(frozen=True, slots=True)
class _Set:
    """Questions of one kind over an open collection; ``level``: what of them is gold."""

    name: str
    index: Index
    questions: Sequence[JudgedQuestion]
    level: str


class _SomeVectors:
    """Of a vector index only the vectors of ``shown``, as if the others were not made yet."""

    def __init__(self, vectors: VectorIndex, shown: NDArray[np.int64]) -> None:
        self._vectors = vectors
        self._shown = frozenset(shown.tolist())

    def search(self, vector: Vectors, limit: int) -> list[ScoredId]:
        """The ``limit`` nearest of those shown."""
        found = self._vectors.search(vector, self._vectors.count) if self._shown else []
        return [hit for hit in found if hit.passage_id in self._shown][:limit]

    def scores(self, vector: Vectors, passage_ids: list[int]) -> NDArray[np.float32]:
        """Cosines, NaN of those that are not shown."""
        found = self._vectors.scores(vector, passage_ids)
        hidden = [passage_id not in self._shown for passage_id in passage_ids]
        return np.where(hidden, np.nan, found)


def main() -> None:
    """Ask every set at every share, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--questions", type=int, default=600, help="of each set, at most")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    for own in _sets(options.data):
        questions = list(own.questions)
        random.Random(_SEED).shuffle(questions)
        figures[own.name] = _measured(replace(own, questions=questions[: options.questions]))
    record("coverage", f"{DUMP.name}; {LARGE_TEXT_DUMP.name}; {SQUAD.name}", figures)


def _sets(data: Path) -> Iterator[_Set]:
    small = development_collection(data)
    with Index.open(small) as index:
        found = [row for row in _judged(index, QUESTIONS) if split_of(row.qid) == "test"]
        yield _Set("6,000 articles", index, found, "pages")
        bare = [row.model_copy(update={"question": _without_asking(row.question)}) for row in found]
        yield _Set("6,000 articles, words alone", index, bare, "pages")
    with Index.open(development_collection(data, dump_file=LARGE_TEXT_DUMP)) as index:
        yield _Set("30,729 articles", index, _judged(index, _LARGE_QUESTIONS, _unseen()), "pages")
        yield _Set("30,729 articles, topics", index, list(_topics(index)), "pages")
    for name, file in (("SQuAD 2.0", SQUAD), ("other SQuAD articles", _OTHER_SQUAD)):
        with joined_collection(small, "leads", file) as joined, Index.open(joined.path) as index:
            known = joined.judgment.questions
            if file == SQUAD:
                known = [row for row in known if split_of(row.qid) == "test"]
            yield _Set(name, index, known, "passages")


def _judged(index: Index, file: Path, among: frozenset[str] | None = None) -> list[JudgedQuestion]:
    found = judge(read_questions(file), index.store).questions
    return [row for row in found if among is None or row.qid in among]


def _unseen() -> frozenset[str]:
    """Ids of the questions that are not about the articles of the development set."""
    rows = map(json.loads, _LARGE_QUESTIONS.read_text(encoding="utf-8").splitlines())
    return frozenset(row["qid"] for row in rows if not row["in_dev_6k"])


def _topics(index: Index) -> Iterator[JudgedQuestion]:
    for line in _TOPICS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        ids = [index.store.page_id_by_name(title) for title in row["pages"]]
        gold = {page_id: 1 for page_id in ids if page_id is not None}
        yield JudgedQuestion(qid=row["id"], question=row["query"], pages=gold, passages={})


def _without_asking(question: str) -> str:
    """As it is typed into a search box."""
    words = question.rstrip("?").split()
    return " ".join(word for word in words if word.casefold() not in QUESTION_WORDS) or question


def _measured(own: _Set) -> dict[str, Any]:
    """Figures by share, each beside those of keywords."""
    index = own.index
    leads = np.array([first for first, _, _ in index.store.passages_of_pages()])
    order = np.random.default_rng(_SEED).permutation(len(leads))
    keyword = _values(own, index, "keyword")
    figures: dict[str, Any] = {"questions": len(own.questions), "keyword": _means(keyword)}
    table = Table(title=f"{own.name}: {len(own.questions)} questions, {own.level}")
    for column in ("leads embedded", *_SHOWN, *(f"{name} less keywords'" for name in _SHOWN)):
        table.add_column(column, justify="right")
    table.add_row("keywords", *(f"{figures['keyword'][name]['value']:.3f}" for name in _SHOWN))
    shares: dict[str, Any] = {}
    for share in track(_SHARES, own.name):
        shown = leads[order[: round(share * len(leads))]]
        some: Any = _SomeVectors(index.vectors, shown)
        hybrid = _values(own, replace(index, vectors=some), "hybrid")
        row = shares[f"{share:.0%}"] = {
            "hybrid": _means(hybrid),
            "less keyword": _means(hybrid - keyword),
        }
        table.add_row(
            f"{share:.0%}",
            *(f"{row['hybrid'][name]['value']:.3f}" for name in _SHOWN),
            *(
                "{value:+.3f} ({low:+.3f} to {high:+.3f})".format(**row["less keyword"][name])
                for name in _SHOWN
            ),
        )
    Console(width=140).print(table)
    return figures | {"shares": shares}


def _values(own: _Set, index: Index, mode: Mode) -> NDArray[np.float64]:
    """Each measure of each question: shape (questions, measures shown)."""
    return np.array(
        [
            [MEASURES[name](ranks, [1] * len(ranks)) for name in _SHOWN]
            for ranks in (
                _ranks(index.search(row.question, _DEPTH, mode), row, own.level)
                for row in own.questions
            )
        ]
    )


def _ranks(hits: Iterable[Hit], row: JudgedQuestion, level: str) -> Ranks:
    """Where the gold stands among the pages, or the passages, of the hits."""
    if level == "pages":
        found = list(dict.fromkeys(hit.passage.page_id for hit in hits))
        gold = list(row.pages)
    else:
        found = [hit.passage.passage_id for hit in hits]
        gold = list(row.passages)
    return [found.index(item) + 1 if item in found else None for item in gold]


def _means(values: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    return {
        name: asdict(estimate)
        for name, estimate in zip(_SHOWN, bootstrap_means(values), strict=True)
    }


if __name__ == "__main__":
    main()
