"""A report as Markdown: for terminals, tickets and pull requests. Pure.

Recorded text is escaped where it enters: nothing that a page said can become a heading, a link, an
image, HTML or a mention.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.patterns.linear import Expression
from graph.patterns.wording import plain
from graph.reports import words
from graph.reports.report import (
    Coverage,
    Evidence,
    RefutedFinding,
    Report,
    ReportPattern,
    ReportSession,
)
from graph.sessions.summary import HARM_ORDER, Harm

SHOWN_EVIDENCE = 5
SHOWN_REFUTED = 25
SHOWN_SINGLE = 50
SHOWN_SESSIONS = 200
SHOWN_WITHHELD = 50
LONG = 400
"""Characters of recorded text in one place."""

_MARKUP = Expression(r"([\\`*_\[\]|~$@])")
_URL_HOST = Expression(r"(?i)\b(www)\.")
_BLOCK_START = Expression(r"^([-+#=]|\d+[.)])")


def escaped(text: str, limit: int = LONG) -> str:
    """Recorded text as Markdown that shows exactly that text, on one line.

    References stand for the characters that make a bare address a link, or a line a heading, a rule
    or a list: a backslash before them would stop some readers only.
    """
    safe = plain(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _MARKUP.replace(safe, r"\\\1")
    safe = _URL_HOST.replace(safe.replace("://", "&#58;//"), r"\1&#46;")
    if not _BLOCK_START.search(safe):
        return safe
    return f"&#{ord(safe[0])};{safe[1:]}"


def to_markdown(report: Report) -> str:
    """The report as Markdown, the answer first."""
    parts = [
        f"# {escaped(report.title)}",
        _answer(report),
        *_patterns(report.patterns),
        *_single_issues(report.sessions),
        *_refuted(report.refuted),
        *_sessions(report.sessions),
        *_coverage(report.coverage),
        *_claims(report),
        *_cost(report),
    ]
    return "\n\n".join(parts) + "\n"


def _answer(report: Report) -> str:
    """Statements as lines; those that start with a number are ours, and stay a list."""
    lines: list[str] = []
    for line in report.answer.splitlines():
        number, dot, rest = line.partition(". ")
        listed = dot and number.isascii() and number.isdigit()
        if bool(lines) and not (listed and lines[-1][:1].isdigit()):
            lines.append("")
        lines.append(f"{number}. {escaped(rest)}" if listed else escaped(line))
    return "\n".join(lines)


def _patterns(patterns: Sequence[ReportPattern]) -> Iterable[str]:
    yield "## Patterns"
    if not patterns:
        yield "None."
    for place, pattern in enumerate(patterns, start=1):
        yield f"### {place}. {escaped(pattern.title)}"
        yield "\n".join(
            (
                f"- **{pattern.severity}** · {pattern.kind} · {escaped(words.reach(pattern))}",
                *([f"- When: {words.period(pattern.period)}"] if pattern.period else []),
                f"- Belongs here: {escaped(pattern.criterion)}",
                f"- Why {pattern.severity}: {escaped(pattern.why)}",
                f"- Against sessions without it: {escaped(words.lift(pattern.lift))}",
                f"- Pages: {', '.join(escaped(page) for page in pattern.pages) or 'unknown'}",
                f"- Id: {escaped(pattern.id)}",
            )
        )
        shown = pattern.evidence[:SHOWN_EVIDENCE]
        yield "\n".join(line for one in shown for line in _evidence(one))
        more = len(pattern.evidence) - len(shown)
        if more:
            yield f"And {words.count(more, 'more occurrence')}."


def _evidence(one: Evidence) -> Iterable[str]:
    marks = [one.harm, one.verdict or "", "got on all the same" if one.overcame else ""]
    told = ", ".join(mark for mark in marks if mark)
    yield (
        f"- {escaped(one.session_id)} at {words.clock(one.ms)} on {escaped(one.page)} ({told}): "
        f"{escaped(one.claim)}" + (f" [Replay]({one.link})" if one.link else "")
    )
    for before in one.before:
        yield f"  - before, {words.clock(before.ms)}: {escaped(before.words)}"
    for row in one.rows:
        yield f"  - **{words.clock(row.ms)}** {escaped(row.words)} ({escaped(row.event_id)})"
    for after in one.after:
        yield f"  - after, {words.clock(after.ms)}: {escaped(after.words)}"


def _single_issues(sessions: Sequence[ReportSession]) -> Iterable[str]:
    """Issues that are part of no pattern, the worst first."""
    single = [(told, one) for told in sessions for one in told.issues if one.pattern is None]
    if not single:
        return
    yield "## Issues of single sessions"
    single.sort(key=lambda pair: -HARM_ORDER.index(Harm(pair[1].harm)))
    yield "\n".join(
        f"- {escaped(told.session_id)} at {words.clock(one.ms)} on {escaped(one.page)} "
        f"({one.harm}): {escaped(one.claim)}"
        for told, one in single[:SHOWN_SINGLE]
    )
    if len(single) > SHOWN_SINGLE:
        yield f"And {words.count(len(single) - SHOWN_SINGLE, 'more issue')}."


def _refuted(refuted: Sequence[RefutedFinding]) -> Iterable[str]:
    yield "## Refuted"
    if not refuted:
        yield "Nothing was suspected and then refuted."
        return
    groups = words.grouped_refuted(refuted)
    lines: list[str] = []
    for first, found in groups[:SHOWN_REFUTED]:
        where = f"{escaped(first.session_id)} at {words.clock(first.ms)}"
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        lines.append(f"- {escaped(first.title)} ({where}{more}): {escaped(first.reason)}")
    yield "\n".join(lines)
    if len(groups) > SHOWN_REFUTED:
        yield f"And {words.count(len(groups) - SHOWN_REFUTED, 'more finding')}."


def _sessions(sessions: Sequence[ReportSession]) -> Iterable[str]:
    yield "## Sessions"
    if not sessions:
        yield "None."
        return
    rows = ["| session | status | outcome | length | issues | what happened |", "|" + " --- |" * 6]
    for one in sessions[:SHOWN_SESSIONS]:
        cells = (
            one.session_id,
            one.status,
            one.outcome,
            words.duration(one.duration_ms) if one.duration_ms else "",
            str(len(one.issues)) if one.status == "summarized" else "",
            one.headline or one.reason,
        )
        rows.append("| " + " | ".join(escaped(cell) for cell in cells) + " |")
    yield "\n".join(rows)
    if len(sessions) > SHOWN_SESSIONS:
        yield f"And {words.count(len(sessions) - SHOWN_SESSIONS, 'more session')}."


def _coverage(coverage: Coverage) -> Iterable[str]:
    yield "## Coverage"
    blind = f" ({', '.join(escaped(one) for one in coverage.blind_reasons)})"
    lines = [
        f"- {words.count(coverage.requested, 'session')} asked for: {coverage.summarized} "
        f"summarized, {coverage.skipped} skipped ({coverage.duplicates} of them repeats), "
        f"{coverage.failed} failed; success ratio {words.percent(coverage.success_ratio)}",
        f"- Chosen: {escaped(coverage.selection)}",
        f"- Recorded {words.duration(coverage.recorded_ms)}, active "
        f"{words.duration(coverage.active_ms)}, blind {words.duration(coverage.blind_ms)}"
        + (blind if coverage.blind_reasons else ""),
    ]
    lines += [
        f"- Unreadable: {escaped(one.file)}: {escaped(one.reason)}" for one in coverage.unreadable
    ]
    yield "\n".join(lines)


def _claims(report: Report) -> Iterable[str]:
    audit = report.claim_audit
    yield "## Claims"
    yield (
        f"{words.count(audit.claims, 'claim')}, {audit.withheld} withheld, "
        f"{words.count(audit.unknown_event_ids, 'unknown event id')} dropped."
    )
    if report.canaries:
        yield f"Canaries, sessions whose truth is known, on this very run: {report.canaries}."
    if audit.items:
        yield "\n".join(
            f"- {escaped(one.session_id)} ({escaped(one.found_by)}): {escaped(one.claim)} "
            f"Withheld: {escaped(one.reason)}"
            for one in audit.items[:SHOWN_WITHHELD]
        )


def _cost(report: Report) -> Iterable[str]:
    usage = report.usage
    clocks = ", ".join(f"{name.lower()} after {took}" for name, took in words.elapsed(usage))
    yield "## Cost"
    yield "\n".join(
        (
            f"- {escaped(words.cost(usage))} Analysts: {escaped(', '.join(usage.analysts)) or 'none'}",
            f"- Time: {clocks or 'not measured'}",
            f"- Left this machine: {_egress(report)}",
            f"- Source {escaped(report.source)}, run {escaped(report.run_id)}, "
            f"made {escaped(report.created_at)}",
        )
    )


def _egress(report: Report) -> str:
    sent = [
        f"{one.bytes_sent:,} bytes to {escaped(one.provider)} in {words.count(one.requests, 'request')}"
        for one in report.egress
    ]
    return "; ".join(sent) or "nothing"
