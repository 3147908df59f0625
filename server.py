"""The HTTP front door: routes, errors as statuses, and the only place that writes to a socket.

A stream is never a run: runs and chat turns work in tasks of their own and append to the event log;
a stream reads the log from where its reader is. ``docs/lifecycles.md`` draws how streams end.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypedDict, TypeVar

import msgspec
import uvicorn
from ag_ui.core import RunAgentInput
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ValidationError
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.service import ChatService, open_chat
from graph.engine import RunEngine, open_engine
from graph.errors import InvalidRequest, SnagsError
from graph.ids import MAX_ROWS
from graph.logs import log_as_json
from graph.reports.render import to_html, to_markdown
from graph.runs.run import RunRequest
from graph.runs.space import check_free_space
from graph.settings import Settings
from graph.stream.access import AccessLog
from graph.stream.events import TERMINAL_EVENTS
from graph.stream.journal import stream_of
from graph.stream.log import LogEntry
from graph.stream.sse import (
    SEPARATOR,
    agui_event,
    check_place,
    heartbeat,
    nothing_follows,
    offset_of,
    run_event,
)
from graph.stream.statuses import status_of
from graph.stream.trust import REPORT_POLICY, SECURITY_HEADERS, refusal_of
from graph.telemetry import DROPPED_READERS, OPEN_STREAMS
from graph.views import run_view, session_view, sources_view

WEB = Path(__file__).resolve().parent / "web"

MAX_KEY_CHARACTERS = 200
RETRY_AFTER_SECONDS = 5
SHUTDOWN_SECONDS = 5
"""How long a request may go on after the server was told to stop."""

Body = TypeVar("Body", bound=BaseModel)

logger = logging.getLogger("snags.server")


# Who may ask ------------------------------------------------------------------------------------------


class Guard:
    """Refuses strangers, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, host_names: tuple[str, ...]) -> None:
        self.app = app
        self.host_names = host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _caching(scope["path"]))
            await send(message)

        refusal = refusal_of(scope["method"], Headers(scope=scope), self.host_names)
        answer = self.app if refusal is None else _error(refusal.status, "Refused", refusal.message)
        await answer(scope, receive, send_guarded)


def _caching(path: str) -> str:
    """The page's files have no version in their names; the rest is private and never kept."""
    return "no-cache" if path == "/" or path.startswith("/assets/") else "no-store"


# Errors -----------------------------------------------------------------------------------------------


def _error(status: int, name: str, message: str) -> JSONResponse:
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else None
    return JSONResponse({"error": name, "message": message}, status, headers=retry)


async def _our_error(_: Request, error: Exception) -> Response:
    return _error(status_of(error), type(error).__name__, str(error))


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    said = f"{phrase}: {request.method} {request.url.path}. The README lists what can be asked for."
    return _error(
        error.status_code, phrase.replace(" ", ""), said if error.detail == phrase else error.detail
    )


async def _fault(_: Request, error: Exception) -> Response:
    """Answered outside the guard, hence with the headers put on here."""
    message = "Something went wrong inside Snags; its log has the place. Try again."
    answer = _error(500, type(error).__name__, message)
    answer.headers.update({**SECURITY_HEADERS, "cache-control": "no-store"})
    return answer


# What a request holds ---------------------------------------------------------------------------------


class DroppedReaders(logging.Filter):
    """Keeps uvicorn from telling a second time, as an error, that a slow reader was dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.expected = 0

    def expect(self) -> None:
        self.expected += 1

    def filter(self, record: logging.LogRecord) -> bool:
        if not self.expected or "without completing response" not in record.getMessage():
            return True
        self.expected -= 1
        return False


class Services(TypedDict):
    """What the routes work with, as lifespan state."""

    settings: Settings
    engine: RunEngine
    chat: ChatService
    places: asyncio.Semaphore
    """One for each stream that may be open."""
    dropped: DroppedReaders


def _services(request: Request) -> Services:
    state: Services = request.scope["state"]
    return state


async def _body(request: Request, kind: type[Body]) -> Body:
    """The request's JSON as a value. A body of another type is refused: a form could send it."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise HTTPException(415, "Send the body as JSON, with `Content-Type: application/json`.")
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise InvalidRequest(f"{where}: {first['msg']}. Correct it and send it again.") from error


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most):
        raise InvalidRequest(f"{name} is {text!r}. Give a whole number from 0 to {most}.")
    return int(text)


# Streams ----------------------------------------------------------------------------------------------


class EventStream(EventSourceResponse):
    """A log, read out to one reader for as long as it takes what it is sent."""

    def __init__(
        self,
        entries: AsyncGenerator[LogEntry],
        as_event: Callable[[LogEntry], ServerSentEvent],
        services: Services,
    ) -> None:
        super().__init__(
            _as_events(entries, as_event),
            ping=services["settings"].heartbeat_seconds,
            ping_message_factory=heartbeat,
            sep=SEPARATOR,
            send_timeout=services["settings"].send_timeout_seconds,
        )
        self._places = services["places"]
        self._dropped = services["dropped"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._places.locked():
            full = _error(
                503, "TooManyStreams", "Too many streams are open. Try again in a moment."
            )
            await full(scope, receive, send)
            return
        async with self._places:
            with OPEN_STREAMS.track_inprogress():
                try:
                    await super().__call__(scope, receive, send)
                except SendTimeoutError:
                    logger.warning("slow reader dropped from %s", scope["path"])
                    DROPPED_READERS.inc()
                    self._dropped.expect()


async def _as_events(
    entries: AsyncGenerator[LogEntry], as_event: Callable[[LogEntry], ServerSentEvent]
) -> AsyncGenerator[ServerSentEvent]:
    async with aclosing(entries) as following:
        async for entry in following:
            yield as_event(entry)


def _place(request: Request) -> int:
    """The offset up to which the reader has the stream."""
    return offset_of(request.headers.get("last-event-id"), request.query_params.get("after"))


# Runs -------------------------------------------------------------------------------------------------


async def post_run(request: Request) -> Response:
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MAX_KEY_CHARACTERS:
        raise InvalidRequest(f"Idempotency-Key must have 1 to {MAX_KEY_CHARACTERS} characters.")
    wanted = await _body(request, RunRequest)
    run = await _services(request)["engine"].start(wanted, idempotency_key=key)
    location = {"Location": f"/v1/runs/{run.run_id}"}
    return JSONResponse({"run_id": run.run_id, "status": run.status.value}, 202, headers=location)


async def get_runs(request: Request) -> Response:
    runs = await _services(request)["engine"].runs(limit=_number(request, "limit", 50, 1_000))
    return JSONResponse({"runs": [run_view(run) for run in runs]})


async def get_run(request: Request) -> Response:
    return JSONResponse(run_view(await _services(request)["engine"].get(_run_id(request))))


async def cancel_run(request: Request) -> Response:
    return JSONResponse(run_view(await _services(request)["engine"].cancel(_run_id(request))))


async def get_report(request: Request) -> Response:
    engine, run_id = _services(request)["engine"], _run_id(request)
    match request.query_params.get("format", "json"):
        case "json":
            return Response(await engine.report_json(run_id), media_type="application/json")
        case "markdown":
            text = await asyncio.to_thread(to_markdown, await engine.report(run_id))
            return Response(text, media_type="text/markdown; charset=utf-8")
        case "html":
            text = await asyncio.to_thread(to_html, await engine.report(run_id))
            policy = {"content-security-policy": REPORT_POLICY}
            return Response(text, media_type="text/html; charset=utf-8", headers=policy)
        case other:
            raise InvalidRequest(f"format is {other!r}. Ask for json, markdown or html.")


async def get_run_events(request: Request) -> Response:
    """The rest of a run's events for a reader that says what it has; 204 where there is none."""
    engine, run_id, after = _services(request)["engine"], _run_id(request), _place(request)
    await engine.get(run_id)
    if await nothing_follows(engine.log, stream_of(run_id), after=after, until=TERMINAL_EVENTS):
        return Response(status_code=204)
    return EventStream(engine.follow(run_id, after), run_event, _services(request))


async def get_session(request: Request) -> Response:
    engine, run_id = _services(request)["engine"], _run_id(request)
    session = await engine.session(run_id, request.path_params["session_id"])
    trace = await engine.find_trace(run_id, session.session_id)
    first, limit = (
        _number(request, "from", 0, MAX_ROWS),
        _number(request, "limit", MAX_ROWS, MAX_ROWS),
    )
    return JSONResponse(session_view(session, trace, first=first, limit=limit))


async def get_sources(request: Request) -> Response:
    services = _services(request)
    demo = await services["engine"].demo_sessions()
    return JSONResponse(sources_view(demo, services["settings"].allow_paths))


def _run_id(request: Request) -> str:
    return request.path_params["run_id"]


# Conversations ----------------------------------------------------------------------------------------


async def post_agui(request: Request) -> Response:
    """One turn of a conversation, AG-UI: the answer streams, and goes on when the reader leaves."""
    services = _services(request)
    turn = await services["chat"].post(await _body(request, RunAgentInput))
    entries = services["chat"].follow(turn.thread_id, after=turn.after, turn=turn.only)
    return EventStream(entries, agui_event, services)


async def get_threads(request: Request) -> Response:
    threads = await _services(request)["chat"].threads()
    return JSONResponse({"threads": msgspec.to_builtins(threads)})


async def get_thread(request: Request) -> Response:
    """A conversation as it stands, and the offset from which its stream goes on."""
    view = await _services(request)["chat"].view(request.path_params["thread_id"])
    messages = [
        one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in view.messages
    ]
    return JSONResponse(
        {
            "thread_id": view.thread_id,
            "messages": messages,
            "offset": view.offset,
            "running": bool(view.running),
            "turns": list(view.running),
        }
    )


async def get_thread_events(request: Request) -> Response:
    """The rest of a conversation for a reader that says what it has; 204 where there is none."""
    services, thread_id = _services(request), request.path_params["thread_id"]
    view, after = await services["chat"].view(thread_id), _place(request)
    if after == view.offset and not view.running:
        return Response(status_code=204)
    check_place(after, view.offset)
    return EventStream(services["chat"].follow(thread_id, after=after), agui_event, services)


async def cancel_thread(request: Request) -> Response:
    thread_id = request.path_params["thread_id"]
    await _services(request)["chat"].cancel(thread_id)
    return JSONResponse({"thread_id": thread_id})


# Page -------------------------------------------------------------------------------------------------


async def get_page(_: Request) -> Response:
    return FileResponse(WEB / "index.html")


async def get_health(_: Request) -> Response:
    """Answers while the process does: whoever restarts it needs to know no more."""
    return JSONResponse({"status": "ok"})


async def get_ready(request: Request) -> Response:
    """Answers 200 while runs can be started here: the store answers, and there is room to write."""
    services = _services(request)
    await services["engine"].runs(limit=1)
    await asyncio.to_thread(check_free_space, services["settings"].data_dir)
    return JSONResponse({"status": "ready"})


async def get_metrics(_: Request) -> Response:
    """Prometheus's text format. Counts and durations; nothing recorded, no ids."""
    body = await asyncio.to_thread(generate_latest)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


# The application --------------------------------------------------------------------------------------

ROUTES = [
    Route("/", get_page),
    Mount("/assets", StaticFiles(directory=WEB, check_dir=False)),
    Route("/healthz", get_health),
    Route("/readyz", get_ready),
    Route("/metrics", get_metrics),
    Route("/v1/sources", get_sources),
    Route("/v1/runs", get_runs, methods=["GET"]),
    Route("/v1/runs", post_run, methods=["POST"]),
    Route("/v1/runs/{run_id}", get_run),
    Route("/v1/runs/{run_id}/report", get_report),
    Route("/v1/runs/{run_id}/events", get_run_events),
    Route("/v1/runs/{run_id}/cancel", cancel_run, methods=["POST"]),
    Route("/v1/runs/{run_id}/sessions/{session_id:path}", get_session),
    Route("/agui", post_agui, methods=["POST"]),
    Route("/v1/threads", get_threads),
    Route("/v1/threads/{thread_id}", get_thread),
    Route("/v1/threads/{thread_id}/events", get_thread_events),
    Route("/v1/threads/{thread_id}/cancel", cancel_thread, methods=["POST"]),
]


def create_app(settings: Settings) -> Starlette:
    """The application. It resumes unfinished runs when it starts, and leaves them resumable."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[Services]:
        dropped = DroppedReaders()
        logging.getLogger("uvicorn.error").addFilter(dropped)
        async with (
            open_engine(settings, only_within=settings.readable_paths) as engine,
            open_chat(settings, engine) as chat,
        ):
            await engine.resume_all()
            yield Services(
                settings=settings,
                engine=engine,
                chat=chat,
                places=asyncio.Semaphore(settings.max_streams),
                dropped=dropped,
            )
        logging.getLogger("uvicorn.error").removeFilter(dropped)

    return Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(AccessLog),
            Middleware(Guard, host_names=settings.host_names),
        ],
        exception_handlers={SnagsError: _our_error, HTTPException: _http_error, Exception: _fault},
        lifespan=lifespan,
        max_body_size=settings.max_body_bytes,
    )


def http_server(settings: Settings) -> uvicorn.Server:
    """The server of the application, not yet listening."""
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        server_header=False,
    )
    return uvicorn.Server(config)


def serve(settings: Settings, listener: socket.socket | None = None) -> None:
    """Serve until interrupted. Streams end at once; runs stay resumable."""
    log_as_json(settings.log_level, to_person=sys.stderr.isatty())
    server = http_server(settings)
    listener = listener or server.config.bind_socket()
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # A reader that was dropped and still takes nothing would keep its connection for ever.
        patience_ms = round(2_000 * settings.send_timeout_seconds)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience_ms)
    server.run(sockets=[listener])


def main() -> None:
    """Serve with the settings of the environment."""
    serve(Settings.from_env())


if __name__ == "__main__":
    main()
