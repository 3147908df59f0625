"""What the API tells of sources, runs and sessions, as plain JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graph.reports.report import ReportSession
from graph.runs.run import Run
from graph.traces.trace import Effect, Row, Trace


def sources_view(demo_sessions: int, folders: Sequence[Path]) -> dict[str, Any]:
    """What can be asked for, each with the ``source`` that a run names."""
    demo = {
        "label": "Demo",
        "description": "Recordings of a small shop with real faults, bundled with Snags.",
        "sessions": demo_sessions,
        "source": {"demo": True},
    }
    named = [
        {
            "label": folder.name or str(folder),
            "description": f"Recordings in {folder}",
            "sessions": None,
            "source": {"paths": [str(folder)]},
        }
        for folder in folders
    ]
    return {"sources": [demo, *named] if demo_sessions else named}


def run_view(run: Run) -> dict[str, Any]:
    """A run, without what it made."""
    return {
        "run_id": run.run_id,
        "status": run.status.value,
        "request": run.request.model_dump(mode="json"),
        "created_at": run.created_at,
        "ended_at": run.ended_at,
        "error": run.error,
        "message": run.message,
    }


def session_view(
    session: ReportSession, trace: Trace | None, *, first: int, limit: int
) -> dict[str, Any]:
    """What the report says of a session, a page of its rows, and what could not be seen of it.

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
