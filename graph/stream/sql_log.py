"""The event log in tables: SQLite's by default, PostgreSQL's where machines share it.

Appends that arrive while another one is being written go out together in the next transaction, so
many writers cost few commits. Followers in this process are woken; those in others look once a
second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from graph.database import Connection, Database
from graph.stream.log import LogEntry

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  stream TEXT NOT NULL,
  "offset" INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (stream, "offset")
) WITHOUT ROWID;
"""

POLL_SECONDS = 1.0
"""Pause between looks for entries that another process appended."""

PAGE = 200
"""Entries a follower holds at once: the bound on what a slow reader costs."""


@dataclass(slots=True)
class _Append:
    """An append that waits for its transaction."""

    stream: str
    entries: list[tuple[str, str]]
    written: asyncio.Future[int]


@dataclass(slots=True)
class _Watch:
    """The followers of one stream in this process, and the event that wakes them."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    followers: int = 0


class SqlEventLog:
    """An ``EventLog`` over the table of ``SCHEMA``.

    In a file ``synchronous = NORMAL`` will do: a killed process loses nothing, a power cut may lose the last
    moment of events, and what they told of is in the run store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Append] = []
        self._writer: asyncio.Task[None] | None = None
        self._watches: dict[str, _Watch] = {}

    async def append(self, stream: str, entries: list[tuple[str, str]]) -> int:
        if not entries:
            return await self.last_offset(stream)
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(_Append(stream, entries, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        return await written

    async def read(self, stream: str, *, after: int = 0, limit: int = 500) -> list[LogEntry]:
        def select(connection: Connection) -> list[LogEntry]:
            rows = connection.execute(
                'SELECT "offset", type, data FROM entries'
                ' WHERE stream = ? AND "offset" > ? ORDER BY "offset" LIMIT ?',
                (stream, after, limit),
            )
            return [LogEntry(offset=row[0], type=row[1], data=row[2]) for row in rows]

        return await self._database.run(select)

    async def follow(
        self, stream: str, *, after: int = 0, until: frozenset[str]
    ) -> AsyncGenerator[LogEntry]:
        watch = self._watches.setdefault(stream, _Watch())
        watch.followers += 1
        try:
            while True:
                changed = watch.changed
                page = await self.read(stream, after=after, limit=PAGE)
                for entry in page:
                    yield entry
                    after = entry.offset
                    if entry.type in until:
                        return
                if not page:
                    await _wait(changed)
        finally:
            watch.followers -= 1
            if not watch.followers:
                self._watches.pop(stream, None)

    async def last_offset(self, stream: str) -> int:
        return await self._database.run(lambda connection: _last_offset(connection, stream))

    async def _write_waiting(self) -> None:
        """Write all that waits, and what came meanwhile, until nothing waits."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            writing = asyncio.ensure_future(self._database.run(lambda c, b=batch: _write(c, b)))
            await asyncio.wait([writing])
            _answer(batch, writing)
            for stream in {one.stream for one in batch}:
                self._wake(stream)

    def _wake(self, stream: str) -> None:
        """Wake by replacing the event: a follower that has read since then waits on the new one."""
        if watch := self._watches.get(stream):
            watch.changed.set()
            watch.changed = asyncio.Event()


async def _wait(changed: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(POLL_SECONDS):
            await changed.wait()
    except TimeoutError:
        return


def _answer(batch: list[_Append], writing: asyncio.Future[list[int]]) -> None:
    """Tell each append what became of it; one that was cancelled meanwhile needs no answer."""
    error = writing.exception()
    for place, one in enumerate(batch):
        if one.written.done():
            continue
        if error is not None:
            one.written.set_exception(error)
        else:
            one.written.set_result(writing.result()[place])


def _write(connection: Connection, batch: list[_Append]) -> list[int]:
    """The offset after each append. Gapless: offsets are given under the write lock."""
    last: dict[str, int] = {}
    offsets: list[int] = []
    with connection.transaction("log"):
        for one in batch:
            offset = last.get(one.stream, -1)
            if offset < 0:
                offset = _last_offset(connection, one.stream)
            connection.executemany(
                'INSERT INTO entries (stream, "offset", type, data) VALUES (?, ?, ?, ?)',
                [
                    (one.stream, offset + place, kind, data)
                    for place, (kind, data) in enumerate(one.entries, start=1)
                ],
            )
            last[one.stream] = offset + len(one.entries)
            offsets.append(last[one.stream])
    return offsets


def _last_offset(connection: Connection, stream: str) -> int:
    row = connection.execute(
        'SELECT max("offset") FROM entries WHERE stream = ?', (stream,)
    ).fetchone()
    return int(row[0] or 0) if row else 0
