"""The report: one typed object, several views. Its JSON form is a public contract.

``snags.report/1``. Times are milliseconds since the session's first recorded event. Fields are only
ever added; a change of meaning raises the number.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = "snags.report/1"


class ReportPart(BaseModel):
    """Base of every part: unknown fields are an error, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Context(ReportPart):
    """A key action around the evidence."""

    event_id: str
    ms: int
    words: str


class EvidenceRow(ReportPart):
    """A row of the trace that carries the claim."""

    event_id: str
    ms: int
    words: str


class Evidence(ReportPart):
    """One occurrence, as shown to a reader."""

    session_id: str
    file: str
    event_ids: list[str]
    ms: int
    page: str
    claim: str
    harm: str
    overcame: bool
    verdict: Literal["confirmed", "refuted", "unclear"] | None = None
    clip: str | None = None
    link: str = ""
    """The moment in the replay at the source, where the source has an address for it."""
    rows: list[EvidenceRow] = Field(default_factory=list[EvidenceRow])
    before: list[Context] = Field(default_factory=list[Context])
    after: list[Context] = Field(default_factory=list[Context])


class LiftFigures(ReportPart):
    """How much more often sessions with the pattern fail, with its 95% interval."""

    ratio: float
    low: float
    high: float
    failed_with: int
    with_total: int
    failed_without: int
    without_total: int


class PeriodFigures(ReportPart):
    """The time in which a pattern happened far more often than before and after."""

    first_ms: int
    """Epoch milliseconds at which its first affected session began; ``last_ms``: its last one."""
    last_ms: int
    affected: int
    eligible: int
    affected_outside: int
    eligible_outside: int


class ReportPattern(ReportPart):
    """An issue that sessions share."""

    id: str
    title: str
    kind: str
    harm: str
    severity: str
    why: str
    criterion: str
    pages: list[str]
    affected: int
    eligible: int
    interval: tuple[float, float]
    success_despite: int
    lift: LiftFigures | None
    period: PeriodFigures | None = None
    """None where it happened all the time, or too seldom to tell."""
    sessions: list[str]
    evidence: list[Evidence]


class RefutedFinding(ReportPart):
    """A finding that the evidence spoke against, kept where a reader can see it."""

    title: str
    kind: str
    session_id: str
    event_ids: list[str]
    ms: int
    page: str
    claim: str
    reason: str
    clip: str | None = None


class SessionIssue(ReportPart):
    """An issue of one session."""

    kind: str
    harm: str
    ms: int
    page: str
    event_ids: list[str]
    claim: str
    element: str = ""
    overcame: bool = False
    pattern: str | None = None
    """Id of the pattern it belongs to."""


class SessionSegment(ReportPart):
    """A stretch of the session with one purpose."""

    title: str
    start_ms: int
    end_ms: int
    outcome: str
    key_actions: list[Context] = Field(default_factory=list[Context])


class ReportSession(ReportPart):
    """What became of one session of the source."""

    session_id: str
    file: str
    status: Literal["summarized", "skipped", "failed"]
    reason: str = ""
    link: str = ""
    """Its replay at the source, where the source has an address for it."""
    outcome: str = ""
    headline: str = ""
    start_ms: int = 0
    """Epoch milliseconds of its first recorded event."""
    duration_ms: int = 0
    active_ms: int = 0
    issues: list[SessionIssue] = Field(default_factory=list[SessionIssue])
    segments: list[SessionSegment] = Field(default_factory=list[SessionSegment])
    notes: list[str] = Field(default_factory=list[str])
    blind_ms: int = 0
    blind_reasons: list[str] = Field(default_factory=list[str])


class UnreadableEntry(ReportPart):
    """A file that is no recording."""

    file: str
    reason: str


class Coverage(ReportPart):
    """What was asked for, what was looked at, and what could not be seen."""

    requested: int
    summarized: int
    skipped: int
    failed: int
    duplicates: int
    success_ratio: float
    """summarized / (summarized + failed); 1.0 where there was neither."""
    unreadable: list[UnreadableEntry]
    recorded_ms: int
    active_ms: int
    blind_ms: int
    blind_reasons: list[str]
    selection: str
    """How the sessions were chosen, in words."""


class Withheld(ReportPart):
    """A claim the checks did not let through."""

    session_id: str
    claim: str
    kind: str
    event_ids: list[str]
    reason: str
    found_by: str


class ClaimAudit(ReportPart):
    """How many claims were made and how many did not survive the checks."""

    claims: int
    withheld: int
    unknown_event_ids: int
    items: list[Withheld]


class EgressEntry(ReportPart):
    """What left this machine, to whom."""

    provider: str
    requests: int
    bytes_sent: int
    redactions: int


class Usage(ReportPart):
    """What the report cost."""

    analysts: list[str]
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    first_finding_ms: int | None = None
    usable_ms: int | None = None
    final_ms: int | None = None


class Report(ReportPart):
    """The whole report."""

    schema_: Literal["snags.report/1"] = Field(default=SCHEMA, alias="schema")
    run_id: str
    title: str
    focus: str
    answer: str
    source: str
    created_at: str
    """ISO 8601, UTC."""
    patterns: list[ReportPattern]
    refuted: list[RefutedFinding]
    sessions: list[ReportSession]
    coverage: Coverage
    claim_audit: ClaimAudit
    canaries: str = ""
    """How this very run did on sessions whose truth is known, where some were mixed in."""
    egress: list[EgressEntry]
    usage: Usage

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def to_json(self) -> str:
        """The public JSON form."""
        return self.model_dump_json(by_alias=True, indent=1)
