"""The one report object: what is in it, and that it says the same as what it was made from."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings, strategies as st

from graph.ids import EventId, SessionId
from graph.patterns.merge import find_patterns
from graph.reports.compose import ROWS_FOR_EACH_PATTERN
from graph.reports.report import EvidenceRow, Report
from graph.sessions.summary import Outcome, SessionSummary, Verdict
from tests.patterns.building import issue, session
from tests.reports.making import booking_site, report_of, rows_of


def test_the_report_adds_up() -> None:
    """Requested is summarized, skipped and failed; every session of the source is listed once."""
    report = report_of(booking_site())
    coverage = report.coverage
    assert coverage.requested == coverage.summarized + coverage.skipped + coverage.failed == 17
    assert len({one.session_id for one in report.sessions}) == len(report.sessions) == 17
    assert coverage.success_ratio == 15 / 16
    assert [one.file for one in coverage.unreadable] == ["notes.txt"]


def test_a_file_with_the_same_events_is_listed_and_not_counted() -> None:
    """A copy is skipped with the reason; no count changes because of it."""
    summaries = booking_site()
    copy = session(99, *summaries[0].issues, file="z-copy.json", digest=summaries[0].digest)
    plain, doubled = report_of(summaries), report_of([*summaries, copy])
    assert doubled.coverage.duplicates == 1
    assert [one.affected for one in doubled.patterns] == [one.affected for one in plain.patterns]
    told = next(one for one in doubled.sessions if one.file == "z-copy.json")
    assert (told.status, told.reason) == (
        "skipped",
        "The same events as recordings/0001.json.gz, which is counted.",
    )


def test_evidence_carries_rows_and_what_was_done_around_it() -> None:
    """The moment with its rows, three key actions before it and three after it."""
    report = report_of([session(n, issue(ms=9_000, row=3)) for n in (1, 2)])
    (pattern,) = report.patterns
    first = pattern.evidence[0]
    assert (first.session_id, first.ms, first.event_ids) == ("s0001", 9_000, ["g3x"])
    assert [row.event_id for row in first.rows] == ["g3x"]
    assert [step.ms for step in first.before] == [2_500, 5_000, 7_500]
    assert [step.ms for step in first.after] == [10_000, 12_500, 15_000]


def test_rows_are_fetched_once_per_session_and_only_where_shown() -> None:
    """A pattern of many sessions asks for the rows of its first occurrences, not of all."""
    asked: list[SessionId] = []

    def counting(session_id: SessionId, event_ids: Sequence[EventId]) -> Sequence[EvidenceRow]:
        asked.append(session_id)
        return rows_of(session_id, event_ids)

    report = report_of([session(n, issue(row=2)) for n in range(1, 31)], rows=counting)
    (pattern,) = report.patterns
    assert len(pattern.evidence) == pattern.affected == 30
    assert sum(bool(one.rows) for one in pattern.evidence) == ROWS_FOR_EACH_PATTERN
    assert len(asked) == len(set(asked)) == ROWS_FOR_EACH_PATTERN


def test_refuted_findings_are_listed_with_their_reason_and_not_as_issues() -> None:
    """What pixels or the session itself spoke against is shown apart, and only there."""
    report = report_of(booking_site())
    reasons = {one.reason for one in report.refuted}
    assert reasons == {
        "the page shows a receipt",
        "did not block: 1.5 s later the user went on",
    }
    refuted = next(one for one in report.sessions if one.session_id == "s0005")
    assert refuted.issues == []
    assert "s0005" not in {one for pattern in report.patterns for one in pattern.sessions}


def test_the_claim_audit_counts_what_was_withheld() -> None:
    """Claims that no row carries are counted and listed with who made them."""
    audit = report_of(booking_site()).claim_audit
    assert (audit.claims, audit.withheld) == (16, 1)
    assert [(one.session_id, one.found_by) for one in audit.items] == [("s0009", "some-model")]


def test_an_issue_names_its_pattern() -> None:
    """A session's issue leads to the pattern it belongs to; a single one leads nowhere."""
    report = report_of([session(1, issue()), session(2, issue()), session(3, issue(overcame=True))])
    ids = {pattern.id for pattern in report.patterns}
    named = {one.pattern for told in report.sessions for one in told.issues}
    assert named <= ids
    assert len(ids) == 1


def test_a_run_without_a_readable_session_still_reports() -> None:
    """Nothing to summarize is an answer with its reasons, not an error."""
    report = report_of([])
    assert report.patterns == []
    assert report.coverage.success_ratio == 0.0
    assert report.answer.startswith("No session could be summarized")


def test_the_json_form_reads_back_as_the_same_report() -> None:
    """The public contract loses nothing and allows nothing unknown."""
    report = report_of(booking_site(), focus="why can nobody pay?")
    assert Report.model_validate_json(report.to_json()) == report
    assert '"schema": "snags.report/1"' in report.to_json()


@settings(max_examples=25, deadline=None)
@given(st.permutations(booking_site()))
def test_order_plays_no_part(summaries: list[SessionSummary]) -> None:
    """The same sessions in any order give the same bytes."""
    assert report_of(summaries).to_json() == report_of(booking_site()).to_json()


def test_evidence_shows_every_affected_session_before_any_twice() -> None:
    """A session with several occurrences appears once in front; refuted ones never."""
    twice = [issue(ms=5_000), issue(ms=20_000, row=1)]
    refuted = issue(ms=9_000, verdict=Verdict.REFUTED, row=2)
    summaries = [session(1, *twice), session(2, *twice, refuted), session(3, issue())]
    report = report_of(summaries)
    (pattern,) = report.patterns
    assert len(find_patterns(summaries)[0].occurrences) == 6
    assert sorted(one.session_id for one in pattern.evidence[:3]) == ["s0001", "s0002", "s0003"]
    assert len(pattern.evidence) == 5


def test_sessions_without_activity_are_told_and_harm_no_count() -> None:
    """A summarized session in which nobody did anything says so."""
    idle = session(7, outcome=Outcome.NO_ACTIVITY)
    told = next(one for one in report_of([idle]).sessions if one.session_id == "s0007")
    assert (told.status, told.outcome) == ("summarized", "no user activity")
