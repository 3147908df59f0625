"""Everything a run found, as one report. Pure: the same findings give the same report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from graph.ids import EventId, PatternId, RunId, SessionId
from graph.patterns.distinct import Duplicate, by_file
from graph.patterns.pattern import Lift, Occurrence, Pattern, Period
from graph.patterns.titles import title_of_issue
from graph.patterns.wording import plain
from graph.reports.answer import answer_of, report_title
from graph.reports.focus import relevance_of
from graph.reports.report import (
    ClaimAudit,
    Context,
    Coverage,
    Evidence,
    EvidenceRow,
    LiftFigures,
    PeriodFigures,
    RefutedFinding,
    Report,
    ReportPattern,
    ReportSession,
    SessionIssue,
    SessionSegment,
    UnreadableEntry,
    Usage,
    Withheld,
)
from graph.runs.run import RunRequest
from graph.sessions.summary import Issue, KeyAction, RefutedClaim, SessionSummary, Verdict
from graph.sources.recording import UnreadableFile

ROWS_FOR_EACH_PATTERN = 12
"""Occurrences of a pattern that come with their rows; the rows of the others are in the traces."""

MAX_TITLE = 110

CONTEXT_EACH_SIDE = 3
"""Key actions before and after a moment."""

RowsOf = Callable[[SessionId, Sequence[EventId]], Sequence[EvidenceRow]]
"""The rows of a session's trace by event id; ids it does not know are left out."""

Links = Mapping[SessionId, str]

IssuePlace = tuple[SessionId, tuple[EventId, ...], int]
"""What tells one issue from another, in a summary and in a pattern alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A session that was not summarized, and why."""

    session_id: SessionId
    file: str
    reason: str


def compose(
    *,
    run_id: RunId,
    request: RunRequest,
    source_label: str,
    created_at: str,
    summaries: Sequence[SessionSummary],
    patterns: Sequence[Pattern],
    duplicates: Sequence[Duplicate],
    skipped: Sequence[LeftOut],
    failed: Sequence[LeftOut],
    unreadable: Sequence[UnreadableFile],
    requested: int,
    selection: str,
    usage: Usage,
    rows_of: RowsOf,
    links: Links,
) -> Report:
    """The report of a run.

    Patterns that speak to the focus come first, the others follow; within both, the order given.
    ``rows_of`` is called once per session whose rows are shown; ``links`` has the sessions whose replay
    has an address at the source.
    """
    in_order = sorted(summaries, key=by_file)
    coverage = _coverage(in_order, duplicates, skipped, failed, unreadable, requested, selection)
    relevance = relevance_of(request.focus, patterns)
    ranked = [*relevance.speaking, *relevance.silent]
    rows = _Rows(ranked, rows_of)
    return Report(
        run_id=run_id,
        title=report_title(ranked, coverage, source_label),
        focus=request.focus,
        answer=answer_of(request.focus, relevance, ranked, in_order, coverage),
        source=source_label,
        created_at=created_at,
        patterns=_patterns(ranked, in_order, rows, links),
        refuted=_refuted(in_order),
        sessions=_sessions(in_order, ranked, duplicates, skipped, failed, links),
        coverage=coverage,
        claim_audit=_claim_audit(in_order),
        egress=[],
        usage=usage,
    )


class _Rows:
    """The rows that the report shows, fetched once per session."""

    def __init__(self, patterns: Sequence[Pattern], rows_of: RowsOf) -> None:
        wanted: dict[SessionId, dict[EventId, None]] = {}
        for one in (one for pattern in patterns for one in _with_rows(pattern)):
            wanted.setdefault(one.session_id, {}).update(dict.fromkeys(one.event_ids))
        self._rows = {
            session_id: {row.event_id: row for row in rows_of(session_id, list(ids))}
            for session_id, ids in wanted.items()
            if ids
        }

    def of(self, session_id: SessionId, event_ids: Iterable[str]) -> list[EvidenceRow]:
        """The rows with these ids, in order of time."""
        known = self._rows.get(session_id, {})
        found = [known[one] for one in dict.fromkeys(event_ids) if one in known]
        return sorted(found, key=lambda row: row.ms)


def _standing(pattern: Pattern) -> list[Occurrence]:
    return [one for one in pattern.occurrences if one.verdict is not Verdict.REFUTED]


def _with_rows(pattern: Pattern) -> list[Occurrence]:
    return _standing(pattern)[:ROWS_FOR_EACH_PATTERN]


def _patterns(
    patterns: Sequence[Pattern], summaries: Sequence[SessionSummary], rows: _Rows, links: Links
) -> list[ReportPattern]:
    by_session = {summary.session_id: summary for summary in summaries}
    return [_pattern(pattern, by_session, rows, links) for pattern in patterns]


def _pattern(
    pattern: Pattern, by_session: Mapping[SessionId, SessionSummary], rows: _Rows, links: Links
) -> ReportPattern:
    shown = len(_with_rows(pattern))
    return ReportPattern(
        id=pattern.id,
        title=pattern.title,
        kind=pattern.kind.value,
        harm=pattern.harm.value,
        severity=pattern.severity.value,
        why=pattern.why,
        criterion=pattern.criterion,
        pages=list(pattern.pages),
        affected=len(pattern.affected),
        eligible=len(pattern.eligible),
        interval=(pattern.interval.low, pattern.interval.high),
        success_despite=pattern.success_despite,
        lift=_lift(pattern.lift),
        period=_period(pattern.period),
        sessions=list(pattern.affected),
        evidence=[
            _evidence(
                one,
                by_session[one.session_id],
                rows if place < shown else None,
                links.get(one.session_id, ""),
            )
            for place, one in enumerate(_standing(pattern))
        ],
    )


def _lift(lift: Lift | None) -> LiftFigures | None:
    if lift is None:
        return None
    return LiftFigures(
        ratio=lift.ratio,
        low=lift.interval.low,
        high=lift.interval.high,
        failed_with=lift.failed_with,
        with_total=lift.with_total,
        failed_without=lift.failed_without,
        without_total=lift.without_total,
    )


def _period(period: Period | None) -> PeriodFigures | None:
    return PeriodFigures(**asdict(period)) if period is not None else None


def _evidence(one: Occurrence, summary: SessionSummary, rows: _Rows | None, link: str) -> Evidence:
    actions = [action for segment in summary.segments for action in segment.key_actions]
    around = sorted(
        (action for action in actions if action.event_id not in one.event_ids),
        key=lambda action: action.ms,
    )
    before = [action for action in around if action.ms <= one.ms]
    after = [action for action in around if action.ms > one.ms]
    return Evidence(
        session_id=one.session_id,
        file=summary.file,
        event_ids=list(one.event_ids),
        ms=one.ms,
        page=one.page,
        claim=one.claim,
        harm=one.harm.value,
        overcame=one.overcame,
        verdict=one.verdict.value if one.verdict else None,
        link=f"{link}?t={one.ms // 1_000}" if link else "",
        rows=rows.of(one.session_id, one.event_ids) if rows else [],
        before=[_context(action) for action in before[-CONTEXT_EACH_SIDE:]],
        after=[_context(action) for action in after[:CONTEXT_EACH_SIDE]],
    )


def _context(action: KeyAction) -> Context:
    return Context(event_id=action.event_id, ms=action.ms, words=action.words)


def _refuted(summaries: Sequence[SessionSummary]) -> list[RefutedFinding]:
    """What pixels refuted, and what the session itself spoke against."""
    found: list[RefutedFinding] = []
    for summary in summaries:
        found += [
            _refuted_issue(summary, issue)
            for issue in summary.issues
            if issue.verdict is Verdict.REFUTED
        ]
        found += [_refuted_claim(summary, claim) for claim in summary.refuted]
    return found


def _refuted_issue(summary: SessionSummary, issue: Issue) -> RefutedFinding:
    return RefutedFinding(
        title=title_of_issue(issue),
        kind=issue.kind.value,
        session_id=summary.session_id,
        event_ids=list(issue.event_ids),
        ms=issue.ms,
        page=issue.page,
        claim=issue.claim,
        reason=issue.verdict_reason or "The pixels show something else.",
    )


def _refuted_claim(summary: SessionSummary, claim: RefutedClaim) -> RefutedFinding:
    return RefutedFinding(
        title=plain(claim.title, MAX_TITLE),
        kind=claim.kind.value,
        session_id=summary.session_id,
        event_ids=list(claim.event_ids),
        ms=claim.ms,
        page=claim.page,
        claim=claim.claim,
        reason=claim.reason,
    )


def _sessions(
    summaries: Sequence[SessionSummary],
    patterns: Sequence[Pattern],
    duplicates: Sequence[Duplicate],
    skipped: Sequence[LeftOut],
    failed: Sequence[LeftOut],
    links: Links,
) -> list[ReportSession]:
    pattern_of: dict[IssuePlace, PatternId] = {
        (one.session_id, one.event_ids, one.ms): pattern.id
        for pattern in patterns
        for one in _standing(pattern)
    }
    told = [_session(summary, pattern_of) for summary in summaries]
    told += [
        ReportSession(session_id=one.session_id, file=one.file, status="skipped", reason=one.reason)
        for one in [*skipped, *(_repeated(one) for one in duplicates)]
    ]
    told += [
        ReportSession(session_id=one.session_id, file=one.file, status="failed", reason=one.reason)
        for one in failed
    ]
    linked = [
        one.model_copy(update={"link": links[session_id]})
        if (session_id := SessionId(one.session_id)) in links
        else one
        for one in told
    ]
    return sorted(linked, key=lambda session: (session.file, session.session_id))


def _repeated(one: Duplicate) -> LeftOut:
    reason = f"The same events as {one.kept_file}, which is counted."
    return LeftOut(session_id=one.session_id, file=one.file, reason=reason)


def _session(summary: SessionSummary, pattern_of: Mapping[IssuePlace, PatternId]) -> ReportSession:
    return ReportSession(
        session_id=summary.session_id,
        file=summary.file,
        status="summarized",
        outcome=summary.outcome.value,
        headline=summary.headline,
        start_ms=summary.start_ms,
        duration_ms=summary.duration_ms,
        active_ms=summary.active_ms,
        issues=[
            _issue(issue, pattern_of.get((summary.session_id, issue.event_ids, issue.ms)))
            for issue in summary.issues
            if issue.verdict is not Verdict.REFUTED
        ],
        segments=[
            SessionSegment(
                title=segment.title,
                start_ms=segment.start_ms,
                end_ms=segment.end_ms,
                outcome=segment.outcome.value,
                key_actions=[_context(action) for action in segment.key_actions],
            )
            for segment in summary.segments
        ],
        notes=list(summary.notes),
        blind_ms=summary.blind_ms,
        blind_reasons=list(summary.blind_reasons),
    )


def _issue(issue: Issue, pattern: PatternId | None) -> SessionIssue:
    return SessionIssue(
        kind=issue.kind.value,
        harm=issue.harm.value,
        ms=issue.ms,
        page=issue.page,
        event_ids=list(issue.event_ids),
        claim=issue.claim,
        element=issue.element,
        overcame=issue.overcame,
        pattern=pattern,
    )


def _coverage(
    summaries: Sequence[SessionSummary],
    duplicates: Sequence[Duplicate],
    skipped: Sequence[LeftOut],
    failed: Sequence[LeftOut],
    unreadable: Sequence[UnreadableFile],
    requested: int,
    selection: str,
) -> Coverage:
    """Duplicates are skipped sessions too: requested = summarized + skipped + failed."""
    tried = len(summaries) + len(failed)
    return Coverage(
        requested=requested,
        summarized=len(summaries),
        skipped=len(skipped) + len(duplicates),
        failed=len(failed),
        duplicates=len(duplicates),
        success_ratio=len(summaries) / tried if tried else 1.0,
        unreadable=[UnreadableEntry(file=one.file, reason=one.reason) for one in unreadable],
        recorded_ms=sum(summary.duration_ms for summary in summaries),
        active_ms=sum(summary.active_ms for summary in summaries),
        blind_ms=sum(summary.blind_ms for summary in summaries),
        blind_reasons=sorted({reason for one in summaries for reason in one.blind_reasons}),
        selection=selection,
    )


def _claim_audit(summaries: Sequence[SessionSummary]) -> ClaimAudit:
    items = [
        Withheld(
            session_id=summary.session_id,
            claim=claim.claim,
            kind=claim.kind,
            event_ids=list(claim.event_ids),
            reason=claim.reason,
            found_by=claim.found_by,
        )
        for summary in summaries
        for claim in summary.withheld
    ]
    return ClaimAudit(
        claims=sum(summary.claims for summary in summaries),
        withheld=len(items),
        unknown_event_ids=sum(summary.unknown_event_ids for summary in summaries),
        items=items,
    )
