"""Which reported pattern is which planted fault: one to one, by where their evidence lies.

An item of evidence *lies on* a fault where the same session met that fault at most ``WITHIN_MS``
before or after (inside the interval counts as 0). Wording, page and element play no part: ground
truth is the switch. A pattern *can be* a fault where at least half of its evidence lies on it
(``MIN_SHARE``); of all one-to-one assignments of patterns to the faults they can be, the one with
the greatest sum of F1 (share of the evidence on the fault, share of the fault's sessions covered)
is taken. What remains is a duplicate (it can be a fault that another pattern already is), a merge
(no fault has half, and it covers several), or wrong.

A pattern *covers* a fault that holds a quarter of its evidence, and one that it swallows: a large
pattern hides a rare fault though the rare one is a small share of it. One that covers two or more
is over-merged, also where it is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evals.scoring.assignment import assign
from evals.scoring.joined import Joined
from evals.scoring.truth import WITHIN_MS, TruthSession
from graph.reports.report import Evidence, ReportPattern

MIN_SHARE = 0.5
"""Share of a pattern's evidence that must lie on a fault: most of what a reader opens shows it."""

OVER_MERGE_SHARE = 0.25
"""Share of a pattern's evidence from which on it covers a fault."""

SWALLOWED_SHARE = 0.5
"""Share of a fault's sessions whose evidence a pattern holds from which on it covers the fault."""

SWALLOWED_SESSIONS = 2
"""At least so many of them: one stray piece of evidence swallows nothing."""

TIE = 1e-3
"""Weight of nearness in time: it decides between equals and outweighs no session."""


class PatternStatus(StrEnum):
    """What a reported pattern turned out to be."""

    FOUND = "found"
    DUPLICATE = "duplicate"
    MERGED = "merged"
    """No fault holds half of it, and it covers two or more."""
    WRONG = "wrong"
    UNLABELLED = "unlabelled"
    """All of its evidence lies in sessions the truth does not list: it counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEvidence:
    """An item of evidence, and the planted faults it lies on."""

    session: TruthSession
    evidence: Evidence
    faults: frozenset[str]
    root: str | None = None
    """The one fault it counts for, once the whole pattern has been looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPattern:
    """A pattern with its evidence in labelled sessions, and what it turned out to be."""

    pattern: ReportPattern
    evidence: tuple[PlacedEvidence, ...]
    status: PatternStatus
    fault: str | None
    """The fault it was matched to, or repeats."""
    covers: tuple[str, ...]
    """Every fault of which it holds a substantial part, or that is one of it; most first."""

    @property
    def over_merged(self) -> bool:
        return len(self.covers) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    pattern: ReportPattern
    evidence: tuple[PlacedEvidence, ...]
    hits: Mapping[str, int]

    def share(self, fault: str) -> float:
        return self.hits.get(fault, 0) / len(self.evidence)

    @property
    def likely(self) -> str | None:
        """The fault it is most of, where it can be one at all."""
        best = max(self.hits, key=lambda fault: (self.hits[fault], fault), default=None)
        return best if best is not None and self.share(best) >= MIN_SHARE else None


def match_patterns(patterns: Sequence[ReportPattern], joined: Joined) -> tuple[PlacedPattern, ...]:
    """What each reported pattern is, by id: the report's order decides nothing, not even a tie."""
    in_order = sorted(patterns, key=lambda pattern: (pattern.id, pattern.title))
    candidates = [_candidate(pattern, joined) for pattern in in_order]
    sessions = sessions_of_faults(joined.sessions)
    faults = sorted(sessions)
    weights = [[_weight(row, fault, sessions[fault]) for fault in faults] for row in candidates]
    fault_of = assign(weights)
    return tuple(
        _placed(candidate, faults[fault_of[row]] if row in fault_of else None, sessions)
        for row, candidate in enumerate(candidates)
    )


def sessions_of_faults(sessions: Sequence[TruthSession]) -> dict[str, frozenset[str]]:
    """Files of the sessions that met each fault; faults that nobody met are not in it."""
    met: dict[str, set[str]] = {}
    for session in sessions:
        for fault in session.occurrences:
            met.setdefault(fault, set()).add(session.file)
    return {fault: frozenset(files) for fault, files in met.items()}


def _candidate(pattern: ReportPattern, joined: Joined) -> _Candidate:
    evidence = tuple(
        PlacedEvidence(session=session, evidence=item, faults=session.faults_at(item.ms, WITHIN_MS))
        for item in pattern.evidence
        if (session := joined.by_id.get(item.session_id)) is not None
    )
    hits = Counter(fault for item in evidence for fault in item.faults)
    return _Candidate(pattern=pattern, evidence=evidence, hits=hits)


def _weight(candidate: _Candidate, fault: str, sessions: frozenset[str]) -> float:
    if not candidate.evidence or candidate.share(fault) < MIN_SHARE:
        return 0.0
    on_it = [item for item in candidate.evidence if fault in item.faults]
    precision = len(on_it) / len(candidate.evidence)
    recall = len({item.session.file for item in on_it}) / len(sessions)
    nearness = sum(_nearness(item, fault) for item in on_it) / len(on_it)
    return 2 * precision * recall / (precision + recall) + TIE * nearness


def _nearness(item: PlacedEvidence, fault: str) -> float:
    """1 at an occurrence's start, less the further from it: tells apart faults that coincide."""
    starts = (occurrence.ms for occurrence in item.session.occurrences[fault])
    return 1 / (1 + min(abs(start - item.evidence.ms) for start in starts) / WITHIN_MS)


def _placed(
    candidate: _Candidate, fault: str | None, sessions: Mapping[str, frozenset[str]]
) -> PlacedPattern:
    status, meant = _status(candidate, fault)
    order = sorted(candidate.hits, key=lambda name: (name != meant, -candidate.hits[name], name))
    evidence = tuple(
        PlacedEvidence(
            session=item.session,
            evidence=item.evidence,
            faults=item.faults,
            root=next((name for name in order if name in item.faults), None),
        )
        for item in candidate.evidence
    )
    covers = _covers(evidence, sessions)
    if status is PatternStatus.WRONG and len(covers) > 1:
        status = PatternStatus.MERGED
    return PlacedPattern(
        pattern=candidate.pattern, evidence=evidence, status=status, fault=meant, covers=covers
    )


def _status(candidate: _Candidate, fault: str | None) -> tuple[PatternStatus, str | None]:
    if not candidate.evidence:
        unlabelled = bool(candidate.pattern.evidence)
        return (PatternStatus.UNLABELLED if unlabelled else PatternStatus.WRONG), None
    if fault is not None:
        return PatternStatus.FOUND, fault
    if candidate.likely is not None:
        return PatternStatus.DUPLICATE, candidate.likely
    return PatternStatus.WRONG, None


def _covers(
    evidence: Sequence[PlacedEvidence], sessions: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    roots = Counter(item.root for item in evidence if item.root is not None)

    def covered(fault: str, count: int) -> bool:
        own = {item.session.file for item in evidence if item.root == fault}
        swallowed = len(own) / len(sessions[fault]) >= SWALLOWED_SHARE
        large = count / len(evidence) >= OVER_MERGE_SHARE
        return large or (swallowed and len(own) >= SWALLOWED_SESSIONS)

    return tuple(fault for fault, count in roots.most_common() if covered(fault, count))
