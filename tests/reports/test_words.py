"""Numbers and times as a reader sees them."""

from __future__ import annotations

import pytest

from graph.reports import words
from graph.reports.report import LiftFigures, Usage


@pytest.mark.parametrize(
    ("ms", "clock", "duration"),
    [
        (0, "0:00", "0.0 s"),
        (9_940, "0:09", "9.9 s"),
        (65_000, "1:05", "1 min 5 s"),
        (120_000, "2:00", "2 min"),
        (3_725_000, "1:02:05", "1 h 2 min"),
        (7_200_000, "2:00:00", "2 h"),
        (-5, "0:00", "0.0 s"),
    ],
)
def test_times_read_as_people_write_them(ms: int, clock: str, duration: str) -> None:
    """A moment as a clock, a length in its two largest units."""
    assert (words.clock(ms), words.duration(ms)) == (clock, duration)


def test_a_lift_that_may_be_chance_says_so() -> None:
    """An interval that holds 1 is not told as a difference."""
    figures = LiftFigures(
        ratio=1.6, low=0.6, high=4.0, failed_with=4, with_total=9, failed_without=9,
        without_total=32,
    )  # fmt: skip
    assert words.lift(figures) == (
        "4 of 9 with it failed, 9 of 32 without it: 1.6 times as often "
        "(95% interval 0.6 to 4.0; this can be chance)."
    )


def test_a_run_without_a_model_cost_nothing() -> None:
    """Nothing was asked, so nothing was paid; with calls, tokens and dollars are told."""
    assert words.cost(Usage(analysts=["rules"])) == "No model was asked: $0."
    paid = Usage(
        analysts=["m"], model_calls=2, input_tokens=12_000, output_tokens=800, cost_usd=0.031
    )
    assert words.cost(paid) == "2 model calls, 12,000 tokens in, 800 out: $0.03."
