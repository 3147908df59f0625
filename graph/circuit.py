"""A circuit breaker: what does not answer is left alone for a while, so that it costs no wait each time."""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES_TO_OPEN = 3
OPEN_SECONDS = 5.0


class Circuit:
    """Closed while things work; open for some seconds after failures in a row; then one try decides."""

    def __init__(
        self,
        *,
        failures: int = FAILURES_TO_OPEN,
        seconds: float = OPEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    @property
    def closed(self) -> bool:
        """True where a try may be made."""
        return self._clock() >= self._open_until

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> bool:
        """Count a failure; True where it opens the circuit."""
        self._failures += 1
        if self._failures < self._limit:
            return False
        self._open_until = self._clock() + self._seconds
        return True
