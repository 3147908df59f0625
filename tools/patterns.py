"""The patterns of a report in words: the list, and one of them with its evidence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.reports.report import Evidence, Report, ReportPattern
from graph.reports.words import clock, count as counted, lift, period, reach
from tools.answer import (
    Answer,
    bullets,
    cite_evidence,
    first_few,
    plain,
    sentence,
    session_link,
    stated,
)
from tools.lookup import find_pattern, matching

MAX_LISTED = 20
MAX_EVIDENCE = 4
MAX_ROWS = 5
MAX_OTHERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFilter:
    """Which patterns; everything given must hold."""

    severity: str = ""
    kind: str = ""
    page: str = ""
    text: str = ""

    def apply(self, report: Report) -> list[ReportPattern]:
        found = [pattern for pattern in report.patterns if self._holds(pattern)]
        return matching(found, self.text) if self.text else found

    def _holds(self, pattern: ReportPattern) -> bool:
        return (
            self.severity in ("", pattern.severity)
            and self.kind in ("", pattern.kind)
            and on_page(pattern.pages, self.page)
        )

    def counted(self, number: int) -> str:
        """``2 high blocking patterns on pages with '/cart' in their address``."""
        noun = " ".join([*filter(None, (self.severity, self.kind)), "pattern"])
        return counted(number, noun) + page_words(self.page) + about_words(self.text)

    def __bool__(self) -> bool:
        return bool(self.severity or self.kind or self.page or self.text)


def on_page(pages: list[str], wanted: str) -> bool:
    """True where one of the page templates contains what was asked for, or nothing was."""
    return not wanted or any(wanted.casefold() in page.casefold() for page in pages)


def page_words(page: str) -> str:
    return f" on pages with {page!r} in their address" if page else ""


def about_words(text: str) -> str:
    return f" mentioning {text!r}" if text else ""


def list_patterns(report: Report, wanted: PatternFilter) -> Answer:
    """Every pattern that the filter lets through, worst first, each with its best moment."""
    if not report.patterns:
        return Answer(run_id=report.run_id, text=_no_patterns(report))
    found = wanted.apply(report)
    citations = [
        cite_evidence(report, pattern.evidence[0]) for pattern in found if pattern.evidence
    ]
    heading = f"{sentence(wanted.counted(len(found)))} in {_sessions_looked_at(report)}"
    if wanted and len(found) < len(report.patterns):
        heading += f" (the report has {counted(len(report.patterns), 'pattern')} in all)"
    lines = pattern_lines(report, found[:MAX_LISTED])
    text = f"{heading}{':' if lines else '.'}\n\n{lines}".strip()
    if len(found) > MAX_LISTED:
        text += (
            f"\n\n…and {len(found) - MAX_LISTED} more; narrow the list by severity, kind or page."
        )
    return Answer(run_id=report.run_id, text=text, citations=tuple(citations[:MAX_LISTED]))


def pattern_lines(report: Report, patterns: Sequence[ReportPattern]) -> str:
    """A list with a line for each pattern."""
    return bullets(pattern_line(report, pattern) for pattern in patterns)


def pattern_line(report: Report, pattern: ReportPattern) -> str:
    """A pattern in one line: number, title, severity, reach, best moment."""
    best = f"; see {cite_evidence(report, pattern.evidence[0]).link}" if pattern.evidence else ""
    return (
        f"{label_of(report, pattern)}: {pattern.severity}, {pattern.kind}, {reach(pattern)}{best}"
    )


def open_pattern(report: Report, reference: str) -> Answer:
    """One pattern: what it is, its numbers, and its evidence with times and rows.

    Raises:
        UnknownPattern: the reference names none, or more than one.
    """
    pattern = find_pattern(report, reference)
    shown = pattern.evidence[:MAX_EVIDENCE]
    parts = [
        f"{label_of(report, pattern)} ({pattern.severity}, {pattern.kind})",
        bullets(_facts(pattern)),
        "Evidence:\n" + bullets(_evidence(report, one) for one in shown),
    ]
    if others := _others(report, pattern, shown):
        parts.append(f"Also in {first_few(others, MAX_OTHERS)}.")
    citations = tuple(cite_evidence(report, one) for one in shown)
    return Answer(run_id=report.run_id, text="\n\n".join(parts), citations=citations)


def label_of(report: Report, pattern: ReportPattern) -> str:
    """``**2. Pay button does nothing**``: the number is the pattern's place in the report."""
    return f"**{report.patterns.index(pattern) + 1}. {plain(pattern.title)}**"


def _facts(pattern: ReportPattern) -> list[str]:
    facts = [
        sentence(reach(pattern)),
        f"{pattern.success_despite} of the {pattern.affected} got what they came for all the same",
        f"Severity {pattern.severity}: {plain(pattern.why, 600)}",
        f"A session belongs to it if: {plain(pattern.criterion, 600)}",
    ]
    if pattern.pages:
        facts.append(f"On {first_few([plain(page) for page in pattern.pages], 5)}")
    facts.append(lift(pattern.lift).rstrip("."))
    if pattern.period:
        facts.append(f"When: {period(pattern.period)}")
    return facts


def _evidence(report: Report, evidence: Evidence) -> str:
    seen = f" Pixels: {evidence.verdict}." if evidence.verdict else ""
    went_on = " The user got on all the same." if evidence.overcame else ""
    line = f"{cite_evidence(report, evidence).link}: {stated(evidence.claim)}{went_on}{seen}"
    rows = [
        f"  - {clock(row.ms)} {plain(row.words)} ({row.event_id})"
        for row in evidence.rows[:MAX_ROWS]
    ]
    return "\n".join([line, *rows])


def _others(report: Report, pattern: ReportPattern, shown: list[Evidence]) -> list[str]:
    seen = {one.session_id for one in shown}
    return [session_link(report.run_id, one) for one in pattern.sessions if one not in seen]


def _sessions_looked_at(report: Report) -> str:
    return counted(report.coverage.summarized, "session")


def _no_patterns(report: Report) -> str:
    issues = sum(len(session.issues) for session in report.sessions)
    found = f" {sentence(counted(issues, 'issue'))} stood alone." if issues else ""
    return f"No recurring issue in {_sessions_looked_at(report)}.{found}"
