"""When an attempt is made again, and how long to wait before. Pure, but for the dice."""

from __future__ import annotations

import random

from graph.errors import ModelUnavailable

ATTEMPTS = 5
"""Of one call. With these pauses a provider has half a minute to recover."""

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
"""A provider that asks for more has no capacity for this run; the run says so instead of hanging."""


def pause_before_retry(error: ModelUnavailable, attempt: int, dice: random.Random) -> float | None:
    """Seconds to wait after a failed attempt (the first is 1); None where it is not tried again.

    As the provider asks, else twice as long each time, with full jitter so that calls which failed
    together do not come back together.
    """
    if attempt >= ATTEMPTS:
        return None
    asked = error.retry_after_seconds
    if asked is not None:
        return asked + dice.uniform(0, 0.25) if asked <= LONGEST_PAUSE_SECONDS else None
    return dice.uniform(0.1, 1.0) * FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)
