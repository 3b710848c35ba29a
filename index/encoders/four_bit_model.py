"""A file of weights in 4 bits as a module of sentence-transformers: its tokenizer and BERT.

The table of tokens stays in 4 bits, in memory and in what is exported: 60 MB instead of 384, and
the same numbers. All other weights are unpacked.
"""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from pinakes.index.encoders.four_bit_file import BLOCK, FourBitFile, Packed, read_four_bit_file
from pinakes.index.encoders.onnx_model import parse_tokenizer

__all__ = ["FourBitModel"]

# By their names in the file: within a layer, and of what goes before the layers.
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


class _PackedEmbedding(torch.nn.Module):
    """From token ids to their rows of a table in 4 bits."""

    halves: torch.Tensor
    scales: torch.Tensor
    like: torch.Tensor

    def __init__(self, table: Packed) -> None:
        super().__init__()
        self.register_buffer("halves", torch.from_numpy(table.halves), persistent=False)
        self.register_buffer("scales", torch.from_numpy(table.scales), persistent=False)
        # Of the precision that the model has.
        self.register_buffer("like", torch.zeros(()), persistent=False)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Of shape (*input_ids.shape, columns)."""
        shape = (*input_ids.shape, -1, BLOCK // 2)
        halves = torch.nn.functional.embedding(input_ids, self.halves).to(torch.int32)
        scales = torch.nn.functional.embedding(input_ids, self.scales).to(self.like.dtype)
        halves = halves.reshape(shape)
        weights = torch.cat([halves % 16, halves // 16], dim=-1).to(self.like.dtype) - 8
        return (weights * scales.unsqueeze(-1)).flatten(-2)


class FourBitModel(torch.nn.Module):
    """The first module of a SentenceTransformer: from texts to the vector of each of their tokens.

    What pools these is another's. ``width``: of such a vector.
    """

    def __init__(self, path: Path) -> None:
        """Raises ValueError for a file that cannot be read."""
        super().__init__()
        file = read_four_bit_file(path)
        self.width = file.width
        self.max_seq_length = file.positions
        self.tokenizer = _tokenizer(file)
        config = BertConfig(
            vocab_size=1,  # the table takes its place
            hidden_size=file.width,
            num_hidden_layers=file.layers,
            num_attention_heads=file.heads,
            intermediate_size=file.inner_width,
            max_position_embeddings=file.positions,
            type_vocab_size=file.token_types,
            layer_norm_eps=file.epsilon,
            hidden_act="gelu",
            pad_token_id=0,
        )
        self.bert = BertModel(config, add_pooling_layer=False)
        table: Any = _PackedEmbedding(file.matrices["emb.word"])
        self.bert.embeddings.word_embeddings = table
        self.bert.load_state_dict(_weights(file))

    def preprocess(self, texts: list[str], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Token ids of equal length, and which of them are there for that only."""
        found = self.tokenizer(
            [(prompt or "") + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self.max_seq_length,
            return_tensors="pt",
        )
        return {name: found[name] for name in ("input_ids", "attention_mask")}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add "token_embeddings", of shape (texts, tokens, width)."""
        found = self.bert(features["input_ids"], features["attention_mask"])
        return features | {"token_embeddings": found.last_hidden_state}


def _weights(file: FourBitFile) -> dict[str, torch.Tensor]:
    """By transformers' names, all but the table of tokens."""
    found = {}
    for name, place in _EMBEDDINGS.items():
        shape = (-1,) if ".ln." in name else (-1, file.width)
        found[f"embeddings.{place}"] = torch.from_numpy(file.values[name].reshape(shape).copy())
    for layer in range(file.layers):
        for name, place in _LAYER.items():
            weight = f"l{layer}.{name}.w"
            packed = file.matrices.get(weight)
            values = file.values[weight].copy() if packed is None else packed.unpacked()
            found[f"encoder.layer.{layer}.{place}.weight"] = torch.from_numpy(values)
            bias = torch.from_numpy(file.values[f"l{layer}.{name}.b"].copy())
            found[f"encoder.layer.{layer}.{place}.bias"] = bias
    return found


def _tokenizer(file: FourBitFile) -> PreTrainedTokenizerFast:
    """SentencePiece's unigrams: NFKC, single spaces, words that begin with ▁."""
    begin, end, padding = (
        file.pieces[file.tokens[name]][0] for name in ("begin", "end", "padding")
    )
    special = {
        name: {"id": name, "ids": [file.tokens[token]], "tokens": [name]}
        for name, token in ((begin, "begin"), (end, "end"))
    }
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {
            "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True,
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": begin, "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": end, "type_id": 0}},
            ],
            "pair": [
                {"Sequence": {"id": "A", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}},
            ],
            "special_tokens": special,
        },
        "model": {
            "type": "Unigram",
            "unk_id": file.tokens["unknown"],
            "vocab": file.pieces,
            "byte_fallback": False,
        },
    }  # fmt: skip
    content = json.dumps(tokenizer, ensure_ascii=False)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=parse_tokenizer(content), pad_token=padding
    )
