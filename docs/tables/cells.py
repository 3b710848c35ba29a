"""What stands in the tables: rows of named columns, and how each kind of figure is written."""

from collections.abc import Mapping

__all__ = ["Interval", "Row", "Share", "drawn", "interval"]

Row = Mapping[str, object]  # the name of a column -> what stands there


class Share(float):
    """Between 0 and 1, or a difference of such: told with three decimals."""


class Interval(tuple[float, float, float]):
    """A difference with its 95 % interval."""


def interval(estimate: Mapping[str, float]) -> Interval:
    """A difference as bench.record keeps it."""
    return Interval((estimate["value"], estimate["low"], estimate["high"]))


def drawn(rows: list[Row]) -> str:
    """A table in Markdown; its columns are those of any row, in order."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[_cell(row.get(column, "")) for column in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    match value:
        case Interval():
            middle, low, high = value
            return f"{middle:+.3f} ({low:+.3f} to {high:+.3f})"
        case Share():
            return f"{value:.3f}"
        case bool() | None:
            return "" if value is None else "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        case _:
            return str(value)
