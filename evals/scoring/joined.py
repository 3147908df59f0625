"""Which session of a report is which session of the truth, and what is left over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from evals.scoring.truth import TruthSession
from graph.reports.report import Report, ReportSession

SHIFT_MS = 1_000
"""Starts further apart than this are told: they eat into the tolerance of every time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A session that could not be scored, or not well, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Truth and report, session by session."""

    sessions: tuple[TruthSession, ...]
    """Of the truth, whether reported or not: what was missed counts as missed."""
    by_id: Mapping[str, TruthSession]
    """Truth of a reported session, by the report's session id."""
    reported: Mapping[str, ReportSession]
    """Report of a truth session, by the truth's file."""
    missing: tuple[Unmatched, ...]
    """Sessions of the truth that the report does not summarize."""
    unlabelled: tuple[Unmatched, ...]
    """Sessions of the report that the truth says nothing of; nothing in them is scored."""
    shifted: tuple[Unmatched, ...]
    """Sessions whose time the report counts from another moment: every figure of time suffers."""

    @property
    def analysed(self) -> tuple[TruthSession, ...]:
        """Sessions of the truth that the analysis got to see."""
        return tuple(
            session
            for session in self.sessions
            if (found := self.reported.get(session.file)) and found.status != "failed"
        )


def join(sessions: Sequence[TruthSession], report: Report) -> Joined:
    """Match by file: one path must be the end of the other; by session id where no file fits."""
    files = PathEnds(session.file for session in sessions)
    by_file = {session.file: session for session in sessions}
    by_name = {session.session: session for session in sessions if session.session}
    by_id: dict[str, TruthSession] = {}
    of_file: dict[str, ReportSession] = {}
    unlabelled: list[Unmatched] = []
    for found in report.sessions:
        file = files.match(found.file)
        session = by_file[file] if file is not None else by_name.get(found.session_id)
        if session is None:
            unlabelled.append(Unmatched(file=found.file, reason="the truth does not list it"))
        elif session.file not in of_file or of_file[session.file].status != "summarized":
            of_file[session.file] = found
            by_id[found.session_id] = session
    return Joined(
        sessions=tuple(sessions),
        by_id=by_id,
        reported=of_file,
        missing=tuple(_missing(sessions, of_file, report)),
        unlabelled=tuple(unlabelled),
        shifted=tuple(_shifted(sessions, of_file)),
    )


def _missing(
    sessions: Sequence[TruthSession], reported: Mapping[str, ReportSession], report: Report
) -> Iterable[Unmatched]:
    files = PathEnds(session.file for session in sessions)
    unreadable = {files.match(item.file): item.reason for item in report.coverage.unreadable}
    for session in sessions:
        found = reported.get(session.file)
        if found is None:
            reason = unreadable.get(session.file, "the report does not list it")
            yield Unmatched(file=session.file, reason=reason)
        elif found.status != "summarized":
            reason = f"{found.status}: {found.reason}" if found.reason else found.status
            yield Unmatched(file=session.file, reason=reason)


def _shifted(
    sessions: Sequence[TruthSession], reported: Mapping[str, ReportSession]
) -> Iterable[Unmatched]:
    for session in sessions:
        found = reported.get(session.file)
        if session.start_ms and found is not None and found.start_ms:
            later = found.start_ms - session.start_ms
            if abs(later) > SHIFT_MS:
                words = f"the report counts time from {later / 1000:+.1f} s of the truth's start"
                yield Unmatched(file=session.file, reason=words)


class PathEnds:
    """Finds the path of a set that ends like another one, whatever folder either counts from."""

    def __init__(self, files: Iterable[str]) -> None:
        self._by_name: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._file: dict[tuple[str, ...], str] = {}
        for file in files:
            parts = _parts(file)
            self._file[parts] = file
            self._by_name[parts[-1]].append(parts)

    def match(self, file: str) -> str | None:
        """The one path that is the end of ``file`` or ends with it; None where none or several do.

        Of several, the longest that is still the end of ``file`` wins.
        """
        wanted = _parts(file)
        near = self._by_name.get(wanted[-1], []) if wanted else []
        ends = [parts for parts in near if wanted[-len(parts) :] == parts]
        if ends:
            return self._file[max(ends, key=len)]
        longer = [parts for parts in near if parts[-len(wanted) :] == wanted]
        return self._file[longer[0]] if len(longer) == 1 else None


def _parts(file: str) -> tuple[str, ...]:
    parts = PurePosixPath(file.replace("\\", "/")).parts
    return tuple(part for part in parts if part not in (".", "/"))
