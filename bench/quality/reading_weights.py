"""The weights that reading goes by, as the benchmarks that fit them write them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.retrieval.linear import ranking_weights

__all__ = ["write_reading_weights"]

_ENCODER = "all-MiniLM-L6-v2"


def write_reading_weights(
    path: Path,
    features: Sequence[str],
    fitted: Mapping[str, Mapping[str, float]],
    corpus: str,
    command: str,
    thresholds: Mapping[str, Any] | None = None,
    *,
    on_scores: bool = True,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write weights with vectors and without, and what they were fitted on.

    ``thresholds``: None keeps those that the file states. ``on_scores``: whether features are
    scores of the ranking as it is now. ``more``: what only this file states.
    """
    if thresholds is None and path.exists():
        thresholds = json.loads(path.read_text(encoding="utf-8")).get("thresholds")
    encoder = find_encoder(_ENCODER).record
    stated = {
        "features": list(features),
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        **({"ranking": ranking_weights().digest} if on_scores else {}),
        "corpus": corpus,
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        **({"thresholds": thresholds} if thresholds else {}),
        **(more or {}),
        "weights": fitted,
    }
    path.write_text(json.dumps(stated, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
