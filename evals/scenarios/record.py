"""Records the twelve scenarios with the stock rrweb recorder in Chromium: ``python -m evals.scenarios.record``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from evals.lab.vendor import recorder_source
from evals.scenarios.catalog import SCENARIOS, Scenario
from graph.browser import find_browser

FOLDER = Path(__file__).parent / "recordings"
_PAGE = "<!doctype html><html lang='en'><head><title>{words}</title></head><body><h1>Quotes</h1>{body}<script>{script}</script></body></html>"


async def record_all(folder: Path = FOLDER) -> list[Path]:
    """Record every scenario; returns the files written."""
    found = find_browser()
    path = str(found) if found is not None else None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False)
        try:
            return [await _record(browser, scenario, folder) for scenario in SCENARIOS]
        finally:
            await browser.close()


async def _record(browser: Browser, scenario: Scenario, folder: Path) -> Path:
    events: list[dict[str, Any]] = []
    context = await browser.new_context(viewport={"width": 900, "height": 600})
    page = await context.new_page()

    def keep(text: str) -> None:
        events.append(json.loads(text))

    await page.expose_function("keep", keep)
    html = _PAGE.format(words=scenario.words, body=scenario.body, script=scenario.script)
    await page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    await page.goto(f"https://scenarios.test/{scenario.letter.lower()}")
    await page.add_script_tag(content=recorder_source())
    await page.evaluate(
        "() => { rrwebRecord.record({ emit: event => keep(JSON.stringify(event)) }); }"
    )
    await _act(page, scenario)
    await context.close()
    target = folder / f"{scenario.letter}.json"
    target.write_text(json.dumps(sorted(events, key=lambda one: one["timestamp"])) + "\n")
    return target


async def _act(page: Page, scenario: Scenario) -> None:
    box = await page.locator("#target").bounding_box()
    if box is None:
        raise LookupError(f"Scenario {scenario.letter} shows no #target.")
    x, y = box["x"] + min(40, box["width"] / 2), box["y"] + min(10, box["height"] / 2)
    now = 0
    for at in scenario.clicks:
        await page.wait_for_timeout(at - now)
        await page.mouse.click(x, y, click_count=scenario.multi or 1, delay=20)
        now = at
    await page.wait_for_timeout(scenario.settle_ms)
    # A recording ends with its last event: a late move of the mouse shows that time went on.
    await page.mouse.move(5, 5)
    await page.wait_for_timeout(600)


def main() -> None:
    """Record and say what was written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in asyncio.run(record_all()):
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
