"""The encoder of questions, opened once for all services over a collection.

Not for tests that change or damage it: what was opened stays open.
"""

import functools
from pathlib import Path

from pinakes.index.encoders.onnx_model import OnnxEncoder, open_question_encoder

__all__ = ["open_shared_encoder"]


@functools.cache
def open_shared_encoder(directory: Path) -> OnnxEncoder:
    """For ``Index.open``: a text that comes again is not computed again."""
    encoder = open_question_encoder(directory)
    encoder._vector = functools.cache(encoder._vector)  # type: ignore[method-assign]
    return encoder
