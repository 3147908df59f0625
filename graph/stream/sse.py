"""Log entries as server-sent events, and the place in a stream that a reader asks for.

``id`` is the entry's offset, so a reader that comes back says exactly what it has. The separator is
a bare line feed: AG-UI's own client fails on the carriage returns of the library's default.
"""

from __future__ import annotations

from sse_starlette.event import ServerSentEvent

from graph.errors import InvalidRequest
from graph.stream.log import EventLog, LogEntry

SEPARATOR = "\n"


def run_event(entry: LogEntry) -> ServerSentEvent:
    """A run event: its type is the SSE event name, its JSON the data."""
    return ServerSentEvent(entry.data, id=str(entry.offset), event=entry.type, sep=SEPARATOR)


def agui_event(entry: LogEntry) -> ServerSentEvent:
    """An AG-UI event: clients read the type from the data, and only unnamed events reach them."""
    return ServerSentEvent(entry.data, id=str(entry.offset), sep=SEPARATOR)


def heartbeat() -> ServerSentEvent:
    """A comment: keeps proxies from cutting a quiet stream; readers never see it."""
    return ServerSentEvent(comment="still here", sep=SEPARATOR)


def offset_of(last_event_id: str | None, after: str | None) -> int:
    """The offset a reader has already, from its ``Last-Event-ID`` header or its ``after`` parameter.

    The header wins: a browser that reconnects sends it and repeats the address it began with.

    Raises:
        InvalidRequest: it is not a whole number from 0.
    """
    given = last_event_id if last_event_id else after
    if not given:
        return 0
    if not (given.isascii() and given.isdigit() and len(given) <= 15):
        raise InvalidRequest(
            f"{given!r} is not a place in an event stream. Send the `id` of the last event you have, "
            "or 0 to begin at the start."
        )
    return int(given)


def check_place(after: int, last: int) -> None:
    """Refuse a place beyond the end of the stream.

    Raises:
        InvalidRequest: the stream is shorter than that, so the place belongs to another stream.
    """
    if after > last:
        raise InvalidRequest(
            f"The stream has {last} events, and you ask for those after {after}: that place is of "
            "another stream. Send 0 to begin at the start."
        )


async def nothing_follows(log: EventLog, stream: str, *, after: int, until: frozenset[str]) -> bool:
    """True where the stream has ended and a reader at ``after`` has all of it.

    Raises:
        InvalidRequest: the stream is shorter than ``after``.
    """
    last = await log.last_offset(stream)
    check_place(after, last)
    if after < last:
        return False
    newest = await newest_entry(log, stream)
    return newest is not None and newest.type in until


async def newest_entry(log: EventLog, stream: str) -> LogEntry | None:
    """The last entry of a stream; None for an empty one."""
    last = await log.last_offset(stream)
    newest = await log.read(stream, after=last - 1, limit=1) if last else []
    return newest[0] if newest else None
