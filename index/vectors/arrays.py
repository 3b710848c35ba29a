"""Arrays in .npy files: written in parts, and mapped, so that they take no anonymous memory."""

import mmap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from pinakes.index.health import unreadable
from pinakes.ingest.files import write_whole

__all__ = ["map_array", "write_array"]


def write_array(path: Path, dtype: np.dtype[Any], count: int, parts: Iterable[Any]) -> None:
    """Write an .npy file of ``count`` items that come in parts.

    Not through a mapping: on a full disk that would kill the process.
    """
    with write_whole(path) as file:
        header = np.lib.format.header_data_from_array_1_0(np.empty(0, dtype))
        np.lib.format.write_array_header_1_0(file, header | {"shape": (count,)})
        for part in parts:
            file.write(np.ascontiguousarray(part, dtype).tobytes())


def map_array(
    path: Path, fits: Callable[[np.dtype[Any]], bool], *, read_at_random: bool = False
) -> Any:
    """The array of an .npy file, whose items are as ``fits`` says. Raises DamagedGeneration.

    ``read_at_random``: reading ahead would fill the memory with the neighbours of what is read.
    """
    try:
        array = np.load(path, mmap_mode="r")
        if not fits(array.dtype) or array.ndim != 1:
            raise ValueError(f"holds {array.dtype}")
        if read_at_random:
            array.base.madvise(mmap.MADV_RANDOM)
    except Exception as error:  # whatever NumPy's reading of the header trips over
        raise unreadable(path, error) from None
    return array.view(np.ndarray)
