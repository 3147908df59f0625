"""What the nodes of one run work with: seams and spines in one frozen bundle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from graph.analyst import Analyst
from graph.models.call import Models
from graph.runs.landings import Landings
from graph.runs.limiter import Limiter
from graph.runs.run import Run
from graph.runs.store import RunStore
from graph.sources.recording import RecordingSource
from graph.stream.journal import RunJournal

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The context of a graph run. Never stored: a resumed run gets its own."""

    run: Run
    source: RecordingSource
    analysts: tuple[Analyst, ...]
    store: RunStore
    """Under the run's lease: it refuses to write once the lease is lost."""
    journal: RunJournal
    landings: Landings
    limiter: Limiter
    """Shared by all runs of the process."""
    threads: Executor
    models: Models | None
    """None where the run was asked for by rules alone."""

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do blocking work in one of the run's threads, so that the event loop stays free."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, lambda: work(*args, **kwargs))

    def elapsed_ms(self) -> int:
        """Since the run was asked for, time in which nothing ran included."""
        asked_at = datetime.fromisoformat(self.run.created_at)
        return max(0, round((datetime.now(UTC) - asked_at).total_seconds() * 1_000))
