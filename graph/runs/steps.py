"""A step: work that is done once per run, however often the run is started again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from graph.errors import BodyDamaged
from graph.runs.bodies import decode, encode
from graph.runs.store import BlobRef, RunStore

T = TypeVar("T")

logger = logging.getLogger("snags.graph.runs")


async def run_step(
    store: RunStore, run_id: str, key: str, kind: type[T], do: Callable[[], Awaitable[T]]
) -> T:
    """The stored result of step ``key``, or do it and store what it returns.

    Resuming is running again: a step that had been stored costs one read. A damaged result is made
    again, since it was derived.

    Raises:
        StoreError: the result cannot be stored, so the step does not count as done.
    """
    ref = await store.find(run_id, key)
    if ref is not None:
        try:
            return await read_body(store, ref, kind)
        except BodyDamaged as damage:
            logger.warning("step done again: %s", damage, extra={"run_id": run_id, "step": key})
    value = await do()
    await store.put(run_id, key, encode(value))
    return value


async def read_body(store: RunStore, ref: BlobRef, kind: type[T]) -> T:
    """The value behind a ref."""
    return await asyncio.to_thread(decode, await store.get(ref), kind)
