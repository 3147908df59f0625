"""A real server on loopback, with recordings it may read."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from graph.settings import Settings
from server import http_server
from tests.graph.making import write_visits
from tests.server.asking import Served


@contextmanager
def served(folder: Path, **explicit: object) -> Generator[Served]:
    """A server with its own data folder; it may read ``folder/shop``."""
    shop = folder / "shop"
    values = {
        "data_dir": folder / "data",
        "allow_paths": (shop,),
        "concurrency": 3,
        "port": 0,
        "log_level": "warning",
        **explicit,
    }
    settings = Settings.from_env({}, **values)
    server = http_server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    assert server.started, "The server did not start; see its output above."
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx.Client(base_url=url, timeout=20) as client:
        yield Served(url=url, client=client, shop=shop, settings=settings)
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def snags(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests of a file, with four visits to a shop."""
    folder = tmp_path_factory.mktemp("server")
    write_visits(folder / "shop", 4)
    with served(folder) as one:
        yield one
