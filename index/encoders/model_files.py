"""Cross-encoders that users have: a Hugging Face directory or an ONNX file on this machine.

A directory's model is loaded, exported and compared with its export; on a GPU it computes itself.
An ONNX file is taken as it is, with the ``config.json`` and ``tokenizer.json`` beside it or one
directory above. Nothing is ever fetched. The only file that loads such models with transformers.
"""

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pinakes.index.encoders.cross_encoder import CrossEncoder, Inputs, Outputs, Run
from pinakes.index.encoders.onnx_model import open_graph, open_tokenizer
from pinakes.index.errors import UnusableModel

__all__ = ["ModelTask", "open_cross_encoder"]

ModelTask = Literal["reranker", "reader", "entailment"]
_HEADS: Mapping[ModelTask, str] = {
    "reranker": "ForSequenceClassification",
    "reader": "ForQuestionAnswering",
    "entailment": "ForSequenceClassification",
}
_OUTPUTS: Mapping[ModelTask, tuple[str, ...]] = {
    "reranker": ("logits",),
    "reader": ("start_logits", "end_logits"),
    "entailment": ("logits",),
}
_MOST_TOKENS = 512
# In config.json: what a model of ours was trained with between a title and a text.
_JOINT = "pinakes_joint"
_OPSET = 17
_MOST_APART = 0.01
_PROBES = (
    ("who invented paper", "Paper was invented in China. Cai Lun improved it in 105 AD."),
    ("", "?"),
    ("Où se trouvait la bibliothèque ?", "À Alexandrie, en Égypte; cœur, naïve. " * 8),
    ("图书馆在哪里？", "图书馆在埃及的亚历山大。"),
    ("What is cut off must not matter at all.", "A passage that goes on and on. " * 120),
)


@dataclass(frozen=True, slots=True)
class _Files:
    """Where a model lies, and what it says of itself."""

    model: Path
    tokenizer: Path
    config: Mapping[str, Any]


def open_cross_encoder(path: Path, task: ModelTask) -> CrossEncoder:
    """The model in this directory or ONNX file. Raises UnusableModel, with the way out."""
    path = path.expanduser()
    files = _files(path, task)
    tokenizer = _tokenizer(path, task, files)
    labels = [str(label).lower() for _, label in _labels(files.config)]
    _check_labels(path, task, labels)
    if files.model.suffix == ".onnx":
        run, inputs = _graph(files.model, task)
    else:
        run, inputs = _loaded(path, files, tokenizer, task, labels)
    name = path.stem if path.suffix == ".onnx" else path.name
    joint = str(files.config.get(_JOINT, ". "))
    return CrossEncoder(name, run, tokenizer, inputs, labels, joint)


def _files(path: Path, task: ModelTask) -> _Files:
    if path.is_dir():
        directory = path
        found = [path / name for name in ("model.safetensors", "model.onnx", "onnx/model.onnx")]
        model = next((file for file in found if file.is_file()), None)
        if model is None:
            raise _unusable(path, task, "holds neither model.safetensors nor model.onnx")
    elif path.suffix == ".onnx" and path.is_file():
        model = path
        near = (path.parent, path.parent.parent)
        directory = next((d for d in near if (d / "tokenizer.json").is_file()), path.parent)
    else:
        raise _unusable(path, task, "is neither a directory nor a file *.onnx that is there")
    for name in ("config.json", "tokenizer.json"):
        if not (directory / name).is_file():
            raise _unusable(path, task, f"has no {name} beside it")
    try:
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, task, f"has a config.json that cannot be read ({error})") from None
    if not isinstance(config, dict):
        raise _unusable(path, task, "has a config.json that is no object")
    kinds = [str(kind) for kind in config.get("architectures") or ()]
    if kinds and not any(kind.endswith(_HEADS[task]) for kind in kinds):
        raise _unusable(path, task, f"is a {kinds[0]}, not a model {_HEADS[task]}")
    return _Files(model, directory / "tokenizer.json", config)


def _tokenizer(path: Path, task: ModelTask, files: _Files) -> Any:
    try:
        tokenizer = open_tokenizer(files.tokenizer)
    except Exception as error:  # the library raises no kind of its own
        raise _unusable(path, task, f"has no readable tokenizer ({_short(error)})") from None
    stated = files.config.get("max_position_embeddings")
    # Of RoBERTa's kind two positions are taken by what numbers them.
    offset = 2 if "roberta" in str(files.config.get("model_type", "")) else 0
    most = min(stated - offset, _MOST_TOKENS) if isinstance(stated, int) else _MOST_TOKENS
    tokenizer.no_padding()
    # Questions can be longer than all that a model takes.
    tokenizer.enable_truncation(most, strategy="longest_first")
    return tokenizer


def _labels(config: Mapping[str, Any]) -> Sequence[tuple[int, str]]:
    found = config.get("id2label") or {}
    return sorted((int(number), str(label)) for number, label in found.items())


def _check_labels(path: Path, task: ModelTask, labels: Sequence[str]) -> None:
    told = ", ".join(labels) or "none"
    if task == "entailment" and not any(label.startswith("entail") for label in labels):
        raise _unusable(path, task, f"has no label entailment in its config.json (but {told})")
    if task == "reranker" and len(labels) > 2:
        raise _unusable(path, task, f"gives {len(labels)} values for a pair, not one ({told})")


def _graph(file: Path, task: ModelTask) -> tuple[Run, Sequence[str]]:
    try:
        session = open_graph(file)
    except Exception as error:  # the library's own kinds have no common base
        raise _unusable(file, task, f"is no readable graph ({_short(error)})") from None
    names = [output.name for output in session.get_outputs()]
    if missing := [name for name in _OUTPUTS[task] if name not in names]:
        raise _unusable(file, task, f"gives no {missing[0]}, but {', '.join(names)}")

    def run(inputs: Inputs) -> Outputs:
        return dict(zip(names, session.run(None, dict(inputs)), strict=True))

    return run, [given.name for given in session.get_inputs()]


def _loaded(
    path: Path, files: _Files, tokenizer: Any, task: ModelTask, labels: Sequence[str]
) -> tuple[Run, Sequence[str]]:
    """By PyTorch on a GPU; else exported, and compared with the model itself."""
    try:
        import torch
        import transformers
    except ImportError:
        raise _unusable(
            path, task, "needs PyTorch (pip install 'pinakes[build]'); an ONNX file does not"
        ) from None
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    kinds = {
        "ForSequenceClassification": transformers.AutoModelForSequenceClassification,
        "ForQuestionAnswering": transformers.AutoModelForQuestionAnswering,
    }
    try:
        model = kinds[_HEADS[task]].from_pretrained(
            path, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )
    except MemoryError:
        raise
    except Exception as error:  # of transformers, safetensors or PyTorch, without a common base
        raise _unusable(path, task, f"cannot be loaded ({_short(error)})") from None
    inputs = ["input_ids", "attention_mask"]
    if files.config.get("type_vocab_size", 0) > 1:
        inputs.append("token_type_ids")
    itself = _by_torch(model.eval(), _OUTPUTS[task])
    if torch.cuda.is_available():
        return _by_torch(model.cuda().half(), _OUTPUTS[task]), inputs
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="pinakes-model-") as directory:
        graph = Path(directory) / "model.onnx"
        try:
            _export(model, inputs, _OUTPUTS[task], tokenizer, graph)
        except MemoryError:
            raise
        except Exception as error:  # PyTorch's exporter raises whatever it trips over
            raise _unusable(path, task, f"cannot be exported ({_short(error)})") from None
        run, _ = _graph(graph, task)
    _compare(path, task, *(CrossEncoder("", r, tokenizer, inputs) for r in (itself, run)))
    return run, inputs


def _by_torch(model: Any, outputs: Sequence[str]) -> Run:
    import torch

    def run(inputs: Inputs) -> Outputs:
        given = {name: torch.from_numpy(row).to(model.device) for name, row in inputs.items()}
        with torch.inference_mode():
            found = model(**given)
        return {name: found[name].float().cpu().numpy() for name in outputs}

    return run


def _export(
    model: Any, inputs: Sequence[str], outputs: Sequence[str], tokenizer: Any, path: Path
) -> None:
    import torch

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            found = self.model(**dict(zip(inputs, given, strict=True)))
            return tuple(found[name] for name in outputs)

    encoded = tokenizer.encode(*_PROBES[0])
    rows = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in export.py: of its age, and of branches
        torch.onnx.export(
            Graph().eval(),
            tuple(torch.tensor([rows[name]]) for name in inputs),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: {1: "tokens"} for name in inputs},
            opset_version=_OPSET,
            dynamo=False,
        )


def _compare(path: Path, task: ModelTask, itself: CrossEncoder, exported: CrossEncoder) -> None:
    """Raise UnusableModel where the two differ on texts of several lengths and scripts."""
    for first, second in _PROBES:
        wanted, found = (model.read(first, second).outputs for model in (itself, exported))
        for name, values in wanted.items():
            apart = float(np.abs(values - found[name]).max())
            if not apart <= _MOST_APART:  # also for what is not a number
                reason = f"says something else once exported ({name} {apart:.3f} apart)"
                raise _unusable(path, task, reason)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _unusable(path: Path, task: ModelTask, reason: str) -> UnusableModel:
    return UnusableModel(
        f"models.{task} = {str(path)!r} {reason}; name the directory or ONNX file of another, "
        "or leave the setting out"
    )
