"""From the words by which somebody names recordings to a source."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from graph.runs.run import RunRequest, SourceSpec
from graph.runs.source_door import with_fixed_paths
from graph.sources.posthog.words import filter_of_words
from tools.library import Library

DEMO_WORDS = frozenset({"demo", "the demo", "demo sessions", "demo recordings", "example"})

POSTHOG_WORDS = re.compile(r"(?i)posthog\b[:,]?\s*(?P<filter>.*)", re.DOTALL)
"""``posthog: last 7 days, on /checkout``: PostHog's name, then a filter in words."""


async def named_source(library: Library, named: str, report: str) -> SourceSpec:
    """What is named; where nothing is, the source of the current report, else the demo.

    Raises:
        InvalidRequest: what is named is no path at all, or a filter that is not understood.
    """
    named = named.strip()
    if named.casefold() in DEMO_WORDS:
        return SourceSpec(demo=True)
    if (wanted := POSTHOG_WORDS.match(named)) is not None:
        return SourceSpec(posthog=filter_of_words(wanted["filter"], datetime.now(UTC)))
    if named:
        return await asyncio.to_thread(_source_at, named, library.engine.settings.allow_paths)
    run_id = report or await library.newest()
    if not run_id:
        return SourceSpec(demo=True)
    return (await library.engine.get(run_id)).request.source


def _source_at(named: str, folders: Sequence[Path]) -> SourceSpec:
    """The path as it stands where it exists, else under the first folder of those that hold it."""
    here = with_fixed_paths(RunRequest(source=SourceSpec(paths=(named,)))).source
    if Path(here.paths[0]).exists():
        return here
    found = next((folder / named for folder in folders if (folder / named).exists()), None)
    return SourceSpec(paths=(str(found),)) if found else here
