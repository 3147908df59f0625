"""Records scripted sessions with the stock rrweb recorder in a real Chromium.

`Studio` holds the browser; `Studio.record` plays one plan and returns its recording and its truth.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Self

from playwright.async_api import Browser, async_playwright

from evals.lab.model import App, Plan
from evals.lab.stage import Stage
from evals.lab.truth import session_truth
from evals.lab.user import User
from evals.lab.vendor import posthog_source, recorder_source
from evals.lab.world import World

Json = dict[str, Any]
FOLDER = Path(__file__).parent
FULL_SNAPSHOT = 2
IDLE_MINUTES_MS = 15 * 60_000
HOUR_MS = 3_600_000
SESSION_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One recording, its row of truth.json, and what the page sent to its analytics."""

    events: list[Json]
    truth: Json
    captured: list[Json]


class Studio:
    """A browser that records sessions, one context each."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._recorder = recorder_source()
        self._page_script = (FOLDER / "page.js").read_text(encoding="utf-8")
        self._start_script = (FOLDER / "start.js").read_text(encoding="utf-8")

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator[Self]:
        """Launch Chromium: Debian's headless shell where there is one, else Playwright's own."""
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=path, args=["--disable-gpu", "--hide-scrollbars"]
            )
            try:
                yield cls(browser)
            finally:
                await browser.close()

    async def record(self, app: App, plan: Plan) -> Recorded:
        """Play one session and return what was recorded and what is true about it."""
        return await asyncio.wait_for(self._record(app, plan), SESSION_TIMEOUT_SECONDS)

    async def _record(self, app: App, plan: Plan) -> Recorded:
        width, height = app.viewport
        context = await self._browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", timezone_id="UTC"
        )
        try:
            world = World(plan.switches | set(plan.traits), Random(plan.seed), now=plan.start_ms)  # noqa: S311
            captured: list[Json] = []
            await context.add_init_script(self._script(app, plan))
            page = await context.new_page()
            stage = Stage(page, app, world, captured)
            await stage.attach(await context.new_cdp_session(page))
            user = User(stage, plan.habit, Random(plan.seed + 1))  # noqa: S311
            achieved = await play(app, plan, user)
            events = with_traits(stage.events, plan.traits)
            truth = session_truth(app, plan, events, world.hits, achieved, user.gave_up)
            await stage.close()
            return Recorded(events=events, truth=truth, captured=captured)
        finally:
            await context.unroute_all(behavior="ignoreErrors")
            await context.close()

    def _script(self, app: App, plan: Plan) -> str:
        record = dict(app.record)
        if "masked_inputs" in plan.traits:
            record["maskAllInputs"] = True
        config = {
            "start": plan.start_ms,
            "seed": plan.seed,
            "switches": sorted(plan.switches | set(plan.traits)),
            "recorder": {"record": record, "network": dict(app.network)},
        }
        page_script = self._page_script.replace("/*CONFIG*/ {}", json.dumps(config))
        parts = [page_script, self._recorder, self._start_script]
        if app.posthog:
            parts.append(_posthog_script(app, plan))
        return "\n;\n".join(parts)


def _posthog_script(app: App, plan: Plan) -> str:
    options = {
        "api_host": f"{app.origin.replace('https://', 'https://events.')}",
        "capture_pageview": "history_change",
        "disable_session_recording": True,
        "advanced_disable_flags": True,
        "disable_surveys": True,
        "opt_out_useragent_filter": True,
        "disable_compression": True,
        "request_batching": False,
        "persistence": "localStorage",
        "bootstrap": {"distinctID": f"user-{plan.seed % 977}"},
    }
    start = f"posthog.init('phc_lab', {json.dumps(options)});"
    guard = "if (window === window.top && window.labEmit)"
    return (
        f"{guard} {{\n{posthog_source()}\n;"
        f"addEventListener('DOMContentLoaded', () => {{ {start} }});\n}}"
    )


async def play(app: App, plan: Plan, user: User) -> dict[str, bool]:
    """Let the user pursue the plan's goals; answer which were achieved."""
    await user.stage.open_first("/")
    if "no_activity" in plan.traits:
        await user.stage.pass_time(70_000)
        return {}
    achieved: dict[str, bool] = {}
    await user.read(5500, 8000)
    for place, goal_id in enumerate(plan.goals):
        user.goal = goal_id
        achieved[goal_id] = await app.goal(goal_id).run(user)
        if place == 0:
            await _interlude(plan, user)
        if not achieved[goal_id] and goal_id in user.gave_up and plan.habit.tries == 1:
            break
        if plan.habit.wanders and user.chance(0.7):
            await app.wander(user)
    await user.read(4000, 9000)
    await user.stage.pass_time(700)
    return achieved


async def _interlude(plan: Plan, user: User) -> None:
    if "idle_15_minutes" in plan.traits:
        await user.stage.pass_time(IDLE_MINUTES_MS)
    if "clock_jump_forward" in plan.traits:
        await user.stage.jump(HOUR_MS)
    if "clock_jump_back" in plan.traits:
        await user.stage.jump(-4_000)


def with_traits(events: Sequence[Json], traits: Sequence[str]) -> list[Json]:
    """Return the events as the recorder would have lost them, for the blind traits."""
    if "no_full_snapshot" not in traits:
        return list(events)
    first = next(i for i, event in enumerate(events) if event["type"] == FULL_SNAPSHOT)
    return [event for i, event in enumerate(events) if i != first]
