"""The report graph: select, then one summarize node per session beside the patterns node, then report.

    select ─┬─ Send ─> summarize (one per session) ─┬─> report
            └────────> patterns  (takes what lands) ─┘

``summarize`` and ``patterns`` run in the same superstep, so patterns appear while sessions are still
being read. The limit on how many sessions are worked on at once is in ``Deps.limiter``; never set
``max_concurrency`` in a config of this graph, which would hold back checkpoint writes.
"""

from __future__ import annotations

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send

from graph import nodes
from graph.deps import Deps
from graph.state import ReportInput, ReportState, SessionTask

ReportGraph = CompiledStateGraph[ReportState, Deps, ReportInput, ReportState]


def build_graph(checkpointer: BaseCheckpointSaver[str] | None = None) -> ReportGraph:
    """The compiled graph. Run it with ``context=Deps(...)`` and ``durability="sync"``."""
    builder = StateGraph(ReportState, context_schema=Deps, input_schema=ReportInput)
    builder.add_node("select", nodes.select)
    builder.add_node("summarize", nodes.summarize, input_schema=SessionTask)
    builder.add_node("patterns", nodes.patterns)
    builder.add_node("report", nodes.report)
    builder.add_edge(START, "select")
    builder.add_conditional_edges("select", _fan_out, ["summarize", "patterns"])
    builder.add_edge("summarize", "report")
    builder.add_edge("patterns", "report")
    builder.add_edge("report", END)
    return builder.compile(checkpointer=checkpointer)


def _fan_out(state: ReportState) -> list[Send | str]:
    """One summarize node per session, and the patterns node beside them."""
    return [*(Send("summarize", task) for task in state["sessions"]), "patterns"]


def graph_mermaid() -> str:
    """The graph as the compiled graph draws itself, for the README."""
    return build_graph().get_graph().draw_mermaid()
