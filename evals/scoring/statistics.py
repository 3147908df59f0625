"""Figures with their uncertainty: shares, ratios over sessions, agreement, clusters."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import TypeVar

T = TypeVar("T")

Z_95 = 1.959963984540054
RESAMPLES = 500


def wilson(successes: float, total: float) -> tuple[float, float]:
    """The 95% Wilson interval of a share; (0, 1) where nothing was looked at."""
    if total <= 0:
        return 0.0, 1.0
    share = successes / total
    spread = Z_95**2 / total
    middle = share + spread / 2
    half = Z_95 * sqrt(share * (1 - share) / total + spread / (4 * total))
    return (
        max(0.0, (middle - half) / (1 + spread)) if successes else 0.0,
        min(1.0, (middle + half) / (1 + spread)) if successes < total else 1.0,
    )


def bootstrap(
    parts: Sequence[T], statistic: Callable[[Sequence[T]], float | None], seed: int
) -> tuple[float, float] | None:
    """The 95% percentile interval of a statistic over parts (sessions) drawn with replacement.

    None where fewer than two parts exist or the statistic is undefined for most draws.
    """
    if len(parts) < 2:
        return None
    draw = random.Random(seed)  # noqa: S311 - resampling must repeat from its seed
    drawn = [statistic(draw.choices(parts, k=len(parts))) for _ in range(RESAMPLES)]
    values = sorted(value for value in drawn if value is not None)
    if len(values) < RESAMPLES // 2:
        return None
    return values[int(0.025 * (len(values) - 1))], values[int(0.975 * (len(values) - 1) + 0.5)]


def ratio_of_sums(parts: Sequence[tuple[float, float]]) -> float | None:
    """Sum of the firsts over sum of the seconds; None where the seconds are 0."""
    below = sum(part[1] for part in parts)
    return sum(part[0] for part in parts) / below if below else None


def weighted_kappa(pairs: Sequence[tuple[int, int]], levels: int) -> float | None:
    """Cohen's kappa with quadratic weights over ordered levels from 0.

    Where both raters used one and the same level throughout, chance agreement is certain and kappa
    is undefined as a ratio; they agree, so it is 1. None without pairs.
    """
    if not pairs:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    expected = (
        sum(first[a] * second[b] * (a - b) ** 2 for a in range(levels) for b in range(levels))
        / len(pairs) ** 2
    )
    if not expected:
        return 1.0
    return 1 - observed / expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """One item of a clustering: where it was put, where it belongs, and the session it is from."""

    session: str
    put: Hashable
    belongs: Hashable


def b_cubed_parts(items: Sequence[Clustered]) -> list[tuple[float, float, int]]:
    """Per session: sum of the items' B-cubed precisions, of their recalls, and how many items.

    An item's precision is the share of its cluster that belongs with it, its recall the share of
    what belongs with it that is in its cluster. Sums do not depend on the order of the items.
    """
    put = Counter(item.put for item in items)
    belongs = Counter(item.belongs for item in items)
    both = Counter((item.put, item.belongs) for item in items)
    shares: dict[str, list[tuple[float, float]]] = {}
    for item in items:
        together = both[item.put, item.belongs]
        share = (together / put[item.put], together / belongs[item.belongs])
        shares.setdefault(item.session, []).append(share)
    return [
        (fsum(share[0] for share in own), fsum(share[1] for share in own), len(own))
        for _, own in sorted(shares.items())
    ]


def b_cubed_f1(parts: Sequence[tuple[float, float, int]]) -> float | None:
    """Harmonic mean of B-cubed precision and recall; None without items."""
    count = sum(part[2] for part in parts)
    if not count:
        return None
    precision = fsum(part[0] for part in parts) / count
    recall = fsum(part[1] for part in parts) / count
    return 2 * precision * recall / (precision + recall)
