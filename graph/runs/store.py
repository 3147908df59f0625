"""The run store: runs, and bodies by reference. State carries refs, never bodies."""

from __future__ import annotations

from typing import Protocol, TypedDict

from graph.ids import RunId
from graph.runs.run import Run, RunStatus


class BlobRef(TypedDict):
    """Small handle for a stored body (the claim-check pattern); plain JSON, so it fits state."""

    key: str
    digest: str
    size: int


class RunStore(Protocol):
    """Authoritative store of runs and their bodies."""

    async def create_run(self, run: Run, *, idempotency_key: str | None = None) -> Run:
        """Store a new run, or return the one that this key made before.

        Raises:
            IdempotencyMismatch: the key came before with another request.
        """
        ...

    async def get_run(self, run_id: str) -> Run:
        """Raises: UnknownRun."""
        ...

    async def list_runs(self, *, limit: int = 50) -> list[Run]:
        """Newest first."""
        ...

    async def set_status(
        self, run_id: RunId, status: RunStatus, *, error: str = "", message: str = ""
    ) -> None: ...

    async def put(self, run_id: str, name: str, body: bytes) -> BlobRef:
        """Store a body under a name of the run, replacing an earlier one."""
        ...

    async def get(self, ref: BlobRef) -> bytes:
        """A stored body; its digest is checked.

        Raises:
            StoreError: it is gone or damaged.
        """
        ...

    async def find(self, run_id: str, name: str) -> BlobRef | None:
        """The ref of a named body, or None."""
        ...

    async def names(self, run_id: str, prefix: str) -> list[str]:
        """Names of the run's bodies that start with a prefix, sorted."""
        ...
