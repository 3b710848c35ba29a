"""Metrics in the form of Prometheus: counts, latencies, the line, coverage, how far builds are.

The only file that knows its client library, with a registry of its own. Labels are routes, kinds
and names of collections: there are never more of them than the service has.
"""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pinakes.index.build.progress_file import builds
from pinakes.index.library import Library
from pinakes.service.fair_queue import FairQueue
from pinakes.service.types import Spent

__all__ = ["Metrics"]

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
_MOST_COLLECTIONS = 100


class Metrics:
    """What is told to whoever looks on, for as long as the process runs. Safe from any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "pinakes_requests", "Requests that have ended.", ("route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self._request_seconds = Histogram(
            "pinakes_request_seconds", "From a request to its end, streams included.", ("route",),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._answers = Counter(
            "pinakes_answers", "Questions that have ended, by what they ended with.", ("kind",),
            registry=self.registry,
        )  # fmt: skip
        self._first = Histogram(
            "pinakes_first_words_seconds", "From a question to the first words of its answer.",
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._searches = Histogram(
            "pinakes_search_seconds", "From words to what they find.", buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._tokens = Counter(
            "pinakes_model_tokens", "Tokens that the model has written.", registry=self.registry
        )
        self._model = Counter(
            "pinakes_model_seconds", "Seconds of turns at the model.", registry=self.registry
        )

    def responded(self, route: str, status: int, seconds: float) -> None:
        """A request has ended."""
        self._requests.labels(route, f"{status // 100}xx" if status != 429 else "429").inc()
        self._request_seconds.labels(route).observe(seconds)

    def answered(self, spent: Spent) -> None:
        """A question has ended."""
        self._answers.labels(spent.kind).inc()
        if spent.first_s is not None:
            self._first.observe(spent.first_s)
        self._tokens.inc(spent.tokens)
        self._model.inc(spent.model_s)

    def searched(self, seconds: float) -> None:
        """A search has ended that found what there is."""
        self._searches.observe(seconds)

    def search_times(self) -> dict[float, int]:
        """How many searches took at most so many seconds and more than the bound before."""
        return _by_bounds(self._searches)

    def first_words_times(self) -> dict[float, int]:
        """The same of the first words of answers."""
        return _by_bounds(self._first)

    def watch(self, queue: FairQueue, library: Library, data: Path) -> None:
        """Tell also of these, as they are whenever somebody looks."""
        self.registry.register(_Now(queue, library, data))

    def text(self) -> bytes:
        """All of it, in the text format 0.0.4."""
        return generate_latest(self.registry)


class _Now(Collector):
    def __init__(self, queue: FairQueue, library: Library, data: Path) -> None:
        self._queue = queue
        self._library = library
        self._data = data

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: the registry would collect once to find the names."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        queue = self._queue
        yield _gauge("pinakes_queue_waiting", "Questions that wait for the model.", queue.waiting)
        yield _gauge("pinakes_queue_running", "Questions at the model.", queue.running)
        yield _gauge("pinakes_queue_slots", "Questions that it takes at once.", queue.slots)
        coverage = GaugeMetricFamily(
            "pinakes_coverage", "Share of passages that have a vector.", labels=("collection",)
        )
        ready = GaugeMetricFamily(
            "pinakes_collection_ready", "Whether it can answer.", labels=("collection",)
        )
        for name in self._library.names()[:_MOST_COLLECTIONS]:
            state = self._library.state(name)
            ready.add_metric((name,), float(state.problem is None))
            if state.manifest is not None:
                coverage.add_metric((name,), state.manifest.coverage)
        yield coverage
        yield ready
        done = GaugeMetricFamily(
            "pinakes_build_done", "Of a build's present step.", labels=("collection",)
        )
        total = GaugeMetricFamily(
            "pinakes_build_total", "What that step has to do.", labels=("collection",)
        )
        for report in builds(self._data)[:_MOST_COLLECTIONS]:
            if report.total is not None:
                done.add_metric((report.collection,), report.done or 0)
                total.add_metric((report.collection,), report.total)
        yield done
        yield total


def _by_bounds(histogram: Histogram) -> dict[float, int]:
    [family] = histogram.collect()
    counts = {
        float(sample.labels["le"]): int(sample.value)
        for sample in family.samples
        if sample.name.endswith("_bucket")
    }
    below = (0, *counts.values())
    return {
        bound: count - less for (bound, count), less in zip(counts.items(), below, strict=False)
    }


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
