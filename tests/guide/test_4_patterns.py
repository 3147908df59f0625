"""A pattern is an issue that several visits share."""

from __future__ import annotations

from dataclasses import replace

from graph.ids import SessionId
from graph.patterns.merge import find_patterns
from graph.sessions.check import check_drafts
from graph.sessions.rules import draft_by_rules
from graph.sessions.summary import SessionSummary
from graph.sources.recording import Recording
from graph.traces.compact import compact


def summary_of(recording: Recording, number: int) -> SessionSummary:
    visit = replace(
        recording,
        session_id=SessionId(f"visit-{number}"),
        file=f"visit-{number}.json",
        digest=f"digest-{number}",
    )
    trace = compact(visit)
    return check_drafts(trace, [draft_by_rules(trace)])


def test_the_same_issue_in_several_visits_is_one_pattern(recording: Recording) -> None:
    """Counted by code: who is affected, of those who could have been."""
    summaries = [summary_of(recording, number) for number in range(1, 5)]
    [pattern] = find_patterns(summaries)
    assert "Pay now" in pattern.title
    assert pattern.affected == pattern.eligible == tuple(one.session_id for one in summaries)
    assert pattern.interval.low < 1.0
    assert all(one.event_ids for one in pattern.occurrences)
