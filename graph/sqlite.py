"""SQLite off the event loop: one file, one connection, one thread that owns it.

Statements of one ``SqliteDatabase`` never overlap, so whoever uses it needs no lock of its own. Other
processes may have the same file open: write transactions begin IMMEDIATE and wait for each other.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from graph.database import Connection, Rows
from graph.errors import StoreError

T = TypeVar("T")

BUSY_SECONDS = 10.0
"""How long a statement waits for another process; longer means that it hangs."""

Synchronous = Literal["FULL", "NORMAL"]
"""FULL survives a power cut; NORMAL survives a killed process and may lose the last moment of power."""


class SqliteConnection:
    """A ``Connection``."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        return self._raw.execute(sql, tuple(values))

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        self._raw.executemany(sql, rows)

    @contextmanager
    def transaction(self, key: str) -> Generator[None]:
        """Takes the write lock of the whole file at once, whatever the key."""
        del key
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._raw.execute("ROLLBACK")
            raise
        self._raw.execute("COMMIT")

    def now(self) -> float:
        return time.time()

    def close(self) -> None:
        self._raw.close()


class SqliteDatabase:
    """An open file. Use ``open_database``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sqlite-{path.stem}")
        self._connection: SqliteConnection | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in the thread that owns the connection.

        Raises:
            StoreError: SQLite failed, or the database has been closed.
        """
        loop = asyncio.get_running_loop()
        try:
            future = loop.run_in_executor(self._thread, self._guarded, work)
        except RuntimeError as error:
            raise StoreError(f"The store {str(self.path)!r} is closed. Open it again.") from error
        return await future

    async def hold(self, name: str) -> bool:
        """By a write transaction that is never committed; the file must be used for nothing else.

        SQLite lets one process have it, and gives it back however that process ends.
        """

        def take(connection: Connection) -> None:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("BEGIN IMMEDIATE")

        del name
        try:
            await self.run(take)
        except StoreError:
            return False
        return True

    async def connect(self, schema: str, synchronous: Synchronous) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._connect, schema, synchronous)

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _guarded(self, work: Callable[[Connection], T]) -> T:
        if self._connection is None:
            raise StoreError(f"The store {str(self.path)!r} is closed. Open it again.")
        try:
            return work(self._connection)
        except sqlite3.Error as error:
            raise _store_error(self.path, error) from error

    def _connect(self, schema: str, synchronous: Synchronous) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)  # private, and SQLite gives its WAL the same mode
            connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.executescript(schema)
        except (sqlite3.Error, OSError) as error:
            raise _store_error(self.path, error) from error
        self._connection = SqliteConnection(connection)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@asynccontextmanager
async def open_database(
    path: Path, schema: str, *, synchronous: Synchronous
) -> AsyncGenerator[SqliteDatabase]:
    """The database at a path, made where it is not there yet; closed at the end.

    Raises:
        StoreError: the file cannot be opened.
    """
    database = SqliteDatabase(path)
    try:
        await database.connect(schema, synchronous)
        yield database
    finally:
        await database.close()


def _store_error(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"The store {str(path)!r} did not answer: {error}. "
        "Check that its folder can be written, has free space, and is not locked by another program."
    )
