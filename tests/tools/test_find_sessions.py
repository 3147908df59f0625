"""What there is to look at, and looking at it."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.messages.tool import tool_call
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime

from graph.engine import open_engine
from graph.settings import Settings
from tests.agent.building import build_report, store_report
from tests.graph.making import write_visits
from tools import Library, all_tools


async def called(engine: Any, tool: str, **arguments: Any) -> ToolMessage:
    """A tool's answer, called as the chat graph calls it."""
    state = {
        "messages": [AIMessage("", tool_calls=[tool_call(name=tool, args=arguments, id="c1")])],
        "report": "",
        "going": "",
    }
    node = ToolNode(all_tools(Library(engine)), handle_tool_errors=False)
    config: Any = {"configurable": {"__pregel_runtime": Runtime()}}
    return (await node.ainvoke(state, config))["messages"][0]


@pytest.mark.asyncio
async def test_sources_and_earlier_runs_are_listed(data_dir: Path, tmp_path: Path) -> None:
    """The demo, the folders that may be named, and what was looked at already."""
    settings = Settings(data_dir=data_dir, allow_paths=(tmp_path,))
    async with open_engine(settings) as engine:
        await store_report(engine, build_report())
        text = (await called(engine, "find_sessions", source="all")).text
    assert text.startswith("Recordings that can be looked at:\n- demo: ")
    assert f"files and folders under {tmp_path}" in text.replace("\\", "")
    assert "Looked at already:\n- [demo](#/runs/run_00000000000000000001): done" in text


@pytest.mark.asyncio
async def test_a_folder_says_which_sessions_it_holds(data_dir: Path, tmp_path: Path) -> None:
    """Nothing is read but names; what is no recording is named too."""
    shop = write_visits(tmp_path / "shop", 3)
    (shop / "broken.json").write_text('[{"type": 4, "timest')
    settings = Settings(data_dir=data_dir, allow_paths=(tmp_path,))
    async with open_engine(settings) as engine:
        text = (await called(engine, "find_sessions", source=str(shop))).text
    assert "holds 3 sessions: visit_000, visit_001, visit_002." in text
    assert "Not readable:\n- broken.json: " in text


@pytest.mark.asyncio
async def test_a_folder_by_its_name_alone_is_looked_for_where_one_may_read(
    data_dir: Path, tmp_path: Path
) -> None:
    """ "shop" means the folder of that name under an allowed one, wherever the server was started."""
    write_visits(tmp_path / "shop", 2)
    settings = Settings(data_dir=data_dir, allow_paths=(tmp_path,))
    async with open_engine(settings) as engine:
        listed = (await called(engine, "find_sessions", source="shop")).text
    assert "holds 2 sessions" in listed


@pytest.mark.asyncio
async def test_the_sessions_of_the_report_come_first(data_dir: Path) -> None:
    """Without a source, it is the report that is talked about."""
    async with open_engine(Settings(data_dir=data_dir)) as engine:
        await store_report(engine, build_report())
        text = (await called(engine, "find_sessions", outcome="failure")).text
    assert text.startswith("1 session with outcome 'failure' in the report on shop:")
