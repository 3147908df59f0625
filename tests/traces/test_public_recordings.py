"""The real recordings of formats.md part 3: what their traces and summaries must and must not say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from graph.sessions.check import check_drafts
from graph.sessions.rules import draft_by_rules
from graph.sessions.summary import IssueKind, Outcome, SessionSummary
from graph.sources.folder import open_source
from graph.traces.compact import compact
from graph.traces.render import render_rows
from graph.traces.trace import Row, RowKind, SignalKind, Trace

ONBOARDING = "posthog-export/export_onboarding_976s.json.gz"
Reader = Callable[[str], tuple[Trace, SessionSummary]]


@pytest.fixture(scope="module")
def read(shared_recordings: Path) -> Reader:
    """One file's trace and checked summary; each is made once."""
    known: dict[str, tuple[Trace, SessionSummary]] = {}

    def of(file: str) -> tuple[Trace, SessionSummary]:
        if file not in known:
            source = open_source([shared_recordings / file])
            trace = compact(source.read(source.list().refs[0]))
            known[file] = trace, check_drafts(trace, [draft_by_rules(trace)])
        return known[file]

    return of


def rows_at(trace: Trace, seconds: float, within: float = 0.3) -> list[Row]:
    return [row for row in trace.rows if abs(row.ms / 1000 - seconds) <= within]


def test_a_long_pause_is_inactivity(read: Reader) -> None:
    """Case 3: 912 s without input from 7.3 s to 919.4 s, and about 68 s active, not 365."""
    trace, summary = read(ONBOARDING)
    pauses = [row for row in trace.rows if row.kind is RowKind.IDLE]
    assert [(round(row.ms / 1000, 1), round(row.duration_ms / 1000)) for row in pauses] == [
        (7.3, 912)
    ]
    assert round((pauses[0].ms + pauses[0].duration_ms) / 1000, 1) == 919.4
    assert 65_000 <= trace.active_ms <= 71_000
    assert "inactivity" in summary.headline
    assert not any(issue.ms < 919_000 for issue in summary.issues)


def test_a_page_view_for_every_key_is_one_step(read: Reader) -> None:
    """Case 4: 19 page views between 931.9 s and 935.0 s make no row of their own."""
    trace, _ = read(ONBOARDING)
    between = [row for row in trace.rows if 931_800 <= row.ms <= 935_200]
    assert [row.kind for row in between] == [RowKind.INPUT]
    assert dict(trace.dropped)["page views that differ in the query only"] >= 18
    [collapsed] = [row for row in rows_at(trace, 925.4) if row.kind is RowKind.PAGE]
    assert collapsed.count >= 19


def test_a_failed_request_without_console_error_did_not_block(read: Reader) -> None:
    """Case 5: the 400 at 925.4 s is seen, and refuted: the workspace was created all the same."""
    trace, summary = read(ONBOARDING)
    [failed] = [row for row in trace.rows if row.kind is RowKind.REQUEST and row.status == 400]
    assert failed.ms / 1000 == pytest.approx(925.4, abs=0.1)
    assert SignalKind.FAILED_REQUEST in failed.signals
    assert not any(failed.event_id in issue.event_ids for issue in summary.issues)
    [refuted] = [one for one in summary.refuted if one.event_ids[0] == failed.event_id]
    assert refuted.kind is IssueKind.NON_BLOCKING
    assert "did not block" in refuted.reason


def test_a_console_error_is_not_blocking(read: Reader) -> None:
    """Case 6: the error at 949.0 s is refuted by the click that worked after it."""
    trace, summary = read(ONBOARDING)
    [row] = [row for row in rows_at(trace, 949.0) if row.kind is RowKind.CONSOLE]
    assert row.signals == (SignalKind.CONSOLE_ERROR,)
    assert any(one.event_ids[0] == row.event_id for one in summary.refuted)
    assert not any(row.event_id in issue.event_ids for issue in summary.issues)


def test_nothing_of_the_onboarding_is_blocking(read: Reader) -> None:
    """The user got through: whatever is found there stopped nobody."""
    _, summary = read(ONBOARDING)
    assert not [issue for issue in summary.issues if issue.kind is IssueKind.BLOCKING]


def test_a_dead_click_on_a_card_that_is_coming_soon(read: Reader) -> None:
    """Case 7: the card at 930.1 s is disabled, and the trace says so with its text."""
    trace, _ = read(ONBOARDING)
    [row] = [row for row in rows_at(trace, 930.1) if row.kind is RowKind.CLICK]
    assert "Demo Workspace" in row.words
    assert "Coming Soon" in row.words
    assert SignalKind.DEAD in row.signals


def test_a_dead_click_on_a_label(read: Reader) -> None:
    """Case 7: "Username" at 964 s looks like a field and opens none."""
    trace, _ = read(ONBOARDING)
    dead = [row for row in rows_at(trace, 964.1) if SignalKind.DEAD in row.signals]
    assert dead
    assert dead[0].element is not None
    assert "Username" in dead[0].element.words


def test_lines_of_an_extension_are_no_errors(read: Reader) -> None:
    """Case 8: the seven lines of a developer's extension stand in no row and no claim."""
    trace, summary = read(ONBOARDING)
    assert dict(trace.dropped)["console lines below warning"] >= 7
    everything = render_rows(trace) + msgspec.json.encode(summary).decode()
    assert "locatorjs" not in everything.lower()


def test_a_tab_left_open_is_no_activity(read: Reader) -> None:
    """Case 9: 712 s in which nobody did anything: no issue, no claim, no call to pay for."""
    trace, summary = read("posthog-export/export_tab_idle_712s.json.gz")
    assert not trace.user_acted
    assert summary.outcome is Outcome.NO_ACTIVITY
    assert summary.headline == "No user activity."
    assert summary.issues == ()


def test_exactly_two_rages(read: Reader) -> None:
    """Case 10: at 3.44 s and at 8.92 s, in two windows."""
    trace, _ = read("posthog-mirror/recording_snapshots_v1_lines.jsonl")
    rages = [one for one in trace.signals if one.kind is SignalKind.RAGE]
    assert [round(trace.rows[one.ordinal].ms / 1000, 2) for one in rages] == [3.44, 8.92]
    assert [trace.rows[one.ordinal].window for one in rages] == ["w1", "w2"]


def test_passwords_and_card_numbers_stay_out(read: Reader) -> None:
    """Case 11: values of password and creditcard reach no row, no page and no summary."""
    trace, summary = read("posthog-mirror/hogflix_session_recording_19s.json")
    shown = render_rows(trace) + (msgspec.json.encode((trace, summary))).decode()
    assert "password=…" in shown
    assert "creditcard=…" in shown
    for secret in ("mynameis", "12314143"):
        assert secret not in shown


def test_a_stray_timestamp_is_noted(read: Reader) -> None:
    """Case 13: one event is 198 days off: it is said, and the session stays its length."""
    trace, _ = read("rrweb/test-events/video-playback.json")
    assert trace.duration_ms < 60_000
    assert any("clock" in note or "time" in note for note in trace.notes)


def test_a_heavy_page_has_its_one_click(shared_recordings: Path) -> None:
    """Case 14: 1,308 events with a heavy document, and one user action."""
    source = open_source([shared_recordings / "highlight/render_sample_11s.json.gz"])
    recording = source.read(source.list().refs[0])
    trace = compact(recording)
    assert [row.kind for row in trace.rows if row.kind is RowKind.CLICK] == [RowKind.CLICK]
