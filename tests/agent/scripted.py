"""A chat model that says what a test tells it to, in pieces, as a provider would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field


class Scripted(BaseChatModel):
    """Answers with the next of its lines; records what it was given."""

    lines: list[AIMessage]
    pause: float = 0.0
    """Seconds between two pieces."""
    streams: bool = True
    heard: list[list[BaseMessage]] = Field(default_factory=list[list[BaseMessage]])
    offered: list[list[str]] = Field(default_factory=list[list[str]])

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: object,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        return self.bind(tool_names=[one.name for one in tools if isinstance(one, BaseTool)])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages, kwargs))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        line = self._next(messages, kwargs)
        for word in line.text.split(" ") if line.text else []:
            await asyncio.sleep(self.pause)
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
        for index, call in enumerate(line.tool_calls):
            text = json.dumps(call["args"])
            for at in range(0, len(text), 5):
                yield ChatGenerationChunk(
                    message=AIMessageChunk(
                        content="",
                        tool_call_chunks=[
                            tool_call_chunk(
                                name=call["name"] if at == 0 else None,
                                args=text[at : at + 5],
                                id=call["id"] if at == 0 else None,
                                index=index,
                            )
                        ],
                    )
                )

    def _should_stream(self, **kwargs: Any) -> bool:
        return self.streams and super()._should_stream(**kwargs)

    def _next(self, messages: list[BaseMessage], given: dict[str, Any]) -> AIMessage:
        self.heard.append(list(messages))
        self.offered.append(given.get("tool_names", []))
        assert self.lines, "The script is over, and the model was asked again."
        return self.lines.pop(0)


def calls(*wanted: tuple[str, dict[str, Any]], text: str = "", first: int = 1) -> AIMessage:
    """A line that calls tools."""
    return AIMessage(
        text,
        tool_calls=[
            tool_call(name=name, args=arguments, id=f"call_{number}")
            for number, (name, arguments) in enumerate(wanted, start=first)
        ],
    )
