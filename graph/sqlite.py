"""SQLite off the event loop: one file, one connection, one thread that owns it.

Statements of one ``Database`` never overlap, so whoever uses it needs no lock of its own. Other
processes may have the same file open: write transactions begin IMMEDIATE and wait for each other.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from graph.errors import StoreError

T = TypeVar("T")

BUSY_SECONDS = 10.0
"""How long a statement waits for another process; longer means that it hangs."""

Synchronous = Literal["FULL", "NORMAL"]
"""FULL survives a power cut; NORMAL survives a killed process and may lose the last moment of power."""


class Database:
    """An open file. Use ``open_database``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sqlite-{path.stem}")
        self._connection: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
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

    async def connect(self, schema: str, synchronous: Synchronous) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._connect, schema, synchronous)

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T:
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
        self._connection = connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@asynccontextmanager
async def open_database(
    path: Path, schema: str, *, synchronous: Synchronous
) -> AsyncGenerator[Database]:
    """The database at a path, made where it is not there yet; closed at the end.

    Raises:
        StoreError: the file cannot be opened.
    """
    database = Database(path)
    try:
        await database.connect(schema, synchronous)
        yield database
    finally:
        await database.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """A write transaction: all of it or nothing; takes the write lock at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _store_error(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"The store {str(path)!r} did not answer: {error}. "
        "Check that its folder can be written, has free space, and is not locked by another program."
    )
