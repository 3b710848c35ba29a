"""Files of fitted weights: what each was fitted on, and whether it may be used here.

A file says which features it weighs, whose cosines and scores these read, and how to fit it again.
Knows nothing of what the weights are for.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pinakes.index.errors import UnfitWeights
from pinakes.index.types import EncoderRecord

__all__ = ["FittedEncoder", "FittedWeights", "Side", "read_weights"]

# Only the ranking tells collections apart of which all passages, or the leads alone, have vectors.
Side = Literal["with vectors", "with vectors of leads", "without vectors"]


class FittedEncoder(BaseModel):
    """The encoder whose cosines were fitted on; ``sha256`` is that of its weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str


class FittedWeights(BaseModel):
    """Weights by feature, with vectors and without; a feature that is not there weighs nothing.

    ``encoder``: whose cosines the features with vectors read. ``ranking``: the digest of the
    ranking whose scores they read, None where they read none. ``command`` fits them again, on
    ``corpus``, as was done on ``date``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[str, ...]
    encoder: FittedEncoder
    ranking: str | None = None
    corpus: str
    command: str
    date: str
    weights: Mapping[Side, Mapping[str, float]]

    @property
    def digest(self) -> str:
        """What models that read these weights' scores know them by."""
        content = json.dumps([self.features, self.weights], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def side(self, encoder: EncoderRecord | None) -> Side:
        """Which weights fit vectors of this encoder: of another one's, those without vectors.

        Cosines of two encoders lie on different scales.
        """
        fits = encoder is not None and encoder.sha256 == self.encoder.sha256
        return "with vectors" if fits else "without vectors"

    def of(self, encoder: EncoderRecord | None) -> Mapping[str, float]:
        """The weights that fit vectors of this encoder, or no vectors at all."""
        return self.weights[self.side(encoder)]


Fitted = TypeVar("Fitted", bound=FittedWeights)


def read_weights(
    package: str, name: str, kind: type[Fitted], features: Sequence[str], ranking: str | None = None
) -> Fitted:
    """The weights in a package's file, fitted on these features and, if on scores, this ranking's.

    Raises UnfitWeights that names the file, what it was fitted on instead, and the command.
    """
    file = files(package) / name
    try:
        found = kind.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UnfitWeights(f"{file}: {place}: {first['msg']}") from None
    weighed = {name for side in found.weights.values() for name in side}
    if found.features != tuple(features) or not weighed <= set(features):
        changed = sorted({*found.features, *weighed} ^ set(features)) or ["their order"]
        raise UnfitWeights(
            f"{file}: was fitted on other features ({', '.join(changed[:5])}); fit it again with "
            f"{found.command}"
        )
    if found.ranking not in (None, ranking):
        raise UnfitWeights(
            f"{file}: was fitted on the scores of another ranking ({found.ranking[:12]}…); fit it "
            f"again with {found.command}"
        )
    return found
