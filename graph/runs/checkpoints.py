"""Checkpoints of graph runs on SQLite: LangGraph's own saver, made safe to stop.

LangGraph does not wait for its checkpoint writes when a run is stopped, and may cancel them. A file
that is closed under such a write is left between INSERT and COMMIT with a statement alive, and SQLite
then keeps the write lock of the connection although it has been closed (a zombie connection, see
https://sqlite.org/c3ref/close.html): whoever resumes the run finds the file locked. So a write that
has begun here ends, whoever was waiting for it, and the file is closed after that.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from graph.errors import StoreError

T = TypeVar("T")

CHECKPOINT_ERRORS = (sqlite3.Error, psycopg.Error)
"""What LangGraph passes on where checkpoints cannot be read or written."""


class CheckpointSaver(AsyncSqliteSaver):
    """The saver whose writes are all or nothing, cancelled or not. Use ``open_checkpoints``."""

    def __init__(
        self, connection: aiosqlite.Connection, serde: SerializerProtocol | None = None
    ) -> None:
        super().__init__(connection, serde=serde)
        self._under_way: set[asyncio.Task[Any]] = set()

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; cancelled, it is stored all the same."""
        return await self._to_its_end(super().aput(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store what one node wrote; cancelled, it is stored all the same."""
        await self._to_its_end(super().aput_writes(config, writes, task_id, task_path))

    async def adelete_thread(self, thread_id: str) -> None:
        """Forget a run; cancelled, it is forgotten all the same."""
        await self._to_its_end(super().adelete_thread(thread_id))

    async def settle(self) -> None:
        """Return once every write that has begun has ended, well or not."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _to_its_end(self, writing: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(writing)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # seen by whoever still waits; nobody else has a use for it


def plain_values() -> SerializerProtocol:
    """For state that is plain JSON: nothing but plain values is ever rebuilt from the file."""
    return JsonPlusSerializer(allowed_msgpack_modules=None)


@asynccontextmanager
async def open_checkpoints(
    path: Path, serde: SerializerProtocol | None = None
) -> AsyncGenerator[CheckpointSaver]:
    """The checkpoints in a file, made where it is not there yet, readable by its owner only.

    Args:
        path: the file; its folder exists.
        serde: how state is written; LangGraph's own way, which knows messages, where not given.
    """
    await asyncio.to_thread(path.touch, mode=0o600)
    async with aiosqlite.connect(str(path)) as connection:
        saver = CheckpointSaver(connection, serde)
        try:
            yield saver
        finally:
            await saver.settle()


@asynccontextmanager
async def open_postgres_checkpoints(
    address: str, serde: SerializerProtocol | None = None
) -> AsyncGenerator[AsyncPostgresSaver]:
    """The checkpoints in PostgreSQL. A statement there is whole or undone by itself, cancelled or not.

    Raises:
        StoreError: it cannot be reached.
    """
    pool: AsyncConnectionPool[psycopg.AsyncConnection[DictRow]] = AsyncConnectionPool(
        address,
        min_size=1,
        max_size=4,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    try:
        await pool.open(wait=True, timeout=10.0)
        saver = AsyncPostgresSaver(pool, serde=serde)
        await saver.setup()
    except psycopg.Error as error:
        await pool.close()
        raise StoreError(
            f"PostgreSQL did not answer: {error}. Check that it runs and that DATABASE_URL is right."
        ) from error
    try:
        yield saver
    finally:
        await pool.close()
