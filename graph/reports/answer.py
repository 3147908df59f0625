"""The first words of a report: its title, and the answer to what was asked. Deterministic text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graph.patterns.calibrate import harm_rank
from graph.patterns.pattern import Pattern, Severity
from graph.patterns.wording import plain, stem, words_of
from graph.reports.focus import Relevance, speaks_to
from graph.reports.report import Coverage
from graph.reports.words import clock, dates
from graph.sessions.summary import SessionSummary

WORST = 3
"""Patterns that the answer to no particular question names."""

MAX_CLAIM = 160

SPEAKING = 5
"""Patterns that the answer to a question names."""


def report_title(patterns: Sequence[Pattern], coverage: Coverage, source_label: str) -> str:
    """What was found, in how many sessions, of what."""
    found = _count(len(patterns), "pattern") if patterns else "No recurring issue"
    return f"{found} in {_count(coverage.summarized, 'session')} of {plain(source_label)}"


def answer_of(
    focus: str,
    relevance: Relevance,
    patterns: Sequence[Pattern],
    summaries: Sequence[SessionSummary],
    coverage: Coverage,
) -> str:
    """The answer, one statement per line; lines that start with a number are a list."""
    if not coverage.summarized:
        return "\n".join(
            ["No session could be summarized, so nothing can be said.", *_gaps(coverage)]
        )
    lines: list[str] = []
    if relevance.asked:
        lines += _about_focus(focus, relevance, patterns, summaries)
        lines += _everything(patterns, summaries)[:1] if patterns else []
    else:
        lines += _everything(patterns, summaries) if patterns else _nothing(summaries)
    return "\n".join([*lines, *_gaps(coverage)])


def pattern_line(pattern: Pattern) -> str:
    """A pattern in one line, with the figures that matter."""
    affected, eligible = len(pattern.affected), len(pattern.eligible)
    if affected == 1:
        met = f"seen once; {_count(eligible, 'session')} could meet it"
    else:
        low, high = (round(100 * end) for end in (pattern.interval.low, pattern.interval.high))
        met = (
            f"{affected} of {eligible} sessions that could meet it, "
            f"{affected / eligible:.0%}, 95% interval {low} to {high}%"
        )
    when = pattern.period
    told = f"; {dates(when.first_ms, when.last_ms)}" if when is not None else ""
    return f"{pattern.title} ({pattern.severity}; {met}{told})"


def _about_focus(
    focus: str,
    relevance: Relevance,
    patterns: Sequence[Pattern],
    summaries: Sequence[SessionSummary],
) -> list[str]:
    asked = f"“{plain(focus, 160)}”"
    if not relevance.speaking:
        single = _single_issues(relevance, summaries)
        if single:
            return [f"No pattern speaks to {asked}. Single issues that do:", *single]
        return [f"Nothing in this report speaks to {asked}.", *_visited(relevance, summaries)]
    speaking = relevance.speaking
    words = ", ".join(f"“{word}”" for word in relevance.matched)
    verb = "speaks" if len(speaking) == 1 else "speak"
    lead = (
        f"{len(speaking)} of {_count(len(patterns), 'pattern')} {verb} to {asked} "
        f"(by the words {words}):"
    )
    return [lead, *_numbered(speaking, SPEAKING)]


def _single_issues(relevance: Relevance, summaries: Sequence[SessionSummary]) -> list[str]:
    """Issues of single sessions, and findings the sessions speak against, that carry the words."""
    found: list[tuple[int, int, str]] = []
    for summary in summaries:
        at = f"Session {plain(summary.session_id)} at"
        for issue in summary.issues:
            weight = speaks_to(relevance.asked, f"{issue.claim} {issue.page}")
            text = f"{at} {clock(issue.ms)}: {plain(issue.claim, MAX_CLAIM)}"
            found.append((weight, harm_rank(issue.harm) + 1, text))
        for refuted in summary.refuted:
            weight = speaks_to(relevance.asked, f"{refuted.claim} {refuted.page}")
            what = f"{plain(refuted.claim, MAX_CLAIM)} Refuted: {plain(refuted.reason, MAX_CLAIM)}"
            found.append((weight, 0, f"{at} {clock(refuted.ms)}: {what}"))
    speaking = sorted((one for one in found if one[0]), key=lambda one: (-one[0], -one[1], one[2]))
    return [f"{place}. {text}" for place, (_, _, text) in enumerate(speaking[:SPEAKING], start=1)]


def _visited(relevance: Relevance, summaries: Sequence[SessionSummary]) -> list[str]:
    """Where the question names a page: how many went there without a recurring issue."""
    stems = {stem(word) for word in relevance.asked}
    pages = Counter(
        page
        for summary in summaries
        for page in set(summary.pages)
        if stems & {stem(word) for word in words_of(page)}
    )
    if not pages:
        return []
    page, visits = min(pages.items(), key=lambda item: (-item[1], item[0]))
    were = "was" if visits == 1 else "were"
    return [
        f"{_count(visits, 'session')} {were} on {plain(page)}, none with a recurring issue there."
    ]


def _everything(patterns: Sequence[Pattern], summaries: Sequence[SessionSummary]) -> list[str]:
    affected = {one for pattern in patterns for one in pattern.affected}
    severities = Counter(pattern.severity for pattern in patterns)
    by_severity = ", ".join(
        f"{severities[severity]} {severity}"
        for severity in reversed(Severity)
        if severities[severity]
    )
    recurs = any(len(pattern.affected) > 1 for pattern in patterns)
    what = "something that recurs" if recurs else "something serious, seen once"
    lead = (
        f"{len(affected)} of {_count(len(summaries), 'session')} ran into {what}: "
        f"{_count(len(patterns), 'pattern')} ({by_severity})."
    )
    return [lead, *_numbered(patterns, WORST)]


def _nothing(summaries: Sequence[SessionSummary]) -> list[str]:
    lines = [f"No recurring issue in {_count(len(summaries), 'session')}."]
    single = sum(bool(summary.issues) for summary in summaries)
    if single:
        verb = "has an issue of its own" if single == 1 else "have issues of their own"
        lines.append(f"{_count(single, 'session')} {verb}, too rare or too mild for a pattern.")
    return lines


def _numbered(patterns: Sequence[Pattern], limit: int) -> list[str]:
    lines = [f"{place}. {pattern_line(one)}" for place, one in enumerate(patterns[:limit], start=1)]
    more = len(patterns) - limit
    return [*lines, f"And {more} more below."] if more > 0 else lines


def _gaps(coverage: Coverage) -> list[str]:
    """What is missing from the counts; nobody should have to look for it."""
    missing = [
        f"{_count(coverage.failed, 'session')} failed" if coverage.failed else "",
        f"{_count(coverage.skipped, 'session')} skipped" if coverage.skipped else "",
        f"{_count(len(coverage.unreadable), 'file')} unreadable" if coverage.unreadable else "",
    ]
    told = ", ".join(part for part in missing if part)
    return [f"Not counted: {told} (see Coverage)."] if told else []


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
