"""Moments in milliseconds, whatever clock wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median_low

SANE_SPAN_MS = 7 * 24 * 3_600_000
"""No session is longer: PostHog ends one after 24 hours, a forgotten tab may last some days."""

_EPOCH_SECONDS = range(1_000_000_000, 10_000_000_000)
"""2001 to 2286. A clock in milliseconds is here only where somebody made it up."""

_STRAYS_TOLERATED = 20
"""One stray in this many is a fault of the clock; more are how the recording is."""

_MAJORITY_SECONDS = 10
"""One moment in this many must be in milliseconds before seconds are believed to be the rule."""


def epoch_ms(moment: float | str | None) -> float | None:
    """Milliseconds of a number, of digits or of an ISO date; None where it is no moment.

    A number stays as it is: whether it counts seconds is decided for the whole stream.
    """
    if moment is None or isinstance(moment, bool):
        return None
    if not isinstance(moment, str):
        return moment
    try:
        return float(moment)
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(moment.strip())
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000


def repair_clock(moments: Sequence[float]) -> tuple[list[int], list[str]]:
    """Whole milliseconds in the order given, and what had to be changed, in words.

    Some recorders write part of a stream in seconds. No fixed threshold can tell, because some
    recordings run on made-up clocks: a moment is multiplied by 1,000 only where that brings it
    among the others. A lone moment far from all others is set to the one before it.
    """
    stamps = [round(moment) for moment in moments]
    if not stamps:
        return stamps, []
    notes: list[str] = []
    if max(stamps) - min(stamps) <= SANE_SPAN_MS:
        if _all_in_seconds(moments, stamps):
            notes.append("the clock counted seconds and was read as such")
            stamps = [round(moment * 1_000) for moment in moments]
        return stamps, notes
    middle = _middle(stamps)
    stamps, scaled = _scale_seconds(moments, stamps, middle)
    if scaled:
        notes.append(f"{scaled:,} of {len(stamps):,} timestamps were in seconds among milliseconds")
    stamps, strays = _clamp_strays(stamps, middle)
    notes += strays
    return stamps, notes


def _all_in_seconds(moments: Sequence[float], stamps: Sequence[int]) -> bool:
    """Seconds since 1970 with fractions, throughout."""
    if median_low(stamps) not in _EPOCH_SECONDS:
        return False
    return sum(moment != round(moment) for moment in moments) * 2 > len(moments)


def _middle(stamps: Sequence[int]) -> int:
    """A moment amid the stream, in milliseconds even where most of the stream is in seconds."""
    middle = median_low(stamps)
    if middle in _EPOCH_SECONDS:
        in_ms = [stamp for stamp in stamps if abs(stamp - middle * 1_000) <= SANE_SPAN_MS]
        if len(in_ms) * _MAJORITY_SECONDS >= len(stamps):
            return median_low(in_ms)
    return middle


def _scale_seconds(
    moments: Sequence[float], stamps: Sequence[int], middle: int
) -> tuple[list[int], int]:
    scaled = list(stamps)
    count = 0
    for index, moment in enumerate(moments):
        far = abs(stamps[index] - middle) > SANE_SPAN_MS
        if far and abs(moment * 1_000 - middle) <= SANE_SPAN_MS:
            scaled[index] = round(moment * 1_000)
            count += 1
    return scaled, count


def _clamp_strays(stamps: list[int], middle: int) -> tuple[list[int], list[str]]:
    near = [abs(stamp - middle) <= SANE_SPAN_MS for stamp in stamps]
    strays = near.count(False)
    days = (max(stamps) - min(stamps)) / 86_400_000
    if not strays:
        return stamps, []
    if strays > max(1, len(stamps) // _STRAYS_TOLERATED) or strays * 2 >= len(stamps):
        return stamps, [f"the timestamps span {days:,.0f} days"]
    clamped: list[int] = []
    before = next(stamp for stamp, is_near in zip(stamps, near, strict=True) if is_near)
    for stamp, is_near in zip(stamps, near, strict=True):
        before = stamp if is_near else before
        clamped.append(before)
    words = "timestamp was" if strays == 1 else "timestamps were"
    return clamped, [
        f"{strays:,} {words} up to {days:,.0f} days away from all others and set to the one before"
    ]
