"""The fidelity meter over a whole dump: what ``pinakes extract --report`` prints."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from pinakes.ingest.sources.mediawiki.fidelity.meter import FidelityCounts, LostNumber
from pinakes.service.terminal.console import err, out

__all__ = ["fidelity_json", "print_fidelity"]

_NAMES = 20
_PLACES = {"unrendered": "unknown template"}


def fidelity_json(total: FidelityCounts, lost: list[LostNumber]) -> dict[str, Any]:
    """The counts and examples as JSON; counters by descending count."""
    return total.to_json() | {
        "fidelity": round(total.fidelity, 6),
        "words_lost_in_unknown_per_1000": round(total.unknown_words_lost, 3),
        "examples": [asdict(number) for number in lost],
    }


def print_fidelity(total: FidelityCounts, lost: list[LostNumber]) -> None:
    """The counts as tables, and a few of the numbers lost with their surroundings."""
    for what, expected, kept in (
        ("Numbers", total.expected, total.kept),
        ("Words", total.words, total.words_kept),
    ):
        out.print(_kept_by_place(f"{what} in {total.pages:,} articles", expected, kept))
    out.print(
        f"Of 1,000 words {total.unknown_words_lost:.1f} are lost in templates that nobody knows"
    )
    _print_counts("Words and numbers lost in templates that nobody knows", total.lost_in_unknown)
    _print_counts("Words and numbers in templates left out on purpose", total.silent)
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


def _kept_by_place(title: str, expected: Counter[str], kept: Counter[str]) -> Table:
    table = Table(title=title)
    for name in ("where", "in the source", "kept", "lost", "kept %"):
        table.add_column(name, justify="left" if name == "where" else "right")
    rows = [(_PLACES.get(place, place), expected[place], kept[place]) for place in expected]
    for place, there, here in [*rows, ("all", expected.total(), kept.total())]:
        share = f"{here / there:.2%}" if there else "-"
        table.add_row(place, f"{there:,}", f"{here:,}", f"{there - here:,}", share)
    return table


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    ranked = sorted(counts.items(), key=lambda entry: -entry[1])
    names = ", ".join(f"{name} {count:,}" for name, count in ranked[:_NAMES])
    more = f", and {len(ranked) - _NAMES:,} more names" if len(ranked) > _NAMES else ""
    line = Text().append(title, "bold").append(f" {sum(counts.values()):,}")
    out.print(line.append(f": {names}{more}" if names else ""))
