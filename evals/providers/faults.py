"""What goes wrong at a provider, and which request it happens to: by a schedule, or by seeded luck."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from evals.providers.asked import Asked


class Fault(StrEnum):
    """Each is one way in which a request comes to no answer, or to a wrong one."""

    RATE_LIMITED = "rate limited, with Retry-After"
    RATE_LIMITED_LONG = "rate limited for an hour"
    NO_CREDIT = "out of credit"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    LATE_ERROR = "500 after the wait for the first token"
    WRONG_KEY = "401"
    RESET = "connection reset before an answer"
    HANG = "no byte"
    SILENT_STREAM = "headers, then nothing"
    KEEP_ALIVE_ONLY = "comments for ever, and no text"
    STALL = "silence in the middle of a stream"
    CUT = "connection cut in the middle of a stream"
    CLEAN_END = "stream ends without a finish reason"
    SHORT_BODY = "body shorter than its length"
    LENGTH = "cut by the output limit"
    EMPTY = "empty answer"
    REFUSED = "content filter"
    NO_CHOICE = "no choices"
    HTML = "a web page with status 200"
    BROKEN_CHUNK = "a chunk that is no JSON"
    DOUBLED_CHUNK = "a chunk that comes twice"
    BROKEN_TEXT = "an answer cut in its middle that claims to be whole"
    WRONG_IDS = "ids that do not exist"


TRANSIENT = frozenset(Fault) - {
    Fault.RATE_LIMITED_LONG,
    Fault.NO_CREDIT,
    Fault.WRONG_KEY,
    Fault.REFUSED,
    Fault.DOUBLED_CHUNK,
}
"""Those after which the same request can come to an answer. A doubled chunk gives a wrong text for good."""

RATES: Mapping[Fault, float] = {
    Fault.RATE_LIMITED: 0.004,
    Fault.SERVER_ERROR: 0.002,
    Fault.UNAVAILABLE: 0.001,
    Fault.LATE_ERROR: 0.002,
    Fault.CUT: 0.002,
    Fault.HANG: 0.0015,
    Fault.BROKEN_TEXT: 0.0035,
    Fault.LENGTH: 0.0035,
    Fault.WRONG_IDS: 0.01,
}
"""Of an ordinary day."""

INCIDENT: Mapping[Fault, float] = {**RATES, Fault.UNAVAILABLE: 0.10, Fault.SERVER_ERROR: 0.10}


class Faults:
    """Decides what happens to an attempt. Nothing goes wrong by default."""

    def decide(self, asked: Asked, attempt: int) -> Fault | None:
        """The fault of this attempt (counted from 0 for each content), or None."""
        del asked, attempt
        return None


@dataclass
class Always(Faults):
    """The first attempts at every request go wrong in one way."""

    fault: Fault
    attempts: int = 1
    only: Callable[[Asked], bool] = field(default=lambda _: True)

    def decide(self, asked: Asked, attempt: int) -> Fault | None:
        return self.fault if attempt < self.attempts and self.only(asked) else None


class InOrder(Faults):
    """By number of request: the n-th has the n-th fault; after the last all goes well."""

    def __init__(self, faults: Sequence[Fault | None]) -> None:
        self._faults = tuple(faults)
        self._lock = threading.Lock()
        self._next = 0

    def decide(self, asked: Asked, attempt: int) -> Fault | None:
        with self._lock:
            place, self._next = self._next, self._next + 1
        return self._faults[place] if place < len(self._faults) else None


@dataclass
class Seeded(Faults):
    """By luck that depends on content and attempt alone: two designs meet the same."""

    rates: Mapping[Fault, float]
    seed: int = 0

    def decide(self, asked: Asked, attempt: int) -> Fault | None:
        luck = random.Random(f"{self.seed} {asked.digest} {attempt}").random()  # noqa: S311
        for fault, rate in self.rates.items():
            luck -= rate
            if luck < 0:
                return fault
        return None


class Attempts:
    """How often each content was asked for, and answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.requests: list[Asked] = []
        """In the order in which they came."""

    def begin(self, asked: Asked) -> int:
        """Number of earlier attempts at this content."""
        with self._lock:
            self.requests.append(asked)
            self.asked[asked.digest] += 1
            return self.asked[asked.digest] - 1

    def complete(self, asked: Asked) -> None:
        """The whole answer has been sent."""
        with self._lock:
            self.answered[asked.digest] += 1

    @property
    def paid_twice(self) -> dict[str, int]:
        """Contents that were answered whole more than once."""
        with self._lock:
            return {digest: times for digest, times in self.answered.items() if times > 1}
