"""Bodies in Redis, before the run store: several processes read the same traces and summaries again and again."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from graph.errors import BodyDamaged
from graph.ids import digest_of
from graph.redis import SharedMemory
from graph.runs.bodies import pack, unpack
from graph.runs.store import BlobRef

SECONDS_KEPT = 24 * 3_600
"""A body is read while its report is made and talked about; after a day the store has it all the same."""

MAX_BYTES = 8_000_000
"""Packed. Larger ones stay in the store: Redis holds everything in memory."""


class SharedBodies:
    """Packed bodies by their digest, so that a copy is either right or not used."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory

    async def get(self, ref: BlobRef) -> bytes | None:
        """The body; None where there is no copy, or one that is not what the ref says."""
        key = _key(ref)

        async def ask(redis: Redis) -> bytes | None:
            packed = await redis.get(key)
            return packed if isinstance(packed, bytes) else None

        packed = await self._memory.attempt(ask, None)
        return None if packed is None else await asyncio.to_thread(_checked, packed, ref)

    async def put(self, ref: BlobRef, body: bytes) -> None:
        """Keep a copy."""
        packed = await asyncio.to_thread(pack, body)
        if len(packed) > MAX_BYTES:
            return
        key = _key(ref)

        async def keep(redis: Redis) -> None:
            await redis.set(key, packed, ex=SECONDS_KEPT)

        await self._memory.attempt(keep, None)


def _key(ref: BlobRef) -> str:
    return f"snags:body:{ref['digest']}"


def _checked(packed: bytes, ref: BlobRef) -> bytes | None:
    try:
        body = unpack(packed)
    except BodyDamaged:
        return None
    return body if digest_of(body) == ref["digest"] else None
