"""Each event stream counts once, however many files hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graph.ids import SessionId
from graph.sessions.summary import SessionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A file whose events are those of another file, which was kept."""

    session_id: SessionId
    file: str
    kept_session_id: SessionId
    kept_file: str


def distinct(
    summaries: Iterable[SessionSummary],
) -> tuple[tuple[SessionSummary, ...], tuple[Duplicate, ...]]:
    """The summaries that count, and the files that repeat one of them; both by file path.

    The lowest path of an event stream wins, so the answer does not depend on which file was read
    first. An empty digest says nothing about the events and never makes a duplicate.
    """
    kept: dict[str, SessionSummary] = {}
    singles: list[SessionSummary] = []
    duplicates: list[Duplicate] = []
    for summary in sorted(summaries, key=by_file):
        first = kept.setdefault(summary.digest, summary) if summary.digest else summary
        if first is summary:
            singles.append(summary)
        else:
            duplicates.append(_duplicate(summary, first))
    return tuple(singles), tuple(duplicates)


def by_file(summary: SessionSummary) -> tuple[str, str, str]:
    """The order in which summaries are looked at, whatever order they came in."""
    return summary.file, summary.session_id, summary.digest


def _duplicate(summary: SessionSummary, first: SessionSummary) -> Duplicate:
    return Duplicate(
        session_id=summary.session_id,
        file=summary.file,
        kept_session_id=first.session_id,
        kept_file=first.file,
    )
