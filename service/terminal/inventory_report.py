"""How generations and collections are told of: tables for people, JSON for programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from pinakes.index.holders import named
from pinakes.index.inventory import GenerationState, Inventory, UnfinishedBuild
from pinakes.index.types import Manifest
from pinakes.service.terminal.console import out

if TYPE_CHECKING:
    from pinakes.index.build.preview import UpdatePreview

__all__ = [
    "collection_json",
    "inventory_json",
    "print_collections",
    "print_inventory",
    "print_preview",
    "size_text",
]

_COUNTS = ("articles", "passages", "vectors")
_MOST_FILES = 2
_ANY_WIDTH = 500

# The cells of a row, and how it looks.
_Row = tuple[Sequence[str], str | None]


def size_text(size: int) -> str:
    """Bytes as people read them: "1.2 GB"."""
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:,.1f} {unit}"
    return f"{size} B"


def print_inventory(inventory: Inventory) -> None:
    """A row for each generation, the current one marked; below, what is to be known of them."""
    count = len(inventory.generations)
    title = f"{inventory.collection}: {count} generation{'' if count == 1 else 's'}, "
    out.print(Text(f"{title}{size_text(inventory.size)} on disk", style="bold"))
    if inventory.generations:
        rows = []
        for state in inventory.generations:
            _, built, *counts = _facts(state.manifest)
            mark = "→" if state.is_current else ""
            sizes = (size_text(state.size), size_text(state.alone))
            cells = (mark, state.name, built, *counts, *sizes)
            rows.append((cells, "bold" if state.is_current else None))
        _print_table(
            ["", "generation", "built"],
            [*_COUNTS, "size", "alone"],
            rows,
            giving_way=["built", "articles", "passages", "alone", "vectors"],
        )
    if sum(state.size for state in inventory.generations) > inventory.size:
        out.print(
            "What generations share counts in the size of each, and once in the sum; alone: what "
            "would be free without one.",
            style="dim",
        )
    for state in inventory.generations:
        if state.problem:
            out.print(Text(f"{state.name}: {state.problem}", style="red"))
        if state.held_by:
            out.print(f"{state.name} is used by {named(list(state.held_by))}.")
    for build in inventory.unfinished:
        out.print(_unfinished_text(inventory, build))


def _print_table(
    texts: Sequence[str],
    numbers: Sequence[str],
    rows: Sequence[_Row],
    giving_way: Sequence[str],
) -> None:
    """Names and figures are never cut: columns that ``giving_way`` names go, these first, instead.

    As many as a terminal is too narrow for.
    """
    width = out.width
    unlimited = out.options.update(max_width=_ANY_WIDTH)
    for count in range(len(giving_way) + 1):
        table = _table(texts, numbers, rows, giving_way[:count])
        if Measurement.get(out, unlimited, table).maximum <= width:
            break
    out.print(table, width=width)
    if left_out := giving_way[:count]:
        out.print(f"Too narrow here for {', '.join(left_out)}; --json has all.", style="dim")


def _table(
    texts: Sequence[str], numbers: Sequence[str], rows: Sequence[_Row], left_out: Sequence[str]
) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    names = [*texts, *numbers]
    kept = [place for place, name in enumerate(names) if name not in left_out]
    for place in kept:
        is_number = place >= len(texts)
        # The name of a collection may be longer than any terminal is wide.
        table.add_column(
            names[place], justify="right" if is_number else "left", overflow="fold",
            no_wrap=place > 0,
        )  # fmt: skip
    for cells, style in rows:
        table.add_row(*(cells[place] for place in kept), style=style)
    return table


def _facts(manifest: Manifest | None) -> Sequence[str]:
    if manifest is None:
        return ("", "", "", "", "")
    return (
        manifest.dump.day or "",
        manifest.created[:10],
        f"{manifest.pages.articles:,}",
        f"{manifest.passages:,}",
        _coverage(manifest.coverage),
    )


def _coverage(coverage: float) -> str:
    """As a share that says all and none only where it is so."""
    if coverage in (0, 1):
        return "all" if coverage else "none"
    return f"{min(max(coverage, 0.001), 0.999):.1%}"


def _unfinished_text(inventory: Inventory, build: UnfinishedBuild) -> Text:
    files = ", ".join(build.files[:_MOST_FILES]) + (" …" if len(build.files) > _MOST_FILES else "")
    of = f" of {files}" if files else ""
    if inventory.build == "at work":
        return Text(f"A build{of} is at work here: {size_text(build.size)} so far.")
    if build.withheld:
        return Text(f"{build.withheld} ({size_text(build.size)})")
    return Text(
        f"A build{of} has not finished, {size_text(build.size)}: the same command goes on where it "
        "stopped; pinakes generations remove --unfinished drops it."
    )


def inventory_json(inventory: Inventory) -> dict[str, Any]:
    """What ``print_inventory`` shows."""
    return {
        "collection": inventory.collection,
        "bytes": inventory.size,
        "generations": [_generation_json(state) for state in inventory.generations],
        "unfinished": [
            {
                "name": build.name,
                "files": list(build.files),
                "bytes": build.size,
                "withheld": build.withheld,
            }
            for build in inventory.unfinished
        ],
        "build": inventory.build,
    }


def _generation_json(state: GenerationState) -> dict[str, Any]:
    return {
        "generation": state.name,
        "current": state.is_current,
        **_facts_json(state.manifest),
        "bytes": state.size,
        "bytes_alone": state.alone,
        "used_by": list(state.held_by),
        "problem": state.problem,
    }


def _facts_json(manifest: Manifest | None) -> dict[str, Any]:
    if manifest is None:
        return dict.fromkeys(("as_of", "created", "articles", "passages", "coverage"))
    return {
        "as_of": manifest.dump.day,
        "created": manifest.created,
        "articles": manifest.pages.articles,
        "passages": manifest.passages,
        "coverage": manifest.coverage,
    }


def print_collections(inventories: Sequence[Inventory], free: int) -> None:
    """A row for each collection; below, what is to be known of some, and the room that is left."""
    rows, notes = [], []
    for one in inventories:
        current = one.current
        day, _, *counts = _facts(current.manifest if current else None)
        number = str(len(one.generations))
        rows.append(((one.collection, day, *counts, number, size_text(one.size)), None))
        problem = _problem_of(one)
        build = f"a build is {one.build}" if one.build else None
        if said := "; ".join(filter(None, (problem, build))):
            notes.append(f"{one.collection}: {said}")
    _print_table(
        ["collection", "dump of"],
        [*_COUNTS, "generations", "size"],
        rows,
        giving_way=["generations", "articles", "passages", "vectors", "dump of"],
    )
    for note in notes:
        out.print(Text(note))
    out.print(f"{size_text(free)} are free.", style="dim")


def _problem_of(inventory: Inventory) -> str | None:
    """Why it cannot answer."""
    if inventory.current is not None:
        return inventory.current.problem
    return "current leads nowhere" if inventory.generations else "nothing published yet"


def print_preview(preview: "UpdatePreview") -> None:
    """What an update would change, and what it would take, in a few lines."""
    pages, passages = preview.pages, preview.passages
    kinds = ", ".join(
        f"{pages[kind]:,} {kind}" for kind in ("added", "changed", "moved", "deleted")
    )
    if pages["kept"]:
        kinds += f", {pages['kept']:,} kept"
    out.print(f"Against {preview.present}: {kinds}, {pages['unchanged']:,} as they were.")
    out.print(
        f"{passages:,} passages: {preview.passages_added:,} come, {preview.passages_removed:,} go; "
        f"{preview.to_embed:,} are embedded before it is published."
    )
    steps = ", ".join(
        f"{name} {seconds:,.0f} s{' (measured)' if preview.measured and name == 'embed' else ''}"
        for name, seconds in preview.seconds.items()
    )
    if steps:
        out.print(f"Still to be done, as the last build here took: {steps}.")
    out.print(
        f"On disk it adds about {size_text(preview.size)}. What was read is kept: the same command "
        "without --dry-run goes on from there."
    )


def collection_json(inventory: Inventory) -> dict[str, Any]:
    """A row of ``print_collections``."""
    current = inventory.current
    return {
        "collection": inventory.collection,
        "generation": current.name if current else None,
        **_facts_json(current.manifest if current else None),
        "generations": len(inventory.generations),
        "bytes": inventory.size,
        "build": inventory.build,
        "problem": _problem_of(inventory),
    }
