"""The HTTP side: queries, lists of blobs, blobs, and the throttles, each as PostHog answers it."""

from __future__ import annotations

import argparse
import contextlib
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from pydantic import BaseModel, Field, JsonValue, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from evals.posthog.hogql import HogqlError, Tables
from evals.posthog.project import StoredSession, stored_sessions
from graph.sources.posthog.throttle import Allowance

KEY = "phx_of_the_local_server"
PROJECT = "1"


class _Query(BaseModel):
    kind: str
    query: str
    values: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class _Asked(BaseModel):
    query: _Query


@dataclass(slots=True)
class PostHogServer:
    """One project. ``requests`` counts what was asked of it, by kind; ``refused`` the throttled ones."""

    sessions: Sequence[StoredSession]
    snapshots: Sequence[Allowance] = ()
    """Limits on requests for recordings; none where empty."""
    requests: Counter[str] = field(default_factory=Counter[str])
    refused: int = 0
    _served: deque[float] = field(default_factory=deque[float])
    _tables: Tables = field(init=False)

    def __post_init__(self) -> None:
        self._tables = Tables(self.sessions)

    def close(self) -> None:
        """Serve no more."""
        self._tables.close()

    def app(self) -> Starlette:
        """The ASGI application."""
        base = f"/api/projects/{PROJECT}"
        return Starlette(
            routes=[
                Route(f"{base}/query/", self._query, methods=["POST"]),
                Route(f"{base}/session_recordings/{{session}}/snapshots", self._snapshots),
            ]
        )

    async def _query(self, request: Request) -> Response:
        if (refusal := self._locked(request)) is not None:
            return refusal
        self.requests["query"] += 1
        try:
            asked = _Asked.model_validate_json(await request.body()).query
            columns, rows = self._tables.run(asked.query, asked.values)
        except (ValidationError, HogqlError) as error:
            return _problem(400, "validation_error", "invalid_input", str(error))
        return JSONResponse({"columns": columns, "results": rows, "hasMore": False})

    async def _snapshots(self, request: Request) -> Response:
        if (refusal := self._locked(request)) is not None:
            return refusal
        if (wait := self._seconds_to_wait()) > 0:
            self.refused += 1
            detail = f"Request was throttled. Expected available in {wait} seconds."
            refusal = _problem(429, "throttled_error", "throttled", detail)
            refusal.headers["Retry-After"] = str(wait)
            return refusal
        self.requests["snapshots"] += 1
        stored = next(
            (one for one in self.sessions if one.session_id == request.path_params["session"]), None
        )
        if stored is None:
            return _problem(404, "invalid_request", "not_found", "Not found.")
        asked = request.query_params
        if asked.get("source") == "blob_v2":
            first, last = int(asked["start_blob_key"]), int(asked["end_blob_key"])
            return PlainTextResponse(
                "\n".join(stored.blobs[first : last + 1]) + "\n", media_type="application/jsonl"
            )
        listed = [{"source": "blob_v2", "blob_key": str(key)} for key in range(len(stored.blobs))]
        return JSONResponse({"sources": listed})

    def _locked(self, request: Request) -> JSONResponse | None:
        if request.headers.get("authorization") == f"Bearer {KEY}":
            return None
        return _problem(
            401, "authentication_error", "authentication_failed", "Invalid personal API key."
        )

    def _seconds_to_wait(self) -> int:
        now = time.monotonic()
        for one in self.snapshots:
            within = [at for at in self._served if at > now - one.seconds]
            if len(within) >= one.requests:
                return max(1, round(within[-one.requests] + one.seconds - now + 0.5))
        self._served.append(now)
        return 0


def _problem(status: int, kind: str, code: str, detail: str) -> JSONResponse:
    body = {"type": kind, "code": code, "detail": detail, "attr": None}
    return JSONResponse(body, status_code=status)


@contextlib.contextmanager
def serving(server: PostHogServer) -> Generator[str]:
    """Serve in a thread; yields the address. Closes the server at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(server.app(), log_level="error", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(timeout=10)
        listener.close()
        server.close()


def main() -> None:
    """Serve a folder of recordings until interrupted."""
    parser = argparse.ArgumentParser(description="Serve recordings the way PostHog does.")
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--port", type=int, default=8790)
    chosen = parser.parse_args()
    server = PostHogServer(
        stored_sessions(chosen.recordings), snapshots=(Allowance(60, 60.0), Allowance(300, 3_600.0))
    )
    uvicorn.run(server.app(), host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()
