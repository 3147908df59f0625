"""The lab's words: an app under test, its faults and decoys, and one session's plan."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.lab.user import User
    from evals.lab.view import View
    from evals.lab.world import Call, Reply, World

Json = dict[str, Any]


class Kind(StrEnum):
    """What one occurrence does to the user."""

    BLOCKING = "blocking"
    ABANDONMENT = "abandonment"
    CONFUSION = "confusion"
    NON_BLOCKING = "non-blocking"
    SLOW = "slow"


class Severity(StrEnum):
    """How bad one occurrence is; `SEVERITY_RULE` says how it is chosen."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


SEVERITY_RULE = (
    "critical: everyone who meets it cannot finish a main task and there is no way round; "
    "high: blocks a task for most who meet it, or shows wrong or loses data silently; "
    "medium: the task is finished only by a detour or by repeating, or a secondary function is "
    "dead; low: a delay or nuisance"
)

Proof = Callable[["View", int, int], bool]
"""Says whether a recording shows what truth claims between two times (ms in the session)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A switch that makes the app do users real harm."""

    id: str
    title: str
    kind: Kind
    severity: Severity
    pages: tuple[str, ...]
    element: str
    truth: str
    share: int
    """Sessions of 100 in which the switch is on; fewer may meet it."""
    goal: str
    """The goal that leads a user to it and that it hinders."""
    proof: Proof
    console_error: bool = False
    failed_request: bool = False
    lasts_ms: int = 2500
    """How long after the last meeting an occurrence counts as going on."""

    def as_json(self) -> Json:
        """Return the fault as truth.json has it."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind.value,
            "severity": self.severity.value,
            "pages": list(self.pages),
            "element": self.element,
            "console_error": self.console_error,
            "failed_request": self.failed_request,
            "truth": self.truth,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """A switch that looks like trouble and does no harm."""

    id: str
    truth: str
    share: int
    proof: Proof
    goal: str | None = None
    """The goal on whose way it lies; None where any session meets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Something a user came to do; `run` answers whether the user got it done."""

    id: str
    text: str
    run: Callable[["User"], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a scripted user behaves."""

    name: str
    tempo: float
    """Factor on every pause for thought."""
    patience_ms: int
    """How long the user waits for an effect."""
    tries: int
    """How often the user tries the same thing before giving up on it."""
    bursts: bool = False
    """Clicks several times in quick succession when nothing happens."""
    keyboard: bool = False
    """Moves between fields with Tab and submits with Enter."""
    wanders: bool = False
    """Looks around on other pages between goals."""


HABITS: Mapping[str, Habit] = {
    habit.name: habit
    for habit in (
        Habit(name="patient", tempo=1.4, patience_ms=9_000, tries=2),
        Habit(name="hasty", tempo=0.55, patience_ms=3_200, tries=3, bursts=True),
        Habit(name="keyboard", tempo=0.9, patience_ms=6_000, tries=2, keyboard=True),
        Habit(name="gives_up_early", tempo=0.8, patience_ms=4_000, tries=1),
        Habit(name="wanders", tempo=1.5, patience_ms=6_000, tries=2, wanders=True),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One app under test: its files, its server, its users and its switches."""

    name: str
    sentence: str
    origin: str
    site: Path
    respond: Callable[["Call", "World"], "Reply"]
    faults: tuple[Fault, ...]
    decoys: tuple[Decoy, ...]
    goals: tuple[Goal, ...]
    wander: Callable[["User"], Awaitable[None]]
    traits: Mapping[str, int] = field(default_factory=dict[str, int])
    """Trait → sessions of 100 that have it."""
    look_alikes: tuple[tuple[str, ...], ...] = ()
    one_cause_two_pages: tuple[str, ...] = ()
    single_page: bool = False
    """Every unknown path answers with index.html."""
    record: Mapping[str, object] = field(default_factory=dict[str, object])
    network: Mapping[str, object] = field(default_factory=dict[str, object])
    viewport: tuple[int, int] = (1200, 760)
    posthog: bool = False

    def goal(self, goal_id: str) -> Goal:
        """Return the goal with this id."""
        return next(goal for goal in self.goals if goal.id == goal_id)

    def fault(self, fault_id: str) -> Fault | None:
        """Return the fault with this id, or None where the id names no fault."""
        return next((fault for fault in self.faults if fault.id == fault_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is fixed about a session before it is recorded."""

    session: str
    batch: str
    seed: int
    start_ms: int
    habit: Habit
    goals: tuple[str, ...]
    switches: frozenset[str]
    traits: tuple[str, ...] = ()
