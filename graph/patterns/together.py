"""Issues that come together in time are faces of one fault: counted across sessions. Pure.

A failed request, the error it shows and the clicks that follow carry three different keys. Nothing
in the keys connects them; that they happen in the same few seconds, session after session, does.
Two things happening side by side by chance must not be joined, so the share of sessions in which
they come together is demanded of the rarer one, and of both wherever less than the element ties
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph.ids import SessionId
from graph.patterns.clusters import Cluster, Clusters
from graph.patterns.facets import BACKGROUND, FOLLOW_UPS, Course, Facets, key_order
from graph.sessions.summary import Issue, IssueKey

NEAR_MS = 3_000
"""Two issues this close are one moment."""

FOLLOW_UP_MS = 10_000
"""A repeated submit or a refilled field comes after its cause has been read."""

FORM_MS = 60_000
"""A form that lost its content shows it field by field, as fast as the user gets to them."""

MOST = 0.5
"""Above this share they come together more often than not."""

MAX_NEIGHBOURS = 24
"""Later issues of a session an issue is compared with; bounds a session that is one long error."""

KeyPair = tuple[IssueKey, IssueKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One issue of one session, under its canonical key."""

    session_id: SessionId
    issue: Issue
    facets: Facets


@dataclass(slots=True, kw_only=True)
class Meetings:
    """In which sessions two groups came together, and over which keys."""

    sessions: set[SessionId] = field(default_factory=set[SessionId])
    pairs: set[KeyPair] = field(default_factory=set[KeyPair])


def join_together(sessions: Iterable[Sequence[Sighting]], clusters: Clusters) -> None:
    """Join the groups whose issues come together in most sessions that show them.

    ``sessions`` holds each session's sightings in order of time.
    """
    met = _meetings(sessions, clusters)
    by_count = sorted(
        met.items(), key=lambda item: (-len(item[1].sessions), *map(key_order, item[0]))
    )
    for (one_root, other_root), meetings in by_count:
        one, other = clusters.of(one_root), clusters.of(other_root)
        if one is not other and _one_fault(one, other, meetings):
            clusters.join(one, other)


def _meetings(
    sessions: Iterable[Sequence[Sighting]], clusters: Clusters
) -> dict[KeyPair, Meetings]:
    met: dict[KeyPair, Meetings] = {}
    for sightings in sessions:
        for early, late in _near(sightings):
            roots = [clusters.of(one.facets.key).root for one in (early, late)]
            if roots[0] == roots[1]:
                continue
            first, second = sorted(roots, key=key_order)
            meetings = met.setdefault((first, second), Meetings())
            meetings.sessions.add(early.session_id)
            meetings.pairs.add((early.facets.key, late.facets.key))
    return met


def _near(sightings: Sequence[Sighting]) -> Iterable[tuple[Sighting, Sighting]]:
    for place, early in enumerate(sightings):
        for late in sightings[place + 1 : place + 1 + MAX_NEIGHBOURS]:
            gap_ms = late.issue.ms - early.issue.ms
            if gap_ms > FORM_MS:
                break
            if early.facets.page == late.facets.page and gap_ms <= _window_ms(early, late):
                yield early, late


def _window_ms(early: Sighting, late: Sighting) -> int:
    if early.facets.course == late.facets.course == Course.LOST:
        return FORM_MS
    if late.facets.effect in FOLLOW_UPS:
        return FOLLOW_UP_MS
    return NEAR_MS


def _one_fault(one: Cluster, other: Cluster, meetings: Meetings) -> bool:
    """Whether coming together this often is more than chance, for what ties the two."""
    together = len(meetings.sessions)
    rarer, commoner = sorted((len(one.sessions), len(other.sessions)))
    of_rarer, of_commoner = together / rarer, together / commoner
    if of_rarer <= MOST:
        return False
    if any(_same_control(*pair) for pair in meetings.pairs):
        return True
    if _consequence(one, other) and not (one.effects | other.effects) & BACKGROUND:
        return True
    if of_commoner <= MOST:
        return False
    return together >= 2 or any(_same_moment(*pair) for pair in meetings.pairs)


def _same_control(one: IssueKey, other: IssueKey) -> bool:
    return one.element != "" and one.element == other.element


def _same_moment(one: IssueKey, other: IssueKey) -> bool:
    """Tied closely enough for a single session to be enough."""
    return one.element == "" or other.element == "" or one.effect == other.effect


def _consequence(one: Cluster, other: Cluster) -> bool:
    """One of them is only what people do after the other.

    It must not be the commoner one: not everybody who meets a fault tries again, but whoever tries
    again because of it has met it.
    """
    return _follows(one, other) or _follows(other, one)


def _follows(after: Cluster, cause: Cluster) -> bool:
    return (
        after.effects <= FOLLOW_UPS
        and not cause.effects <= FOLLOW_UPS
        and len(after.sessions) <= len(cause.sessions)
    )
