"""The reports that tools read from, and where the runs stand that have none yet."""

from __future__ import annotations

from graph.engine import RunEngine
from graph.errors import UnknownReport
from graph.reports.report import Report
from graph.runs.run import Run, RunStatus
from graph.stream.events import RUN_EVENT
from graph.stream.journal import stream_of
from tools.run_progress import RunProgress

PAGE = 1_000


class Library:
    """Reports by run id, the newest where none is named."""

    def __init__(self, engine: RunEngine) -> None:
        self.engine = engine

    async def report(self, run_id: str) -> Report:
        """The report of a run; of the newest one that has one where no run is named.

        Raises:
            UnknownRun: there is no run of that id.
            UnknownReport: it has no report; or there is none at all.
        """
        run_id = run_id or await self.newest()
        if not run_id:
            raise UnknownReport(
                "There is no report yet. Ask for one first: 'Summarise the demo', or name a file or "
                "folder of recordings."
            )
        return await self.engine.report(run_id)

    async def newest(self) -> str:
        """Id of the newest run that has a report; empty where none has."""
        done = (RunStatus.DONE, RunStatus.DONE_WITH_GAPS)
        return next((run.run_id for run in await self.engine.runs() if run.status in done), "")

    async def going(self) -> Run | None:
        """The newest run that is being worked on."""
        return next((run for run in await self.engine.runs() if not run.status.ended), None)

    async def progress(self, run_id: str) -> RunProgress:
        """Where a run stands, from its events so far."""
        progress, after = RunProgress(run_id), 0
        while page := await self.engine.log.read(stream_of(run_id), after=after, limit=PAGE):
            for entry in page:
                progress.apply(RUN_EVENT.validate_json(entry.data))
            after = page[-1].offset
        return progress
