"""A pattern: an issue that sessions share. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph.ids import EventId, PatternId, SessionId
from graph.sessions.summary import Harm, IssueKey, IssueKind, Verdict


class Severity(StrEnum):
    """How much a pattern matters: harm, raised or lowered by how far it reaches."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A 95% interval of a share or a ratio."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How much more often sessions with the pattern fail than eligible sessions without it."""

    ratio: float
    interval: Interval
    failed_with: int
    with_total: int
    failed_without: int
    without_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time in which a pattern happened far more often than before and after."""

    first_ms: int
    """When the first affected session of it began, in epoch milliseconds."""
    last_ms: int
    affected: int
    eligible: int
    affected_outside: int
    eligible_outside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One issue of one session that belongs to the pattern."""

    session_id: SessionId
    event_ids: tuple[EventId, ...]
    ms: int
    end_ms: int
    page: str
    kind: IssueKind
    harm: Harm
    claim: str
    overcame: bool
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """An issue that one or more sessions show, counted by code."""

    id: PatternId
    title: str
    criterion: str
    """What a session must show to belong; a yes or no question a reader can check."""
    kind: IssueKind
    harm: Harm
    severity: Severity
    why: str
    """The severity formula, filled in."""
    key: IssueKey
    pages: tuple[str, ...]
    affected: tuple[SessionId, ...]
    eligible: tuple[SessionId, ...]
    """Sessions that could show it; contains every affected one."""
    interval: Interval
    success_despite: int
    lift: Lift | None
    period: Period | None = None
    """None where it happened all the time, or too seldom to tell."""
    occurrences: tuple[Occurrence, ...]
    """All of them, best evidence first, at most one per session in front."""
