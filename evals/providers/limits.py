"""Requests and tokens a minute, as providers count them, and the headers that tell of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """Fills by the minute; empty, it refuses."""

    per_minute: float
    clock: Callable[[], float] = time.monotonic
    _level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._at = self.per_minute, self.clock()

    def take(self, amount: float) -> float:
        """Seconds until there is enough; 0 where there was, and it has been taken."""
        now = self.clock()
        self._level = min(self.per_minute, self._level + (now - self._at) * self.per_minute / 60)
        self._at = now
        if amount <= self._level:
            self._level -= amount
            return 0.0
        return (amount - self._level) * 60 / self.per_minute

    @property
    def left(self) -> int:
        return int(self._level)


class Limits:
    """Both buckets of one model; none refuses where no limit is given."""

    def __init__(self, *, requests: float | None = None, tokens: float | None = None) -> None:
        self._lock = threading.Lock()
        self._buckets = {
            name: Bucket(per_minute)
            for name, per_minute in (("requests", requests), ("tokens", tokens))
            if per_minute is not None
        }

    def take(self, tokens: int) -> float:
        """Seconds to wait before this request is let through; 0 where it is."""
        amounts = {"requests": 1.0, "tokens": float(tokens)}
        with self._lock:
            return max(
                (one.take(amounts[name]) for name, one in self._buckets.items()), default=0.0
            )

    def headers(self) -> dict[str, str]:
        """As OpenAI sends them."""
        with self._lock:
            told = {
                f"x-ratelimit-limit-{name}": f"{one.per_minute:.0f}"
                for name, one in self._buckets.items()
            }
            told |= {
                f"x-ratelimit-remaining-{name}": str(one.left)
                for name, one in self._buckets.items()
            }
            return told
