"""The fidelity of a whole dump, unit by unit: counts that add up, and a sample to read."""

import random
from collections.abc import Callable
from functools import partial

from pinakes.ingest.sources.mediawiki.fidelity.meter import (
    FidelityCounts,
    LostNumber,
    measure_pages,
)
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages
from pinakes.ingest.types import QuarantinedPage
from pinakes.ingest.workers import map_units, worker_processes

__all__ = ["measure_dump", "measure_unit"]

_EXAMPLES = 100
_SEED = 1969


def measure_dump(
    source: MediaWikiSource, workers: int, on_done: Callable[[int], None]
) -> tuple[FidelityCounts, list[LostNumber]]:
    """The counts of a dump's articles, and a hundred lost numbers drawn at random.

    ``on_done`` is called with the bytes of each unit that is measured.
    """
    total = FidelityCounts()
    drawn: list[LostNumber] = []
    seen = 0
    draw = random.Random(_SEED)  # noqa: S311 - a sample to read, no secret
    with worker_processes(workers) as executor:
        work = partial(measure_unit, site=source.dump.site)
        for unit, (counts, lost) in map_units(work, source.units(), executor, 2 * workers + 1):
            total += counts
            for number in lost:
                seen += 1
                if len(drawn) < _EXAMPLES:
                    drawn.append(number)
                elif (place := draw.randrange(seen)) < _EXAMPLES:
                    drawn[place] = number
            on_done(unit.byte_count)
    return total, drawn


def measure_unit(unit: WorkUnit, site: SiteInfo) -> tuple[FidelityCounts, list[LostNumber]]:
    """The counts of a unit's articles and the numbers they lost."""
    total = FidelityCounts()
    lost: list[LostNumber] = []
    for item in read_pages(unit):
        if isinstance(item, QuarantinedPage):
            total += FidelityCounts(quarantined=1)
        elif isinstance(item, Page) and item.namespace == 0 and item.redirect_to is None:
            try:
                results = list(measure_pages([item], site))
            except Exception:  # as in reading: the page is set aside, and counted
                total += FidelityCounts(quarantined=1)
                continue
            for counts, numbers in results:
                total += counts
                lost += numbers
    return total, lost
