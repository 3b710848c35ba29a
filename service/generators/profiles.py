"""How well models answer, as it was measured here: one file of all of them in the data directory.

``pinakes eval answers --profile`` measures; knows nothing of how.
"""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinakes.ingest.files import read_json, write_whole
from pinakes.service.generators.generator import ModelInfo

__all__ = ["ModelProfile", "keep_profile", "profile_of"]

_FILE = "models.json"
# What a source refutes is withheld of a model whose own words are right less often than this; of
# one that is right less often than the other, all that no source supports.
_TRUSTED = 0.6
_SHOWN = 0.4


class ModelProfile(BaseModel):
    """Of ``answered`` questions whose answers are known, how many a model answered right.

    In its own words, none of them withheld. ``parameters``: of the model that was measured, where
    its server said so; one of the same name with others is another.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    parameters: int | None = None
    collection: str
    answered: int = Field(ge=1)
    right: int = Field(ge=0)

    @property
    def small(self) -> bool:
        """Whether it is asked strictly, as a small model is, unless something else is said."""
        return self.right / self.answered < _TRUSTED

    @property
    def tiny(self) -> bool:
        """Whether strictly all is withheld that no source supports."""
        return self.right / self.answered < _SHOWN


def profile_of(info: ModelInfo, data: Path) -> ModelProfile | None:
    """What was measured of this model; None where nothing was, or the file cannot be read."""
    try:
        kept = read_json(data / _FILE)
        profile = ModelProfile.model_validate(kept[info.name])
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None
    return profile if profile.parameters == info.parameters else None


def keep_profile(name: str, profile: ModelProfile, data: Path) -> Path:
    """Write what was measured of a model, beside what is known of others; the file's path."""
    path = data / _FILE
    try:
        kept = read_json(path)
    except (OSError, ValueError):
        kept = {}
    profiles = (kept if isinstance(kept, dict) else {}) | {name: profile.model_dump()}
    with write_whole(path) as file:
        file.write(json.dumps(profiles, indent=1, sort_keys=True).encode() + b"\n")
    return path
