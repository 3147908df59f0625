"""The journal of one run: its events in the log, each once, however often the run is resumed."""

from __future__ import annotations

import time
from collections.abc import Callable

from graph.stream.events import (
    RUN_EVENT,
    TERMINAL_EVENTS,
    CandidateFound,
    PatternFirmed,
    PatternProvisional,
    ProgressUpdated,
    RunEvent,
    SessionFailed,
    SessionQueued,
    SessionSkipped,
    SessionSummarized,
)
from graph.stream.log import EventLog

PROGRESS_SECONDS = 0.34
"""Pause between two progress events: three a second, and the last one makes four at most."""

PAGE = 1_000

Mark = tuple[str, ...]


def stream_of(run_id: str) -> str:
    """The log's name for the events of a run."""
    return f"run:{run_id}"


def mark_of(event: RunEvent) -> Mark | None:
    """What must not be told twice; None for progress, which is told as often as it changes."""
    match event:
        case SessionQueued() | SessionSkipped() | SessionSummarized() | SessionFailed():
            return (event.type, event.session_id, event.file)
        case CandidateFound():
            return (event.type, event.session_id, *event.event_ids, event.claim)
        case PatternFirmed():
            return (event.type, event.pattern_id)
        case PatternProvisional():
            grown = (event.title, event.kind, event.severity, str(event.affected))
            return (event.type, event.pattern_id, *grown)
        case ProgressUpdated():
            return None
        case _:
            return (event.type,)


class RunJournal:
    """Appends a run's events. Only the holder of the run's lease may write one."""

    def __init__(self, log: EventLog, run_id: str, check_lease: Callable[[], None]) -> None:
        self._log = log
        self._stream = stream_of(run_id)
        self._check_lease = check_lease
        self._told: set[Mark] = set()
        self._ended = False
        self._progress_at = -PROGRESS_SECONDS
        self._progress: ProgressUpdated | None = None

    async def catch_up(self) -> None:
        """Learn from the log what an earlier attempt has told already."""
        after = 0
        while page := await self._log.read(self._stream, after=after, limit=PAGE):
            for entry in page:
                self._note(RUN_EVENT.validate_json(entry.data))
            after = page[-1].offset

    def has_told(self, *mark: str) -> bool:
        """True where an event with this mark is in the log."""
        return mark in self._told

    async def tell(self, *events: RunEvent) -> None:
        """Append what has not been told yet, in one piece; nothing after the run's last event.

        Raises:
            LeaseLost: another worker may be writing for this run.
        """
        fresh = [event for event in events if not self._ended and self._note(event)]
        if fresh:
            self._check_lease()
            await self._log.append(
                self._stream, [(event.type, event.model_dump_json()) for event in fresh]
            )

    async def progress(self, event: ProgressUpdated, *, last: bool = False) -> None:
        """Tell where the run stands, unless that was told a moment ago and more will follow."""
        self._progress = event
        now = time.monotonic()
        if last or now - self._progress_at >= PROGRESS_SECONDS:
            self._progress_at = now
            await self.tell(event)

    async def remark(self, words: str) -> None:
        """Tell what the run waits for, beside where it last stood; nothing before it stood anywhere."""
        if self._progress is not None:
            await self.tell(self._progress.model_copy(update={"message": words}))

    def _note(self, event: RunEvent) -> bool:
        """Remember an event; False where it was known."""
        mark = mark_of(event)
        if mark in self._told:
            return False
        if mark is not None:
            self._told.add(mark)
        self._ended = self._ended or event.type in TERMINAL_EVENTS
        return True
