"""The checks, judged: which claims they took away that were true, and the report without them.

Two lists of a report hold what code did not let through: the claim audit (a model's claims) and,
among the refuted findings, those without a clip (what the rules raised and explained away).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evals.scoring.evidence import Traces
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
    moments = _Moments(report, traces)
    for item in report.claim_audit.items:
        ms = moments.of(item.session_id, item.event_ids)
        if ms is not None:
            yield WithheldClaim(
                session_id=item.session_id,
                ms=ms,
                kind=item.kind,
                claim=item.claim,
                reason=item.reason,
                event_ids=tuple(item.event_ids),
            )
    for item in report.refuted:
        if item.clip is None:
            ms = moments.of(item.session_id, item.event_ids)
            yield WithheldClaim(
                session_id=item.session_id,
                ms=item.ms if ms is None else ms,
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


class _Moments:
    """When events happened: the claim audit names them, not their time."""

    def __init__(self, report: Report, traces: Traces | None) -> None:
        self._traces = traces
        self._shown = {
            (evidence.session_id, row.event_id): row.ms
            for pattern in report.patterns
            for evidence in pattern.evidence
            for row in (*evidence.rows, *evidence.before, *evidence.after)
        }
        self._rows: dict[str, dict[str, int]] = {}

    def of(self, session_id: str, event_ids: list[str]) -> int | None:
        """The time of the first of these events that exists; None where none does."""
        for event_id in event_ids:
            ms = self._in_trace(session_id).get(event_id)
            if ms is None:
                ms = self._shown.get((session_id, event_id))
            if ms is not None:
                return ms
        return None

    def _in_trace(self, session_id: str) -> dict[str, int]:
        if session_id not in self._rows:
            trace = self._traces(session_id) if self._traces is not None else None
            rows = trace.rows if trace is not None else ()
            self._rows[session_id] = {row.event_id: row.ms for row in rows}
        return self._rows[session_id]
