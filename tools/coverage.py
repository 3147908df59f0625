"""What was looked at, and what could not be: skipped, failed, unreadable, blind, withheld. Pure."""

from __future__ import annotations

from graph.reports.report import Report, ReportSession
from graph.reports.words import count as counted, duration, grouped_refuted
from tools.answer import (
    Answer,
    Citation,
    bullets,
    cite_session,
    first_few,
    plain,
    session_link,
    stated,
)

MAX_NAMED = 10


def coverage(report: Report) -> Answer:
    """Everything a reader must know before trusting the numbers."""
    seen = report.coverage
    left_out = [one for one in report.sessions if one.status != "summarized"]
    facts = [
        f"Source: {plain(report.source)}; {plain(seen.selection, 400)}",
        f"Sessions: {seen.requested} requested, {seen.summarized} summarized, {seen.skipped} skipped, "
        f"{seen.failed} failed, {seen.duplicates} counted once because they were the same recording",
        f"Time: {duration(seen.recorded_ms)} recorded, {duration(seen.active_ms)} active, "
        f"{duration(seen.blind_ms)} that could not be seen{_reasons(seen.blind_reasons)}",
        _claims(report),
        f"Analysts: {', '.join(plain(one) for one in report.usage.analysts) or 'none'}; "
        f"{counted(report.usage.model_calls, 'model call')}, ${report.usage.cost_usd:.2f}; {_egress(report)}",
    ]
    parts = [bullets(facts)]
    parts += _list("Left out", [_left_out(report, one) for one in left_out])
    parts += _list(
        "Not readable", [f"{plain(one.file)}: {plain(one.reason, 400)}" for one in seen.unreadable]
    )
    parts += _list(
        "Withheld claims",
        [
            f"{session_link(report.run_id, one.session_id)}: {plain(one.claim)} ({plain(one.reason)})"
            for one in report.claim_audit.items
        ],
    )
    parts += _list("Refuted findings", _refuted(report))
    cited = tuple(cite_session(report, one) for one in left_out)
    return Answer(run_id=report.run_id, text="\n\n".join(parts), citations=cited[:MAX_NAMED])


def _refuted(report: Report) -> list[str]:
    """What was found first and then spoken against, with the reason; the same ones together."""
    lines: list[str] = []
    for first, found in grouped_refuted(report.refuted):
        link = Citation(
            run_id=report.run_id,
            session_id=first.session_id,
            ms=first.ms,
            event_ids=tuple(first.event_ids),
        ).link
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        lines.append(f"{plain(first.title)}, {link}{more}: {stated(first.reason)}")
    return lines


def _left_out(report: Report, session: ReportSession) -> str:
    link = session_link(report.run_id, session.session_id)
    return f"{link} {session.status}: {plain(session.reason, 400) or 'no reason was recorded'}"


def _claims(report: Report) -> str:
    audit = report.claim_audit
    return (
        f"Claims: {audit.claims} made, {audit.withheld} withheld by the checks, "
        f"{audit.unknown_event_ids} cited event ids that do not exist"
    )


def _egress(report: Report) -> str:
    if not report.egress:
        return "nothing left this machine"
    sent = [f"{counted(one.requests, 'request')} to {plain(one.provider)}" for one in report.egress]
    return f"what left this machine: {', '.join(sent)}"


def _reasons(reasons: list[str]) -> str:
    return f" ({first_few([plain(one) for one in reasons], 4)})" if reasons else ""


def _list(heading: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    left = len(lines) - MAX_NAMED
    more = [f"…and {left} more"] if left > 0 else []
    return [f"{heading}:\n{bullets([*lines[:MAX_NAMED], *more])}"]
