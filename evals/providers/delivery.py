"""A reply on its way to the client: whole or streamed, at a model's pace, and with what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.providers import google, openai
from evals.providers.asked import CHARACTERS_PER_TOKEN, Asked, Reply
from evals.providers.faults import Fault
from evals.providers.profiles import Pace
from evals.providers.refusals import Refusal
from evals.providers.wire import Out

JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream"}
FOR_EVER_SECONDS = 3_600.0
COMMENT_SECONDS = 0.2
LEAST_PAUSE = 0.001
"""Shorter pauses are added up: the event loop's clock is no finer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One answer, about to be sent."""

    asked: Asked
    reply: Reply
    pace: Pace
    out: Out
    headers: dict[str, str]
    """Limits and ids that go with every answer."""
    completed: Callable[[], None]
    """Called once the last byte of a whole answer has been sent."""

    async def send(self) -> None:
        """The answer, as a model gives it."""
        if self.asked.stream:
            await self._stream(self.reply, self._finish(), full=True)
        else:
            await self._wait(self.pace.first + self.pace.per_token * self.reply.output_tokens)
            await self._whole(self.reply, self._finish())
            self.completed()

    async def send_with(self, fault: Fault) -> None:
        """What comes instead of the answer, or of a part of it."""
        await FAULTS[fault](self)

    # -- parts -----------------------------------------------------------------------------------

    def _finish(self) -> str:
        if self.reply.tool_calls:
            return "tool_calls"
        most = self.asked.max_output_tokens
        return "length" if most is not None and self.reply.output_tokens > most else "stop"

    async def _wait(self, seconds: float) -> None:
        if seconds >= LEAST_PAUSE:
            await asyncio.sleep(seconds)

    async def _whole(self, reply: Reply, finish: str, *, missing: int = 0) -> None:
        if self.asked.protocol == "openai":
            body = openai.whole_answer(self.asked, reply, finish)
        else:
            body = google.answer(self.asked, google.parts_of(reply), finish, reply)
        claimed = len(body) + missing if missing else None
        await self.out.whole(200, {**JSON, **self.headers}, body, claimed=claimed)

    async def _begin(self) -> None:
        await self.out.begin(200, {**EVENTS, **self.headers})

    async def _stream(self, reply: Reply, finish: str, *, full: bool, share: float = 1.0) -> None:
        """Stream a reply, or the first share of it; ``full`` ends it as a provider does."""
        await self._wait(self.pace.first)
        await self._begin()
        pieces = [*_pieces(reply.text)]
        cut = pieces[: round(len(pieces) * share)]
        await self._text(cut)
        if not full:
            return
        await self._end(reply, finish)
        await self.out.end()
        self.completed()

    async def _text(self, pieces: Sequence[str], *, doubled: int = -1) -> None:
        owed = 0.0
        for place, piece in enumerate(pieces):
            owed += self.pace.per_token
            if self.pace.pause and place == len(pieces) // 2:
                owed += self.pace.pause
            if owed >= LEAST_PAUSE:
                await asyncio.sleep(owed)
                owed = 0.0
            for _ in range(2 if place == doubled else 1):
                await self.out.chunk(self._piece(piece))

    def _piece(self, text: str) -> bytes:
        if self.asked.protocol == "openai":
            return openai.text_chunk(self.asked, text)
        return (
            b"data: " + google.answer(self.asked, [{"text": text}], None, self.reply) + b"\r\n\r\n"
        )

    async def _end(self, reply: Reply, finish: str) -> None:
        if self.asked.protocol == "openai":
            for chunk in openai.tool_chunks(self.asked, reply):
                await self.out.chunk(chunk)
            for chunk in openai.end_chunks(self.asked, reply, finish):
                await self.out.chunk(chunk)
            return
        calls = [part for part in google.parts_of(reply) if "functionCall" in part]
        body = google.answer(self.asked, calls or [{"text": ""}], finish, reply)
        await self.out.chunk(b"data: " + body + b"\r\n\r\n")

    # -- what goes wrong -------------------------------------------------------------------------

    async def error(self, refusal: Refusal, headers: dict[str, str] | None = None) -> None:
        """An error in the provider's own form."""
        write = openai.error if self.asked.protocol == "openai" else google.error
        sent = {**JSON, **self.headers, **(headers or {})}
        await self.out.whole(refusal.status, sent, write(refusal))

    async def late_error(self) -> None:
        await self._wait(self.pace.first)
        await self.error(Refusal(500, "server_error", "The server had an error."))

    async def hang(self) -> None:
        await asyncio.sleep(FOR_EVER_SECONDS)

    async def silent(self) -> None:
        await self._begin()
        await asyncio.sleep(FOR_EVER_SECONDS)

    async def comments(self) -> None:
        await self._begin()
        for _ in range(round(FOR_EVER_SECONDS / COMMENT_SECONDS)):
            await self.out.chunk(b": keep-alive\n\n")
            await asyncio.sleep(COMMENT_SECONDS)

    async def stall(self) -> None:
        if self.asked.stream:
            await self._stream(self.reply, "stop", full=False, share=0.5)
        await asyncio.sleep(FOR_EVER_SECONDS)

    async def cut(self) -> None:
        if self.asked.stream:
            await self._stream(self.reply, "stop", full=False, share=0.5)
        await self.out.close()

    async def clean_end(self) -> None:
        if self.asked.stream:
            await self._stream(self.reply, "stop", full=False, share=0.5)
            await self.out.end()
        else:
            await self.out.close()

    async def short_body(self) -> None:
        await self._whole(self.reply, "stop", missing=200)

    async def changed(self, reply: Reply, finish: str = "stop") -> None:
        """Another answer than the one that was earned."""
        if self.asked.stream:
            await self._stream(reply, finish, full=True)
        else:
            await self._whole(reply, finish)
            self.completed()

    async def no_choice(self) -> None:
        body = b'{"choices": [], "candidates": []}'
        if self.asked.stream:
            await self._begin()
            await self.out.chunk(b"data: " + body + b"\n\n")
            await self.out.end()
        else:
            await self.out.whole(200, {**JSON, **self.headers}, body)

    async def html(self) -> None:
        page = b"<!doctype html><title>Sign in</title><p>Welcome to the proxy."
        await self.out.whole(200, {"content-type": "text/html"}, page)

    async def broken_chunk(self) -> None:
        if not self.asked.stream:
            await self.out.whole(200, {**JSON, **self.headers}, b'{"choices": [{"mess')
            return
        await self._stream(self.reply, "stop", full=False, share=0.5)
        await self.out.chunk(b'data: {"choices": [{"del\n\n')
        await self.out.end()

    async def doubled_chunk(self) -> None:
        if not self.asked.stream:
            await self.send()
            return
        await self._begin()
        pieces = [*_pieces(self.reply.text)]
        await self._text(pieces, doubled=len(pieces) // 2)
        await self._end(self.reply, "stop")
        await self.out.end()
        self.completed()


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces of about a token."""
    for start in range(0, len(text), CHARACTERS_PER_TOKEN):
        yield text[start : start + CHARACTERS_PER_TOKEN]


def _half(reply: Reply) -> Reply:
    return Reply(text=reply.text[: len(reply.text) // 2])


def _wrong_ids(reply: Reply) -> Reply:
    """Every id of an event moved on by one letter: plausible, and not there."""
    words = reply.text.split(" ")
    moved = [_moved(word) if _looks_like_id(word) else word for word in words]
    return Reply(text=" ".join(moved), tool_calls=reply.tool_calls)


def _looks_like_id(word: str) -> bool:
    bare = word.strip("[],:\n\"'-")
    return 3 <= len(bare) <= 8 and bare.isascii() and bare.isalnum() and not bare.isalpha()


def _moved(word: str) -> str:
    return "".join(
        chr(ord(one) + 1) if one in "0123456780abcdefghijklmnopqrstuvwxy" else one for one in word
    )


def _failing(
    status: int, code: str, message: str, **headers: str
) -> Callable[[Delivery], Awaitable[None]]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda delivery: delivery.error(Refusal(status, code, message), sent)


FAULTS: dict[Fault, Callable[[Delivery], Awaitable[None]]] = {
    Fault.RATE_LIMITED: _failing(
        429, "rate_limit_exceeded", "Rate limit reached.", retry_after="1"
    ),
    Fault.RATE_LIMITED_LONG: _failing(
        429, "rate_limit_exceeded", "Rate limit reached.", retry_after="3600"
    ),
    Fault.NO_CREDIT: _failing(429, "insufficient_quota", "You exceeded your current quota."),
    Fault.SERVER_ERROR: _failing(500, "server_error", "The server had an error."),
    Fault.BAD_GATEWAY: _failing(502, "bad_gateway", "Bad gateway."),
    Fault.UNAVAILABLE: _failing(503, "overloaded", "The model is overloaded. Try again later."),
    Fault.WRONG_KEY: _failing(401, "invalid_api_key", "Incorrect API key provided."),
    Fault.LATE_ERROR: Delivery.late_error,
    Fault.RESET: lambda delivery: delivery.out.reset(),
    Fault.HANG: Delivery.hang,
    Fault.SILENT_STREAM: Delivery.silent,
    Fault.KEEP_ALIVE_ONLY: Delivery.comments,
    Fault.STALL: Delivery.stall,
    Fault.CUT: Delivery.cut,
    Fault.CLEAN_END: Delivery.clean_end,
    Fault.SHORT_BODY: Delivery.short_body,
    Fault.LENGTH: lambda delivery: delivery.changed(_half(delivery.reply), "length"),
    Fault.EMPTY: lambda delivery: delivery.changed(Reply()),
    Fault.REFUSED: lambda delivery: delivery.changed(Reply(), "content_filter"),
    Fault.NO_CHOICE: Delivery.no_choice,
    Fault.HTML: Delivery.html,
    Fault.BROKEN_CHUNK: Delivery.broken_chunk,
    Fault.DOUBLED_CHUNK: Delivery.doubled_chunk,
    Fault.BROKEN_TEXT: lambda delivery: delivery.changed(_half(delivery.reply)),
    Fault.WRONG_IDS: lambda delivery: delivery.changed(_wrong_ids(delivery.reply)),
}
