"""When a pattern happened: the stretch of time in which sessions met it far more often than outside. Pure.

A scan over all stretches that begin and end with an affected session (M. Kulldorff 1997, A spatial scan
statistic, in one dimension). The chance that a stretch is as rich as this without a cause is at most
``exp(-n * KL(share inside || share overall))`` (W. Hoeffding 1963, JASA 58:13-30, which holds for draws
without replacement); it is multiplied by the number of stretches looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement
from math import exp, log

from graph.ids import SessionId
from graph.patterns.pattern import Period

MIN_AFFECTED = 5
"""Fewer sessions lie close together by chance too easily to be told apart from it."""

MAX_CHANCE = 0.001
"""Every pattern of a report is looked at, so a period must be clearer than the customary 5%."""

EDGES = 128
"""Moments at which a stretch may begin or end; 128 of them make some 8,000 stretches."""

MIN_TIMES = 2.0
"""A share inside that is not at least twice that outside is no period, however certain it is."""


def period_of(
    starts: Mapping[SessionId, int], affected: Iterable[SessionId], eligible: Iterable[SessionId]
) -> Period | None:
    """The stretch in which the pattern happened; None where it happened all the time.

    Args:
        starts: when each session began, in epoch milliseconds.
        affected: sessions with the pattern.
        eligible: sessions that could meet it, the affected ones among them.
    """
    hits = sorted(starts[one] for one in affected)
    could = sorted(starts[one] for one in eligible)
    if len(hits) < MIN_AFFECTED or len(hits) >= len(could):
        return None
    edges = _edges(hits)
    stretches = [
        (_strength(hits, could, first, last), first, last)
        for first, last in combinations_with_replacement(edges, 2)
    ]
    strength, first, last = max(stretches, key=lambda one: (one[0], -one[1], one[2]))
    if len(stretches) * exp(-strength) > MAX_CHANCE:
        return None
    period = _period(hits, could, first, last)
    return period if _differs(period) else None


def _edges(hits: Sequence[int]) -> list[int]:
    if len(hits) <= EDGES:
        return sorted(set(hits))
    last = len(hits) - 1
    return sorted({hits[place * last // (EDGES - 1)] for place in range(EDGES)})


def _within(stamps: Sequence[int], first: int, last: int) -> int:
    return bisect_right(stamps, last) - bisect_left(stamps, first)


def _strength(hits: Sequence[int], could: Sequence[int], first: int, last: int) -> float:
    """How unlikely the stretch is: minus the logarithm of its chance; 0 where it is poor."""
    overall = len(hits) / len(could)
    total = _within(could, first, last)
    share = _within(hits, first, last) / total
    if share <= overall:
        return 0.0
    missed = (1 - share) * log((1 - share) / (1 - overall)) if share < 1 else 0.0
    return total * (share * log(share / overall) + missed)


def _period(hits: Sequence[int], could: Sequence[int], first: int, last: int) -> Period:
    inside, total = _within(hits, first, last), _within(could, first, last)
    return Period(
        first_ms=first,
        last_ms=last,
        affected=inside,
        eligible=total,
        affected_outside=len(hits) - inside,
        eligible_outside=len(could) - total,
    )


def _differs(period: Period) -> bool:
    if not period.eligible_outside:
        return False
    outside = period.affected_outside / period.eligible_outside
    return period.affected / period.eligible >= MIN_TIMES * outside
