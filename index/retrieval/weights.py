"""How much each kind of evidence weighs: fitted numbers, read from weights.json.

bench.ranking fits them on one half of the development questions.
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pinakes.index.retrieval.features import EVIDENCE

__all__ = ["weights"]


@cache
def weights(*, with_vectors: bool) -> NDArray[np.float64]:
    """The weights, of shape (len(EVIDENCE),): of all evidence, or where there are no vectors."""
    fitted = json.loads(
        files("pinakes.index.retrieval").joinpath("weights.json").read_text(encoding="utf-8")
    )
    chosen = fitted["with vectors" if with_vectors else "without vectors"]
    return np.array([chosen.get(name, 0.0) for name in EVIDENCE])
