"""Support: which sentences of a model their sources support, by the features of the check.

Measures: with weights fitted on sentences of the bundled model labelled by hand, cross-fitted in
twenty parts, how many are kept at each threshold, and how many of those are wrong; all of them
sentences whose names and numbers are there, and that deny nothing the source says.
``--write`` keeps the weights.
Corpus: bench/quality/labels/support.jsonl: question ids of the development set and of SQuAD 2.0
(their dev splits), the number of the sentence in the answer, the label, and the features when
labelled.
Command: python -m bench.quality.support [--write]
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.quality.fitting import logistic_fit, probabilities
from bench.quality.reading_weights import write_reading_weights
from bench.record import record
from pinakes.service.reading.linear_entailment import FEATURES

_LABELS = Path("bench/quality/labels/support.jsonl")
_WEIGHTS = Path("service/reading/linear_entailment.json")
_L2 = 0.005
_PARTS = 20
_THRESHOLDS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
_USED = {"supported": 0.75, "partly": 0.25, "order": 0.8}


def main() -> None:
    """Fit, cross-fit, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the fitted weights")
    options = parser.parse_args()
    rows = [json.loads(line) for line in _LABELS.read_text(encoding="utf-8").splitlines()]
    features = np.array([[row["features"][name] for name in FEATURES] for row in rows])
    supported = np.array([row["verdict"] == "supported" for row in rows])
    wrong = np.array([row["verdict"] == "unsupported" for row in rows])
    fitted: dict[str, object] = {}
    figures: dict[str, object] = {"sentences": len(rows), "supported": int(supported.sum())}
    table = Table("", "threshold", "kept", "supported", "wrong", title=f"{len(rows)} sentences")
    for kind, with_vectors in (("with vectors", True), ("without vectors", False)):
        known = features.copy()
        if not with_vectors:
            known[:, FEATURES.index("cosine")] = 0
        shares = _cross_fitted(known, supported)
        in_order = known[:, FEATURES.index("order")] >= _USED["order"]
        points = []
        for threshold in _THRESHOLDS:
            kept = (shares >= threshold) & in_order
            point = {
                "threshold": threshold,
                "kept": int(kept.sum()),
                "supported": int((kept & supported).sum()),
                "wrong": int((kept & wrong).sum()),
            }
            points.append(point)
            table.add_row(kind, *(str(value) for value in point.values()))
        figures[kind] = points
        weights = logistic_fit(known, supported, _L2)
        fitted[kind] = {
            name: round(float(weight), 3) for name, weight in zip(FEATURES, weights, strict=True)
        }
    Console().print(table)
    if options.write:
        command = "python -m bench.quality.support --write"
        write_reading_weights(
            _WEIGHTS, FEATURES, fitted, str(_LABELS), command, _USED, on_scores=False
        )
    record("support", f"{len(rows)} sentences of the bundled model, labelled by hand", figures)


def _cross_fitted(
    features: NDArray[np.float64], supported: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Of each sentence the probability by weights that were fitted without it."""
    parts = np.random.default_rng(0).permutation(len(supported)) % _PARTS
    shares = np.zeros(len(supported))
    for part in range(_PARTS):
        weights = logistic_fit(features[parts != part], supported[parts != part], _L2)
        shares[parts == part] = probabilities(features[parts == part], weights)
    return shares


if __name__ == "__main__":
    main()
