"""Stores over a file, for tests that need no other part of the engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from agent import turn_store
from agent.turn_store import TurnStore
from graph.runs import sql_store
from graph.runs.sql_store import SqlRunStore
from graph.sqlite import open_database
from graph.stream import sql_log
from graph.stream.sql_log import SqlEventLog


@asynccontextmanager
async def open_sqlite_store(path: Path) -> AsyncGenerator[SqlRunStore]:
    async with open_database(path, sql_store.SCHEMA, synchronous="FULL") as database:
        yield SqlRunStore(database)


@asynccontextmanager
async def open_sqlite_log(path: Path) -> AsyncGenerator[SqlEventLog]:
    async with open_database(path, sql_log.SCHEMA, synchronous="NORMAL") as database:
        yield SqlEventLog(database)


@asynccontextmanager
async def open_turn_store(path: Path) -> AsyncGenerator[TurnStore]:
    async with open_database(path, turn_store.SCHEMA, synchronous="FULL") as database:
        yield TurnStore(database)
