"""How a tool is declared: a method whose docstring is its prompt, and what is filled in for it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from langchain_core.tools import BaseTool, StructuredTool
from langgraph.prebuilt import InjectedState
from pydantic import Field

from tools.answer import Artifact

Result = tuple[str, Artifact]
"""What every tool returns: text, and the citations that travel beside it."""

CurrentReport = Annotated[str, InjectedState("report")]
"""Run id of the report under discussion. The conversation fills it in; a model never sees it."""

GoingRun = Annotated[str, InjectedState("going")]
"""Run id of a run that another turn of this conversation follows; filled in likewise."""

PatternReference = Annotated[
    str,
    Field(description="A pattern: its number in the list, 'worst', its id, or words of its title"),
]
SessionReference = Annotated[
    str, Field(description="A session: its id, its file, or a part of one that fits no other")
]
PagePart = Annotated[str, Field(description="Part of a page's address, such as '/checkout'")]
Words = Annotated[str, Field(description="Words that must all be mentioned")]
Kind = Literal["", "blocking", "abandonment", "confusion", "non-blocking", "slow"]
Level = Literal["", "low", "medium", "high", "critical"]
SessionStatus = Literal["", "summarized", "skipped", "failed"]
SessionOutcome = Literal[
    "", "success", "success after friction", "failure", "abandoned", "unclear", "no user activity"
]


def declare(method: Callable[..., Awaitable[Result]]) -> BaseTool:
    """A tool from a method: its name, and its docstring as the prompt."""
    return StructuredTool.from_function(
        coroutine=method,
        name=method.__name__,
        description=inspect.getdoc(method),
        response_format="content_and_artifact",
    )
