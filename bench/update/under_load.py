"""An update while clients ask: what they notice of it.

Measures: latency of hybrid search over HTTP by several clients that search, read for a while and
search again, before, during and after ``pinakes update``, in windows of some seconds; failed
requests, the generation that each answer names, and its coverage; the seconds from publication
until every answer comes of the new generation.
Corpus: a collection with vectors of leads, linked file by file, and its dump's successor in which
2 % of the pages are edited (bench.corpora.edits); questions over it. Draws
docs/pictures/update-under-load.svg.
Command: python -m bench.update.under_load --collection DIR [--clients 8] [--pause 0.5]

The service, the clients and the update share the machine's cores.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import matplotlib as mpl
from matplotlib.figure import Figure

from bench.corpora.dumps import LARGE_TEXT_DUMP
from bench.corpora.edits import write_next_dump
from bench.quality.development import QUESTIONS
from bench.record import record
from bench.speed.service_process import served_collection

_ROOT = Path(__file__).resolve().parents[2]
_PICTURE = _ROOT / "docs" / "pictures" / "update-under-load.svg"
_SEED = 20261130
_SHARE = 0.02
_QUIET_S, _WINDOW_S = 30.0, 5.0
_TIMEOUT_S = 30.0
_LIMIT = 10
# "Writing the keyword index: 41,486/80,433 passages", as it is said where nobody looks on.
_STEP = re.compile(r"^([A-Z][^:]*): [\d.,]+/")


@dataclass(frozen=True, slots=True)
class _Reply:
    """One search: when it was begun, how long it took, and what it says of the collection."""

    begun: float
    seconds: float
    generation: str
    coverage: float


@dataclass(slots=True)
class _Noted:
    """What clients have seen so far."""

    replies: list[_Reply] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def main() -> None:
    """Serve, ask, update, print, draw, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--dump", type=Path, default=LARGE_TEXT_DUMP, help="that it was built of")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between searches")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(
        prefix=".pinakes-bench-", dir=options.collection.resolve().parent
    ) as directory:
        collection = Path(directory) / options.collection.name
        subprocess.run(["cp", "-al", options.collection.resolve(), collection], check=True)
        dump = Path(directory) / "dump" / options.dump.name
        write_next_dump(options.dump, dump, random.Random(_SEED), _SHARE)
        figures = _measured(collection, dump, options.clients, options.pause)
    print(json.dumps({key: figures[key] for key in ("phases", "failures", "swap_seconds")}))
    _draw(figures)
    print(record("update_under_load", f"{options.dump.name}, 2 % of its pages edited", figures))


def _measured(collection: Path, dump: Path, clients: int, pause: float) -> dict[str, Any]:
    noted = _Noted()
    with (
        served_collection(collection, {}) as served,
        _asking(served.address, clients, pause, noted),
    ):
        began = time.time()
        time.sleep(_QUIET_S)
        steps = list(_updated(collection, dump, began))
        time.sleep(_QUIET_S)
        ended = time.time()
        published = (collection / "current").lstat().st_mtime - began
    first, last = noted.replies[0].generation, noted.replies[-1].generation
    old = [reply.begun - began for reply in noted.replies if reply.generation == first]
    windows = [
        _window(
            [reply for reply in noted.replies if start <= reply.begun - began < start + _WINDOW_S]
        )
        | {"second": start}
        for start in (number * _WINDOW_S for number in range(int((ended - began) / _WINDOW_S)))
    ]
    phases = {
        name: _window([reply for reply in noted.replies if start <= reply.begun - began < end])
        for name, start, end in (
            ("before", 0.0, steps[0][1]),
            ("during", steps[0][1], steps[-1][1]),
            ("after", steps[-1][1], ended - began),
        )
    }
    return {
        "clients": clients,
        "pause_seconds": pause,
        "requests": len(noted.replies),
        "failures": len(noted.failures),
        "failure": noted.failures[0] if noted.failures else None,
        "generations": sorted({reply.generation for reply in noted.replies}),
        "published_second": published,
        "swap_seconds": max(0.0, max(old) - published) if last != first else None,
        "least_coverage": min(reply.coverage for reply in noted.replies),
        "steps": [{"name": name, "second": second} for name, second in steps],
        "phases": phases,
        "windows": windows,
    }


def _window(replies: Sequence[_Reply]) -> dict[str, Any]:
    """Searches a second, and latencies in milliseconds; coverage as the last one tells."""
    times = [reply.seconds * 1000 for reply in replies]
    if len(times) < 2:
        return {"requests": len(times), "p50": None, "p95": None, "most": None, "coverage": None}
    return {
        "requests": len(times),
        "p50": median(times),
        "p95": quantiles(times, n=20)[-1],
        "most": max(times),
        "coverage": replies[-1].coverage,
    }


@contextmanager
def _asking(address: str, clients: int, pause: float, noted: _Noted) -> Iterator[None]:
    """Clients that search on and on, each from another question on."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    stop = threading.Event()

    def ask(number: int) -> None:
        own = islice(cycle(questions), number * len(questions) // clients, None)
        with httpx.Client(base_url=address, timeout=_TIMEOUT_S) as client:
            for question in own:
                if stop.wait(pause):
                    return
                begun = time.time()
                try:
                    reply = client.get("/api/search", params={"q": question, "k": _LIMIT})
                    found = reply.raise_for_status().json()
                except (httpx.HTTPError, ValueError) as error:
                    noted.failures.append(repr(error))
                    continue
                seconds = time.time() - begun
                said = (found["generation"], found["coverage"])
                noted.replies.append(_Reply(begun, seconds, *said))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        noted.replies.sort(key=lambda reply: reply.begun)


def _updated(collection: Path, dump: Path, began: float) -> Iterator[tuple[str, float]]:
    """Update; each step's name and the second it began, the last one its end."""
    words = [sys.executable, "-m", "pinakes", "update", str(dump), "--without-checksums"]
    words += ["--collection", collection.name, "--data", str(collection.parent)]
    yield "update begins", time.time() - began
    process = subprocess.Popen(
        words, cwd=_ROOT, env=os.environ | {"COLUMNS": "200"}, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said, step = [], ""
    for line in process.stderr:
        said.append(line)
        if (found := _STEP.match(line)) and found[1] != step:
            step = found[1]
            yield step, time.time() - began
    if process.wait():
        raise SystemExit("".join(said[-5:]))
    yield "the update has ended", time.time() - began


def _draw(figures: dict[str, Any]) -> None:
    """Latency and coverage over time; the steps of the update as shades."""
    mpl.rcParams["svg.hashsalt"] = "pinakes"
    mpl.rcParams["svg.fonttype"] = "none"
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    seconds = [window["second"] for window in figures["windows"]]
    for name, colour in (("p50", "#1f5fa8"), ("p95", "#c2571a")):
        above.plot(
            seconds, [window[name] for window in figures["windows"]], color=colour, label=name
        )
    for number, ((name, start), (_, end)) in enumerate(pairwise(_points(figures))):
        above.axvspan(start, end, color="#888888", alpha=0.16 if number % 2 else 0.07, linewidth=0)
        if end - start > 0.03 * seconds[-1]:
            above.annotate(
                name, ((start + end) / 2, 0.97), xycoords=("data", "axes fraction"),
                ha="center", va="top", fontsize=7, rotation=90,
            )  # fmt: skip
    above.set_ylabel("search, ms")
    above.set_ylim(0, 1.4 * max(window["p95"] or 0 for window in figures["windows"]))
    above.legend(loc="upper left", frameon=False, ncols=2)
    known = [window for window in figures["windows"] if window["coverage"] is not None]
    below.step(
        [window["second"] for window in known],
        [100 * window["coverage"] for window in known],
        color="#3b7a3b", where="post",
    )  # fmt: skip
    below.axvline(figures["published_second"], color="#444444", linewidth=0.8, linestyle=":")
    below.set_ylim(0, 1.3 * max(100 * window["coverage"] for window in known))
    below.set_ylabel("coverage, %")
    below.set_xlabel(f"seconds; {figures['clients']} clients, {figures['requests']:,} searches")
    figure.savefig(_PICTURE, format="svg", metadata={"Date": None})


def _points(figures: dict[str, Any]) -> list[tuple[str, float]]:
    return [(step["name"], step["second"]) for step in figures["steps"]]


if __name__ == "__main__":
    main()
