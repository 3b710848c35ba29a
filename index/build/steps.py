"""The steps of a build: what each one needs and makes, and which are still to be done.

What a step makes lies in ``stage`` once it is whole; a step is done when all of it is there.
"""

import shutil
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pinakes.index.build.guards import Guards
from pinakes.index.build.present import PresentGeneration
from pinakes.index.build.progress import Progress
from pinakes.index.superseded import KEPT_DUMPS
from pinakes.index.types import Encoder, Manifest, VectorScope
from pinakes.index.vectors.pageviews import Pageviews
from pinakes.ingest.files import sync_tree
from pinakes.ingest.sources.base import Source, Unit
from pinakes.ingest.workers import Executors

__all__ = ["Build", "Extracted", "Step", "steps_to_do"]


# Units with the paths of their segments.
Extracted = Generator[tuple[Unit, Path], None, None]


def _no_units() -> Extracted:
    yield from ()


@dataclass(slots=True)
class Build:
    """A build on its way: of what, into what, how, and what its steps have handed on.

    ``work``: the directory of what is unfinished; ``stage``: what of it will be the generation.
    ``is_verified``: every file had the checksum published beside it. ``extracted``: what is read
    of the source, as it is done. ``present``: the generation from which is taken over what has not
    changed, where there is one. ``manifest``: of the generation published last.
    ``coverage_before``: of the generation that answers now; below it nothing is published, unless
    ``publishes_early``. ``keeps_vanished``: its pages that the source no longer has stay.
    ``pageviews``: by which much-viewed pages are embedded first. ``took``: seconds of
    the steps that have been run.
    """

    collection: Path
    source: Source
    encoder: Encoder | None
    scope: VectorScope
    progress: Progress
    workers: int
    executors: Executors
    embedding_executors: Executors | None = None
    strict: bool = False
    force: bool = False
    kept_dumps: int = KEPT_DUMPS
    guards: Guards | None = None
    publishes_early: bool = False
    keeps_vanished: bool = False
    pageviews: Pageviews | None = None
    work: Path = field(default_factory=Path)
    is_verified: bool = False
    extracted: Extracted = field(default_factory=_no_units)
    present: PresentGeneration | None = None
    coverage_before: float = 0.0
    took: dict[str, float] = field(default_factory=dict)
    manifest: Manifest | None = None

    @property
    def published(self) -> Manifest:
        """The manifest of the generation published last; an error before there is one."""
        if self.manifest is None:
            raise ValueError(f"{self.collection}: nothing is published yet")
        return self.manifest

    def release_present(self) -> None:
        """Let the present generation be removed: nothing refers to it any more."""
        if self.present is not None:
            self.present.release()
            self.present = None

    @property
    def stage(self) -> Path:
        """Where what is whole waits to be published."""
        return self.work / "stage"

    def keep(self, *names: str) -> None:
        """Move what a step has made into the stage; the last name says that all is there.

        It is on disk by then: who goes on after the power has failed, or a sync has, takes only
        what can be read again.
        """
        for name in names:
            sync_tree(self.work / name)
            kept = self.stage / name
            if kept.is_dir():  # of a build that was killed before all was here
                shutil.rmtree(kept)
            (self.work / name).rename(kept)


@dataclass(frozen=True, slots=True)
class Step:
    """``run`` makes what is named in ``makes``, from what is named in ``needs``."""

    name: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    run: Callable[[Build], None]


def steps_to_do(
    steps: Sequence[Step], wanted: Iterable[str], is_there: Callable[[str], bool]
) -> list[Step]:
    """The steps, in their order, that make what is wanted, or needed for it, and not there."""
    missing = {name for name in wanted if not is_there(name)}
    found = []
    for step in reversed(steps):
        if missing.intersection(step.makes):
            found.append(step)
            missing.update(name for name in step.needs if not is_there(name))
    return found[::-1]
