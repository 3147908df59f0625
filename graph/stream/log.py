"""The event log: append gets an offset, read goes on after one. A stream is a log."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One entry of a stream. ``offset`` starts at 1 and has no gaps within its stream."""

    offset: int
    type: str
    data: str
    """JSON on one line."""


class EventLog(Protocol):
    """An append-only log of many streams (one per run, one per conversation)."""

    async def append(self, stream: str, entries: list[tuple[str, str]]) -> int:
        """Append (type, JSON) entries in order; returns the offset of the last.

        Raises:
            StoreError: the log cannot be written.
        """
        ...

    async def read(self, stream: str, *, after: int = 0, limit: int = 500) -> list[LogEntry]:
        """Entries with an offset above ``after``, oldest first."""
        ...

    def follow(
        self, stream: str, *, after: int = 0, until: frozenset[str]
    ) -> AsyncGenerator[LogEntry]:
        """Entries after an offset, then new ones as they come; ends after a type in ``until``."""
        ...

    async def last_offset(self, stream: str) -> int:
        """Offset of the newest entry; 0 for an empty or unknown stream."""
        ...
