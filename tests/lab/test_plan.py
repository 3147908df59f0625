"""Plans: a seed fixes everything, faults keep to the main batch, and each one is on somewhere."""

import pytest

from evals.lab.catalog import APPS, LAB
from evals.lab.plan import plan_sessions


@pytest.mark.parametrize("name", sorted(APPS))
def test_a_seed_fixes_the_plans(name: str) -> None:
    """The same seed gives the same plans; another gives others."""
    first = plan_sessions(APPS[name], 30, 10, seed=3)
    assert first == plan_sessions(APPS[name], 30, 10, seed=3)
    assert first != plan_sessions(APPS[name], 30, 10, seed=4)


@pytest.mark.parametrize("name", sorted(LAB))
def test_each_fault_is_on_in_its_share_of_the_main_batch(name: str) -> None:
    """At a hundred sessions the shares are met closely, and clean sessions have no fault."""
    app = LAB[name]
    plans = plan_sessions(app, 100, 50, seed=1)
    for fault in app.faults:
        sessions = [plan for plan in plans if fault.id in plan.switches]
        assert all(plan.batch == "main" for plan in sessions)
        assert 0.8 * fault.share <= len(sessions) <= fault.share


@pytest.mark.parametrize("name", sorted(LAB))
def test_a_lab_app_is_rich_enough(name: str) -> None:
    """At least twelve faults and ten decoys, with a rare one and one that nearly all meet."""
    app = LAB[name]
    assert len(app.faults) >= 12
    assert len(app.decoys) >= 10
    shares = [fault.share for fault in app.faults]
    assert min(shares) <= 2
    assert max(shares) >= 80
    assert app.look_alikes
    assert app.one_cause_two_pages
    assert len({fault.id for fault in app.faults}) == len(app.faults)
    assert {fault.goal for fault in app.faults} <= {goal.id for goal in app.goals}
