"""The run store in tables: SQLite's by default, PostgreSQL's where machines share it. Authoritative."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from graph.database import Connection, Database
from graph.errors import BodyDamaged, IdempotencyMismatch, LeaseLost, UnknownRun
from graph.ids import RunId, digest_of
from graph.runs.bodies import pack, unpack
from graph.runs.run import Run, RunRequest, RunStatus
from graph.runs.shared_bodies import SharedBodies
from graph.runs.store import BlobRef

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


class SqlRunStore:
    """A ``RunStore`` and a ``LeaseStore``, over tables of ``SCHEMA``."""

    def __init__(
        self, database: Database, fence: Fence | None = None, shared: SharedBodies | None = None
    ) -> None:
        self._database = database
        self._fence = fence
        self._shared = shared
        """Copies of bodies, where several processes read them."""
        self._holder = _this_process()

    def under(self, run_id: str, token: int) -> SqlRunStore:
        """This store for the holder of a lease: writes fail with LeaseLost once it is lost."""
        return SqlRunStore(self._database, Fence(run_id, token), self._shared)

    async def create_run(self, run: Run, *, idempotency_key: str | None = None) -> Run:
        def create(connection: Connection) -> Run:
            with connection.transaction(f"key:{idempotency_key}"):
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
        def select(connection: Connection) -> list[Run]:
            return [_run_of(row) for row in connection.execute(NEWEST_RUNS, (limit,))]

        return await self._database.run(select)

    async def unfinished_runs(self) -> list[Run]:
        """Runs that are queued or running, here or in another process; oldest first."""

        def select(connection: Connection) -> list[Run]:
            return [_run_of(row) for row in connection.execute(UNFINISHED_RUNS)]

        return await self._database.run(select)

    async def set_status(
        self, run_id: RunId, status: RunStatus, *, error: str = "", message: str = ""
    ) -> None:
        ended_at = datetime.now(UTC).isoformat(timespec="milliseconds") if status.ended else None

        def update(connection: Connection) -> None:
            with connection.transaction(f"run:{run_id}"):
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

        def replace(connection: Connection) -> None:
            with connection.transaction(f"run:{run_id}"):
                self._check_fence(connection, run_id)
                connection.execute(
                    "INSERT INTO bodies (run_id, name, digest, size, packed) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT (run_id, name) DO UPDATE SET digest = excluded.digest,"
                    " size = excluded.size, packed = excluded.packed",
                    (run_id, name, digest, len(body), packed),
                )

        await self._database.run(replace)
        ref = BlobRef(key=f"{run_id}/{name}", digest=digest, size=len(body))
        if self._shared is not None:
            await self._shared.put(ref, body)
        return ref

    async def get(self, ref: BlobRef) -> bytes:
        shared = None if self._shared is None else await self._shared.get(ref)
        if shared is not None:
            return shared
        body = await self._get(ref)
        if self._shared is not None:
            await self._shared.put(ref, body)
        return body

    async def _get(self, ref: BlobRef) -> bytes:
        run_id, _, name = ref["key"].partition("/")

        def select(connection: Connection) -> bytes | None:
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
        def select(connection: Connection) -> BlobRef | None:
            row = connection.execute(
                "SELECT digest, size FROM bodies WHERE run_id = ? AND name = ?", (run_id, name)
            ).fetchone()
            if row is None:
                return None
            return BlobRef(key=f"{run_id}/{name}", digest=row[0], size=row[1])

        return await self._database.run(select)

    async def names(self, run_id: str, prefix: str) -> list[str]:
        def select(connection: Connection) -> list[str]:
            rows = connection.execute(
                "SELECT name FROM bodies WHERE run_id = ? AND substr(name, 1, ?) = ? ORDER BY name",
                (run_id, len(prefix), prefix),
            )
            return [row[0] for row in rows]

        return await self._database.run(select)

    async def take_lease(self, run_id: str, *, seconds: float) -> int | None:
        def take(connection: Connection) -> int | None:
            with connection.transaction(f"run:{run_id}"):
                if _is_held(connection, run_id, self._holder):
                    return None
                return _new_token(connection, run_id, self._holder, seconds)

        return await self._database.run(take)

    async def seize_lease(self, run_id: str, *, seconds: float) -> int:
        def seize(connection: Connection) -> int:
            with connection.transaction(f"run:{run_id}"):
                return _new_token(connection, run_id, self._holder, seconds)

        return await self._database.run(seize)

    async def renew_lease(self, run_id: str, token: int, *, seconds: float) -> None:
        def renew(connection: Connection) -> None:
            with connection.transaction(f"run:{run_id}"):
                _check_token(connection, run_id, token)
                connection.execute(
                    "UPDATE leases SET expires = ? WHERE run_id = ?",
                    (connection.now() + seconds, run_id),
                )

        await self._database.run(renew)

    async def release_lease(self, run_id: str, token: int) -> None:
        """The row stays, expired: its token must go on rising."""

        def expire(connection: Connection) -> None:
            connection.execute(
                "UPDATE leases SET expires = 0 WHERE run_id = ? AND token = ?", (run_id, token)
            )

        await self._database.run(expire)

    def _check_fence(self, connection: Connection, run_id: str) -> None:
        if self._fence is not None and self._fence.run_id == run_id:
            _check_token(connection, run_id, self._fence.token)


def _insert_run(connection: Connection, run: Run) -> None:
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


def _run_of_key(connection: Connection, key: str | None, request: RunRequest) -> Run | None:
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


def _get_run(connection: Connection, run_id: str) -> Run:
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


def _check_token(connection: Connection, run_id: str, token: int) -> None:
    row = connection.execute("SELECT token FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    if row is None or row[0] != token:
        raise LeaseLost(
            f"Another worker has taken run {run_id!r} over. This one stops; nothing is lost."
        )


def _is_held(connection: Connection, run_id: str, asking: str) -> bool:
    row = connection.execute(
        "SELECT holder, expires FROM leases WHERE run_id = ?", (run_id,)
    ).fetchone()
    return row is not None and row[1] > connection.now() and _may_live(row[0], asking)


def _new_token(connection: Connection, run_id: str, holder: str, seconds: float) -> int:
    row = connection.execute("SELECT token FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    token = (int(row[0]) if row else 0) + 1
    connection.execute(
        "INSERT INTO leases (run_id, token, holder, expires) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id) DO UPDATE SET token = excluded.token, holder = excluded.holder,"
        " expires = excluded.expires",
        (run_id, token, holder, connection.now() + seconds),
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
