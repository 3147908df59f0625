"""Take the pictures of the page for the README: ``.venv/bin/python -m scripts.screenshots``.

Serves the demo with a fresh data folder on a free port, asks the first question of the welcome in a
headless Chromium, and writes ``docs/images/page.png`` (conversation and report) and
``docs/images/report.png`` (a pattern opened, down to its evidence).
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright

from graph.browser import find_browser
from graph.settings import Settings
from server import create_app

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
START_SECONDS = 60
RUN_MS = 300_000


def main() -> int:
    """Take both pictures; 1 where there is no browser."""
    browser = find_browser()
    if browser is None:
        sys.stderr.write("No Chromium on this machine; `make browser` installs one.\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(browser), args=["--no-sandbox"])
        page = chromium.new_page(
            viewport={"width": 1440, "height": 960}, device_scale_factor=1.25, color_scheme="light"
        )
        take(page, url)
        chromium.close()
    return 0


@contextmanager
def served() -> Generator[str]:
    """A server on the demo recordings, for as long as the block lasts; gives its address."""
    with tempfile.TemporaryDirectory(prefix="snags-pictures-") as folder:
        settings = Settings(data_dir=Path(folder), port=0)
        server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, name="pictures", daemon=True)
        thread.start()
        late = time.monotonic() + START_SECONDS
        while not server.started and thread.is_alive() and time.monotonic() < late:
            time.sleep(0.05)
        if not server.started:
            raise SystemExit("The server did not start; its message stands above.")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join(START_SECONDS)


def take(page: Page, url: str) -> None:
    """Ask, wait for the answer, and take the two pictures."""
    page.goto(url)
    page.locator(".questions button").first.click()
    page.locator(".copy").wait_for(timeout=RUN_MS)
    page.locator(".pattern").first.wait_for()
    page.mouse.move(0, 0)
    write(page, "page.png")
    page.locator(".pattern h3 button").first.click()
    page.locator(".moment").first.wait_for()
    page.mouse.move(0, 0)
    write(page, "report.png")


def write(page: Page, name: str) -> None:
    """One picture, once nothing moves any more."""
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / name)
    sys.stdout.write(f"Pictures: docs/images/{name}\n")


if __name__ == "__main__":
    sys.exit(main())
