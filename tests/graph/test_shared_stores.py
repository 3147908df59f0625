"""Several processes over one PostgreSQL and one Redis: one run, one report, whoever is asked."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph.engine import RunEngine, open_engine
from graph.runs.run import RunStatus
from graph.settings import Settings
from tests.fakes.redis import RedisServer
from tests.graph.making import counted, events_of, request_of, settings_of, write_visits

SESSIONS = 6


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    return write_visits(tmp_path / "shop", SESSIONS)


def shared(data: Path, database: str, redis: str = "") -> Settings:
    """Settings of one machine among several."""
    return settings_of(data, database_url=SecretStr(database), redis_url=SecretStr(redis))


async def comparable(engine: RunEngine, run_id: str) -> str:
    report = json.loads((await engine.report(run_id)).to_json())
    for key in ("run_id", "created_at", "usage"):
        del report[key]
    return json.dumps(report)


async def alone(tmp_path: Path, recordings: Path) -> str:
    """The report of an undisturbed run on one machine."""
    async with open_engine(settings_of(tmp_path / "alone")) as engine:
        run = await engine.start(request_of(recordings))
        await asyncio.wait_for(engine.wait(run.run_id), 60)
        return await comparable(engine, run.run_id)


@pytest.mark.asyncio
async def test_any_process_serves_the_run_of_another(
    tmp_path: Path, recordings: Path, postgres_database: str, redis: RedisServer
) -> None:
    """Started on one machine, followed and read on another: the same list, the same report."""
    one = shared(tmp_path / "one", postgres_database, redis.address)
    other = shared(tmp_path / "other", postgres_database, redis.address)
    async with open_engine(one) as first, open_engine(other) as second:
        run = await first.start(request_of(recordings))
        theirs = asyncio.create_task(events_of(second, run.run_id))
        ours = await asyncio.wait_for(events_of(first, run.run_id), 60)
        assert await asyncio.wait_for(theirs, 60) == ours
        assert counted(ours)["session_summarized"] == SESSIONS
        assert await comparable(second, run.run_id) == await alone(tmp_path, recordings)


@pytest.mark.asyncio
async def test_a_run_that_one_machine_left_is_taken_over_by_another(
    tmp_path: Path, recordings: Path, postgres_database: str
) -> None:
    """Checkpoints, bodies and lease are in the shared store, so the next machine goes on."""
    async with open_engine(shared(tmp_path / "one", postgres_database)) as first:
        run = await first.start(request_of(recordings))
        async for entry in first.follow(run.run_id):
            if entry.type == "session_summarized":
                break
    async with open_engine(shared(tmp_path / "other", postgres_database)) as second:
        assert [one.run_id for one in await second.resume_all()] == [run.run_id]
        ended = await asyncio.wait_for(second.wait(run.run_id), 60)
        assert ended.status is RunStatus.DONE
        assert await comparable(second, run.run_id) == await alone(tmp_path, recordings)


@pytest.mark.asyncio
@pytest.mark.parametrize("trouble", ["away", "frozen", "emptied", "full", "evicting"])
async def test_trouble_with_redis_costs_time_and_nothing_else(
    tmp_path: Path, recordings: Path, redis: RedisServer, trouble: str
) -> None:
    """Whatever becomes of Redis while a run goes on, its stream has no gap and its report is the same."""
    settings = settings_of(tmp_path / "data", redis_url=SecretStr(redis.address))
    if trouble in ("full", "evicting"):
        redis.stop()
        policy = "noeviction" if trouble == "full" else "allkeys-random"
        redis.options = ("--maxmemory", "1200kb", "--maxmemory-policy", policy)
        redis.start()
    async with open_engine(settings) as engine:
        run = await engine.start(request_of(recordings))
        async for entry in engine.follow(run.run_id):
            if entry.type == "session_summarized":
                break
        if trouble == "frozen":
            redis.freeze()
        elif trouble in ("away", "emptied"):
            redis.stop()
        if trouble == "emptied":
            redis.start()
        ended = await asyncio.wait_for(engine.wait(run.run_id), 60)
        assert ended.status is RunStatus.DONE
        entries = [entry async for entry in engine.follow(run.run_id)]
        assert [entry.offset for entry in entries] == list(range(1, len(entries) + 1))
        assert entries[-1].type == "report_final"
        report = await comparable(engine, run.run_id)
    if trouble == "frozen":
        redis.thaw()
    assert report == await alone(tmp_path, recordings)
