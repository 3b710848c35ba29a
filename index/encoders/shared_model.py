"""An exported encoder in a directory that machines share: what encodes passages on each of them.

A process opens it once, by its digest, and only where it computes what the machine that exported it
does: 8-bit products are rounded differently by processors of another kind.
"""

import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import xxhash

from pinakes.index.checksums import file_checksum
from pinakes.index.encoders.export import PROBES
from pinakes.index.encoders.onnx_model import OnnxEncoder
from pinakes.index.errors import EncoderMismatch
from pinakes.index.types import Vectors

__all__ = ["SharedEncoder", "write_shared_encoder"]

_EXPECTED = "expected.npy"  # vectors of PROBES, by the machine that exported the model
_LEAST_COSINE = 0.9999


@dataclass(frozen=True, slots=True)
class SharedEncoder:
    """The encoder whose files lie in ``directory`` and have this digest."""

    directory: Path
    digest: str

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension), by one thread.

        Raises EncoderMismatch where the files are not those that were written, and where this
        machine computes other vectors with them.
        """
        encoder = _opened(self)
        if not texts:
            return np.empty((0, encoder.record.dimension), np.float32)
        return np.stack([encoder.encode_passage(text) for text in texts])


def write_shared_encoder(exported: Path, shared: Path) -> SharedEncoder:
    """Copy an exported encoder to ``shared``, into a directory named by its digest."""
    digest = _digest(exported)
    directory = shared / f"encoder-{digest}"
    if not (directory.exists() and _digest(directory) == digest):
        partial = shared / f"{directory.name}.partial"
        for leftover in (partial, directory):
            shutil.rmtree(leftover, ignore_errors=True)
        shutil.copytree(exported, partial)
        np.save(partial / _EXPECTED, _vectors(OnnxEncoder(partial)))
        partial.rename(directory)
    return SharedEncoder(directory, digest)


@cache
def _opened(shared: SharedEncoder) -> OnnxEncoder:
    here = socket.gethostname()
    if _digest(shared.directory) != shared.digest:
        raise EncoderMismatch(
            f"{here} sees another encoder in {shared.directory} than was written there: do all "
            "machines share that directory?"
        )
    encoder = OnnxEncoder(shared.directory)
    expected = np.load(shared.directory / _EXPECTED)
    least = float(np.einsum("ij,ij->i", expected, _vectors(encoder)).min())
    if not least >= _LEAST_COSINE:  # also for what is not a number
        raise EncoderMismatch(
            f"{here} computes other vectors with {encoder.record.name} than were computed where it "
            f"was exported (cosine {least:.4f}, {_LEAST_COSINE} is needed), as by another kind of "
            "processor: take it out of the cluster"
        )
    return encoder


def _vectors(encoder: OnnxEncoder) -> Vectors:
    return np.stack([encoder.encode_passage(text) for text in PROBES])


def _digest(directory: Path) -> str:
    """Of all files of an exported encoder."""
    digest = xxhash.xxh3_128()
    for path in sorted(directory.iterdir()):
        if path.name != _EXPECTED:
            digest.update(f"{path.name} {file_checksum(path)}\n".encode())
    return digest.hexdigest()
