"""What one walk over a recording saw, before any judgement. Private to ``graph.traces``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from graph.traces.trace import BlindSpot, Element, Page


class ActionKind(StrEnum):
    """What the user did."""

    CLICK = "click"
    DOUBLE_CLICK = "double click"
    INPUT = "input"
    CHOICE = "choice"


@dataclass(slots=True, kw_only=True)
class Action:
    """One thing the user did, with what was known of its target at that moment."""

    index: int
    ms: int
    kind: ActionKind
    element: Element
    node_id: int
    control_id: int
    """The control that was hit, or the node itself."""
    around: frozenset[int]
    """Ids of the control's nearest ancestors: what counts as local."""
    page: Page
    window: str
    x: float = 0.0
    y: float = 0.0
    field: bool = False
    choice: bool = False
    link: str = ""
    """Resolved target of a link."""
    leaves: bool = False
    """True for a link that opens elsewhere: new tab, download, mail, telephone."""
    current: bool = False
    """True for what is already selected or where the user already is."""
    disabled: bool = False
    in_form: bool = False
    """Within a form, where a label that does nothing reads as a field that does not open."""
    overlay: bool = False
    dialog_open: str = ""
    """Title of a dialog that was open while something else was hit."""
    typed: int = 0
    """Characters in the field after the action; -1 where it is masked."""
    value: str = ""
    """What was typed: compared, never shown."""
    end_ms: int = 0
    """When a burst of typing ended."""
    press_ms: int = 0
    """When the button went down: menus answer that already."""
    count: int = 1


class ChangeKind(StrEnum):
    """How the page changed."""

    TEXT = "text"
    LOOK = "look"
    PAGE = "page"
    FIELD = "field"
    SCROLL = "scroll"
    SELECTION = "selection"
    MEDIA = "media"
    LEFT = "left"


@dataclass(slots=True, kw_only=True)
class Change:
    """One visible change at one place."""

    ms: int
    kind: ChangeKind
    site: int
    window: str = ""
    appeared: list[str] = field(default_factory=list[str])
    vanished: list[str] = field(default_factory=list[str])
    words: str = ""
    inside: bool = False
    """Within the control of the last action."""
    local: bool = False
    """Near the control of the last action."""
    alert: bool = False
    """In something that is marked as a message: an alert, a live region, a toast."""
    errors: list[str] = field(default_factory=list[str])
    """The new texts that are error messages, by their markup or by their wording."""
    dialog: bool = False
    busy: int = 0
    """+1 where a busy indicator appeared, -1 where one vanished."""
    cosmetic: bool = False
    place: str = ""
    """Where on the page, in marks that outlive a redraw and a new document."""


@dataclass(slots=True, kw_only=True)
class Request:
    """One request of the page."""

    start_ms: int
    end_ms: int
    method: str
    url: str
    template: str
    status: int
    """HTTP status; 0 where there was no answer; -1 where the recording does not say."""
    own: bool
    """True where it goes to the application's own origin or API, not to analytics."""
    document: bool = False
    action: int = -1
    """Index of the action that started it."""

    @property
    def failed(self) -> bool:
        return self.status >= 400 or self.status == 0

    @property
    def writes(self) -> bool:
        """True for a change; also where the recorder does not say, which callers must weigh."""
        return self.method in ("POST", "PUT", "PATCH", "DELETE", "")


@dataclass(slots=True, kw_only=True)
class Message:
    """One console line or exception."""

    ms: int
    level: str
    text: str
    fingerprint: str
    exception: bool
    noise: bool
    """Comes from an extension or is a known loud-but-empty message."""


@dataclass(slots=True, kw_only=True)
class PageView:
    """The user arrived on a page."""

    ms: int
    page: Page
    url: str
    loaded: bool
    """True for a document load, False for a change of route."""
    text: str = ""
    heading: str = ""
    inferred: bool = False
    amounts: tuple[tuple[str, float], ...] = ()
    count: int = 1


@dataclass(slots=True, kw_only=True)
class BusySpan:
    """A busy indicator was visible."""

    site: int
    start_ms: int
    end_ms: int
    """-1 while it has not ended."""
    words: str
    action: int


@dataclass(slots=True, kw_only=True)
class FieldLoss:
    """A field that had held what the user typed lost it without the user's doing."""

    ms: int
    field: Element
    length: int
    fields: int
    """How many fields were lost at the same time."""
    how: str
    action: int
    typed_ms: int
    submitted_ms: int
    """When the form was last sent before the loss; -1 for never."""
    refilled_ms: int = -1


@dataclass(slots=True, kw_only=True)
class Mark:
    """Something else worth a row: a custom event, a product event, a window change."""

    ms: int
    kind: str
    words: str
    page: str = ""
    """Alias of the page it belongs to, where that is known from the mark itself."""
    element: Element | None = None


@dataclass(slots=True, kw_only=True)
class Reading:
    """The labelled amounts on a page at one moment."""

    ms: int
    page: str
    """Page template."""
    amounts: tuple[tuple[str, float], ...]
    counts: tuple[str, ...]
    """Every text that is just a whole number: quantities, mostly."""


@dataclass(slots=True)
class Observed:
    """Everything one walk saw, in time order."""

    actions: list[Action] = field(default_factory=list[Action])
    changes: list[Change] = field(default_factory=list[Change])
    requests: list[Request] = field(default_factory=list[Request])
    messages: list[Message] = field(default_factory=list[Message])
    views: list[PageView] = field(default_factory=list[PageView])
    busy: list[BusySpan] = field(default_factory=list[BusySpan])
    losses: list[FieldLoss] = field(default_factory=list[FieldLoss])
    marks: list[Mark] = field(default_factory=list[Mark])
    scrolls: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """(first ms, last ms) of bursts of scrolling."""
    activity: list[int] = field(default_factory=list[int])
    """Times of everything that only a user causes."""
    blind: list[BlindSpot] = field(default_factory=list[BlindSpot])
    dropped: dict[str, int] = field(default_factory=dict[str, int])
    hidden_ms: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    readings: list[Reading] = field(default_factory=list[Reading])
    """Labelled amounts as they stood just before each click."""
    duration_ms: int = 0

    def drop(self, reason: str, count: int = 1) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + count
