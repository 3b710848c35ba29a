"""How often each token may ask: at most so many requests in any stretch of time.

The times of the last requests are kept, of each token as many as it may send: exact, where counting
by the minute would let through twice as many around its turn. One process counts for itself.
"""

import math
import time
from collections import deque
from collections.abc import Callable

from pinakes.service.http.security.allowance import Rate

__all__ = ["Rates"]


class Rates:
    """The requests of each token that its rate still counts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: seconds, from anywhere."""
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def wait_s(self, name: str, rate: Rate | None) -> int | None:
        """None where this request may go on, and counts; else whole seconds until one may."""
        if rate is None:
            self._times.pop(name, None)
            return None
        now = self._clock()
        times = self._times.get(name)
        if times is None or times.maxlen != rate.requests:
            times = self._times[name] = deque(times or (), rate.requests)
        if len(times) == rate.requests and now - times[0] < rate.seconds:
            return max(1, math.ceil(rate.seconds - (now - times[0])))
        times.append(now)
        return None
