"""Units and passages on an executor that does everything twice, the last first."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.build import embed
from pinakes.ingest.sources.base import Source
from tests.index.build.hanging import in_units
from tests.index.collections import comparable, make
from tests.index.toys import in_threads


class _Asked(Future[Any]):
    """Done when it is asked for, with all that waits beside it."""

    def __init__(self, do_all: Callable[[], None]) -> None:
        super().__init__()
        self._do_all = do_all

    def result(self, timeout: float | None = None) -> Any:
        self._do_all()
        return super().result(timeout)


class Backwards(Executor):
    """Does what waits from the last to the first, each task twice, as clusters may."""

    def __init__(self) -> None:
        self._waiting: list[tuple[_Asked, Callable[[], Any]]] = []
        self.most_waiting = self.done = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future = _Asked(self._do_all)
        self._waiting.append((future, lambda: work(*args, **named)))
        self.most_waiting = max(self.most_waiting, len(self._waiting))
        return future

    def _do_all(self) -> None:
        while self._waiting:
            future, do = self._waiting.pop()
            do()
            future.set_result(do())
            self.done += 1


@pytest.mark.parametrize("executors", [in_threads, Backwards], ids=["in a thread", "backwards"])
def test_any_executor_builds_what_this_process_builds(
    tmp_path: Path,
    packed_sample: Source,
    toy_sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    executors: Callable[..., Any],
) -> None:
    for name, value in (("_LEAST_BATCH", 40), ("_MOST_BATCH", 40), ("_PUBLISH_SECONDS", 1e9)):
        monkeypatch.setattr(embed, name, value)
    source = in_units(packed_sample)
    used: list[Executor] = []

    @contextmanager
    def opened(workers: int) -> Iterator[Executor]:
        if executors is in_threads:
            with in_threads(workers) as executor:
                yield executor
        else:
            used.append(executors())
            yield used[-1]

    collection = tmp_path / "sample"
    make(collection, source, workers=1, executors=opened, embedding_executors=opened)
    assert comparable(collection) == comparable(toy_sample)
    for executor in used:
        assert isinstance(executor, Backwards)
        assert executor.done >= 4  # units, or batches
        assert executor.most_waiting == 3  # twice the workers, and one: no more is in memory


def test_increments_leave_what_workers_read(
    tmp_path: Path, packed_sample: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each increment supersedes the generation before it, and with it the store workers read."""
    for name, value in (("_LEAST_BATCH", 20), ("_PUBLISH_SECONDS", 0.0)):
        monkeypatch.setattr(embed, name, value)
    collection = tmp_path / "sample"
    options = {"workers": 1, "executors": in_threads, "embedding_executors": in_threads}
    manifest = make(collection, packed_sample, **options).manifest
    assert manifest.vectors == 224
    assert manifest.generation == "20261101-11"
    assert [path.name for path in (collection / "generations").iterdir()] == [manifest.generation]
