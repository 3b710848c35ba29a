"""What tables of figures share: how a share and a difference look, and how wide a table may be."""

import sys
from collections.abc import Iterable, Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table

from pinakes.index.evaluation.comparison import Difference
from pinakes.service.terminal.console import PlainConsole

__all__ = ["difference_table", "print_table", "short"]

_WIDTH = 110


def short(value: float) -> str:
    """A share in three digits: .874, and 1 where it is all."""
    return f"{value:.3f}".removeprefix("0").replace("1.000", "1")


def difference_table(
    differences: Mapping[str, Difference], measures: Iterable[str], rises: tuple[str, str]
) -> Table:
    """A row for each of ``measures``; ``rises``: what to call that it rose, and that it fell."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("measure", "difference", "95 % interval", *rises, "same"):
        table.add_column(name, justify="left" if name == "measure" else "right")
    for name in measures:
        difference = differences[name]
        estimate = difference.estimate
        table.add_row(
            name,
            f"{estimate.value:+.3f}",
            f"{estimate.low:+.3f} to {estimate.high:+.3f}",
            *(f"{n:,}" for n in (difference.wins, difference.losses, difference.ties)),
        )
    return table


def print_table(table: Table) -> None:
    """Print it as wide as the terminal, or as a reader of files has room for."""
    PlainConsole(width=None if sys.stdout.isatty() else _WIDTH).print(table)
