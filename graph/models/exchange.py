"""What went over the wire for one attempt: noted by the HTTP clients, read by the call layer."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol


class Request(Protocol):
    @property
    def headers(self) -> Mapping[str, str]: ...


class Response(Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@dataclass(slots=True)
class Exchange:
    """One attempt, as the wire saw it."""

    requests: int = 0
    bytes_sent: int = 0
    """Of request bodies."""
    status: int | None = None
    """None until the server has answered."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
"""The attempt that this task is making."""


async def note_request(request: Request) -> None:
    """Called by the HTTP client when a request leaves."""
    exchange = CURRENT.get()
    if exchange is not None:
        exchange.requests += 1
        exchange.bytes_sent += int(request.headers.get("content-length", "0"))


async def note_response(response: Response) -> None:
    """Called by the HTTP client when status and headers are there."""
    exchange = CURRENT.get()
    if exchange is not None:
        exchange.status = response.status_code
        exchange.headers = dict(response.headers)
