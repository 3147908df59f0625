"""The run store: one run per key, bodies as they were put, and a fence against sleepers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from graph.database import Connection, Database
from graph.errors import BodyDamaged, IdempotencyMismatch, LeaseLost, UnknownRun
from graph.ids import RunId, new_run_id
from graph.runs.run import Run, RunRequest, RunStatus
from graph.runs.sql_store import SCHEMA, SqlRunStore
from graph.settings import Settings
from graph.stores import open_tables


def run_of(focus: str = "") -> Run:
    return Run(
        run_id=new_run_id(),
        status=RunStatus.QUEUED,
        request=RunRequest(focus=focus),
        created_at="2026-11-01T10:00:00.000+00:00",
    )


async def execute(database: Database, sql: str, *values: str) -> None:
    """Change what is stored behind the store's back."""

    def change(connection: Connection) -> None:
        connection.execute(sql, values)

    await database.run(change)


@pytest_asyncio.fixture
async def database(either_database: Settings) -> AsyncIterator[Database]:
    """The tables of a run store."""
    async with open_tables(either_database, "runs", SCHEMA, synchronous="FULL") as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> SqlRunStore:
    return SqlRunStore(database)


@pytest.mark.asyncio
async def test_a_run_comes_back_as_it_was_stored(store: SqlRunStore) -> None:
    """Runs keep request and status, newest first; an unknown id says so."""
    first, second = run_of("one"), run_of("two")
    await store.create_run(first)
    await store.create_run(second)
    assert await store.get_run(first.run_id) == first
    assert await store.list_runs() == [second, first]
    assert await store.list_runs(limit=1) == [second]
    with pytest.raises(UnknownRun, match="run_nowhere"):
        await store.get_run("run_nowhere")


@pytest.mark.asyncio
async def test_status_and_time_of_ending_are_kept(store: SqlRunStore) -> None:
    """An ended run says when and why; one that goes on has no end."""
    run = await store.create_run(run_of())
    await store.set_status(run.run_id, RunStatus.RUNNING)
    assert [one.status for one in await store.unfinished_runs()] == [RunStatus.RUNNING]
    await store.set_status(run.run_id, RunStatus.FAILED, error="TooManyFailures", message="why")
    ended = await store.get_run(run.run_id)
    assert (ended.status, ended.error, ended.message) == (
        RunStatus.FAILED,
        "TooManyFailures",
        "why",
    )
    assert ended.ended_at is not None
    assert await store.unfinished_runs() == []
    with pytest.raises(UnknownRun):
        await store.set_status(RunId("run_nowhere"), RunStatus.DONE)


@pytest.mark.asyncio
async def test_fifty_posts_with_one_key_make_one_run(store: SqlRunStore) -> None:
    """The same key and request give the same run; another request with that key is refused."""
    async with asyncio.TaskGroup() as tasks:
        made = [
            tasks.create_task(store.create_run(run_of("a"), idempotency_key="k")) for _ in range(50)
        ]
    assert len({task.result().run_id for task in made}) == 1
    assert len(await store.list_runs()) == 1
    with pytest.raises(IdempotencyMismatch, match="'k'"):
        await store.create_run(run_of("b"), idempotency_key="k")
    with pytest.raises(IdempotencyMismatch):
        await store.run_of_key("k", RunRequest(focus="b"))
    assert await store.run_of_key("other", RunRequest()) is None


@pytest.mark.asyncio
async def test_bodies_come_back_by_ref_and_by_name(store: SqlRunStore) -> None:
    """A body is found by its name, read by its ref, and listed by prefix."""
    ref = await store.put("r", "trace/a/b", b"x" * 10_000)
    assert ref["size"] == 10_000
    assert await store.get(ref) == b"x" * 10_000
    assert await store.find("r", "trace/a/b") == ref
    assert await store.find("r", "trace/a") is None
    await store.put("r", "trace/%", b"y")
    await store.put("r", "summary/a", b"z")
    assert await store.names("r", "trace/") == ["trace/%", "trace/a/b"]
    assert await store.names("other", "") == []


@pytest.mark.asyncio
async def test_a_replaced_or_damaged_body_is_refused(
    store: SqlRunStore, database: Database
) -> None:
    """A ref means the very bytes it was made for: anything else is an error, never content."""
    old = await store.put("r", "a", b"old")
    await store.put("r", "a", b"new")
    with pytest.raises(BodyDamaged, match="digest"):
        await store.get(old)
    ref = await store.put("r", "b", b"body" * 100)
    await execute(database, "UPDATE bodies SET packed = substr(packed, 1, 20) WHERE name = 'b'")
    with pytest.raises(BodyDamaged, match="damaged"):
        await store.get(ref)
    await execute(database, "DELETE FROM bodies")
    with pytest.raises(BodyDamaged, match="gone"):
        await store.get(ref)


@pytest.mark.asyncio
async def test_only_the_newest_holder_of_a_lease_writes(store: SqlRunStore) -> None:
    """A worker that was taken over is refused; whoever took over writes on."""
    run = await store.create_run(run_of())
    first = await store.take_lease(run.run_id, seconds=60)
    assert first is not None
    await store.under(run.run_id, first).put(run.run_id, "a", b"1")
    assert await store.take_lease(run.run_id, seconds=60) is None
    second = await store.seize_lease(run.run_id, seconds=60)
    assert second == first + 1
    with pytest.raises(LeaseLost):
        await store.under(run.run_id, first).put(run.run_id, "a", b"2")
    with pytest.raises(LeaseLost):
        await store.under(run.run_id, first).set_status(run.run_id, RunStatus.DONE)
    with pytest.raises(LeaseLost):
        await store.renew_lease(run.run_id, first, seconds=60)
    await store.under(run.run_id, second).set_status(run.run_id, RunStatus.DONE)
    ref = await store.find(run.run_id, "a")
    assert ref is not None
    assert await store.get(ref) == b"1"


@pytest.mark.asyncio
async def test_a_lease_passes_on_when_released_or_run_out(store: SqlRunStore) -> None:
    """Tokens go on rising, so that an older holder can never come back."""
    first = await store.take_lease("r", seconds=60)
    assert first is not None
    await store.release_lease("r", first)
    second = await store.take_lease("r", seconds=-1)
    third = await store.take_lease("r", seconds=60)
    assert (first, second, third) == (1, 2, 3)


@pytest.mark.asyncio
async def test_a_lease_of_a_dead_process_of_this_machine_is_free_at_once(
    store: SqlRunStore, database: Database
) -> None:
    """After a crash nobody waits for a lease to run out; another machine's lease is waited for."""
    await store.take_lease("here", seconds=60)
    await store.take_lease("elsewhere", seconds=60)
    host = socket.gethostname()
    dead = "4194399"  # above any process id of a Linux system's default
    await execute(
        database, "UPDATE leases SET holder = ? WHERE run_id = 'here'", f"{host}:{dead}:0"
    )
    await execute(database, "UPDATE leases SET holder = 'far:1:0' WHERE run_id = 'elsewhere'")
    assert await store.take_lease("here", seconds=60) == 2
    assert await store.take_lease("elsewhere", seconds=60) is None
