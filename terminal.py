"""What a person sees in a terminal: messages, and a run while it goes on."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from graph.stream.events import PatternFirmed, PatternProvisional, RunEvent

PATTERNS_SHOWN = 10
PLAIN_PROGRESS_SECONDS = 2.0
PAGE_LINK = re.compile(r"\[([^\]]*)\]\(#/[^)]*\)")
"""A link into the page, which a terminal cannot follow; its words stay."""
SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "blue"}
CELLS = {
    "queued": ("·", "dim"),
    "clean": ("■", "green"),
    "issues": ("■", "yellow"),
    "skipped": ("□", "dim"),
    "failed": ("✗", "red"),
}
"""How a session is drawn in the strip, by where it stands."""

UNSAFE = dict.fromkeys(
    [code for code in range(32) if chr(code) not in "\n\t"]
    + [*range(127, 160), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
"""Terminal controls and text-direction overrides."""


def printable(text: str) -> str:
    """Text without what steers a terminal: recordings hold whatever their users, or an attacker, typed."""
    return text.translate(UNSAFE)


def say(text: str) -> None:
    """One message for a person: on standard error, so that standard output stays the report's."""
    sys.stderr.write(printable(text) + "\n")
    sys.stderr.flush()


class Answer:
    """An answer of the chat on standard output, line by line as its text comes in."""

    def __init__(self) -> None:
        self._line = ""

    def add(self, text: str) -> None:
        """More text; what ends a line is shown."""
        *whole, self._line = (self._line + text).split("\n")
        for line in whole:
            self._show(line)

    def end(self) -> None:
        """The text is complete."""
        self._show(self._line)
        self._line = ""

    def _show(self, line: str) -> None:
        sys.stdout.write(printable(PAGE_LINK.sub(r"\1", line)) + "\n")
        sys.stdout.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternLine:
    """A pattern as far as it is known."""

    severity: str
    title: str
    seen: str
    firm: bool


@dataclass(slots=True, kw_only=True)
class RunView:
    """A run as it stands, told by its events: the session strip, the counts, the patterns so far."""

    started: float = field(default_factory=time.monotonic)
    cells: dict[str, str] = field(default_factory=dict[str, str])
    patterns: dict[str, PatternLine] = field(default_factory=dict[str, PatternLine])
    requested: int = 0
    headline: str = "Starting"

    @property
    def ended(self) -> int:
        """Sessions that are summarized, skipped or failed."""
        return sum(cell != "queued" for cell in self.cells.values())

    def apply(self, event: RunEvent) -> str:
        """Take one event in; returns a line for a reader without a live view, often empty."""
        match event.type:
            case "session_queued":
                self.cells.setdefault(event.session_id, "queued")
            case "session_summarized":
                self.cells[event.session_id] = "issues" if event.issues else "clean"
            case "session_skipped" | "session_failed":
                self.cells[event.session_id or event.file] = event.type.removeprefix("session_")
                return f"{_words(event.type)}: {event.file}: {event.reason}"
            case "pattern_provisional" | "pattern_firmed":
                return self._pattern(event)
            case "progress_updated":
                self.requested = event.requested
            case _:
                return self._milestone(event)
        return ""

    def _milestone(self, event: RunEvent) -> str:
        """The few events that change the headline."""
        match event.type:
            case "run_started":
                self.headline = f"Reading {event.source}"
                self.headline += f", asking: {event.focus}" if event.focus else ""
            case "report_usable" | "report_final":
                # A provisional pattern that never firmed was joined with another, or did not hold.
                self.patterns = {key: line for key, line in self.patterns.items() if line.firm}
                self.headline = f"{_words(event.type)} after {event.elapsed_ms / 1000:.1f} s"
            case "run_failed" | "run_cancelled":
                self.headline = _words(event.type)
            case _:
                return ""
        return self.headline

    def _pattern(self, event: PatternProvisional | PatternFirmed) -> str:
        total = (
            f"{event.eligible} sessions"
            if isinstance(event, PatternFirmed)
            else f"{event.seen} so far"
        )
        seen = f"{event.affected} of {total}"
        is_new = event.pattern_id not in self.patterns
        self.patterns[event.pattern_id] = PatternLine(
            severity=event.severity,
            title=event.title,
            seen=seen,
            firm=isinstance(event, PatternFirmed),
        )
        return f"pattern [{event.severity}] {event.title}: {seen}" if is_new else ""

    def counts(self) -> str:
        """How many sessions stand where, and since when."""
        tally = {name: sum(cell == name for cell in self.cells.values()) for name in CELLS}
        parts = [f"{self.ended} of {max(self.requested, len(self.cells))} sessions"]
        parts += [f"{tally['issues']} with issues"] if tally["issues"] else []
        parts += [f"{tally[name]} {name}" for name in ("skipped", "failed") if tally[name]]
        return f"{', '.join(parts)}; {time.monotonic() - self.started:.1f} s"

    def __rich__(self) -> RenderableType:
        """The live view: headline, one mark per session, counts, the worst patterns so far."""
        strip = Text()
        for cell in self.cells.values():
            strip.append(*CELLS[cell])
        head = Text(printable(self.headline), "bold")
        return Group(head, strip, Text(self.counts()), *self._pattern_rows())

    def _pattern_rows(self) -> list[RenderableType]:
        order = list(SEVERITY_STYLES)
        worst_first = sorted(self.patterns.values(), key=lambda line: order.index(line.severity))
        table = Table.grid(padding=(0, 2))
        for line in worst_first[:PATTERNS_SHOWN]:
            title = Text(printable(line.title), overflow="ellipsis", no_wrap=True)
            table.add_row(
                Text(line.severity, SEVERITY_STYLES[line.severity]), Text(line.seen, "dim"), title
            )
        more = len(worst_first) - PATTERNS_SHOWN
        return [table, Text(f"and {more} more", "dim")] if more > 0 else [table]


def _words(event_type: str) -> str:
    return event_type.replace("_", " ")


@contextlib.contextmanager
def shown(view: RunView, *, quiet: bool) -> Generator[Callable[[str], None]]:
    """Show a view while its run goes on: live on a terminal, as plain lines elsewhere, or not at all."""
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with Live(view, console=Console(stderr=True), refresh_per_second=8):
            yield _nothing
    else:
        yield _plain_lines(view)
        if view.cells:
            say(view.counts())


def _nothing(_: str) -> None:
    """The live view draws itself; a quiet one stays silent."""


def _plain_lines(view: RunView) -> Callable[[str], None]:
    """Print what is worth a line, and the counts now and then."""
    last = time.monotonic()

    def tell(line: str) -> None:
        nonlocal last
        if line:
            say(line)
        if view.cells and time.monotonic() - last >= PLAIN_PROGRESS_SECONDS:
            last = time.monotonic()
            say(view.counts())

    return tell
