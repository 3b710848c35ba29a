"""What an update would change, and what it would take here: told before it is made.

Reads the dump into the new store, which an update that follows goes on from, and compares the two.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.build.embed import PASSAGE
from pinakes.index.build.plan import passages_per_second
from pinakes.index.build.steps import Build
from pinakes.index.changes.changed_pages import compare_pages
from pinakes.index.errors import NotAnUpdate
from pinakes.index.store.store import Store
from pinakes.index.types import Manifest
from pinakes.index.vectors.shards import bytes_per_vector

__all__ = ["UpdatePreview", "preview"]


@dataclass(frozen=True, slots=True)
class UpdatePreview:
    """Pages by what becomes of them, passages that come and go, and what is still to be done.

    ``seconds`` by step, as far as the last build told how long each took; of embedding measured
    where it did not: ``measured``. ``size``: bytes that are not shared with the present generation.
    """

    present: str
    pages: dict[str, int]
    passages: int
    passages_added: int
    passages_removed: int
    to_embed: int
    seconds: dict[str, float]
    measured: bool
    size: int


def preview(build: Build) -> UpdatePreview:
    """Compare the stage's store with the present one. Raises NotAnUpdate where there is none."""
    present = build.present
    if present is None:
        raise NotAnUpdate(f"{build.collection.name} has nothing whole to compare the dump with")
    kinds: Counter[str] = Counter()
    added = removed = 0
    with (
        Store(present.directory / "pages.db") as old,
        Store(build.stage / "pages.db") as new,
    ):
        for _, change in compare_pages(old, new):
            kinds["unchanged" if change is None else change.kind] += 1
            if change is not None:
                added += change.passages_added
                removed += change.passages_removed
        passages = new.passage_count
        before = present.manifest
        seconds = _scaled(before, passages)
        to_embed, measured = 0, False
        if build.encoder is not None and build.scope != "none":
            is_same = before.encoder == build.encoder.record
            to_embed = round((added if is_same else passages) * before.coverage)
            if to_embed:
                measured = not (is_same and PASSAGE in before.took)
                if measured:
                    each = 1 / passages_per_second(old, build.encoder, build.progress)
                else:
                    each = before.took[PASSAGE]
                seconds["embed"] = to_embed * each
    size = _own_bytes(build.stage) + _keyword_bytes(before, passages)
    names = ("added", "changed", "moved", "deleted", "kept", "unchanged")
    return UpdatePreview(
        before.generation,
        {name: kinds[name] for name in names},
        passages,
        added,
        removed,
        to_embed,
        seconds,
        measured,
        size + _vector_bytes(before, to_embed),
    )


def _scaled(before: Manifest, passages: int) -> dict[str, float]:
    """What the steps took that are to come, for as many passages as there are now."""
    ratio = passages / max(before.passages, 1)
    took = before.took.items()
    return {name: seconds * ratio for name, seconds in took if name in ("keywords", "carry")}


def _own_bytes(stage: Path) -> int:
    states = [path.stat() for path in stage.rglob("*") if path.is_file()]
    return sum(state.st_size for state in states if state.st_nlink == 1)


def _keyword_bytes(before: Manifest, passages: int) -> int:
    size = sum(record.size for name, record in before.files.items() if name.startswith("bm25/"))
    return round(size * passages / max(before.passages, 1))


def _vector_bytes(before: Manifest, count: int) -> int:
    index = before.vector_index
    if index is None or before.encoder is None:
        return 0
    return count * bytes_per_vector(before.encoder.dimension, exact=index.kind == "exact")
