"""What names do for ranking: aliases, headings, ambiguous names, and the harm of trusting them.

Measures: hit@1, hit@10 and MRR@10, pages and passages, of keyword search and of hybrid search with
the evidence of names at weight 0, as it is set, and as fitted here: "name", "links in" and
"disambiguation", all others as they are. Differences with paired bootstrap intervals, on the
judging half; fitted on the tuning half.
Corpus: Latgalian Wikipedia, 106 articles of English Wikipedia and the sample, with questions made
of them (``bench.name_questions``) and the sample's own; 6,000 articles with 779 real questions, and
ambiguous names of theirs.
Command: python -m bench.names [--data DIR]

Collections are built first where they are missing, with vectors of the leads: two minutes.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.corpora import TEMPLATES_DUMP, TEXT_DUMP, WIKITEXT_DUMP
from bench.fitting import Bound, Candidates, listwise_fit
from bench.name_questions import KINDS, NameQuestion, name_questions
from bench.record import record
from bench.retrieval import QUESTIONS
from index.build import build_collection
from index.encoders.encoder import find_encoder
from index.evaluation import half_of, read_questions
from index.evaluation.bootstrap import bootstrap_means
from index.evaluation.measures import hit_at, reciprocal_rank_at
from index.ranking.evidence import EVIDENCE, Matrix
from index.ranking.ranking import Searches, gather_evidence
from index.ranking.weights import weights
from index.search import Index
from ingest.reading.dumps import Dump, find_dump
from service.console import BuildProgress
from service.settings import go_offline

_SAMPLE = Path(__file__).parents[1] / "data" / "sample"
_SAMPLE_DUMP = _SAMPLE / "samplewiki-20261101-pages-articles-multistream.xml.bz2"
# Dump, kinds of questions made of it, and questions that people asked.
_CORPORA: Mapping[str, tuple[Path, Sequence[str], Path | None]] = {
    "Latgalian": (TEMPLATES_DUMP, tuple(KINDS), None),
    "English 2016": (WIKITEXT_DUMP, tuple(KINDS), None),
    "sample": (_SAMPLE_DUMP, tuple(KINDS), _SAMPLE / "questions.jsonl"),
    "6,000 articles": (TEXT_DUMP, ("ambiguous", "ambiguous, bare"), QUESTIONS),
}
_FITTED: Mapping[str, Bound] = {
    "name": (0.0, None),
    "links in": (0.0, None),
    "disambiguation": (None, 0.0),
}
# Only reported: which of its meanings a bare name should find is a matter of taste.
_REPORTED = "ambiguous, bare"
_REAL = "real questions"
# What people asked of 6,000 articles counts as much as all that was made, each kind alike.
_SHARE_OF_REAL = 0.5
_DEPTH = 100
_MEASURES = {
    "hit@1": partial(hit_at, 1),
    "hit@10": partial(hit_at, 10),
    "MRR@10": partial(reciprocal_rank_at, 10),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """Passages and their pages, best first or with the evidence that will order them."""

    passages: NDArray[np.int64]
    pages: NDArray[np.int64]
    evidence: Matrix

    def ordered(self, weight: NDArray[np.float64]) -> "Listed":
        """As ``index.ranking`` orders them."""
        order = np.lexsort((self.passages, -(self.evidence @ weight)))
        return Listed(self.passages[order], self.pages[order], self.evidence[order])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question put to a collection, and what each of the searches brought.

    ``hybrid``: the candidates, by whether there were vectors. ``answers``: passages that hold words
    of a section that answers; empty where none is known.
    """

    corpus: str
    question: NameQuestion
    keyword: Listed
    hybrid: Mapping[bool, Listed]
    answers: frozenset[int]


def main() -> None:
    """Build what is missing, ask, fit, judge, print, record."""
    go_offline()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "pinakes-bench")
    data = parser.parse_args().data
    asked = [
        one
        for corpus, (path, kinds, file) in _CORPORA.items()
        for one in _ask(corpus, data, find_dump([path]), kinds, file)
    ]
    figures: dict[str, Any] = {"weights": {}, "judged": []}
    for vectors in (True, False):
        now = weights(with_vectors=vectors)
        off = now.copy()
        off[[EVIDENCE.index(name) for name in _FITTED]] = 0.0
        fitted = _fit(asked, now, vectors)
        side = "with vectors" if vectors else "without vectors"
        figures["weights"][side] = {
            name: {"set": now[column], "fitted": fitted[column]}
            for name in _FITTED
            for column in [EVIDENCE.index(name)]
        }
        stages = {"names at 0": off, "as set": now, "as fitted": fitted}
        judged = _judge(asked, stages, vectors)
        figures["judged"] += [{"side": side, **row} for row in judged]
        _print(side, judged, figures["weights"][side])
    record("names", ", ".join(path.name for path, _, _ in _CORPORA.values()), figures)


def _ask(
    corpus: str, data: Path, dump: Dump, kinds: Sequence[str], file: Path | None
) -> Iterator[Asked]:
    encoder = find_encoder("all-MiniLM-L6-v2")
    with BuildProgress() as progress:
        build_collection(data / dump.name, dump, encoder, "leads", progress)
    questions = [*name_questions(dump, kinds), *(_real_questions(file) if file else ())]
    with Index.open(data / dump.name) as index:
        assert index.encoder is not None
        searches = Searches(index.store, index.keywords, index.vectors)
        for question in track(questions, f"Asking {corpus}"):
            lists = {"keyword": index.keywords.search(question.text, _DEPTH)}
            vector = index.encoder.encode_query(question.text)
            nearest = {"vector": index.vectors.search(vector, _DEPTH)}
            hybrid = {}
            for vectors in (True, False):
                places, evidence, _ = gather_evidence(
                    searches,
                    question.text,
                    lists | nearest if vectors else lists,
                    vector if vectors else None,
                )
                hybrid[vectors] = Listed(
                    np.array([place.passage_id for place in places]),
                    np.array([place.page_id for place in places]),
                    evidence,
                )
            found = [one.passage_id for one in lists["keyword"]]
            pages = [place.page_id for place in index.store.places(found)]
            keyword = Listed(np.array(found), np.array(pages), np.zeros((len(found), 0)))
            answers = frozenset(
                passage.passage_id
                for page_id in question.pages
                for passage in (index.store.passages_of_page(page_id) if question.sections else ())
                if any(
                    passage.start < end and passage.end > start for start, end in question.sections
                )
            )
            yield Asked(corpus, question, keyword, hybrid, answers)


def _real_questions(file: Path) -> Iterator[NameQuestion]:
    for one in read_questions(file):
        if one.gold_pages:
            yield NameQuestion(_REAL, one.text, one.gold_pages, (), half_of(one.question_id))


def _fit(asked: Sequence[Asked], now: NDArray[np.float64], vectors: bool) -> NDArray[np.float64]:
    """The three weights, on the tuning half, all others as they are now."""
    groups: dict[tuple[bool, str, str], list[Asked]] = {}
    for one in asked:
        if one.question.half == "tune" and one.question.kind != _REPORTED:
            is_real = one.corpus == "6,000 articles" and one.question.kind == _REAL
            groups.setdefault((is_real, one.corpus, one.question.kind), []).append(one)
    made = sum(1 for is_real, *_ in groups if not is_real)
    questions = [
        Candidates(
            one.hybrid[vectors].evidence,
            np.isin(one.hybrid[vectors].pages, list(one.question.pages)),
            (_SHARE_OF_REAL if is_real else (1 - _SHARE_OF_REAL) / made) / len(group),
        )
        for (is_real, *_), group in groups.items()
        for one in group
    ]
    bounds: list[Bound] = [(weight, weight) for weight in now]
    for name, bound in _FITTED.items():
        bounds[EVIDENCE.index(name)] = bound
    return listwise_fit(questions, bounds)


def _judge(
    asked: Sequence[Asked], stages: Mapping[str, NDArray[np.float64]], vectors: bool
) -> list[dict[str, Any]]:
    """Figures of each kind of question and corpus, on the judging half."""
    rows = []
    for corpus in _CORPORA:
        for kind in (*KINDS, _REAL):
            group = [
                one
                for one in asked
                if (one.corpus, one.question.kind, one.question.half) == (corpus, kind, "judge")
            ]
            for level in ("pages", "passages"):
                told = [one for one in group if level == "pages" or one.answers]
                if told:
                    values = {"keyword": _values([one.keyword for one in told], told, level)}
                    for name, weight in stages.items():
                        lists = [one.hybrid[vectors].ordered(weight) for one in told]
                        values[name] = _values(lists, told, level)
                    rows.append(
                        {"corpus": corpus, "kind": kind, "level": level, **_figures(values)}
                    )
    return rows


def _values(lists: Sequence[Listed], asked: Sequence[Asked], level: str) -> NDArray[np.float64]:
    """Every measure of every question, of shape (questions, measures)."""
    rows = []
    for listed, one in zip(lists, asked, strict=True):
        found = listed.pages if level == "pages" else listed.passages
        gold = one.question.pages if level == "pages" else one.answers
        ranks = {item: rank for rank, item in enumerate(dict.fromkeys(found.tolist()), start=1)}
        first = min((ranks[item] for item in gold if item in ranks), default=None)
        rows.append([measure([first], [1]) for measure in _MEASURES.values()])
    return np.array(rows)


def _figures(values: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    questions = len(values["keyword"])
    means = {
        name: dict(zip(_MEASURES, found.mean(axis=0).tolist(), strict=True))
        for name, found in values.items()
    }
    gains = {
        name: dict(
            zip(
                _MEASURES,
                map(asdict, bootstrap_means(values[name] - values["names at 0"])),
                strict=True,
            )
        )
        for name in ("as set", "as fitted")
    }
    return {"questions": questions, "measures": means, "gains": gains}


def _print(side: str, rows: Sequence[dict[str, Any]], found: Mapping[str, Any]) -> None:
    said = ", ".join(
        f"{name} {one['set']:g} (fitted {one['fitted']:.3f})" for name, one in found.items()
    )
    table = Table(title=f"Hybrid search {side}, judging half; {said}")
    for column in ("corpus", "questions", "", "keyword", "names at 0", "as set", "as fitted"):
        table.add_column(column)
    table.add_column("gain in MRR, as fitted")
    for row in rows:
        gain = row["gains"]["as fitted"]["MRR@10"]
        cells = [
            " / ".join(f"{value:.3f}"[-4 if value < 1 else 0 :] for value in means.values())
            for means in row["measures"].values()
        ]
        table.add_row(
            row["corpus"],
            f"{row['kind']} ({row['questions']})",
            row["level"],
            *cells,
            f"{gain['value']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})",
        )
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
