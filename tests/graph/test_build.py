"""The wiring, as a reader of the README sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graph.build import graph_mermaid

ROOT = Path(__file__).parents[2]


def test_the_graph_draws_itself_as_the_readme_shows_it() -> None:
    """Select fans out to summarize and patterns side by side; both lead to report."""
    lines = {line.strip().rstrip(";") for line in graph_mermaid().splitlines()}
    assert {
        "__start__ --> select",
        "select -.-> summarize",
        "select -.-> patterns",
        "summarize --> report",
        "patterns --> report",
        "report --> __end__",
    } <= lines


@pytest.mark.parametrize("module", ["graph.settings", "graph.stream.events", "graph.runs.run"])
def test_contracts_load_without_langgraph(module: str) -> None:
    """LangGraph takes two seconds to load; whoever needs only a value must not wait for it."""
    script = f"import sys, {module}; sys.exit('langgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
