"""A trace is what a person or a model can read of a visit."""

from __future__ import annotations

from graph.ids import ordinal_of
from graph.sources.recording import Recording
from graph.traces.compact import compact
from graph.traces.render import render_rows
from graph.traces.trace import SignalKind


def test_a_row_says_what_happened_and_what_changed(recording: Recording) -> None:
    """One row for each thing that happened, in words, with its effect."""
    trace = compact(recording)
    worked = trace.rows[1]
    assert worked.element is not None
    assert worked.element.words == 'button "Apply voucher"'
    assert worked.effect is not None
    assert '"Voucher applied: 5% off" appeared' in worked.effect.words


def test_rows_are_cited_by_short_ids(recording: Recording) -> None:
    """An id belongs to its session: elsewhere it names nothing."""
    trace = compact(recording)
    assert ordinal_of("visit-1", trace.rows[1].event_id) == 1
    assert trace.page_of(trace.rows[1]) == trace.pages[0]


def test_signals_are_friction_that_code_found(recording: Recording) -> None:
    """Three clicks without effect are rage; the click that worked carries nothing."""
    trace = compact(recording)
    [signal] = trace.signals
    assert signal.kind is SignalKind.RAGE
    assert signal.words == (
        'clicked button "Pay now" 3 times in quick succession; nothing happened'
    )
    assert trace.rows[1].signals == ()


def test_a_trace_is_rendered_with_one_header(recording: Recording) -> None:
    """Aliases of pages first, then a header, then a short line for every row."""
    lines = render_rows(compact(recording)).splitlines()
    assert lines[0] == "u1 = /checkout"
    assert len([line for line in lines if "Pay now" in line]) == 3
    assert all("[rage]" in line for line in lines if "Pay now" in line)
