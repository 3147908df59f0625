"""The journal: each event once, however often a run is resumed; nothing after the last."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from graph.errors import LeaseLost
from graph.stream.events import (
    CandidateFound,
    PatternProvisional,
    ProgressUpdated,
    ReportFinal,
    RunEvent,
    RunStarted,
    SessionQueued,
    SessionSummarized,
)
from graph.stream.journal import RunJournal, stream_of
from graph.stream.sql_log import SqlEventLog
from tests.fakes.stores import open_sqlite_log


def no_lease() -> None:
    """A lease that always holds."""


def queued(session: str) -> SessionQueued:
    return SessionQueued(session_id=session, file=f"{session}.json")


def provisional(affected: int, seen: int) -> PatternProvisional:
    return PatternProvisional(
        pattern_id="p1",
        title="Nothing happens",
        kind="blocking",
        severity="high",
        affected=affected,
        eligible=9,
        seen=seen,
    )


def progress(summarized: int) -> ProgressUpdated:
    return ProgressUpdated(requested=9, summarized=summarized, skipped=0, failed=0, patterns=0)


EVENTS: list[RunEvent] = [
    RunStarted(run_id="r", source="demo", focus=""),
    queued("a"),
    queued("b"),
    SessionSummarized(
        session_id="a", file="a.json", outcome="success", headline="Bought", issues=1
    ),
    CandidateFound(
        session_id="a", kind="slow", harm="low", claim="Late", page="/", ms=1, event_ids=["g1x"]
    ),
    provisional(2, 3),
    ReportFinal(patterns=1, summarized=2, skipped=0, failed=0, elapsed_ms=5),
]


async def types(log: SqlEventLog) -> list[str]:
    return [entry.type for entry in await log.read(stream_of("r"))]


async def journal_of(log: SqlEventLog) -> RunJournal:
    journal = RunJournal(log, "r", no_lease)
    await journal.catch_up()
    return journal


@pytest.mark.asyncio
@pytest.mark.parametrize("cut", range(len(EVENTS) + 1))
async def test_a_run_told_again_after_any_cut_has_each_event_once(tmp_path: Path, cut: int) -> None:
    """Tell some, lose the process, tell all again: the log is the one of a run never interrupted."""
    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        await (await journal_of(log)).tell(*EVENTS[:cut])
        again = await journal_of(log)
        for event in EVENTS:
            await again.tell(event)
        assert await types(log) == [event.type for event in EVENTS]


@pytest.mark.asyncio
async def test_nothing_is_told_after_the_last_event(tmp_path: Path) -> None:
    """A stream that has ended stays as every reader saw it."""
    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        journal = await journal_of(log)
        await journal.tell(EVENTS[-1])
        await journal.tell(queued("late"))
        await (await journal_of(log)).tell(queued("later"))
        assert await types(log) == ["report_final"]


@pytest.mark.asyncio
async def test_a_provisional_pattern_is_told_again_only_when_it_grew(tmp_path: Path) -> None:
    """More sessions seen is no news of a pattern; more sessions affected is."""
    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        journal = await journal_of(log)
        await journal.tell(provisional(2, 3))
        await journal.tell(provisional(2, 8))
        await journal.tell(provisional(3, 9))
        assert len(await types(log)) == 2


@pytest.mark.asyncio
async def test_progress_is_told_at_most_four_times_a_second(tmp_path: Path) -> None:
    """However fast sessions land, a reader gets a few lines a second, and always the last one."""
    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        journal = await journal_of(log)
        began = time.monotonic()
        for number in range(90):
            await journal.progress(progress(number))
            await asyncio.sleep(0.01)
        await journal.progress(progress(90), last=True)
        seconds = time.monotonic() - began
        entries = await log.read(stream_of("r"))
    assert 2 <= len(entries) <= 2 + 3 * seconds
    assert '"summarized":90' in entries[-1].data


@pytest.mark.asyncio
async def test_who_lost_the_lease_tells_nothing(tmp_path: Path) -> None:
    """The log has no fence of its own: the holder must ask its lease first."""

    def lost() -> None:
        raise LeaseLost("gone")

    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        with pytest.raises(LeaseLost):
            await RunJournal(log, "r", lost).tell(queued("a"))
        assert await types(log) == []
