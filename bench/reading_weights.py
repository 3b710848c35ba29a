"""Files of the weights that reading goes by, written by the benchmarks that fit them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pinakes.index.encoders.encoder import find_encoder

__all__ = ["write_reading_weights"]

_ENCODER = "all-MiniLM-L6-v2"


def write_reading_weights(
    path: Path,
    features: Sequence[str],
    fitted: Mapping[str, Mapping[str, float]],
    corpus: str,
    command: str,
    thresholds: Mapping[str, Any] | None = None,
) -> None:
    """Write weights with vectors and without, and what they were fitted for."""
    encoder = find_encoder(_ENCODER).record
    stated = {
        "fitted": {
            "encoder": encoder.name,
            "encoder_sha256": encoder.sha256,
            "corpus": corpus,
            "command": command,
            "date": datetime.now(UTC).date().isoformat(),
        },
        "features": list(features),
        **fitted,
        **({"thresholds": thresholds} if thresholds else {}),
    }
    path.write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
