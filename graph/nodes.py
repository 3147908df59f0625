"""The nodes of the report graph: unpack state, do one step, return refs.

A node may run again after a crash: what it stored is found, and what it told is not told twice.
"""

from __future__ import annotations

from langgraph.runtime import Runtime

from graph.deps import Deps
from graph.pattern_step import Landed, follow_patterns
from graph.patterns.pattern import Pattern
from graph.report_step import make_report
from graph.runs.bodies import encode
from graph.runs.selection import Selection, select_for
from graph.runs.steps import read_body, run_step
from graph.session_step import record_session
from graph.sources.recording import Listing
from graph.state import ReportState, ReportUpdate, SessionTask
from graph.stream.events import ProgressUpdated, SessionQueued, SessionSkipped
from graph.telemetry import SESSIONS, stage

LISTING = "listing"
"""The body that holds what the source listed when the run was asked for."""


async def select(state: ReportState, runtime: Runtime[Deps]) -> ReportUpdate:
    """Which sessions to look at."""
    deps = runtime.context
    with stage("select", deps.run.run_id):
        listing, selection = await _selected(deps)
    await _tell_selection(deps, listing, selection)
    tasks = [
        SessionTask(
            index=index, session_id=ref.session_id, file=ref.file, size_bytes=ref.size_bytes
        )
        for index, ref in enumerate((*selection.refs, *selection.held_out))
    ]
    return ReportUpdate(sessions=tasks, repeated=len(selection.repeated))


async def summarize(state: SessionTask, runtime: Runtime[Deps]) -> ReportUpdate:
    """One session, told and checked. Runs once per session, all of them side by side."""
    deps = runtime.context
    with stage("summarize", deps.run.run_id):
        record = await record_session(deps, state)
    SESSIONS.labels(record["status"]).inc()
    return ReportUpdate(records=[record])


async def patterns(state: ReportState, runtime: Runtime[Deps]) -> ReportUpdate:
    """What sessions share. Runs beside the summarize nodes and takes summaries as they land."""
    deps = runtime.context
    landed = Landed(sessions=len(state["sessions"]), repeated=state["repeated"])
    landed.set_aside(deps, [task["file"] for task in state["sessions"]])
    with stage("patterns", deps.run.run_id):
        found = await follow_patterns(deps, landed)
    ref = await deps.store.put(deps.run.run_id, "patterns", encode(found))
    return ReportUpdate(patterns=ref)


async def report(state: ReportState, runtime: Runtime[Deps]) -> ReportUpdate:
    """The report, from records and patterns."""
    deps = runtime.context
    listing, selection = await _selected(deps)
    found = await read_body(deps.store, state["patterns"], tuple[Pattern, ...])
    counted = [one for one in state["records"] if not deps.run.request.holds_out(one["file"])]
    records = sorted(counted, key=lambda record: record["index"])
    with stage("report", deps.run.run_id):
        ref = await make_report(deps, listing, selection, records, found)
    return ReportUpdate(report=ref)


async def _selected(deps: Deps) -> tuple[Listing, Selection]:
    """The source is listed once per run: a file that comes later belongs to the next run."""
    listing = await run_step(
        deps.store, deps.run.run_id, LISTING, Listing, lambda: deps.in_thread(deps.source.list)
    )
    return listing, select_for(listing, deps.run.request)


async def _tell_selection(deps: Deps, listing: Listing, selection: Selection) -> None:
    queued = [SessionQueued(session_id=ref.session_id, file=ref.file) for ref in selection.refs]
    repeated = [
        SessionSkipped(node="select", session_id=one.session_id, file=one.file, reason=one.reason)
        for one in selection.repeated
    ]
    unreadable = [
        SessionSkipped(node="select", session_id=one.file, file=one.file, reason=one.reason)
        for one in listing.unreadable
    ]
    await deps.journal.tell(*queued, *repeated, *unreadable)
    await deps.journal.progress(
        ProgressUpdated(
            node="select",
            requested=len(queued) + len(repeated),
            summarized=0,
            skipped=len(repeated),
            failed=0,
            patterns=0,
            message=selection.words,
        )
    )
