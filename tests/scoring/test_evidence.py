"""Invented evidence is caught, and honest evidence is not accused."""

from collections.abc import Mapping

import pytest

from evals.scoring.evidence import check_evidence
from graph.reports.report import Context, EvidenceRow, Report
from tests.scoring.building import (
    an_issue,
    perfect_report,
    small_truth,
    traces_of,
    with_evidence,
    with_issues,
    with_patterns,
)

TRUTH = small_truth()
PERFECT = perfect_report(TRUTH)
TRACES = traces_of(TRUTH)


def with_first(change: Mapping[str, object]) -> Report:
    """The report with something else in the first evidence of its first pattern."""
    first, *rest = PERFECT.patterns
    evidence = [first.evidence[0].model_copy(update=change), *first.evidence[1:]]
    return with_patterns(PERFECT, [with_evidence(first, evidence), *rest])


def test_honest_evidence_holds():
    """Every claim of a perfect report is carried by the rows it cites; issues are counted once."""
    check = check_evidence(PERFECT, TRACES.get)
    assert check.invented == ()
    assert check.claims == sum(len(session.issues) for session in PERFECT.sessions)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"event_ids": []}, "cites no event"),
        ({"event_ids": ["g99x"]}, "'g99x', which is not in the trace"),
        ({"ms": 250_000}, "is dated 250000 ms"),
        ({"rows": [EvidenceRow(event_id="g99x", ms=1, words="x")]}, "which is not in the trace"),
        ({"before": [Context(event_id="g98x", ms=1, words="x")]}, "'g98x'"),
        ({"claim": 'Pay showed "Card refused"'}, "quotes 'card refused'"),
    ],
)
def test_evidence_that_does_not_hold_is_told_why(change: Mapping[str, object], problem: str):
    """A citation must exist, lie where it is dated, and carry what the claim quotes."""
    check = check_evidence(with_first(change), TRACES.get)
    assert len(check.invented) == 1
    assert problem in check.invented[0].problem


def test_words_that_are_not_the_rows_are_invented():
    """The report may shorten a row, and may not put other words in its mouth."""
    row = PERFECT.patterns[0].evidence[0].rows[0]
    short = row.model_copy(update={"words": row.words[:8] + "…"})
    other = row.model_copy(update={"words": "The user wept"})
    assert check_evidence(with_first({"rows": [short]}), TRACES.get).invented == ()
    assert len(check_evidence(with_first({"rows": [other]}), TRACES.get).invented) == 1


def test_a_quotation_may_be_cut_short_or_dressed_in_other_marks():
    """Curly marks, other spacing and an ellipsis quote the same text."""
    row = TRACES["010"].rows[-1]
    claim = f"It said “{row.words[:6]}…”"
    change = {"claim": claim, "session_id": "010", "event_ids": [row.event_id], "ms": row.ms}
    assert check_evidence(with_first({**change, "rows": []}), TRACES.get).invented == ()


def test_a_number_of_sessions_that_is_not_the_list_is_invented():
    """No number in a report may come from anywhere but its list."""
    first, *rest = PERFECT.patterns
    report = with_patterns(PERFECT, [first.model_copy(update={"affected": 99}), *rest])
    assert "says 99 sessions" in check_evidence(report, TRACES.get).invented[0].problem


def test_session_issues_are_claims_too():
    """An issue that no pattern shows is checked all the same."""
    report = with_issues(PERFECT, {"039": [an_issue(1_000, id="g5q")]})
    assert [item.session_id for item in check_evidence(report, TRACES.get).invented] == ["039"]


def test_what_cannot_be_checked_is_counted_apart():
    """Without a trace nothing is accused and nothing is acquitted."""
    check = check_evidence(PERFECT, lambda _: None)
    assert (check.claims, check.invented) == (0, ())
    assert check.unverifiable > 0
