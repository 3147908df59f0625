"""Where stores are kept, by the settings: files of the data folder, or PostgreSQL where machines share them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol

from graph.database import Database
from graph.postgres import open_postgres
from graph.redis import SharedMemory, open_redis
from graph.runs.checkpoints import open_checkpoints, open_postgres_checkpoints
from graph.runs.shared_bodies import SharedBodies
from graph.runs.sql_store import SCHEMA as RUNS, SqlRunStore
from graph.settings import Settings
from graph.sqlite import Synchronous, open_database
from graph.stream.log import EventLog
from graph.stream.redis_log import RedisEventLog
from graph.stream.sql_log import SCHEMA as EVENTS, SqlEventLog


@asynccontextmanager
async def open_tables(
    settings: Settings, name: str, schema: str, *, synchronous: Synchronous
) -> AsyncGenerator[Database]:
    """The tables of one store: in a file of its own, or in PostgreSQL beside those of the others.

    Args:
        settings: where.
        name: of the file, without its suffix.
        schema: in SQLite's words.
        synchronous: of the file; PostgreSQL's is its operator's choice.

    Raises:
        StoreError: the file cannot be opened, or PostgreSQL cannot be reached.
    """
    address = settings.database_url.get_secret_value()
    if address:
        async with open_postgres(address, schema) as shared:
            yield shared
        return
    path = settings.data_dir / f"{name}.sqlite3"
    async with open_database(path, schema, synchronous=synchronous) as own:
        yield own


@asynccontextmanager
async def open_saver(
    settings: Settings, name: str, serde: SerializerProtocol | None = None
) -> AsyncGenerator[BaseCheckpointSaver[str]]:
    """LangGraph's checkpoints, in a file of their own or in PostgreSQL.

    Raises:
        StoreError: PostgreSQL cannot be reached.
    """
    address = settings.database_url.get_secret_value()
    if address:
        async with open_postgres_checkpoints(address, serde) as shared:
            yield shared
        return
    async with open_checkpoints(settings.data_dir / f"{name}.sqlite3", serde) as own:
        yield own


@dataclass(frozen=True, slots=True)
class RunStores:
    """Where runs live: the store of runs and their bodies, and the event log."""

    runs: SqlRunStore
    log: EventLog


@asynccontextmanager
async def open_run_stores(settings: Settings) -> AsyncGenerator[RunStores]:
    """The stores of runs; with Redis beside them where the settings name one.

    Raises:
        StoreError: the authoritative store cannot be used. Redis may be away.
    """
    async with (
        open_tables(settings, "runs", RUNS, synchronous="FULL") as runs,
        open_tables(settings, "events", EVENTS, synchronous="NORMAL") as events,
        _open_memory(settings) as memory,
    ):
        if memory is None:
            yield RunStores(SqlRunStore(runs), SqlEventLog(events))
        else:
            store = SqlRunStore(runs, shared=SharedBodies(memory))
            yield RunStores(store, RedisEventLog(SqlEventLog(events), memory))


@asynccontextmanager
async def _open_memory(settings: Settings) -> AsyncGenerator[SharedMemory | None]:
    address = settings.redis_url.get_secret_value()
    if not address:
        yield None
        return
    async with open_redis(address) as memory:
        yield memory
