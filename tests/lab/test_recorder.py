"""One session recorded live, from the seed to the proof."""

import itertools
import shutil

import pytest

from demo.app import APP
from evals.lab.model import HABITS, Plan
from evals.lab.recorder import Recorded, Studio
from evals.lab.vendor import RecorderMissing, ensure_recorder
from evals.lab.view import View

START = 1_772_459_621_393
PLAN = Plan(
    session="live",
    batch="main",
    seed=11,
    start_ms=START,
    habit=HABITS["hasty"],
    goals=("update_profile", "find_help"),
    switches=frozenset({"save_without_feedback", "d_extension"}),
)


async def _record() -> Recorded:
    async with Studio.open() as studio:
        return await studio.record(APP, PLAN)


def _needs_a_browser() -> None:
    if not (shutil.which("chromium-headless-shell") or shutil.which("chromium")):
        pytest.skip("no Chromium on this machine")
    try:
        ensure_recorder()
    except RecorderMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.asyncio
async def test_a_session_is_recorded_on_its_own_clock() -> None:
    """Times are on the session's clock and in order; pages, styles, console and network are in."""
    _needs_a_browser()
    recorded = await _record()
    times = [event["timestamp"] for event in recorded.events]
    assert times[0] == START
    assert all(early <= late for early, late in itertools.pairwise(times))
    assert times[-1] - START > 20_000

    kinds = [event["type"] for event in recorded.events]
    view = View(recorded.events)
    assert kinds.count(4) == kinds.count(2) == len(view.pages) >= 3
    assert '"_cssText"' in str(recorded.events).replace("'", '"')
    assert any("ColourPicker" in line for _, _, line in view.console)
    saved = [row for row in view.rows if "/api/profile" in row.url]
    assert saved
    assert saved[0].status == 200
    assert saved[0].duration_ms == 220
    fault = APP.fault("save_without_feedback")
    assert fault is not None
    met = recorded.truth["faults"][0]
    assert met["fault"] == fault.id
    assert all(fault.proof(view, o["ms"], o["end_ms"]) for o in met["occurrences"])
