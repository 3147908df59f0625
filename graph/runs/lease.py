"""The lease: at most one worker writes for a run, and one that slept too long notices.

Taking a lease raises its token by one. A write to the store carries the token and is refused where a
newer one exists. Where a write goes to another place (the event log), the holder asks itself first:
once its own clock says that the lease has run out, it must not write.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from graph.errors import LeaseLost, StoreError

LEASE_SECONDS = 20.0
"""How long a lease holds without renewal; also the longest wait to take over from a lost machine."""

logger = logging.getLogger("snags.graph.runs")


class LeaseStore(Protocol):
    """Where leases are kept."""

    async def take_lease(self, run_id: str, *, seconds: float) -> int | None:
        """A new token, or None while a living worker holds the run."""
        ...

    async def seize_lease(self, run_id: str, *, seconds: float) -> int:
        """A new token, whoever holds the run."""
        ...

    async def renew_lease(self, run_id: str, token: int, *, seconds: float) -> None:
        """Raises: LeaseLost."""
        ...

    async def release_lease(self, run_id: str, token: int) -> None:
        """Give it back; nothing happens where it is lost already."""
        ...


class Lease:
    """The right to write for one run."""

    def __init__(self, run_id: str, token: int, seconds: float) -> None:
        self.run_id = run_id
        self.token = token
        self._until = time.monotonic() + seconds

    def check(self) -> None:
        """Raises: LeaseLost."""
        if time.monotonic() >= self._until:
            raise LeaseLost(
                f"The lease of run {self.run_id!r} has run out; another worker may have taken it "
                "over. This one stops; the run goes on there, or at the next start."
            )

    def extend(self, until: float) -> None:
        """``until`` on the monotonic clock, counted from before the renewal was asked for."""
        self._until = until

    def end(self) -> None:
        self._until = 0.0


@asynccontextmanager
async def hold_lease(
    store: LeaseStore, run_id: str, *, seconds: float = LEASE_SECONDS
) -> AsyncGenerator[Lease | None]:
    """A lease that renews itself for as long as the block runs; None where another worker has it."""
    token = await store.take_lease(run_id, seconds=seconds)
    if token is None:
        yield None
        return
    lease = Lease(run_id, token, seconds)
    renewing = asyncio.create_task(_renew(store, lease, seconds))
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])
        await _release(store, lease)


async def _release(store: LeaseStore, lease: Lease) -> None:
    lease.end()
    try:
        await store.release_lease(lease.run_id, lease.token)
    except StoreError as error:  # it runs out by itself
        logger.warning("lease not released: %s", error, extra={"run_id": lease.run_id})


async def _renew(store: LeaseStore, lease: Lease, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds / 4)
        asked_at = time.monotonic()
        try:
            await store.renew_lease(lease.run_id, lease.token, seconds=seconds)
        except LeaseLost:
            logger.warning("lease lost", extra={"run_id": lease.run_id})
            lease.end()
            return
        except StoreError as error:  # it may come back before the lease runs out
            logger.warning("lease not renewed: %s", error, extra={"run_id": lease.run_id})
        else:
            lease.extend(asked_at + seconds)
