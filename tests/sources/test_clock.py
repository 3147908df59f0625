"""Moments are milliseconds, whatever clock wrote them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph.sources.clock import epoch_ms, repair_clock

NOW = 1_760_000_000_000


def test_an_ordinary_clock_is_left_alone() -> None:
    """Milliseconds, whole or not, in any order, also made-up ones, need no repair."""
    assert repair_clock([NOW, NOW + 5.4, NOW + 3]) == ([NOW, NOW + 5, NOW + 3], [])
    assert repair_clock([0, 5, 155]) == ([0, 5, 155], [])
    assert repair_clock([1_900_000_001, 1_900_039_448]) == ([1_900_000_001, 1_900_039_448], [])
    assert repair_clock([]) == ([], [])


def test_seconds_among_milliseconds_are_scaled() -> None:
    """Only what the scaling brings among the others is scaled."""
    stamps, notes = repair_clock([NOW, NOW / 1_000 + 1.5, NOW + 3_000])
    assert stamps == [NOW, NOW + 1_500, NOW + 3_000]
    assert notes == ["1 of 3 timestamps were in seconds among milliseconds"]


def test_seconds_may_be_the_majority() -> None:
    """A replay of mostly performance spans is still in milliseconds."""
    spans = [NOW / 1_000 + second for second in range(6)]
    stamps, notes = repair_clock([NOW, NOW + 5_000, *spans])
    assert stamps == [NOW, NOW + 5_000, *[NOW + 1_000 * second for second in range(6)]]
    assert notes == ["6 of 8 timestamps were in seconds among milliseconds"]


def test_a_clock_of_seconds_throughout() -> None:
    """Fractions tell that seconds are meant, where all of a stream has them."""
    stamps, notes = repair_clock([NOW / 1_000 + 0.25, NOW / 1_000 + 0.75])
    assert stamps == [NOW + 250, NOW + 750]
    assert notes == ["the clock counted seconds and was read as such"]


@pytest.mark.parametrize("stray", [NOW * 10, 0, -NOW, NOW + 40 * 86_400_000])
def test_a_stray_moment_is_set_to_the_one_before(stray: int) -> None:
    """One moment far from all others is a fault of the clock, not a session of months."""
    stamps, notes = repair_clock([NOW, NOW + 1, stray, NOW + 3])
    assert stamps == [NOW, NOW + 1, NOW + 1, NOW + 3]
    assert len(notes) == 1
    first, notes = repair_clock([stray, NOW, NOW + 1, NOW + 3])
    assert first == [NOW, NOW, NOW + 1, NOW + 3]
    assert len(notes) == 1


def test_a_recording_of_two_halves_is_left_as_it_is() -> None:
    """Where far moments are no exception, nothing is changed, and a note says how long it is."""
    later = NOW + 30 * 86_400_000
    moments = [NOW + n for n in range(10)] + [later + n for n in range(10)]
    assert repair_clock(moments) == (moments, ["the timestamps span 30 days"])


@given(
    st.lists(st.integers(0, 3_600_000), min_size=3, max_size=40),
    st.sets(st.integers(0, 39), max_size=12),
)
def test_scaling_finds_every_second(offsets: list[int], in_seconds: set[int]) -> None:
    """Any minority of seconds comes back to the millisecond."""
    chosen = {index for index in in_seconds if index < len(offsets)}
    if len(chosen) * 2 >= len(offsets):
        chosen.clear()
    moments = [
        (NOW + offset) / 1_000 if index in chosen else float(NOW + offset)
        for index, offset in enumerate(offsets)
    ]
    stamps, _ = repair_clock(moments)
    assert stamps == [NOW + offset for offset in offsets]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-10-09T08:53:20Z", NOW),
        ("2025-10-09T08:53:20.250+00:00", NOW + 250),
        ("2025-10-09 08:53:20", NOW),
        ("2025-10-09T10:53:20+02:00", NOW),
        (str(NOW), NOW),
        (NOW, NOW),
        ("yesterday", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_moments_may_be_dates(moment: float | str | None, expected: float | None) -> None:
    """Dates without a zone are UTC."""
    assert epoch_ms(moment) == expected
