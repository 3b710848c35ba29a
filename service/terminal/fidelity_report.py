"""The fidelity meter over a whole dump: what ``pinakes extract --report`` prints."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from pinakes.ingest.sources.mediawiki.fidelity.meter import FidelityCounts, LostNumber
from pinakes.service.terminal.console import err, out

__all__ = ["fidelity_json", "print_fidelity"]

_NAMES = 20


def fidelity_json(total: FidelityCounts, lost: list[LostNumber]) -> dict[str, Any]:
    """The counts and examples as JSON; counters by descending count."""
    return total.to_json() | {
        "fidelity": round(total.fidelity, 6),
        "examples": [asdict(number) for number in lost],
    }


def print_fidelity(total: FidelityCounts, lost: list[LostNumber]) -> None:
    """The counts as tables, and a few of the numbers lost with their surroundings."""
    table = Table(title=f"Numbers in {total.pages:,} articles")
    for name in ("where", "in the source", "kept", "lost", "kept %"):
        table.add_column(name, justify="left" if name == "where" else "right")
    for place, expected in [*total.expected.items(), ("all", total.expected.total())]:
        kept = total.kept.total() if place == "all" else total.kept[place]
        share = f"{kept / expected:.2%}" if expected else "-"
        table.add_row(place, f"{expected:,}", f"{kept:,}", f"{expected - kept:,}", share)
    out.print(table)
    _print_counts("Numbers in templates that no renderer knows", total.unrendered)
    _print_counts("Numbers in templates left out on purpose", total.silent)
    _print_counts("Numbers that steer a template and do not show", total.steering)
    _print_counts("Templates dropped", total.dropped)
    _print_counts("Markup left in the text", total.leftovers)
    pages = Text().append("Pages", "bold")
    pages.append(f" {total.pages:,} measured, {total.skipped:,} too broken to measure, ")
    out.print(pages.append(f"{total.quarantined:,} quarantined"))
    for number in lost[:_NAMES]:
        line = Text(f"{number.title} ({number.template or number.place}): ", style="cyan")
        line.append(f"{number.before} ▸ {number.after}", style="default")
        err.print(line)


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    ranked = sorted(counts.items(), key=lambda entry: -entry[1])
    names = ", ".join(f"{name} {count:,}" for name, count in ranked[:_NAMES])
    more = f", and {len(ranked) - _NAMES:,} more names" if len(ranked) > _NAMES else ""
    line = Text().append(title, "bold").append(f" {sum(counts.values()):,}")
    out.print(line.append(f": {names}{more}" if names else ""))
