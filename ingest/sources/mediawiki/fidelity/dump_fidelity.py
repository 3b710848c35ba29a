"""The fidelity of a whole dump, unit by unit: counts that add up, and a sample to read."""

import random
import tempfile
from functools import partial
from pathlib import Path

from pinakes.ingest.sources.base import Stepping
from pinakes.ingest.sources.mediawiki.fidelity.meter import (
    FidelityCounts,
    LostNumber,
    measure_pages,
)
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import QuarantinedPage
from pinakes.ingest.workers import map_units, worker_processes

__all__ = ["measure_dump", "measure_unit"]

_EXAMPLES = 100
_SEED = 1969


def measure_dump(
    source: MediaWikiSource, workers: int, progress: Stepping
) -> tuple[FidelityCounts, list[LostNumber]]:
    """The counts of a dump's articles, and a hundred lost numbers drawn at random.

    They are read with the templates of the dump, as a build reads them.
    """
    total = FidelityCounts()
    drawn: list[LostNumber] = []
    seen = 0
    draw = random.Random(_SEED)  # noqa: S311 - a sample to read, no secret
    ahead = 2 * workers + 1
    with tempfile.TemporaryDirectory() as scratch, worker_processes(workers) as executor:
        source = source.prepared(Path(scratch), executor, ahead, progress)
        progress.step("Measuring", source.byte_count, "bytes")
        work = partial(measure_unit, source=source)
        for unit, (counts, lost) in map_units(work, source.units(), executor, ahead):
            source.release(unit)
            total += counts
            for number in lost:
                seen += 1
                if len(drawn) < _EXAMPLES:
                    drawn.append(number)
                elif (place := draw.randrange(seen)) < _EXAMPLES:
                    drawn[place] = number
            progress.advance(unit.byte_count)
    return total, drawn


def measure_unit(
    unit: WorkUnit, source: MediaWikiSource
) -> tuple[FidelityCounts, list[LostNumber]]:
    """The counts of a unit's articles and the numbers they lost."""
    total = FidelityCounts()
    lost: list[LostNumber] = []
    templates, cut = source.prepared_for(unit)
    for item in read_pages(unit, cut):
        if isinstance(item, QuarantinedPage):
            total += FidelityCounts(quarantined=1)
        elif isinstance(item, Page) and item.namespace == 0 and item.redirect_to is None:
            try:
                results = list(measure_pages([item], source.dump.site, templates))
            except Exception:  # as in reading: the page is set aside, and counted
                total += FidelityCounts(quarantined=1)
                continue
            for counts, numbers in results:
                total += counts
                lost += numbers
    return total, lost
