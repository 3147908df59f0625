"""How many: every number a conversation gives, counted here from the report. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph.reports.report import Report, ReportSession, SessionIssue
from graph.reports.words import count as counted, percent, reach
from tools.answer import (
    Answer,
    Citation,
    cite_issue,
    cite_session,
    first_few,
    plain,
    sentence,
    session_link,
)
from tools.lookup import find_pattern, matching
from tools.patterns import PatternFilter, about_words, label_of, on_page, page_words
from tools.sessions import has

CountOf = Literal["patterns", "sessions", "issues", "claims"]
MAX_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFilter:
    """What to count of; everything given must hold."""

    kind: str = ""
    severity: str = ""
    """Severity of a pattern, or harm of an issue."""
    page: str = ""
    text: str = ""
    status: str = ""
    outcome: str = ""
    pattern: str = ""
    """Number, id or words: sessions or issues of this pattern only."""
    with_issues: bool = False


def count(report: Report, of: CountOf, wanted: CountFilter) -> Answer:
    """The number asked for, of how many, and what was counted.

    Raises:
        UnknownPattern: the pattern named is not in this report.
    """
    if of == "patterns":
        return _patterns(report, wanted)
    if of == "issues":
        return _issues(report, wanted)
    if of == "claims":
        return _claims(report)
    if wanted.pattern:
        return _affected(report, wanted.pattern)
    return _sessions(report, wanted)


def _patterns(report: Report, wanted: CountFilter) -> Answer:
    chosen = PatternFilter(
        severity=wanted.severity, kind=wanted.kind, page=wanted.page, text=wanted.text
    )
    found = chosen.apply(report)
    text = f"{sentence(chosen.counted(len(found)))} in this report"
    if chosen:
        text += f", of {len(report.patterns)} in all"
    if found:
        text += f": {first_few([label_of(report, one) for one in found], MAX_NAMED)}"
    return Answer(run_id=report.run_id, text=f"{text}.")


def _affected(report: Report, reference: str) -> Answer:
    pattern = find_pattern(report, reference)
    links = [session_link(report.run_id, one) for one in pattern.sessions]
    text = (
        f"{label_of(report, pattern)}: {reach(pattern)}: "
        f"{first_few(links, MAX_NAMED)}. Of these, {pattern.success_despite} got what they came for "
        "all the same."
    )
    cited = tuple(Citation(run_id=report.run_id, session_id=one) for one in pattern.sessions)
    return Answer(run_id=report.run_id, text=text, citations=cited[:MAX_NAMED])


def _sessions(report: Report, wanted: CountFilter) -> Answer:
    if not (wanted.status or wanted.outcome or _about_issues(wanted)):
        return Answer(run_id=report.run_id, text=_all_sessions(report))
    found = [one for one in report.sessions if _session_holds(report, one, wanted)]
    base = [one for one in report.sessions if one.status == "summarized"]
    total = len(report.sessions) if wanted.status else len(base)
    links = [session_link(report.run_id, one.session_id) for one in found]
    share = f" ({percent(len(found) / total)})" if total else ""
    names = f": {first_few(links, MAX_NAMED)}" if links else ""
    text = f"{len(found)} of {counted(total, 'session')}{share} {_session_words(wanted)}{names}."
    cited = tuple(cite_session(report, one) for one in found)
    return Answer(run_id=report.run_id, text=text, citations=cited[:MAX_NAMED])


def _all_sessions(report: Report) -> str:
    seen = report.coverage
    parts = [f"{seen.summarized} summarized", f"{seen.skipped} skipped", f"{seen.failed} failed"]
    with_issues = sum(bool(one.issues) for one in report.sessions)
    return (
        f"{sentence(counted(seen.requested, 'session'))} in this report: {', '.join(parts)}. "
        f"{with_issues} of the {seen.summarized} summarized had at least one issue."
    )


def _session_holds(report: Report, session: ReportSession, wanted: CountFilter) -> bool:
    if not has(session, status=wanted.status, outcome=wanted.outcome):
        return False
    return not _about_issues(wanted) or any(
        _issue_holds(report, issue, wanted) for issue in session.issues
    )


def _about_issues(wanted: CountFilter) -> bool:
    return bool(wanted.with_issues or wanted.kind or wanted.severity or wanted.page or wanted.text)


def _session_words(wanted: CountFilter) -> str:
    words = [f"were {wanted.status}"] if wanted.status else []
    words += [f"ended with outcome {wanted.outcome!r}"] if wanted.outcome else []
    if _about_issues(wanted):
        sort = " ".join(filter(None, (wanted.kind, "issue")))
        harm = f" of {wanted.severity} harm" if wanted.severity else ""
        words.append(
            f"had at least one {sort}{harm}{page_words(wanted.page)}{about_words(wanted.text)}"
        )
    return " and ".join(words)


def _issues(report: Report, wanted: CountFilter) -> Answer:
    pattern = find_pattern(report, wanted.pattern) if wanted.pattern else None
    found = [
        (session, issue)
        for session in report.sessions
        for issue in session.issues
        if _issue_holds(report, issue, wanted) and (pattern is None or issue.pattern == pattern.id)
    ]
    sort = " ".join(filter(None, (wanted.kind, "issue")))
    harm = f" of {wanted.severity} harm" if wanted.severity else ""
    where = f" of {label_of(report, pattern)}" if pattern else ""
    in_sessions = len({session.session_id for session, _ in found})
    text = (
        f"{sentence(counted(len(found), sort))}{harm}{page_words(wanted.page)}"
        f"{about_words(wanted.text)}{where} in {counted(in_sessions, 'session')} "
        f"of {report.coverage.summarized} summarized."
    )
    cited = tuple(cite_issue(report, session, issue) for session, issue in found[:MAX_NAMED])
    return Answer(run_id=report.run_id, text=text, citations=cited)


def _issue_holds(report: Report, issue: SessionIssue, wanted: CountFilter) -> bool:
    return (
        wanted.kind in ("", issue.kind)
        and wanted.severity in ("", issue.harm)
        and on_page([issue.page], wanted.page)
        and (not wanted.text or _mentions(report, issue, wanted.text))
    )


def _mentions(report: Report, issue: SessionIssue, text: str) -> bool:
    about = {pattern.id for pattern in matching(report.patterns, text)}
    return issue.pattern in about or text.casefold() in f"{issue.claim} {issue.element}".casefold()


def _claims(report: Report) -> Answer:
    audit = report.claim_audit
    text = (
        f"{sentence(counted(audit.claims, 'claim'))}, {audit.withheld} withheld by the checks; "
        f"{counted(audit.unknown_event_ids, 'event id')} did not exist and "
        f"{'was' if audit.unknown_event_ids == 1 else 'were'} dropped."
    )
    reasons = sorted({plain(item.reason) for item in audit.items})
    if reasons:
        text += f" Reasons: {first_few(reasons, MAX_NAMED)}."
    return Answer(run_id=report.run_id, text=text)
