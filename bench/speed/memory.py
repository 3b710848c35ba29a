"""Memory of every process while a large dump is read: is it flat, however large the dump?

Measures: RssAnon of the parent and of every worker, each second, while `pinakes build` is in its
step "Reading the dump" (or while `pinakes extract` runs); for each process the peak in MB, and the
slope in MB per minute over the last three quarters of the time (least squares).
Corpus: generated: the articles of the sample over and over, each time under new ids and titles,
until the XML has --gigabytes, in one file of the form --form; written to --directory, which needs
room for it and for the segments, and deleted at the end.
Command: python -m bench.speed.memory [--gigabytes N] [--form xml|bz2|zst] [--command build|extract]
"""

import argparse
import bz2
import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import zstandard
from rich.console import Console
from rich.table import Table

from bench.record import record

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLE = _ROOT / "data" / "sample"
_READ = "Counting links"  # the step after reading


def main() -> None:
    """Generate the dump, read it, and report every process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--form", choices=("xml", "bz2", "zst"), default="xml")
    parser.add_argument("--command", choices=("build", "extract"), default="build")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--directory", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as scratch:
        path = Path(scratch) / f"toywiki-20261101-pages-articles.xml.{arguments.form}"
        pages = write_dump(path, int(arguments.gigabytes * 1e9), arguments.form)
        seconds, samples = read_and_watch(
            arguments.command, path, arguments.workers, Path(scratch) / "data"
        )
    figures = {
        "command": arguments.command,
        "gigabytes": arguments.gigabytes,
        "form": arguments.form,
        "pages": pages,
        "workers": arguments.workers,
        "seconds": round(seconds),
        "processes": [_figures(name, found) for name, found in samples.items()],
    }
    table = Table("process", "seconds watched", "peak MB", "MB per minute")
    for row in figures["processes"]:
        table.add_row(*(str(row[key]) for key in row))
    Console(width=90).print(table)
    print(record("memory", "generated from the sample", figures))


def write_dump(path: Path, size: int, form: str) -> int:
    """Write an export of ``size`` bytes of XML; its number of pages."""
    packed = next(_SAMPLE.glob("*-multistream.xml.bz2")).read_bytes()
    xml = bz2.decompress(packed).decode()
    header, _, rest = xml.partition("<page>")
    pages = ["<page>" + part for part in rest.rpartition("</page>")[0].split("<page>")]
    count = written = 0
    with path.open("wb") as raw, _packer(raw, form) as file:
        file.write(header.encode())
        while written < size:
            text = "".join(_renamed(page, count, place) for place, page in enumerate(pages))
            data = text.encode()
            file.write(data)
            written += len(data)
            count += 1
        file.write(b"</mediawiki>\n")
    return count * len(pages)


def _renamed(page: str, turn: int, place: int) -> str:
    page = page.replace("</title>", f" ({turn})</title>", 1)
    return re.sub(r"<id>\d+</id>", f"<id>{turn * 1000 + place + 1}</id>", page, count=1)


class _MultistreamWriter:
    """A stream of bz2 for each write."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw

    def write(self, data: bytes) -> None:
        self._raw.write(bz2.compress(data))


@contextlib.contextmanager
def _packer(raw: IO[bytes], form: str) -> Iterator[IO[bytes] | _MultistreamWriter]:
    if form == "zst":
        with zstandard.ZstdCompressor(level=1).stream_writer(raw, closefd=False) as packed:
            yield packed
    else:
        yield _MultistreamWriter(raw) if form == "bz2" else raw


def read_and_watch(
    command: str, dump: Path, workers: int, data: Path
) -> tuple[float, dict[str, list[tuple[float, float]]]]:
    """Seconds, and for each process the MB it held at each second."""
    words = [
        sys.executable,
        "-m",
        "pinakes",
        command,
        str(dump),
        "--workers",
        str(workers),
    ]
    if command == "build":
        words += ["--vectors", "none", "--data", str(data)]
    process = subprocess.Popen(
        words, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    done = threading.Event()

    def follow() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(_READ):
                process.send_signal(signal.SIGINT)
                break
            sys.stderr.write(line)
        done.set()

    threading.Thread(target=follow, daemon=True).start()
    samples: dict[str, list[tuple[float, float]]] = {}
    began = time.monotonic()
    while not done.wait(1.0):
        for name, megabytes in _memory(process.pid):
            samples.setdefault(name, []).append((time.monotonic() - began, megabytes))
    seconds = time.monotonic() - began
    process.communicate(timeout=120)
    return seconds, {name: found for name, found in samples.items() if len(found) > 4}


def _memory(parent: int) -> Iterator[tuple[str, float]]:
    """RssAnon of the process and its children: mapped files would blur VmRSS."""
    for name, pid in [
        ("parent", parent),
        *((f"{_kind(child)} {child}", child) for child in _children(parent)),
    ]:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            if match := re.search(r"RssAnon:\s+(\d+) kB", status):
                yield name, int(match[1]) / 1024


def _kind(process: int) -> str:
    """Beside the workers stands a small process that Python itself keeps."""
    with contextlib.suppress(OSError):
        if b"resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes():
            return "tracker"
    return "worker"


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def _figures(name: str, samples: list[tuple[float, float]]) -> dict[str, str | float]:
    times, megabytes = np.array(samples).T
    late = times >= times[0] + (times[-1] - times[0]) / 4
    slope = float(np.polyfit(times[late], megabytes[late], 1)[0]) * 60
    return {
        "process": name.split()[0],
        "seconds": round(float(times[-1] - times[0])),
        "peak_mb": round(float(megabytes.max())),
        "mb_per_minute": round(slope, 2),
    }


if __name__ == "__main__":
    main()
