"""One turn at work: the graph's stream is drained as fast as it comes and written at a reader's pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from ag_ui.core import ActivityDeltaEvent, BaseEvent
from langgraph.types import StreamPart

from agent.agui import TurnEmitter, coalesced

TEXT_SECONDS = 0.05
"""Pause between two writes: at most 20 deltas of text a second."""

PROGRESS_SECONDS = 0.25
"""Pause where nothing but progress waits: at most four a second."""

Write = Callable[[Sequence[BaseEvent]], Awaitable[None]]


async def stream_turn(
    parts: AsyncIterator[StreamPart[Any, Any]],
    emitter: TurnEmitter,
    write: Write,
    on_change: Callable[[], None],
) -> None:
    """Drain ``parts`` to their end and write their events.

    The graph must never wait for whoever reads: its parts are taken at once, and what gathers between
    two writes is joined. What was written stays written when the graph fails or is cancelled.

    Args:
        parts: what the graph streams.
        emitter: makes events of them.
        write: appends events to the log.
        on_change: called after each part, for whoever waits for the turn to follow a run.
    """
    waiting = _Waiting()
    draining = asyncio.create_task(_drain(parts, emitter, waiting, on_change))
    draining.add_done_callback(lambda _: waiting.changed.set())
    try:
        while not draining.done() or waiting.events:
            await waiting.pause(over=draining.done())
            if events := waiting.take():
                await write(events)
    finally:
        draining.cancel()
        await asyncio.wait([draining])
    await draining


async def _drain(
    parts: AsyncIterator[StreamPart[Any, Any]],
    emitter: TurnEmitter,
    waiting: _Waiting,
    on_change: Callable[[], None],
) -> None:
    async for part in parts:
        waiting.add(emitter.feed(part))
        on_change()


class _Waiting:
    """Events that wait to be written."""

    def __init__(self) -> None:
        self.events: list[BaseEvent] = []
        self.changed = asyncio.Event()
        self._written_at = -PROGRESS_SECONDS

    def add(self, events: Sequence[BaseEvent]) -> None:
        self.events += events
        if events:
            self.changed.set()

    def take(self) -> list[BaseEvent]:
        events, self.events = self.events, []
        self._written_at = time.monotonic()
        return coalesced(events)

    async def pause(self, *, over: bool) -> None:
        """Until something waits and its time has come; not at all where nothing more can come."""
        while not over:
            self.changed.clear()
            left = self._left()
            if left is not None and left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await self.changed.wait()
            except TimeoutError:
                return
            if not self.events:
                return

    def _left(self) -> float | None:
        """Seconds until what waits may be written; None where nothing waits."""
        if not self.events:
            return None
        only_progress = all(isinstance(event, ActivityDeltaEvent) for event in self.events)
        pause = PROGRESS_SECONDS if only_progress else TEXT_SECONDS
        return self._written_at + pause - time.monotonic()
