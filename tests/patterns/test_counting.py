"""Counts and their uncertainty."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from graph.patterns.counting import lift_of, share_interval
from graph.patterns.merge import find_patterns
from graph.sessions.summary import Harm, IssueKind, Outcome
from tests.patterns.building import issue, session

PAY = 'button "Pay now"'
USED = [("/checkout", PAY)]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (80, 100, 0.7112, 0.8666),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_share_has_wilsons_interval(hits: int, total: int, low: float, high: float) -> None:
    """The figures of the score interval, worked out by hand from its formula."""
    interval = share_interval(hits, total)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_the_share(total: int, data: st.DataObject) -> None:
    """Whatever the counts, the share lies in its interval and the interval between 0 and 1."""
    hits = data.draw(st.integers(0, total))
    interval = share_interval(hits, total)
    assert 0.0 <= interval.low <= hits / total <= interval.high <= 1.0


def test_the_lift_has_katzs_interval() -> None:
    """10 of 20 against 5 of 20 is twice as often, and may be anything from 0.8 to 4.8 times."""
    lift = lift_of(10, 20, 5, 20)
    assert lift is not None
    assert lift.ratio == pytest.approx(2.0)
    assert (lift.interval.low, lift.interval.high) == pytest.approx((0.8325, 4.8046), abs=1e-3)


def test_an_empty_cell_is_corrected_and_not_infinite() -> None:
    """Nobody failed without it: one half in each cell keeps the ratio finite."""
    lift = lift_of(4, 4, 0, 8)
    assert lift is not None
    assert lift.ratio == pytest.approx((4.5 / 5) / (0.5 / 9))
    assert math.isfinite(lift.interval.high)


@pytest.mark.parametrize("counts", [(0, 0, 3, 9), (2, 4, 0, 0), (0, 4, 0, 8)])
def test_without_two_groups_or_a_failure_there_is_no_lift(
    counts: tuple[int, int, int, int],
) -> None:
    """There is nothing to compare where a group is empty or where nobody failed at all."""
    assert lift_of(*counts) is None


def test_those_who_used_the_control_could_meet_its_fault() -> None:
    """A session that saw the page and left the control alone is not counted among them."""
    summaries = [session(n, issue("no_response", PAY)) for n in range(1, 5)]
    summaries += [session(n, uses=USED) for n in range(5, 10)]
    summaries += [session(n, uses=[("/checkout", "")]) for n in range(10, 20)]
    (pattern,) = find_patterns(summaries)
    assert (len(pattern.affected), len(pattern.eligible)) == (4, 9)


def test_without_a_control_those_who_saw_the_page_could_meet_it() -> None:
    """A blank page can be met by whoever opens it; sessions without activity cannot meet it."""
    summaries = [session(n, issue("blank", "", "/reports")) for n in range(1, 3)]
    summaries += [session(n, uses=[("/reports", "")]) for n in range(3, 6)]
    summaries += [session(9, uses=[("/reports", "")], outcome=Outcome.NO_ACTIVITY)]
    (pattern,) = find_patterns(summaries)
    assert len(pattern.eligible) == 5


def test_success_despite_it_is_getting_past_it() -> None:
    """Overcoming counts; ending well elsewhere does not undo a block, nor a wrong sum."""
    past = issue("no_response", PAY, overcame=True)
    blocked = issue("no_response", PAY)
    nuisance = issue("no_response", PAY, kind=IssueKind.NON_BLOCKING, harm=Harm.HIGH)
    summaries = [
        session(1, past, outcome=Outcome.FAILURE),
        session(2, blocked, outcome=Outcome.SUCCESS),
        session(3, nuisance, outcome=Outcome.SUCCESS),
        session(4, nuisance, outcome=Outcome.UNCLEAR),
    ]
    (pattern,) = find_patterns(summaries)
    assert pattern.success_despite == 2
    wrong = issue(
        "mismatch", "", "/basket", "the total contradicts its lines", kind=IssueKind.NON_BLOCKING
    )
    (unseen,) = find_patterns([session(n, wrong, outcome=Outcome.SUCCESS) for n in (1, 2)])
    assert unseen.success_despite == 0


def test_the_lift_leaves_out_sessions_whose_end_is_unclear() -> None:
    """Only sessions that are known to have failed or succeeded are compared."""
    summaries = [session(n, issue(), outcome=Outcome.ABANDONED) for n in range(1, 4)]
    summaries += [session(4, issue(), outcome=Outcome.UNCLEAR)]
    summaries += [session(n, uses=USED, outcome=Outcome.SUCCESS) for n in range(5, 9)]
    summaries += [session(n, uses=USED, outcome=Outcome.UNCLEAR) for n in range(9, 12)]
    (pattern,) = find_patterns(summaries)
    assert pattern.lift is not None
    assert (pattern.lift.failed_with, pattern.lift.with_total) == (3, 3)
    assert (pattern.lift.failed_without, pattern.lift.without_total) == (0, 4)
