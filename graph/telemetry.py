"""What an operator watches: counters and durations for Prometheus, spans for OpenTelemetry.

Spans cost nothing until an OpenTelemetry SDK is installed and set up beside Snags. They carry ids and counts, never
anything recorded.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import trace
from prometheus_client import Counter, Gauge, Histogram

_TRACER = trace.get_tracer("snags")

REQUESTS = Counter("snags_http_requests", "Answered requests.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "snags_http_request_seconds",
    "From a request to the end of its answer; streams are not counted.",
    ["route"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2.0, 10.0),
)
OPEN_STREAMS = Gauge("snags_open_streams", "Event streams that are being read.")
DROPPED_READERS = Counter(
    "snags_dropped_readers", "Readers of streams that took nothing for too long."
)
RUNS = Counter("snags_runs", "Runs that ended.", ["status"])
RUNS_AT_WORK = Gauge("snags_runs_at_work", "Runs this process is working on.")
SESSIONS = Counter("snags_sessions", "Sessions that were looked at.", ["status"])
STAGE_SECONDS = Histogram(
    "snags_stage_seconds",
    "Each stage of a run: select, summarize (one session), patterns, report.",
    ["stage"],
    buckets=(0.01, 0.05, 0.2, 1.0, 5.0, 30.0, 120.0, 600.0),
)


@contextmanager
def spanned(name: str, **facts: str | int) -> Generator[None]:
    """A span around the block: ids and counts only."""
    with _TRACER.start_as_current_span(f"snags.{name}", attributes=dict(facts)):
        yield


@contextmanager
def stage(name: str, run_id: str) -> Generator[None]:
    """One stage of a run: its span and its seconds."""
    started = time.monotonic()
    with spanned(name, run_id=run_id):
        try:
            yield
        finally:
            STAGE_SECONDS.labels(name).observe(time.monotonic() - started)
