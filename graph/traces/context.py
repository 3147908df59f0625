"""What every signal rule needs: what was seen, what each action got back, and which row tells it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.traces.effects import Response, same_target
from graph.traces.observed import Action, Observed, Request
from graph.traces.trace import Signal, SignalKind
from graph.traces.wording import submits, writes


@dataclass(slots=True)
class Context:
    """Read-only to the rules but for ``signals``, which they append to."""

    seen: Observed
    responses: list[Response]
    row_of_action: dict[int, int]
    row_of_request: dict[int, int]
    """By position in ``seen.requests``."""
    row_of_message: dict[int, int]
    row_of_view: dict[int, int]
    row_of_change: dict[int, int]
    """By position in ``seen.changes``, for changes that stand as rows of their own."""
    row_of_mark: dict[int, int]
    """By position in ``seen.marks``."""
    row_times: list[int]
    signals: list[Signal] = field(default_factory=list[Signal])

    def add(
        self,
        kind: SignalKind,
        rows: Iterable[int],
        words: str,
        *,
        strength: float = 0.5,
        fingerprint: str = "",
        end_ms: int = 0,
        attempts: int = 1,
        recovered: bool = False,
        delay_ms: int = 0,
        lost_characters: int = 0,
    ) -> None:
        """Record a signal; its first row is where it happened."""
        ordered = tuple(dict.fromkeys(rows))
        if not ordered:
            return
        self.signals.append(
            Signal(
                kind=kind,
                ordinal=ordered[0],
                rows=ordered,
                words=words,
                strength=strength,
                fingerprint=fingerprint,
                end_ms=end_ms or self.row_times[ordered[0]],
                attempts=attempts,
                recovered=recovered,
                delay_ms=delay_ms,
                lost_characters=lost_characters,
            )
        )

    def row(self, action: Action) -> int:
        return self.row_of_action[action.index]

    def rows_of(self, request: Request) -> list[int]:
        """The row that tells a request, where one does."""
        return [
            self.row_of_request[position]
            for position, one in enumerate(self.seen.requests)
            if one is request and position in self.row_of_request
        ]

    def nearest_row(self, ms: int) -> int:
        """The last row at or before a moment."""
        return max(0, bisect_right(self.row_times, ms) - 1)

    def time_left(self, ms: int) -> int:
        """Milliseconds between a moment and the end of the recording."""
        return self.seen.duration_ms - ms

    def response(self, action: Action) -> Response:
        return self.responses[action.index]

    def later(self, ms: int, within: int = 10_000_000) -> list[Action]:
        """Actions after a moment."""
        return [one for one in self.seen.actions if ms < one.ms <= ms + within]

    def worked_later(self, action: Action, after_ms: int) -> bool:
        """True where the same control got a real answer later on."""
        for one in self.later(after_ms):
            if same_target(one, action):
                response = self.response(one)
                if response.visible and not response.errors:
                    return True
        return False

    def succeeded_later(self, ms: int, within: int = 180_000) -> bool:
        """True where something later in the session said that it worked."""
        for one in self.later(ms, within):
            response = self.response(one)
            carries = submits(name_in(one)) or writes(name_in(one))
            if response.successes and carries and not response.errors:
                return True
        return False


def name_in(action: Action) -> str:
    """The quoted name of what was acted on."""
    return action.element.words.partition('"')[2].rstrip('"')


def call_words(request: Request) -> str:
    """``POST /api/orders`` as a reader would say it; ``FETCH`` where the recorder kept no method."""
    return f"{request.method or 'FETCH'} {request.template}"
