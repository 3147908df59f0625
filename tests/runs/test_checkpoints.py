"""Checkpoint writes are all or nothing, and a stopped run never leaves its file locked."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint

from graph.runs.checkpoints import CheckpointSaver, open_checkpoints, plain_values

CONFIG = RunnableConfig(configurable={"thread_id": "run_1", "checkpoint_ns": ""})
WRITES = 12
A_MOMENT = 0.0007
"""Seconds; about half a write, so that the file is closed at every stage of one."""


async def begin_writes(saver: CheckpointSaver, seconds: float) -> list[asyncio.Task[None]]:
    """Writes of several nodes, as LangGraph begins them: side by side, each in a task of its own."""
    at = await saver.aput(CONFIG, empty_checkpoint(), {"step": 0}, {})
    writing = [
        asyncio.create_task(saver.aput_writes(at, [("records", [n]), ("told", n)], f"task_{n}"))
        for n in range(WRITES)
    ]
    await asyncio.sleep(seconds)
    return writing


async def check_whole_and_free(path: Path) -> None:
    """Every write is whole or not there, and the file takes the next one at once."""
    with closing(sqlite3.connect(path, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")  # refused at once where a transaction is still open
        counted = other.execute("SELECT count(*) FROM writes GROUP BY task_id").fetchall()
        other.rollback()
    assert set(counted) <= {(2,)}
    async with open_checkpoints(path, plain_values()) as saver:
        stored = await saver.aget_tuple(CONFIG)
        assert stored is not None
        await saver.aput_writes(stored.config, [("records", ["next"])], "task_next")
        stored = await saver.aget_tuple(CONFIG)
        assert stored is not None
        assert ("task_next", "records", ["next"]) in (stored.pending_writes or [])


@pytest.mark.asyncio
@pytest.mark.parametrize("step", range(8))
async def test_a_file_that_is_closed_under_a_write_is_not_left_locked(
    tmp_path: Path, step: int
) -> None:
    """LangGraph does not wait for its writes when a run is stopped; closing the file does."""
    path = tmp_path / "checkpoints.sqlite3"
    async with open_checkpoints(path, plain_values()) as saver:
        writing = await begin_writes(saver, step * A_MOMENT)
    await check_whole_and_free(path)
    await asyncio.wait(writing)


@pytest.mark.asyncio
@pytest.mark.parametrize("step", range(8))
async def test_a_write_that_is_cancelled_is_whole_and_leaves_the_file_free(
    tmp_path: Path, step: int
) -> None:
    """Cancelled at any moment, each write is there or not begun."""
    path = tmp_path / "checkpoints.sqlite3"
    async with open_checkpoints(path, plain_values()) as saver:
        writing = await begin_writes(saver, step * A_MOMENT)
        for task in writing:
            task.cancel()
        await asyncio.wait(writing)
    await check_whole_and_free(path)


@pytest.mark.asyncio
async def test_a_write_that_fails_is_told_to_whoever_waits(tmp_path: Path) -> None:
    """Shielding a write does not swallow its error."""
    path = tmp_path / "checkpoints.sqlite3"
    async with open_checkpoints(path, plain_values()) as saver:
        at = await saver.aput(CONFIG, empty_checkpoint(), {"step": 0}, {})
        await saver.conn.execute("DROP TABLE writes")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            await saver.aput_writes(at, [("records", [1])], "task_1")
