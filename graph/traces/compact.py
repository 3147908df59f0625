"""Recording → trace: one row for each thing that happened, with what it changed. Pure.

Left out, and counted in ``Trace.dropped``: requests that worked and changed nothing, requests for
assets, console lines below error and noise of extensions, page views that only mirror a field,
feature-flag calls, and in the first five seconds everything the user did not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from graph.ids import MAX_ROWS, event_id
from graph.sources.recording import STEP, Recording
from graph.traces.context import Context, call_words
from graph.traces.effects import Response, responses_of
from graph.traces.masking import show
from graph.traces.observed import Action, ActionKind, Change, Message, Observed, PageView, Request
from graph.traces.signals import find_signals
from graph.traces.trace import BlindSpot, Effect, Element, Row, RowKind, Signal, SignalKind, Trace
from graph.traces.walk import Walk, observe
from graph.traces.wording import sounds_empty

START_UP_MS = 5_000
"""Start-up noise of page and recorder; what the user does counts from the first moment."""

ACTIVE_GAP_MS = 5_000
"""The most that a pause between two user-driven events counts as activity: reading, thinking.

On the onboarding recording of formats.md this gives its 68 s of 976 s; leaving long pauses out
altogether gives 63 s, and 30 s for each pause 93 s.
"""

IDLE_MS = 30_000
"""A pause this long is a row of its own."""


@dataclass(slots=True, kw_only=True)
class _Item:
    """A row before it has its ordinal."""

    ms: int
    kind: RowKind
    words: str
    page: str
    window: str = "w1"
    element: Element | None = None
    effect: Effect | None = None
    count: int = 1
    duration_ms: int = 0
    status: int | None = None
    source: tuple[str, int] = ("", -1)


@dataclass(slots=True)
class _Rows:
    """Rows in order, and which row tells which observation."""

    items: list[_Item] = field(default_factory=list[_Item])
    of: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def places(self, kind: str) -> dict[int, int]:
        return {position: row for (name, position), row in self.of.items() if name == kind}


def compact(recording: Recording) -> Trace:
    """The trace of a recording; the same recording gives the same trace.

    Never raises for what a recording holds: what cannot be understood is left out and counted.
    """
    seen, state = observe(recording)
    responses = responses_of(seen)
    rows = _rows_of(seen, responses)
    context = Context(
        seen=seen,
        responses=responses,
        row_of_action=rows.places("action"),
        row_of_request=rows.places("request"),
        row_of_message=rows.places("message"),
        row_of_view=rows.places("view"),
        row_of_change=rows.places("change"),
        row_of_mark=rows.places("mark"),
        row_times=[item.ms for item in rows.items],
    )
    signals = find_signals(context) if rows.items else ()
    return Trace(
        session_id=recording.session_id,
        file=recording.file,
        digest=recording.digest,
        start_ms=recording.start_ms,
        duration_ms=seen.duration_ms,
        active_ms=_active_ms(seen),
        rows=_finished(recording.session_id, rows.items, signals),
        pages=state.pages.pages(),
        windows=state.windows.values() or ("",),
        signals=signals,
        blind=_blind(seen, state),
        notes=recording.notes,
        raw_events=len(recording.events) + len(recording.product_events),
        dropped=tuple(sorted(seen.dropped.items())),
    )


def _finished(session_id: str, items: list[_Item], signals: tuple[Signal, ...]) -> tuple[Row, ...]:
    marks: dict[int, list[SignalKind]] = {}
    for signal in signals:
        for ordinal in signal.rows:
            kinds = marks.setdefault(ordinal, [])
            if signal.kind not in kinds:
                kinds.append(signal.kind)
    return tuple(
        Row(
            event_id=event_id(session_id, ordinal),
            ordinal=ordinal,
            ms=item.ms,
            kind=item.kind,
            window=item.window,
            page=item.page,
            words=item.words,
            element=item.element,
            effect=item.effect,
            count=item.count,
            duration_ms=item.duration_ms,
            status=item.status,
            signals=tuple(marks.get(ordinal, ())),
        )
        for ordinal, item in enumerate(items)
    )


# -- rows ----------------------------------------------------------------------------------------


def _rows_of(seen: Observed, responses: list[Response]) -> _Rows:
    items = [
        *_view_items(seen),
        *_action_items(seen, responses),
        *_request_items(seen),
        *_message_items(seen),
        *_change_items(seen),
        *_other_items(seen),
        *_idle_items(seen),
    ]
    items.sort(key=lambda one: (one.ms, _ORDER[one.kind]))
    page = next((one.page for one in items if one.page), "u1")
    for item in items:
        page = item.page or page
        item.page = page
    if len(items) > MAX_ROWS:
        seen.drop("rows above the limit of a trace", len(items) - MAX_ROWS)
        items = items[:MAX_ROWS]
    rows = _Rows(items=items)
    for ordinal, item in enumerate(items):
        if item.source[0]:
            rows.of.setdefault(item.source, ordinal)
    _share_rows(seen, rows)
    return rows


_ORDER = {kind: position for position, kind in enumerate(RowKind)}


def _view_items(seen: Observed) -> Iterator[_Item]:
    for position, view in enumerate(seen.views):
        yield _Item(
            ms=view.ms,
            kind=RowKind.PAGE,
            words=_view_words(view),
            page=view.page.alias,
            count=view.count,
            source=("view", position),
        )


def _view_words(view: PageView) -> str:
    heading = f' "{show(view.heading, 50)}"' if view.heading else ""
    followed = " (by the link that was followed)" if view.inferred else ""
    return f"{view.page.url}{heading}{followed}"


def _action_items(seen: Observed, responses: list[Response]) -> Iterator[_Item]:
    for action, response in zip(seen.actions, responses, strict=True):
        effect = response.effect()
        yield _Item(
            ms=action.ms,
            kind=_KINDS[action.kind],
            words=_action_words(action),
            page=action.page.alias,
            window=action.window,
            element=action.element,
            effect=effect if _known_effect(action, effect) else None,
            count=action.count,
            source=("action", action.index),
        )


def _known_effect(action: Action, effect: Effect) -> bool:
    """False where "nothing changed" would claim more than the recording can show."""
    if action.control_id < 0:
        return False  # a product event alone: whatever it changed was not recorded
    return effect.first_ms is not None or not action.field


_KINDS = {
    ActionKind.CLICK: RowKind.CLICK,
    ActionKind.DOUBLE_CLICK: RowKind.DOUBLE_CLICK,
    ActionKind.INPUT: RowKind.INPUT,
    ActionKind.CHOICE: RowKind.INPUT,
}


def _action_words(action: Action) -> str:
    words = action.element.words
    if action.kind is ActionKind.INPUT:
        if action.element.words.startswith("list"):
            return words
        amount = "masked text" if action.typed < 0 else f"{action.typed} characters"
        return f"{words}: {amount}" if action.typed else f"{words}: emptied"
    return f"{words} (disabled)" if action.disabled else words


def _request_items(seen: Observed) -> Iterator[_Item]:
    acted = seen.actions[0].ms if seen.actions else START_UP_MS
    for position, request in enumerate(seen.requests):
        telling = request.own and (request.failed or (request.writes and request.action >= 0))
        early = request.end_ms < min(START_UP_MS, acted)
        if not telling or early:
            seen.drop("requests that worked" if not request.failed else "requests nobody waits for")
            continue
        yield _Item(
            ms=request.end_ms,
            kind=RowKind.REQUEST,
            words=f"{call_words(request)} {_status_words(request)}",
            page="",
            status=max(0, request.status),
            source=("request", position),
        )


def _status_words(request: Request) -> str:
    taken = (request.end_ms - request.start_ms) / 1000
    status = str(request.status) if request.status > 0 else "no answer"
    return f"{status} after {taken:.1f} s" if taken >= 0.1 else status


def _message_items(seen: Observed) -> Iterator[_Item]:
    acted = seen.actions[0].ms if seen.actions else START_UP_MS
    last: dict[str, _Item] = {}
    for position, message in enumerate(seen.messages):
        if message.noise or message.level == "warn":
            seen.drop("console noise" if message.noise else "console warnings")
            continue
        if message.ms < min(START_UP_MS, acted):
            seen.drop("console lines of the start-up")
            continue
        known = last.get(message.fingerprint)
        if known is not None and message.ms - known.ms < 10_000:
            known.count += 1
            continue
        last[message.fingerprint] = _message_item(position, message)
        yield last[message.fingerprint]


def _message_item(position: int, message: Message) -> _Item:
    return _Item(
        ms=message.ms,
        kind=RowKind.EXCEPTION if message.exception else RowKind.CONSOLE,
        words=show(message.text, 120),
        page="",
        source=("message", position),
    )


def _change_items(seen: Observed) -> Iterator[_Item]:
    """Messages that appeared with no action shortly before them; a search may take long to find nothing."""
    times = [max(one.ms, one.end_ms) for one in seen.actions]
    cursor = 0
    last: dict[str, int] = {}
    for position, change in enumerate(seen.changes):
        while cursor < len(times) and times[cursor] <= change.ms:
            cursor += 1
        recent = cursor > 0 and change.ms - times[cursor - 1] <= START_UP_MS
        found_nothing = any(sounds_empty(text) for text in change.appeared)
        telling = change.alert or change.dialog or change.errors or found_nothing
        if recent or not change.appeared or not telling:
            continue
        awaited = not found_nothing and any(
            abs(change.ms - one.end_ms) <= 600 for one in seen.requests if one.action >= 0
        )
        if awaited:
            continue
        words = _change_words(change)
        if change.ms - last.get(words, -60_000) < 60_000:
            continue
        last[words] = change.ms
        yield _Item(
            ms=change.ms, kind=RowKind.CHANGE, words=words, page="", source=("change", position)
        )


def _change_words(change: Change) -> str:
    texts = [show(text, 60) for text in change.appeared[:2]]
    return "; ".join(f'"{text}" appeared' for text in texts)


def _other_items(seen: Observed) -> Iterator[_Item]:
    for first, last in seen.scrolls:
        seconds = (last - first) / 1000
        words = f"for {seconds:.1f} s" if seconds >= 1 else ""
        yield _Item(ms=first, kind=RowKind.SCROLL, words=words, page="")
    for start, end in seen.hidden_ms:
        length = f" for {(end - start) / 1000:.0f} s" if end >= 0 else ""
        yield _Item(ms=start, kind=RowKind.WINDOW, words=f"tab hidden{length}", page="")
    for position, mark in enumerate(seen.marks):
        kind = _MARKS.get(mark.kind, RowKind.PRODUCT)
        words = f'"{show(mark.words, 60)}" is shown' if mark.kind == "garbage" else mark.words
        yield _Item(
            ms=mark.ms,
            kind=kind,
            words=words,
            page=mark.page,
            element=mark.element,
            source=("mark", position),
        )


_MARKS = {"blank": RowKind.CHANGE, "garbage": RowKind.CHANGE, STEP: RowKind.STEP}


def _idle_items(seen: Observed) -> Iterator[_Item]:
    times = [0, *sorted(_user_times(seen)), seen.duration_ms]
    for before, after in pairwise(times):
        if after - before >= IDLE_MS:
            yield _Item(
                ms=before,
                kind=RowKind.IDLE,
                words=f"no user input for {(after - before) / 1000:.0f} s",
                page="",
                duration_ms=after - before,
            )


def _user_times(seen: Observed) -> set[int]:
    return {*seen.activity, *(action.ms for action in seen.actions)}


def _active_ms(seen: Observed) -> int:
    """Time between user-driven events, of each pause at most ``ACTIVE_GAP_MS``."""
    times = sorted(_user_times(seen))
    return sum(min(after - before, ACTIVE_GAP_MS) for before, after in pairwise(times))


def _share_rows(seen: Observed, rows: _Rows) -> None:
    """A message that was counted into an earlier row is told by that row."""
    first: dict[str, int] = {}
    for position, message in enumerate(seen.messages):
        own = rows.of.get(("message", position))
        if own is not None:
            first[message.fingerprint] = own
        elif message.fingerprint in first and not message.noise and message.level != "warn":
            rows.of["message", position] = first[message.fingerprint]


def _blind(seen: Observed, state: Walk) -> tuple[BlindSpot, ...]:
    spots = [
        replace(spot, end_ms=seen.duration_ms) if spot.end_ms < 0 else spot for spot in seen.blind
    ]
    if not state.has_snapshot and seen.duration_ms:
        spots.append(
            BlindSpot(
                start_ms=0,
                end_ms=seen.duration_ms,
                reason="no full snapshot: what was clicked and what changed is unknown",
            )
        )
    return tuple(spots)
