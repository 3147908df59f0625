"""One rrweb event as recorders write it, and its data without their compression.

PostHog's ``cv: "2024-10"`` turns parts of an event into gzip strings (bytes as latin-1 code points);
some stores keep ``data`` as a string of JSON.
"""

from __future__ import annotations

import zlib

import msgspec
from msgspec import Raw

from graph.sources.clock import epoch_ms
from graph.sources.reading import GZIP_WITH_HEADER, Reading
from graph.sources.recording import EventType, IncrementalSource

NOT_AN_EVENT = "something that is no rrweb event was left out"
KNOWN_CV = "2024-10"

_LATEST_MS = 8_640_000_000_000_000
"""The last moment a JavaScript date can hold."""

_COMPRESSED_MEMBERS: dict[int, tuple[str, ...]] = {
    IncrementalSource.MUTATION: ("adds", "removes", "texts", "attributes"),
    IncrementalSource.STYLE_SHEET_RULE: ("adds", "removes"),
}

_QUOTE = b'"'


class WireEvent(msgspec.Struct, kw_only=True, gc=False):
    """What is looked at of every event; the rest of it is skipped unread."""

    type: int
    timestamp: int | float | str
    data: Raw = Raw(b"{}")
    window_id: str | int | None = msgspec.field(default=None, name="windowId")
    window_id_v1: str | int | None = msgspec.field(default=None, name="window_id")
    cv: str | None = None
    session_id: str | int | None = msgspec.field(default=None, name="sessionId")
    session_id_snake: str | int | None = msgspec.field(default=None, name="session_id")
    session_id_posthog: str | int | None = msgspec.field(default=None, name="$session_id")

    @property
    def own_session(self) -> str:
        for named in (self.session_id_posthog, self.session_id_snake, self.session_id):
            if named:
                return str(named)
        return ""

    @property
    def own_window(self) -> str:
        named = self.window_id if self.window_id is not None else self.window_id_v1
        return "" if named is None else str(named)


class _Source(msgspec.Struct, gc=False):
    source: int = -1


_EVENT = msgspec.json.Decoder(WireEvent)
_SOURCE = msgspec.json.Decoder(_Source)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_TEXT = msgspec.json.Decoder(str)
_ENCODER = msgspec.json.Encoder()


def wire_event(reading: Reading, body: Raw | bytes) -> WireEvent | None:
    """The event, its timestamp a number; None (and a note) where it is none."""
    try:
        event = _EVENT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reading.repaired(NOT_AN_EVENT)
        return None
    moment = event.timestamp
    if isinstance(moment, str):
        moment = epoch_ms(moment)
    if moment is None or not abs(moment) <= _LATEST_MS:
        reading.repaired(NOT_AN_EVENT)
        return None
    event.timestamp = moment
    return event


def plain_data(reading: Reading, event: WireEvent) -> bytes | None:
    """The event's data as JSON, decompressed; None (and a note) where that fails."""
    data = bytes(event.data)
    try:
        if data[:1] == _QUOTE:
            return _from_text(reading, data)
        return _from_members(reading, event, data) if event.cv else data
    except (ValueError, RecursionError, zlib.error):
        reading.repaired("an event whose compressed data is damaged was left out")
        return None


def _from_text(reading: Reading, data: bytes) -> bytes:
    text = _TEXT.decode(data)
    if text.startswith("\x1f\x8b"):
        return reading.inflate(text.encode("latin-1"), GZIP_WITH_HEADER)
    return text.encode() if text[:1] == "{" else data


def _from_members(reading: Reading, event: WireEvent, data: bytes) -> bytes:
    """Mutations and style sheet rules: each of their lists may be a gzip string."""
    if event.cv != KNOWN_CV:
        reading.repaired(
            f"compression {str(event.cv)[:20]!r} is not known; such events were taken as they are"
        )
        return data
    if event.type != EventType.INCREMENTAL_SNAPSHOT:
        return data
    names = _COMPRESSED_MEMBERS.get(_SOURCE.decode(data).source, ())
    members = _MEMBERS.decode(data) if names else {}
    compressed = [name for name in names if name in members and _is_text(members[name])]
    for name in compressed:
        members[name] = Raw(_from_text(reading, bytes(members[name])))
    return _ENCODER.encode(members) if compressed else data


def _is_text(value: Raw) -> bool:
    return memoryview(value)[0] == _QUOTE[0]
