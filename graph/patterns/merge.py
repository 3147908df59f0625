"""From the issues of many sessions to the patterns they share. Pure, and blind to input order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.ids import PatternId, SessionId
from graph.patterns.calibrate import Reach, Toll, harm_rank, severity_of
from graph.patterns.clusters import Cluster, Clusters
from graph.patterns.counting import Exposed, Fates, share_interval
from graph.patterns.distinct import by_file
from graph.patterns.facets import (
    WEAK,
    Facets,
    canonical,
    facets_of,
    key_order,
    site_wide_elements,
    widened,
)
from graph.patterns.identity import pattern_ids
from graph.patterns.merge_rules import ACROSS_PAGES, WITHIN_A_PAGE, apply_rules
from graph.patterns.out_of_reach import OutOfReach, Place, Whereabouts
from graph.patterns.pages import PageFamilies
from graph.patterns.pattern import Occurrence, Pattern
from graph.patterns.periods import period_of
from graph.patterns.titles import criterion_of, kind_of, pages_of, title_of
from graph.patterns.together import Sighting, join_together
from graph.sessions.summary import (
    Harm,
    Issue,
    IssueKey,
    IssueKind,
    Outcome,
    SessionSummary,
    Verdict,
)

STOPPING = frozenset({IssueKind.BLOCKING, IssueKind.ABANDONMENT})
"""Kinds of issue that a user did not get past."""

HINDERING = frozenset(
    {
        "blank",
        "blocked_click",
        "error_shown",
        "failure_event",
        "no_response",
        "no_results",
        "silent",
        "spinner",
        "validation",
    }
)
"""Effects that keep a user from what comes next. Waiting, wrong values and behaviour do not."""

MISLEADING = frozenset({"no_results"})
"""Effects that a user may also cause without any fault."""

MIN_SESSIONS = 2
"""What one session shows happened; what two show recurs. From medium harm on, once is enough."""

MIN_SESSIONS_WEAK = 3
MIN_SHARE_WEAK = 0.5
"""What people do out of habit, and errors nobody sees, tell of a fault where most who come do it."""

MIN_SHARE_MILD = 0.05
"""Low harm that fewer eligible sessions meet stays with its sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What is known of all sessions together, worked out once."""

    families: PageFamilies
    site_wide: frozenset[str]
    exposed: Exposed
    whereabouts: Whereabouts
    fates: Fates
    starts: Mapping[SessionId, int]
    """When each session began, in epoch milliseconds."""
    active: int
    """Sessions in which somebody did something."""

    @classmethod
    def of(cls, summaries: Sequence[SessionSummary]) -> Corpus:
        families = PageFamilies(summaries)
        return cls(
            families=families,
            site_wide=site_wide_elements(summaries),
            exposed=Exposed(summaries, families),
            whereabouts=Whereabouts(summaries, families),
            fates=Fates.of(summaries),
            starts={one.session_id: one.start_ms for one in summaries},
            active=sum(one.outcome is not Outcome.NO_ACTIVITY for one in summaries),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sightings that are one fault, best evidence first."""

    members: tuple[Facets, ...]
    sightings: tuple[Sighting, ...]

    @property
    def standing(self) -> list[Sighting]:
        """Sightings that pixels have not refuted: only these count."""
        return [one for one in self.sightings if one.issue.verdict is not Verdict.REFUTED]


def find_patterns(summaries: Sequence[SessionSummary]) -> tuple[Pattern, ...]:
    """The patterns of distinct sessions, the most severe first.

    A pattern is a fault that sessions share, or that one session met with medium harm or worse. Weak
    and mild faults need more (``worth_reporting``); what does not become a pattern stays an issue of
    its session. No pattern at all is a valid answer.
    """
    in_order = sorted(summaries, key=by_file)
    corpus = Corpus.of(in_order)
    groups = _groups(in_order, corpus)
    ids = pattern_ids([group.members for group in groups])
    found = [
        _pattern(group, pattern_id, corpus)
        for group, pattern_id in zip(groups, ids, strict=True)
        if group.standing
    ]
    return tuple(sorted((one for one in found if worth_reporting(one)), key=by_severity))


def worth_reporting(pattern: Pattern) -> bool:
    """Whether a group of issues is a pattern, by what it takes to be more than chance.

    - High and medium harm count from the first session: a rare fault is worth a look, and reports
      say "seen once".
    - Low harm takes two sessions that are a twentieth of those who could meet it.
    - Behaviour alone and errors nobody sees take two with medium harm, and with low harm three
      that are half of those who could show it.
    - A form that refuses with low harm says what it wants and gets it: it works.
    """
    affected, eligible = len(pattern.affected), len(pattern.eligible)
    weak = pattern.key.effect in WEAK
    if harm_rank(pattern.harm) >= harm_rank(Harm.HIGH):
        return True
    if pattern.harm is Harm.MEDIUM:
        return not weak or affected >= MIN_SESSIONS
    if pattern.key.effect == "validation":
        return False
    if weak:
        return affected >= MIN_SESSIONS_WEAK and affected >= MIN_SHARE_WEAK * eligible
    return affected >= MIN_SESSIONS and affected >= MIN_SHARE_MILD * eligible


def by_severity(pattern: Pattern) -> tuple[int, int, int, float, str, str]:
    """The order of patterns in a report."""
    return (
        -harm_rank(Harm(pattern.severity.value)),
        -harm_rank(pattern.harm),
        -len(pattern.affected),
        -len(pattern.affected) / len(pattern.eligible),
        pattern.title,
        pattern.id,
    )


def _groups(summaries: Sequence[SessionSummary], corpus: Corpus) -> list[Group]:
    sessions = [_sightings(summary, corpus) for summary in summaries]
    by_key: dict[IssueKey, list[Sighting]] = {}
    for sighting in (one for session in sessions for one in session):
        by_key.setdefault(sighting.facets.key, []).append(sighting)
    clusters = Clusters(_cluster(found) for found in by_key.values())
    facets = [found[0].facets for _, found in sorted(by_key.items(), key=_by_key)]
    apply_rules(WITHIN_A_PAGE, facets, clusters)
    join_together(sessions, clusters)
    apply_rules(ACROSS_PAGES, facets, clusters)
    return [_group(cluster, by_key) for cluster in clusters.all()]


def _by_key(item: tuple[IssueKey, list[Sighting]]) -> tuple[str, str, str, str]:
    return key_order(item[0])


def _sightings(summary: SessionSummary, corpus: Corpus) -> list[Sighting]:
    sightings = [
        Sighting(
            session_id=summary.session_id,
            issue=issue,
            facets=widened(facets_of(canonical(issue, corpus.families)), corpus.site_wide),
        )
        for issue in summary.issues
    ]
    return sorted(sightings, key=lambda one: (one.issue.ms, key_order(one.facets.key)))


def _cluster(found: Sequence[Sighting]) -> Cluster:
    sessions = {one.session_id for one in found}
    stuck = {one.session_id for one in found if not one.issue.overcame}
    return Cluster.of(found[0].facets, sessions, sessions - stuck)


def _group(cluster: Cluster, by_key: dict[IssueKey, list[Sighting]]) -> Group:
    sightings = [one for facets in cluster.members for one in by_key[facets.key]]
    members = sorted(cluster.members, key=lambda one: key_order(one.key))
    return Group(members=tuple(members), sightings=tuple(_best_first(sightings)))


def _best_first(sightings: Iterable[Sighting]) -> list[Sighting]:
    """The best sighting of each session, then all the others; both by the strength of evidence."""
    front: list[Sighting] = []
    rest: list[Sighting] = []
    seen: set[SessionId] = set()
    for one in sorted(sightings, key=_evidence_order):
        (rest if one.session_id in seen else front).append(one)
        seen.add(one.session_id)
    return front + rest


_VERDICT_ORDER = {Verdict.CONFIRMED: 0, None: 1, Verdict.UNCLEAR: 2, Verdict.REFUTED: 3}


def _evidence_order(sighting: Sighting) -> tuple[int, bool, int, float, str, int, str]:
    issue = sighting.issue
    return (
        _VERDICT_ORDER[issue.verdict],
        sighting.facets.effect in WEAK,
        -harm_rank(issue.harm),
        -issue.rank,
        sighting.session_id,
        issue.ms,
        issue.claim,
    )


def _pattern(group: Group, pattern_id: PatternId, corpus: Corpus) -> Pattern:
    standing = group.standing
    by_session: dict[SessionId, list[Issue]] = {}
    for one in standing:
        by_session.setdefault(one.session_id, []).append(one.issue)
    affected = set(by_session)
    places = _places(standing, by_session, corpus)
    eligible = corpus.exposed.eligible(places, affected)
    worst = [max(issues, key=lambda issue: harm_rank(issue.harm)) for issues in by_session.values()]
    despite = sum(corpus.fates.despite(one, issues) for one, issues in by_session.items())
    key = _representative(standing)
    beyond = _out_of_reach(key, places, by_session, eligible, corpus)
    toll = Toll(
        worst=tuple(issue.harm for issue in worst),
        stopped=sum(_stopped(issues) for issues in by_session.values()),
        comes_there=len(eligible),
        sessions=corpus.active,
        out_of_reach=beyond,
        only_misleads=key.effect in MISLEADING,
        repeated=_repeated(by_session, len(eligible)),
    )
    calibrated = severity_of(toll, _reach(group, len(affected), len(eligible), despite))
    return Pattern(
        id=pattern_id,
        title=title_of(standing),
        criterion=criterion_of(standing),
        kind=_kind(worst, toll),
        harm=calibrated.harm,
        severity=calibrated.severity,
        why=calibrated.why,
        key=key,
        pages=pages_of(standing),
        affected=tuple(sorted(affected)),
        eligible=tuple(sorted(eligible)),
        interval=share_interval(len(affected), len(eligible)),
        success_despite=despite,
        lift=corpus.fates.lift(affected, eligible),
        period=period_of(corpus.starts, affected, eligible),
        occurrences=tuple(_occurrence(one) for one in group.sightings),
    )


def _places(
    standing: Sequence[Sighting],
    by_session: Mapping[SessionId, Sequence[Issue]],
    corpus: Corpus,
) -> set[Place]:
    """Where the pattern happens; for one that names no place, where its sessions come from."""
    places = {(one.facets.page, one.facets.element) for one in standing}
    if any(page for page, _ in places):
        return places
    met = {one: min(issue.ms for issue in issues) for one, issues in by_session.items()}
    return {(corpus.exposed.way_to(met), "")}


def _kind(worst: Sequence[Issue], toll: Toll) -> IssueKind:
    if toll.out_of_reach is not None and not toll.only_misleads:
        return IssueKind.BLOCKING
    return kind_of([issue.kind for issue in worst])


def _out_of_reach(
    key: IssueKey,
    places: set[Place],
    by_session: Mapping[SessionId, Sequence[Issue]],
    eligible: set[SessionId],
    corpus: Corpus,
) -> OutOfReach | None:
    """Where the pattern keeps its sessions from; nowhere where its effect keeps nobody from anything."""
    if key.effect not in HINDERING:
        return None
    met = {one: min(issue.ms for issue in issues) for one, issues in by_session.items()}
    return corpus.whereabouts.out_of_reach(places, met, eligible - set(met))


def _repeated(by_session: Mapping[SessionId, Sequence[Issue]], eligible: int) -> int:
    """Sessions in which something did nothing and worked later; 0 where they are a negligible share."""
    again = sum(
        any(issue.key.effect == "no_response" and issue.overcame for issue in issues)
        for issues in by_session.values()
    )
    return again if len(by_session) >= MIN_SHARE_MILD * eligible else 0


def _stopped(issues: Sequence[Issue]) -> bool:
    """Whether a session was stopped by these issues and never got past them."""
    return any(
        issue.kind in STOPPING
        and harm_rank(issue.harm) >= harm_rank(Harm.HIGH)
        and not issue.overcame
        for issue in issues
    )


def _reach(group: Group, affected: int, eligible: int, despite: int) -> Reach:
    verdicts = [one.issue.verdict for one in group.sightings if one.issue.verdict is not None]
    return Reach(
        affected=affected,
        eligible=eligible,
        success_despite=despite,
        looked_at=len(verdicts),
        refuted=verdicts.count(Verdict.REFUTED),
    )


def _representative(standing: Sequence[Sighting]) -> IssueKey:
    """The key that most sessions show; a weak effect only where there is no other."""
    sessions: dict[IssueKey, set[SessionId]] = {}
    for one in standing:
        sessions.setdefault(one.facets.key, set()).add(one.session_id)
    return min(
        sessions,
        key=lambda key: (
            key.effect in WEAK,
            -len(sessions[key]),
            key_order(key),
        ),
    )


def _occurrence(sighting: Sighting) -> Occurrence:
    issue = sighting.issue
    return Occurrence(
        session_id=sighting.session_id,
        event_ids=issue.event_ids,
        ms=issue.ms,
        end_ms=issue.end_ms,
        page=issue.page,
        kind=issue.kind,
        harm=issue.harm,
        claim=issue.claim,
        overcame=issue.overcame,
        verdict=issue.verdict,
    )
