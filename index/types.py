"""The vocabulary of the index: what a search gives back, and what a generation says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ingest.types import PageCounts, Passage, Section

__all__ = [
    "FORMAT_VERSION",
    "DumpRecord",
    "Encoder",
    "EncoderRecord",
    "FileRecord",
    "Hit",
    "Manifest",
    "Mode",
    "ScoredId",
    "StoredPage",
    "Suggestion",
    "VectorIndexRecord",
    "Vectors",
]

FORMAT_VERSION = 3
Mode = Literal["hybrid", "keyword", "vector"]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredId:
    """A passage found by one search, with that search's own score."""

    passage_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, its fused score, and its rank (from 1) in each list that held it."""

    passage: Passage
    revision_id: int
    score: float
    ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoredPage:
    """An article as the store keeps it; sections are slices of ``text``."""

    page_id: int
    title: str
    revision_id: int
    timestamp: str
    is_disambiguation: bool
    links_in: int
    text: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that completes what was typed; ``matched`` is the redirect that did, if one did."""

    page_id: int
    title: str
    matched: str | None


class Encoder(Protocol):
    """Texts to unit vectors; passages and questions may be worded differently for the model."""

    @property
    def record(self) -> "EncoderRecord":
        """Which model this is, down to its weights."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """One unit vector of shape (dimension,)."""
        ...


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Record):
    """Size in bytes and SHA-256 of one file of a generation."""

    size: int
    sha256: str


class EncoderRecord(_Record):
    """The model that made the vectors; ``sha256`` is that of its weights."""

    name: str
    sha256: str
    dimension: int


class VectorIndexRecord(_Record):
    """How vectors are searched: all of them, or ``probes`` of so many inverted ``lists``.

    ``recall_at_10``: share of the true ten nearest that such a search finds, over a sample of
    questions; of exact search it is not measured.
    """

    kind: Literal["exact", "inverted lists"]
    lists: int | None = None
    probes: int | None = None
    recall_at_10: float | None = None


class DumpRecord(_Record):
    """The dump a generation was built from; the fingerprint covers names, sizes and samples.

    ``verified``: every file had the checksum that was published beside it.
    """

    name: str
    date: str | None
    language: str
    base_url: str
    files: list[str]
    fingerprint: str
    verified: bool = False


class Manifest(_Record):
    """What a generation says of itself; written last, so its presence makes the generation whole.

    ``pages`` says what became of every page read, and quarantine.jsonl which were not kept and
    why; ``vectors`` counts passages that have one.
    """

    format_version: int
    collection: str
    generation: str
    created: str
    dump: DumpRecord
    pages: PageCounts
    passages: int
    vectors: int
    vector_index: VectorIndexRecord | None = None
    encoder: EncoderRecord | None
    versions: dict[str, str]
    files: dict[str, FileRecord]

    @property
    def coverage(self) -> float:
        """Share of the passages that have a vector, 0 to 1."""
        return self.vectors / self.passages if self.passages else 0.0
