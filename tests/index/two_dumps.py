"""A wiki as two dumps have it, with every kind of edit between them, built one after the other."""

from pathlib import Path

from pinakes.index.build.pipeline import BuildOptions, build_collection
from tests.index.toys import QuietProgress, article, in_threads, redirect, write_dump

__all__ = ["EARLIER", "LATER", "build_kept_pages", "build_two_dumps"]

SAME = "The library kept a great many scrolls of papyrus on its long shelves. " * 4
REED = "Papyrus is made of a reed of the Nile. It was the paper of antiquity."
EARLIER = [
    article(1, "Papyrus", f"{REED}\n== Use ==\n{SAME}"),
    article(2, "Parchment", f"A skin that is written on. {SAME}"),
    article(3, "Codex", f"Leaves between boards. {SAME}"),
    article(4, "Wax tablet", f"Wood with wax. {SAME}"),
    redirect(5, "Scroll", "Papyrus"),
    article(6, "Ostracon", f"A sherd. {SAME}"),
]
LATER = [
    article(1, "Papyrus", f"{REED.replace('the paper', 'the only paper')}\n== Use ==\n{SAME}"),
    article(2, "Vellum", f"A skin that is written on. {SAME}"),
    article(3, "Codex", f"Leaves between boards. {SAME}[[Category:Books]]"),
    article(5, "Scroll", f"A roll of sheets. {SAME}"),
    article(6, "Ostracon", f"A sherd. {SAME}\n== Finds ==\nThe agora of Athens has many."),
    article(7, "Palimpsest", f"Written upon twice. {SAME}"),
]


def build_two_dumps(data: Path) -> Path:
    """The collection ``toywiki``: generations 20261001-1 and 20261101-1, without vectors."""
    return _build(data, LATER)


def build_kept_pages(data: Path) -> Path:
    """The same, but the second dump lacks the wax tablet and the potsherd, which are kept."""
    left = [page for page in LATER if "Ostracon" not in page]
    return _build(data, left, keeps_vanished=True)


def _build(data: Path, later: list[str], *, keeps_vanished: bool = False) -> Path:
    collection = data / "toywiki"
    for date, pages in (("20261001", EARLIER), ("20261101", later)):
        source = write_dump(data.parent / f"dump-{date}", pages, date)
        options = BuildOptions(1, executors=in_threads, keeps_vanished=keeps_vanished)
        build_collection(collection, source, None, "none", QuietProgress(), options)
    return collection
