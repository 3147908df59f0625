"""A trace: what a person or a model can read of one session. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph.ids import EventId, SessionId


class RowKind(StrEnum):
    """What happened in one row."""

    PAGE = "page"
    CLICK = "click"
    DOUBLE_CLICK = "double click"
    INPUT = "input"
    KEY = "key"
    SCROLL = "scroll"
    REQUEST = "request"
    CONSOLE = "console"
    EXCEPTION = "exception"
    PRODUCT = "event"
    STEP = "step"
    """One row of a bare clickstream: somebody came to a place or did something."""
    CHANGE = "change"
    """The page changed by itself: text appeared or vanished with no action before it."""
    IDLE = "idle"
    WINDOW = "window"
    RESIZE = "resize"


class SignalKind(StrEnum):
    """Friction that code found. Each is effect-aware: see ``graph.traces.signals``."""

    RAGE = "rage"
    """Three or more quick clicks on one spot, none of which did anything."""
    SLOW_RAGE = "slow_rage"
    """Three or more clicks on one element within 7 s, none of which did anything."""
    DEAD = "dead"
    """A click on something inert that looks like a control or was clicked again."""
    UNRESPONSIVE = "unresponsive"
    """A click on a control with no effect for 2.5 s or more."""
    SLOW = "slow"
    """The effect came late, 1 s or more after the action."""
    ERROR_SHOWN = "error_shown"
    """Error wording became visible."""
    FAILURE_EVENT = "failure_event"
    """An event of the application's own whose name says that something failed."""
    ERROR_AFTER = "error_after"
    """A console error or exception right after an action that had no other effect."""
    EXCEPTION = "exception"
    """An uncaught exception."""
    CONSOLE_ERROR = "console_error"
    FAILED_REQUEST = "failed_request"
    RETRY_SUCCEEDED = "retry_succeeded"
    """The same request failed and then succeeded."""
    SPINNER = "spinner"
    """A busy indicator that did not end, or not for a long time."""
    BLANK = "blank"
    """The page lost nearly all of its visible text."""
    QUICK_BACK = "quick_back"
    """Left a page within 5 s, back to where they came from."""
    WANDER = "wander"
    """Back and forth over the same pages or tabs, looking for something."""
    REFILL = "refill"
    """The same field was filled again after it had been filled."""
    LOST_INPUT = "lost_input"
    """What was typed was gone later, without the user clearing it."""
    REPEAT_SUBMIT = "repeat_submit"
    NO_RESULTS = "no_results"
    VALIDATION = "validation"
    """A form refused its input with a message."""
    SILENT = "silent"
    """A change was sent and nothing on the page said whether it worked."""
    BLOCKED_CLICK = "blocked_click"
    """The click fell on something that lay over the control."""
    MISMATCH = "mismatch"
    """Two numbers on the page contradict each other, or one changed that should not."""
    HESITATION = "hesitation"
    IDLE = "idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Friction found in one place. ``rows`` are the ordinals that carry it, first one first."""

    kind: SignalKind
    ordinal: int
    rows: tuple[int, ...]
    words: str
    """What was found, in a sentence a reader can check against the rows."""
    strength: float = 1.0
    """0 to 1: how far the rule is from its threshold. Ranking only, never shown as a number."""
    fingerprint: str = ""
    """What makes two signals the same one across sessions: message template, request template."""
    end_ms: int = 0
    """When it was over, or when the user turned away."""
    attempts: int = 1
    """How often the user tried."""
    recovered: bool = False
    """True where what the user was after worked later in the session."""
    delay_ms: int = 0
    """How long the user waited, where waiting is the point."""
    lost_characters: int = 0
    """How much typed text was lost, where losing it is the point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What was acted on."""

    words: str
    """For a reader: ``button "Pay now"``."""
    key: str
    """The same in every session: tag or role, and stable name; no positions, no generated ids."""
    control: bool
    """True where it is meant to be operated: button, link, field, or styled and marked as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What changed after an action, and when."""

    words: str
    """``"Saved" appeared; "Saving…" vanished``; empty where nothing changed."""
    first_ms: int | None
    """Milliseconds from the action to its first effect; None where there was none."""
    local: bool
    """True where it can be tied to the action: near the target, a route, a request, a dialog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that happened."""

    event_id: EventId
    ordinal: int
    ms: int
    """Milliseconds since the session's first recorded event."""
    kind: RowKind
    window: str
    """Alias of the window, ``w1``."""
    page: str
    """Alias of the URL, ``u1``."""
    words: str
    """What happened, for a reader; recorded text in it is masked and capped."""
    element: Element | None = None
    effect: Effect | None = None
    count: int = 1
    """How many recorded events were collapsed into this row."""
    duration_ms: int = 0
    """How long it lasted, for a row that tells of a stretch of time."""
    status: int | None = None
    """HTTP status of a request row; 0 for a request that never got an answer."""
    signals: tuple[SignalKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A URL of the session, and the form of it that other sessions share."""

    alias: str
    url: str
    """Masked."""
    template: str
    """Path with ids replaced, no query: ``/orders/{id}``. Same page, same template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSpot:
    """What could not be seen, from when to when, and why."""

    start_ms: int
    end_ms: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One session, readable. The same recording gives the same bytes."""

    session_id: SessionId
    file: str
    digest: str
    """Of the recording it was made from."""
    start_ms: int
    """Epoch milliseconds of the first recorded event."""
    duration_ms: int
    active_ms: int
    rows: tuple[Row, ...]
    pages: tuple[Page, ...]
    windows: tuple[str, ...]
    """Window ids; alias ``w1`` is the first."""
    signals: tuple[Signal, ...]
    blind: tuple[BlindSpot, ...]
    notes: tuple[str, ...] = ()
    raw_events: int = 0
    dropped: tuple[tuple[str, int], ...] = ()
    """Noise that was left out, by reason."""

    @property
    def user_acted(self) -> bool:
        """False where nobody did anything: such a session costs no call."""
        if any(row.kind in USER_ROWS for row in self.rows):
            return True
        # A page may scroll by itself; somebody who reads also moves the pointer or touches.
        scrolled = any(row.kind is RowKind.SCROLL for row in self.rows)
        return scrolled and self.active_ms >= MIN_READING_MS

    def page_of(self, row: Row) -> Page | None:
        return next((page for page in self.pages if page.alias == row.page), None)


USER_ROWS = frozenset(
    {RowKind.CLICK, RowKind.DOUBLE_CLICK, RowKind.INPUT, RowKind.KEY, RowKind.STEP}
)
MIN_READING_MS = 10_000
"""Twice the most that one pause counts as activity: a page that moves twice by itself is no reader."""
