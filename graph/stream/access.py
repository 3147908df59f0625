"""One line of log and one count for each request."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.telemetry import REQUEST_SECONDS, REQUESTS

EVENT_STREAM = b"text/event-stream"
UNROUTED = "none"
"""For what no route answers: its paths are a stranger's choice, and must not become labels."""

logger = logging.getLogger("snags.access")


class AccessLog:
    """Tells of each request once it has been answered; put it outside of everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.monotonic()
        told = {"status": 500, "bytes": 0, "stream": False}

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["stream"] = any(
                    name == b"content-type" and value.startswith(EVENT_STREAM)
                    for name, value in message.get("headers", ())
                )
            elif message["type"] == "http.response.body":
                told["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        finally:
            seconds = time.monotonic() - started
            route = _route_of(scope)
            REQUESTS.labels(scope["method"], route, told["status"]).inc()
            if not told["stream"]:
                REQUEST_SECONDS.labels(route).observe(seconds)
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    **{
                        name: value
                        for name, value in scope.get("path_params", {}).items()
                        if name in IDS
                    },
                    **told,
                    "ms": round(seconds * 1_000),
                },
            )


IDS = frozenset({"run_id", "thread_id", "clip_id"})
"""Parts of a path that are ids of ours; others may hold what was recorded."""


def _route_of(scope: Scope) -> str:
    route = scope.get("route")
    path = getattr(route, "path", None)
    return path if isinstance(path, str) and path else UNROUTED
