"""What a JSON file holds: events of recordings, rows of product events, or something else.

A shape is told from the values themselves. Wrappers are opened, lists and lines are walked, until
there are bare events or rows; nothing is decoded further than needed to tell.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec import Raw

from graph.sources.capture import captured_json
from graph.sources.json_text import json_values, repair_text
from graph.sources.reading import GZIP_WITH_HEADER, ZLIB, Reading
from graph.sources.recording import RecordingShape
from graph.sources.strangers import refuse_text, refuse_values

SESSION_KEYS = (
    "$session_id",
    "session_id",
    "sessionId",
    "recording_id",
    "recordingId",
    "replay_id",
    "replayId",
)
"""Where files name their session; the first one that is there counts."""

_WRAPPERS = {
    "snapshot_data_by_window_id": RecordingShape.POSTHOG_LEGACY,
    "snapshots": RecordingShape.POSTHOG_EXPORT,
    "events": RecordingShape.RRWEB,
    "rrwebEvents": RecordingShape.RRWEB,
    "recording": None,
    "replay": None,
    "session": None,
    "data": None,
    "batch": None,
    "result": RecordingShape.POSTHOG_LEGACY,
    "results": None,
}
"""Keys that wrap events, in the order they are tried, and the shape they tell."""

_MAX_WRAPPERS = 8
_SPACE_BEFORE = 1_024
_LOOKED_AT = 10
"""How many values of a list are looked at before it is given up."""

_SNAPSHOT = b'"$snapshot"'
_DIGITS = frozenset(b"0123456789")
_QUOTE, _ARRAY_OPENS, _OBJECT_OPENS = b'"[{'

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_ARRAY = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)
_SCALAR = msgspec.json.Decoder(str | int)
_VALUE = msgspec.json.Decoder(Raw)


class Piece(NamedTuple):
    """One event or row, undecoded, and what its surroundings say about it."""

    session: str
    window: str
    body: Raw | bytes


@dataclass(slots=True)
class Contents:
    """What a file turned out to hold."""

    shape: RecordingShape = RecordingShape.RRWEB
    pieces: list[Piece] = field(default_factory=list[Piece])
    """rrweb events."""
    rows: list[Piece] = field(default_factory=list[Piece])
    """Product events as objects."""
    tables: list[Piece] = field(default_factory=list[Piece])
    """Query answers: objects with ``columns`` and ``results``."""

    def __len__(self) -> int:
        return len(self.pieces) + len(self.rows) + len(self.tables)


class _Kind(Enum):
    EVENT = auto()
    PACKED = auto()
    BLOB_LINE = auto()
    WINDOW_LINE = auto()
    LIST = auto()
    WRAPPER = auto()
    REQUEST = auto()
    ROW = auto()
    TABLE = auto()
    OTHER = auto()


class _Around(NamedTuple):
    """What the wrappers passed so far say."""

    session: str = ""
    window: str = ""
    shape: RecordingShape | None = None
    depth: int = 0


def contents_of(reading: Reading, body: bytes) -> Contents:
    """The events and rows of a document.

    Raises:
        RecordingUnreadable: there are none; says what the file seems to be instead.
    """
    refuse_unless_json(reading, body)
    try:
        found = _found_in(reading, json_values(reading, body))
    except RecursionError as error:
        raise reading.refuse(
            "its JSON",
            f"it is nested deeper than {reading.limits.max_depth} levels",
            "Recordings are not like this: check where the file comes from.",
        ) from error
    if len(found) > reading.limits.max_events:
        raise reading.refuse(
            f"event {reading.limits.max_events + 1:,}",
            f"it holds {len(found):,} events, above the limit of {reading.limits.max_events:,}",
            "Split the recording into smaller files.",
        )
    return found


def _found_in(reading: Reading, values: Sequence[Raw]) -> Contents:
    finder = _Finder(reading=reading)
    finder.take(values, _Around())
    if not finder.found:
        raise refuse_values(reading, values)
    return finder.found


def refuse_unless_json(reading: Reading, beginning: bytes) -> None:
    """A file's first bytes are enough to tell that it is none of ours.

    Raises:
        RecordingUnreadable: it does not begin like JSON; says what it seems to be.
    """
    start = beginning[:_SPACE_BEFORE].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith((b"[", b"{", b'"', b"\xff\xfe", b"\xfe\xff")):
        raise refuse_text(reading, beginning)


@dataclass(slots=True, kw_only=True)
class _Finder:
    reading: Reading
    found: Contents = field(default_factory=Contents)

    def take(self, values: Sequence[Raw], around: _Around) -> None:
        """Add what a list of like values holds; the first ones tell what they are."""
        if around.depth > _MAX_WRAPPERS:
            return
        inner = around._replace(depth=around.depth + 1)
        kinds = (_kind_of(value) for value in islice(values, _LOOKED_AT))
        match next((kind for kind in kinds if kind is not _Kind.OTHER), _Kind.OTHER):
            case _Kind.EVENT:
                self._take_events(values, inner)
            case _Kind.ROW:
                self._take_rows(values, inner)
            case _Kind.TABLE:
                self.found.tables.extend(_pieces(values, inner))
            case _Kind.OTHER:
                pass
            case kind:
                self._open_each(kind, values, inner)

    def _open_each(self, kind: _Kind, values: Sequence[Raw], around: _Around) -> None:
        for value in values:
            if kind is _Kind.PACKED:
                self._take_packed(value, around)
            elif kind is _Kind.BLOB_LINE:
                self._take_blob_line(value, around)
            elif kind is _Kind.WINDOW_LINE:
                self._take_window_line(value, around)
            elif kind is _Kind.WRAPPER:
                self._take_wrapper(value, around)
            elif kind is _Kind.REQUEST:
                self._take_request(value, around)
            else:
                self.take(_items(value), around)

    def _take_events(self, values: Sequence[Raw], around: _Around) -> None:
        if not self.found.pieces:
            bare = "windowId" not in _members(values[0])
            told = RecordingShape.RRWEB if bare else RecordingShape.POSTHOG_EXPORT
            self.found.shape = around.shape or told
        self.found.pieces.extend(_pieces(values, around))

    def _take_rows(self, values: Sequence[Raw], around: _Around) -> None:
        """Product events; a ``$snapshot`` among them carries rrweb events, as posthog-js sends them."""
        for value in values:
            if _SNAPSHOT in bytes(value) and (carried := _snapshot_of(value)):
                inner = around._replace(
                    session=_session_in(carried) or around.session,
                    window=_scalar(carried.get("$window_id")) or around.window,
                )
                self.take(_items(carried.get("$snapshot_data")), inner)
            else:
                self.found.rows.append(Piece(around.session, around.window, value))

    def _take_request(self, value: Raw, around: _Around) -> None:
        """A request as it was captured; its body stands in base64 or as it is."""
        text = _scalar(_members(value).get("body"))
        captured = captured_json(self.reading, text.encode("utf-8", "replace"))
        try:
            self.take([_VALUE.decode(captured or b"")], around)
        except msgspec.DecodeError:
            self.reading.repaired("a captured request whose body is no JSON was left out")

    def _take_packed(self, value: Raw, around: _Around) -> None:
        """A string: a packed event (zlib, as latin-1), or JSON in JSON as databases give it."""
        try:
            text = self._unpacked(_TEXT.decode(value))
            self.take([self._inner_value(text)], around)
        except (ValueError, zlib.error):
            self.reading.repaired("an event that could not be unpacked was left out")

    def _unpacked(self, text: str) -> bytes:
        if text.lstrip()[:1] in ("{", "["):
            return text.encode("utf-8", "replace")
        packed = text.encode("latin-1")
        wbits = GZIP_WITH_HEADER if packed[:1] == b"\x1f" else ZLIB
        return self.reading.inflate(packed, wbits)

    def _inner_value(self, text: bytes) -> Raw:
        try:
            return _VALUE.decode(text)
        except msgspec.DecodeError:
            return _VALUE.decode(repair_text(self.reading, text))

    def _take_blob_line(self, value: Raw, around: _Around) -> None:
        items = _items(value)
        if _is_blob_line(items):
            self.found.shape = RecordingShape.POSTHOG_BLOB_V2
            self.found.pieces.append(Piece(around.session, _scalar(items[0]), items[1]))
        else:
            self.reading.repaired("a line that is no blob_v2 line was left out")

    def _take_window_line(self, value: Raw, around: _Around) -> None:
        members = _members(value)
        window = _scalar(members.get("window_id")) or _scalar(members.get("windowId"))
        inner = around._replace(
            session=_session_in(members) or around.session,
            window=window or around.window,
            shape=RecordingShape.POSTHOG_V1_LINES,
        )
        self.take(_items(members.get("data")), inner)

    def _take_wrapper(self, value: Raw, around: _Around) -> None:
        members = _members(value)
        session = _session_in(members) or around.session
        before = len(self.found)
        for key, shape in _WRAPPERS.items():
            if key in members and len(self.found) == before:
                inner = around._replace(session=session, shape=around.shape or shape)
                self._open_wrapper(key, members[key], inner)

    def _open_wrapper(self, key: str, value: Raw, around: _Around) -> None:
        if key == "snapshot_data_by_window_id":
            for window, events in _members(value).items():
                self.take(_items(events), around._replace(window=window))
        elif _first(value) == _ARRAY_OPENS:
            self.take(_items(value), around)
        elif _first(value) in (_OBJECT_OPENS, _QUOTE):
            self.take([value], around)


def _kind_of(value: Raw) -> _Kind:
    first = _first(value)
    if first == _QUOTE:
        return _Kind.PACKED
    if first == _ARRAY_OPENS:
        # A list of events is long: it is not opened here only to see that it is no blob line.
        plain_list = bytes(memoryview(value)[1:2]) in (b"{", b"[")
        return _Kind.LIST if plain_list or not _is_blob_line(_items(value)) else _Kind.BLOB_LINE
    return _kind_of_object(_members(value)) if first == _OBJECT_OPENS else _Kind.OTHER


def _kind_of_object(members: Mapping[str, Raw]) -> _Kind:
    if "timestamp" in members and _first(members.get("type")) in _DIGITS:
        return _Kind.EVENT
    if "columns" in members and members.keys() & {"results", "result"}:
        return _Kind.TABLE
    if _first(members.get("event")) == _QUOTE and members.keys() & {"properties", "timestamp"}:
        return _Kind.ROW
    if _first(members.get("body")) == _QUOTE and members.keys() & {"path", "method", "url"}:
        return _Kind.REQUEST
    windowed = members.keys() & {"window_id", "windowId"}
    if windowed and _first(members.get("data")) == _ARRAY_OPENS:
        return _Kind.WINDOW_LINE
    return _Kind.WRAPPER if members.keys() & _WRAPPERS.keys() else _Kind.OTHER


def _snapshot_of(value: Raw) -> dict[str, Raw] | None:
    """The properties of a ``$snapshot`` event whose data is a list; None for any other event."""
    members = _members(value)
    if _scalar(members.get("event")) != "$snapshot":
        return None
    properties = _members(members.get("properties", Raw(b"{}")))
    listed = _first(properties.get("$snapshot_data")) == _ARRAY_OPENS
    return properties if listed else None


def _is_blob_line(items: Sequence[Raw]) -> bool:
    """``["window", {...}]``; newer recorders number their windows."""
    if len(items) != 2 or _first(items[1]) != _OBJECT_OPENS:
        return False
    return _first(items[0]) == _QUOTE or _first(items[0]) in _DIGITS


def _pieces(values: Sequence[Raw], around: _Around) -> list[Piece]:
    session, window = around.session, around.window
    return [Piece(session, window, value) for value in values]


def _first(value: Raw | None) -> int:
    return -1 if value is None else memoryview(value)[0]


def _members(value: Raw | bytes) -> dict[str, Raw]:
    try:
        return _OBJECT.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _items(value: Raw | None) -> list[Raw]:
    return _ARRAY.decode(value) if value is not None and _first(value) == _ARRAY_OPENS else []


def _session_in(members: Mapping[str, Raw]) -> str:
    """The session a wrapper names; ``id`` counts only beside PostHog's snapshots."""
    keys = (*SESSION_KEYS, "id") if "snapshots" in members else SESSION_KEYS
    return next((name for key in keys if (name := _scalar(members.get(key)))), "")


def _scalar(value: Raw | None) -> str:
    if value is None:
        return ""
    try:
        return str(_SCALAR.decode(value))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
