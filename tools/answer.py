"""What a tool answers: text for a model or a reader, and the places that carry it.

The text is Markdown. Recorded text inside it is made plain first (``plain``), so that whoever wrote
a page cannot put a link or markup into an answer; the only links are ours, into the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import quote

from graph.reports.report import Evidence, Report, ReportSession, SessionIssue
from graph.reports.words import clock

MAX_PLAIN = 240
_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*[]<"})


class CitationFields(TypedDict):
    """A citation as it travels in a tool message and on the wire: plain JSON."""

    session_id: str
    ms: int
    event_ids: list[str]
    href: str


class Artifact(TypedDict):
    """What a tool message carries beside its text."""

    run_id: str
    citations: list[CitationFields]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A moment of a session, and the rows that carry what was said of it."""

    run_id: str
    session_id: str
    ms: int = 0
    event_ids: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        return moment_href(self.run_id, self.session_id, self.ms)

    @property
    def link(self) -> str:
        """``[checkout-07 at 1:23](#/runs/.../sessions/checkout-07?ms=83000)``."""
        return f"[{plain(self.session_id)} at {clock(self.ms)}]({self.href})"

    def fields(self) -> CitationFields:
        return CitationFields(
            session_id=self.session_id, ms=self.ms, event_ids=list(self.event_ids), href=self.href
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One tool result."""

    run_id: str
    text: str
    citations: tuple[Citation, ...] = ()

    def content_and_artifact(self) -> tuple[str, Artifact]:
        """The two halves of a tool message."""
        cited = [citation.fields() for citation in self.citations]
        return self.text, Artifact(run_id=self.run_id, citations=cited)


def cite_evidence(report: Report, evidence: Evidence) -> Citation:
    """The moment of a piece of evidence."""
    return Citation(
        run_id=report.run_id,
        session_id=evidence.session_id,
        ms=evidence.ms,
        event_ids=tuple(evidence.event_ids),
    )


def cite_issue(report: Report, session: ReportSession, issue: SessionIssue) -> Citation:
    """The moment of an issue."""
    return Citation(
        run_id=report.run_id,
        session_id=session.session_id,
        ms=issue.ms,
        event_ids=tuple(issue.event_ids),
    )


def cite_session(report: Report, session: ReportSession) -> Citation:
    """A session as a whole: its start."""
    return Citation(run_id=report.run_id, session_id=session.session_id)


def run_href(run_id: str) -> str:
    """The page's address of a report."""
    return f"#/runs/{quote(run_id, safe='')}"


def moment_href(run_id: str, session_id: str, ms: int) -> str:
    """The page's address of a moment; ids are quoted, so none can leave its path segment."""
    return f"{run_href(run_id)}/sessions/{quote(session_id, safe='')}?ms={ms}"


def session_link(run_id: str, session_id: str) -> str:
    """A link to a session as a whole."""
    return f"[{plain(session_id)}]({run_href(run_id)}/sessions/{quote(session_id, safe='')})"


def plain(text: str, limit: int = MAX_PLAIN) -> str:
    """Recorded text on one line, capped, with Markdown's own signs escaped.

    Control characters and the marks that turn the reading direction around are left out.
    """
    line = " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return line.translate(_MARKUP)


def stated(claim: str) -> str:
    """A claim as a sentence: plain, with one full stop at its end."""
    return f"{plain(claim).rstrip('.')}."


def sentence(text: str) -> str:
    """The text with its first letter raised; ``str.capitalize`` would lower all the others."""
    return text[:1].upper() + text[1:]


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def first_few(items: Sequence[str], limit: int) -> str:
    """Items joined by commas; says how many were left out."""
    shown = ", ".join(items[:limit])
    left = len(items) - limit
    return f"{shown} and {left} more" if left > 0 else shown
