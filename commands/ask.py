"""``snags ask``: one question about a finished report."""

from __future__ import annotations

import argparse
import asyncio
import json
import re

from ag_ui.core import RunAgentInput, UserMessage

from agent.service import open_chat
from commands.environment import settings_of_environment
from commands.exit_codes import DONE, FAILED
from graph.engine import open_engine
from graph.ids import new_thread_id
from terminal import Answer, say

RUN_ID = re.compile(r"run_[0-9a-f]{20}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="+",
        metavar="[RUN] QUESTION",
        help="default run: the newest one with a report",
    )


def run(chosen: argparse.Namespace) -> int:
    """One question about a report; the answer streams to standard output."""
    words = list(chosen.words)
    run_id = words.pop(0) if len(words) > 1 and RUN_ID.fullmatch(words[0]) else ""
    return asyncio.run(_ask(run_id, " ".join(words)))


async def _ask(run_id: str, question: str) -> int:
    asked = RunAgentInput(
        thread_id=new_thread_id(),
        run_id="question",
        messages=[UserMessage(id="question", content=question)],
        tools=[],
        context=[],
        state={"report": run_id} if run_id else {},
    )
    settings = settings_of_environment()
    async with open_engine(settings) as engine, open_chat(settings, engine) as chat:
        if run_id:
            await engine.report(run_id)  # an unknown one is said at once, not talked about
        turn, answer = await chat.post(asked), Answer()
        async for entry in chat.follow(turn.thread_id, after=turn.after, turn=turn.only):
            event = json.loads(entry.data)
            if entry.type == "TEXT_MESSAGE_CONTENT":
                answer.add(event["delta"])
            elif entry.type == "TEXT_MESSAGE_END":
                answer.end()
            elif event.get("toolCallName") == "summarize_sessions":
                say("Making a report first ...")
            elif entry.type == "RUN_ERROR":
                say(f"snags: {event['message']}")
                return FAILED
    return DONE
