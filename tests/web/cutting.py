"""A way to the server that breaks: every stream is cut after a few events, in the middle of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

PIECE = 512
EVENTS = 2
END_OF_EVENT = b"\n\n"


@dataclass(slots=True)
class Cutter:
    """Passes everything on, and cuts each stream where it happens to be after two events."""

    port: int
    """Of the server behind it."""
    url: str = ""
    cuts: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inward, outward = await asyncio.open_connection("127.0.0.1", self.port)
        streaming = asyncio.Event()
        asked = asyncio.create_task(self._ask(reader, outward, streaming))
        answered = asyncio.create_task(self._answer(inward, writer, streaming))
        await asyncio.wait({asked, answered}, return_when=asyncio.FIRST_COMPLETED)
        for task in (asked, answered):
            task.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await task
        for side in (writer, outward):
            side.close()
            with suppress(ConnectionError):
                await side.wait_closed()

    async def _ask(
        self, reader: asyncio.StreamReader, outward: asyncio.StreamWriter, streaming: asyncio.Event
    ) -> None:
        while piece := await reader.read(65_536):
            if piece.startswith((b"POST /agui ", b"GET /v1/threads/")) and _is_stream(piece):
                streaming.set()
            outward.write(piece)
            await outward.drain()

    async def _answer(
        self, inward: asyncio.StreamReader, writer: asyncio.StreamWriter, streaming: asyncio.Event
    ) -> None:
        passed = 0
        while piece := await inward.read(PIECE):
            writer.write(piece)
            await writer.drain()
            if streaming.is_set():
                passed += piece.count(END_OF_EVENT)
                if passed > EVENTS:
                    self.cuts += 1
                    return


def _is_stream(head: bytes) -> bool:
    return head.startswith(b"POST /agui ") or b"/events?" in head.split(b"\r\n", 1)[0]


@asynccontextmanager
async def cutting(port: int) -> AsyncGenerator[Cutter]:
    """A cutter in front of the server at a port."""
    cutter = Cutter(port=port)
    server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0)
    cutter.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield cutter
