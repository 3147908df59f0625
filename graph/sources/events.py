"""The events of one recording: decoded as far as needed, in time order, each once, with a digest.

The digest is of a *set*: the hash of every event (type, moment, data with sorted keys), sorted and
hashed again. So it is the same whatever file shape, compression, order, window ids or repetition the
events came in, and it takes one pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, cast

import msgspec

from graph.sources.clock import repair_clock
from graph.sources.json_text import depth_exceeds, repair_value
from graph.sources.limits import MIB
from graph.sources.reading import Reading
from graph.sources.recording import EventType, RawEvent
from graph.sources.shapes import Piece
from graph.sources.wire import WireEvent, plain_data, wire_event

_MARK_BYTES = 16

_EXPORT_AGAIN = "Check that this is a recording, and export it again."

_VALUE = msgspec.json.Decoder()
_SORTED = msgspec.json.Encoder(order="sorted")


class MarkedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event and the hash of what it says, which tells repeats."""

    event: RawEvent
    mark: bytes


def by_session(reading: Reading, pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    """The events of each session that a file names; under the empty name those of none."""
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        wire = wire_event(reading, piece.body)
        if wire is not None:
            groups.setdefault(wire.own_session or piece.session, []).append(piece)
    return groups


def read_events(reading: Reading, pieces: Iterable[Piece]) -> list[MarkedEvent]:
    """The events of one session, in file order, the clock repaired.

    Raises:
        RecordingUnreadable: there are none, or they are of a mobile app.
    """
    wires: list[WireEvent] = []
    windows: list[str] = []
    for piece in pieces:
        wire = wire_event(reading, piece.body)
        if wire is not None:
            wires.append(wire)
            windows.append(wire.own_window or piece.window)
    stamps, clock_notes = repair_clock([_moment(wire) for wire in wires])
    for note in clock_notes:
        reading.repaired(note)
    marked = list(_marked(reading, wires, windows, stamps))
    if not marked:
        raise reading.refuse("its events", "none of them is an rrweb event", _EXPORT_AGAIN)
    refuse_mobile(reading, (one.event for one in marked))
    return marked


def span_of(reading: Reading, pieces: Iterable[Piece]) -> tuple[int, int]:
    """The first and the last moment of one session's events; zeros where there are none."""
    wires = [wire for piece in pieces if (wire := wire_event(reading, piece.body))]
    stamps, _ = repair_clock([_moment(wire) for wire in wires])
    return min(stamps, default=0), max(stamps, default=0)


def in_order(marked: Iterable[MarkedEvent]) -> tuple[RawEvent, ...]:
    """In time order, each once per window; events of one moment stay as they were."""
    seen: set[tuple[bytes, str]] = set()
    events: list[RawEvent] = []
    for one in marked:
        key = (one.mark, one.event.window_id)
        if key not in seen:
            seen.add(key)
            events.append(one.event)
    events.sort(key=attrgetter("timestamp_ms"))
    return tuple(events)


def digest_of_events(marked: Iterable[MarkedEvent]) -> str:
    """The same for the same events, however they were stored."""
    return digest_of_marks({one.mark for one in marked})


def digest_of_marks(marks: Iterable[bytes]) -> str:
    """The hash of a set of hashes."""
    hasher = hashlib.blake2b(digest_size=_MARK_BYTES)
    for mark in sorted(marks):
        hasher.update(mark)
    return hasher.hexdigest()


def mark_of(text: bytes) -> bytes:
    """The hash of one event's canonical text."""
    return hashlib.blake2b(text, digest_size=_MARK_BYTES).digest()


def _moment(wire: WireEvent) -> float:
    return cast("float", wire.timestamp)  # wire_event leaves no text there


def _marked(
    reading: Reading, wires: list[WireEvent], windows: list[str], stamps: list[int]
) -> Iterator[MarkedEvent]:
    """The hot loop of reading: some microseconds an event, most of them in two C calls."""
    decode, encode = _VALUE.decode, _SORTED.encode
    for wire, window, stamp in zip(wires, windows, stamps, strict=True):
        data = _checked_data(reading, wire)
        if data is None:
            continue
        try:
            canonical = encode(decode(data))
        except (ValueError, OverflowError, RecursionError):
            data = repair_value(reading, data)
            if data is None:
                reading.repaired("an event whose data is no JSON was left out")
                continue
            canonical = encode(decode(data))
        event = RawEvent(type=wire.type, timestamp_ms=stamp, data=data, window_id=window)
        yield MarkedEvent(event, mark_of(b"%d %d " % (wire.type, stamp) + canonical))


def _checked_data(reading: Reading, wire: WireEvent) -> bytes | None:
    """The event's plain data; None (and a note) where it is damaged or beyond the limits."""
    data = plain_data(reading, wire)
    limits = reading.limits
    if data is None or len(data) <= limits.max_depth:
        return data
    if len(data) > limits.max_event_bytes:
        reading.repaired(f"an event larger than {limits.max_event_bytes // MIB} MiB was left out")
        return None
    if depth_exceeds(data, limits.max_depth):
        reading.repaired(f"an event nested deeper than {limits.max_depth} levels was left out")
        return None
    return data


def refuse_mobile(reading: Reading, events: Iterable[RawEvent | WireEvent]) -> None:
    """Mobile recordings draw wireframes, not pages: there is no element to name.

    Raises:
        RecordingUnreadable: every full snapshot is a wireframe.
    """
    snapshots = [bytes(one.data) for one in events if one.type == EventType.FULL_SNAPSHOT]
    if snapshots and all(_is_wireframe(data) for data in snapshots):
        raise reading.refuse(
            "its full snapshots",
            "it is a mobile recording (wireframes), and only web recordings are read",
            "Give recordings of a web app.",
        )


def _is_wireframe(data: bytes) -> bool:
    if b'"wireframes"' not in data:
        return False
    try:
        snapshot: Any = _VALUE.decode(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(snapshot, dict) and "wireframes" in snapshot and "node" not in snapshot
