"""The trained reading model as an ONNX file with 8-bit weights, compared with the network itself.

Prints what the 8 bits cost, and how long pairs of several lengths take on one core.
Corpus: what bench.reading.train has written.
Command: python -m bench.reading.export [--run DIR]
"""

import argparse
import json
import shutil
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig

from bench.reading import RUN
from bench.reading.network import ReadingNetwork
from bench.reading.packed import Packed, read_packed
from pinakes.index.encoders.onnx_model import open_graph, quantized
from pinakes.index.encoders.sentence_model import find_encoder

OUTPUTS = ("start_logits", "end_logits", "relevance", "support")
_COMPARED, _TIMED = 200, 60
_OPSET = 17


class _Graph(nn.Module):
    """The network for one pair; every place may be part of an answer: who reads knows which may."""

    def __init__(self, network: ReadingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor, segments: Tensor) -> tuple[Tensor, ...]:
        readings = self.network(tokens, segments, torch.ones_like(tokens))
        return tuple(readings)


class _RoundedTable(nn.Module):
    """An embedding table in 8 bits, with a scale for each word."""

    def __init__(self, table: nn.Embedding) -> None:
        super().__init__()
        scales = table.weight.abs().amax(dim=1, keepdim=True) / 127
        self.register_buffer("scales", scales)
        self.register_buffer("rounded", (table.weight / scales).round().to(torch.int8))

    def forward(self, tokens: Tensor) -> Tensor:
        return self.rounded[tokens].float() * self.scales[tokens]


def main() -> None:
    """Export, round, compare, time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=RUN)
    options = parser.parse_args()
    torch.set_num_threads(1)
    exact = export(options.run)
    tune = read_packed(options.run / "tune.npz")
    _tell("exact", exact, exact, tune)
    _tell("8 bits", rounded(options.run), exact, tune)


def trained(run: Path) -> ReadingNetwork:
    """The network that training has kept last."""
    directory = find_encoder("all-MiniLM-L6-v2").directory
    config = BertConfig.from_pretrained(directory)
    config._attn_implementation = "eager"  # what the exporter can follow
    network = ReadingNetwork(config)
    state = torch.load(run / "network.pt", map_location="cpu", weights_only=True)
    network.load_state_dict({name: value.float() for name, value in state.items()}, strict=False)
    return network.eval()


def export(run: Path) -> Path:
    """``exact.onnx`` in ``run``, with the tokenizer and configuration beside it."""
    directory = find_encoder("all-MiniLM-L6-v2").directory
    path = run / "onnx" / "exact.onnx"
    path.parent.mkdir(exist_ok=True)
    shutil.copy(directory / "tokenizer.json", path.parent / "tokenizer.json")
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    stated = {
        "architectures": ["ReadingNetworkForQuestionAnswering"],
        "model_type": config["model_type"],
        "max_position_embeddings": config["max_position_embeddings"],
        "pinakes_joint": " [SEP] ",
    }
    (path.parent / "config.json").write_text(json.dumps(stated, indent=2) + "\n", encoding="utf-8")
    _write_graph(trained(run), path)
    return path


def _write_graph(network: ReadingNetwork, path: Path) -> None:
    tokens = torch.randint(1000, 20000, (1, 48))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Graph(network).eval(),
            (tokens, torch.zeros_like(tokens)),
            str(path),
            input_names=["input_ids", "token_type_ids"],
            output_names=list(OUTPUTS),
            dynamic_axes={
                name: {1: "tokens"}
                for name in ("input_ids", "token_type_ids", "start_logits", "end_logits")
            },
            opset_version=_OPSET,
            dynamo=False,
        )


def rounded(run: Path) -> Path:
    """``model.onnx``: weights in 8 bits by output channel, embeddings by word.

    Activations are rounded text by text as they come.
    """
    network = trained(run)
    embeddings = network.body.embeddings
    embeddings.word_embeddings = _RoundedTable(embeddings.word_embeddings)
    path = run / "onnx" / "model.onnx"
    exact = path.with_name("rounded-table.onnx")
    _write_graph(network.eval(), exact)
    quantized(exact).replace(path)
    return path


def _tell(name: str, path: Path, exact: Path, tune: Packed) -> None:
    session, itself = open_graph(path), open_graph(exact)
    apart: dict[str, list[float]] = {output: [] for output in OUTPUTS}
    rows = np.random.default_rng(2).permutation(len(tune))[:_COMPARED]
    same = 0
    for row in rows:
        inputs = _inputs(tune, int(row))
        found, wanted = (
            dict(zip(OUTPUTS, s.run(None, inputs), strict=True)) for s in (session, itself)
        )
        for output in OUTPUTS:
            apart[output].append(float(np.abs(found[output] - wanted[output]).mean()))
        same += int(found["start_logits"].argmax() == wanted["start_logits"].argmax())
    size = path.stat().st_size / 1e6
    differences = ", ".join(f"{o} {np.mean(v):.3f}" for o, v in apart.items())
    times = ", ".join(
        f"{length} tokens {_milliseconds(session, length):.1f} ms" for length in (64, 128, 256)
    )
    print(f"{name}: {size:.1f} MB; apart {differences}; same start {same / len(rows):.3f}; {times}")


def _inputs(tune: Packed, row: int) -> Mapping[str, Any]:
    tokens = tune.row(row).astype(np.int64)
    segments = (np.arange(len(tokens)) >= tune.seconds[row]).astype(np.int64)
    return {"input_ids": tokens[None], "token_type_ids": segments[None]}


def _milliseconds(session: Any, length: int) -> float:
    """CPU time of a pair of so many tokens, in the median."""
    tokens = np.random.default_rng(3).integers(1000, 20000, (1, length))
    inputs = {"input_ids": tokens, "token_type_ids": np.zeros_like(tokens)}
    taken = []
    for _ in range(_TIMED):
        began = time.thread_time()
        session.run(None, inputs)
        taken.append(time.thread_time() - began)
    return float(np.median(taken)) * 1000


if __name__ == "__main__":
    main()
