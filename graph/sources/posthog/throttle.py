"""PostHog's documented limits on requests, kept before PostHog has to refuse."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WORTH_TELLING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many requests in any stretch of so many seconds."""

    requests: int
    seconds: float


SNAPSHOTS = (Allowance(60, 60.0), Allowance(300, 3_600.0))
"""Requests for recordings, on a paid plan: the newest figures that PostHog's tests state."""

QUERIES = (Allowance(120, 3_600.0),)
"""Queries, per project."""

Clock = Callable[[], float]
Tell = Callable[[str], None]
Pause = Callable[[float], None]


class Throttle:
    """Lets requests through no faster than the allowances. Safe to share between threads."""

    def __init__(
        self,
        name: str,
        allowances: Sequence[Allowance],
        *,
        clock: Clock = time.monotonic,
        pause: Pause = time.sleep,
    ) -> None:
        self._name = name
        self._allowances = tuple(allowances)
        self._clock = clock
        self._pause = pause
        self._lock = threading.Lock()
        self._passed = deque[float](maxlen=max(one.requests for one in allowances))
        """When the last requests went, or will go, through."""
        self._closed_until = 0.0

    def pass_through(self, tell: Tell) -> None:
        """Wait for a turn; a wait worth telling is told ("snapshot limit: 40 s")."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._closed_until, *(self._free_at(one) for one in self._allowances))
            self._passed.append(turn)
        if turn - now >= WORTH_TELLING_SECONDS:
            tell(f"{self._name} limit: {turn - now:.0f} s")
        if turn > now:
            self._pause(turn - now)

    def close_for(self, seconds: float) -> None:
        """PostHog has refused a request: nothing goes through for so long."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def _free_at(self, one: Allowance) -> float:
        """When the allowance has room for one more."""
        if len(self._passed) < one.requests:
            return 0.0
        return self._passed[len(self._passed) - one.requests] + one.seconds
