"""What sessions a file holds, found with as little reading as can be.

The first 64 KiB tell the shape and the id of nearly every recording. A file is read whole where they
do not: rows of product events, events that name their sessions, wrappers whose id may come last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import msgspec

from graph.errors import RecordingUnreadable
from graph.sources.clickstream import ColumnMap, clickstream_of, is_table
from graph.sources.decompress import plain_chunks
from graph.sources.events import by_session, refuse_mobile
from graph.sources.files import SourceFile
from graph.sources.limits import ReadLimits
from graph.sources.partial import Beginning, closed
from graph.sources.product_events import SessionEvent, product_events_of
from graph.sources.reading import Reading
from graph.sources.recording import EventType, RecordingShape
from graph.sources.shapes import SESSION_KEYS, Contents, Piece, contents_of, refuse_unless_json
from graph.sources.wire import WireEvent, wire_event

_LOOKED_AT = 200
"""Events searched for the session's id and for wireframes."""

_VALUE = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """One session of a file."""

    key: str
    """How the file tells its events from others; empty where it does not."""
    own_id: str
    """The id the recording gives itself; empty where it gives none."""
    alone: bool
    """True where every event of the file is of this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a file holds."""

    sessions: tuple[FoundSession, ...] = ()
    product_events: tuple[SessionEvent, ...] = ()
    shape: RecordingShape = RecordingShape.POSTHOG_EVENTS
    """Of the product events."""
    notes: tuple[str, ...] = ()


def survey(file: SourceFile, limits: ReadLimits, columns: ColumnMap | None = None) -> Survey:
    """The sessions and product events of a file; ``columns`` says how to read a table.

    Raises:
        RecordingUnreadable: it holds neither; names the place and the remedy.
    """
    reading = Reading(file=file.name, limits=limits)
    head, whole = _head_of(file, reading)
    if is_table(head, columns):
        return _survey_of_table(reading, head if whole else read_whole(file, reading), columns)
    refuse_unless_json(reading, head)
    if not whole and (found := _survey_of_head(file, limits, head)) is not None:
        return found
    body = head if whole else read_whole(file, Reading(file=file.name, limits=limits))
    return _survey_of(reading, contents_of(reading, body))


def read_whole(file: SourceFile, reading: Reading) -> bytes:
    """All of a file, decompressed.

    Raises:
        RecordingUnreadable: it cannot be opened, is damaged, or is over a limit.
    """
    with file.open() as opened:
        return b"".join(plain_chunks(opened, reading))


def _head_of(file: SourceFile, reading: Reading) -> tuple[bytes, bool]:
    """The first bytes, decompressed, and whether they are all there is."""
    most = reading.limits.head_bytes
    head = bytearray()
    with file.open() as opened:
        for chunk in plain_chunks(opened, reading):
            head += chunk
            if len(head) > most:
                return bytes(head[:most]), False
    return bytes(head), True


def _survey_of_head(file: SourceFile, limits: ReadLimits, head: bytes) -> Survey | None:
    """What the head alone can tell for certain; None where the file must be read."""
    scratch = Reading(file=file.name, limits=limits)
    beginning = closed(head)
    if beginning is None:
        return None
    try:
        contents = contents_of(scratch, beginning.body)
    except RecordingUnreadable:
        return None
    events = list(_first_events(scratch, contents.pieces))
    if not events or contents.rows or contents.tables or events[0].own_session:
        return None
    refuse_mobile(scratch, events)
    named = contents.pieces[0].session
    own_id = named or _named_in(events)
    if _more_is_needed(beginning, named, own_id):
        return None
    return Survey(sessions=(FoundSession(key=named, own_id=own_id, alone=True),))


def _more_is_needed(beginning: Beginning, named: str, own_id: str) -> bool:
    """A wrapper may name its session at the end; lines that name theirs may name several."""
    if beginning.by_line:
        return bool(named)
    return beginning.body.startswith(b"{") and not own_id


def _survey_of_table(reading: Reading, body: bytes, columns: ColumnMap | None) -> Survey:
    steps = tuple(clickstream_of(reading, body, columns))
    if not steps:
        raise reading.refuse(
            "its rows", "none of them has an event, a time and a session", "Check its column map."
        )
    return Survey(product_events=steps, shape=RecordingShape.CLICKSTREAM, notes=reading.notes)


def _survey_of(reading: Reading, contents: Contents) -> Survey:
    groups = by_session(reading, contents.pieces)
    if contents.pieces and not groups:
        raise reading.refuse(
            "its events", "none of them is an rrweb event", "Export the recording again."
        )
    sessions: list[FoundSession] = []
    named = [key for key in groups if key]
    for key, pieces in groups.items():
        events = list(_first_events(reading, pieces))
        refuse_mobile(reading, events)
        if len(named) > 1 or not sessions:
            own_id = key or (named[0] if len(named) == 1 else _named_in(events))
            sessions.append(FoundSession(key=key, own_id=own_id, alone=len(named) < 2))
    rows = tuple(product_events_of(reading, contents))
    return _with_rows(reading, tuple(sessions), rows)


def _with_rows(
    reading: Reading, sessions: tuple[FoundSession, ...], rows: tuple[SessionEvent, ...]
) -> Survey:
    """Product events that name a session; the others cannot be used, and a note says so."""
    named = tuple(row for row in rows if row.session)
    if not sessions and not named:
        raise reading.refuse(
            "its rows",
            f"none of its {len(rows):,} product events says which session it belongs to",
            "Add `properties.$session_id` to the columns of the query and export it again.",
        )
    if len(named) < len(rows):
        reading.repaired(
            f"{len(rows) - len(named):,} of {len(rows):,} product events of {reading.file!r} name "
            "no session and were left out"
        )
    return Survey(sessions=sessions, product_events=named, notes=reading.notes)


def _first_events(reading: Reading, pieces: Sequence[Piece]) -> Iterator[WireEvent]:
    for piece in islice(pieces, _LOOKED_AT):
        event = wire_event(reading, piece.body)
        if event is not None:
            yield event


def _named_in(events: Sequence[WireEvent]) -> str:
    """The session that a custom or meta event of the recorder names."""
    for event in events:
        if event.type in (EventType.CUSTOM, EventType.META) and b"ession" in bytes(event.data):
            named = _named_by(_decoded(event))
            if named:
                return named
    return ""


def _decoded(event: WireEvent) -> dict[str, Any]:
    try:
        data: Any = _VALUE.decode(event.data)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", data) if isinstance(data, dict) else {}


def _named_by(data: dict[str, Any]) -> str:
    """PostHog's own tags start with ``$``; others may mean a session of something else."""
    payload: Any = data.get("payload")
    inner = cast("dict[str, Any]", payload) if isinstance(payload, dict) else {}
    ours = str(data.get("tag", "$")).startswith("$")
    for values in (data, inner):
        for key in SESSION_KEYS if ours else SESSION_KEYS[:1]:
            if isinstance(values.get(key), str):
                return str(values[key])
    return ""
