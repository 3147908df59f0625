"""A search that takes long to find nothing: where it is told, and when."""

from __future__ import annotations

import pytest

from graph.sessions.rules import RulesAnalyst
from graph.sessions.summarize import summarize
from graph.traces.compact import compact
from graph.traces.trace import RowKind, SignalKind, Trace
from tests.fakes.recorder import Recorder, element


def searched(answer_ms: int) -> Trace:
    """One search; its answer is that there is nothing."""
    page = Recorder(
        element("button", "Search trips", id="search"),
        element("p", id="answer"),
        element("p", "Our trips", id="about"),
    )
    page.wait(6_000).click("search").wait(answer_ms).add("answer", "0 trips found")
    page.wait(9_000).click("about").wait(4_000)
    return compact(page.recording())


@pytest.mark.parametrize(("answer_ms", "kind"), [(400, RowKind.CLICK), (7_000, RowKind.CHANGE)])
def test_nothing_found_is_told_when_it_was_seen(answer_ms: int, kind: RowKind) -> None:
    """At once it is what the click did; long after the click it is a row of its own, at its moment."""
    trace = searched(answer_ms)
    (signal,) = [one for one in trace.signals if one.kind is SignalKind.NO_RESULTS]
    first = trace.rows[signal.ordinal]
    assert first.kind is kind
    assert abs(first.ms - (6_000 + (answer_ms if kind is RowKind.CHANGE else 0))) <= 50
    assert any(trace.rows[row].kind is RowKind.CLICK for row in signal.rows)


@pytest.mark.asyncio
async def test_the_issue_is_at_that_moment_and_names_what_was_pressed() -> None:
    """Who opens the replay there sees the answer come, and reads which search it was."""
    summary = await summarize(searched(7_000), (RulesAnalyst(),))
    told = [one for one in summary.issues if "0 trips found" in one.claim]
    assert [(abs(one.ms - 13_000) <= 50, "Search trips" in one.element) for one in told] == [
        (True, True)
    ]
