"""When the events that a report cites happened: it names them, and their times lie in the traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.reports.report import Report
from graph.traces.trace import Trace

Traces = Callable[[str], Trace | None]
"""The trace of a session by its id, where there is one."""


class EventTimes:
    """Times of cited events, from the traces, or else from the rows that the report shows."""

    def __init__(self, report: Report, traces: Traces | None) -> None:
        self._traces = traces
        self._shown = {
            (evidence.session_id, row.event_id): row.ms
            for pattern in report.patterns
            for evidence in pattern.evidence
            for row in (*evidence.rows, *evidence.before, *evidence.after)
        }
        self._of_session: dict[str, dict[str, int]] = {}

    def of(self, session_id: str, event_ids: Sequence[str]) -> list[int]:
        """Milliseconds of those events that exist, in the order given."""
        in_trace = self._in_trace(session_id)
        found = (
            in_trace.get(event_id, self._shown.get((session_id, event_id)))
            for event_id in event_ids
        )
        return [ms for ms in found if ms is not None]

    def _in_trace(self, session_id: str) -> dict[str, int]:
        if session_id not in self._of_session:
            trace = self._traces(session_id) if self._traces is not None else None
            rows = trace.rows if trace is not None else ()
            self._of_session[session_id] = {row.event_id: row.ms for row in rows}
        return self._of_session[session_id]
