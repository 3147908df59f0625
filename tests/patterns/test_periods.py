"""When a pattern happened: incidents are found, what happens all the time is none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from graph.ids import SessionId
from graph.patterns.periods import MIN_AFFECTED, period_of

DAY_MS = 86_400_000


def starts_of(count: int) -> dict[SessionId, int]:
    """One session an hour."""
    return {SessionId(f"s{n:05}"): n * DAY_MS // 24 for n in range(count)}


def test_an_incident_is_found_with_its_shares() -> None:
    """Three of four sessions of two days, and one in fifty otherwise."""
    starts = starts_of(1_000)
    ids = list(starts)
    incident = [one for place, one in enumerate(ids[480:528]) if place % 4]
    stray = ids[10:480:50]
    period = period_of(starts, [*incident, *stray], ids)
    assert period is not None
    assert (period.first_ms, period.last_ms) == (starts[incident[0]], starts[incident[-1]])
    assert (period.affected, period.eligible) == (36, 47)
    assert (period.affected_outside, period.eligible_outside) == (10, 953)


def test_a_single_cluster_of_a_few_is_not_enough() -> None:
    """Below the minimum nothing is said, however close they lie."""
    starts = starts_of(1_000)
    ids = list(starts)
    assert period_of(starts, ids[: MIN_AFFECTED - 1], ids) is None
    assert period_of(starts, ids[:MIN_AFFECTED], ids) is not None


def test_where_everybody_is_affected_there_is_no_outside() -> None:
    """A share of all has no period."""
    starts = starts_of(50)
    assert period_of(starts, starts, starts) is None


@pytest.mark.parametrize("share", [0.03, 0.2, 0.6])
def test_what_happens_at_random_has_no_period(share: float) -> None:
    """Forty samples of 400 sessions, none of which is taken for an incident."""
    starts = starts_of(400)
    for seed in range(40):
        chance = random.Random(seed)  # noqa: S311 (a sample, nothing secret)
        affected = [one for one in starts if chance.random() < share]
        assert period_of(starts, affected, starts) is None


@given(st.data())
def test_the_figures_add_up(data: st.DataObject) -> None:
    """Inside and outside are all of the affected and all of the eligible."""
    starts = starts_of(120)
    ids = list(starts)
    first = data.draw(st.integers(0, 100))
    affected = ids[first : first + data.draw(st.integers(5, 20))]
    period = period_of(starts, affected, ids)
    assert period is not None
    assert period.affected + period.affected_outside == len(affected)
    assert period.eligible + period.eligible_outside == len(ids)
