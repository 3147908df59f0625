"""One run, from its lease to its last event. Runs in a task of its own, detached from any request."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import langsmith
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from graph.analyst import Analyst
from graph.build import ReportGraph
from graph.deps import Deps
from graph.errors import BodyDamaged, LeaseLost, ModelDenied, StoreError, TooManyFailures
from graph.models.call import Models
from graph.models.door import ModelDoor
from graph.report_step import read_report
from graph.reports.report import Report
from graph.runs.checkpoints import CHECKPOINT_ERRORS
from graph.runs.fan_out import attempt
from graph.runs.landings import Landings
from graph.runs.lease import LEASE_SECONDS, Lease, hold_lease
from graph.runs.limiter import Limiter
from graph.runs.run import Failure, Passes, Run, RunStatus
from graph.runs.source_door import SourceDoor
from graph.runs.space import check_free_space
from graph.runs.sql_store import SqlRunStore
from graph.runs.store import RunStore
from graph.session_step import recall_sessions
from graph.state import ReportInput
from graph.stream.events import (
    TERMINAL_EVENTS,
    ReportFinal,
    RunEvent,
    RunFailed,
    RunStarted,
    RunWasCancelled,
)
from graph.stream.journal import RunJournal, stream_of
from graph.stream.log import EventLog
from graph.stream.sse import newest_entry
from graph.telemetry import RUNS, RUNS_AT_WORK, spanned

STORE_RETRY_SECONDS = (1.0, 5.0, 30.0)
"""Pauses before a run is tried again whose store did not answer; then it waits for the next start."""

LEASE_LOST_SECONDS = 1.0
"""Pause before a worker that lost its lease asks who has the run now."""

logger = logging.getLogger("snags.graph.worker")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    status: RunStatus
    last_event: RunEvent
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWorker:
    """Works on runs. One per process; what belongs to one run is in its ``Deps``."""

    store: SqlRunStore
    log: EventLog
    graph: ReportGraph
    saver: BaseCheckpointSaver[str]
    analysts: tuple[Analyst, ...]
    door: SourceDoor
    models: ModelDoor
    limiter: Limiter
    threads: Executor
    data_dir: Path
    """Where this process writes, and looks for room before it does."""

    async def drive(self, run: Run) -> None:
        """Work on a run until it has ended. Cancelled, it leaves the run as it is: resumable.

        Raises nothing that somebody would have to catch: what stops a run is in its status, and what
        stops even that is in the log, and tried again at the next start.
        """
        pauses = iter(STORE_RETRY_SECONDS)
        while True:
            try:
                await self._work_under_lease(run.run_id)
                return
            except LeaseLost:
                # Cancelled, taken over, or only asleep for too long: who may go on, the lease says.
                logger.warning("lease lost", extra={"run_id": run.run_id})
                pause: float | None = LEASE_LOST_SECONDS
            except StoreError as error:
                logger.error("run interrupted: %s", error, extra={"run_id": run.run_id})
                pause = next(pauses, None)
            if pause is None:
                return
            await asyncio.sleep(pause)

    async def close_cancelled(self, run_id: str) -> Run:
        """Mark a run as cancelled that nobody works on here any more, and say so in its stream.

        The lease is taken by force: a worker elsewhere notices at its next write.
        """
        token = await self.store.seize_lease(run_id, seconds=LEASE_SECONDS)
        run = await self.store.get_run(run_id)
        if not run.status.ended:
            store = self.store.under(run_id, token)
            await store.set_status(run.run_id, RunStatus.CANCELLED, message="Cancelled on request.")
            run = await self.store.get_run(run_id)
        await self._tell_end(run)
        await self.store.release_lease(run_id, token)
        return run

    async def mend(self, run: Run) -> None:
        """Append the last event of an ended run, where a crash came between its end and that event."""
        if run.status.ended and not await self._has_told_its_end(run):
            async with hold_lease(self.store, run.run_id) as lease:
                if lease is not None:
                    await self._tell_end(run)

    async def _tell_end(self, run: Run) -> None:
        """Under the lease, so that two processes do not tell it both."""
        if not await self._has_told_its_end(run):
            journal = RunJournal(self.log, run.run_id, check_lease=lambda: None)
            await journal.tell(await self._last_event(run))

    async def _has_told_its_end(self, run: Run) -> bool:
        newest = await newest_entry(self.log, stream_of(run.run_id))
        return newest is not None and newest.type in TERMINAL_EVENTS

    async def _work_under_lease(self, run_id: str) -> None:
        """Wait for the lease while another living worker has the run, then work unless it ended."""
        while not (run := await self.store.get_run(run_id)).status.ended:
            async with hold_lease(self.store, run_id) as lease:
                if lease is not None:
                    await self._work(run, lease)
                    return
            await asyncio.sleep(LEASE_SECONDS / 4)

    async def _work(self, run: Run, lease: Lease) -> None:
        store = self.store.under(run.run_id, lease.token)
        journal = RunJournal(self.log, run.run_id, lease.check)
        with RUNS_AT_WORK.track_inprogress(), spanned("run", run_id=run.run_id):
            ending = await self._ending(run, store, journal)
        RUNS.labels(ending.status.value).inc()
        await store.set_status(
            run.run_id, ending.status, error=ending.error, message=ending.message
        )
        await journal.tell(ending.last_event)
        await self.saver.adelete_thread(run.run_id)

    async def _ending(self, run: Run, store: RunStore, journal: RunJournal) -> Ending:
        try:
            made = await attempt("run", run.run_id, lambda: self._report(run, store, journal))
        except (TooManyFailures, BodyDamaged) as error:
            return _failed(type(error).__name__, str(error))
        if isinstance(made, Failure):
            return _failed(made.error, made.message)
        gaps = made.coverage.failed > 0 or bool(made.coverage.unreadable)
        status = RunStatus.DONE_WITH_GAPS if gaps else RunStatus.DONE
        return Ending(status, _report_final(made))

    async def _report(self, run: Run, store: RunStore, journal: RunJournal) -> Report:
        await asyncio.to_thread(check_free_space, self.data_dir)
        await store.set_status(run.run_id, RunStatus.RUNNING)
        await journal.catch_up()
        loop = asyncio.get_running_loop()

        def tell(waits_for: str) -> None:
            asyncio.run_coroutine_threadsafe(journal.remark(waits_for), loop)

        source = await asyncio.to_thread(self.door.open, run.request.source, tell)
        await journal.tell(
            RunStarted(run_id=run.run_id, source=source.label, focus=run.request.focus)
        )
        deps = Deps(
            run=run,
            source=source,
            analysts=self.analysts,
            store=store,
            journal=journal,
            landings=Landings(),
            limiter=self.limiter,
            threads=self.threads,
            models=await self._models_of(run),
        )
        await recall_sessions(deps)
        await self._run_graph(deps)
        return await read_report(store, run)

    async def _models_of(self, run: Run) -> Models | None:
        """The models of a run that asked for them.

        Raises:
            ModelDenied: none is set up any more, where a run is resumed in another environment.
        """
        if run.request.passes is not Passes.MODEL:
            return None
        if self.models.why_closed:
            raise ModelDenied(f"The run asks for a model: {self.models.why_closed}.")
        return await self.models.for_run(run.run_id)

    async def _run_graph(self, deps: Deps) -> None:
        """Run the graph, from its checkpoint where it has one.

        Raises:
            StoreError: checkpoints cannot be written; nothing more is done until they can.
        """
        config = RunnableConfig(configurable={"thread_id": deps.run.run_id})
        try:
            begun = await self.saver.aget_tuple(config) is not None
            # A tracing variable set for something else must not send recordings away.
            with langsmith.tracing_context(enabled=False):
                await self.graph.ainvoke(
                    None if begun else ReportInput(run_id=deps.run.run_id),
                    config,
                    context=deps,
                    durability="sync",
                )
        except CHECKPOINT_ERRORS as error:
            raise StoreError(
                f"Checkpoints cannot be written: {error}. Check free space."
            ) from error

    async def _last_event(self, run: Run) -> RunEvent:
        match run.status:
            case RunStatus.FAILED:
                return RunFailed(error=run.error, message=run.message)
            case RunStatus.CANCELLED:
                return RunWasCancelled(message=run.message)
            case _:
                return _report_final(await read_report(self.store, run))


def _failed(error: str, message: str) -> Ending:
    last_event = RunFailed(error=error, message=message)
    return Ending(RunStatus.FAILED, last_event, error=error, message=message)


def _report_final(report: Report) -> ReportFinal:
    coverage = report.coverage
    return ReportFinal(
        patterns=len(report.patterns),
        summarized=coverage.summarized,
        skipped=coverage.skipped,
        failed=coverage.failed,
        elapsed_ms=report.usage.final_ms or 0,
    )
