"""What a fault keeps its sessions from, seen by where the others get to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from graph.patterns.merge import find_patterns
from graph.patterns.out_of_reach import OutOfReach, chance_of_so_few
from graph.patterns.pattern import Pattern
from graph.sessions.summary import Exposure, Harm, Issue, IssueKind, SessionSummary
from tests.patterns.building import issue, session

BUTTON = 'button "Pay now"'


def visit(number: int, *issues: Issue, then: str = "", at_ms: int = 20_000) -> SessionSummary:
    """A session that pressed the button at 10 s, and was on another page later, or earlier."""
    made = session(number, *issues, uses=[("/checkout", BUTTON)])
    met = [replace(one, first_ms=10_000, last_ms=10_000) for one in made.exposures]
    met += [Exposure(page=then, first_ms=at_ms, last_ms=at_ms)] if then else []
    return replace(made, exposures=tuple(met))


def mild(effect: str = "no_response") -> Issue:
    """An occurrence that looks like a nuisance."""
    return issue(effect, BUTTON, harm=Harm.LOW, kind=IssueKind.NON_BLOCKING)


def pattern_of(sessions: Sequence[SessionSummary]) -> Pattern:
    (pattern,) = find_patterns(sessions)
    return pattern


def others(count: int, then: str = "/thanks", at_ms: int = 20_000) -> list[SessionSummary]:
    return [visit(100 + number, then=then, at_ms=at_ms) for number in range(count)]


def test_what_keeps_everyone_from_the_next_page_is_critical() -> None:
    """Each occurrence looks mild; together they show that nobody gets to the receipt."""
    pattern = pattern_of([*(visit(n, mild()) for n in range(4)), *others(12)])
    assert (pattern.harm, pattern.kind) == (Harm.CRITICAL, IssueKind.BLOCKING)
    assert pattern.why.startswith(
        "Harm critical: 0 of the 4 sessions with it got on to /thanks afterwards; "
        "of the 12 without it 12 did; 16 of 16 sessions come to this point."
    )


def test_what_keeps_most_from_the_next_page_is_high() -> None:
    """One of six got through: it blocks most, and not everyone."""
    stuck = [visit(n, mild()) for n in range(5)]
    pattern = pattern_of([*stuck, visit(9, mild(), then="/thanks"), *others(12)])
    assert (pattern.harm, pattern.kind) == (Harm.HIGH, IssueKind.BLOCKING)


@pytest.mark.parametrize(
    "without",
    [
        pytest.param(others(12, at_ms=5_000), id="they had been there before"),
        pytest.param(others(12, then="/checkout"), id="it is the same page"),
        pytest.param(others(4), id="four show nothing usual"),
        pytest.param(
            [*others(5), *(visit(n, then="") for n in range(50, 59))],
            id="fewer than half get there",
        ),
        pytest.param([], id="nobody is without it"),
    ],
)
def test_no_place_is_out_of_reach_that_the_others_do_not_usually_reach_after_it(
    without: list[SessionSummary],
) -> None:
    """Then the occurrences alone say what the harm is."""
    assert pattern_of([*(visit(n, mild()) for n in range(4)), *without]).harm is Harm.LOW


def test_waiting_keeps_nobody_from_anything() -> None:
    """Impatient people leave a slow page: what they miss is no block."""
    pattern = pattern_of([*(visit(n, mild("slow")) for n in range(4)), *others(12)])
    assert pattern.harm is Harm.LOW


def test_a_search_that_finds_nothing_is_at_most_misleading() -> None:
    """Who looks for what is not there gets nowhere either."""
    pattern = pattern_of([*(visit(n, mild("no_results")) for n in range(4)), *others(12)])
    assert (pattern.harm, pattern.kind) == (Harm.MEDIUM, IssueKind.NON_BLOCKING)


def test_what_works_only_at_another_try_is_no_nuisance() -> None:
    """Three who had to press again repeat their work: medium; two may be chance."""
    again = replace(mild(), overcame=True)
    three = pattern_of([visit(n, again) for n in range(3)])
    assert three.harm is Harm.MEDIUM
    assert "in 3 of its 3 sessions it took another try" in three.why
    assert pattern_of([visit(n, again) for n in range(2)]).harm is Harm.LOW


@given(st.integers(1, 5), st.integers(1, 6), st.data())
def test_the_chance_is_that_of_drawing_so_few(
    with_total: int, without_total: int, data: st.DataObject
) -> None:
    """Fisher's exact test is counted out: all ways to hand out the arrivals, those with so few."""
    reached_with = data.draw(st.integers(0, with_total))
    reached_without = data.draw(st.integers(0, without_total))
    found = OutOfReach(
        page="/x",
        reached_with=reached_with,
        with_total=with_total,
        reached_without=reached_without,
        without_total=without_total,
    )
    people = range(with_total + without_total)
    ways = list(combinations(people, reached_with + reached_without))
    few = [way for way in ways if sum(one < with_total for one in way) <= reached_with]
    assert chance_of_so_few(found) == pytest.approx(len(few) / len(ways))
