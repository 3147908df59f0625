"""What a source gives: the recording of one session, exactly as recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Protocol

import msgspec

from graph.errors import SourceError
from graph.ids import SessionId


class EventType(IntEnum):
    """rrweb's event types (rrweb `packages/types/src/index.ts`)."""

    DOM_CONTENT_LOADED = 0
    LOAD = 1
    FULL_SNAPSHOT = 2
    INCREMENTAL_SNAPSHOT = 3
    META = 4
    CUSTOM = 5
    PLUGIN = 6
    ASSET = 7


class IncrementalSource(IntEnum):
    """rrweb's sources of an incremental snapshot."""

    MUTATION = 0
    MOUSE_MOVE = 1
    MOUSE_INTERACTION = 2
    SCROLL = 3
    VIEWPORT_RESIZE = 4
    INPUT = 5
    TOUCH_MOVE = 6
    MEDIA_INTERACTION = 7
    STYLE_SHEET_RULE = 8
    CANVAS_MUTATION = 9
    FONT = 10
    LOG = 11
    DRAG = 12
    STYLE_DECLARATION = 13
    SELECTION = 14
    ADOPTED_STYLE_SHEET = 15
    CUSTOM_ELEMENT = 16


class MouseInteraction(IntEnum):
    """rrweb's types of a mouse interaction."""

    MOUSE_UP = 0
    MOUSE_DOWN = 1
    CLICK = 2
    CONTEXT_MENU = 3
    DOUBLE_CLICK = 4
    FOCUS = 5
    BLUR = 6
    TOUCH_START = 7
    TOUCH_MOVE_DEPARTED = 8
    TOUCH_END = 9
    TOUCH_CANCEL = 10


class RecordingShape(StrEnum):
    """The input shapes a file can have; recognised by content, never by name."""

    RRWEB = "rrweb"
    POSTHOG_EXPORT = "posthog_export"
    POSTHOG_V1_LINES = "posthog_v1_lines"
    POSTHOG_BLOB_V2 = "posthog_blob_v2"
    POSTHOG_LEGACY = "posthog_legacy"
    POSTHOG_EVENTS = "posthog_events"
    CLICKSTREAM = "clickstream"


STEP = "step"
"""The interaction of every event of a bare clickstream: a place or an action, its name tells which."""


class RawEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One rrweb event. ``data`` is its JSON, decoded only by whoever needs it.

    A 45 MB recording stays near its own size in memory this way.
    """

    type: int
    timestamp_ms: int
    data: bytes
    window_id: str = ""

    def read(self) -> Any:  # noqa: ANN401  JSON of any shape, checked where it is used
        """The decoded data."""
        return msgspec.json.decode(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEvent:
    """One product analytics event that belongs to the session."""

    name: str
    timestamp_ms: int
    uuid: str = ""
    window_id: str = ""
    url: str = ""
    interaction: str = ""
    """``click``, ``change`` or ``submit`` where the event was captured automatically; ``STEP``."""
    element_tag: str = ""
    element_text: str = ""
    element_href: str = ""
    exception_type: str = ""
    exception_message: str = ""
    exception_handled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a source holds of one visit. Events are in time order, without repeats."""

    session_id: SessionId
    file: str
    """Path relative to the folder that was given, with forward slashes."""
    shape: RecordingShape
    events: Sequence[RawEvent]
    product_events: tuple[ProductEvent, ...] = ()
    digest: str
    """Of the event stream alone: two files with the same events have the same digest."""
    notes: tuple[str, ...] = ()
    """What the reader had to repair, in words (mixed clocks, lone surrogates, ...)."""

    @property
    def start_ms(self) -> int:
        """Epoch milliseconds of the first recorded event."""
        starts = [self.events[0].timestamp_ms] if self.events else []
        starts += [self.product_events[0].timestamp_ms] if self.product_events else []
        return min(starts, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRef:
    """A session that a source can read: cheap to list, small to keep."""

    session_id: SessionId
    file: str
    size_bytes: int = 0
    link: str = ""
    """Where its replay can be watched at its source, if it can; ``?t=`` and seconds open a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """A file of the source that is no recording, and why; the others go on."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a source holds: sessions in file order, and what could not be read."""

    refs: tuple[RecordingRef, ...]
    unreadable: tuple[UnreadableFile, ...] = ()


class RecordingSource(Protocol):
    """Where recordings come from. Implementations say HOW; callers say which session."""

    @property
    def label(self) -> str:
        """What the report calls this source."""
        ...

    def list(self) -> Listing:
        """Every session and every unreadable file. Blocking: call it in a thread.

        Raises:
            SourceError: the source as a whole cannot be had.
        """
        ...

    def read(self, ref: RecordingRef) -> Recording:
        """One recording, whole. Blocking: call it in a thread.

        Raises:
            RecordingUnreadable: names the file, the place and the remedy.
        """
        ...


@dataclass(frozen=True, slots=True)
class MemorySource:
    """A source that holds its recordings: for guide tests and for callers with data at hand."""

    recordings: tuple[Recording, ...]
    label: str = "memory"
    unreadable: tuple[UnreadableFile, ...] = field(default=())

    def list(self) -> Listing:
        refs = tuple(
            RecordingRef(session_id=one.session_id, file=one.file) for one in self.recordings
        )
        return Listing(refs=refs, unreadable=self.unreadable)

    def read(self, ref: RecordingRef) -> Recording:
        for one in self.recordings:
            if one.session_id == ref.session_id and one.file == ref.file:
                return one
        raise SourceError(f"No recording {ref.session_id!r} in this source. List it again.")
