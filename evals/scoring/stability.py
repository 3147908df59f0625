"""Is it the same set of patterns when nothing but the order or the draw changes?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from evals.scoring.assignment import assign
from evals.scoring.scores import Figure, figure
from graph.reports.report import Evidence, Report, ReportPattern

SAME_SHARE = 0.5
"""Two patterns of two reports are the same one where they share at least half of their evidence."""

Place = tuple[str, int]
PlaceOf = Callable[[Evidence], str]


def stability(reports: Sequence[Report], file_of: PlaceOf | None = None) -> Figure:
    """Mean Jaccard of the pattern sets of each two reports; 1 where all say the same.

    Args:
        reports: of the same sessions.
        file_of: the name of evidence's session that all reports share; its ``file`` by default.
    """
    of = file_of if file_of is not None else _file
    shares = [jaccard(a.patterns, b.patterns, of) for a, b in combinations(reports, 2)]
    if not shares:
        return Figure(value=None)
    return figure(sum(shares) / len(shares), total=len(reports))


def jaccard(
    first: Sequence[ReportPattern], second: Sequence[ReportPattern], file_of: PlaceOf
) -> float:
    """Patterns that both have, of those that either has; titles play no part."""
    places_a = [_places(pattern, file_of) for pattern in first]
    places_b = [_places(pattern, file_of) for pattern in second]
    if not places_a and not places_b:
        return 1.0
    weights = [[_likeness(a, b) for b in places_b] for a in places_a]
    shared = len(assign(weights))
    return shared / (len(places_a) + len(places_b) - shared)


def _likeness(first: frozenset[Place], second: frozenset[Place]) -> float:
    """Jaccard of the evidence; 0 below ``SAME_SHARE``."""
    either = len(first | second)
    share = len(first & second) / either if either else 0.0
    return share if share >= SAME_SHARE else 0.0


def _places(pattern: ReportPattern, file_of: PlaceOf) -> frozenset[Place]:
    return frozenset((file_of(item), item.ms) for item in pattern.evidence)


def _file(evidence: Evidence) -> str:
    return evidence.file
