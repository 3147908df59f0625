"""Run events: what happened in a run, past tense, in a closed union.

Nothing here knows of sockets. A node appends an event to the event log and goes on; whoever wants to
follow the run reads the log.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

NodeName = Literal["select", "summarize", "patterns", "report", "run"]


class RunEventBase(BaseModel):
    """Base of every run event. ``node`` is the graph node that was at work."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    node: NodeName = "run"


class RunStarted(RunEventBase):
    """The run has begun."""

    type: Literal["run_started"] = "run_started"
    run_id: str
    source: str
    focus: str


class SessionQueued(RunEventBase):
    """A session will be looked at."""

    type: Literal["session_queued"] = "session_queued"
    node: NodeName = "select"
    session_id: str
    file: str


class SessionSkipped(RunEventBase):
    """A session was left out, and why; also a file that is no recording."""

    type: Literal["session_skipped"] = "session_skipped"
    node: NodeName = "summarize"
    session_id: str
    file: str
    reason: str


class SessionSummarized(RunEventBase):
    """A session was told and checked."""

    type: Literal["session_summarized"] = "session_summarized"
    node: NodeName = "summarize"
    session_id: str
    file: str
    outcome: str
    headline: str
    issues: int


class SessionFailed(RunEventBase):
    """A session could not be summarized, and why."""

    type: Literal["session_failed"] = "session_failed"
    node: NodeName = "summarize"
    session_id: str
    file: str
    reason: str


class CandidateFound(RunEventBase):
    """A checked finding of one session that may become a pattern."""

    type: Literal["candidate_found"] = "candidate_found"
    node: NodeName = "summarize"
    session_id: str
    kind: str
    harm: str
    claim: str
    page: str
    ms: int
    event_ids: list[str]


class PatternProvisional(RunEventBase):
    """A pattern as it stands so far; the same id comes again as it grows."""

    type: Literal["pattern_provisional"] = "pattern_provisional"
    node: NodeName = "patterns"
    pattern_id: str
    title: str
    kind: str
    severity: str
    affected: int
    eligible: int
    seen: int
    """Sessions summarized so far: "3 of 20 so far"."""


class PatternFirmed(RunEventBase):
    """A pattern whose counts are final."""

    type: Literal["pattern_firmed"] = "pattern_firmed"
    node: NodeName = "patterns"
    pattern_id: str
    title: str
    kind: str
    severity: str
    affected: int
    eligible: int


class ClipStarted(RunEventBase):
    """A flagged moment is being rendered."""

    type: Literal["clip_started"] = "clip_started"
    session_id: str
    ms: int


class ClipChecked(RunEventBase):
    """A flagged moment was looked at."""

    type: Literal["clip_checked"] = "clip_checked"
    session_id: str
    ms: int
    verdict: str
    clip: str | None = None


class ProgressUpdated(RunEventBase):
    """Where the run stands; at most four a second."""

    type: Literal["progress_updated"] = "progress_updated"
    requested: int
    summarized: int
    skipped: int
    failed: int
    patterns: int
    cost_usd: float = 0.0
    message: str = ""


class ReportUsable(RunEventBase):
    """Patterns with evidence can be read; stragglers and verdicts may follow."""

    type: Literal["report_usable"] = "report_usable"
    node: NodeName = "report"
    patterns: int
    elapsed_ms: int


class ReportFinal(RunEventBase):
    """Nothing of this report will change any more. The last event of a run that worked."""

    type: Literal["report_final"] = "report_final"
    node: NodeName = "report"
    patterns: int
    summarized: int
    skipped: int
    failed: int
    elapsed_ms: int


class RunFailed(RunEventBase):
    """The run ended without a report. The last event of such a run."""

    type: Literal["run_failed"] = "run_failed"
    error: str
    message: str


class RunWasCancelled(RunEventBase):
    """Somebody cancelled the run. The last event of such a run."""

    type: Literal["run_cancelled"] = "run_cancelled"
    message: str = ""


RunEvent = Annotated[
    RunStarted
    | SessionQueued
    | SessionSkipped
    | SessionSummarized
    | SessionFailed
    | CandidateFound
    | PatternProvisional
    | PatternFirmed
    | ClipStarted
    | ClipChecked
    | ProgressUpdated
    | ReportUsable
    | ReportFinal
    | RunFailed
    | RunWasCancelled,
    Field(discriminator="type"),
]

RUN_EVENT: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)
TERMINAL_EVENTS = frozenset({"report_final", "run_failed", "run_cancelled"})
"""Types after which a run's stream ends."""
