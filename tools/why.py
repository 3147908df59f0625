"""Why the report says what it says, and why it does not say more. Pure."""

from __future__ import annotations

from collections import Counter

from graph.reports.report import Report, ReportPattern, ReportSession
from graph.reports.words import count as counted, duration, reach
from graph.sessions.summary import SessionSummary
from tools.answer import (
    Answer,
    Citation,
    bullets,
    cite_evidence,
    cite_issue,
    cite_session,
    first_few,
    plain,
    session_link,
)
from tools.lookup import find_pattern
from tools.patterns import label_of
from tools.sessions import issue_line

MAX_CLAIMS = 4
MAX_NAMED = 10
KIND_RULES = {
    "blocking": "blocking means that the user could not go on",
    "abandonment": "abandonment means that the user gave up on what they were doing",
    "confusion": "confusion means that the user could not tell what to do, or was misled",
    "non-blocking": "non-blocking means that something went wrong and the user got on all the same",
    "slow": "slow means that it worked, late",
}


def why_severity(report: Report, reference: str) -> Answer:
    """The severity formula, filled in for one pattern.

    Raises:
        UnknownPattern: the reference names none, or more than one.
    """
    pattern = find_pattern(report, reference)
    text = (
        f"{label_of(report, pattern)} is {pattern.severity} because: {plain(pattern.why, 800)}\n\n"
        f"Its reach: {reach(pattern)}. {pattern.success_despite} of {pattern.affected} got what they "
        f"came for all the same."
    )
    return Answer(run_id=report.run_id, text=text, citations=_evidence(report, pattern))


def why_kind(report: Report, reference: str) -> Answer:
    """Why a pattern is blocking or is not: what became of the users who met it.

    Raises:
        UnknownPattern: the reference names none, or more than one.
    """
    pattern = find_pattern(report, reference)
    kinds = Counter(
        issue.kind
        for session in report.sessions
        for issue in session.issues
        if issue.pattern == pattern.id
    )
    shown = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    overcame = _overcame(report, pattern)
    text = (
        f"{label_of(report, pattern)} is {pattern.kind}: {KIND_RULES.get(pattern.kind, pattern.kind)}. "
        f"Its issues by kind: {shown or 'none recorded'}. "
        f"In {overcame} of {counted(pattern.affected, 'session')} the user got past it, and "
        f"{pattern.success_despite} got what they came for."
    )
    return Answer(run_id=report.run_id, text=text, citations=_evidence(report, pattern))


def why_not_blocking(report: Report, session: ReportSession) -> Answer:
    """Why a session counts no blocking issue: every issue it has, with what became of it."""
    blocking = [issue for issue in session.issues if issue.kind == "blocking"]
    link = session_link(report.run_id, session.session_id)
    if blocking:
        lines = [issue_line(report, session, issue) for issue in blocking]
        text = f"{link} does count {counted(len(blocking), 'blocking issue')}:\n{bullets(lines)}"
    elif not session.issues:
        text = f"{link} has no issue at all; it ended with outcome {session.outcome!r}."
    else:
        lines = [
            f"{issue_line(report, session, issue)}{'; the user got past it' if issue.overcame else ''}"
            for issue in session.issues[:MAX_NAMED]
        ]
        text = (
            f"{link} ended with outcome {session.outcome!r}, and {KIND_RULES['blocking']}. "
            f"None of its issues did that:\n{bullets(lines)}"
        )
    return Answer(run_id=report.run_id, text=text, citations=_issues(report, session))


def why_membership(
    report: Report, reference: str, session: ReportSession, summary: SessionSummary | None
) -> Answer:
    """Why a session is, or is not, in a pattern.

    Raises:
        UnknownPattern: the reference names none, or more than one.
    """
    pattern = find_pattern(report, reference)
    label, link = label_of(report, pattern), session_link(report.run_id, session.session_id)
    if session.session_id in pattern.sessions:
        found = [issue for issue in session.issues if issue.pattern == pattern.id]
        lines = [issue_line(report, session, issue) for issue in found]
        text = (
            f"{link} is in {label}, because it meets its criterion "
            f"({plain(pattern.criterion, 400)}):\n{bullets(lines)}"
        )
        return Answer(
            run_id=report.run_id, text=text, citations=_issues(report, session, pattern.id)
        )
    reasons = _not_in(report, pattern, session, summary)
    text = f"{link} is not in {label}:\n{bullets(reasons)}"
    return Answer(run_id=report.run_id, text=text, citations=_issues(report, session))


def why_skipped(report: Report, session: ReportSession | None) -> Answer:
    """Why a session, or every session that was left out, is not in the numbers."""
    if session is not None and session.status == "summarized":
        text = (
            f"{session_link(report.run_id, session.session_id)} was not left out: it was summarized, "
            f"with {counted(len(session.issues), 'issue')}."
        )
        return Answer(run_id=report.run_id, text=text)
    left_out = (
        [session] if session else [one for one in report.sessions if one.status != "summarized"]
    )
    unreadable = [] if session else report.coverage.unreadable
    if not left_out and not unreadable:
        return Answer(run_id=report.run_id, text="No session was skipped, and none failed.")
    lines = [_reason(report, one) for one in left_out]
    lines += [
        f"{plain(one.file)} could not be read: {plain(one.reason, 400)}" for one in unreadable
    ]
    left = len(lines) - 2 * MAX_NAMED
    more = [f"…and {left} more"] if left > 0 else []
    cited = tuple(cite_session(report, one) for one in left_out)
    return Answer(
        run_id=report.run_id,
        text=bullets([*lines[: 2 * MAX_NAMED], *more]),
        citations=cited[:MAX_NAMED],
    )


def _not_in(
    report: Report, pattern: ReportPattern, session: ReportSession, summary: SessionSummary | None
) -> list[str]:
    if session.status != "summarized":
        return [f"it was {session.status}: {plain(session.reason, 400)}"]
    reasons = [f"the criterion is: {plain(pattern.criterion, 400)}"]
    reasons += _visited(pattern, summary)
    reasons += [
        f"a claim about it was withheld: {plain(one.claim)} ({plain(one.reason)})"
        for one in report.claim_audit.items
        if one.session_id == session.session_id
    ][:MAX_CLAIMS]
    if session.issues:
        lines = [issue_line(report, session, issue) for issue in session.issues[:MAX_CLAIMS]]
        reasons.append("what was found in it is something else: " + first_few(lines, MAX_CLAIMS))
    else:
        reasons.append("no issue was found in it")
    if session.blind_ms:
        reasons.append(
            f"{duration(session.blind_ms)} of it could not be seen, so this is no proof that it did not "
            "happen"
        )
    return reasons


def _visited(pattern: ReportPattern, summary: SessionSummary | None) -> list[str]:
    if summary is None or not pattern.pages:
        return []
    where = first_few([plain(page) for page in pattern.pages], 4)
    met = sorted(set(pattern.pages) & set(summary.pages))
    if not met:
        return [f"it never visited {where}, so it could not meet it"]
    return [
        f"it did visit {first_few([plain(page) for page in met], 4)}, and no row there meets it"
    ]


def _reason(report: Report, session: ReportSession) -> str:
    reason = plain(session.reason, 400) or "no reason was recorded"
    return f"{session_link(report.run_id, session.session_id)} was {session.status}: {reason}"


def _overcame(report: Report, pattern: ReportPattern) -> int:
    """Sessions in which every issue of the pattern was overcome."""
    past = 0
    for session in report.sessions:
        own = [issue.overcame for issue in session.issues if issue.pattern == pattern.id]
        past += bool(own) and all(own)
    return past


def _evidence(report: Report, pattern: ReportPattern) -> tuple[Citation, ...]:
    return tuple(cite_evidence(report, one) for one in pattern.evidence[:MAX_CLAIMS])


def _issues(report: Report, session: ReportSession, pattern_id: str = "") -> tuple[Citation, ...]:
    found = [one for one in session.issues if pattern_id in ("", one.pattern)]
    return tuple(cite_issue(report, session, one) for one in found[:MAX_NAMED])
