"""The checks, judged: which claims they took away that were true, and the report without them.

Two lists of a report hold what code did not let through: the claim audit (a model's claims) and,
among the refuted findings, those without a clip (what the rules raised and explained away).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evals.scoring.event_times import EventTimes, Traces
from evals.scoring.flags import Flag
from evals.scoring.joined import Joined
from evals.scoring.scores import Figure, WithheldTruth, share
from evals.scoring.truth import WITHIN_MS
from graph.reports.report import Report, ReportSession, SessionIssue
from graph.sessions.summary import Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldClaim:
    """A claim that code took away, and when what it speaks of happened."""

    session_id: str
    ms: int
    kind: str
    claim: str
    reason: str
    event_ids: tuple[str, ...]


def withheld_claims(report: Report, traces: Traces | None) -> Iterator[WithheldClaim]:
    """Everything code took away, as far as an event it cites exists: the others show nothing."""
    times = EventTimes(report, traces)
    for item in report.claim_audit.items:
        moments = times.of(item.session_id, item.event_ids)
        if moments:
            yield WithheldClaim(
                session_id=item.session_id,
                ms=moments[0],
                kind=item.kind,
                claim=item.claim,
                reason=item.reason,
                event_ids=tuple(item.event_ids),
            )
    for item in report.refuted:
        if item.clip is None:
            moments = times.of(item.session_id, item.event_ids)
            yield WithheldClaim(
                session_id=item.session_id,
                ms=moments[0] if moments else item.ms,
                kind=item.kind,
                claim=item.claim,
                reason=item.reason,
                event_ids=tuple(item.event_ids),
            )


def withheld_truths(
    report: Report, joined: Joined, near: Mapping[tuple[str, str], Flag], traces: Traces | None
) -> list[WithheldTruth]:
    """Withheld claims on a planted occurrence that no surviving issue reports, one per pair."""
    lost: dict[tuple[str, str], WithheldTruth] = {}
    for item in withheld_claims(report, traces):
        session = joined.by_id.get(item.session_id)
        for fault in session.faults_at(item.ms, WITHIN_MS) if session is not None else ():
            pair = (joined.by_id[item.session_id].file, fault)
            if pair not in near:
                lost[pair] = WithheldTruth(
                    file=pair[0], fault=fault, claim=item.claim, reason=item.reason
                )
    return list(lost.values())


def withheld_share(withheld: int, reported: int) -> Figure:
    """Of the session-fault pairs that were noticed at all, those that the checks took away."""
    return share(withheld, withheld + reported)


def without_audit(report: Report, traces: Traces | None) -> Report:
    """The same report with every withheld claim among its session's issues.

    Patterns stay as they are: they would need the analysis to run again.
    """
    extra: dict[str, list[SessionIssue]] = {}
    for item in withheld_claims(report, traces):
        extra.setdefault(item.session_id, []).append(_as_issue(item))
    sessions = [_with(session, extra.get(session.session_id, [])) for session in report.sessions]
    return report.model_copy(update={"sessions": sessions})


def _with(session: ReportSession, issues: list[SessionIssue]) -> ReportSession:
    return session.model_copy(update={"issues": [*session.issues, *issues]})


def _as_issue(item: WithheldClaim) -> SessionIssue:
    return SessionIssue(
        kind=item.kind,
        harm=Harm.LOW,
        ms=item.ms,
        page="",
        event_ids=list(item.event_ids),
        claim=item.claim,
    )
