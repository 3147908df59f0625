"""A summary is the checked account of one visit."""

from __future__ import annotations

import pytest

from graph.sessions.rules import RulesAnalyst
from graph.sessions.summarize import summarize
from graph.sessions.summary import IssueKind, Outcome
from graph.sources.recording import Recording
from graph.traces.compact import compact


@pytest.mark.asyncio
async def test_an_analyst_drafts_and_code_checks(recording: Recording) -> None:
    """The rules need no model; every issue that stands cites rows that exist."""
    trace = compact(recording)
    summary = await summarize(trace, [RulesAnalyst()])
    [issue] = summary.issues
    assert issue.kind is IssueKind.BLOCKING
    assert issue.element == 'button "Pay now"'
    assert issue.page == "/checkout"
    assert set(issue.event_ids) <= {row.event_id for row in trace.rows}
    assert summary.withheld == ()


@pytest.mark.asyncio
async def test_a_summary_tells_the_visit_in_segments(recording: Recording) -> None:
    """Stretches with their key actions, and how it ended for the user."""
    summary = await summarize(compact(recording), [RulesAnalyst()])
    [segment] = summary.segments
    assert segment.title == "Worked on /checkout"
    assert len(segment.key_actions) == 4
    assert summary.outcome is not Outcome.SUCCESS
