"""What of a draft stands: ids, claims, keys and outcomes are decided by code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.errors import UnknownEventIds
from graph.ids import event_id
from graph.sessions.check import MAX_UNKNOWN_SHARE, check_drafts, known_row
from graph.sessions.draft import DraftIssue, DraftKeyAction, DraftSegment, SessionDraft
from graph.sessions.rules import draft_by_rules
from graph.sessions.summary import Harm, IssueKind, Outcome
from graph.traces.compact import compact
from graph.traces.trace import RowKind, SignalKind, Trace
from tests.fakes.recorder import Recorder, element


@pytest.fixture(scope="module")
def trace() -> Trace:
    """A working button, then a broken one pressed three times."""
    page = Recorder(
        element("button", "Apply code", id="apply"),
        element("button", "Pay now", id="pay"),
        element("p", id="out"),
    )
    page.wait(2_000).click("apply").wait(100).text("out", "Code applied").wait(3_000)
    return compact(page.clicks("pay", 3, every=400).wait(4_000).move().recording())


def row_of(trace: Trace, name: str) -> str:
    return next(row.event_id for row in trace.rows if row.element and name in row.element.words)


def issue(*event_ids: str, claim: str = "The user could not pay.") -> DraftIssue:
    return DraftIssue(
        kind=IssueKind.BLOCKING, harm=Harm.HIGH, claim=claim, event_ids=tuple(event_ids)
    )


def draft(*issues: DraftIssue, outcome: Outcome = Outcome.FAILURE) -> SessionDraft:
    """A draft by a model."""
    return SessionDraft(headline="A visit.", outcome=outcome, issues=issues, found_by="a-model")


def with_actions(trace: Trace, one: SessionDraft, count: int) -> SessionDraft:
    """The draft with a segment whose ``count`` key actions all cite the first row."""
    first = trace.rows[0].event_id
    action = DraftKeyAction(event_id=first, words="Arrived.")
    segment = DraftSegment(
        title="Visit",
        first_event_id=first,
        last_event_id=trace.rows[-1].event_id,
        key_actions=(action,) * count,
    )
    return one.model_copy(update={"segments": (segment,)})


def test_every_id_of_the_rules_exists(trace: Trace) -> None:
    """The rules cite rows of the trace only, and no claim of theirs is withheld."""
    summary = check_drafts(trace, [draft_by_rules(trace)])
    assert summary.unknown_event_ids == 0
    assert summary.withheld == ()
    assert [one.signals for one in summary.issues] == [("rage",)]


def test_few_unknown_ids_are_dropped_and_counted(trace: Trace) -> None:
    """One invented id among many costs only itself."""
    told = draft(issue(row_of(trace, "Pay now"), "g999a"))
    summary = check_drafts(trace, [with_actions(trace, told, 12)])
    assert summary.unknown_event_ids == 1
    assert summary.issues[0].event_ids == (row_of(trace, "Pay now"),)


def test_many_unknown_ids_refuse_the_draft(trace: Trace) -> None:
    """Above 15% nothing of the draft is trusted, and the error says how many."""
    told = with_actions(trace, draft(issue("g999a", "h1b")), 8)
    with pytest.raises(UnknownEventIds, match="2") as caught:
        check_drafts(trace, [told])
    assert caught.value.retryable


@pytest.mark.parametrize("actions", range(2, 24))
def test_the_limit_is_fifteen_percent(trace: Trace, actions: int) -> None:
    """One unknown of n is refused exactly where 1/n is above the limit."""
    told = with_actions(trace, draft(issue("g999a")), actions)
    cited = actions + 3
    if 1 / cited > MAX_UNKNOWN_SHARE:
        with pytest.raises(UnknownEventIds):
            check_drafts(trace, [told])
    else:
        assert check_drafts(trace, [told]).unknown_event_ids == 1


def test_an_id_of_another_session_is_unknown(trace: Trace) -> None:
    """The same row number of another session is not this session's row."""
    strangers = [event_id(f"other-{number}", 1) for number in range(200)]
    found = sum(known_row(trace, one) is not None for one in strangers)
    assert found <= 0.1 * len(strangers)


def test_a_claim_without_signal_or_quote_is_withheld(trace: Trace) -> None:
    """A row where all went well proves no friction, whatever is said of it."""
    told = draft(issue(row_of(trace, "Apply code"), claim="The code was hard to find."))
    summary = check_drafts(trace, [with_actions(trace, told, 3)])
    assert summary.issues == ()
    [withheld] = summary.withheld
    assert withheld.claim == "The code was hard to find."
    assert "signal" in withheld.reason
    assert withheld.found_by == "a-model"
    assert summary.claims == 1


def test_a_claim_may_stand_on_a_quote(trace: Trace) -> None:
    """Text that stands in the cited row is evidence; text that does not is none."""
    row = row_of(trace, "Apply code")
    told = draft(
        issue(row, claim='"Code applied" came, yet the price stayed.'),
        issue(row, claim='"Code rejected" came.'),
    )
    summary = check_drafts(trace, [with_actions(trace, told, 3)])
    assert [one.claim for one in summary.issues] == ['"Code applied" came, yet the price stayed.']
    assert [one.claim for one in summary.withheld] == ['"Code rejected" came.']


def test_the_key_of_a_models_issue_is_computed(trace: Trace) -> None:
    """Page, element and effect come from the cited rows, never from a draft."""
    summary = check_drafts(trace, [with_actions(trace, draft(issue(row_of(trace, "Pay now"))), 3)])
    [found] = summary.issues
    assert found.key.element == "button:pay now"
    assert found.key.page == found.page == "/checkout"
    assert found.key.effect == "rage"
    assert found.ms == next(row.ms for row in trace.rows if row.element and "Pay" in row.words)


def test_no_plain_success_over_a_blocking_issue(trace: Trace) -> None:
    """An outcome agrees with the flags under it."""
    told = draft(issue(row_of(trace, "Pay now")), outcome=Outcome.SUCCESS)
    assert check_drafts(trace, [with_actions(trace, told, 3)]).outcome is Outcome.DETOUR


def test_the_last_draft_tells_and_all_drafts_find(trace: Trace) -> None:
    """A model's account stands in front; what the rules found stays."""
    told = with_actions(trace, draft(), 3)
    summary = check_drafts(trace, [draft_by_rules(trace), told])
    assert summary.headline == "A visit."
    assert [one.found_by for one in summary.issues] == ["rules"]


def test_nothing_to_check(trace: Trace) -> None:
    """No draft is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one draft"):
        check_drafts(trace, [])


def test_figures_are_counted_by_code(trace: Trace) -> None:
    """Clicks, rows, pages and times come from the trace."""
    summary = check_drafts(trace, [draft_by_rules(trace)])
    assert summary.clicks == sum(row.kind is RowKind.CLICK for row in trace.rows) == 4
    assert summary.rows == len(trace.rows)
    assert summary.pages == ("/checkout",)
    assert (summary.duration_ms, summary.active_ms) == (trace.duration_ms, trace.active_ms)


def test_idling_is_no_friction(trace: Trace) -> None:
    """A row that carries only a pause proves nothing was wrong."""
    quiet = replace(trace.rows[1], signals=(SignalKind.IDLE,))
    changed = replace(trace, rows=(trace.rows[0], quiet, *trace.rows[2:]))
    told = with_actions(changed, draft(issue(quiet.event_id, claim="They waited.")), 3)
    assert check_drafts(changed, [told]).issues == ()
