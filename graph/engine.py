"""The run engine: starts, follows, cancels and resumes runs, and reads what they made.

A run belongs to nobody's request: the browser may go, the run goes on. ``docs/lifecycles.md`` draws
what happens to a run and to its stream when they finish, are cancelled, or the server stops.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from graph.analyst import Analyst
from graph.build import build_graph
from graph.errors import InvalidRequest, NoSessions, SourceError, UnknownSession
from graph.ids import new_run_id
from graph.models.door import ModelDoor
from graph.nodes import LISTING
from graph.report_step import read_report, report_body
from graph.reports.report import Report, ReportSession
from graph.runs.bodies import encode
from graph.runs.checkpoints import plain_values
from graph.runs.limiter import Limiter
from graph.runs.run import Passes, Run, RunRequest, RunStatus, SourceSpec
from graph.runs.selection import select_sessions
from graph.runs.source_door import PathOpener, SourceDoor, with_fixed_paths
from graph.runs.steps import read_body
from graph.runs.store import RunStore
from graph.session_step import SUMMARY_PREFIX, TRACE_PREFIX
from graph.sessions.rules import RulesAnalyst
from graph.sessions.summary import SessionSummary
from graph.settings import Settings
from graph.sources.folder import open_source
from graph.sources.posthog.opening import PostHogDoor
from graph.sources.recording import Listing
from graph.stores import open_run_stores, open_saver
from graph.stream.events import TERMINAL_EVENTS
from graph.stream.journal import stream_of
from graph.stream.log import EventLog, LogEntry
from graph.stream.sse import nothing_follows
from graph.traces.trace import Trace
from graph.worker import RunWorker

T = TypeVar("T")

REPORTS_KEPT = 4
"""Reports held in memory: a page that opens session after session reads one of them again and again."""

RECENT_RUNS = 1_000
"""Runs looked at, on resuming, for a last event that a crash swallowed."""

logger = logging.getLogger("snags.graph.engine")


class RunEngine:
    """Every run of one data folder, as seen from one process. Use ``open_engine``."""

    def __init__(self, settings: Settings, worker: RunWorker) -> None:
        self.settings = settings
        self._worker = worker
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._cancelling = asyncio.Lock()
        self._reports: OrderedDict[str, Report] = OrderedDict()
        """Read lately; a report of an ended run never changes."""

    @property
    def store(self) -> RunStore:
        return self._worker.store

    @property
    def log(self) -> EventLog:
        return self._worker.log

    async def start(self, request: RunRequest, *, idempotency_key: str | None = None) -> Run:
        """Start a run, or return the one that this key started before.

        Raises:
            InvalidRequest: the request cannot be met; the message says what can be.
            RecordingNotFound: the path does not exist.
            NoSessions: nothing in the source can be read as a session, or nothing matches.
            IdempotencyMismatch: the key came before with another request.
        """
        request = await asyncio.to_thread(with_fixed_paths, request)
        if idempotency_key is not None:
            earlier = await self._worker.store.run_of_key(idempotency_key, request)
            if earlier is not None:
                return earlier
        listing = await asyncio.to_thread(self._listing_of, request)
        asked = Run(
            run_id=new_run_id(),
            status=RunStatus.QUEUED,
            request=request,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        run = await self._worker.store.create_run(asked, idempotency_key=idempotency_key)
        if run.run_id == asked.run_id:
            await self._worker.store.put(run.run_id, LISTING, encode(listing))
            self._begin(run)
        return run

    async def resume_all(self) -> list[Run]:
        """Go on with every run that an earlier process left unfinished; returns them."""
        unfinished = [
            run
            for run in await self._worker.store.unfinished_runs()
            if run.run_id not in self._tasks
        ]
        for run in unfinished:
            logger.info("run resumed", extra={"run_id": run.run_id})
            self._begin(run)
        for run in await self._worker.store.list_runs(limit=RECENT_RUNS):
            await self._worker.mend(run)
        return unfinished

    async def cancel(self, run_id: str) -> Run:
        """End a run now, wherever it runs; a run that has ended stays as it is.

        Raises:
            UnknownRun: there is none of that id.
        """
        async with self._cancelling:
            run = await self._worker.store.get_run(run_id)
            if run.status.ended:
                return run
            await self._interrupt(run_id)
            return await self._worker.close_cancelled(run_id)

    async def wait(self, run_id: str) -> Run:
        """The run once it has ended; one that is interrupted here is returned as it stands."""
        task = self._tasks.get(run_id)
        if task is not None:
            await asyncio.wait([task])
        elif not (await self._worker.store.get_run(run_id)).status.ended:
            async for _ in self.follow(run_id):
                pass
        return await self._worker.store.get_run(run_id)

    async def follow(self, run_id: str, after: int = 0) -> AsyncGenerator[LogEntry]:
        """The run's events after an offset, then new ones as they come, to its last.

        Raises:
            UnknownRun: there is none of that id.
            InvalidRequest: the run has fewer events than that.
        """
        await self._worker.store.get_run(run_id)
        stream = stream_of(run_id)
        if await nothing_follows(self.log, stream, after=after, until=TERMINAL_EVENTS):
            return
        following = self._worker.log.follow(stream, after=after, until=TERMINAL_EVENTS)
        async with aclosing(following) as entries:
            async for entry in entries:
                yield entry

    async def get(self, run_id: str) -> Run:
        """Raises: UnknownRun."""
        return await self._worker.store.get_run(run_id)

    async def runs(self, *, limit: int = 50) -> list[Run]:
        """Newest first."""
        return await self._worker.store.list_runs(limit=limit)

    async def listing(self, source: SourceSpec) -> Listing:
        """What a source holds, where a client may look at it.

        Raises:
            InvalidRequest: no source is named, or one outside the folders.
            SourceError: it cannot be had.
        """
        door = replace(self._worker.door, within=self.settings.readable_paths)
        return await asyncio.to_thread(lambda: door.open(source).list())

    async def demo_sessions(self) -> int:
        """How many sessions the bundled demo has; 0 where it is not installed."""
        try:
            demo = self._worker.door.open
            source = await asyncio.to_thread(demo, SourceSpec(demo=True))
            return len((await asyncio.to_thread(source.list)).refs)
        except SourceError:
            return 0

    async def report(self, run_id: str) -> Report:
        """Raises: UnknownRun, UnknownReport."""
        run = await self.get(run_id)
        if run_id not in self._reports:
            report = await read_report(self.store, run)
            if not run.status.ended:
                return report
            self._reports[run_id] = report
            while len(self._reports) > REPORTS_KEPT:
                self._reports.popitem(last=False)
        self._reports.move_to_end(run_id)
        return self._reports[run_id]

    async def report_json(self, run_id: str) -> bytes:
        """The report's public JSON, as it was stored. Raises: UnknownRun, UnknownReport."""
        return await report_body(self.store, await self.get(run_id))

    async def session(self, run_id: str, session_id: str) -> ReportSession:
        """What the report says of one session. Raises: UnknownRun, UnknownReport, UnknownSession."""
        report = await self.report(run_id)
        for session in report.sessions:
            if session.session_id == session_id:
                return session
        raise _unknown_session(run_id, session_id)

    async def trace(self, run_id: str, session_id: str) -> Trace:
        """Raises: UnknownRun, UnknownSession."""
        return await self._body_of(run_id, TRACE_PREFIX, session_id, Trace)

    async def find_trace(self, run_id: str, session_id: str) -> Trace | None:
        """The trace of a session, or None where it was never read. Raises: UnknownRun."""
        try:
            return await self.trace(run_id, session_id)
        except UnknownSession:
            return None

    async def summary(self, run_id: str, session_id: str) -> SessionSummary:
        """Raises: UnknownRun, UnknownSession."""
        return await self._body_of(run_id, SUMMARY_PREFIX, session_id, SessionSummary)

    async def held_out(self, run_id: str) -> list[SessionSummary]:
        """What was said of the sessions that the run analysed and counted nowhere.

        Raises:
            UnknownRun: there is no such run.
        """
        run = await self.get(run_id)
        found: list[SessionSummary] = []
        for name in await self.store.names(run_id, SUMMARY_PREFIX):
            ref = await self.store.find(run_id, name)
            if ref is not None and run.request.held_out:
                summary = await read_body(self.store, ref, SessionSummary)
                if run.request.holds_out(summary.file):
                    found.append(summary)
        return found

    async def close(self) -> None:
        """Stop working. What is unfinished stays resumable."""
        for run_id in list(self._tasks):
            await self._interrupt(run_id)

    def _begin(self, run: Run) -> None:
        task = asyncio.create_task(self._worker.drive(run), name=run.run_id)
        self._tasks[run.run_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(run.run_id, None))

    async def _interrupt(self, run_id: str) -> None:
        task = self._tasks.get(run_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def _listing_of(self, request: RunRequest) -> Listing:
        if request.passes is Passes.MODEL and self._worker.models.why_closed:
            raise InvalidRequest(
                f"passes {request.passes.value!r} needs a model: {self._worker.models.why_closed}. "
                f"Set one up (snags doctor says how it stands), or ask for {Passes.RULES.value!r}."
            )
        source = self._worker.door.open(request.source)
        listing = source.list()
        if not listing.refs:
            raise NoSessions(_why_empty(source.label, listing))
        if not select_sessions(listing, request.filters, request.limits).refs:
            asked = ", ".join(repr(part) for part in request.filters.sessions)
            raise NoSessions(
                f"None of the {len(listing.refs)} sessions in {source.label!r} has {asked} in its id "
                "or file name. Leave the filter out to look at all."
            )
        return listing

    async def _body_of(self, run_id: str, prefix: str, session_id: str, kind: type[T]) -> T:
        await self._worker.store.get_run(run_id)
        ref = await self._worker.store.find(run_id, prefix + session_id)
        if ref is None:
            raise _unknown_session(run_id, session_id)
        return await read_body(self._worker.store, ref, kind)


def _unknown_session(run_id: str, session_id: str) -> UnknownSession:
    return UnknownSession(
        f"Run {run_id!r} has not read a session {session_id!r}. Its report lists the sessions, and why "
        "some were left out."
    )


def _why_empty(label: str, listing: Listing) -> str:
    if not listing.unreadable:
        return (
            f"{label!r} holds no recordings. Name a folder or file of rrweb or PostHog recordings; "
            "the README lists the forms."
        )
    first = listing.unreadable[0]
    return (
        f"{label!r} holds no recording that can be read. {len(listing.unreadable)} files were tried; "
        f"the first is {first.file!r}: {first.reason}"
    )


@asynccontextmanager
async def open_engine(
    settings: Settings,
    *,
    only_within: Sequence[Path] | None = None,
    analysts: tuple[Analyst, ...] = (RulesAnalyst(),),
    open_paths: PathOpener = open_source,
) -> AsyncGenerator[RunEngine]:
    """The engine over a data folder. Call ``resume_all`` to go on with what was left unfinished.

    Args:
        settings: where the data folder is, and how much to do at once.
        only_within: folders that requests may name; everything where not given.
        analysts: who looks at a session, in order.
        open_paths: how named paths become a source.

    Raises:
        StoreError: the data folder cannot be used.
    """
    posthog, models = PostHogDoor(settings), ModelDoor(settings)
    door = SourceDoor(
        open_paths=open_paths,
        demo=settings.demo_recordings,
        within=None if only_within is None else tuple(only_within),
        posthog=posthog,
    )
    threads = ThreadPoolExecutor(settings.concurrency + 1, thread_name_prefix="snags-work")
    async with (
        open_run_stores(settings) as stores,
        open_saver(settings, "checkpoints", plain_values()) as saver,
    ):
        worker = RunWorker(
            store=stores.runs,
            log=stores.log,
            graph=build_graph(saver),
            saver=saver,
            analysts=analysts,
            door=door,
            models=models,
            limiter=Limiter(settings.concurrency),
            threads=threads,
            data_dir=settings.data_dir,
        )
        engine = RunEngine(settings, worker)
        try:
            yield engine
        finally:
            await engine.close()
            await models.close()
            threads.shutdown(wait=False, cancel_futures=True)
            await asyncio.to_thread(posthog.close)
