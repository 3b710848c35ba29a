"""The collections of a data directory: opened when first asked for, followed, closed when gone.

A collection is called what its directory is called. One that is damaged is an error of its own and
of no other. Knows nothing of who asks.
"""

import copy
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from pinakes.index.encoder_files import encoder_digest
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.errors import (
    CollectionError,
    DamagedGeneration,
    NoCollection,
    SeveralCollections,
    UnknownCollection,
)
from pinakes.index.follow import CurrentIndex
from pinakes.index.generations import collection_names, is_collection, read_manifest
from pinakes.index.retrieval.federated import Federation
from pinakes.index.retrieval.linear import fitted_rerankers
from pinakes.index.retrieval.pipeline import OpenRerankers
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest, QuestionEncoder

__all__ = ["ALL", "CollectionState", "Library"]

# What stands for all collections, where none is called so.
ALL = "all"
_SWEEP_SECONDS = 1.0
_MOST_NAMED = 20
OpenEncoder = Callable[[Path], QuestionEncoder]


@dataclass(frozen=True, slots=True)
class CollectionState:
    """A collection as it is now: ``manifest`` is None where none can be read.

    ``problem`` says why it cannot be relied on, or is None.
    """

    name: str
    manifest: Manifest | None
    problem: CollectionError | OSError | None


class Library:
    """The collections of a data directory, as they come, change and go. Safe from several threads.

    Of several that hold the same encoder of questions, one is loaded for all.
    """

    def __init__(
        self,
        data: Path,
        only: Sequence[str] = (),
        default: str | None = None,
        *,
        scrubbed: bool = False,
        open_encoder: OpenEncoder | None = open_question_encoder,
        open_rerankers: OpenRerankers = fitted_rerankers,
        most_open: int = 64,
    ) -> None:
        """``only``: none but these are there. ``default``: the one meant where none is named.

        ``scrubbed``: each generation that is opened is also read once, in the background.
        ``open_encoder``, ``open_rerankers``: as for ``Index.open``. ``most_open``: beyond so many,
        those idle longest are closed.
        """
        self._data = data
        self._only: Collection[str] | None = tuple(only) or None  # None: all there are
        self._default = default if self._only is None or default in self._only else None
        self._none_here: str | None = None  # None: nothing has been built yet
        self._scrubbed = scrubbed
        self._open_encoder = None if open_encoder is None else _SharedEncoders(open_encoder)
        self._open_rerankers = open_rerankers
        self._opened = _Opened()
        self._most_open = most_open

    def limited_to(self, names: Collection[str], none_here: str) -> "Library":
        """The same as if there were none but ``names``; what is open is open for both.

        ``none_here`` is told where none of them is there: others may be, of which nothing is said.
        """
        limited = copy.copy(self)
        only = names if self._only is None else [name for name in self._only if name in names]
        limited._only = tuple(only)
        limited._default = self._default if self._default in only else None
        limited._none_here = none_here
        return limited

    def names(self) -> list[str]:
        """The collections there are now, in order of their names."""
        there = collection_names(self._data)
        return there if self._only is None else [name for name in there if name in self._only]

    def meant(self, name: str | None = None) -> str:
        """The collection called ``name``; without one the default, or the only one there is.

        Raises UnknownCollection, SeveralCollections, or NoCollection where there is none at all;
        UnknownCollection too where there is none of those that this is limited to.
        """
        name = name or self._default
        if name is not None and self._has(name):
            return name
        names = self.names()
        if not names and self._none_here is not None:
            raise UnknownCollection(self._none_here)
        if not names:
            what = "nothing" if name is None else f"no {name[:80]!r}, and nothing else,"
            raise NoCollection(f"{what} built in {self._data} yet; begin with: pinakes build DUMP")
        if name is not None:
            raise UnknownCollection(f"no collection {name[:80]!r} here; {_listed(names)}")
        if len(names) > 1:
            raise SeveralCollections(f"none of the collections is named; {_listed(names)}")
        return names[0]

    @contextmanager
    def lease(self, name: str | None = None) -> Iterator[Index]:
        """The current index of the collection ``meant``, open for as long as the block runs.

        Raises what ``meant`` and ``CurrentIndex.lease`` do.
        """
        self._sweep()
        with self._followed(self.meant(name)) as current, current.lease() as index:
            yield index

    def asked(self, names: Sequence[str] = ()) -> list[str]:
        """The collections that are to be searched: those named, or without any the default, or all.

        ``all`` among the names means all, unless a collection is called so; "" names none.

        Raises what ``meant`` does for one that is not there, or where there is none at all.
        """
        default = self._default
        names = list(filter(None, names))
        if ALL in names and not self._has(ALL):
            names, default = [], None
        if names:
            return [self.meant(name) for name in dict.fromkeys(names)]
        if default is not None and self._has(default):
            return [default]
        return self.names() or [self.meant()]

    @contextmanager
    def lease_several(self, names: Sequence[str] = ()) -> Iterator[Federation]:
        """Those ``asked``, open for as long as the block runs; what cannot be opened is left out.

        Raises what ``asked`` does, and the error of the first where none can be opened.
        """
        with ExitStack() as leases:
            indexes, left_out = [], {}
            for name in self.asked(names):
                try:
                    indexes.append(leases.enter_context(self.lease(name)))
                except (CollectionError, OSError) as error:
                    left_out[name] = error
            if not indexes:
                raise next(iter(left_out.values()))
            yield Federation(indexes, left_out)

    def states(self) -> list[CollectionState]:
        """How each collection is; those not asked for yet are opened."""
        return [self.state(name) for name in self.names()]

    def state(self, name: str) -> CollectionState:
        """How the collection called ``name`` is."""
        try:
            with self.lease(name) as index:
                damage = index.health.damage
                problem = None if damage is None else DamagedGeneration(damage)
                return CollectionState(name, index.manifest, problem)
        except (CollectionError, OSError) as error:
            return CollectionState(name, None, error)

    def close(self) -> None:
        """Let go of all that is open; leases that are out end by themselves."""
        with self._opened.lock:
            closing = list(self._opened.followed.values())
            self._opened.followed.clear()
        for current in closing:
            current.close()

    def _has(self, name: str) -> bool:
        return (self._only is None or name in self._only) and is_collection(self._data, name)

    @contextmanager
    def _followed(self, name: str) -> Iterator[CurrentIndex]:
        """The collection of this name, which is not closed for being idle while the block runs."""
        opened = self._opened
        with opened.lock:
            current = opened.followed.pop(name, None)
            if current is None:
                path = self._data / name
                current = CurrentIndex(
                    lambda: Index.open(path, self._open_encoder, self._open_rerankers),
                    path,
                    scrubbed=self._scrubbed,
                )
            opened.followed[name] = current  # behind all that were asked longer ago
            opened.users[name] += 1
        try:
            yield current
        finally:
            with opened.lock:
                opened.users[name] -= 1
                idle = [one for one in opened.followed if not opened.users[one]]
                too_many = max(0, len(opened.followed) - self._most_open)
                closing = [opened.followed.pop(one) for one in idle[:too_many]]
            for one in closing:
                one.close()

    def _sweep(self) -> None:
        """Close what is open of collections that are gone: their files take room until then."""
        now = time.monotonic()
        opened = self._opened
        with opened.lock:
            if now - opened.swept < _SWEEP_SECONDS:
                return
            opened.swept = now
            gone = [name for name in opened.followed if not is_collection(self._data, name)]
            closing = [opened.followed.pop(name) for name in gone]
        for current in closing:
            current.close()


class _Opened:
    """The collections that are open, those asked longest ago first, and how many ask each now.

    ``swept``: when it was last seen which of them are gone.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.followed: dict[str, CurrentIndex] = {}
        self.users: Counter[str] = Counter()
        self.swept = 0.0


class _SharedEncoders:
    """Opens encoders of questions, each but once for all generations that hold the same files."""

    def __init__(self, open_encoder: OpenEncoder) -> None:
        self._open = open_encoder
        self._lock = threading.Lock()
        self._known: WeakValueDictionary[str, QuestionEncoder] = WeakValueDictionary()

    def __call__(self, directory: Path) -> QuestionEncoder:
        digest = encoder_digest(read_manifest(directory.parent))
        with self._lock:
            encoder = self._known.get(digest)
            if encoder is None:
                encoder = self._known[digest] = self._open(directory)
            return encoder


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names[:_MOST_NAMED])}{more}"
