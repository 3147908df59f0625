"""Where sessions get to after a control, with a fault and without it. Pure.

What a fault costs shows in what comes after: of those for whom "Place order" worked most went on to
the receipt, of those for whom it did not nobody did. No list of words says which control matters;
the sessions do. The comparison is one-sided by Fisher's exact test (R. A. Fisher 1935, The Design of
Experiments, chapter 2), which holds for counts of any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from graph.ids import SessionId
from graph.patterns.pages import PageFamilies
from graph.patterns.wording import masked
from graph.sessions.summary import SessionSummary

Place = tuple[str, str]
"""A page in its common form, and the canonical element on it, or no element."""

USUAL = Fraction(1, 2)
"""The share of unaffected sessions from which a place is where one usually gets to."""

MIN_WITHOUT = 5
"""Unaffected sessions below which nothing is usual."""

MAX_CHANCE = 0.01
"""Several places are compared for each pattern, so each must be clearer than the customary 5%."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfReach:
    """A place that most sessions with a pattern did not get to, and most others did."""

    page: str
    reached_with: int
    with_total: int
    reached_without: int
    without_total: int

    @property
    def nobody_reached(self) -> bool:
        """Whether no session with the pattern got there."""
        return self.reached_with == 0

    @property
    def words(self) -> str:
        """The comparison, for a reader."""
        return (
            f"{self.reached_with} of the {self.with_total} sessions with it got on to {self.page} "
            f"afterwards; of the {self.without_total} without it {self.reached_without} did"
        )


class Whereabouts:
    """When each session was first and last at each place; built once for all patterns."""

    def __init__(self, summaries: Iterable[SessionSummary], families: PageFamilies) -> None:
        self._met: dict[SessionId, dict[Place, tuple[int, int]]] = {}
        for summary in summaries:
            met = self._met.setdefault(summary.session_id, {})
            for one in summary.exposures:
                place = families.of(one.page), masked(one.element) if one.element else ""
                first_ms, last_ms = met.get(place, (one.first_ms, one.last_ms))
                met[place] = min(first_ms, one.first_ms), max(last_ms, one.last_ms)

    def out_of_reach(
        self,
        places: Iterable[Place],
        affected: Mapping[SessionId, int],
        unaffected: Iterable[SessionId],
    ) -> OutOfReach | None:
        """The place on another page that the pattern keeps most of its sessions from, the clearest one.

        Args:
            places: where the pattern happens.
            affected: its sessions, with the moment at which each met it first, in milliseconds.
            unaffected: sessions that could have met it.

        None where no place is both usual without the pattern and rare with it.
        """
        here = frozenset(places)
        began = self._began(here, unaffected)
        if len(began) < MIN_WITHOUT or not affected:
            return None
        own_pages = {page for page, _ in here}
        usual = Counter(
            place
            for session_id, ms in began.items()
            for place, (first_ms, _) in self._met[session_id].items()
            if first_ms > ms and place[0] not in own_pages
        )
        found = [
            (chance, place, one)
            for place, count in usual.items()
            if count >= USUAL * len(began)
            for chance, one in [self._compared(place, affected, began)]
            if 2 * one.reached_with < one.with_total and chance <= MAX_CHANCE
        ]
        return min(found, key=lambda one: one[:2])[2] if found else None

    def _began(
        self, places: frozenset[Place], sessions: Iterable[SessionId]
    ) -> dict[SessionId, int]:
        """When each session first was at one of the places, for those that were."""
        began: dict[SessionId, int] = {}
        for session_id in sessions:
            met = self._met.get(session_id, {})
            moments = [met[place][0] for place in places if place in met]
            if moments:
                began[session_id] = min(moments)
        return began

    def _compared(
        self, place: Place, affected: Mapping[SessionId, int], others: Mapping[SessionId, int]
    ) -> tuple[float, OutOfReach]:
        found = OutOfReach(
            page=place[0],
            reached_with=self._reached(place, affected),
            with_total=len(affected),
            reached_without=self._reached(place, others),
            without_total=len(others),
        )
        return chance_of_so_few(found), found

    def _reached(self, place: Place, since: Mapping[SessionId, int]) -> int:
        never = (-1, -1)
        return sum(self._met.get(one, {}).get(place, never)[1] > ms for one, ms in since.items())


def chance_of_so_few(found: OutOfReach) -> float:
    """The chance that so few of the affected get there if the fault made no difference."""
    reached = found.reached_with + found.reached_without
    everyone = comb(found.with_total + found.without_total, reached)
    fewest = max(0, reached - found.without_total)
    ways = sum(
        comb(found.with_total, few) * comb(found.without_total, reached - few)
        for few in range(fewest, found.reached_with + 1)
    )
    return ways / everyone
