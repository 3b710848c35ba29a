"""Fitted weights, as a file states them: of which features, with which encoder, from which data.

docs/weights.md lists all of them. Knows nothing of what a model does with its weights.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinakes.index.types import EncoderRecord
from pinakes.service.errors import BadWeights

__all__ = ["Fitted", "Weights", "read_weights"]


class Fitted(BaseModel):
    """How weights came about; ``encoder_sha256``: of the encoder whose cosines they weigh."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    encoder_sha256: str
    corpus: str
    command: str
    date: str


class Weights(BaseModel):
    """Two sets of weights by feature, with vectors and without; a feature left out weighs 0.

    ``thresholds``: what the model decides by, chosen on the same data. ``digest``: of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fitted: Fitted
    features: tuple[str, ...]
    with_vectors: dict[str, float] = Field(alias="with vectors")
    without_vectors: dict[str, float] = Field(alias="without vectors")
    thresholds: dict[str, Any] = {}
    digest: str = Field("", exclude=True)

    def of(self, encoder: EncoderRecord | None) -> Mapping[str, float]:
        """Those for collections of this encoder; of another one they were not fitted for, none."""
        return self.with_vectors if self.fits(encoder) else self.without_vectors

    def fits(self, encoder: EncoderRecord | None) -> bool:
        """Whether the cosines of ``encoder`` are those that were weighed."""
        return encoder is not None and encoder.sha256 == self.fitted.encoder_sha256


def read_weights(file: Traversable, features: Sequence[str]) -> Weights:
    """The weights in ``file``, of exactly these features. Raises BadWeights naming it."""
    try:
        content = file.read_bytes()
        weights = Weights.model_validate(json.loads(content))
    except (OSError, ValueError) as error:
        problem = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise BadWeights(f"{file}: no weights ({problem}); install Pinakes anew") from None
    weighed = weights.with_vectors.keys() | weights.without_vectors.keys()
    if other := sorted(set(weights.features) ^ set(features) | weighed - set(features)):
        raise BadWeights(
            f"{file}: fitted for other features ({', '.join(other[:3])} …); fit it again with "
            f"{weights.fitted.command}"
        )
    return weights.model_copy(update={"digest": hashlib.sha256(content).hexdigest()})
