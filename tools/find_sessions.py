"""The tool that says what there is to look at: sources, and the sessions of a source or a report."""

from __future__ import annotations

from typing import Annotated

from langchain_core.tools import BaseTool
from pydantic import Field

from graph.reports.words import count as counted
from graph.runs.run import Run
from tools.answer import Answer, bullets, first_few, plain, run_href
from tools.declare import CurrentReport, Result, SessionOutcome, SessionStatus, declare
from tools.library import Library
from tools.sessions import list_sessions
from tools.sources import named_source

MAX_RUNS = 8
MAX_NAMED = 12


class FindSessions:
    """``find_sessions``."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def tools(self) -> list[BaseTool]:
        return [declare(self.find_sessions)]

    async def find_sessions(
        self,
        report: CurrentReport,
        source: Annotated[
            str,
            Field(
                description="'demo' or a path: what it holds. 'all': every source. Empty: the report"
            ),
        ] = "",
        status: SessionStatus = "",
        outcome: SessionOutcome = "",
    ) -> Result:
        """Say which sessions there are: those of the current report, or what a source holds.

        Use it for "which sessions", "which recordings can you read", "what is in this folder". It only
        looks; `summarize_sessions` reads the recordings.
        """
        named = source.strip()
        current = report or await self._library.newest()
        if named == "all" or (not named and not current):
            return (await self._sources()).content_and_artifact()
        if named:
            return (await self._held(named)).content_and_artifact()
        found = list_sessions(await self._library.report(current), status=status, outcome=outcome)
        return found.content_and_artifact()

    async def _sources(self) -> Answer:
        engine = self._library.engine
        demo = await engine.demo_sessions()
        lines = (
            [f"demo: {counted(demo, 'session')} of a small shop, bundled with Snags"]
            if demo
            else []
        )
        lines += [
            f"files and folders under {plain(str(one))}" for one in engine.settings.allow_paths
        ]
        runs = [run for run in await engine.runs() if run.status.ended][:MAX_RUNS]
        parts = ["Recordings that can be looked at:\n" + bullets(lines)]
        if runs:
            parts.append("Looked at already:\n" + bullets(_run_line(run) for run in runs))
        return Answer(run_id="", text="\n\n".join(parts))

    async def _held(self, named: str) -> Answer:
        source = await named_source(self._library, named, "")
        listing = await self._library.engine.listing(source)
        names = [plain(ref.session_id) for ref in listing.refs]
        text = f"{plain(named)} holds {counted(len(names), 'session')}"
        text += f": {first_few(names, MAX_NAMED)}." if names else "."
        if listing.unreadable:
            unreadable = [f"{plain(one.file)}: {plain(one.reason)}" for one in listing.unreadable]
            text += f"\n\nNot readable:\n{bullets(unreadable[:MAX_NAMED])}"
        return Answer(run_id="", text=text)


def _run_line(run: Run) -> str:
    source = run.request.source
    named = first_few([plain(path) for path in source.paths], 3) or plain(source.words)
    return (
        f"[{named}]({run_href(run.run_id)}): {run.status}, {run.created_at[:16].replace('T', ' ')}"
    )
