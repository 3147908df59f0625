"""The twelve scenarios in which nine vendors' rules disagree, and the page that compares them."""

from __future__ import annotations

import pytest

from evals.scenarios.catalog import SCENARIOS, Scenario
from evals.scenarios.table import PAGE, render, traces, verdict_of
from graph.traces.trace import Trace


@pytest.fixture(scope="module")
def recorded() -> dict[str, Trace]:
    return traces()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: f"{one.letter} {one.words}")
def test_the_verdict_is_the_truth(scenario: Scenario, recorded: dict[str, Trace]) -> None:
    """What a person would say of the scenario is what the signals say."""
    assert verdict_of(recorded[scenario.letter]) == scenario.expected


def test_the_comparison_is_current() -> None:
    """``docs/signals.md`` is what ``python -m evals.scenarios.table`` writes now."""
    assert PAGE.read_text(encoding="utf-8") == render()
