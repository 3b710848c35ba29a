"""How ``pinakes calibrate`` and ``status`` tell of how sure answers must be."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pinakes.service.evaluation.error_curves import ErrorCurve
from pinakes.service.terminal.console import out
from pinakes.service.terminal.figure_tables import print_table, short

__all__ = ["print_errors", "threshold_text"]


def threshold_text(threshold: Mapping[str, Any]) -> str:
    """A ``Threshold`` in words."""
    text = f"answers need a confidence of {threshold['threshold']:.3f}, "
    if threshold["ignored"] is not None:
        return f"{text}as chosen on other questions: {threshold['ignored']}"
    if threshold["collection"] is None:
        return f"{text}as chosen on other questions; better: pinakes calibrate QUESTIONS"
    text += f"chosen by {threshold['questions']:,} questions of this collection"
    shares = threshold["false_refusals"], threshold["refusals"]
    if None in shares:
        return text
    asked, left_out = shares
    return f"{text}: refused {asked:.1%} of them, {left_out:.1%} with their pages left out"


def print_errors(errors: ErrorCurve, heading: str) -> None:
    """Both errors at each threshold, and the area under the curve."""
    title = f"{heading}, area under the curve {short(errors.area)}"
    out.print(Text(title, style="bold"))
    table = Table(box=SIMPLE_HEAD)
    for name in ("confidence", "answerable refused", "unanswerable refused"):
        table.add_column(name, justify="right")
    for point in errors.points:
        table.add_row(short(point.threshold), short(point.false_refusals), short(point.refusals))
    print_table(table)
