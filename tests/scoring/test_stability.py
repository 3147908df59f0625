"""Stability: the same patterns, whatever they are called and in whatever order they come."""

from evals.scoring.stability import stability
from tests.scoring.building import perfect_report, small_truth, with_evidence, with_patterns

REPORT = perfect_report(small_truth())


def test_the_same_patterns_under_other_names_and_in_another_order_are_stable():
    """Only the evidence tells which pattern is which."""
    renamed = [
        one.model_copy(update={"title": one.title.upper(), "id": f"x{number}"})
        for number, one in enumerate(reversed(REPORT.patterns))
    ]
    assert stability([REPORT, with_patterns(REPORT, renamed)]).value == 1.0


def test_a_pattern_that_comes_and_goes_costs_its_share():
    """5 patterns against 4 of them share 4 of 5."""
    assert stability([REPORT, with_patterns(REPORT, REPORT.patterns[1:])]).value == 4 / 5


def test_a_pattern_that_keeps_half_of_its_evidence_is_still_the_same_one():
    """Below half it is another one: 4 shared of 6."""
    first, *rest = REPORT.patterns
    half = with_evidence(first, first.evidence[: len(first.evidence) // 2])
    less = with_evidence(first, first.evidence[: len(first.evidence) // 2 - 1])
    assert stability([REPORT, with_patterns(REPORT, [half, *rest])]).value == 1.0
    assert stability([REPORT, with_patterns(REPORT, [less, *rest])]).value == 4 / 6


def test_reports_without_patterns_agree_and_one_report_says_nothing():
    """ "No recurring issue" twice is stable; one run has nothing to be compared with."""
    empty = with_patterns(REPORT, [])
    assert stability([empty, empty]).value == 1.0
    assert stability([empty, REPORT]).value == 0.0
    assert stability([REPORT]).value is None
