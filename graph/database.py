"""What stores ask of a database: statements, transactions, a clock. SQLite and PostgreSQL both give it.

Statements are written once, in what the two have in common: ``?`` stands for a value, ``ON CONFLICT`` replaces,
``RETURNING`` returns. A schema is written for SQLite; ``graph/postgres.py`` translates its few types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Rows(Protocol):
    """What a statement found."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> tuple[Any, ...] | None: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...
    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


class Connection(Protocol):
    """Used by one piece of work at a time."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows: ...

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None: ...

    def transaction(self, key: str) -> AbstractContextManager[None]:
        """All of the block or nothing; blocks of the same key follow one another, across processes too."""
        ...

    def now(self) -> float:
        """Seconds since 1970, by the one clock that everybody who uses this database shares."""
        ...


class Database(Protocol):
    """A database off the event loop."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in a thread.

        Raises:
            StoreError: the database did not answer, or has been closed.
        """
        ...

    async def hold(self, name: str) -> bool:
        """True for the first to ask, until its database is closed or its process ends; False for others."""
        ...
