"""The report, from everything that landed: what the report node does, and reading it back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.deps import Deps
from graph.errors import UnknownReport
from graph.ids import EventId, SessionId
from graph.patterns.distinct import Duplicate
from graph.patterns.pattern import Pattern
from graph.reports.compose import LeftOut, compose
from graph.reports.report import EvidenceRow, Report, Usage
from graph.runs.landings import SessionRecord
from graph.runs.run import Run
from graph.runs.selection import Selection
from graph.runs.steps import read_body
from graph.runs.store import BlobRef, RunStore
from graph.session_step import summary_of
from graph.sessions.summary import SessionSummary
from graph.sources.recording import Listing
from graph.stream.events import ReportUsable
from graph.traces.render import row_words
from graph.traces.trace import Trace

REPORT = "report"
"""The body that holds the report's public JSON."""

SessionRows = Mapping[EventId, EvidenceRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the run found, read back from the store."""

    summaries: tuple[SessionSummary, ...]
    patterns: tuple[Pattern, ...]
    rows: Mapping[SessionId, SessionRows]
    """The rows that an issue or a withheld claim cites."""

    def rows_of(self, session_id: SessionId, event_ids: Sequence[EventId]) -> list[EvidenceRow]:
        known = self.rows.get(session_id, {})
        return [known[one] for one in event_ids if one in known]


async def make_report(
    deps: Deps,
    listing: Listing,
    selection: Selection,
    records: Sequence[SessionRecord],
    patterns: tuple[Pattern, ...],
) -> BlobRef:
    """Compose the report, store it, and say that it can be read."""
    findings = await _findings(deps, records, patterns)
    report = await deps.in_thread(_composed, deps, listing, selection, records, findings)
    ref = await deps.store.put(deps.run.run_id, REPORT, report.to_json().encode())
    await deps.journal.tell(
        ReportUsable(patterns=len(report.patterns), elapsed_ms=report.usage.usable_ms or 0)
    )
    return ref


def _composed(
    deps: Deps,
    listing: Listing,
    selection: Selection,
    records: Sequence[SessionRecord],
    findings: Findings,
) -> Report:
    elapsed_ms = deps.elapsed_ms()
    found_at = [one["finding_ms"] for one in records if one["finding_ms"] is not None]
    usage = Usage(
        analysts=[analyst.name for analyst in deps.analysts],
        first_finding_ms=min(found_at, default=None),
        usable_ms=elapsed_ms,
        final_ms=elapsed_ms,  # nothing is looked at after the report has been composed
    )
    skipped = [
        _left_out(one) for one in records if one["status"] == "skipped" and not one["same_as"]
    ]
    repeated = [
        LeftOut(session_id=one.session_id, file=one.file, reason=one.reason)
        for one in selection.repeated
    ]
    return compose(
        run_id=deps.run.run_id,
        request=deps.run.request,
        source_label=deps.source.label,
        created_at=deps.run.created_at,
        summaries=findings.summaries,
        patterns=findings.patterns,
        duplicates=_duplicates(records, selection),
        skipped=[*skipped, *repeated],
        failed=[_left_out(one) for one in records if one["status"] == "failed"],
        unreadable=listing.unreadable,
        requested=len(selection.refs) + len(selection.repeated),
        selection=selection.words,
        usage=usage,
        rows_of=findings.rows_of,
        links={ref.session_id: ref.link for ref in selection.refs if ref.link},
    )


def _left_out(record: SessionRecord) -> LeftOut:
    return LeftOut(
        session_id=SessionId(record["session_id"]), file=record["file"], reason=record["reason"]
    )


def _duplicates(records: Sequence[SessionRecord], selection: Selection) -> list[Duplicate]:
    file_of = {ref.session_id: ref.file for ref in selection.refs}
    return [
        Duplicate(
            session_id=SessionId(record["session_id"]),
            file=record["file"],
            kept_session_id=SessionId(record["same_as"]),
            kept_file=file_of[SessionId(record["same_as"])],
        )
        for record in records
        if record["same_as"]
    ]


async def _findings(
    deps: Deps, records: Sequence[SessionRecord], patterns: tuple[Pattern, ...]
) -> Findings:
    summaries: list[SessionSummary] = []
    rows: dict[SessionId, SessionRows] = {}
    for record in records:
        if record["status"] != "summarized":
            continue
        summary = await summary_of(deps, record)
        summaries.append(summary)
        cited = _cited(summary)
        if cited and record["trace"] is not None:
            trace = await read_body(deps.store, record["trace"], Trace)
            rows[summary.session_id] = _rows(trace, cited)
    return Findings(summaries=tuple(summaries), patterns=patterns, rows=rows)


def _cited(summary: SessionSummary) -> frozenset[str]:
    issues = [event_id for issue in summary.issues for event_id in issue.event_ids]
    withheld = [event_id for claim in summary.withheld for event_id in claim.event_ids]
    return frozenset([*issues, *withheld])


def _rows(trace: Trace, cited: frozenset[str]) -> SessionRows:
    return {
        row.event_id: EvidenceRow(event_id=row.event_id, ms=row.ms, words=row_words(row))
        for row in trace.rows
        if row.event_id in cited
    }


async def report_body(store: RunStore, run: Run) -> bytes:
    """The report's public JSON.

    Raises:
        UnknownReport: the run has made none, or not yet.
    """
    ref = await store.find(run.run_id, REPORT)
    if ref is None:
        raise UnknownReport(_why_none(run))
    return await store.get(ref)


async def read_report(store: RunStore, run: Run) -> Report:
    """The report. Raises: UnknownReport."""
    body = await report_body(store, run)
    return await asyncio.to_thread(Report.model_validate_json, body)


def _why_none(run: Run) -> str:
    if not run.status.ended:
        return (
            f"Run {run.run_id!r} is {run.status.value}; its report is not ready. Follow its events."
        )
    return (
        f"Run {run.run_id!r} is {run.status.value} and made no report"
        f"{': ' + run.message if run.message else ''}. Start it again."
    )
