"""The event log with Redis Streams beside it: any process serves any stream, without a second's wait.

The tables give the offsets and are read first and last; Redis tells followers in other processes what came. An
entry's id in Redis is its offset, so a follower sees at once where Redis has a gap, and reads the tables there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import cast

from redis.asyncio import Redis

from graph.redis import ANSWER_SECONDS, SharedMemory
from graph.stream.log import LogEntry
from graph.stream.sql_log import PAGE, SqlEventLog

SECONDS_KEPT = 24 * 3_600
ENTRIES_KEPT = 10_000
"""Of one stream, roughly; older ones are in the tables."""

_Found = list[tuple[bytes, dict[bytes, bytes]]]

BLOCK_MS = round(ANSWER_SECONDS * 500)
"""How long one question to Redis waits for news; below its time limit."""


class RedisEventLog:
    """An ``EventLog`` over another one."""

    def __init__(self, tables: SqlEventLog, memory: SharedMemory) -> None:
        self._tables = tables
        self._memory = memory

    async def append(self, stream: str, entries: list[tuple[str, str]]) -> int:
        last = await self._tables.append(stream, entries)
        first = last - len(entries) + 1

        async def tell(redis: Redis) -> None:
            async with redis.pipeline(transaction=False) as pipeline:
                for place, (kind, data) in enumerate(entries):
                    pipeline.xadd(
                        _key(stream),
                        {"type": kind, "data": data},
                        id=f"{first + place}-1",
                        maxlen=ENTRIES_KEPT,
                        approximate=True,
                    )
                pipeline.expire(_key(stream), SECONDS_KEPT)
                # An id below one that came before it (two processes at once) is refused: the tables have it.
                await pipeline.execute(raise_on_error=False)

        if entries:
            await self._memory.attempt(tell, None)
        return last

    async def read(self, stream: str, *, after: int = 0, limit: int = 500) -> list[LogEntry]:
        return await self._tables.read(stream, after=after, limit=limit)

    async def last_offset(self, stream: str) -> int:
        return await self._tables.last_offset(stream)

    async def follow(
        self, stream: str, *, after: int = 0, until: frozenset[str]
    ) -> AsyncGenerator[LogEntry]:
        """From the tables up to now; then what Redis tells, and the tables again wherever it has a gap."""
        while True:
            page = await self._news(stream, after) or await self._tables.read(
                stream, after=after, limit=PAGE
            )
            for entry in page:
                yield entry
                after = entry.offset
                if entry.type in until:
                    return
            if not page:
                await self._wait(stream, after)

    async def _news(self, stream: str, after: int) -> list[LogEntry]:
        """Entries after an offset as Redis has them; none where it has not all of them."""

        async def ask(redis: Redis) -> list[LogEntry]:
            found = await redis.xrange(_key(stream), min=f"{after + 1}-0", max="+", count=PAGE)
            return _entries(cast("_Found", found or []))

        entries = await self._memory.attempt(ask, [])
        whole = [one.offset for one in entries] == list(range(after + 1, after + 1 + len(entries)))
        return entries if whole else []

    async def _wait(self, stream: str, after: int) -> None:
        """Until something may have come: Redis says so, or half a second is over."""

        async def ask(redis: Redis) -> bool:
            await redis.xread({_key(stream): f"{after}-1"}, count=1, block=BLOCK_MS)
            return True

        if not await self._memory.attempt(ask, False):
            await asyncio.sleep(BLOCK_MS / 1_000)


def _key(stream: str) -> str:
    return f"snags:log:{stream}"


def _entries(found: _Found) -> list[LogEntry]:
    return [
        LogEntry(
            offset=int(number.partition(b"-")[0]),
            type=fields[b"type"].decode(),
            data=fields[b"data"].decode(),
        )
        for number, fields in found
    ]
