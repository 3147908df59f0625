"""The chat model without a model: it routes plain questions to tools and passes on what they return.

A real ``BaseChatModel``, so that the chat graph, its checkpoints and its streams are the same ones
that a model over the wire gets. It invents nothing: an answer is the tools' own text, or a refusal
with three questions that do work. Same question, same report: same answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, cast
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from agent.asked import Asked, Plan
from agent.intents import plan
from agent.question import understand
from agent.report_context import FACTS, Facts
from agent.suggestions import suggested

WORDS_PER_CHUNK = 4
MADE = "summarize_sessions"


class Router(BaseChatModel):
    """Routes plain questions; needs no key, no network and no luck."""

    @property
    def _llm_type(self) -> str:
        return "snags-router"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: object,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """A router that may call these tools."""
        names = [tool.name for tool in tools if isinstance(tool, BaseTool)]
        return self.bind(tool_names=names)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        message = respond(messages, cast("list[str]", kwargs.get("tool_names", [])))
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        return self._generate(messages, tool_names=kwargs.get("tool_names", []))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> AsyncIterator[ChatGenerationChunk]:
        message = respond(messages, cast("list[str]", kwargs.get("tool_names", [])))
        for chunk in chunks_of(message):
            yield ChatGenerationChunk(message=chunk)
            await asyncio.sleep(0)  # others may speak between two words


def respond(messages: Sequence[BaseMessage], tools: Sequence[str]) -> AIMessage:
    """The next message of a conversation: calls for a question, an answer for their results."""
    facts = facts_in(messages)
    at = max((at for at, one in enumerate(messages) if isinstance(one, HumanMessage)), default=-1)
    if at < 0:
        return AIMessage(suggested(facts))
    results = [one for one in messages[at:] if isinstance(one, ToolMessage)]
    chosen = plan(_asked(messages[:at], messages[at].text, facts))
    if results:
        return AIMessage(_answer(chosen, results, facts))
    calls = [
        tool_call(name=one.tool, args=one.arguments, id=f"call_{uuid4().hex}")
        for one in chosen.calls
        if one.tool in tools
    ]
    if calls:
        return AIMessage("", tool_calls=calls)
    return AIMessage(_with_suggestions(chosen.words, facts) if chosen.suggest else chosen.words)


def facts_in(messages: Sequence[BaseMessage]) -> Facts:
    """The facts that the system message carries; none where there is no such message."""
    for message in messages:
        if isinstance(message, SystemMessage) and FACTS in message.additional_kwargs:
            return cast("Facts", message.additional_kwargs[FACTS])
    return Facts()


def chunks_of(message: AIMessage) -> Iterator[AIMessageChunk]:
    """The message in small pieces, as a model over the wire would send it."""
    for index, call in enumerate(message.tool_calls):
        yield AIMessageChunk(
            content="",
            tool_call_chunks=[
                tool_call_chunk(
                    name=call["name"], args=_json(call["args"]), id=call["id"], index=index
                )
            ],
        )
    words = message.text.split(" ")
    for start in range(0, len(words) if message.text else 0, WORDS_PER_CHUNK):
        piece = " ".join(words[start : start + WORDS_PER_CHUNK])
        yield AIMessageChunk(content=piece if start == 0 else f" {piece}")
    yield AIMessageChunk(content="", chunk_position="last")


def _asked(before: Sequence[BaseMessage], text: str, facts: Facts) -> Asked:
    return Asked(
        question=understand(text, facts),
        facts=facts,
        earlier_pattern=_named_last(before, "pattern"),
        earlier_session=_named_last(before, "session"),
    )


def _named_last(messages: Sequence[BaseMessage], argument: str) -> str:
    """What a call of this conversation named last: the meaning of "it"."""
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                if call["args"].get(argument):
                    return str(call["args"][argument])
    return ""


def _answer(chosen: Plan, results: Sequence[ToolMessage], facts: Facts) -> str:
    """The tools' own words; after an error, and after a new report, what can be asked next."""
    failed = any(result.status == "error" for result in results)
    made = any(result.name == MADE for result in results)
    told = "\n\n".join(result.text for result in results)
    text = told if failed or not chosen.words else f"{chosen.words}\n\n{told}"
    return _with_suggestions(text, facts) if failed or made else text


def _with_suggestions(text: str, facts: Facts) -> str:
    return f"{text}\n\n{suggested(facts)}".strip()


def _json(arguments: dict[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False)
