"""How many sessions are worked on at once, over all runs, and whose turn it is.

A limit of our own: LangGraph's ``max_concurrency`` also holds back checkpoint writes, so what had
been done was forgotten in a crash.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Limiter:
    """A number of slots, handed out to owners in turn: a long run does not starve a short one.

    Within one owner the order is first come, first served.
    """

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def free(self) -> int:
        """Slots nobody holds."""
        return self._free

    @asynccontextmanager
    async def slot(self, owner: str) -> AsyncGenerator[None]:
        """A slot for as long as the block runs."""
        await self._take(owner)
        try:
            yield
        finally:
            self._hand_on()

    async def _take(self, owner: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._hand_on()  # the slot was given in the same moment: it must not be lost
            raise

    def _hand_on(self) -> None:
        """Give the slot to the owner whose turn it is, and put that owner at the end."""
        while self._waiting:
            owner, queue = next(iter(self._waiting.items()))
            del self._waiting[owner]
            turn = queue.popleft()
            if queue:
                self._waiting[owner] = queue
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
