"""Trace → summary: every analyst drafts in turn, code checks."""

from __future__ import annotations

from collections.abc import Sequence

from graph.analyst import Analyst
from graph.sessions.check import check_drafts
from graph.sessions.draft import SessionDraft
from graph.sessions.summary import SessionSummary
from graph.traces.trace import Trace


async def summarize(trace: Trace, analysts: Sequence[Analyst]) -> SessionSummary:
    """The checked summary of one session.

    Raises:
        DraftError: an analyst's answer cannot be used.
        ModelError: an analyst's model did not answer.
    """
    drafts: list[SessionDraft] = []
    for analyst in analysts:
        drafts.append(await analyst.draft(trace, drafts[-1] if drafts else None))
    return check_drafts(trace, drafts)
