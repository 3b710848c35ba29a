"""The weights of the ranking, as the benchmarks that fit them read and write them.

Unlike search, they take a file that was fitted on other features: it is what they change.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from pinakes.index.retrieval.features import FEATURES
from pinakes.index.retrieval.linear import CosineScale, RankingWeights
from pinakes.index.weights import Side

__all__ = ["kept_weights", "write_weights"]

_PATH = Path(str(files("pinakes.index.retrieval") / "weights.json"))


def kept_weights(side: Side) -> Mapping[str, float]:
    """The weights as they are, by feature."""
    return _kept().weights[side]


def write_weights(
    fitted: Mapping[Side, Mapping[str, float]], cosines: CosineScale | None = None
) -> None:
    """Change these weights; the others stay, and zeros are left out.

    What was fitted on the scores of the weights before is refused from now on: fit it again.
    """
    kept = _kept()
    weights = {
        side: {
            name: value
            for name in FEATURES
            if (value := {**old, **fitted.get(side, {})}.get(name, 0.0))
        }
        for side, old in kept.weights.items()
    }
    date = datetime.now(UTC).date().isoformat()
    changed = kept.model_copy(
        update={
            "features": FEATURES,
            "cosines": cosines or kept.cosines,
            "date": date,
            "weights": weights,
        }
    )
    text = json.dumps(changed.model_dump(exclude_none=True), indent=2)
    _PATH.write_text(text + "\n", encoding="utf-8")


def _kept() -> RankingWeights:
    return RankingWeights.model_validate_json(_PATH.read_text(encoding="utf-8"))
