"""How fast a model reads its prompt here, by the prompts that it has read."""

from collections import deque
from statistics import median

__all__ = ["ReadingSpeed"]

_LATEST = 9
# Shorter prompts take as long as what is around them does.
_LEAST_TOKENS = 64


class ReadingSpeed:
    """Tokens a second, the median of the latest prompts."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._latest: deque[float] = deque(maxlen=_LATEST)

    def note(self, tokens: float, seconds: float) -> None:
        """So many tokens, none of them known from before, were read in that time."""
        if tokens >= _LEAST_TOKENS and seconds > 0:
            self._latest.append(tokens / seconds)

    @property
    def per_s(self) -> float | None:
        """None before the first prompt."""
        return median(self._latest) if self._latest else None
