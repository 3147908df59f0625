"""A server on loopback that answers each request as a script says, byte by byte where that matters."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class Wire:
    """Where the server is, and what it was asked."""

    url: str
    scripts: list[Script]
    """One per request, in order; the last one goes on for all that follow."""
    asked: list[Asked] = field(default_factory=list[Asked])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                asked = await _read_request(reader)
                script = self.scripts[min(len(self.asked), len(self.scripts) - 1)]
                self.asked.append(asked)
                await script(asked, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.transport.abort()


async def _read_request(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    parted = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in parted}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(first.split(" ")[1], headers, json.loads(body or b"{}"))


@asynccontextmanager
async def wire(*scripts: Script) -> AsyncGenerator[Wire]:
    """The server, listening while the block runs."""
    served = Wire("", list(scripts))
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(served.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await asyncio.sleep(0)  # the transports close in the loop's next round


def head(
    status: int = 200, kind: str = "text/event-stream", headers: dict[str, str] | None = None
) -> bytes:
    """Status and headers of a chunked answer."""
    lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", "transfer-encoding: chunked"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(text: str) -> bytes:
    body = text.encode()
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


END = b"0\r\n\r\n"


def openai_piece(
    text: str | None = None, finish: str | None = None, usage: dict[str, Any] | None = None
) -> str:
    """One event of OpenAI's stream."""
    choice = {"index": 0, "delta": {"content": text} if text is not None else {}}
    data: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [] if usage else [choice | {"finish_reason": finish}],
    }
    return "data: " + json.dumps(data | ({"usage": usage} if usage else {})) + "\n\n"


def openai_usage(prompt: int = 100, cached: int = 40, output: int = 20) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }


def google_piece(
    text: str | None = None, finish: str | None = None, usage: bool = False, **more: Any
) -> str:
    """One event of Gemini's stream."""
    candidate: dict[str, Any] = {"index": 0}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    if finish is not None:
        candidate["finishReason"] = finish
    data: dict[str, Any] = {"candidates": [candidate], **more}
    if usage:
        data["usageMetadata"] = {
            "promptTokenCount": 100,
            "candidatesTokenCount": 15,
            "thoughtsTokenCount": 5,
            "totalTokenCount": 120,
        }
    return "data: " + json.dumps(data) + "\n\n"


def sends(
    pieces: Sequence[str], *, end: bytes = END, headers: dict[str, str] | None = None
) -> Script:
    """A stream of these events; ``end`` is what comes after them."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head(headers=headers))
        for piece in pieces:
            writer.write(chunk(piece))
        writer.write(end)

    return script


def openai_answer(text: str, finish: str = "stop", headers: dict[str, str] | None = None) -> Script:
    """A whole streamed answer, word by word."""
    words = [openai_piece(word) for word in re.findall(r"\S+\s*", text)] or [openai_piece("")]
    rest = [openai_piece(finish=finish), openai_piece(usage=openai_usage()), "data: [DONE]\n\n"]
    return sends([*words, *rest], headers=headers)


def google_answer(text: str, finish: str = "STOP") -> Script:
    return sends([google_piece(text), google_piece("", finish, usage=True)])


def fails(status: int, body: Any, headers: dict[str, str] | None = None) -> Script:
    """An error as JSON, or any text."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        kind = "text/html" if isinstance(body, str) else "application/json"
        writer.write(head(status, kind, headers) + chunk(text) + END)

    return script
