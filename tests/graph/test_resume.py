"""Resuming is running again: stopped or killed anywhere, the run ends as if nothing had been."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple

from graph.database import Connection
from graph.engine import RunEngine, open_engine
from graph.runs.checkpoints import CheckpointSaver, open_checkpoints, plain_values
from graph.runs.run import RunStatus
from graph.sqlite import open_database
from graph.stream.events import RunEvent
from graph.stream.journal import mark_of
from graph.stream.sql_log import SCHEMA
from tests.graph.making import counted, events_of, request_of, settings_of, slowly, write_visits

ROOT = Path(__file__).parents[2]
SESSIONS = 8

WORKS = """
import asyncio, sys
from pathlib import Path
from graph.engine import open_engine
from tests.graph.making import request_of, settings_of

async def main() -> None:
    async with open_engine(settings_of(Path(sys.argv[1]))) as engine:
        runs = await engine.resume_all() or [await engine.start(request_of(Path(sys.argv[2])))]
        await engine.wait(runs[0].run_id)

asyncio.run(main())
"""


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Large enough that a session takes a moment, and a kill falls into one."""
    return write_visits(tmp_path / "shop", SESSIONS, extra_events=8_000)


async def uninterrupted(tmp_path: Path, recordings: Path) -> tuple[list[RunEvent], str]:
    async with open_engine(settings_of(tmp_path / "whole")) as engine:
        run = await engine.start(request_of(recordings))
        events = await events_of(engine, run.run_id)
        return events, await comparable(engine, run.run_id)


async def comparable(engine: RunEngine, run_id: str) -> str:
    report = json.loads((await engine.report(run_id)).to_json())
    for key in ("run_id", "created_at", "usage"):
        del report[key]
    return json.dumps(report)


def check_told_once(events: list[RunEvent], whole: list[RunEvent]) -> None:
    """Everything the whole run told, each once; progress and provisional patterns may differ."""
    marks = [mark_of(event) for event in events if event.type != "progress_updated"]
    assert len(marks) == len(set(marks))
    passing = {"progress_updated", "pattern_provisional", "run_started"}
    assert {mark_of(event) for event in events if event.type not in passing} == {
        mark_of(event) for event in whole if event.type not in passing
    }
    assert events[-1].type == "report_final"


@pytest.mark.asyncio
@pytest.mark.parametrize("sessions", [0, 1, 4])
async def test_a_stopped_engine_leaves_a_run_that_goes_on(
    tmp_path: Path, recordings: Path, sessions: int
) -> None:
    """A server that stops mid-run is no end: the next start makes the same report."""
    whole, report = await uninterrupted(tmp_path, recordings)
    settings = settings_of(tmp_path / "data")
    async with open_engine(settings) as engine:
        run = await engine.start(request_of(recordings))
        async for entry in engine.follow(run.run_id):
            seen = json.loads(entry.data)
            sessions -= seen["type"] == "session_summarized"
            if sessions <= 0:
                break
    async with open_engine(settings) as engine:
        assert [one.run_id for one in await engine.resume_all()] == [run.run_id]
        ended = await asyncio.wait_for(engine.wait(run.run_id), 30)
        assert ended.status is RunStatus.DONE
        check_told_once(await events_of(engine, run.run_id), whole)
        assert await comparable(engine, run.run_id) == report


@pytest.mark.asyncio
async def test_a_run_killed_three_times_makes_the_report_of_one_never_killed(
    tmp_path: Path, recordings: Path
) -> None:
    """SIGKILL at the first session, at the fourth, and at the first firm pattern; then to its end."""
    whole, report = await uninterrupted(tmp_path, recordings)
    data = tmp_path / "data"
    assert await work_until_killed(data, recordings, "session_summarized", 1)
    assert await work_until_killed(data, recordings, "session_summarized", 4)
    await work_until_killed(
        data, recordings, "pattern_firmed", 1
    )  # may be over before: it is quick
    async with open_engine(settings_of(data)) as engine:
        run = (await engine.runs())[0]
        await engine.resume_all()
        assert (await asyncio.wait_for(engine.wait(run.run_id), 30)).status is RunStatus.DONE
        check_told_once(await events_of(engine, run.run_id), whole)
        assert await comparable(engine, run.run_id) == report
        assert len(await engine.runs()) == 1


async def work_until_killed(data: Path, recordings: Path, kind: str, times: int) -> bool:
    """Work on the run in a process of its own, and kill it once that has been told so many times.

    False where it was over before it could be killed.
    """
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKS, str(data), str(recordings), cwd=ROOT
    )
    async with open_database(data / "events.sqlite3", SCHEMA, synchronous="NORMAL") as database:
        while worker.returncode is None:
            if await database.run(lambda connection: times_told(connection, kind)) >= times:
                break
            await asyncio.sleep(0.002)
    with suppress(ProcessLookupError):
        worker.send_signal(signal.SIGKILL)
    return await worker.wait() == -signal.SIGKILL


def times_told(connection: Connection, kind: str) -> int:
    query = "SELECT count(*) FROM entries WHERE type = ?"
    row = connection.execute(query, (kind,)).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.asyncio
async def test_checkpoints_hold_plain_json_and_no_bodies(tmp_path: Path, recordings: Path) -> None:
    """State survives strict deserialization as it is, and stays small: bodies are in the store."""
    settings = settings_of(tmp_path / "data")
    path = settings.data_dir / "checkpoints.sqlite3"
    async with open_engine(settings, open_paths=slowly(0.2)) as engine:
        run = await engine.start(request_of(recordings))
        async with open_checkpoints(path, plain_values()) as saver:
            stored = await first_records(saver, run.run_id)
    state = stored.checkpoint["channel_values"]
    kept = {key: state[key] for key in ("run_id", "sessions", "repeated")}
    assert json.loads(json.dumps(kept)) == kept
    assert len(kept["sessions"]) == SESSIONS
    assert len(json.dumps(kept)) < 200 * SESSIONS
    writes = records_of(stored)
    assert json.loads(json.dumps(writes)) == writes


async def first_records(saver: CheckpointSaver, run_id: str) -> CheckpointTuple:
    """The run's checkpoint, once a session has been written beside it."""
    for _ in range(1_500):
        stored = await saver.aget_tuple(thread_of(run_id))
        if stored is not None and records_of(stored):
            return stored
        await asyncio.sleep(0.02)
    raise AssertionError("no session was written within 30 s")


def thread_of(run_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": run_id}}


def records_of(stored: CheckpointTuple) -> list[object]:
    """What session nodes have written since the checkpoint."""
    return [value for _, channel, value in stored.pending_writes or [] if channel == "records"]


@pytest.mark.asyncio
async def test_a_finished_run_leaves_no_checkpoints(tmp_path: Path) -> None:
    """They quote file names, and nothing reads them any more."""
    settings = settings_of(tmp_path / "data")
    async with open_engine(settings) as engine:
        run = await engine.start(request_of(write_visits(tmp_path / "shop", 1)))
        await engine.wait(run.run_id)
        assert counted(await events_of(engine, run.run_id))["report_final"] == 1
    async with open_checkpoints(settings.data_dir / "checkpoints.sqlite3") as saver:
        assert await saver.aget_tuple(thread_of(run.run_id)) is None


@pytest.mark.asyncio
async def test_no_tracing_variable_sends_a_run_away(tmp_path: Path) -> None:
    """A variable set for another project must not send recordings to a tracing service."""
    asked: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    service = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = service.sockets[0].getsockname()[1]
    recordings = write_visits(tmp_path / "shop", 2)
    traced = {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "key",
        "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{port}",
    }
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKS, str(tmp_path / "data"), str(recordings), cwd=ROOT, env=traced
    )
    assert await worker.wait() == 0
    service.close()
    assert asked == []
