"""Cross-encoders of one small layer, in the files of Hugging Face: real ones in all but size."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
import transformers

from pinakes.index.encoders.sentence_model import find_encoder

__all__ = ["tiny_model"]

_KINDS = {
    "sequence": transformers.BertForSequenceClassification,
    "question": transformers.BertForQuestionAnswering,
}


def tiny_model(directory: Path, kind: str, labels: tuple[str, ...] = ("relevant",)) -> Any:
    """Write a random model with the tokenizer of the real encoder to ``directory``; the model."""
    torch.manual_seed(len(labels))
    if kind == "question":
        labels = ("start", "end")
    config = transformers.BertConfig(
        vocab_size=30_522,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        initializer_range=0.5,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    model = _KINDS[kind](config).eval()
    model.save_pretrained(directory)
    tokenizer = find_encoder("all-MiniLM-L6-v2").directory / "tokenizer.json"
    shutil.copy(tokenizer, directory / "tokenizer.json")
    assert json.loads((directory / "config.json").read_text())["architectures"]
    return model
