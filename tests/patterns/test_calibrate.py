"""Severity, by its formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from inline_snapshot import snapshot

from graph.patterns.calibrate import Reach, Toll, harm_of, harm_rank, severity_of
from graph.patterns.pattern import Severity
from graph.sessions.summary import Harm

LOW, MEDIUM, HIGH, CRITICAL = Harm.LOW, Harm.MEDIUM, Harm.HIGH, Harm.CRITICAL


def toll(
    worst: Sequence[Harm], stopped: int = 0, comes_there: int = 10, sessions: int = 100
) -> Toll:
    return Toll(worst=tuple(worst), stopped=stopped, comes_there=comes_there, sessions=sessions)


def reach(
    affected: int, eligible: int, despite: int = 0, looked_at: int = 0, refuted: int = 0
) -> Reach:
    return Reach(
        affected=affected,
        eligible=eligible,
        success_despite=despite,
        looked_at=looked_at,
        refuted=refuted,
    )


@pytest.mark.parametrize(
    ("harm", "met", "severity"),
    [
        pytest.param(MEDIUM, reach(80, 100), "high", id="the seed: medium in 80% is high"),
        pytest.param(MEDIUM, reach(80, 100, 80), "high", id="medium says that they got through"),
        pytest.param(MEDIUM, reach(79, 100), "medium", id="below 80%"),
        pytest.param(LOW, reach(80, 100), "medium", id="common but mild"),
        pytest.param(LOW, reach(2, 40), "low", id="mild"),
        pytest.param(HIGH, reach(3, 40), "high", id="rare and bad"),
        pytest.param(HIGH, reach(1, 1), "high", id="one of one is no share"),
        pytest.param(HIGH, reach(4, 4), "high", id="nor is four of four"),
        pytest.param(HIGH, reach(4, 5), "critical", id="four of five is"),
        pytest.param(HIGH, reach(28, 35), "critical", id="the limit is exact"),
        pytest.param(HIGH, reach(10, 40, 6), "medium", id="most succeed despite it"),
        pytest.param(HIGH, reach(10, 40, 5), "high", id="half is not most"),
        pytest.param(HIGH, reach(9, 10, 6), "high", id="everywhere, and most succeed"),
        pytest.param(HIGH, reach(10, 40, 0, 3, 2), "medium", id="pixels refute most"),
        pytest.param(HIGH, reach(10, 40, 0, 4, 2), "high", id="pixels refute half"),
        pytest.param(HIGH, reach(10, 40, 6, 3, 2), "medium", id="lowered once, not twice"),
        pytest.param(LOW, reach(10, 40, 0, 3, 3), "low", id="the scale ends at low"),
        pytest.param(CRITICAL, reach(9, 10), "critical", id="and at critical"),
    ],
)
def test_severity_is_harm_moved_by_reach_and_success(harm: Harm, met: Reach, severity: str) -> None:
    """Harm, one step up where it is everywhere, one step down where it hardly matters."""
    assert severity_of(toll([harm] * met.affected), met).severity == severity


def test_the_documented_examples_hold() -> None:
    """Each row of the table in docs/severity.md is what the formula gives."""
    lines = (Path(__file__).parents[2] / "docs" / "severity.md").read_text("utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("| harm | affected"))
    rows = [line.strip("| ").split(" | ") for line in lines[start + 2 :] if line.startswith("|")]
    assert len(rows) >= 10
    for harm, *counts, severity in rows:
        met = reach(*(int(count) for count in counts))
        assert severity_of(toll([Harm(harm)] * met.affected), met).severity == severity


@pytest.mark.parametrize(
    ("worst", "harm"),
    [
        ([HIGH], HIGH),
        ([LOW, HIGH], HIGH),
        ([LOW, LOW, HIGH], LOW),
        ([LOW, MEDIUM, HIGH], MEDIUM),
        ([LOW, MEDIUM, HIGH, HIGH], HIGH),
        ([LOW] * 9 + [CRITICAL], LOW),
    ],
)
def test_harm_is_what_at_least_half_of_the_sessions_show(worst: Sequence[Harm], harm: Harm) -> None:
    """One bad session does not make a nuisance high, nor one mild one a block harmless."""
    assert harm_of(toll(worst)) is harm


@pytest.mark.parametrize(
    ("stopped", "comes_there", "harm"),
    [
        pytest.param(3, 50, CRITICAL, id="all three stopped, half of all come there"),
        pytest.param(2, 50, HIGH, id="one got past it"),
        pytest.param(3, 49, HIGH, id="not a main task"),
    ],
)
def test_critical_is_stopping_everyone_at_a_main_task(
    stopped: int, comes_there: int, harm: Harm
) -> None:
    """Only across sessions can it be seen that everyone who meets it is stuck."""
    assert harm_of(toll([HIGH] * 3, stopped, comes_there)) is harm


def test_two_sessions_are_not_everyone() -> None:
    """Two stopped sessions are high; "everyone who meets it" needs three."""
    assert harm_of(toll([HIGH, HIGH], 2, 90)) is HIGH


def test_the_report_prints_the_formula_filled_in() -> None:
    """A reader sees every number that went into the severity, and what each did to it."""
    assert severity_of(toll([HIGH] * 12), reach(12, 14, 7, 3, 1)).why == snapshot(
        "Harm high: at least half of its sessions show that or worse. "
        "12 of the 14 sessions that could meet it did (85.7%), at least 80%: one step up. "
        "7 of the 12 succeeded despite it, more than half: one step down. "
        "Pixels refute 1 of the 3 moments looked at, not more than half: not lowered. "
        "Severity high."
    )
    assert severity_of(toll([HIGH] * 4, 4, 60), reach(4, 60)).why == snapshot(
        "Harm critical: all 4 sessions with it were stopped, and 60 of 100 sessions come to this "
        "point. 4 of the 60 sessions that could meet it did (6.67%), below 80%: not raised. "
        "0 of the 4 succeeded despite it, not more than half: not lowered. Severity critical."
    )


@given(
    st.lists(st.sampled_from(list(Harm)), min_size=1, max_size=30),
    st.integers(0, 200),
    st.integers(0, 5),
    st.integers(0, 5),
    st.data(),
)
def test_severity_is_at_most_one_step_from_harm(
    worst: list[Harm], others: int, looked_at: int, refuted: int, data: st.DataObject
) -> None:
    """Whatever the counts, nothing moves a severity further than one step."""
    despite = data.draw(st.integers(0, len(worst)))
    met = reach(len(worst), len(worst) + others, despite, looked_at, min(refuted, looked_at))
    found = severity_of(toll(worst), met)
    assert abs(list(Severity).index(found.severity) - harm_rank(found.harm)) <= 1
    assert found.why.endswith(f"Severity {found.severity}.")
