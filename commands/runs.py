"""``snags runs``: the runs of this data folder, newest first."""

from __future__ import annotations

import argparse
import asyncio

from commands.environment import settings_of_environment
from commands.exit_codes import DONE
from graph.engine import open_engine
from terminal import printable, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(_: argparse.Namespace) -> int:
    """One line per run: id, when, status, source."""
    return asyncio.run(_list())


async def _list() -> int:
    async with open_engine(settings_of_environment()) as engine:
        runs = await engine.runs()
    for one in runs:
        source = one.request.source.words
        print(printable(f"{one.run_id}  {one.created_at[:19]}  {one.status.value:<14}  {source}"))
    if not runs:
        say("No runs yet. Make one: snags summarize PATH  (or --demo)")
    return DONE
