"""Who could meet a pattern, who did, and what it did to them: counts and their uncertainty. Pure.

Every number of a report that is about sessions is made here. Intervals are 95%:

- a share by Wilson's score interval (E. B. Wilson 1927, JASA 22:209-212), which stays within 0 and 1
  and is honest for small counts (Brown, Cai, DasGupta 2001, Statistical Science 16:101-133);
- a ratio of two shares by the log method (Katz, Baptista, Azen, Pike 1978, Biometrics 34:469-474),
  with one half added to each of the four cells where one is empty (Haldane 1956; Anscombe 1956),
  because a ratio with a zero has no logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.ids import SessionId
from graph.patterns.facets import WEAK
from graph.patterns.pages import PageFamilies
from graph.patterns.pattern import Interval, Lift
from graph.patterns.wording import masked
from graph.sessions.summary import Issue, IssueKind, Outcome, SessionSummary

Z_95 = 1.959963984540054
"""The standard normal quantile of 97.5%."""

SUCCEEDED = frozenset({Outcome.SUCCESS, Outcome.DETOUR})
FAILED = frozenset({Outcome.FAILURE, Outcome.ABANDONED})

ON_THE_WAY = 0.9
"""The share of affected sessions from which a page is the way to a failure."""

DISTINCT = 1.5
"""How many times as common the page must be among the affected; else everyone goes there."""

MIN_ON_THE_WAY = 5
"""Fewer affected sessions have many pages in common by chance."""

UNSEEN_HARM = frozenset({"mismatch"})
"""Effects that users do not notice: reaching the end of a task is no success despite a wrong sum."""


def share_interval(hits: int, total: int) -> Interval:
    """Wilson's 95% interval of ``hits`` in ``total``; everything is possible where there is none."""
    if total <= 0:
        return Interval(low=0.0, high=1.0)
    share = hits / total
    square = Z_95 * Z_95
    centre = share + square / (2 * total)
    spread = Z_95 * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    low = 0.0 if hits == 0 else (centre - spread) / scale
    high = 1.0 if hits == total else (centre + spread) / scale
    return Interval(low=max(0.0, low), high=min(1.0, high))


def lift_of(
    failed_with: int, with_total: int, failed_without: int, without_total: int
) -> Lift | None:
    """How much more often the first group fails than the second.

    None where there is nothing to compare: a group is empty, or nobody failed in either.
    """
    if with_total <= 0 or without_total <= 0 or failed_with + failed_without == 0:
        return None
    cells = [
        failed_with,
        with_total - failed_with,
        failed_without,
        without_total - failed_without,
    ]
    extra = 0.5 if 0 in cells else 0.0
    a, b, c, d = (cell + extra for cell in cells)
    ratio = (a / (a + b)) / (c / (c + d))
    spread = Z_95 * math.sqrt(max(0.0, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))
    return Lift(
        ratio=ratio,
        interval=Interval(
            low=math.exp(math.log(ratio) - spread), high=math.exp(math.log(ratio) + spread)
        ),
        failed_with=failed_with,
        with_total=with_total,
        failed_without=failed_without,
        without_total=without_total,
    )


class Exposed:
    """Which sessions met which page and which element; built once for all patterns."""

    def __init__(self, summaries: Iterable[SessionSummary], families: PageFamilies) -> None:
        self._by_page: dict[str, set[SessionId]] = {}
        self._by_element: dict[tuple[str, str], set[SessionId]] = {}
        self._first_ms: dict[tuple[str, SessionId], int] = {}
        self._everyone: set[SessionId] = set()
        for summary in summaries:
            if summary.outcome is Outcome.NO_ACTIVITY:
                continue
            self._everyone.add(summary.session_id)
            for page in summary.pages:
                self._by_page.setdefault(families.of(page), set()).add(summary.session_id)
            for exposure in summary.exposures:
                page = families.of(exposure.page)
                self._by_page.setdefault(page, set()).add(summary.session_id)
                met = page, summary.session_id
                self._first_ms[met] = min(
                    self._first_ms.get(met, exposure.first_ms), exposure.first_ms
                )
                if exposure.element:
                    place = page, masked(exposure.element)
                    self._by_element.setdefault(place, set()).add(summary.session_id)

    def eligible(
        self, places: Iterable[tuple[str, str]], affected: set[SessionId]
    ) -> set[SessionId]:
        """Sessions that could show an issue in one of these places, the affected ones among them.

        A place is a page and the canonical element on it, or no element.

        Using the element is what makes a session eligible. Where no affected session is known to
        have used it (a message that came by itself, a field that was only read), seeing the page is.

        What can come anywhere, on no page in particular, can come to everyone who did something.
        """
        could = set(affected)
        for page, element in places:
            if not page:
                return could | self._everyone
            used = self._by_element.get((page, element), set())
            could |= used if used & affected else self._by_page.get(page, set())
        return could

    def way_to(self, met: Mapping[SessionId, int]) -> str:
        """The page by which sessions come to a failure that itself names no place; empty for none.

        It is the rarest page that nearly all affected sessions met, most of them before the failure,
        and that they met more often than all sessions do.

        Args:
            met: the affected sessions, with the moment of the failure in milliseconds.
        """
        if len(met) < MIN_ON_THE_WAY:
            return ""
        found = [
            (len(sessions), page)
            for page, sessions in self._by_page.items()
            if page and self._leads_to(page, sessions, met)
        ]
        return min(found)[1] if found else ""

    def _leads_to(self, page: str, sessions: set[SessionId], met: Mapping[SessionId, int]) -> bool:
        here = sessions & met.keys()
        before = sum(self._first_ms[page, one] <= met[one] for one in here)
        usual = len(sessions) / len(self._everyone)
        share = len(here) / len(met)
        return share >= max(ON_THE_WAY, DISTINCT * usual) and 2 * before >= len(here)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """How sessions ended, for those where it is clear."""

    failed: frozenset[SessionId]
    known: frozenset[SessionId]
    succeeded: frozenset[SessionId]

    @classmethod
    def of(cls, summaries: Iterable[SessionSummary]) -> Fates:
        listed = list(summaries)
        failed = frozenset(one.session_id for one in listed if one.outcome in FAILED)
        succeeded = frozenset(one.session_id for one in listed if one.outcome in SUCCEEDED)
        return cls(failed=failed, known=failed | succeeded, succeeded=succeeded)

    def lift(self, affected: set[SessionId], eligible: set[SessionId]) -> Lift | None:
        """Failure among the affected against the other eligible ones.

        Sessions whose end is unclear are in neither group: they would make both look harmless.
        """
        with_it = affected & self.known
        without_it = (eligible - affected) & self.known
        return lift_of(
            len(with_it & self.failed),
            len(with_it),
            len(without_it & self.failed),
            len(without_it),
        )

    def despite(self, session_id: SessionId, issues: Sequence[Issue]) -> bool:
        """Whether a session got what it was after although it met these issues.

        It did where every one was overcome, or where the session ended well and none of them
        stopped anybody: being blocked here and content elsewhere is no success despite the block.
        What people do about a fault, such as filling in again, is not judged beside the fault.
        """
        issues = [issue for issue in issues if issue.key.effect not in WEAK] or issues
        if all(issue.overcame for issue in issues):
            return True
        if any(issue.key.effect in UNSEEN_HARM for issue in issues):
            return False
        stopped = {IssueKind.BLOCKING, IssueKind.ABANDONMENT}
        return session_id in self.succeeded and all(issue.kind not in stopped for issue in issues)
