"""What English Wikipedia and all wikis would take, worked out from what was measured here.

Nothing in these tables was run: figures per megabyte of XML times the sizes below, which are
inputs. Real wikitext gives the lower figures of disk, plain text the upper ones: it has no markup
and about as many articles to a megabyte as Wikipedia.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.speed.stages import IN_PARENT, IN_THREADS, IN_WORKERS
from pinakes.index.keywords.writer import MOST_RANGES

__all__ = [
    "CORES",
    "WIKIS",
    "Measured",
    "Wiki",
    "busy_workers",
    "disk_rows",
    "memory_rows",
    "time_rows",
    "wall_seconds",
]


@dataclass(frozen=True, slots=True)
class Wiki:
    """What is to be built: XML and its bz2 in GB, and millions of articles."""

    name: str
    xml_gb: float
    bz2_gb: float
    articles: float


WIKIS = (
    Wiki("English Wikipedia", 110, 25, 7),
    Wiki("all Wikipedias", 1000, 230, 62),
)
CORES = (2, 16)
# GB that DuckDB may take before it spills, and that one range of the keyword index may.
_LINKS_GB, _RANGE_GB = 1.0, 0.27


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds of each stage and bytes of each kind of file, of ``megabytes`` of XML.

    ``memory`` is the largest in bytes of the parent and of each worker; it does not grow.
    """

    megabytes: float
    memory: Sequence[int]
    seconds: Mapping[str, float]
    files: Mapping[str, int]

    def rate(self, stages: tuple[str, ...]) -> float:
        """CPU seconds of these stages per MB of XML."""
        return sum(self.seconds[name] for name in stages) / self.megabytes


def busy_workers(measured: Measured) -> float:
    """How many workers one parent keeps busy while the dump is read."""
    return measured.rate(IN_WORKERS) / measured.rate(IN_PARENT[:1])


def wall_seconds(measured: Measured, megabytes: float, cores: int) -> float:
    """Reading with all cores but no faster than the parent, links, BM25 in threads, hashing."""
    work, parent = measured.rate(IN_WORKERS), measured.rate(IN_PARENT[:1])
    reading = max((work + parent) / cores, parent)
    indexing = measured.rate(IN_THREADS) / min(cores, MOST_RANGES)
    return megabytes * (reading + measured.rate(IN_PARENT[1:]) + indexing)


def time_rows(wikitext: Measured, text: Measured) -> list[list[str]]:
    """CPU hours and wall hours, from real wikitext and from plain text."""
    rows = []
    for wiki in WIKIS:
        megabytes = wiki.xml_gb * 1000
        every = (*IN_WORKERS, *IN_PARENT, *IN_THREADS)
        cells = [
            _range(*(m.rate(every) * megabytes / 3600 for m in (wikitext, text)), digits=1),
            *(
                _range(*(wall_seconds(m, megabytes, n) / 3600 for m in (wikitext, text)), digits=1)
                for n in CORES
            ),
        ]
        rows.append([f"{wiki.name}, {wiki.xml_gb:,.0f} GB, {wiki.articles:g} M articles", *cells])
    return rows


def memory_rows(wikitext: Measured, text: Measured) -> list[list[str]]:
    """GB on so many cores while the dump is read, links are counted, the keyword index written."""
    worker = max(size for m in (wikitext, text) for size in m.memory[1:]) / 1e9
    parent = max(m.memory[0] for m in (wikitext, text)) / 1e9
    steps = {
        "reading": lambda cores: parent + cores * worker,
        "counting links": lambda _: parent + _LINKS_GB,
        "keyword index": lambda cores: parent + _RANGE_GB * min(cores, MOST_RANGES),
    }
    return [[name, *(f"{step(n):.1f}" for n in CORES)] for name, step in steps.items()]


def disk_rows(wikitext: Measured, text: Measured) -> list[list[str]]:
    """GB of each kind of file, intermediate and final."""
    rows = [["the dump, bz2", "", *(f"{wiki.bz2_gb:,.0f}" for wiki in WIKIS)]]
    for name in wikitext.files:
        low, high = (m.files.get(name, 0) / m.megabytes for m in (wikitext, text))
        low, high = low / 1e6, high / 1e6  # GB of it to a GB of XML
        cells = [_range(low * wiki.xml_gb, high * wiki.xml_gb) for wiki in WIKIS]
        rows.append([name, _range(low, high, digits=3), *cells])
    return rows


def _range(low: float, high: float, digits: int = 0) -> str:
    low, high = sorted((low, high))
    return f"{low:,.{digits}f} – {high:,.{digits}f}"
