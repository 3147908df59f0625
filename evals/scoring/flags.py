"""Flags: the issues of single sessions, and how they lie to faults, decoys and clean sessions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.scoring.joined import Joined
from evals.scoring.scores import DecoyResult, FalseFlags, Figure, figure, places, ratio, share
from evals.scoring.statistics import bootstrap, ratio_of_sums, wilson
from evals.scoring.truth import PAIR_WITHIN_MS, WITHIN_MS, TruthSession
from graph.reports.report import RefutedFinding, Report
from graph.sessions.summary import IssueKind, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One issue of one labelled session."""

    session: TruthSession
    kind: str
    ms: int
    claim: str
    overcame: bool
    refuted: bool
    """Validation took it away again."""
    pattern: str = ""
    """Title of the pattern it is in; empty where it is in none."""

    @property
    def faults(self) -> frozenset[str]:
        return self.session.faults_at(self.ms, WITHIN_MS)

    @property
    def decoys(self) -> frozenset[str]:
        """Decoys it lies on, where it lies on no fault."""
        return frozenset() if self.faults else self.session.decoys_at(self.ms, WITHIN_MS)

    @property
    def blocking(self) -> bool:
        return self.kind == IssueKind.BLOCKING


def flags_of(report: Report, joined: Joined) -> list[Flag]:
    """Every issue the analysis raised, those that validation refuted included."""
    refuted = _refuted(report)
    titles = {pattern.id: pattern.title for pattern in report.patterns}
    flags: list[Flag] = []
    seen: set[tuple[str, str]] = set()
    for found in report.sessions:
        session = joined.by_id.get(found.session_id)
        for issue in found.issues if session is not None else ():
            mark = _mark(found.session_id, issue.event_ids, issue.ms)
            seen.add(mark)
            flags.append(
                Flag(
                    session=joined.by_id[found.session_id],
                    kind=issue.kind,
                    ms=issue.ms,
                    claim=issue.claim,
                    overcame=issue.overcame,
                    refuted=mark in refuted,
                    pattern=titles.get(issue.pattern or "", ""),
                )
            )
    return flags + list(_taken_out(report, joined, seen))


def _mark(session_id: str, event_ids: Sequence[str], ms: int) -> tuple[str, str]:
    """What is the same of an issue wherever the report shows it: its session and first event."""
    return session_id, event_ids[0] if event_ids else f"{ms} ms"


def seen_and_refuted(report: Report) -> list[RefutedFinding]:
    """Findings that a look at the pixels took away: they come with the clip.

    A finding refuted without one never was an issue: the rules themselves explained it away.
    """
    return [item for item in report.refuted if item.clip is not None]


def _refuted(report: Report) -> set[tuple[str, str]]:
    marks = {_mark(item.session_id, item.event_ids, item.ms) for item in seen_and_refuted(report)}
    return marks | {
        _mark(item.session_id, item.event_ids, item.ms)
        for pattern in report.patterns
        for item in pattern.evidence
        if item.verdict == "refuted"
    }


def _taken_out(report: Report, joined: Joined, seen: set[tuple[str, str]]) -> Iterator[Flag]:
    """Refuted findings that are no longer among their session's issues."""
    for item in seen_and_refuted(report):
        session = joined.by_id.get(item.session_id)
        if session is not None and _mark(item.session_id, item.event_ids, item.ms) not in seen:
            yield Flag(
                session=session,
                kind=item.kind,
                ms=item.ms,
                claim=item.claim,
                overcame=False,
                refuted=True,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """The flags of a corpus by session, after validation and before it."""

    sessions: tuple[TruthSession, ...]
    """That the analysis got to see."""
    planted: tuple[TruthSession, ...]
    """Of the main batch, seen or not: where faults are to be found."""
    flags: tuple[Flag, ...]
    outcomes: Mapping[str, str]
    """How each session ended, by file."""
    seed: int

    @property
    def surviving(self) -> list[Flag]:
        return [flag for flag in self.flags if not flag.refuted]

    @property
    def fault_free(self) -> list[TruthSession]:
        return [session for session in self.sessions if session.fault_free]


def flag_figures(view: FlagView) -> dict[str, Figure]:
    """Every figure that single sessions decide."""
    surviving = view.surviving
    near = near_pairs(view.planted, surviving)
    flagged = {flag.session.file for flag in surviving}
    return {
        "wrong_blocking_before": _per_hundred(view, [flag for flag in view.flags if flag.blocking]),
        "wrong_blocking_after": _per_hundred(view, [flag for flag in surviving if flag.blocking]),
        "flags_fault_free": _per_hundred(view, surviving),
        "flagged_fault_free": share(
            sum(session.file in flagged for session in view.fault_free), len(view.fault_free)
        ),
        "lost_by_validation": _lost(view, near),
        "pair_recall": _pair_recall(view, near),
        "flag_precision": _by_session(surviving, view.seed),
        **_decoy_figures(view),
        **_endings(view, near),
    }


def near_pairs(
    sessions: Sequence[TruthSession], flags: Sequence[Flag]
) -> dict[tuple[str, str], Flag]:
    """The nearest flag of each session-fault pair that has one within ``PAIR_WITHIN_MS``."""
    of_session: dict[str, list[Flag]] = defaultdict(list)
    for flag in flags:
        of_session[flag.session.file].append(flag)
    near: dict[tuple[str, str], Flag] = {}
    for session in sessions:
        for fault, occurrences in session.occurrences.items():
            distances = [
                (min(occurrence.distance_ms(flag.ms) for occurrence in occurrences), index)
                for index, flag in enumerate(of_session[session.file])
            ]
            distance, index = min(distances, default=(PAIR_WITHIN_MS + 1, 0))
            if distance <= PAIR_WITHIN_MS:
                near[session.file, fault] = of_session[session.file][index]
    return near


def _per_hundred(view: FlagView, flags: Sequence[Flag]) -> Figure:
    """Flags per 100 sessions in which nothing was wrong."""
    counts = Counter(flag.session.file for flag in flags)
    parts = [(100.0 * counts[session.file], 1.0) for session in view.fault_free]
    count = sum(counts[session.file] for session in view.fault_free)
    none_seen = (0.0, 100 * wilson(0, len(parts))[1])
    return figure(
        ratio_of_sums(parts),
        bootstrap(parts, ratio_of_sums, view.seed) if count else none_seen,
        hits=count,
        total=len(parts),
    )


def _pair_recall(view: FlagView, near: Mapping[tuple[str, str], Flag]) -> Figure:
    parts = [
        (
            float(sum((session.file, fault) in near for fault in session.occurrences)),
            float(len(session.occurrences)),
        )
        for session in view.planted
        if not session.fault_free
    ]
    return ratio(parts, view.seed)


def _by_session(flags: Sequence[Flag], seed: int) -> Figure:
    sums: dict[str, tuple[float, float]] = {}
    for flag in flags:
        right, total = sums.get(flag.session.file, (0.0, 0.0))
        sums[flag.session.file] = (right + bool(flag.faults), total + 1)
    return ratio([part for _, part in sorted(sums.items())], seed)


def _lost(view: FlagView, near: Mapping[tuple[str, str], Flag]) -> Figure:
    """Of the session-fault pairs that were flagged, those that no surviving flag is left of."""
    before = near_pairs(view.planted, view.flags)
    return share(len(before.keys() - near.keys()), len(before))


def _decoy_figures(view: FlagView) -> dict[str, Figure]:
    met = [(session.file, decoy.decoy) for session in view.sessions for decoy in session.decoys]
    flagged = {(flag.session.file, decoy) for flag in view.surviving for decoy in flag.decoys}
    blocking = {
        (flag.session.file, decoy)
        for flag in view.surviving
        if flag.blocking
        for decoy in flag.decoys
    }
    return {
        "decoys_flagged": share(len(flagged), len(set(met))),
        "decoys_blocking": share(len(blocking), len(set(met))),
    }


def _endings(view: FlagView, near: Mapping[tuple[str, str], Flag]) -> dict[str, Figure]:
    """Whether the report tells how it went on for the user, where it noticed the fault."""
    agreed: list[bool] = []
    told: list[bool] = []
    for session in view.planted:
        for fault in session.faults:
            flag = near.get((session.file, fault.fault))
            if flag is None:
                continue
            if fault.overcame is not None:
                agreed.append(flag.overcame == fault.overcame)
            if fault.abandoned:
                told.append(_told_as_given_up(flag, view.outcomes.get(session.file, "")))
    return {
        "overcame_agreement": share(sum(agreed), len(agreed)),
        "abandoned_seen": share(sum(told), len(told)),
    }


def _told_as_given_up(flag: Flag, outcome: str) -> bool:
    kinds = (IssueKind.ABANDONMENT, IssueKind.BLOCKING)
    return flag.kind in kinds or outcome in (Outcome.ABANDONED, Outcome.FAILURE)


def decoy_results(view: FlagView, truths: Mapping[str, str]) -> list[DecoyResult]:
    """What became of each decoy, those most often flagged first."""
    sessions = Counter(name for s in view.sessions for name in {d.decoy for d in s.decoys})
    flagged: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for flag in view.surviving:
        for decoy in flag.decoys:
            flagged[decoy].add(flag.session.file)
            kinds[decoy][flag.kind] += 1
    rows = [
        DecoyResult(
            id=decoy,
            truth=truths.get(decoy, ""),
            sessions=count,
            flagged=len(flagged[decoy]),
            kinds=dict(kinds[decoy].most_common()),
        )
        for decoy, count in sessions.items()
    ]
    return sorted(rows, key=lambda row: (-row.flagged, row.id))


def wording_of(flag: Flag) -> str:
    """The claim without its numbers: what flags of different sessions have in common."""
    return re.sub(r"\d+", "#", flag.claim)


def false_flags(view: FlagView) -> list[FalseFlags]:
    """Flags in sessions where nothing was wrong, by wording (numbers aside), most frequent first."""
    grouped: dict[tuple[str, str], list[Flag]] = defaultdict(list)
    for flag in view.surviving:
        if flag.session.fault_free:
            grouped[flag.kind, wording_of(flag)].append(flag)
    rows = [
        FalseFlags(
            kind=kind,
            claim=claim,
            count=len(flags),
            decoys=dict(Counter(name for flag in flags for name in flag.decoys).most_common()),
            examples=places([(flag.session.file, flag.ms) for flag in flags]),
        )
        for (kind, claim), flags in grouped.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.kind, row.claim))
