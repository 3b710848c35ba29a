"""What names do for ranking: aliases, headings, ambiguous names, and the harm of trusting them.

Measures: hit@1, hit@10 and MRR@10 of keyword search and of hybrid search with the features of
aliases ("alias", "disambiguation") at weight 0 and as fitted here, all other weights as they are.
Fitted on one half of the questions, judged on the other (split_of their ids); differences are
paired.
Corpus: Latgalian Wikipedia, 106 articles of English Wikipedia and the sample, with questions made
of them (bench.quality.name_questions says how) and the sample's own; 6,000 articles with 779 real
questions and what names they share. Vectors of the leads.
Command: python -m bench.quality.names [--data DIR] [--write]
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import TEMPLATES_DUMP, TEXT_DUMP, WIKITEXT_DUMP
from bench.quality.candidates import (
    Asked,
    Weights,
    array_of,
    ask,
    by_weight,
    page_candidates,
    run_of,
)
from bench.quality.development import QUESTIONS, arguments
from bench.quality.fitting import Bound, listwise_fit
from bench.quality.name_questions import KINDS, NameQuestion, name_questions
from bench.quality.weights_file import kept_weights, write_weights
from bench.record import record
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.evaluation import Judgment, compare_stages, judge, read_questions, reports
from pinakes.index.evaluation.run import JudgedQuestion
from pinakes.index.retrieval.features import FEATURES
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import Manifest
from pinakes.index.weights import Side
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.service.terminal.console import BuildProgress

_SAMPLE = Path(__file__).parents[2] / "data" / "sample"
_SAMPLE_DUMP = _SAMPLE / "samplewiki-20261101-pages-articles-multistream.xml.bz2"
_SHARED_NAMES = ("ambiguous", "ambiguous, bare")
# Dump, kinds of questions made of it, and questions that people asked.
_CORPORA: Mapping[str, tuple[Path, Sequence[str], Path | None]] = {
    "Latgalian": (TEMPLATES_DUMP, tuple(KINDS), None),
    "English": (WIKITEXT_DUMP, tuple(KINDS), None),
    "sample": (_SAMPLE_DUMP, tuple(KINDS), _SAMPLE / "questions.jsonl"),
    "6,000 articles": (TEXT_DUMP, _SHARED_NAMES, QUESTIONS),
}
_BOUNDS: Mapping[str, Bound] = {"alias": (0.0, None), "disambiguation": (None, 0.0)}
# Only reported: which of its meanings a bare name should find is a matter of taste.
_REPORTED = "ambiguous, bare"
_REAL = "real"
# What people asked of 6,000 articles counts as much as all else, of which each kind counts alike.
_SHARE_OF_REAL = 0.5
_OFF, _FITTED = "aliases at 0", "as fitted"
_SHOWN = ("hit@1", "hit@10", "MRR@10")


@dataclass(frozen=True, slots=True)
class _Set:
    """Questions of one kind, asked of one collection."""

    corpus: str
    kind: str
    manifest: Manifest
    asked: Sequence[Asked]


def main() -> None:
    """Ask everything with vectors and without, fit, judge, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights where search reads")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    fitted: dict[Side, dict[str, float]] = {}
    sides: tuple[Side, ...] = ("with vectors of leads", "without vectors")
    for side in sides:
        sets = [
            question_set
            for corpus in _CORPORA
            for question_set in _sets(
                corpus, options.data / "leads", with_vectors=side != "without vectors"
            )
        ]
        now = array_of(kept_weights(side))
        off = now.copy()
        off[[FEATURES.index(name) for name in _BOUNDS]] = 0.0
        found = _fit(sets, now)
        fitted[side] = {name: float(found[FEATURES.index(name)]) for name in _BOUNDS}
        stages = {_OFF: off, _FITTED: found}
        figures[side] = {
            "weights": fitted[side],
            "judged": [_judged(question_set, stages) for question_set in sets],
        }
        _print(f"{side}: {json.dumps(fitted[side])}", figures[side]["judged"])
    if options.write:
        write_weights(fitted)
    record("names", ", ".join(path.name for path, *_ in _CORPORA.values()), figures)


def _sets(corpus: str, data: Path, *, with_vectors: bool) -> Iterator[_Set]:
    """The questions of a corpus, kind by kind; its collection is built where it is missing."""
    path, kinds, file = _CORPORA[corpus]
    source = MediaWikiSource.open([path])
    with BuildProgress() as progress:
        encoder = find_encoder("all-MiniLM-L6-v2")
        build_collection(data / source.dump.name, source, encoder, "leads", progress)
    made = name_questions(source.dump, kinds)
    encode = open_question_encoder if with_vectors else None
    with Index.open(data / source.dump.name, encode, open_rerankers=lambda *_: ()) as index:
        for kind in kinds:
            own = [question for question in made if question.kind == kind]
            if own:
                judgment = Judgment([_question(question, index.store) for question in own])
                yield _Set(corpus, kind, index.manifest, ask(index, judgment))
        if file is not None:
            asked = ask(index, judge(read_questions(file), index.store))
            yield _Set(corpus, _REAL, index.manifest, asked)


def _question(asked: NameQuestion, store: Store) -> JudgedQuestion:
    passages = [
        passage.passage_id
        for page_id in (asked.pages if asked.sections else ())
        for passage in store.passages_of_page(page_id)
        if any(passage.start < end and start < passage.end for start, end in asked.sections)
    ]
    return JudgedQuestion(
        qid=f"{asked.kind}: {asked.text} {sorted(asked.pages)}",
        question=asked.text,
        pages=dict.fromkeys(sorted(asked.pages), 1),
        passages=dict.fromkeys(passages, 1),
    )


def _fit(sets: Sequence[_Set], now: Weights) -> Weights:
    """Weights of aliases on the dev splits, all others as they are ``now``."""
    fitting = [question_set for question_set in sets if question_set.kind != _REPORTED]
    bounds = [
        _BOUNDS.get(name, (weight, weight)) for name, weight in zip(FEATURES, now, strict=True)
    ]
    questions = []
    for question_set in fitting:
        own = [row for row in question_set.asked if row.split == "dev"]
        is_real = (question_set.corpus, question_set.kind) == ("6,000 articles", _REAL)
        share = _SHARE_OF_REAL if is_real else (1 - _SHARE_OF_REAL) / (len(fitting) - 1)
        questions += [page_candidates(row, now, share / len(own)) for row in own]
    return np.round(listwise_fit(questions, bounds), 2)


def _judged(question_set: _Set, stages: Mapping[str, Weights]) -> dict[str, Any]:
    """Figures on the test split, and what aliases add to each measure."""
    rankings = {name: by_weight(weight) for name, weight in stages.items()}
    run = run_of(
        question_set.manifest, "test", question_set.asked, {"keyword": _by_keyword, **rankings}
    )
    figures: dict[str, Any] = {"corpus": question_set.corpus, "kind": question_set.kind}
    if not run.questions:
        return figures | {"questions": 0}
    figures["questions"] = len(run.questions)
    for report in reports(run):
        level = figures.setdefault(report.level, {"measures": {}})
        level["measures"][report.stage] = {name: report.measures[name].value for name in _SHOWN}
    for gain in compare_stages(run, _FITTED, run, _OFF):
        differences = {name: asdict(gain.differences[name].estimate) for name in _SHOWN}
        figures[gain.level]["gains"] = differences
    return figures


def _by_keyword(asked: Asked) -> list[int]:
    rows = {int(passage): row for row, passage in enumerate(asked.passages)}
    return [rows[hit.passage_id] for hit in asked.lists["keyword"]]


def _print(title: str, judged: Sequence[Mapping[str, Any]]) -> None:
    table = Table(title=f"hit@1 / hit@10 / MRR@10, test split, {title}")
    for column in ("corpus", "kind", "", "keyword", _OFF, _FITTED):
        table.add_column(column, no_wrap=True)
    table.add_column("gain in MRR@10, fitted", no_wrap=True)
    for row in judged:
        for level in ("pages", "passages"):
            if level in row:
                gain = row[level]["gains"]["MRR@10"]
                table.add_row(
                    row["corpus"],
                    f"{row['kind']} ({row['questions']})",
                    level,
                    *(
                        " / ".join(f"{value:.3f}" for value in measures.values())
                        for measures in row[level]["measures"].values()
                    ),
                    "{value:+.3f} ({low:+.3f} to {high:+.3f})".format(**gain),
                )
    Console(width=180).print(table)


if __name__ == "__main__":
    main()
