"""What is printed of collections and their generations: listed, verified, compared, removed."""

from typing import Literal

from pinakes.service.reading.answerability import Threshold
from pinakes.service.views.change_views import PageChangeView, PageDifferenceView, StateView
from pinakes.service.views.commands.builds import GenerationRecord
from pinakes.service.views.search_views import View

__all__ = [
    "BrokenGeneration",
    "BuildState",
    "ChangedPage",
    "Changes",
    "CollectionStatus",
    "DamagedFile",
    "Generations",
    "ListedCollection",
    "ListedCollections",
    "ListedGeneration",
    "RemovedCollection",
    "RemovedGenerations",
    "Renamed",
    "Status",
    "UnfinishedBuild",
    "UnfinishedStatus",
    "UnusableStatus",
    "Used",
    "Verified",
    "WholeGeneration",
]


BuildState = Literal["at work", "unfinished"]


class CollectionStatus(GenerationRecord):
    """A collection that answers; ``threshold``: how sure its answers must be."""

    articles: int
    coverage: float
    bytes: int
    threshold: Threshold
    build: BuildState | None


class UnfinishedStatus(View):
    """A collection of which nothing is published yet."""

    collection: str
    build: BuildState


class UnusableStatus(View):
    """A collection that cannot answer, and why."""

    collection: str
    error: str


class Status(View):
    """``model``: what would word answers, or null; ``model_problem``: why it cannot."""

    data: str
    generator: str
    model: str | None
    model_problem: str | None
    collections: list[CollectionStatus | UnfinishedStatus | UnusableStatus]


class _Facts(View):
    as_of: str | None
    created: str | None
    articles: int | None
    passages: int | None
    coverage: float | None


class ListedGeneration(_Facts):
    """``bytes_alone``: what nothing but it holds; ``used_by``: ids of processes."""

    generation: str
    current: bool
    bytes: int
    bytes_alone: int
    used_by: list[int]
    problem: str | None


class UnfinishedBuild(View):
    """``withheld``: why it was not published, of one that is whole."""

    name: str
    files: list[str]
    bytes: int
    withheld: str | None


class Generations(View):
    """The generations of a collection, and what is unfinished."""

    collection: str
    bytes: int
    generations: list[ListedGeneration]
    unfinished: list[UnfinishedBuild]
    build: BuildState | None


class Used(View):
    """Which generation answered before, and which does now."""

    collection: str
    before: str
    current: str


class RemovedGenerations(View):
    """``removed``: generations; ``dropped``: unfinished builds; ``bytes`` that are free again."""

    collection: str
    removed: list[str]
    dropped: list[str]
    bytes: int


class WholeGeneration(View):
    """All files are what was built."""

    collection: str
    generation: str
    files: int
    bytes: int


class DamagedFile(View):
    """A file that is not what was built, and how."""

    file: str
    problem: str


class BrokenGeneration(View):
    """Some files are not what was built."""

    collection: str
    generation: str
    damaged: list[DamagedFile]


class Verified(View):
    """Generations whose files were read again."""

    generations: list[WholeGeneration | BrokenGeneration]


class ListedCollection(_Facts):
    """A collection; ``generation``: the one that answers."""

    collection: str
    generation: str | None
    generations: int
    bytes: int
    build: BuildState | None
    problem: str | None


class ListedCollections(View):
    """The collections of a data directory."""

    data: str
    bytes_free: int
    collections: list[ListedCollection]


class Renamed(View):
    """What it was called, and is."""

    before: str
    collection: str


class RemovedCollection(View):
    """What is gone, and how many bytes it had."""

    removed: str
    bytes: int


class Changes(View):
    """What changed between two generations, and how many pages by kind."""

    old: StateView
    new: StateView
    changes: list[PageChangeView]
    counts: dict[str, int]


class ChangedPage(View):
    """One page in both."""

    old: StateView
    new: StateView
    page: PageDifferenceView
