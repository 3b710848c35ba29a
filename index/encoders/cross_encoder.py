"""Two texts read together by one network: a question or a claim, and a passage.

The door for cross-encoders of every kind: what they find are named outputs, and what those mean is
known where they are used. Needs no PyTorch; ``model_files`` opens what users have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CrossEncoder", "Inputs", "Outputs", "PairReading", "Run"]

Inputs = Mapping[str, NDArray[np.int64]]
Outputs = Mapping[str, NDArray[np.float32]]
Run = Callable[[Inputs], Outputs]
"""From token ids and what goes with them, each of shape (1, tokens), to outputs of one row."""


@dataclass(frozen=True, slots=True)
class PairReading:
    """What a network says of a pair: by name, its outputs without the row they came in.

    ``places``: of each token the offsets in the second text; None for tokens that are not of it.
    """

    outputs: Outputs
    places: Sequence[tuple[int, int] | None]


class CrossEncoder:
    """A network and its tokenizer. Asked from several threads at once; one pair at a time each.

    ``labels``: what the values of its output ``logits`` stand for, in lower case, where it says so.
    ``joint``: what it wants between the title of a passage and its text.
    """

    def __init__(
        self,
        name: str,
        run: Run,
        tokenizer: Any,
        inputs: Sequence[str],
        labels: Sequence[str] = (),
        joint: str = ". ",
    ) -> None:
        """``tokenizer``: truncates the longer text. ``inputs``: what ``run`` wants to be given."""
        self.name = name
        self.labels = tuple(labels)
        self.joint = joint
        self._run, self._tokenizer, self._inputs = run, tokenizer, frozenset(inputs)

    def read(self, first: str, second: str) -> PairReading:
        """The network's outputs for a pair; of a text too long the end is not read."""
        encoded = self._tokenizer.encode(first, second)
        given = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        rows = {
            name: np.array([values], dtype=np.int64)
            for name, values in given.items()
            if name in self._inputs
        }
        outputs = {name: np.asarray(values)[0] for name, values in self._run(rows).items()}
        places = [
            offsets if sequence == 1 else None
            for offsets, sequence in zip(encoded.offsets, encoded.sequence_ids, strict=True)
        ]
        return PairReading(outputs, places)
