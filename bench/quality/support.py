"""Support: which right sentences their sources support, and which wrong ones.

Measures: of claim twins, a right sentence and a wrong one for the same question, how many of each
are called supported, and how many contradicted, with the passages that tell among six that are
found; and how many right ones are taken for answers to what was asked. ``--write`` fits the weights
of the linear model on the dev half and on other pairs, by the windows that these weights choose,
and keeps them.
Corpus: bench/quality/questions/claim_twins.jsonl and claim_pairs.jsonl over the collection of
30,729 articles under --data.
Command: python -m bench.quality.support [--data DIR] [--write]
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.corpora.dumps import LARGE_TEXT_DUMP
from bench.quality.claim_twins import passage_of, read_twins
from bench.quality.development import arguments, development_collection
from bench.quality.fitting import FREE, Bound, bounded_logistic_fit
from bench.quality.reading_weights import write_reading_weights
from bench.record import record
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.citations import make_citation
from pinakes.service.asking.retrieve import MOST_HITS, find
from pinakes.service.reading.answering import answers
from pinakes.service.reading.linear_entailment import (
    LinearEntailment,
    LinearPremises,
)
from pinakes.service.reading.models import reading_models
from pinakes.service.reading.premises import FEATURES
from pinakes.service.reading.question import Question
from pinakes.service.settings import load_settings
from pinakes.service.types import Citation

_PAIRS = Path(__file__).parent / "questions" / "claim_pairs.jsonl"
_WEIGHTS = Path("service/reading/linear_entailment.json")
_L2 = 0.003
# Wrong sentences called supported are worse than right ones that are not.
_WRONG = 2.0
_ROUNDS = 4
# What a feature can only speak for, or against.
_FOR: Bound = (0, None)
_AGAINST: Bound = (None, 0)
_BOUNDS: dict[str, Bound] = {
    "constant": FREE, "new words": _FOR, "in one clause": _FOR, "rival": _AGAINST,
    "substitute": _AGAINST, "two sentences": _AGAINST, "agreement": _FOR,
}  # fmt: skip
_USED = {"supported": 0.6, "partly": 0.45}


@dataclass(frozen=True, slots=True)
class Pair:
    """A right and a wrong sentence for a question, and its sources."""

    split: str
    question: Question
    sources: tuple[Citation, ...]
    true: str
    false: str


def main() -> None:
    """Fit if asked to, check, print, record."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    options = parser.parse_args()
    collection = development_collection(options.data, "leads", LARGE_TEXT_DUMP)
    with Index.open(collection) as index:
        pairs = [*_twins(index), *_own_pairs(index)]
        model = _model()
        if options.write:
            _write(model, [pair for pair in pairs if pair.split != "test"])
            model = _model()
        figures = {
            split: _counted(model, [pair for pair in pairs if pair.split == split])
            for split in ("dev", "test")
        }
    table = Table("", *figures)
    for name in figures["test"]:
        table.add_row(name, *(str(found[name]) for found in figures.values()))
    Console().print(table)
    record("support", "claim twins", figures)


def _model() -> LinearEntailment:
    """As the service has it, with the reader that comes with Pinakes."""
    model = reading_models(load_settings().models).entailment
    assert isinstance(model, LinearEntailment)
    return model


def _twins(index: Index) -> Iterator[Pair]:
    models = reading_models()
    for twin in read_twins():
        found = find(index, models, twin.question, "hybrid")
        told = [passage_of(index, source) for source in twin.sources]
        others = [
            hit
            for hit in found.hits
            if not any(
                hit.passage.page_id == passage.page_id
                and hit.passage.start < passage.end
                and passage.start < hit.passage.end
                for passage in told
            )
        ]
        telling = [replace(found.hits[0], passage=passage, highlights=()) for passage in told]
        hits = [*telling, *others][: max(MOST_HITS, len(told))]
        sources = tuple(
            make_citation(number, hit, index.manifest) for number, hit in enumerate(hits, start=1)
        )
        yield Pair(twin.split, found.question, sources, twin.true, twin.false)


def _own_pairs(index: Index) -> Iterator[Pair]:
    models = reading_models()
    for line in _PAIRS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = find(index, models, row["question"], "hybrid")
        sources = tuple(
            make_citation(number, hit, index.manifest)
            for number, hit in enumerate(found.hits, start=1)
        )
        yield Pair("own", found.question, sources, row["true"], row["false"])


def _counted(model: LinearEntailment, pairs: Sequence[Pair]) -> dict[str, int]:
    counts: Counter[str] = Counter({"pairs": len(pairs)})
    for pair in pairs:
        premises = model.premises(pair.question, pair.sources)
        for name, sentence in (("true", pair.true), ("false", pair.false)):
            found = premises.check(sentence, ())
            counts[f"{name}: {found.verdict}"] += 1
            if name == "true":
                title = "" if found.source is None else pair.sources[found.source.number - 1].title
                is_answer = found.agrees or answers(pair.question, sentence, title)
                counts["true: answers"] += is_answer
                counts["true: supported and answers"] += is_answer and found.verdict == "supported"
    return {name: counts[name] for name in _COUNTED}


_COUNTED = (
    "pairs",
    *(
        f"{side}: {verdict}"
        for side in ("true", "false")
        for verdict in ("supported", "partly", "unsupported", "contradicted", "none")
    ),
    "true: answers",
    "true: supported and answers",
)


def _write(model: LinearEntailment, pairs: Sequence[Pair]) -> None:
    """Fit on the windows that the weights before choose, several times over."""
    claims = []
    for pair in pairs:
        premises = LinearPremises(model, pair.question, pair.sources)
        for sentence, is_true in ((pair.true, True), (pair.false, False)):
            features = [
                premise.features
                for premise in premises.premises_of(premises.parsed(sentence))
                if premise.holds
            ]
            if features:
                claims.append((np.array(features), is_true))
    weights = np.array([1.0] * len(FEATURES))
    bounds = [_BOUNDS[name] for name in FEATURES]
    wanted = np.array([is_true for _, is_true in claims])
    importance = np.where(wanted, 1.0, _WRONG)
    for _ in range(_ROUNDS):
        chosen = np.array([_best(features, weights) for features, _ in claims])
        weights = bounded_logistic_fit(chosen, wanted, importance, bounds, _L2)
    fitted = {name: round(float(one), 3) for name, one in zip(FEATURES, weights, strict=True)}
    write_reading_weights(
        _WEIGHTS,
        FEATURES,
        {"without vectors": fitted},
        "claim pairs and the dev half of claim twins (bench/quality/questions)",
        "python -m bench.quality.support --write",
        _USED,
        on_scores=False,
    )


def _best(features: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(features[int((features @ weights).argmax())], dtype=np.float64)


if __name__ == "__main__":
    main()
