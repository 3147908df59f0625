"""The page in a real browser, served by the real server with the demo recordings.

One server and one browser for all tests of this folder; each test has a browser context of its own, and
ends with the check that nothing was logged as an error, nothing broke the CSP and nothing was asked of
another origin.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright

from graph.settings import Settings
from server import create_app
from tests.web.cutting import Cutter, cutting
from tests.web.visiting import WATCH_CSP, Noise, Visit, ask, wait_for_answer

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="session")
def page_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server listens; it has its own data folder and the demo recordings."""
    if not (WEB / "vendor" / "preact.js").is_file():
        pytest.skip("web/vendor is empty; run `python scripts/fetch_web_modules.py` first.")
    settings = Settings(data_dir=tmp_path_factory.mktemp("page"), port=0)
    config = uvicorn.Config(create_app(settings), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="page-server", daemon=True)
    thread.start()
    deadline = threading.Event()
    for _ in range(600):
        if server.started or not thread.is_alive():
            break
        deadline.wait(0.05)
    assert server.started, "The server did not start; see its output above."
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser(browser_path: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=str(browser_path), args=["--no-sandbox"]
        )
        yield launched
        await launched.close()


async def _visit(browser: Browser, url: str, width: int, height: int) -> AsyncIterator[Visit]:
    context = await browser.new_context(viewport={"width": width, "height": height})
    await context.add_init_script(WATCH_CSP)
    page = await context.new_page()
    noise = Noise(url=url)
    noise.listen(page)
    yield Visit(url=url, context=context, page=page, noise=noise)
    violations = await page.evaluate("window.violations ?? []")
    await context.close()
    await asyncio.sleep(0)
    assert noise.errors == []
    assert violations == []
    assert noise.elsewhere == []
    assert noise.dialogs == []


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, page_url: str) -> AsyncIterator[Visit]:
    """Somebody at a wide screen who has never been here."""
    async for one in _visit(browser, page_url, 1440, 900):
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, page_url: str) -> AsyncIterator[Visit]:
    """Somebody with a phone who has never been here."""
    async for one in _visit(browser, page_url, 390, 844):
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def cutter(page_url: str) -> AsyncIterator[Cutter]:
    """A way to the server on which every stream is cut again and again."""
    async with cutting(int(page_url.rpartition(":")[2])) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def told(browser: Browser, page_url: str) -> str:
    """A conversation in which the demo has been summarized; returns its id."""
    page = await browser.new_page()
    await page.goto(page_url)
    await ask(page, "Summarize the demo sessions")
    await wait_for_answer(page)
    address = parse_qs(urlsplit(urlsplit(page.url).fragment).query)
    await page.close()
    return address["t"][0]
