"""Build a collection, and tell of each step how long it took and how much memory and disk.

Run in a process of its own, which a benchmark starts. Vectors are synthetic, or none. Beside the
report lies COLLECTION.samples.jsonl: how far it is and what it takes, every ten seconds. A build
that was interrupted goes on, and so does that file.

Command: python -m bench.scale.watched_build COLLECTION REPORT.json all|none DUMP...
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.corpora.synthetic_vectors import SyntheticEncoder
from bench.quality.development import DATA
from bench.speed.processes import anonymous_bytes, children
from pinakes.index.build.pipeline import build_collection
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.types import VectorScope
from pinakes.ingest.sources.opening import open_source

__all__ = ["built", "samples_of"]

_SAMPLE_SECONDS = 0.25
_ROW_SECONDS = 10.0
_ROOT = Path(__file__).resolve().parents[2]


def built(collection: Path, dump: tuple[Path, ...], vectors: str = "all") -> dict[str, Any]:
    """Build ``dump`` in another process; what it reported. A build that is there is not repeated.

    The report: ``passages``; ``steps`` with wall and CPU seconds (workers included) and the largest
    RssAnon of parent and worker in bytes; ``disk`` by part and ``disk_at_most``, in bytes.
    """
    report = collection.with_name(f"{collection.name}.json")
    if not report.exists():
        words = [sys.executable, "-m", "bench.scale.watched_build", str(collection), str(report)]
        subprocess.run([*words, vectors, *map(str, dump)], cwd=_ROOT, check=True)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def samples_of(collection: Path) -> list[dict[str, Any]]:
    """The rows of its build, each after ``seconds`` at work, interruptions left out."""
    path = collection.with_name(f"{collection.name}.samples.jsonl")
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def main() -> None:
    """Build and report."""
    words = sys.argv[1:]
    collection, report, vectors, *dump = Path(words[0]), Path(words[1]), *words[2:]
    scope: VectorScope = "all" if vectors == "all" else "none"
    encoder = SyntheticEncoder(find_encoder("all-MiniLM-L6-v2"), DATA) if scope == "all" else None
    watch = _Watch(collection)
    source = open_source([Path(name) for name in dump])
    result = build_collection(collection, source, encoder, scope, watch)
    figures = {
        "passages": result.manifest.passages,
        "articles": result.manifest.pages.documents,
        "redirects": result.manifest.pages.redirects,
        "vectors": result.manifest.vectors,
        "dump_bytes": source.byte_count,
        "steps": watch.end(),
        "disk": _parts(collection / "current"),
        "disk_at_most": watch.disk_at_most,
    }
    report.with_suffix(".partial").write_text(json.dumps(figures, indent=2))
    report.with_suffix(".partial").rename(report)


class _Watch(threading.Thread):
    """Progress of a build that keeps an eye on the process, its children and its directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(daemon=True)
        self._directory = directory
        self._steps: list[dict[str, Any]] = []
        self._began = (0.0, 0.0)
        self._done = threading.Event()
        self._progress = (0, 0)
        self._samples = directory.with_name(f"{directory.name}.samples.jsonl")
        before = samples_of(directory)
        self._before = before[-1]["seconds"] if before else 0.0
        self.disk_at_most = 0
        self.step("Starting", 0, "")
        self.start()

    def step(self, name: str, total: int, unit: str) -> None:
        """The next step begins, and the one before ends."""
        self._close()
        self._began = time.monotonic(), _cpu_seconds()
        self._steps.append({"name": name, "parent_bytes": 0, "worker_bytes": 0})
        self._progress = (0, total)
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {name}: {total:,} {unit}\n")

    def advance(self, amount: int) -> None:
        """Count."""
        done, total = self._progress
        self._progress = (done + amount, total)

    def note(self, text: str) -> None:
        """What follows until the next step is another matter, such as preparing the vectors."""
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
        if self._steps[-1]["name"] != "Embedding passages":
            self.step("Between", 0, "")

    def end(self) -> list[dict[str, Any]]:
        """The steps, those of one name added up."""
        self._close()
        self._done.set()
        self.join()
        added: dict[str, dict[str, Any]] = {}
        for step in self._steps:
            total = added.setdefault(step["name"], defaultdict(float, name=step["name"]))
            for key in ("wall_seconds", "cpu_seconds"):
                total[key] += step[key]
            for key in ("parent_bytes", "worker_bytes"):
                total[key] = max(total[key], step[key])
        return list(added.values())

    def _close(self) -> None:
        if self._steps:
            wall, cpu = self._began
            self._steps[-1]["wall_seconds"] = time.monotonic() - wall
            self._steps[-1]["cpu_seconds"] = _cpu_seconds() - cpu

    def run(self) -> None:
        own, began, due = os.getpid(), time.monotonic(), 0.0
        while not self._done.wait(_SAMPLE_SECONDS):
            step, seconds = self._steps[-1], time.monotonic() - began
            parent = anonymous_bytes(own)
            worker = max((anonymous_bytes(child) for child in children(own)), default=0)
            step["parent_bytes"] = max(step["parent_bytes"], parent)
            step["worker_bytes"] = max(step["worker_bytes"], worker)
            disk = _size(self._directory)
            self.disk_at_most = max(self.disk_at_most, disk)
            if seconds >= due:
                done, total = self._progress
                row = {
                    "seconds": round(self._before + seconds, 1), "step": step["name"],
                    "done": done, "total": total,
                    "parent_bytes": parent, "worker_bytes": worker, "disk": disk,
                }  # fmt: skip
                with self._samples.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                due = seconds + _ROW_SECONDS


def _cpu_seconds() -> float:
    """Of this process and of all children that have ended; workers end with their step."""
    return sum(os.times()[:4])


def _size(directory: Path) -> int:
    """Bytes under a directory that changes meanwhile; what is linked twice counts once."""
    sizes: dict[int, int] = {}
    for parent, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(OSError):
                status = os.stat(os.path.join(parent, name))
                sizes[status.st_ino] = status.st_size
    return sum(sizes.values())


def _parts(generation: Path) -> dict[str, int]:
    """Bytes of each file or directory of a generation."""
    return {
        entry.name: _size(entry) if entry.is_dir() else entry.stat().st_size
        for entry in sorted(generation.iterdir())
    }


if __name__ == "__main__":
    main()
