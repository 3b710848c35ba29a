"""Charts of horizontal bars: what they hold, and one or several drawn as a static SVG file.

SVG 1.1, https://www.w3.org/TR/SVG11/; it draws in light and in dark, has no script and loads
nothing. Pages draw the same charts as tables (``charts.html``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from pinakes.service.plain_text import visible

__all__ = ["Bar", "Chart", "chart", "svg_of"]

_TEMPLATES = Path(__file__).parent
_ROW, _HEAD, _GAP = 22, 34, 18


@dataclass(frozen=True, slots=True)
class Bar:
    """``label``: what is measured; ``said``: its value in words; ``share``: of the width, 0–1.

    ``interval``: within which the value likely lies, as shares too.
    """

    label: str
    said: str
    share: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below a title, in the order in which they are to be read."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """What it takes of the drawing, in its units."""
        return _HEAD + _ROW * len(self.bars) + _GAP


def chart(title: str, values: Mapping[str, tuple[float, str]], whole: float | None = None) -> Chart:
    """A chart of values, none below 0, each with how it is said, by their labels.

    ``whole``: the value of a bar over the whole width; None: that of the largest.
    """
    most = max((value for value, _ in values.values()), default=0.0) if whole is None else whole
    bars = (
        Bar(label, said, min(value / most, 1.0) if most else 0.0)
        for label, (value, said) in values.items()
    )
    return Chart(title, tuple(bars))


def svg_of(title: str, charts: Sequence[Chart], note: str = "") -> str:
    """The charts below each other, as a file that a browser shows; ``note`` holds for all."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: visible(value) if isinstance(value, str) else value,
    )  # fmt: skip
    tops, top = [], _HEAD + 2 * _GAP
    for one in charts:
        tops.append(top)
        top += one.height
    drawn = environment.get_template("bars.svg")
    placed = list(zip(charts, tops, strict=True))
    return drawn.render(title=title, note=note, placed=placed, height=top, row=_ROW, head=_HEAD)
