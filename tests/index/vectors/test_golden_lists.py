"""Inverted lists as faiss 1.15.1 wrote them, read by the faiss that is installed.

``map_lists`` fills in the table of faiss' OnDiskInvertedLists itself, and codes lie in FastScan's
blocks: neither is a format that faiss promises. These files hold what collections on people's disks
hold. Where a later faiss reads or writes them otherwise, FORMAT_VERSION must go up, not this test
be made anew. Written by ``python -m tests.index.vectors.test_golden_lists``.
"""

import io
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinakes.index.types import Vectors
from pinakes.index.vectors.codes import (
    CoarseQuantizer,
    HalfVectors,
    map_lists,
    write_half_vectors,
    write_lists,
)

Ids = NDArray[np.int64]

GOLDEN = Path(__file__).parent / "golden"
QUANTIZER, LISTS, HALF, FOUND = (
    GOLDEN / name for name in ("quantizer.faiss", "lists", "vectors.half.faiss", "found.json")
)
DIMENSION, COUNT, LIST_COUNT = 48, 150, 4


def vectors(count: int, seed: int) -> Vectors:
    found = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def as_they_are(numbers: Ids) -> tuple[NDArray[np.bool_], Ids]:
    return np.ones(len(numbers), np.bool_), numbers


def found_by_each_question() -> list[dict[str, list[int]]]:
    """Ids by codes and by half-precision vectors, for vectors that stand in the files."""
    quantizer = CoarseQuantizer(QUANTIZER)
    lists, half = map_lists(LISTS, quantizer), HalfVectors(HALF)
    found = []
    for question in half.vectors(np.arange(0, COUNT, 10)):
        _, by_codes = lists.search(question, quantizer.nearest(question, LIST_COUNT), 5)
        _, by_vectors = half.search(question, 5)
        found.append({"codes": by_codes.tolist(), "vectors": by_vectors.tolist()})
    return found


def test_they_are_found_in_as_before() -> None:
    assert found_by_each_question() == json.loads(FOUND.read_text())


def test_they_are_written_as_before() -> None:
    quantizer = CoarseQuantizer(QUANTIZER)
    written = io.BytesIO()
    write_lists(written, [(map_lists(LISTS, quantizer), as_they_are)])
    assert written.getvalue() == LISTS.read_bytes()


def test_vectors_are_coded_as_before() -> None:
    quantizer, half = CoarseQuantizer(QUANTIZER), HalfVectors(HALF)
    numbers = np.arange(COUNT)
    coded, kept = quantizer.encode([(numbers, half.vectors(numbers))]), map_lists(LISTS, quantizer)
    for number in range(LIST_COUNT):
        (ids, codes), (kept_ids, kept_codes) = coded.entries(number), kept.entries(number)
        assert ids.tolist() == kept_ids.tolist()
        # The bit of each dimension; the two factors behind them are sums of floats, whose last bits
        # differ from processor to processor.
        assert np.array_equal(codes[:, : DIMENSION // 8], kept_codes[:, : DIMENSION // 8])


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    # As half-precision vectors hold them, so that those can be coded again.
    given = vectors(COUNT, seed=1).astype(np.float16).astype(np.float32)
    quantizer = CoarseQuantizer.train(QUANTIZER, given, LIST_COUNT, seed=2)
    write_half_vectors(HALF, DIMENSION, [given])
    with LISTS.open("wb") as file:
        write_lists(file, [(quantizer.encode([(np.arange(COUNT), given)]), as_they_are)])
    FOUND.write_text(json.dumps(found_by_each_question()) + "\n")


if __name__ == "__main__":
    main()
