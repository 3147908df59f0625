"""How streams end: slow readers, full house, a server that stops."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from graph.ids import new_run_id
from graph.runs.run import Run, RunRequest, RunStatus
from graph.stream.journal import stream_of
from tests.fakes.stores import open_sqlite_log, open_sqlite_store
from tests.graph.making import write_visits
from tests.server.asking import Told, read_events
from tests.server.conftest import served

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Our log, and uvicorn's, which passes nothing on to the root by itself."""
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_a_quiet_stream_has_heartbeats(tmp_path: Path) -> None:
    """Comments come at the set pace, and are no events."""
    write_visits(tmp_path / "shop", 20, extra_events=3_000)
    with served(tmp_path, heartbeat_seconds=0.05) as snags:
        run_id = snags.start()
        with snags.client.stream("GET", f"/v1/runs/{run_id}/events") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["x-accel-buffering"] == "no"
            assert response.headers["cache-control"] == "no-store"
            lines = [line for line, _ in zip(response.iter_lines(), range(400), strict=False)]
        snags.client.post(f"/v1/runs/{run_id}/cancel")
    assert ": still here" in lines


def test_one_stream_too_many_is_told_to_come_back(tmp_path: Path) -> None:
    """Above the limit: 503 and when to try again; a place is free once a reader has gone."""
    write_visits(tmp_path / "shop", 30, extra_events=2_000)
    with served(tmp_path, max_streams=1) as snags:
        run_id = snags.start()
        path = f"/v1/runs/{run_id}/events"
        with snags.client.stream("GET", path) as first:
            lines = first.iter_lines()  # kept: httpx closes the response with its iterator
            next(lines)
            refused = snags.client.get(path)
            assert (refused.status_code, refused.json()["error"]) == (503, "TooManyStreams")
            assert refused.headers["retry-after"]
        assert _status_within(snags.client, path, 200, seconds=30)
        snags.client.post(f"/v1/runs/{run_id}/cancel")


def _status_within(client: httpx.Client, path: str, status: int, seconds: float) -> bool:
    """True once the stream answers with the status."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with client.stream("GET", path) as response:
            if response.status_code == status:
                return True
        time.sleep(0.05)
    return False


def test_a_reader_that_takes_nothing_is_dropped_with_one_line(
    tmp_path: Path, server_log: pytest.LogCaptureFixture
) -> None:
    """It costs a page of entries while it lasts, and one line when it is over; others read on."""
    write_visits(tmp_path / "shop", 1)
    with served(tmp_path, send_timeout_seconds=0.5, max_streams=1) as snags:
        run_id = asyncio.run(_long_run(snags.settings.data_dir, megabytes=16))
        frozen = _ask_and_never_read(snags.url, f"/v1/runs/{run_id}/events")
        with server_log.at_level(logging.INFO):
            deadline = time.monotonic() + 40
            while "slow reader" not in server_log.text and time.monotonic() < deadline:
                time.sleep(0.05)
            assert len(snags.cut(run_id, "3", 1)) == 1
        told = [record for record in server_log.records if record.levelno >= logging.WARNING]
        assert [record.name for record in told] == ["snags.server"]
        assert run_id in told[0].getMessage()
        frozen.close()


def _ask_and_never_read(url: str, path: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    frozen = socket.create_connection((host, int(port)))
    frozen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    frozen.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return frozen


async def _long_run(data_dir: Path, megabytes: int) -> str:
    """A run whose stream is longer than all buffers between server and reader together."""
    run = Run(
        run_id=new_run_id(),
        status=RunStatus.CANCELLED,
        request=RunRequest(),
        created_at="2026-11-01T10:00:00.000+00:00",
    )
    entries = [("progress_updated", json.dumps("x" * 10_000))] * 100
    async with (
        open_sqlite_store(data_dir / "runs.sqlite3") as store,
        open_sqlite_log(data_dir / "events.sqlite3") as log,
    ):
        await store.create_run(run)
        for _ in range(megabytes):
            await log.append(stream_of(run.run_id), entries)
    return run.run_id


@contextmanager
def server_process(folder: Path, port: int) -> Generator[subprocess.Popen[bytes]]:
    environ = {
        "SNAGS_DATA_DIR": str(folder / "data"),
        "SNAGS_ALLOW_PATHS": str(folder / "shop"),
        "SNAGS_PORT": str(port),
        "SNAGS_CONCURRENCY": "1",
        "SNAGS_LOG_LEVEL": "warning",
    }
    process = subprocess.Popen([sys.executable, "-m", "server"], cwd=ROOT, env=environ)
    try:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def read_until_cut(url: str, after: str) -> list[Told]:
    """Events after a place for as long as there is a server."""
    told: list[Told] = []
    with (
        suppress(httpx.TransportError),
        httpx.stream("GET", url, headers={"Last-Event-ID": after}, timeout=60) as response,
    ):
        for event in read_events(response.iter_lines()):
            told.append(event)
    return told


@pytest.mark.timeout(120)
def test_a_server_that_stops_ends_its_streams_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    """SIGTERM with a run and a reader: both are soon gone; after a new start the reader has it all."""
    write_visits(tmp_path / "shop", 24, extra_events=6_000)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}/v1/runs"
    with server_process(tmp_path, port) as process:
        body = {"source": {"paths": [str(tmp_path / "shop")]}}
        run_id = httpx.post(base, json=body, timeout=20).json()["run_id"]
        url = f"{base}/{run_id}/events"
        with httpx.stream("GET", url, timeout=60) as response:
            events = read_events(response.iter_lines())
            told = [next(events)]
            while told[-1].event != "session_summarized":
                told.append(next(events))
            process.send_signal(signal.SIGTERM)
            with suppress(httpx.RemoteProtocolError):
                told += events
        assert process.wait(20) in (0, -signal.SIGTERM)
    assert told[-1].event != "report_final"
    with server_process(tmp_path, port):
        told += read_until_cut(url, told[-1].id)
        assert read_until_cut(url, "0") == told
    assert [event.id for event in told] == [str(place) for place in range(1, len(told) + 1)]
    assert told[-1].event == "report_final"
