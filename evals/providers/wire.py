"""HTTP/1.1 down to the byte: a server that can also break off, fall silent, or lie about its length."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import h11

READ_BYTES = 65_536
MAX_BODY_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Out:
    """The answer on its way; every method goes straight to the socket."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.keep_alive = True

    async def whole(
        self, status: int, headers: Mapping[str, str], body: bytes, *, claimed: int | None = None
    ) -> None:
        """An answer with a length; ``claimed`` may name a larger one than it has."""
        length = len(body) if claimed is None else claimed
        await self._head(status, {**headers, "content-length": str(length)})
        self._writer.write(body)
        await self._writer.drain()
        if length != len(body):
            await self.close()

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer in chunks."""
        await self._head(status, {**headers, "transfer-encoding": "chunked"})

    async def chunk(self, body: bytes) -> None:
        self._writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        await self._writer.drain()

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def close(self) -> None:
        """Hang up without a last word."""
        self.keep_alive = False
        self._writer.close()

    async def reset(self) -> None:
        """Break the connection off: the other side sees a reset."""
        self.keep_alive = False
        raw = self._writer.get_extra_info("socket")
        if isinstance(raw, socket.socket) or raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self._writer.drain()


Handler = Callable[[Received, Out], Awaitable[None]]


async def serve_connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler
) -> None:
    """Answer the requests of one connection, one after the other."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=READ_BYTES)
    out = Out(writer)
    try:
        while out.keep_alive and (received := await _next_request(connection, reader)):
            await handle(received, out)
            # h11 reads requests only; what was sent went past it, so it starts afresh.
            rest = connection.trailing_data[0]
            connection = h11.Connection(h11.SERVER, max_incomplete_event_size=READ_BYTES)
            connection.receive_data(rest)
    except (ConnectionError, h11.RemoteProtocolError, asyncio.IncompleteReadError):
        pass  # the other side has gone: nobody is left to tell
    finally:
        writer.close()


async def _next_request(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> Received | None:
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(READ_BYTES)
            if not data and request is None:
                return None
            connection.receive_data(data)
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                return None
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            headers = {name.decode().lower(): value.decode() for name, value in request.headers}
            return Received(request.method.decode(), request.target.decode(), headers, bytes(body))
        else:
            return None
