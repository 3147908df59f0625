"""The event log: offsets without gaps, and every reader sees the same list."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from graph.errors import StoreError
from graph.settings import Settings
from graph.sqlite import open_database
from graph.stores import open_tables
from graph.stream.log import LogEntry
from graph.stream.sql_log import SCHEMA, SqlEventLog
from tests.fakes.stores import open_sqlite_log

ROOT = Path(__file__).parents[2]
END = frozenset({"end"})

APPENDS_MANY = """
import asyncio, sys
from graph.settings import Settings
from graph.stores import open_tables
from graph.stream.sql_log import SCHEMA, SqlEventLog

async def main() -> None:
    settings = Settings.from_env(data_dir=sys.argv[1], database_url=sys.argv[2])
    async with open_tables(settings, "events", SCHEMA, synchronous="NORMAL") as database:
        log = SqlEventLog(database)
        for number in range(int(sys.argv[4])):
            await log.append("s", [(sys.argv[3], str(number))])

asyncio.run(main())
"""


@asynccontextmanager
async def open_log(settings: Settings) -> AsyncGenerator[SqlEventLog]:
    """The log of a file or of PostgreSQL, whichever the settings say."""
    async with open_tables(settings, "events", SCHEMA, synchronous="NORMAL") as database:
        yield SqlEventLog(database)


async def collected(log: SqlEventLog, stream: str, after: int = 0) -> list[LogEntry]:
    return [entry async for entry in log.follow(stream, after=after, until=END)]


@pytest.mark.asyncio
async def test_offsets_start_at_one_and_have_no_gaps(either_database: Settings) -> None:
    """Appends number their entries one by one, and each stream by itself."""
    async with open_log(either_database) as log:
        assert await log.last_offset("a") == 0
        assert await log.append("a", [("x", "1"), ("x", "2")]) == 2
        assert await log.append("b", [("y", "1")]) == 1
        assert await log.append("a", [("x", "3")]) == 3
        assert await log.append("a", []) == 3
        assert [entry.offset for entry in await log.read("a")] == [1, 2, 3]
        assert await log.read("a", after=1, limit=1) == [LogEntry(offset=2, type="x", data="2")]
        assert await log.read("unknown") == []


@pytest.mark.asyncio
async def test_many_writers_at_once_leave_no_gap_and_keep_their_own_order(
    either_database: Settings,
) -> None:
    """Forty tasks append to one stream: offsets are 1..n, and each writer's entries stay in order."""
    async with open_log(either_database) as log:

        async def write(writer: int) -> None:
            for number in range(10):
                await log.append("s", [(str(writer), str(number))])

        async with asyncio.TaskGroup() as tasks:
            for writer in range(40):
                tasks.create_task(write(writer))
        entries = await log.read("s", limit=1_000)
    assert [entry.offset for entry in entries] == list(range(1, 401))
    for writer in range(40):
        own = [int(entry.data) for entry in entries if entry.type == str(writer)]
        assert own == list(range(10))


@pytest.mark.asyncio
async def test_processes_append_to_one_stream_without_gap_and_wake_a_follower(
    either_database: Settings,
) -> None:
    """Two other processes append at once; a follower here sees all of it, in offset order."""
    where = (str(either_database.data_dir), either_database.database_url.get_secret_value())
    async with open_log(either_database) as log:
        following = asyncio.create_task(collected(log, "s"))
        writers = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", APPENDS_MANY, *where, name, "30", cwd=ROOT
            )
            for name in ("one", "two")
        ]
        assert [await writer.wait() for writer in writers] == [0, 0]
        await log.append("s", [("end", "")])
        entries = await asyncio.wait_for(following, 30)
    assert [entry.offset for entry in entries] == list(range(1, 62))
    assert [int(one.data) for one in entries if one.type == "one"] == list(range(30))


@pytest.mark.asyncio
async def test_followers_that_come_early_late_or_after_the_end_see_the_same_list(
    either_database: Settings,
) -> None:
    """Early, late and after the end: one code path, one list; and it ends by itself."""
    async with open_log(either_database) as log:
        early = asyncio.create_task(collected(log, "s"))
        await asyncio.sleep(0.01)
        for number in range(450):
            await log.append("s", [("x", str(number))])
        late = asyncio.create_task(collected(log, "s"))
        await log.append("s", [("end", "")])
        lists = [await early, await late, await collected(log, "s")]
    assert lists[0] == lists[1] == lists[2]
    assert len(lists[0]) == 451


@pytest.mark.asyncio
async def test_a_follower_is_woken_without_waiting_for_the_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one process an entry reaches its followers at once, not at the next look."""
    monkeypatch.setattr("graph.stream.sql_log.POLL_SECONDS", 600)
    async with (
        open_sqlite_log(tmp_path / "log.sqlite3") as log,
        aclosing(log.follow("s", after=0, until=END)) as entries,
    ):
        following = asyncio.ensure_future(anext(entries))
        await asyncio.sleep(0.05)
        await log.append("s", [("x", "1")])
        entry = await asyncio.wait_for(following, 30)
    assert entry.data == "1"


@settings(max_examples=40)
@given(
    batches=st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=5), max_size=12),
    data=st.data(),
)
def test_reading_after_any_offset_is_the_rest_of_the_list(
    batches: list[list[str]], data: st.DataObject
) -> None:
    """Property: for every cut, what comes before it and what is read after it are the whole log."""

    async def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_sqlite_log(Path(folder) / "log.sqlite3") as log:
                for batch in batches:
                    await log.append("s", [("x", text) for text in batch])
                whole = await log.read("s", limit=1_000)
                cut = data.draw(st.integers(0, len(whole)))
                assert [entry.data for entry in whole] == [
                    one for batch in batches for one in batch
                ]
                assert whole[:cut] + await log.read("s", after=cut, limit=1_000) == whole

    asyncio.run(check())


@pytest.mark.asyncio
async def test_a_failed_append_says_so_and_the_next_one_goes_on(tmp_path: Path) -> None:
    """A write that fails is a StoreError to every append in it; the log works on once it can."""
    path = tmp_path / "log.sqlite3"
    async with open_sqlite_log(path) as log, open_database(path, "", synchronous="NORMAL") as other:
        await log.append("s", [("x", "1")])
        await other.run(lambda connection: connection.execute("ALTER TABLE entries RENAME TO away"))
        with pytest.raises(StoreError, match="did not answer"):
            await log.append("s", [("x", "2")])
        await other.run(lambda connection: connection.execute("ALTER TABLE away RENAME TO entries"))
        assert await log.append("s", [("x", "2")]) == 2


@pytest.mark.asyncio
async def test_a_closed_log_is_a_store_error(tmp_path: Path) -> None:
    """Whoever holds a log past its end is told so, and does not hang."""
    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        pass
    with pytest.raises(StoreError, match="closed"):
        await log.read("s")


@pytest.mark.asyncio
async def test_a_folder_that_cannot_be_used_is_a_store_error(tmp_path: Path) -> None:
    """The message names the file and what to check."""
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="can be written"):
        async with open_sqlite_log(tmp_path / "file" / "log.sqlite3"):
            pass


def test_the_log_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """Events quote recordings: file, write-ahead log and folder are private."""
    path = tmp_path / "data" / "log.sqlite3"
    mask = os.umask(0)
    try:
        modes = asyncio.run(_modes_while_open(path))
    finally:
        os.umask(mask)
    assert modes == {"log.sqlite3": 0o600, "log.sqlite3-shm": 0o600, "log.sqlite3-wal": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def _modes_while_open(path: Path) -> dict[str, int]:
    async with open_sqlite_log(path) as log:
        await log.append("s", [("x", "1")])
        return {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
