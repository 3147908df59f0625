"""Recordings from local files and folders."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from graph.errors import RecordingNotFound
from graph.sources.catalogue import Catalogue, CataloguedSession, Part, catalogue_of
from graph.sources.clickstream import ColumnMap
from graph.sources.events import (
    MarkedEvent,
    by_session,
    digest_of_events,
    digest_of_marks,
    in_order,
    read_events,
)
from graph.sources.files import SourceFile, find_files, label_of
from graph.sources.limits import ReadLimits
from graph.sources.product_events import marks_of
from graph.sources.reading import Reading
from graph.sources.recording import (
    Listing,
    Recording,
    RecordingRef,
    RecordingShape,
    RecordingSource,
    UnreadableFile,
)
from graph.sources.shapes import Contents, contents_of
from graph.sources.survey import read_whole


def open_source(paths: Sequence[str | Path], columns: ColumnMap | None = None) -> RecordingSource:
    """Recordings from files and folders; ``columns`` says how to read tables of events.

    Raises:
        RecordingNotFound: one of the paths does not exist.
    """
    return FolderSource.open([Path(path).expanduser() for path in paths], columns=columns)


class _SharedFile:
    """The last file that holds several sessions, kept while they are read one after the other.

    Without it a file of n sessions would be parsed n times.
    """

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._file: SourceFile | None = None
        self._sessions: dict[str, Contents] = {}
        self._repairs: Counter[str] = Counter()

    def events_of(self, part: Part, reading: Reading) -> Contents:
        with self._reading:
            if self._file != part.file:
                self._load(part.file, reading.limits)
            reading.repairs.update(self._repairs)
            return self._sessions.get(part.key, Contents())

    def _load(self, file: SourceFile, limits: ReadLimits) -> None:
        reading = Reading(file=file.name, limits=limits)
        whole = contents_of(reading, read_whole(file, reading))
        self._sessions = {
            session: Contents(shape=whole.shape, pieces=pieces)
            for session, pieces in by_session(reading, whole.pieces).items()
        }
        self._repairs = reading.repairs
        self._file = file


class FolderSource:
    """Files and folders of recordings. Listed once; every ``read`` reads the files again.

    Safe to use from several threads.
    """

    def __init__(
        self,
        files: tuple[SourceFile, ...],
        unreadable: tuple[UnreadableFile, ...],
        label: str,
        limits: ReadLimits,
        columns: ColumnMap | None = None,
    ) -> None:
        self._files = files
        self._unreadable = unreadable
        self._label = label
        self._limits = limits
        self._columns = columns
        self._listing = threading.Lock()
        self._listed: Catalogue | None = None
        self._shared = _SharedFile()

    @classmethod
    def open(
        cls,
        paths: Sequence[Path],
        limits: ReadLimits | None = None,
        columns: ColumnMap | None = None,
    ) -> FolderSource:
        """The files of these paths; none of them is opened yet.

        Raises:
            RecordingNotFound: one of the paths does not exist.
        """
        files, unreadable = find_files(paths)
        return cls(files, unreadable, label_of(paths), limits or ReadLimits(), columns)

    @property
    def label(self) -> str:
        return self._label

    def list(self) -> Listing:
        catalogue = self._catalogue()
        return Listing(
            refs=tuple(
                RecordingRef(session_id=one.session_id, file=one.file, size_bytes=one.size_bytes)
                for one in catalogue.sessions.values()
            ),
            unreadable=self._unreadable + catalogue.unreadable,
        )

    def read(self, ref: RecordingRef) -> Recording:
        session = self._catalogue().sessions.get(ref.session_id)
        if session is None:
            raise RecordingNotFound(
                f"There is no session {ref.session_id!r} in {self._label!r}. List it again."
            )
        return self._with_replay(session) if session.parts else _without_replay(session)

    def _catalogue(self) -> Catalogue:
        with self._listing:
            if self._listed is None:
                self._listed = catalogue_of(self._files, self._limits, self._columns)
            return self._listed

    def _events_of(self, part: Part, reading: Reading) -> Contents:
        if part.alone:
            return contents_of(reading, read_whole(part.file, reading))
        return self._shared.events_of(part, reading)

    def _with_replay(self, session: CataloguedSession) -> Recording:
        marked: list[MarkedEvent] = []
        notes: list[str] = []
        shapes: list[RecordingShape] = []
        for part in session.parts:
            reading = Reading(file=part.file.name, limits=self._limits)
            events = self._events_of(part, reading)
            marked += read_events(reading, events.pieces)
            shapes.append(events.shape)
            notes += reading.notes
        return Recording(
            session_id=session.session_id,
            file=session.file,
            shape=shapes[0],
            events=in_order(marked),
            product_events=session.product_events,
            digest=digest_of_events(marked),
            notes=tuple(dict.fromkeys([*notes, *session.notes])),
        )


_WORDS = {
    RecordingShape.POSTHOG_EVENTS: "product events",
    RecordingShape.CLICKSTREAM: "steps of a clickstream",
}


def _without_replay(session: CataloguedSession) -> Recording:
    events = session.product_events
    note = f"no replay of this session was given, only {len(events):,} {_WORDS[session.shape]}"
    return Recording(
        session_id=session.session_id,
        file=session.file,
        shape=session.shape,
        events=(),
        product_events=events,
        digest=digest_of_marks(marks_of(events)),
        notes=(note, *session.notes),
    )
