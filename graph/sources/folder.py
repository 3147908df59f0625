"""Recordings from local files and folders."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from graph.errors import RecordingNotFound
from graph.sources.catalogue import (
    Catalogue,
    CataloguedSession,
    Part,
    catalogue_of,
    pieces_of,
)
from graph.sources.events import (
    MarkedEvent,
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
from graph.sources.shapes import contents_of
from graph.sources.survey import read_whole


def open_source(paths: Sequence[str | Path]) -> RecordingSource:
    """Recordings from files and folders.

    Raises:
        RecordingNotFound: one of the paths does not exist.
    """
    return FolderSource.open([Path(path).expanduser() for path in paths])


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
    ) -> None:
        self._files = files
        self._unreadable = unreadable
        self._label = label
        self._limits = limits
        self._listing = threading.Lock()
        self._listed: Catalogue | None = None

    @classmethod
    def open(cls, paths: Sequence[Path], limits: ReadLimits | None = None) -> FolderSource:
        """The files of these paths; none of them is opened yet.

        Raises:
            RecordingNotFound: one of the paths does not exist.
        """
        files, unreadable = find_files(paths)
        return cls(files, unreadable, label_of(paths), limits or ReadLimits())

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
                self._listed = catalogue_of(self._files, self._limits)
            return self._listed

    def _with_replay(self, session: CataloguedSession) -> Recording:
        marked: list[MarkedEvent] = []
        notes: list[str] = []
        shapes: list[RecordingShape] = []
        for part in session.parts:
            reading = Reading(file=part.file.name, limits=self._limits)
            shape, events = _read_part(part, reading)
            marked += events
            shapes.append(shape)
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


def _read_part(part: Part, reading: Reading) -> tuple[RecordingShape, list[MarkedEvent]]:
    contents = contents_of(reading, read_whole(part.file, reading))
    return contents.shape, read_events(reading, pieces_of(part, reading, contents.pieces))


def _without_replay(session: CataloguedSession) -> Recording:
    events = session.product_events
    note = f"no replay of this session was given, only {len(events):,} product events"
    return Recording(
        session_id=session.session_id,
        file=session.file,
        shape=RecordingShape.POSTHOG_EVENTS,
        events=(),
        product_events=events,
        digest=digest_of_marks(marks_of(events)),
        notes=(note, *session.notes),
    )
