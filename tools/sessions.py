"""The sessions of a report in words: the list, one of them, and the rows around a moment. Pure."""

from __future__ import annotations

from graph.reports.report import Report, ReportSession, SessionIssue
from graph.reports.words import clock, count as counted, duration
from graph.traces.trace import Row, Trace
from tools.answer import (
    Answer,
    Citation,
    bullets,
    cite_issue,
    cite_session,
    first_few,
    plain,
    sentence,
    session_link,
)
from tools.lookup import nearest_row

MAX_LISTED = 25
MAX_ISSUES = 10
MAX_SEGMENTS = 12
MAX_ROWS = 40


def list_sessions(report: Report, status: str = "", outcome: str = "") -> Answer:
    """The sessions of a report with how each ended; the ones with issues first."""
    found = [one for one in report.sessions if has(one, status=status, outcome=outcome)]
    found.sort(key=lambda one: (-len(one.issues), one.session_id))
    which = " ".join(filter(None, (status, f"with outcome {outcome!r}" if outcome else "")))
    heading = f"{sentence(counted(len(found), 'session'))}{f' {which}' if which else ''}"
    lines = [_line(report, one) for one in found[:MAX_LISTED]]
    text = (
        f"{heading} in the report on {plain(report.source)}:\n\n{bullets(lines)}"
        if lines
        else (f"{heading} in the report on {plain(report.source)}.")
    )
    if len(found) > MAX_LISTED:
        text += f"\n\n…and {len(found) - MAX_LISTED} more."
    citations = tuple(cite_session(report, one) for one in found[:MAX_LISTED])
    return Answer(run_id=report.run_id, text=text, citations=citations)


def has(session: ReportSession, *, status: str = "", outcome: str = "") -> bool:
    """True where a session has the status and the outcome that were asked for, if any."""
    return status in ("", session.status) and outcome in ("", session.outcome)


def open_session(report: Report, session: ReportSession) -> Answer:
    """One session: how it ended, its issues with times, and its segments."""
    if session.status != "summarized":
        text = (
            f"{session_link(report.run_id, session.session_id)} was {session.status}: "
            f"{plain(session.reason, 600) or 'no reason was recorded'}. File: {plain(session.file)}."
        )
        return Answer(run_id=report.run_id, text=text, citations=(cite_session(report, session),))
    parts = [_headline(report, session), _issues(report, session)]
    if session.segments:
        parts.append("What happened:\n" + bullets(_segments(session)))
    if unseen := _unseen(session):
        parts.append(unseen)
    citations = tuple(cite_issue(report, session, one) for one in session.issues[:MAX_ISSUES])
    return Answer(
        run_id=report.run_id,
        text="\n\n".join(parts),
        citations=citations or (cite_session(report, session),),
    )


def rows_around(
    report: Report, trace: Trace, *, at: str = "", ms: int = 0, before: int = 4, after: int = 5
) -> Answer:
    """The rows of a trace around a moment or an event id, as they were recorded.

    Raises:
        InvalidRequest: the moment is not in this session.
    """
    middle = nearest_row(trace, at, ms)
    first = max(0, middle.ordinal - before)
    shown = [row for row in trace.rows if first <= row.ordinal <= middle.ordinal + after][:MAX_ROWS]
    cited = Citation(
        run_id=report.run_id,
        session_id=trace.session_id,
        ms=middle.ms,
        event_ids=tuple(row.event_id for row in shown),
    )
    lines = [_row(trace, row, marked=row is middle) for row in shown]
    heading = (
        f"{cited.link}, {counted(len(shown), 'row')} of {len(trace.rows)}; "
        f"the session lasted {duration(trace.duration_ms)}:"
    )
    text = f"{heading}\n\n{bullets(lines)}"
    if blind := _blind_at(trace, shown):
        text += f"\n\nNot everything could be seen here: {blind}."
    return Answer(run_id=report.run_id, text=text, citations=(cited,))


def issue_line(report: Report, session: ReportSession, issue: SessionIssue) -> str:
    """``[checkout-07 at 1:23](...): Clicked "Pay" three times... (blocking, high)``."""
    number = next(
        (place for place, one in enumerate(report.patterns, start=1) if one.id == issue.pattern),
        None,
    )
    part_of = f"; pattern {number}" if number else ""
    return (
        f"{cite_issue(report, session, issue).link}: {plain(issue.claim)} "
        f"({issue.kind}, harm {issue.harm}{part_of})"
    )


def _line(report: Report, session: ReportSession) -> str:
    link = session_link(report.run_id, session.session_id)
    if session.status != "summarized":
        return f"{link}: {session.status}, {plain(session.reason)}"
    return (
        f"{link}: {session.outcome}, {counted(len(session.issues), 'issue')}, "
        f"{duration(session.duration_ms)}"
    )


def _headline(report: Report, session: ReportSession) -> str:
    return (
        f"{session_link(report.run_id, session.session_id)} ({plain(session.file)}): "
        f"{plain(session.headline, 400)}\n\n"
        f"Outcome: {session.outcome}. It lasted {duration(session.duration_ms)}, of which "
        f"{duration(session.active_ms)} active."
    )


def _issues(report: Report, session: ReportSession) -> str:
    if not session.issues:
        return "No issue was found in it."
    lines = [issue_line(report, session, one) for one in session.issues[:MAX_ISSUES]]
    left = len(session.issues) - MAX_ISSUES
    more = f"\n- …and {left} more" if left > 0 else ""
    return f"{sentence(counted(len(session.issues), 'issue'))}:\n{bullets(lines)}{more}"


def _segments(session: ReportSession) -> list[str]:
    lines = [
        f"{clock(one.start_ms)} to {clock(one.end_ms)}: {plain(one.title)} ({one.outcome})"
        for one in session.segments[:MAX_SEGMENTS]
    ]
    left = len(session.segments) - MAX_SEGMENTS
    return [*lines, f"…and {left} more"] if left > 0 else lines


def _unseen(session: ReportSession) -> str:
    if not session.blind_ms:
        return ""
    reasons = first_few([plain(one) for one in session.blind_reasons], 4)
    return f"Not seen: {duration(session.blind_ms)} ({reasons})."


def _row(trace: Trace, row: Row, *, marked: bool) -> str:
    page = trace.page_of(row)
    where = f" on {plain(page.template)}" if page else ""
    effect = f" → {plain(row.effect.words)}" if row.effect and row.effect.words else ""
    found = f" [{', '.join(row.signals)}]" if row.signals else ""
    line = f"{clock(row.ms)} {plain(row.words)}{where}{effect}{found.replace('[', '(').replace(']', ')')}"
    return f"**{line}** ({row.event_id})" if marked else f"{line} ({row.event_id})"


def _blind_at(trace: Trace, rows: list[Row]) -> str:
    if not rows:
        return ""
    start, end = rows[0].ms, rows[-1].ms
    spots = [one for one in trace.blind if one.start_ms <= end and one.end_ms >= start]
    return first_few(
        [f"{clock(one.start_ms)} to {clock(one.end_ms)}, {plain(one.reason)}" for one in spots], 3
    )
