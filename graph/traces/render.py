"""Trace → the rows a model reads: a header once, then one short line for each row."""

from __future__ import annotations

from graph.traces.trace import Row, RowKind, Trace

HEADER = "id|seconds|page|what happened → what changed"

_VERBS = {
    RowKind.PAGE: "page",
    RowKind.INPUT: "types",
    RowKind.SCROLL: "scrolls",
    RowKind.DOUBLE_CLICK: "double-clicks",
    RowKind.CLICK: "clicks",
    RowKind.CONSOLE: "console:",
    RowKind.EXCEPTION: "exception:",
    RowKind.REQUEST: "request",
    RowKind.CHANGE: "by itself:",
    RowKind.PRODUCT: "event",
    RowKind.STEP: "step",
    RowKind.IDLE: "idle:",
    RowKind.WINDOW: "window:",
    RowKind.KEY: "presses",
    RowKind.RESIZE: "resizes",
}


def render_rows(trace: Trace) -> str:
    """All rows with their header and the legend of pages."""
    pages = "\n".join(f"{page.alias} = {page.url}" for page in trace.pages)
    lines = [render_row(row, windows=len(trace.windows) > 1) for row in trace.rows]
    return f"{pages}\n{HEADER}\n" + "\n".join(lines)


def render_row(row: Row, *, windows: bool = False) -> str:
    """One row; the window stands in it only where there are several."""
    place = f"{row.window} {row.page}" if windows else row.page
    times = f" ×{row.count}" if row.count > 1 and row.kind is not RowKind.INPUT else ""
    return f"{row.event_id}|{row.ms / 1000:.1f}|{place}|{row_words(row)}{times}{_signals(row)}"


def row_words(row: Row) -> str:
    """What happened and what it changed, for a reader."""
    said = f"{_VERBS[row.kind]} {row.words}".strip()
    if row.effect is None:
        return said
    if row.effect.first_ms is None:
        return f"{said} → nothing changed"
    late = f" after {row.effect.first_ms / 1000:.1f} s" if row.effect.first_ms >= 1_000 else ""
    return f"{said} → {row.effect.words}{late}" if row.effect.words else said


def _signals(row: Row) -> str:
    return f" [{', '.join(row.signals)}]" if row.signals else ""
