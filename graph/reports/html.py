"""A report as one HTML file: no scripts, nothing fetched, everything recorded escaped. Pure.

Three layers keep a hostile recording text: the template escapes every value by default, the policy
in the page's head forbids scripts, frames, forms and every address, and control and direction
characters are gone before either (``plain``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import jinja2

from graph.patterns.linear import Expression
from graph.patterns.wording import plain
from graph.reports import words
from graph.reports.report import (
    Evidence,
    Report,
    ReportPattern,
    ReportSession,
)
from graph.sessions.summary import Outcome

SHOWN_SESSIONS = 1_000
"""Sessions with their details; more make the page slow to open, and stand in the JSON."""

SHOWN_REFUTED = 200
SHOWN_WITHHELD = 200
LONG = 600
"""Characters of recorded text in one place."""

_BELOW = Expression(r"(?:[A-Za-z0-9][A-Za-z0-9_.-]*/)*[A-Za-z0-9][A-Za-z0-9_.-]*")
_HERE = Path(__file__).parent
_OUTCOME_CLASS: Mapping[str, str] = {
    Outcome.SUCCESS: "success",
    Outcome.DETOUR: "detour",
    Outcome.FAILURE: "failure",
    Outcome.ABANDONED: "abandoned",
    Outcome.UNCLEAR: "unclear",
    Outcome.NO_ACTIVITY: "idle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of a timeline strip; places are percent of the session."""

    left: float
    width: float
    look: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A moment on a timeline strip."""

    left: float
    look: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A session as a line: what it consisted of, and where it hurt."""

    label: str
    blocks: tuple[Block, ...]
    ticks: tuple[Tick, ...]


def to_html(report: Report) -> str:
    """The report as one self-contained page."""
    by_session = {one.session_id: one for one in report.sessions}
    place_of = {one.session_id: place for place, one in enumerate(report.sessions, start=1)}
    number_of = {one.id: place for place, one in enumerate(report.patterns, start=1)}
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            style=_style(),
            answer=_answer_lines(report.answer),
            sessions=report.sessions[:SHOWN_SESSIONS],
            refuted=words.grouped_refuted(report.refuted)[:SHOWN_REFUTED],
            withheld=report.claim_audit.items[:SHOWN_WITHHELD],
            place_of=place_of,
            number_of=number_of,
            moment_strip=partial(_moment_strip, by_session),
            shown_sessions=SHOWN_SESSIONS,
            count=words.count,
            reach=words.reach,
            lift=words.lift,
            period=words.period,
            cost=words.cost,
            elapsed=words.elapsed,
            with_rows=_with_rows,
            without_rows=_without_rows,
        )
    )


def session_strip(session: ReportSession) -> Strip:
    """The whole session: its segments, and a tick for each issue."""
    ticks = tuple(
        Tick(
            left=_share(one.ms, session.duration_ms),
            look=f"harm-{one.harm}",
            words=f"{words.clock(one.ms)} {one.claim}",
        )
        for one in session.issues
    )
    found = words.count(len(ticks), "issue")
    label = f"Timeline of {words.duration(session.duration_ms)}, {found}"
    return Strip(label=label, blocks=_blocks(session), ticks=ticks)


def _moment_strip(by_session: Mapping[str, ReportSession], evidence: Evidence) -> Strip | None:
    session = by_session.get(evidence.session_id)
    if session is None or session.duration_ms <= 0:
        return None
    at = words.clock(evidence.ms)
    tick = Tick(
        left=_share(evidence.ms, session.duration_ms), look=f"harm-{evidence.harm}", words=at
    )
    label = f"{at} of {words.clock(session.duration_ms)}"
    return Strip(label=label, blocks=_blocks(session), ticks=(tick,))


def _blocks(session: ReportSession) -> tuple[Block, ...]:
    return tuple(
        Block(
            left=_share(one.start_ms, session.duration_ms),
            width=_share(one.end_ms - one.start_ms, session.duration_ms),
            look=_outcome_class(one.outcome),
            words=f"{one.title}: {one.outcome}",
        )
        for one in session.segments
    )


def _share(ms: int, whole_ms: int) -> float:
    return round(min(max(100 * ms / whole_ms, 0.0), 100.0), 2) if whole_ms > 0 else 0.0


def _answer_lines(answer: str) -> Sequence[tuple[bool, str]]:
    """Each statement of the answer, and whether it is an item of the list of patterns."""
    lines: list[tuple[bool, str]] = []
    for line in answer.splitlines():
        number, dot, rest = line.partition(". ")
        listed = bool(dot) and number.isascii() and number.isdigit()
        lines.append((listed, rest if listed else line))
    return lines


def _outcome_class(outcome: str) -> str:
    return _OUTCOME_CLASS.get(outcome, "unclear")


def _clip_name(clip: str | None) -> str:
    """The name of a clip; a link only to a file below the report's folder, never to an address."""
    return clip if clip and _BELOW.fits(clip) else ""


_FILTERS: Mapping[str, Callable[..., object]] = {
    "clock": words.clock,
    "duration": words.duration,
    "percent": words.percent,
    "outcome_class": _outcome_class,
    "clip_name": _clip_name,
    "strip": session_strip,
}


@lru_cache(maxsize=1)
def _style() -> str:
    return (_HERE / "report.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters.update(_FILTERS)
    return environment


def _finalized(value: object) -> object:
    """Every text that reaches the page, as one plain line; what the template made passes."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return plain(value, LONG)
    return value


def _with_rows(pattern: ReportPattern) -> list[Evidence]:
    """Evidence that is shown with its rows; the first one always."""
    return [one for place, one in enumerate(pattern.evidence) if one.rows or place == 0]


def _without_rows(pattern: ReportPattern) -> list[Evidence]:
    return [one for place, one in enumerate(pattern.evidence) if not one.rows and place > 0]
