"""Parts of the work, each as a command of its own, so that a whole process can be measured.

Run by path inside a peer's environment, hence it imports what a command needs only there.
Command: python -m bench.speed.reading strip-code|mwxml|bz2|blocks|indexed-bzip2 FILE [WORKERS]
"""

import sys
from pathlib import Path

_PIECE_BYTES = 1 << 20


def _mwxml(path: Path) -> int:
    import mwxml

    with path.open("rb") as file:
        pages = mwxml.Dump.from_file(file).pages
        return sum(len(revision.text or "") for page in pages for revision in page)


def _strip_code(path: Path) -> int:
    import mwparserfromhell
    import mwxml

    size = 0
    with path.open("rb") as file:
        for page in mwxml.Dump.from_file(file).pages:
            for revision in page:
                if page.namespace == 0 and page.redirect is None:
                    size += len(mwparserfromhell.parse(revision.text or "").strip_code())
    return size


def _bz2(path: Path) -> int:
    import bz2

    with bz2.open(path) as file:
        return sum(map(len, iter(lambda: file.read(_PIECE_BYTES), b"")))


def _indexed_bzip2(path: Path, threads: int) -> int:
    import indexed_bzip2

    with indexed_bzip2.open(str(path), parallelization=threads) as file:
        return sum(map(len, iter(lambda: file.read(_PIECE_BYTES), b"")))


def _blocks(path: Path, workers: int) -> int:
    from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
    from pinakes.ingest.workers import map_units, worker_processes

    with worker_processes(workers) as executor:
        units = plan_units(find_dump([path]))
        return sum(size for _, size in map_units(_length, units, executor, 2 * workers + 1))


def _length(unit) -> int:
    from itertools import takewhile

    from pinakes.ingest.sources.mediawiki.files.archives import read_pieces

    pieces = takewhile(lambda p: p.offset < unit.end, read_pieces(unit.file, unit.start))
    return sum(len(piece.data) for piece in pieces)


def main() -> None:
    """Print how many bytes or characters came out."""
    name, path, *workers = sys.argv[1:]
    work = {
        "strip-code": _strip_code,
        "mwxml": _mwxml,
        "bz2": _bz2,
        "blocks": _blocks,
        "indexed-bzip2": _indexed_bzip2,
    }[name]
    print(work(Path(path), *map(int, workers)))


if __name__ == "__main__":
    main()
