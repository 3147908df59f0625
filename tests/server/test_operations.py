"""What an operator sees: health, readiness, metrics, one parseable line a request, spans, room on the disk."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from graph.engine import open_engine
from graph.errors import StoreError
from graph.runs.space import check_free_space
from tests.graph.making import request_of, settings_of, write_visits
from tests.server.asking import Served

ROOT = Path(__file__).parents[2]
SECRET = "recorded-secret-4711"  # noqa: S105 (looked for in what is logged)

SERVES = """
import sys
from server import serve
from graph.settings import Settings
serve(Settings.from_env({}, data_dir=sys.argv[1], port=int(sys.argv[2])))
"""


def test_health_readiness_and_metrics(snags: Served) -> None:
    """Alive, able to start runs, and counted: three questions, three answers."""
    assert snags.client.get("/healthz").json() == {"status": "ok"}
    assert snags.client.get("/readyz").json() == {"status": "ready"}
    before = metrics(snags)
    run = snags.client.post("/v1/runs", json={"source": {"paths": [str(snags.shop)]}}).json()
    with snags.client.stream("GET", f"/v1/runs/{run['run_id']}/events") as stream:
        for _ in stream.iter_lines():
            pass
    after = metrics(snags)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert grown['snags_runs_total{status="done"}'] == 1
    assert grown['snags_sessions_total{status="summarized"}'] == 4
    assert grown['snags_stage_seconds_count{stage="summarize"}'] == 4
    asked = 'snags_http_requests_total{method="POST",route="/v1/runs",status="202"}'
    assert grown[asked] == 1


def metrics(snags: Served) -> dict[str, float]:
    lines = snags.client.get("/metrics").text.splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line and not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def test_what_no_route_answers_makes_no_label(snags: Served) -> None:
    """A stranger's paths are neither counted one by one nor kept."""
    snags.client.get(f"/nowhere/{SECRET}")
    text = snags.client.get("/metrics").text
    assert SECRET not in text
    assert 'route="none",status="404"' in text


def test_a_server_logs_one_line_of_json_a_request_and_nothing_recorded(tmp_path: Path) -> None:
    """The program as it is started by a service manager: every line parses; paths and queries stay out."""
    port = 18_700 + int(time.time()) % 1_000
    server = subprocess.Popen(
        [sys.executable, "-c", SERVES, str(tmp_path / "data"), str(port)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address, timeout=20) as client:
        for _ in range(400):
            try:
                client.get("/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        client.get(f"/v1/runs/run_0/sessions/{SECRET}?q={SECRET}")
    server.terminate()
    _, logged = server.communicate(timeout=30)
    lines = [json.loads(line) for line in logged.splitlines()]
    requests = [line for line in lines if line["logger"] == "snags.access"]
    assert SECRET not in logged
    wrong = requests[-1]
    assert (wrong["route"], wrong["status"], wrong["run_id"]) == (
        "/v1/runs/{run_id}/sessions/{session_id:path}",
        404,
        "run_0",
    )
    assert {"at", "level", "method", "ms", "bytes"} <= wrong.keys()
    assert server.returncode in (0, -15)


@pytest.mark.asyncio
async def test_a_run_is_a_tree_of_spans_without_anything_recorded(tmp_path: Path) -> None:
    """run → stages; attributes are ids."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    shop = write_visits(tmp_path / "shop", 3)
    async with open_engine(settings_of(tmp_path / "data")) as engine:
        run = await engine.start(request_of(shop))
        await engine.wait(run.run_id)
    spans = exporter.get_finished_spans()
    (whole,) = [span for span in spans if span.name == "snags.run"]
    stages = [span for span in spans if span.name != "snags.run"]
    assert sorted(span.name for span in stages) == [
        "snags.patterns",
        "snags.report",
        "snags.select",
        *["snags.summarize"] * 3,
    ]
    assert whole.context is not None
    root = whole.context.span_id
    assert all(span.parent and span.parent.span_id == root for span in stages)
    assert all(dict(span.attributes or {}) == {"run_id": run.run_id} for span in spans)


@pytest.mark.asyncio
async def test_a_run_waits_for_room_instead_of_failing_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Too little free space: nothing is written, the log says why, and the run goes on once there is room."""
    with pytest.raises(StoreError, match=r"MB are free .* Free some space"):
        check_free_space(tmp_path, least=10**18)
    shop = write_visits(tmp_path / "shop", 2)
    monkeypatch.setattr("graph.worker.STORE_RETRY_SECONDS", (0.01,) * 500)
    monkeypatch.setattr("graph.runs.space.check_free_space.__defaults__", (10**18,))
    with caplog.at_level(logging.ERROR, logger="snags.graph.worker"):
        async with open_engine(settings_of(tmp_path / "data")) as engine:
            run = await engine.start(request_of(shop))
            for _ in range(3_000):
                if "MB are free" in caplog.text:
                    break
                await asyncio.sleep(0.01)
            monkeypatch.setattr("graph.runs.space.check_free_space.__defaults__", (1,))
            ended = await asyncio.wait_for(engine.wait(run.run_id), 60)
    assert ended.status.value == "done"
