"""What the conversation can do. The docstrings of the tools are the prompts a model reads."""

from __future__ import annotations

from langchain_core.tools import BaseTool

from tools.find_sessions import FindSessions
from tools.library import Library
from tools.read_report import ReportTools
from tools.summarize_sessions import SummarizeSessions

__all__ = ["Library", "all_tools"]


def all_tools(library: Library) -> list[BaseTool]:
    """Every tool, in the order a model sees them."""
    return [
        *SummarizeSessions(library).tools(),
        *FindSessions(library).tools(),
        *ReportTools(library).tools(),
    ]
