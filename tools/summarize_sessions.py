"""The tool that makes a report: starts or joins a run, tells its events, returns a digest."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from langchain_core.tools import BaseTool, InjectedToolCallId
from langgraph.config import get_stream_writer
from pydantic import Field

from graph.errors import RunCancelled, RunError
from graph.reports.report import Report
from graph.reports.words import count as counted
from graph.runs.run import Filters, Limits, Run, RunRequest, RunStatus, SourceSpec
from graph.runs.source_door import with_fixed_paths
from graph.stream.log import LogEntry
from tools.answer import Answer, plain, run_href
from tools.declare import CurrentReport, Result, declare
from tools.library import Library
from tools.patterns import PatternFilter, list_patterns

RUN_EVENT_PART = "snags.run_event"
MAX_FOCUS = 2_000
DEMO_WORDS = frozenset({"demo", "the demo", "demo sessions", "demo recordings", "example"})


class RunEventPart(TypedDict):
    """One event of a run, as the tool hands it to whoever streams the conversation."""

    type: Literal["snags.run_event"]
    run_id: str
    tool_call_id: str
    event: dict[str, Any]


class SummarizeSessions:
    """``summarize_sessions``."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def tools(self) -> list[BaseTool]:
        return [declare(self.summarize_sessions)]

    async def summarize_sessions(
        self,
        report: CurrentReport,
        tool_call_id: Annotated[str, InjectedToolCallId],
        source: Annotated[
            str, Field(description="'demo', or the path of a file or folder of recordings")
        ] = "",
        focus: Annotated[
            str, Field(description="The user's own question, word for word; empty if there is none")
        ] = "",
        sessions: Annotated[
            list[str] | None,
            Field(description="Only sessions whose id or file contains one of these"),
        ] = None,
        max_sessions: Annotated[
            int | None,
            Field(ge=1, le=100_000, description="At most so many, spread over the source"),
        ] = None,
    ) -> Result:
        """Watch recordings of user sessions and report what users got stuck on.

        Use it only when the user asks for recordings to be looked at: a report that exists answers
        questions by itself. Takes seconds to minutes and shows its progress; the report is stored, and
        the other tools then read it. Without a source it looks at the one of the current report, or at
        the demo.
        """
        request = RunRequest(
            source=await self._source(source, report),
            focus=focus.strip()[:MAX_FOCUS],
            filters=Filters(sessions=tuple(sessions or ())),
            limits=Limits(max_sessions=max_sessions) if max_sessions else Limits(),
        )
        run = await self._start_or_join(request, tool_call_id)
        writer = get_stream_writer()
        async for entry in self._library.engine.follow(run.run_id):
            writer(_part(run.run_id, tool_call_id, entry))
        ended = await self._library.engine.wait(run.run_id)
        _check(ended)
        return digest(await self._library.report(run.run_id)).content_and_artifact()

    async def _source(self, source: str, report: str) -> SourceSpec:
        named = source.strip()
        if named.casefold() in DEMO_WORDS:
            return SourceSpec(demo=True)
        if named:
            folders = self._library.engine.settings.allow_paths
            return SourceSpec(paths=(str(await asyncio.to_thread(_located, named, folders)),))
        run_id = report or await self._library.newest()
        if not run_id:
            return SourceSpec(demo=True)
        return (await self._library.engine.get(run_id)).request.source

    async def _start_or_join(self, request: RunRequest, tool_call_id: str) -> Run:
        """Join a run that is making exactly this report; start one otherwise.

        The call's id is the idempotency key: a call that is made again after a crash finds its run.
        """
        wanted = with_fixed_paths(request)
        for run in await self._library.engine.runs():
            if not run.status.ended and run.request == wanted:
                return run
        return await self._library.engine.start(request, idempotency_key=f"call:{tool_call_id}")


def digest(report: Report) -> Answer:
    """What a reader wants first: the answer to the question, the worst patterns, the gaps."""
    href = run_href(report.run_id)
    lines = [line for line in report.answer.splitlines() if line.strip()]
    if not report.focus:  # the numbered lines name the worst patterns, and so does the list below
        lines = [line for line in lines if not line[0].isdigit() and not line.startswith("And ")]
    worst = list_patterns(report, PatternFilter(), limit=5)
    parts = [
        f"**{plain(report.title)}** ([open the report]({href}))",
        "\n".join(plain(line, 600) for line in lines),
        worst.text if report.patterns else "",
        _figures(report),
    ]
    text = "\n\n".join(part for part in parts if part)
    return Answer(run_id=report.run_id, text=text, citations=worst.citations)


def _figures(report: Report) -> str:
    seen = report.coverage
    return (
        f"Looked at {seen.summarized} of {counted(seen.requested, 'session')}: {seen.skipped} skipped, "
        f"{seen.failed} failed, {counted(len(seen.unreadable), 'file')} unreadable. "
        f"{counted(report.claim_audit.claims, 'claim')}, {report.claim_audit.withheld} withheld."
    )


def _part(run_id: str, tool_call_id: str, entry: LogEntry) -> RunEventPart:
    event = msgspec.json.decode(entry.data, type=dict[str, Any])
    return RunEventPart(type=RUN_EVENT_PART, run_id=run_id, tool_call_id=tool_call_id, event=event)


def _located(named: str, folders: tuple[Path, ...]) -> Path:
    """The path as it stands where it exists, else under one of the folders that may be read."""
    path = Path(named).expanduser()
    if path.is_absolute() or path.exists():
        return path
    return next((folder / path for folder in folders if (folder / path).exists()), path)


def _check(run: Run) -> None:
    """Raises: RunCancelled, RunError: the run ended without a report."""
    if run.status is RunStatus.CANCELLED:
        raise RunCancelled(
            f"The run was cancelled before its report was ready. {run.message}".strip()
        )
    if run.status is RunStatus.FAILED:
        raise RunError(f"The run failed: {run.message or run.error}")
    if not run.status.ended:
        raise RunError("The run was interrupted and goes on when the server is started again.")
