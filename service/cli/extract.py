"""``pinakes extract``: what a dump says, as JSON lines; or how much of it the text keeps."""

import shutil
import sys
import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.build_options import WorkersOption
from pinakes.service.cli.options import (
    DumpPaths,
    JsonOption,
    print_json,
)
from pinakes.service.errors import BadInput, DamagedDump
from pinakes.service.extras import require_extra
from pinakes.service.terminal.console import (
    damages_text,
    pages_text,
)

if TYPE_CHECKING:
    from pinakes.ingest.sources.base import Source

__all__ = ["extract"]


def extract(
    dump: DumpPaths,
    workers: WorkersOption = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report", help="Measure how much of the facts the text keeps, instead of printing it."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a dump's articles and redirects as JSON lines, or a report of their fidelity."""
    require_extra("build", "pinakes extract")
    if report:
        require_extra("measure", "pinakes extract --report")
    from pinakes.index.build.progress import Silence
    from pinakes.ingest.rows import extract_unit
    from pinakes.ingest.sources.checksums import verify
    from pinakes.ingest.sources.opening import open_source
    from pinakes.ingest.types import PageCounts
    from pinakes.ingest.workers import default_workers, map_units, worker_processes
    from pinakes.service.terminal.console import BuildProgress

    found = open_source(dump)
    count = workers or default_workers()
    if report:
        _report_fidelity(found, count, as_json=as_json)
        return
    counts = PageCounts()
    # On a terminal the lines themselves show that something happens.
    shown = nullcontext(Silence()) if sys.stdout.isatty() else BuildProgress()
    with (
        shown as progress,
        tempfile.TemporaryDirectory() as scratch,
        worker_processes(count) as executor,
    ):
        if checksums := found.published_checksums():
            progress.step("Checking checksums", sum(c.size for c in checksums), "bytes")
            for checksum in checksums:
                verify(checksum, progress.advance)
        found = found.prepared(Path(scratch), executor, 2 * count + 1, progress)
        progress.step(f"Reading the {found.files_are}", found.byte_count, "bytes")
        found = found.without_layout()
        work = partial(extract_unit, source=found, directory=Path(scratch))
        for unit, extracted in map_units(work, found.units(), executor, 2 * count + 1):
            for path, stream in ((extracted.rows, sys.stdout), (extracted.problems, sys.stderr)):
                with path.open("rb") as file:
                    shutil.copyfileobj(file, stream.buffer)
                path.unlink()
            found.release(unit)
            counts += extracted.counts
            progress.advance(unit.byte_count)
    sys.stderr.write(f"{pages_text(counts)}\n")
    if counts.damages:
        raise DamagedDump(f"{damages_text(counts.damages)}; see the lines above")


def _report_fidelity(source: "Source", workers: int, *, as_json: bool) -> None:
    from pinakes.ingest.sources.mediawiki.fidelity.dump_fidelity import measure_dump
    from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
    from pinakes.service.terminal.console import BuildProgress
    from pinakes.service.terminal.fidelity_report import fidelity_json, print_fidelity

    if not isinstance(source, MediaWikiSource):
        raise BadInput(f"--report measures wikitext, and {source.files[0]} holds none")
    with BuildProgress() as progress:
        total, lost = measure_dump(source, workers, progress)
    if as_json:
        print_json(fidelity_json(total, lost))
    else:
        print_fidelity(total, lost)
