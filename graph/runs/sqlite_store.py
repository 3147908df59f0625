"""The run store on SQLite: the embedded default. Authoritative, so a commit survives a power cut."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from graph.errors import BodyDamaged, IdempotencyMismatch, LeaseLost, UnknownRun
from graph.ids import RunId, digest_of
from graph.runs.bodies import pack, unpack
from graph.runs.run import Run, RunRequest, RunStatus
from graph.runs.store import BlobRef
from graph.sqlite import Database, open_database, transaction

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  request TEXT NOT NULL,
  created_at TEXT NOT NULL,
  ended_at TEXT,
  error TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS runs_by_status ON runs (status);
CREATE TABLE IF NOT EXISTS idempotency_keys (
  key TEXT PRIMARY KEY,
  run_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bodies (
  run_id TEXT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  packed BLOB NOT NULL,
  PRIMARY KEY (run_id, name)
);
CREATE TABLE IF NOT EXISTS leases (
  run_id TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  holder TEXT NOT NULL,
  expires REAL NOT NULL
) WITHOUT ROWID;
"""

INSERT_RUN = (
    "INSERT INTO runs (run_id, status, request, created_at, ended_at, error, message)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
RUN_BY_ID = "SELECT run_id, status, request, created_at, ended_at, error, message FROM runs WHERE run_id = ?"
UNFINISHED_RUNS = (
    "SELECT run_id, status, request, created_at, ended_at, error, message FROM runs"
    " WHERE status IN ('queued', 'running') ORDER BY number"
)
NEWEST_RUNS = (
    "SELECT run_id, status, request, created_at, ended_at, error, message FROM runs"
    " ORDER BY number DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Fence:
    """The lease under which writes for one run are made."""

    run_id: str
    token: int


class SqliteRunStore:
    """A ``RunStore`` and a ``LeaseStore``. Use ``open_sqlite_store``."""

    def __init__(self, database: Database, fence: Fence | None = None) -> None:
        self._database = database
        self._fence = fence
        self._holder = _this_process()

    def under(self, run_id: str, token: int) -> SqliteRunStore:
        """This store for the holder of a lease: writes fail with LeaseLost once it is lost."""
        return SqliteRunStore(self._database, Fence(run_id, token))

    async def create_run(self, run: Run, *, idempotency_key: str | None = None) -> Run:
        def create(connection: sqlite3.Connection) -> Run:
            with transaction(connection):
                earlier = _run_of_key(connection, idempotency_key, run.request)
                if earlier is not None:
                    return earlier
                _insert_run(connection, run)
                if idempotency_key is not None:
                    connection.execute(
                        "INSERT INTO idempotency_keys VALUES (?, ?)", (idempotency_key, run.run_id)
                    )
            return run

        return await self._database.run(create)

    async def run_of_key(self, idempotency_key: str, request: RunRequest) -> Run | None:
        return await self._database.run(lambda c: _run_of_key(c, idempotency_key, request))

    async def get_run(self, run_id: str) -> Run:
        return await self._database.run(lambda connection: _get_run(connection, run_id))

    async def list_runs(self, *, limit: int = 50) -> list[Run]:
        def select(connection: sqlite3.Connection) -> list[Run]:
            return [_run_of(row) for row in connection.execute(NEWEST_RUNS, (limit,))]

        return await self._database.run(select)

    async def unfinished_runs(self) -> list[Run]:
        """Runs that are queued or running, here or in another process; oldest first."""

        def select(connection: sqlite3.Connection) -> list[Run]:
            return [_run_of(row) for row in connection.execute(UNFINISHED_RUNS)]

        return await self._database.run(select)

    async def set_status(
        self, run_id: RunId, status: RunStatus, *, error: str = "", message: str = ""
    ) -> None:
        ended_at = datetime.now(UTC).isoformat(timespec="milliseconds") if status.ended else None

        def update(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                self._check_fence(connection, run_id)
                changed = connection.execute(
                    "UPDATE runs SET status = ?, ended_at = ?, error = ?, message = ?"
                    " WHERE run_id = ?",
                    (status.value, ended_at, error, message, run_id),
                )
            if not changed.rowcount:
                raise _unknown_run(run_id)

        await self._database.run(update)

    async def put(self, run_id: str, name: str, body: bytes) -> BlobRef:
        digest, packed = await asyncio.to_thread(lambda: (digest_of(body), pack(body)))

        def replace(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                self._check_fence(connection, run_id)
                connection.execute(
                    "INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?, ?)",
                    (run_id, name, digest, len(body), packed),
                )

        await self._database.run(replace)
        return BlobRef(key=f"{run_id}/{name}", digest=digest, size=len(body))

    async def get(self, ref: BlobRef) -> bytes:
        run_id, _, name = ref["key"].partition("/")

        def select(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(
                "SELECT packed FROM bodies WHERE run_id = ? AND name = ?", (run_id, name)
            ).fetchone()
            return None if row is None else bytes(row[0])

        packed = await self._database.run(select)
        if packed is None:
            raise BodyDamaged(
                f"The body {ref['key']!r} is gone from the store. Start the run again."
            )
        return await asyncio.to_thread(_checked, packed, ref)

    async def find(self, run_id: str, name: str) -> BlobRef | None:
        def select(connection: sqlite3.Connection) -> BlobRef | None:
            row = connection.execute(
                "SELECT digest, size FROM bodies WHERE run_id = ? AND name = ?", (run_id, name)
            ).fetchone()
            return row and BlobRef(key=f"{run_id}/{name}", digest=row[0], size=row[1])

        return await self._database.run(select)

    async def names(self, run_id: str, prefix: str) -> list[str]:
        def select(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                "SELECT name FROM bodies WHERE run_id = ? AND substr(name, 1, ?) = ? ORDER BY name",
                (run_id, len(prefix), prefix),
            )
            return [row[0] for row in rows]

        return await self._database.run(select)

    async def take_lease(self, run_id: str, *, seconds: float) -> int | None:
        def take(connection: sqlite3.Connection) -> int | None:
            with transaction(connection):
                if _is_held(connection, run_id, self._holder):
                    return None
                return _new_token(connection, run_id, self._holder, seconds)

        return await self._database.run(take)

    async def seize_lease(self, run_id: str, *, seconds: float) -> int:
        def seize(connection: sqlite3.Connection) -> int:
            with transaction(connection):
                return _new_token(connection, run_id, self._holder, seconds)

        return await self._database.run(seize)

    async def renew_lease(self, run_id: str, token: int, *, seconds: float) -> None:
        def renew(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _check_token(connection, run_id, token)
                connection.execute(
                    "UPDATE leases SET expires = ? WHERE run_id = ?",
                    (time.time() + seconds, run_id),
                )

        await self._database.run(renew)

    async def release_lease(self, run_id: str, token: int) -> None:
        """The row stays, expired: its token must go on rising."""
        await self._database.run(
            lambda connection: connection.execute(
                "UPDATE leases SET expires = 0 WHERE run_id = ? AND token = ?", (run_id, token)
            )
        )

    def _check_fence(self, connection: sqlite3.Connection, run_id: str) -> None:
        if self._fence is not None and self._fence.run_id == run_id:
            _check_token(connection, run_id, self._fence.token)


def _insert_run(connection: sqlite3.Connection, run: Run) -> None:
    connection.execute(
        INSERT_RUN,
        (
            run.run_id,
            run.status.value,
            run.request.model_dump_json(),
            run.created_at,
            run.ended_at,
            run.error,
            run.message,
        ),
    )


def _run_of_key(connection: sqlite3.Connection, key: str | None, request: RunRequest) -> Run | None:
    row = connection.execute("SELECT run_id FROM idempotency_keys WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    earlier = _get_run(connection, row[0])
    if earlier.request != request:
        raise IdempotencyMismatch(
            f"The Idempotency-Key {key!r} came before with another request, which made run "
            f"{earlier.run_id!r}. Send a new key for a new request."
        )
    return earlier


def _get_run(connection: sqlite3.Connection, run_id: str) -> Run:
    row = connection.execute(RUN_BY_ID, (run_id,)).fetchone()
    if row is None:
        raise _unknown_run(run_id)
    return _run_of(row)


def _run_of(row: tuple[Any, ...]) -> Run:
    run_id, status, request, created_at, ended_at, error, message = row
    return Run(
        run_id=RunId(run_id),
        status=RunStatus(status),
        request=RunRequest.model_validate_json(request),
        created_at=created_at,
        ended_at=ended_at,
        error=error,
        message=message,
    )


def _unknown_run(run_id: str) -> UnknownRun:
    return UnknownRun(f"No run {run_id!r} here. The list of runs has the ids that exist.")


def _checked(packed: bytes, ref: BlobRef) -> bytes:
    body = unpack(packed)
    if digest_of(body) != ref["digest"]:
        raise BodyDamaged(
            f"The body {ref['key']!r} is not the one that was stored: its digest differs. "
            "Start the run again."
        )
    return body


def _check_token(connection: sqlite3.Connection, run_id: str, token: int) -> None:
    row = connection.execute("SELECT token FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    if row is None or row[0] != token:
        raise LeaseLost(
            f"Another worker has taken run {run_id!r} over. This one stops; nothing is lost."
        )


def _is_held(connection: sqlite3.Connection, run_id: str, asking: str) -> bool:
    row = connection.execute(
        "SELECT holder, expires FROM leases WHERE run_id = ?", (run_id,)
    ).fetchone()
    return row is not None and row[1] > time.time() and _may_live(row[0], asking)


def _new_token(connection: sqlite3.Connection, run_id: str, holder: str, seconds: float) -> int:
    row = connection.execute("SELECT token FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    token = (int(row[0]) if row else 0) + 1
    connection.execute(
        "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)",
        (run_id, token, holder, time.time() + seconds),
    )
    return token


@cache
def _this_process() -> str:
    """This process among all: another one, later, may have the same machine and process id."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def _may_live(holder: str, asking: str) -> bool:
    """False where the holder is surely gone: it ran on this machine and its process is no more.

    A process id can come again, so True is no proof; then the lease has to run out.
    """
    host, pid, _ = holder.rsplit(":", 2)
    own_host, own_pid, _ = asking.rsplit(":", 2)
    if host != own_host:
        return True
    if pid == own_pid:
        return holder == asking
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@asynccontextmanager
async def open_sqlite_store(path: Path) -> AsyncGenerator[SqliteRunStore]:
    """The run store in a file.

    Raises:
        StoreError: the file cannot be opened.
    """
    async with open_database(path, SCHEMA, synchronous="FULL") as database:
        yield SqliteRunStore(database)
