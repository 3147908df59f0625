"""Who has been read and who has landed: the sessions of one run, seen from inside this process.

The summarize nodes land one session each; the patterns node runs beside them and takes what has
landed. What lands is in the run store as well, so a resumed run begins with it.
"""

from __future__ import annotations

import asyncio
from typing import Literal, NamedTuple, TypedDict

from graph.runs.store import BlobRef


class SessionRecord(TypedDict):
    """What became of one session; plain JSON, so it fits graph state and store alike."""

    index: int
    """Place in the run's selection, which is ordered by file path."""
    session_id: str
    file: str
    status: Literal["summarized", "skipped", "failed"]
    reason: str
    digest: str
    """Of the event stream; empty where it could not be read."""
    same_as: str
    """The session whose events these are too; empty where there is none."""
    finding_ms: int | None
    """When its findings were known, since the run was asked for; None where it has none."""
    trace: BlobRef | None
    summary: BlobRef | None


class ReadSession(NamedTuple):
    """A session that has been read; the order of these is that of the selection."""

    place: int
    session_id: str
    file: str


class Landings:
    """Sessions of one run as they are read and as they land."""

    def __init__(self) -> None:
        self._records: dict[int, SessionRecord] = {}
        self._read: set[int] = set()
        self._all_read_below = 0
        self._first: dict[str, ReadSession] = {}
        """The first session with these events, by their digest."""
        self._changed = asyncio.Event()

    @property
    def records(self) -> list[SessionRecord]:
        """Everything that has landed, in selection order."""
        return [self._records[index] for index in sorted(self._records)]

    def mark_read(self, session: ReadSession, digest: str) -> None:
        """The session's events are known by their digest; empty where they could not be read."""
        if session.place in self._read:
            return
        self._read.add(session.place)
        while self._all_read_below in self._read:
            self._all_read_below += 1
        if digest:
            self._first[digest] = min(session, self._first.get(digest, session))
        self._wake()

    def is_repeat(self, index: int, digest: str) -> bool:
        """True where a session before this one is known to have the same events."""
        return digest in self._first and self._first[digest].place < index

    async def original_of(self, index: int, digest: str) -> ReadSession | None:
        """The first session with these events; None where this one is the first.

        Waits until every session before this one has been read, so that the answer does not depend
        on which of them was quickest. They got their slots first, so this never waits for long.
        """
        while self._all_read_below < index:
            await self._changed.wait()
        return self._first[digest] if self.is_repeat(index, digest) else None

    def land(self, record: SessionRecord) -> None:
        """The session is done, and its record and bodies are stored."""
        session = ReadSession(record["index"], record["session_id"], record["file"])
        self.mark_read(session, record["digest"])
        self._records[record["index"]] = record
        self._wake()

    async def more_than(self, landed: int) -> None:
        """Return once more sessions have landed than that."""
        while len(self._records) <= landed:
            await self._changed.wait()

    async def all_of(self, total: int, *, seconds: float) -> bool:
        """True once all have landed; False when that many seconds have passed before."""
        try:
            async with asyncio.timeout(seconds):
                await self.more_than(total - 1)
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
