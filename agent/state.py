"""The state of a conversation: what a checkpoint holds, and nothing that can be had elsewhere."""

from __future__ import annotations

from typing import Annotated, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages


class ChatState(TypedDict):
    """Messages, and which run they are about."""

    messages: Annotated[list[AnyMessage], add_messages]
    report: str
    """Run id of the report under discussion; empty means the newest one."""
    going: str
    """Run id of a run that another turn follows meanwhile; empty for most turns."""
