"""The chat graph: the model speaks or calls tools, tools answer, until the model has spoken.

    START ─> model ─┬─ calls tools ─> tools ─┐
               ▲    └─ has spoken ─> END     │
               └─────────────────────────────┘

Two guards keep a turn short: a call that was made already in this turn is not made again, and after
``MAX_ROUNDS`` rounds the model gets no tools and must answer from what it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolCallRequest, ToolInvocationError
from langgraph.types import Command

from agent.models import chat_model
from agent.report_context import Facts, facts_of, system_message, with_run
from agent.state import ChatState
from graph.engine import open_engine
from graph.errors import SnagsError, StoreError, UnknownReport, UnknownRun
from graph.reports.report import Report
from graph.settings import Settings
from prompts import load
from tools import Library, all_tools

ChatGraph = CompiledStateGraph[ChatState, None, ChatState, ChatState]

MAX_ROUNDS = 8
"""Rounds of tool calls in one turn: to list, open and look around; more is going in circles."""

PROGRESS = "progress"
"""The tool that speaks of a run without a report: it changes nothing about which report is meant."""


def build_agent(
    model: BaseChatModel, library: Library, checkpointer: BaseCheckpointSaver[str] | None = None
) -> ChatGraph:
    """The compiled chat graph over one library of reports."""
    prompt = load("chat")
    facts_at = FactSource(library)
    tools = all_tools(library)
    with_tools = model.bind_tools(tools)

    async def speak(state: ChatState) -> dict[str, Any]:
        report = reported(state["messages"]) or state.get("report", "")
        going = state.get("going", "")
        facts = await facts_at.gather(report, going)
        enough = rounds_of(state["messages"]) >= MAX_ROUNDS
        system = system_message(prompt, facts, last_words=enough)
        speaker = model if enough else with_tools
        answer = await speaker.ainvoke([system, *state["messages"]])
        return {"messages": [answer], "report": report, "going": going}

    builder = StateGraph(ChatState)
    builder.add_node("model", speak)
    builder.add_node("tools", ToolNode(tools, handle_tool_errors=False, awrap_tool_call=guarded))
    builder.add_edge(START, "model")
    builder.add_conditional_edges("model", _next, ["tools", END])
    builder.add_edge("tools", "model")
    return builder.compile(checkpointer=checkpointer)


class FactSource:
    """What there is to talk about, kept from one step of a turn to the next."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._last: tuple[Report, Facts] | None = None

    async def gather(self, report: str, going: str) -> Facts:
        """The facts of a report and of a run; a report that is gone is as good as none."""
        document = (await self._library.progress(going)).document if going else None
        try:
            current = await self._library.report(report)
        except (UnknownReport, UnknownRun):
            return with_run(Facts(), document)
        if self._last is None or self._last[0] is not current:
            # Every claim of a long report is read for its words: not where others wait.
            self._last = current, await asyncio.to_thread(facts_of, current)
        return with_run(self._last[1], document)


def this_turn(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The messages since the user last spoke."""
    spoken = [at for at, message in enumerate(messages) if isinstance(message, HumanMessage)]
    return list(messages[spoken[-1] + 1 :] if spoken else messages)


def rounds_of(messages: Sequence[AnyMessage]) -> int:
    """How many rounds of tool calls this turn has had."""
    return sum(bool(isinstance(one, AIMessage) and one.tool_calls) for one in this_turn(messages))


def reported(messages: Sequence[AnyMessage]) -> str:
    """Run id of the report that a tool of this turn made or read: from now on it is meant."""
    for message in reversed(this_turn(messages)):
        if isinstance(message, ToolMessage) and message.name != PROGRESS:
            artifact = cast("dict[str, Any] | None", message.artifact) or {}
            if run_id := artifact.get("run_id"):
                return str(run_id)
    return ""


async def guarded(
    request: ToolCallRequest,
    execute: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
) -> ToolMessage | Command[Any]:
    """Make a call, unless this turn made the same one before; what somebody can correct is an answer.

    Raises:
        StoreError: nobody in the conversation can do anything about a store that is away.
    """
    if _made_before(request):
        return _refusal(
            request,
            f"{request.tool_call['name']} was called with these arguments in this turn already; its "
            "result stands above and has not changed. Answer from it, or ask something else.",
        )
    try:
        return await execute(request)
    except StoreError:
        raise
    except (SnagsError, ToolInvocationError) as error:
        return _refusal(request, str(error))


@asynccontextmanager
async def graph() -> AsyncGenerator[ChatGraph]:
    """The chat graph for LangGraph's own tools (``langgraph.json``), which bring their checkpointer."""
    settings = Settings.from_env()
    async with open_engine(settings, only_within=settings.readable_paths) as engine:
        yield build_agent(chat_model(settings), Library(engine))


def _next(state: ChatState) -> str:
    last = state["messages"][-1]
    return "tools" if isinstance(last, AIMessage) and last.tool_calls else END


def _made_before(request: ToolCallRequest) -> bool:
    call = request.tool_call
    earlier = this_turn(cast("ChatState", request.state)["messages"])[:-1]
    return any(
        one["name"] == call["name"] and one["args"] == call["args"]
        for message in earlier
        if isinstance(message, AIMessage)
        for one in message.tool_calls
    )


def _refusal(request: ToolCallRequest, text: str) -> ToolMessage:
    call = request.tool_call
    return ToolMessage(text, name=call["name"], tool_call_id=call["id"] or "", status="error")
