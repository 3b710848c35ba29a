"""How much features weigh: fits index/retrieval/weights.json, and shows what each kind brings.

Fits on one half of the questions and judges on the other (split_of their ids); without each kind of
features in turn everything is fitted again. Beside it, in the same run: each list alone, reciprocal
rank fusion, and the plain weighted sum of both, its weight chosen on the dev split. Differences
are paired. bench.quality.coverage judges what lies between the sides, where some vectors are made.
Corpus: 779 questions over 6,000 articles, with vectors of leads and with those of all passages
(page level); 2,183 of SQuAD 2.0 over its paragraphs and those articles, all with vectors (passage
level).
Command: python -m bench.quality.ranking [--data DIR] [--sides SIDE …] [--write]
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.quality.candidates import (
    Asked,
    Ranking,
    Weights,
    array_of,
    ask,
    by_weight,
    page_candidates,
    run_of,
)
from bench.quality.development import DUMP, QUESTIONS, arguments, development_collection
from bench.quality.fitting import FREE, Bound, Candidates, listwise_fit
from bench.quality.fusion import Fusion, min_max, reciprocal_ranks
from bench.quality.squad_collection import SQUAD, joined_collection
from bench.quality.weights_file import kept_weights, write_weights
from bench.record import record, recorded
from pinakes.index.build.embed import VectorScope
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.evaluation import (
    Judgment,
    Run,
    Split,
    compare_stages,
    judge,
    read_questions,
    reports,
)
from pinakes.index.evaluation.run import Level
from pinakes.index.retrieval.features import FEATURES
from pinakes.index.retrieval.linear import CosineScale
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest
from pinakes.index.weights import Side

_ROUNDS = 4
# A question of SQuAD counts less: it was asked by someone who had the paragraph before them.
_SQUAD_IMPORTANCE = 0.1
# Of these more is never worse. Parts of titles may be: what is left out of one has its own weight.
_NOT_NEGATIVE = {"page keyword", "page vector", "page vector cubed", "keyword", "vector"}
# Fitted by bench.quality.names, on questions that ask by names: these articles have neither links
# nor redirects.
_BY_NAMES = ("alias", "disambiguation")
_OF_VECTORS = ("page vector", "page vector cubed", "vector")
# They say which side a candidate is weighed by, and are the same for all of one.
_FLAGS = ("no page vector", "no vector", "all vectors")
_LEFT_OUT: Mapping[Side, Collection[str]] = {
    "with vectors": (*_FLAGS, "page vector cubed"),
    "with vectors of leads": (*_FLAGS, "page vector", "vector"),
    "without vectors": (*_FLAGS, *_OF_VECTORS),
}
_PARTS: Mapping[str, Collection[str]] = {
    "vectors": _OF_VECTORS,
    "keywords": ("page keyword", "keyword"),
    "the page's keywords": ("page keyword",),
    "the passage's keywords": ("keyword",),
    "the page's vector": ("page vector", "page vector cubed"),
    "the passage's vector": ("vector",),
    "the title": ("title in question", "question in title", "title fit"),
    "aliases": _BY_NAMES,
}
_ALL = "all features"
_SHOWN = ("hit@1", "hit@10", "MRR@10")


@dataclass(frozen=True, slots=True)
class _Set:
    """Questions asked of one collection, and what is gold to them."""

    manifest: Manifest
    asked: Sequence[Asked]
    level: Level
    importance: float

    def of_split(self, split: Split) -> list[Asked]:
        return [question for question in self.asked if question.split == split]


def main() -> None:
    """Ask both sets of questions once, then fit and judge in every way."""
    parser = arguments(__doc__)
    parser.add_argument("--sides", nargs="+", choices=list(_LEFT_OUT), default=list(_LEFT_OUT))
    parser.add_argument("--write", action="store_true", help="write the weights where search reads")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    fitted: dict[Side, Weights] = {}
    sets = _sets(options.data, options.sides)
    for name, own in sets.items():
        with_vectors = name != "without vectors"
        kept = array_of(kept_weights(name))
        left_out = set(_LEFT_OUT[name])
        fitted[name] = _fit(own, left_out, kept)
        rankings = {_ALL: by_weight(fitted[name])}
        for part, kinds in track(_PARTS.items(), f"Fitting {name}"):
            if not left_out.issuperset(kinds):
                rankings[f"without {part}"] = by_weight(_fit(own, {*left_out, *kinds}, kept))
        figures[name] = [
            _judged(question_set, rankings | _baselines(question_set, with_vectors))
            for question_set in own
        ]
    weights = {name: _named(values) for name, values in fitted.items()}
    print(json.dumps(weights, indent=2))
    if options.write:
        whole = sets.get("with vectors")
        write_weights(weights, _cosine_scale(whole) if whole else None)
    # What other sides were judged at stays beside it.
    kept_figures = recorded("ranking")
    figures["weights"] = kept_figures.get("weights", {}) | weights
    record("ranking", f"{DUMP.name}; {SQUAD.name}", kept_figures | figures)


def _sets(data: Path, sides: Collection[Side]) -> dict[Side, list[_Set]]:
    """All questions with all features, by what search has: vectors, some, or none at all."""
    found: dict[Side, list[_Set]] = {side: [] for side in sides}

    def ask_of(
        of_scope: Collection[Side], path: Path, judgment: Judgment, level: Level, importance: float
    ) -> None:
        for side in of_scope:
            encoder = None if side == "without vectors" else open_question_encoder
            with Index.open(path, encoder, open_rerankers=lambda *_: ()) as index:
                asked = ask(index, judgment)
                found[side].append(_Set(index.manifest, asked, level, importance))

    scopes: Mapping[VectorScope, Collection[Side]] = {
        "leads": ("with vectors of leads", "without vectors"),
        "all": ("with vectors",),
    }
    for vectors, of_scope in scopes.items():
        wanted = [side for side in of_scope if side in found]
        if not wanted:
            continue
        collection = development_collection(data, vectors)
        with Index.open(collection, None) as index:
            judgment = judge(read_questions(QUESTIONS), index.store)
        ask_of(wanted, collection, judgment, "pages", 1.0)
        with joined_collection(collection, vectors) as joined:
            ask_of(wanted, joined.path, joined.judgment, "passages", _SQUAD_IMPORTANCE)
    return found


def _cosine_scale(sets: Sequence[_Set]) -> CosineScale:
    """The medians, over the dev splits' questions, of the mean and the spread of cosines."""
    no_vector, vector = (FEATURES.index(name) for name in ("no vector", "vector"))
    cosines = [
        row.features[row.features[:, no_vector] == 0, vector]
        for question_set in sets
        if question_set.level == "pages"
        for row in question_set.of_split("dev")
    ]
    mean = float(np.median([found.mean() for found in cosines]))
    spread = float(np.median([found.std() for found in cosines]))
    return CosineScale(mean=round(mean, 3), spread=round(spread, 3))


def _fit(sets: Sequence[_Set], left_out: Collection[str], kept: Weights) -> Weights:
    """Weights fitted on the dev splits; those of names stay as they are, or are ``left_out``.

    A page competes with its best passage, which depends on the weights: a few rounds settle it.
    """
    bounds = [_bound(name, left_out, kept[column]) for column, name in enumerate(FEATURES)]
    found = np.array([1.0 if name in {"keyword", "vector"} else 0.0 for name in FEATURES])
    for _ in range(_ROUNDS):
        questions = [
            _candidates(row, question_set.level, found, question_set.importance)
            for question_set in sets
            for row in question_set.of_split("dev")
        ]
        found = listwise_fit(questions, bounds)
    return np.round(found, 2)


def _bound(name: str, left_out: Collection[str], kept: float) -> Bound:
    if name in left_out:
        return (0.0, 0.0)
    if name in _BY_NAMES:
        return (kept, kept)
    return (0.0, None) if name in _NOT_NEGATIVE else FREE


def _candidates(row: Asked, level: Level, found: Weights, importance: float) -> Candidates:
    if level == "passages":
        gold = np.isin(row.passages, list(row.question.passages))
        return Candidates(row.features, gold, importance)
    return page_candidates(row, found, importance)


def _baselines(question_set: _Set, with_vectors: bool) -> dict[str, Ranking]:
    found = {"keywords alone": _by_list(lambda keyword, _: [hit.passage_id for hit in keyword])}
    if with_vectors:
        weight = _best_weight(question_set)
        found |= {
            "vectors alone": _by_list(lambda _, vector: [hit.passage_id for hit in vector]),
            "reciprocal rank fusion": _by_list(reciprocal_ranks),
            f"plain sum of both lists, vectors {weight}": _by_list(min_max(weight)),
        }
    return found


def _best_weight(question_set: _Set) -> float:
    """The vector list's weight in a plain sum that is best on the dev split."""
    weights_tried = {f"{tenths / 10}": _by_list(min_max(tenths / 10)) for tenths in range(1, 10)}
    run = run_of(question_set.manifest, "dev", question_set.asked, weights_tried)
    found = [report for report in reports(run) if report.level == question_set.level]
    return float(max(found, key=lambda report: report.measures["MRR@10"].value).stage)


def _by_list(fusion: Fusion) -> Ranking:
    """What a fusion makes of both lists; candidates that are in neither come last."""

    def ranking(asked: Asked) -> Sequence[int]:
        rows = {int(passage): row for row, passage in enumerate(asked.passages)}
        return [rows[i] for i in fusion(asked.lists["keyword"], asked.lists.get("vector", ()))]

    return ranking


def _judged(question_set: _Set, rankings: Mapping[str, Ranking]) -> dict[str, Any]:
    """All rankings on the test split, and how much more all features have than each other."""
    run = run_of(question_set.manifest, "test", question_set.asked, rankings)
    found = {report.stage: report for report in reports(run) if report.level == question_set.level}
    asked = f"{len(run.questions)} questions, {question_set.level}"
    table = Table(title=f"{question_set.manifest.collection}: {asked}")
    for column in ("", *_SHOWN, "MRR@10 of all features, less this"):
        table.add_column(column, justify="left" if not column else "right")
    figures: dict[str, Any] = {}
    for name, report in found.items():
        figures[name] = {measure: asdict(value) for measure, value in report.measures.items()}
        less = ""
        if name != _ALL:
            differences = _differences(run, name, question_set.level)
            figures[name]["all features less this"] = differences
            less = "{value:+.3f} ({low:+.3f} to {high:+.3f})".format(**differences["MRR@10"])
        table.add_row(name, *(f"{report.measures[m].value:.3f}" for m in _SHOWN), less)
    Console(width=110).print(table)
    return figures


def _differences(run: Run, name: str, level: Level) -> dict[str, dict[str, float]]:
    [gain] = [found for found in compare_stages(run, _ALL, run, name) if found.level == level]
    return {measure: asdict(gain.differences[measure].estimate) for measure in _SHOWN}


def _named(values: Weights) -> dict[str, float]:
    return {name: float(value) for name, value in zip(FEATURES, values, strict=True)}


if __name__ == "__main__":
    main()
