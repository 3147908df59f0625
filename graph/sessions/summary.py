"""A summary: the checked account of one session. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph.ids import EventId, SessionId


class IssueKind(StrEnum):
    """What an issue did to the user."""

    BLOCKING = "blocking"
    """The user could not go on."""
    ABANDONMENT = "abandonment"
    """The user gave up on what they were doing."""
    CONFUSION = "confusion"
    """The user could not tell what to do, or was misled."""
    NON_BLOCKING = "non-blocking"
    """Something went wrong and the user got on all the same."""
    SLOW = "slow"
    """It worked, late."""


class Harm(StrEnum):
    """What one occurrence does to one user; ordered by ``HARM_ORDER``."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


HARM_ORDER = (Harm.LOW, Harm.MEDIUM, Harm.HIGH, Harm.CRITICAL)


class Outcome(StrEnum):
    """How a segment or a session ended for the user."""

    SUCCESS = "success"
    DETOUR = "success after friction"
    FAILURE = "failure"
    ABANDONED = "abandoned"
    UNCLEAR = "unclear"
    NO_ACTIVITY = "no user activity"


class Verdict(StrEnum):
    """What the pixels said."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAction:
    """One step worth telling."""

    event_id: EventId
    ms: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of the session with one purpose."""

    title: str
    start_ms: int
    end_ms: int
    event_ids: tuple[EventId, ...]
    key_actions: tuple[KeyAction, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueKey:
    """What makes two issues one pattern, deterministically.

    Four parts, in order of weight: what happened, to which element, with which message, on which page.
    """

    effect: str
    """Family of the effect: ``no_response``, ``error_shown``, ``spinner``, ``lost_input``, ..."""
    element: str
    """``Element.key``, or empty where no element carries it."""
    fingerprint: str
    """Template of the message or the request, or empty."""
    page: str
    """Page template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One occurrence of friction in one session, with the rows that carry it."""

    kind: IssueKind
    harm: Harm
    claim: str
    """One sentence; every fact in it stands in the cited rows."""
    event_ids: tuple[EventId, ...]
    """Never empty; the first is the moment of the issue."""
    ms: int
    end_ms: int
    page: str
    """Page template."""
    element: str
    """In words, for a reader."""
    key: IssueKey
    signals: tuple[str, ...]
    overcame: bool
    """True where the user reached what they were after all the same."""
    found_by: str
    """Which analyst found it: ``rules`` or a model's name."""
    verdict: Verdict | None = None
    verdict_reason: str = ""
    rank: float = 0.0
    """Order within a session, from signal strength; never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldClaim:
    """A claim that the checks did not let through, and why."""

    claim: str
    kind: str
    event_ids: tuple[str, ...]
    reason: str
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefutedClaim:
    """A finding that the session itself speaks against: loud, and without harm."""

    title: str
    claim: str
    kind: IssueKind
    event_ids: tuple[EventId, ...]
    ms: int
    page: str
    reason: str
    key: IssueKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Something of the application this session met: a page, or an element used on a page.

    Patterns count only the sessions that could show them; this is how they know.
    """

    page: str
    element: str = ""
    first_ms: int = 0
    last_ms: int = 0
    """When it was met first and last, in milliseconds of the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One session, told and checked."""

    session_id: SessionId
    file: str
    digest: str
    start_ms: int
    duration_ms: int
    active_ms: int
    outcome: Outcome
    headline: str
    segments: tuple[Segment, ...]
    issues: tuple[Issue, ...]
    withheld: tuple[WithheldClaim, ...]
    refuted: tuple[RefutedClaim, ...]
    claims: int
    """How many claims the drafts made, withheld ones included."""
    unknown_event_ids: int
    exposures: tuple[Exposure, ...]
    blind_ms: int
    blind_reasons: tuple[str, ...]
    notes: tuple[str, ...]
    rows: int
    clicks: int
    pages: tuple[str, ...]
    """Page templates in order of first visit."""
