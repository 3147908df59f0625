"""Redis, where several processes share it: fast, never the only copy, and never waited for.

Nothing is lost with it. Bodies and events are in the authoritative store first; Redis holds copies with a time to
live, and tells readers in other processes at once that something came. Away, frozen, emptied, full: it costs time.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from graph.circuit import Circuit

T = TypeVar("T")

CONNECTIONS = 32
ANSWER_SECONDS = 1.0
"""How long Redis may take; it answers in under a millisecond, so this is a frozen one."""

logger = logging.getLogger("snags.graph.redis")


class SharedMemory:
    """Redis behind a circuit breaker. Use ``open_redis``."""

    def __init__(self, client: Redis, circuit: Circuit | None = None) -> None:
        self._client = client
        self._circuit = circuit or Circuit()

    async def attempt(self, work: Callable[[Redis], Awaitable[T]], instead: T) -> T:
        """What ``work`` gives, or ``instead`` where Redis does not answer or is left alone just now."""
        if not self._circuit.closed:
            return instead
        try:
            given = await work(self._client)
        except (RedisError, OSError, TimeoutError) as error:
            if self._circuit.failed():
                logger.warning("redis does not answer, and is left alone for a while: %s", error)
            return instead
        self._circuit.succeeded()
        return given


@asynccontextmanager
async def open_redis(address: str) -> AsyncGenerator[SharedMemory]:
    """The Redis at an address: ``redis://user:password@host:6379/0``, ``rediss://`` for TLS, ``unix://``.

    Opening it asks nothing of it: a server that is away when we start may come later.
    """
    pool = BlockingConnectionPool.from_url(
        address,
        max_connections=CONNECTIONS,
        timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
    )
    client = Redis(connection_pool=pool)
    try:
        yield SharedMemory(client)
    finally:
        await client.aclose()
        await pool.disconnect()
