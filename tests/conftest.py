"""The ground every test stands on: no network, a clean environment, a fresh data folder."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import psycopg
import psycopg.sql
import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, Phase, settings
from pydantic import SecretStr

from graph.browser import find_browser
from graph.settings import Settings
from tests.fakes.postgres import postgres_programs, running_postgres
from tests.fakes.redis import RedisServer

SHARED = Path(__file__).parents[2] / "shared"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 (compared with, never bound)
OURS_OR_A_KEY = (
    "SNAGS_",
    "LANGSMITH_",
    "LANGCHAIN_",
    "OPENAI_",
    "GOOGLE_",
    "GEMINI_",
    "REDIS_",
    "DATABASE_",
)

settings.register_profile(
    "project",
    deadline=None,  # two shared cores: a slow example is no finding
    max_examples=50,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
        Phase.shrink,
    ],  # explaining traces every line
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("project")


class NetworkRefused(RuntimeError):
    """A test tried to leave the machine."""


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections and look-ups beyond loopback, also those made by C code or a library's thread."""
    if event == "socket.connect":
        address = arguments[1]
        host = (
            str(cast(tuple[object, ...], address)[0]) if isinstance(address, tuple) else ""
        )  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = str(arguments[0] or "")
    else:
        return
    if host and not host.startswith(LOOPBACK):
        raise NetworkRefused(
            f"A test tried to reach {host!r}. Tests stay on this machine: serve it on 127.0.0.1."
        )


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh data folder, in an environment without settings or keys of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(OURS_OR_A_KEY) or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("SNAGS_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def no_blocking() -> Iterator[BlockBuster]:
    """Fail a test whose code blocks the event loop (files, sleep, sockets) instead of awaiting."""
    with blockbuster_ctx() as blockbuster:
        yield blockbuster


@pytest.fixture(scope="session")
def shared_recordings() -> Path:
    """Recordings that nobody here wrote; they lie beside the checkout and are never part of it."""
    folder = SHARED / "recordings" / "public"
    if not folder.is_dir():
        pytest.skip("The public recordings (../shared/recordings/public) are not on this machine.")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL with nothing in it yet; one server for all tests of a worker."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("No PostgreSQL on this machine; `make test` installs one (Debian: postgresql).")
    with tempfile.TemporaryDirectory(prefix="snags-pg-") as folder:  # a socket's path must be short
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder) / "p", programs) as address:
            yield address


@pytest.fixture
def postgres_database(postgres: str) -> str:
    """The address of a database of its own."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
        )
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgres"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings whose stores are files, and once more with PostgreSQL: what holds for one holds for both."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    address = SecretStr(request.getfixturevalue("postgres_database"))
    return Settings(data_dir=tmp_path, database_url=address)


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A real Redis of the test's own, running."""
    if shutil.which("redis-server") is None:
        pytest.skip("No Redis on this machine; `make test` installs one (Debian: redis-server).")
    with tempfile.TemporaryDirectory(prefix="snags-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """A real Chromium."""
    browser = find_browser()
    if browser is None:
        pytest.skip("No Chromium on this machine; `make browser` installs one.")
    return browser
