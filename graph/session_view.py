"""One session as a reader gets it: what the report says of it, and the rows that carry it. Pure."""

from __future__ import annotations

from typing import Any

from graph.reports.report import ReportSession
from graph.traces.trace import Effect, Row, Trace


def session_view(
    session: ReportSession, trace: Trace | None, *, first: int, limit: int
) -> dict[str, Any]:
    """Plain JSON: the session, a page of its rows, its pages by alias, and what could not be seen.

    A session that was never read has no trace: then there are no rows.
    """
    rows = trace.rows if trace is not None else ()
    return {
        "session": session.model_dump(),
        "from": first,
        "total": len(rows),
        "rows": [_row(row) for row in rows[first : first + limit]],
        "pages": {page.alias: page.url for page in trace.pages} if trace is not None else {},
        "blind": [
            {"start_ms": one.start_ms, "end_ms": one.end_ms, "reason": one.reason}
            for one in (trace.blind if trace is not None else ())
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "ms": row.ms,
        "kind": row.kind.value,
        "window": row.window,
        "page": row.page,
        "words": row.words,
        "effect": _effect_words(row.effect),
        "count": row.count,
        "status": row.status,
        "signals": [signal.value for signal in row.signals],
    }


def _effect_words(effect: Effect | None) -> str:
    if effect is None:
        return ""
    if effect.first_ms is None:
        return "nothing changed"
    late = f" after {effect.first_ms / 1000:.1f} s" if effect.first_ms >= 1_000 else ""
    return f"{effect.words}{late}" if effect.words else ""
