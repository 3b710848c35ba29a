"""The weights that search reads, written by the benchmarks that fit them."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pinakes.index.retrieval.features import FEATURES

__all__ = ["write_weights"]


def write_weights(fitted: Mapping[str, Mapping[str, float]]) -> None:
    """Change these weights, with vectors and without; the others stay, and zeros are left out."""
    path = Path(str(files("pinakes.index.retrieval") / "weights.json"))
    kept = json.loads(path.read_text(encoding="utf-8"))
    changed = {
        side: {
            name: value
            for name in FEATURES
            if (value := (kept[side] | fitted[side]).get(name, 0.0))
        }
        for side in kept
    }
    path.write_text(json.dumps(changed, indent=2) + "\n", encoding="utf-8")
