"""Where a run stands, as one document, and each run event as a change of it. Pure.

The document is what a page shows of a run (``snags.progress``) and what a question asked meanwhile
is answered from. Events of the run, applied in order, always give the same document.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from graph.stream.events import (
    CandidateFound,
    PatternFirmed,
    PatternProvisional,
    ProgressUpdated,
    ReportFinal,
    ReportUsable,
    RunEvent,
    RunFailed,
    RunStarted,
    RunWasCancelled,
    SessionFailed,
    SessionQueued,
    SessionSkipped,
    SessionSummarized,
)
from tools.json_patch import Operation, apply_patch, pointer

ACTIVITY = "snags.progress"
NODES = ("select", "summarize", "patterns", "report")
MAX_FINDINGS = 20

NodeState = Literal["waiting", "running", "done", "failed", "cancelled"]
Status = Literal["queued", "running", "done", "done with gaps", "failed", "cancelled"]
SessionEvent = SessionQueued | SessionSkipped | SessionSummarized | SessionFailed
PatternEvent = PatternProvisional | PatternFirmed


class SessionProgress(TypedDict):
    """One session of the run."""

    session_id: str
    file: str
    state: Literal["queued", "summarized", "skipped", "failed"]
    issues: int
    note: str
    """Its headline, or why it was left out."""


class PatternProgress(TypedDict):
    """One pattern, as it stands so far."""

    pattern_id: str
    title: str
    kind: str
    severity: str
    affected: int
    eligible: int
    seen: int
    """Sessions summarized when it was counted."""
    firm: bool


class Finding(TypedDict):
    """A checked finding of one session."""

    session_id: str
    ms: int
    kind: str
    harm: str
    claim: str
    page: str
    event_ids: list[str]


class Unreadable(TypedDict):
    """A file that is no recording."""

    file: str
    reason: str


class ProgressDocument(TypedDict):
    """Where a run stands. ``requested`` is summarized, skipped, failed and those still to come."""

    run_id: str
    status: Status
    source: str
    focus: str
    message: str
    requested: int
    summarized: int
    skipped: int
    failed: int
    elapsed_ms: int | None
    nodes: dict[str, NodeState]
    sessions: list[SessionProgress]
    unreadable: list[Unreadable]
    patterns: list[PatternProgress]
    findings: list[Finding]


def new_document(run_id: str) -> ProgressDocument:
    """A run of which nothing is known yet."""
    return ProgressDocument(
        run_id=run_id,
        status="queued",
        source="",
        focus="",
        message="",
        requested=0,
        summarized=0,
        skipped=0,
        failed=0,
        elapsed_ms=None,
        nodes=dict.fromkeys(NODES, "waiting"),
        sessions=[],
        unreadable=[],
        patterns=[],
        findings=[],
    )


class RunProgress:
    """The document of one run, kept up to date by its events."""

    def __init__(self, run_id: str) -> None:
        self.document = new_document(run_id)
        self._session_at: dict[tuple[str, str], int] = {}
        self._operations: list[Operation] = []

    @property
    def ended(self) -> bool:
        return self.document["status"] not in ("queued", "running")

    def apply(self, event: RunEvent) -> list[Operation]:
        """Take an event in; returns what it changed, as a patch against the document before."""
        self._operations = []
        self._enter(event)
        match event:
            case RunStarted():
                self._put("status", "running")
                self._put("source", event.source)
                self._put("focus", event.focus)
            case SessionQueued() | SessionSkipped() | SessionSummarized() | SessionFailed():
                self._take_session(event)
            case PatternProvisional() | PatternFirmed():
                self._take_pattern(event)
            case CandidateFound():
                self._take_finding(event)
            case ProgressUpdated():
                self._put("requested", event.requested)
                self._put("message", event.message or self.document["message"])
            case ReportUsable():
                self._drop_patterns_that_did_not_firm()
            case ReportFinal() | RunFailed() | RunWasCancelled():
                self._end(event)
            case _:
                pass
        return self._operations

    def _change(self, operation: Operation) -> None:
        apply_patch(cast("dict[str, Any]", self.document), [operation])
        self._operations.append(operation)

    def _put(self, field: str, value: object) -> None:
        if cast("dict[str, Any]", self.document)[field] != value:
            self._change(Operation(op="replace", path=pointer(field), value=value))

    def _append(self, field: str, value: object) -> None:
        self._change(Operation(op="add", path=pointer(field, "-"), value=value))

    def _set_node(self, node: str, state: NodeState) -> None:
        if self.document["nodes"][node] != state:
            self._change(Operation(op="replace", path=pointer("nodes", node), value=state))

    def _enter(self, event: RunEvent) -> None:
        """Mark the event's node as running, and as done what must have ended before it."""
        if event.node not in NODES or self.document["nodes"][event.node] == "done":
            return
        ended = {"summarize": ("select",), "patterns": ("select",), "report": NODES[:3]}
        for node in ended.get(event.node, ()):
            self._set_node(node, "done")
        self._set_node(event.node, "running")

    def _take_session(self, event: SessionEvent) -> None:
        if isinstance(event, SessionSkipped) and _is_unreadable(event):
            self._append("unreadable", Unreadable(file=event.file, reason=event.reason))
            return
        session, key = _session_of(event), (event.session_id, event.file)
        at = self._session_at.get(key)
        if at is None:
            self._session_at[key] = len(self.document["sessions"])
            self._append("sessions", session)
        else:
            self._change(Operation(op="replace", path=pointer("sessions", at), value=session))
        self._count_sessions(session["state"])

    def _count_sessions(self, state: str) -> None:
        document = self.document
        match state:
            case "summarized":
                self._put("summarized", document["summarized"] + 1)
            case "skipped":
                self._put("skipped", document["skipped"] + 1)
            case "failed":
                self._put("failed", document["failed"] + 1)
            case _:
                pass
        self._put("requested", max(document["requested"], len(document["sessions"])))

    def _take_pattern(self, event: PatternEvent) -> None:
        patterns = self.document["patterns"]
        pattern = _pattern_of(event, self.document["summarized"])
        ids = [one["pattern_id"] for one in patterns]
        if event.pattern_id in ids:
            path = pointer("patterns", ids.index(event.pattern_id))
            self._change(Operation(op="replace", path=path, value=pattern))
        else:
            self._append("patterns", pattern)

    def _take_finding(self, event: CandidateFound) -> None:
        if len(self.document["findings"]) >= MAX_FINDINGS:
            self._change(Operation(op="remove", path=pointer("findings", 0)))
        fields = Finding(
            session_id=event.session_id,
            ms=event.ms,
            kind=event.kind,
            harm=event.harm,
            claim=event.claim,
            page=event.page,
            event_ids=event.event_ids,
        )
        self._append("findings", fields)

    def _drop_patterns_that_did_not_firm(self) -> None:
        """A provisional pattern may dissolve as more sessions land; then no event says so."""
        patterns = self.document["patterns"]
        for at in reversed(range(len(patterns))):
            if not patterns[at]["firm"]:
                self._change(Operation(op="remove", path=pointer("patterns", at)))

    def _end(self, event: ReportFinal | RunFailed | RunWasCancelled) -> None:
        if isinstance(event, ReportFinal):
            self._drop_patterns_that_did_not_firm()
            for node in NODES:
                self._set_node(node, "done")
            self._put("elapsed_ms", event.elapsed_ms)
            gaps = event.failed > 0 or bool(self.document["unreadable"])
            self._put("status", "done with gaps" if gaps else "done")
            return
        status: Literal["failed", "cancelled"] = (
            "failed" if isinstance(event, RunFailed) else "cancelled"
        )
        for node in NODES:
            if self.document["nodes"][node] == "running":
                self._set_node(node, status)
        self._put("message", event.message)
        self._put("status", status)


def _is_unreadable(event: SessionSkipped) -> bool:
    """The selection tells of a file that is no recording as a session whose id is the file."""
    return event.node == "select" and event.session_id == event.file


def _session_of(event: SessionEvent) -> SessionProgress:
    issues = event.issues if isinstance(event, SessionSummarized) else 0
    match event:
        case SessionQueued():
            state, note = "queued", ""
        case SessionSummarized():
            state, note = "summarized", event.headline
        case SessionSkipped():
            state, note = "skipped", event.reason
        case SessionFailed():
            state, note = "failed", event.reason
    return SessionProgress(
        session_id=event.session_id, file=event.file, state=state, issues=issues, note=note
    )


def _pattern_of(event: PatternEvent, summarized: int) -> PatternProgress:
    return PatternProgress(
        pattern_id=event.pattern_id,
        title=event.title,
        kind=event.kind,
        severity=event.severity,
        affected=event.affected,
        eligible=event.eligible,
        seen=event.seen if isinstance(event, PatternProvisional) else summarized,
        firm=isinstance(event, PatternFirmed),
    )
