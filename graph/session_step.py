"""One session, from recording to record: what the summarize node does. Done once per run and session."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graph.analyst import Analyst
from graph.deps import Deps
from graph.errors import StoreError
from graph.ids import SessionId
from graph.runs.bodies import encode
from graph.runs.fan_out import attempt
from graph.runs.landings import ReadSession, SessionRecord
from graph.runs.run import Failure
from graph.runs.steps import read_body, run_step
from graph.runs.store import BlobRef
from graph.sessions.summarize import summarize
from graph.sessions.summary import SessionSummary
from graph.sources.recording import Recording, RecordingRef
from graph.state import SessionTask
from graph.stream.events import (
    CandidateFound,
    RunEvent,
    SessionFailed,
    SessionSkipped,
    SessionSummarized,
)
from graph.traces.compact import compact

CANDIDATES_PER_SESSION = 3
"""Findings told at once; the rest is in the report. More would drown the reader of a long run."""

NO_ACTIVITY = "no user activity"

SESSION_PREFIX = "session/"
TRACE_PREFIX = "trace/"
SUMMARY_PREFIX = "summary/"
"""Names of the bodies a session leaves in the run store: prefix and session id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was made of one recording; bodies are encoded in the thread that made them."""

    digest: str
    trace: bytes = b""
    """Empty where a session before this one is known to have the same events."""
    summary: bytes = b""
    """Empty where nobody did anything."""
    issues: int = 0


async def record_session(deps: Deps, task: SessionTask) -> SessionRecord:
    """The session's record: the stored one, or made now. Told once, whichever it is.

    Raises:
        StoreError: the record cannot be stored.
        LeaseLost: another worker has the run.
    """
    key = SESSION_PREFIX + task["session_id"]
    record = await run_step(
        deps.store, deps.run.run_id, key, SessionRecord, lambda: _make_record(deps, task)
    )
    await _tell(deps, record)
    deps.landings.land(record)
    return record


async def recall_sessions(deps: Deps) -> None:
    """What an earlier attempt of this run has stored lands again, told where it was not yet."""
    for name in await deps.store.names(deps.run.run_id, SESSION_PREFIX):
        ref = await deps.store.find(deps.run.run_id, name)
        if ref is not None:
            record = await read_body(deps.store, ref, SessionRecord)
            await _tell(deps, record)
            deps.landings.land(record)


async def _make_record(deps: Deps, task: SessionTask) -> SessionRecord:
    made = await attempt("session", task["session_id"], lambda: _account_of(deps, task))
    if isinstance(made, Failure):
        deps.landings.mark_read(_read(task), "")
        return _record(task, "failed", reason=made.message)
    original = await deps.landings.original_of(task["index"], made.digest)
    if original is not None:
        return _record(
            task,
            "skipped",
            reason=f"identical to {original.file}",
            digest=made.digest,
            same_as=original.session_id,
        )
    trace = await deps.store.put(deps.run.run_id, TRACE_PREFIX + task["session_id"], made.trace)
    if not made.summary:
        return _record(task, "skipped", reason=NO_ACTIVITY, digest=made.digest, trace=trace)
    summary = await deps.store.put(
        deps.run.run_id, SUMMARY_PREFIX + task["session_id"], made.summary
    )
    return _record(
        task,
        "summarized",
        digest=made.digest,
        finding_ms=deps.elapsed_ms() if made.issues else None,
        trace=trace,
        summary=summary,
    )


async def _account_of(deps: Deps, task: SessionTask) -> Account:
    """Read and analyse under a slot: a recording is held only while it has one."""
    ref = RecordingRef(
        session_id=SessionId(task["session_id"]), file=task["file"], size_bytes=task["size_bytes"]
    )
    async with deps.limiter.slot(deps.run.run_id):
        recording = await deps.in_thread(deps.source.read, ref)
        deps.landings.mark_read(_read(task), recording.digest)
        if deps.landings.is_repeat(task["index"], recording.digest):
            return Account(digest=recording.digest)
        return await deps.in_thread(analyse, recording, deps.analysts)


def analyse(recording: Recording, analysts: Sequence[Analyst]) -> Account:
    """Recording → trace → summary. Computes for a second or more on a large one: call it in a thread.

    The analysts run in an event loop of that thread, so that rules and checks never hold up the
    server's. A session nobody acted in asks no analyst and costs nothing.
    """
    trace = compact(recording)
    if not trace.user_acted:
        return Account(digest=recording.digest, trace=encode(trace))
    summary = asyncio.run(summarize(trace, analysts))
    return Account(
        digest=recording.digest,
        trace=encode(trace),
        summary=encode(summary),
        issues=len(summary.issues),
    )


async def _tell(deps: Deps, record: SessionRecord) -> None:
    session_id, file = record["session_id"], record["file"]
    if deps.run.request.holds_out(file):
        return  # what nobody asked about is nobody's progress
    if deps.journal.has_told(f"session_{record['status']}", session_id, file):
        return
    match record["status"]:
        case "skipped":
            skipped = SessionSkipped(session_id=session_id, file=file, reason=record["reason"])
            await deps.journal.tell(skipped)
        case "failed":
            failed = SessionFailed(session_id=session_id, file=file, reason=record["reason"])
            await deps.journal.tell(failed)
        case "summarized":
            await deps.journal.tell(*_events_of(await summary_of(deps, record)))


def _events_of(summary: SessionSummary) -> list[RunEvent]:
    """The summary, and its strongest findings, in one piece."""
    told = SessionSummarized(
        session_id=summary.session_id,
        file=summary.file,
        outcome=summary.outcome.value,
        headline=summary.headline,
        issues=len(summary.issues),
    )
    strongest = sorted(summary.issues, key=lambda issue: (-issue.rank, issue.ms))
    candidates = [
        CandidateFound(
            session_id=summary.session_id,
            kind=issue.kind.value,
            harm=issue.harm.value,
            claim=issue.claim,
            page=issue.page,
            ms=issue.ms,
            event_ids=list(issue.event_ids),
        )
        for issue in strongest[:CANDIDATES_PER_SESSION]
    ]
    return [told, *candidates]


async def summary_of(deps: Deps, record: SessionRecord) -> SessionSummary:
    """The summary of a session that has one.

    Raises:
        StoreError: it is gone or damaged.
    """
    if record["summary"] is None:
        raise StoreError(
            f"Session {record['session_id']!r} is {record['status']}: it has no summary."
        )
    return await read_body(deps.store, record["summary"], SessionSummary)


def _read(task: SessionTask) -> ReadSession:
    return ReadSession(task["index"], task["session_id"], task["file"])


def _record(
    task: SessionTask,
    status: Literal["summarized", "skipped", "failed"],
    *,
    reason: str = "",
    digest: str = "",
    same_as: str = "",
    finding_ms: int | None = None,
    trace: BlobRef | None = None,
    summary: BlobRef | None = None,
) -> SessionRecord:
    return SessionRecord(
        index=task["index"],
        session_id=task["session_id"],
        file=task["file"],
        status=status,
        reason=reason,
        digest=digest,
        same_as=same_as,
        finding_ms=finding_ms,
        trace=trace,
        summary=summary,
    )
