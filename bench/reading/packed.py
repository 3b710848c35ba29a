"""Examples as token ids, packed into arrays: what is trained on, small enough to carry elsewhere.

A row is ``[CLS] first [SEP] title [SEP] text [SEP]``, of which all after the first ``[SEP]`` is the
second segment. Answers are places of tokens in it; place 0, ``[CLS]``, says that there is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # training takes no index: it goes where there is a GPU
    from bench.reading.examples import Example

__all__ = ["NOTHING", "SUPPORT", "Packed", "joined", "pack", "read_packed"]

SUPPORT = ("supported", "contradicted", "not said")
_FIRST, _TITLE, _TEXT = 48, 16, 176
_CLS, _SEP = 101, 102
NOTHING = -1
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Packed:
    """Columns with a row for each example; -1 stands for what is not learned from it.

    ``tokens`` of row i are those from ``ends[i - 1]`` to ``ends[i]``; its second segment begins at
    ``seconds[i]``, its text at ``texts[i]``. ``kinds``: places in ``kind_names``.
    ``groups``: one number for all examples that are to be told apart; they follow each other.
    """

    tokens: NDArray[np.uint16]
    ends: Numbers
    seconds: Numbers
    texts: Numbers
    starts: Numbers
    stops: Numbers
    relevant: Numbers
    support: Numbers
    groups: Numbers
    kinds: Numbers
    kind_names: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.ends)

    def row(self, at: int) -> NDArray[np.uint16]:
        """The token ids of one example."""
        return self.tokens[(self.ends[at - 1] if at else 0) : self.ends[at]]

    def lengths(self) -> Numbers:
        """How many tokens each example has."""
        return np.diff(self.ends, prepend=0)

    def write(self, path: Path) -> None:
        """As one compressed file of arrays."""
        np.savez_compressed(path, **{f.name: _small(getattr(self, f.name)) for f in fields(self)})


def read_packed(path: Path) -> Packed:
    """What ``Packed.write`` has written."""
    with np.load(path) as file:
        arrays = {
            name: file[name] if name in ("tokens", "kind_names") else file[name].astype(np.int64)
            for name in file.files
        }
    return Packed(**arrays)


def pack(examples: "Iterable[Example]", tokenizer: Any) -> Packed:
    """``tokenizer``: a fast one of transformers. Answers that are cut off make the example go."""
    rows: list[tuple[Sequence[int], int, int, int, int, int, int, int, int]] = []
    kinds: dict[str, int] = {}
    groups: dict[str, int] = {}
    for example in examples:
        first = tokenizer(example.first, add_special_tokens=False)["input_ids"][:_FIRST]
        title = tokenizer(example.title, add_special_tokens=False)["input_ids"][:_TITLE]
        text = tokenizer(example.text, add_special_tokens=False, return_offsets_mapping=True)
        ids, offsets = text["input_ids"][:_TEXT], text["offset_mapping"][:_TEXT]
        seconds = len(first) + 2
        begins = seconds + len(title) + 1
        start = stop = NOTHING
        if example.span is not None:
            start = stop = 0
            if example.span[1]:
                held = [
                    place
                    for place, (a, b) in enumerate(offsets)
                    if a < example.span[1] and example.span[0] < b
                ]
                if not held or offsets[held[-1]][1] < example.span[1]:
                    continue
                start, stop = begins + held[0], begins + held[-1]
        rows.append(
            (
                [_CLS, *first, _SEP, *title, _SEP, *ids, _SEP],
                seconds,
                begins,
                start,
                stop,
                NOTHING if example.relevant is None else int(example.relevant),
                NOTHING if example.support is None else SUPPORT.index(example.support),
                NOTHING if example.group is None else groups.setdefault(example.group, len(groups)),
                kinds.setdefault(example.kind, len(kinds)),
            )
        )
    columns = [np.array(column, dtype=np.int64) for column in list(zip(*rows, strict=True))[1:]]
    return Packed(
        np.concatenate([np.array(row[0], dtype=np.uint16) for row in rows]),
        np.cumsum([len(row[0]) for row in rows]),
        *columns,
        kind_names=np.array(list(kinds)),
    )


def joined(parts: Sequence[Packed]) -> Packed:
    """All examples of all parts, in their order."""
    columns = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(Packed)
        if f.name not in ("ends", "groups", "kinds", "kind_names")
    }
    names, kinds = np.unique(
        np.concatenate([part.kind_names[part.kinds] for part in parts]), return_inverse=True
    )
    groups, above = [], 0
    for part in parts:
        groups.append(np.where(part.groups == NOTHING, NOTHING, part.groups + above))
        above += int(part.groups.max(initial=NOTHING)) + 1
    ends = np.cumsum(np.concatenate([part.lengths() for part in parts]))
    return Packed(
        **columns, ends=ends, groups=np.concatenate(groups), kinds=kinds, kind_names=names
    )


def _small(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.int32) if array.dtype == np.int64 else array
