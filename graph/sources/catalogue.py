"""Which sessions a set of files holds: ids, parts that belong together, product events joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from graph.errors import RecordingUnreadable
from graph.ids import SessionId
from graph.sources.clickstream import ColumnMap
from graph.sources.events import by_session, span_of
from graph.sources.files import SourceFile
from graph.sources.limits import ReadLimits
from graph.sources.product_events import in_order
from graph.sources.reading import Reading
from graph.sources.recording import ProductEvent, RecordingShape, UnreadableFile
from graph.sources.shapes import contents_of
from graph.sources.survey import Survey, read_whole, survey

MERGE_GAP_MS = 30 * 60_000
"""Files with one session id are its parts where they lie no farther apart: PostHog ends a session
after 30 minutes without activity. Farther apart, the id was used twice."""

_MAX_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The events of one session in one file."""

    file: SourceFile
    key: str
    alone: bool


@dataclass(slots=True, kw_only=True)
class CataloguedSession:
    """One session, and where its events are."""

    session_id: SessionId
    file: str
    size_bytes: int
    parts: tuple[Part, ...] = ()
    product_events: tuple[ProductEvent, ...] = ()
    """Kept, not read again: some 0.5 KB each, and one query returns at most 50,000."""
    shape: RecordingShape = RecordingShape.POSTHOG_EVENTS
    """Of the product events."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a source holds, in file order."""

    sessions: dict[SessionId, CataloguedSession]
    unreadable: tuple[UnreadableFile, ...]


def catalogue_of(
    files: Sequence[SourceFile], limits: ReadLimits, columns: ColumnMap | None = None
) -> Catalogue:
    """The sessions of all files, and the files that hold none; ``columns`` says how to read tables."""
    builder = _Builder(limits=limits)
    for file in files:
        try:
            builder.add(file, survey(file, limits, columns))
        except RecordingUnreadable as error:
            builder.refused(file, error)
    return builder.finish(file.name for file in files)


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Collects what the files hold, then decides ids."""

    limits: ReadLimits
    named: dict[str, list[Part]] = field(default_factory=dict[str, list[Part]])
    """Events that name their session, by that id."""
    nameless: list[Part] = field(default_factory=list[Part])
    rows: list[tuple[SourceFile, Survey]] = field(default_factory=list[tuple[SourceFile, Survey]])
    unreadable: list[UnreadableFile] = field(default_factory=list[UnreadableFile])
    sessions: dict[SessionId, CataloguedSession] = field(
        default_factory=dict[SessionId, CataloguedSession]
    )

    def refused(self, file: SourceFile, error: RecordingUnreadable) -> None:
        self.unreadable.append(UnreadableFile(file=file.name, reason=str(error)))

    def add(self, file: SourceFile, found: Survey) -> None:
        for session in found.sessions:
            part = Part(file=file, key=session.key, alone=session.alone)
            if session.own_id:
                self.named.setdefault(session.own_id, []).append(part)
            else:
                self.nameless.append(part)
        if found.product_events:
            self.rows.append((file, found))

    def finish(self, order: Iterable[str]) -> Catalogue:
        for own_id, parts in self.named.items():
            for together in self._together(parts):
                self._add_session(own_id, together)
        for part in self.nameless:
            self._add_session(part.file.stem, (part,))
        for file, found in self.rows:
            self._join(file, found)
        place = {name: number for number, name in enumerate(order)}
        listed = sorted(self.sessions.values(), key=lambda session: place[session.file])
        return Catalogue(
            sessions={session.session_id: session for session in listed},
            unreadable=tuple(sorted(self.unreadable, key=lambda one: place[one.file])),
        )

    def _together(self, parts: Sequence[Part]) -> list[tuple[Part, ...]]:
        """Parts of one id, as the sessions they make: see ``MERGE_GAP_MS``."""
        if len(parts) == 1:
            return [tuple(parts)]
        spans = [(span, part) for part in parts if (span := self._span(part))]
        sessions: list[list[Part]] = []
        reached = 0
        for (first, last), part in sorted(spans, key=lambda one: one[0]):
            if sessions and first - reached <= MERGE_GAP_MS:
                sessions[-1].append(part)
            else:
                sessions.append([part])
                reached = last
            reached = max(reached, last)
        return [tuple(session) for session in sessions]

    def _span(self, part: Part) -> tuple[int, int] | None:
        reading = Reading(file=part.file.name, limits=self.limits)
        try:
            pieces = contents_of(reading, read_whole(part.file, reading)).pieces
        except RecordingUnreadable as error:
            self.refused(part.file, error)
            return None
        mine = pieces if part.alone else by_session(reading, pieces).get(part.key, [])
        return span_of(reading, mine)

    def _add_session(self, wanted: str, parts: tuple[Part, ...]) -> None:
        first = parts[0].file
        session_id = self._free_id(wanted, first)
        self.sessions[session_id] = CataloguedSession(
            session_id=session_id,
            file=first.name,
            size_bytes=sum(part.file.size_bytes for part in parts),
            parts=parts,
        )

    def _free_id(self, wanted: str, file: SourceFile) -> SessionId:
        """The id that is wanted, or one that names the file too where it is taken."""
        label = _printable(wanted) or file.stem
        by_file = [file.name] if label == file.stem else [f"{label}@{file.stem}"]
        candidates = [label, *by_file, f"{label}@{file.name}"]
        numbered = (f"{label}@{file.name}#{number}" for number in range(2, 1_000_000))
        free = (SessionId(one) for one in chain(candidates, numbered))
        return next(one for one in free if one not in self.sessions)

    def _join(self, file: SourceFile, found: Survey) -> None:
        """Add product events to the sessions they name; those of no recording become one."""
        events: dict[str, list[ProductEvent]] = {}
        for session, event in found.product_events:
            events.setdefault(_printable(session), []).append(event)
        by_name = self._by_file_name()
        for named, listed in events.items():
            session = self.sessions.get(SessionId(named)) or by_name.get(named)
            if session is None:
                session = CataloguedSession(
                    session_id=SessionId(named), file=file.name, size_bytes=0, shape=found.shape
                )
                self.sessions[session.session_id] = session
            session.product_events = in_order([*session.product_events, *listed])
            session.notes = tuple(dict.fromkeys([*session.notes, *found.notes]))

    def _by_file_name(self) -> dict[str, CataloguedSession]:
        """Recordings without an id of their own, by the last part of their path.

        People save a recording under its session's id; rows of that session belong to it.
        """
        return {
            part.file.stem.rpartition("/")[2]: self.sessions[SessionId(part.file.stem)]
            for part in self.nameless
            if SessionId(part.file.stem) in self.sessions
        }


def _printable(wanted: str) -> str:
    """An id from a file is a label: it is shown, stored and logged, so it must be harmless."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in wanted[:_MAX_ID])
    return shown.strip()
