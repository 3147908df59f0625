"""The tool that makes a report: starts or joins a run, tells its events, returns a digest."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from langchain_core.tools import BaseTool, InjectedToolCallId
from langgraph.config import get_stream_writer
from pydantic import Field

from graph.errors import RunCancelled, RunError
from graph.reports.report import Report, ReportPattern
from graph.reports.words import count as counted
from graph.runs.run import Filters, Limits, Run, RunRequest, RunStatus
from graph.stream.log import LogEntry
from tools.answer import Answer, cite_evidence, plain, run_href
from tools.declare import CurrentReport, Result, declare
from tools.library import Library
from tools.patterns import pattern_lines
from tools.sources import named_source

RUN_EVENT_PART = "snags.run_event"
MAX_FOCUS = 2_000
WORST = 5


_NUMBERED = re.compile(r"[0-9]{1,3}\. ")


class RunEventPart(TypedDict):
    """One event of a run, as the tool hands it to whoever streams the conversation."""

    type: Literal["snags.run_event"]
    run_id: str
    tool_call_id: str
    started: bool
    """True where this call started the run; False where it joined one that was going."""
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
            str,
            Field(
                description="'demo', the path of a file or folder of recordings, or 'posthog: ' and a "
                "filter in words (last 7 days, on /checkout, with an exception, longer than 1 minute)"
            ),
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
            source=await named_source(self._library, source, report),
            focus=focus.strip()[:MAX_FOCUS],
            filters=Filters(sessions=tuple(sessions or ())),
            limits=Limits(max_sessions=max_sessions) if max_sessions else Limits(),
        )
        joined = await self._going(request)
        run = joined or await self._start(request, tool_call_id)
        writer = get_stream_writer()
        async for entry in self._library.engine.follow(run.run_id):
            writer(_part(run.run_id, tool_call_id, entry, started=joined is None))
        ended = await self._library.engine.wait(run.run_id)
        _check(ended)
        return digest(await self._library.report(run.run_id)).content_and_artifact()

    async def _going(self, request: RunRequest) -> Run | None:
        """A run that is making exactly this report just now."""
        runs = await self._library.engine.runs()
        return next((run for run in runs if not run.status.ended and run.request == request), None)

    async def _start(self, request: RunRequest, tool_call_id: str) -> Run:
        """The call's id is the key: a call that is made again after a crash finds its run."""
        return await self._library.engine.start(request, idempotency_key=f"call:{tool_call_id}")


def digest(report: Report) -> Answer:
    """What a reader wants first: the answer to the question, the worst patterns, the gaps."""
    speaking, worst = _speaking(report), report.patterns[:WORST]
    if speaking == worst[: len(speaking)]:
        speaking = []  # the question asked for everything, and the worst stand below
    said = [plain(line, 600) for line in report.answer.splitlines() if not _is_listed(line)]
    left = len(report.patterns) - len(worst)
    parts = [
        f"**{plain(report.title)}** ([open the report]({run_href(report.run_id)}))",
        said[0] if said else "",
        pattern_lines(report, speaking),
        "\n".join(said[1:]),
        f"The worst:\n{pattern_lines(report, worst)}" if worst else "",
        f"And {left} more." if left > 0 else "",
        _figures(report),
    ]
    cited = [one.evidence[0] for one in (*speaking, *worst) if one.evidence]
    return Answer(
        run_id=report.run_id,
        text="\n\n".join(part for part in parts if part),
        citations=tuple(cite_evidence(report, one) for one in cited),
    )


def _speaking(report: Report) -> list[ReportPattern]:
    """The patterns that the answer lists; it numbers them by itself, so they are shown anew."""
    named = [line for line in report.answer.splitlines() if _NUMBERED.match(line)]
    titles = {pattern.title: pattern for pattern in report.patterns}
    return [
        pattern
        for line in named
        for title, pattern in titles.items()
        if _NUMBERED.sub("", line, count=1).startswith(title)
    ]


def _is_listed(line: str) -> bool:
    return bool(_NUMBERED.match(line)) or line.startswith("And ") or not line.strip()


def _figures(report: Report) -> str:
    seen, audit = report.coverage, report.claim_audit
    return (
        f"{seen.summarized} of {counted(seen.requested, 'session')} summarized; "
        f"{counted(audit.claims, 'claim')} made, {audit.withheld} withheld by the checks."
    )


def _part(run_id: str, tool_call_id: str, entry: LogEntry, *, started: bool) -> RunEventPart:
    return RunEventPart(
        type=RUN_EVENT_PART,
        run_id=run_id,
        tool_call_id=tool_call_id,
        started=started,
        event=msgspec.json.decode(entry.data, type=dict[str, Any]),
    )


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
