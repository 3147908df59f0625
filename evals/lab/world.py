"""What one session's server side knows: its switches, its data and the log of what was met."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of the app's server, and how long it takes on the session's clock."""

    status: int = 200
    body: object = None
    latency_ms: int = 160
    never: bool = False
    """The server never answers."""
    dropped: bool = False
    """The connection breaks."""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the app's server."""

    method: str
    path: str
    query: dict[str, str]
    body: Json
    page: str

    @property
    def route(self) -> str:
        """Return method and path as one string, to match on."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A user met a fault or decoy: which, when (session clock) and on which page."""

    id: str
    at: int
    page: str


@dataclass(slots=True)
class World:
    """The mutable state of one session outside its page."""

    switches: frozenset[str]
    random: Random
    store: Json = field(default_factory=dict[str, Any])
    hits: list[Hit] = field(default_factory=list[Hit])
    now: int = 0
    """The clock that only runs forward, in epoch milliseconds."""
    shift: int = 0
    """How far the user's machine has set its clock off, as a clock jump does."""

    def on(self, switch: str) -> bool:
        """Say whether a fault, decoy or trait is switched on."""
        return switch in self.switches

    def meet(self, switch: str, page: str) -> bool:
        """Log that the user meets the switch, if it is on; say whether it is."""
        if switch not in self.switches:
            return False
        self.hits.append(Hit(switch, self.now + self.shift, page))
        return True

    def once(self, switch: str, page: str) -> bool:
        """As `meet`, the first time only."""
        if any(hit.id == switch for hit in self.hits):
            return False
        return self.meet(switch, page)

    def add(self, key: str, amount: int = 1) -> int:
        """Count up and return the new count."""
        self.store[key] = int(self.store.get(key, 0)) + amount
        return int(self.store[key])
