"""How a build tells of itself while it runs; who listens decides how that looks."""

from typing import Protocol

__all__ = ["Progress", "Silence"]


class Progress(Protocol):
    """What a build tells of itself while it runs."""

    def step(self, name: str, total: int, unit: str) -> None:
        """A step begins; ``total`` counts in ``unit``."""
        ...

    def advance(self, amount: int) -> None:
        """So much more of the step is done."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line."""
        ...


class Silence:
    """Progress that nobody listens to."""

    def step(self, name: str, total: int, unit: str) -> None:
        """Say nothing."""

    def advance(self, amount: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""
