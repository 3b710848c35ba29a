"""Progress as lines of a log, where nobody sits at a terminal: few, and none without news.

Knows nothing of where the lines go, nor what the steps do.
"""

import time
from collections.abc import Callable

__all__ = ["ProgressLines", "amounts", "duration"]

# No line sooner behind another; none later where there is anything to tell; else one a percent.
_LEAST_S, _MOST_S = 30.0, 600.0


class ProgressLines:
    """A line when a step begins, some while it lasts, and one at the end of a long one."""

    def __init__(
        self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._clock = say, clock
        self._name, self._unit = "", ""
        self._total = self._done = self._told = 0
        self._began = self._said = 0.0

    def step(self, name: str, total: int, unit: str) -> None:
        """Begin a step of ``total`` units; the one before it is done."""
        self.end()
        self._name, self._unit, self._total = name, unit, total
        self._done = self._told = 0
        self._began = self._said = self._clock()
        self._say(name if total == 1 else f"{name}: {_amount(total, unit)}")

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self._done += amount
        now = self._clock()
        since = now - self._said
        is_news = self._done - self._told >= self._total / 100
        if since < _LEAST_S or not (is_news or since >= _MOST_S) or self._done >= self._total:
            return
        self._said, self._told = now, self._done
        speed = self._done / (now - self._began)
        told = f"{self._done / self._total:.0%}"[:-1] + " %"
        told += f", {amounts(self._done, self._total, self._unit, speed)}"
        if speed:
            told += f", about {duration((self._total - self._done) / speed)} left"
        self._say(f"{self._name}: {told}")

    def end(self) -> None:
        """The last step is done; where it took long that is said."""
        lasted = self._clock() - self._began
        if self._name and lasted >= _LEAST_S:
            self._say(f"{self._name}: done in {duration(lasted)}")
        self._name = ""


def amounts(done: float, total: float, unit: str, speed: float | None) -> str:
    """Done, total and rate: 1.0/2.4 MB, 0.2 MB/s."""
    text = f"{_number(done, unit)}/{_amount(total, unit)}"
    return text + (f", {_number(speed, unit, 1)} {_named(unit)}/s" if speed else "")


def duration(seconds: float) -> str:
    """Seconds as people say them: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _amount(amount: float, unit: str) -> str:
    return f"{_number(amount, unit)} {_named(unit)}"


def _number(amount: float, unit: str, digits: int = 0) -> str:
    return f"{amount / 1e6:,.1f}" if unit == "bytes" else f"{amount:,.{digits}f}"


def _named(unit: str) -> str:
    return "MB" if unit == "bytes" else unit
