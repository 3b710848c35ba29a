"""Texts to unit vectors with a model exported to ONNX: what asks questions when serving.

The only file that imports onnxruntime and tokenizers: other models open theirs by ``open_graph``
and ``open_tokenizer``. Needs no PyTorch, knows nothing of how the model was exported, and reads one
directory:

- ``encoder.json``: which model it is, and what stands before a question
- ``model.onnx``, ``model.onnx.data``: from token ids, shape (1, tokens), to a vector (1, dimension)
- ``tokenizer.json``: from a text to at most as many token ids as the model takes
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from pinakes.index.encoders.side_by_side import side_by_side
from pinakes.index.errors import CollectionError
from pinakes.index.health import Health, damaged, unreadable
from pinakes.index.types import EncoderRecord, Vectors
from pinakes.ingest.files import write_whole

__all__ = [
    "OnnxEncoder",
    "open_graph",
    "open_question_encoder",
    "open_tokenizer",
    "parse_tokenizer",
    "quantized",
    "write_onnx_encoder",
]

_RECORD, _TOKENIZER = "encoder.json", "tokenizer.json"
_GRAPH, _WEIGHTS = "model.onnx", "model.onnx.data"


class OnnxEncoder:
    """An open model. Safe from several threads at once; each text is computed by one thread.

    No padding: a vector does not depend on what else is asked.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.record = EncoderRecord.model_validate_json((directory / _RECORD).read_bytes())
        self._tokenizer = open_tokenizer(directory / _TOKENIZER)
        self._session = open_graph(directory / _GRAPH)
        found = self._vector("").shape  # graphs need not say it
        if found != (self.record.dimension,):
            raise ValueError(f"vectors of shape {found} instead of ({self.record.dimension},)")

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, of shape (dimension,); a text too long is cut."""
        return self._vector(self.record.query_prefix + text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages or sentences, of shape (len(texts), dimension)."""
        vectors = side_by_side(self.encode_passage, texts)
        return np.stack(vectors) if vectors else np.empty((0, self.record.dimension), np.float32)

    def encode_passage(self, text: str) -> Vectors:
        """The unit vector of a passage, of shape (dimension,); a text too long is cut."""
        return self._vector(self.record.passage_prefix + text)

    def count_tokens(self, text: str) -> tuple[int, bool]:
        """How many tokens of a text are read, and whether there were more: prefixes are its own."""
        encoding = self._tokenizer.encode(text)
        return len(encoding.ids), bool(encoding.overflowing)

    def _vector(self, text: str) -> Vectors:
        token_ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        try:
            [vectors] = self._session.run(None, {"input_ids": token_ids})
        except Exception as error:  # the library's own kinds have no common base
            raise unreadable(self._directory / _GRAPH, error) from None
        vector = np.asarray(vectors[0], dtype=np.float32)
        if not np.isfinite(vector).all():
            raise damaged(self._directory / _WEIGHTS, "gives vectors that are no numbers")
        return vector


def open_question_encoder(directory: Path) -> OnnxEncoder:
    """The encoder inside a generation. Raises DamagedGeneration when it is not whole."""
    for name in (_RECORD, _TOKENIZER, _GRAPH):
        if not (directory / name).is_file():
            raise damaged(directory / name, "is missing")
    try:
        with Health().reading(directory):
            return OnnxEncoder(directory)
    except CollectionError:
        raise
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{_RECORD}: {first['msg']}"
    except Exception as error:  # both libraries raise kinds of their own, without a common base
        problem = " ".join(str(error).split())[:200]
    raise damaged(directory, f"is not a readable encoder ({problem})")


def open_graph(path: Path) -> Any:
    """An InferenceSession over a graph: one thread for each call, on the CPU."""
    # Late, as everywhere here: a search by keywords alone does not pay for it.
    import onnxruntime

    return onnxruntime.InferenceSession(
        str(path), _session_options(), providers=["CPUExecutionProvider"]
    )


def open_tokenizer(path: Path) -> Any:
    """The Tokenizer of a ``tokenizer.json``, as the file says it."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def parse_tokenizer(content: str) -> Any:
    """The Tokenizer of what such a file holds."""
    from tokenizers import Tokenizer

    return Tokenizer.from_str(content)


def write_onnx_encoder(
    directory: Path, exported: Path, tokenizer: str, record: EncoderRecord
) -> OnnxEncoder:
    """Write the directory of an exported graph and its tokenizer's JSON, and open it.

    The graph is stored as onnxruntime has optimized it, its weights beside it: opening takes half
    the time, and the pages of the embedding table are mapped instead of copied into memory.
    """
    import onnxruntime

    directory.mkdir(parents=True, exist_ok=True)
    options = _session_options()
    # The last level of optimization would fit this very processor; this one is good for all.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(directory / _GRAPH)
    for key, value in (("file_name", _WEIGHTS), ("min_size_in_bytes", "1024")):
        options.add_session_config_entry(
            f"session.optimized_model_external_initializers_{key}", value
        )
    onnxruntime.InferenceSession(str(exported), options, providers=["CPUExecutionProvider"])
    for name, content in ((_TOKENIZER, tokenizer), (_RECORD, record.model_dump_json(indent=2))):
        with write_whole(directory / name) as file:
            file.write(content.encode())
    return OnnxEncoder(directory)


def quantized(exported: Path) -> Path:
    """An exported graph once more, beside itself, with its matrix products in 8-bit integers.

    Weights are rounded by output channel, activations text by text as they come. Embedding tables
    stay as they are: looking them up costs nothing.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    model = onnx.load(exported)
    add_pre_process_metadata(model)  # without it quantize_dynamic logs advice that does not apply
    path = exported.with_stem(f"{exported.stem}-int8")
    with _random_names():
        quantize_dynamic(
            model,
            path,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
    return path


@contextmanager
def _random_names() -> Iterator[None]:
    """Keep onnx from naming its temporary files by uuid1.

    That takes the address of the network card, and a clock that libuuid keeps in a file of the
    whole system.
    """
    by_card, uuid.uuid1 = uuid.uuid1, lambda *_: uuid.uuid4()
    try:
        yield
    finally:
        uuid.uuid1 = by_card


def _session_options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # A session's own threads spin while they wait for each other: many times slower beside others.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
