"""Signals of clicks: rage, dead, unresponsive, slow, blocked. Each asks first what the click did.

Thresholds and where they come from (docs/signals.md has the table beside nine vendors' rules):
repeats of 1 s and 30 px are the field's common ground; 7 s for patient rage is Sentry's window;
2.5 s until a click counts as unanswered is PostHog's.
"""

from __future__ import annotations

from itertools import pairwise

from graph.traces.context import Context, name_in
from graph.traces.effects import Response, same_target, series_of
from graph.traces.observed import Action, ActionKind
from graph.traces.trace import SignalKind
from graph.traces.wording import submits, writes

RAGE_CLICKS = 3
RAGE_GAP_MS = 1_000
RAGE_DISTANCE = 30.0
"""Pixels between neighbouring clicks, summed over both axes."""
SERIES_GAP_MS = 7_000
TRIED_AGAIN_MS = 60_000
UNANSWERED_MS = 2_500
SLOW_MS = 1_000


def click_signals(context: Context) -> None:
    """Judge every series of clicks on one control."""
    for series in series_of(context.seen.actions, SERIES_GAP_MS):
        _judge(context, series)
    _tried_again(context)


def _tried_again(context: Context) -> None:
    """Single clicks on one inert thing, again and again within a minute: somebody expects it to work."""
    told = {row for signal in context.signals for row in signal.rows}
    silent = [
        one
        for one in context.seen.actions
        if one.kind is ActionKind.CLICK
        and not one.element.control
        and _nothing(context.response(one))
        and not _not_expected(one)
        and context.row(one) not in told
    ]
    for series in series_of(silent, TRIED_AGAIN_MS):
        short = len(name_in(series[0])) <= 60 or series[0].overlay
        if not series[0].in_form and _selected(context, series):
            continue
        if len(series) < 2 or not short or context.time_left(series[-1].ms) < UNANSWERED_MS:
            continue
        kind = SignalKind.BLOCKED_CLICK if series[0].overlay else SignalKind.DEAD
        context.add(
            kind,
            [context.row(one) for one in series],
            _unanswered_words(kind, series),
            strength=_strength(kind, series),
            end_ms=series[-1].ms + UNANSWERED_MS,
            attempts=len(series),
        )


def _judge(context: Context, series: list[Action]) -> None:
    responses = [context.response(one) for one in series]
    if all(_nothing(one) for one in responses):
        _unanswered(context, series)
        return
    first_answer = next(
        (
            one.ms + delay
            for one, got in zip(series, responses, strict=True)
            if (delay := got.answer_ms) is not None
        ),
        None,
    )
    if first_answer is not None and not series[0].field:
        _late(context, series, responses, first_answer)


def _nothing(response: Response) -> bool:
    return not response.answered


def _late(
    context: Context, series: list[Action], responses: list[Response], answer_at: int
) -> None:
    delay = answer_at - series[0].ms
    if delay < SLOW_MS or responses[0].busy:
        return  # a busy indicator that is shown is judged as such
    rows = [context.row(one) for one in series]
    context.add(
        SignalKind.SLOW,
        rows,
        f"{series[0].element.words} answered after {delay / 1000:.1f} s",
        strength=min(1.0, delay / 10_000),
        end_ms=answer_at,
        attempts=len(series),
        recovered=True,
        delay_ms=delay,
    )


def _unanswered(context: Context, series: list[Action]) -> None:
    first, last = series[0], series[-1]
    if all(context.response(one).waiting for one in series):
        return  # impatience with an answer that is under way: told where the wait is told
    if _not_expected(first) or context.time_left(last.ms) < UNANSWERED_MS:
        return
    if len(series) == 1 and not first.disabled and _went_on(context, last):
        return  # nobody waited for an answer
    kind = _kind(context, series)
    if kind is None:
        return
    worked = context.worked_later(first, last.ms)
    context.add(
        kind,
        [*_opening_row(context, first), *(context.row(one) for one in series)],
        _unanswered_words(kind, series),
        strength=_strength(kind, series),
        end_ms=last.ms + UNANSWERED_MS,
        attempts=len(series),
        recovered=worked,
    )


def _not_expected(action: Action) -> bool:
    """Clicks that need no answer: into a field, on what is already chosen, out of the page."""
    if action.control_id < 0:
        return True  # known by a product event alone: what it changed was not recorded
    if action.element.key.startswith("unknown:") or action.leaves:
        return True
    if action.field and not action.choice:
        return True
    return action.current and not action.element.key.startswith("button:")


def _opening_row(context: Context, action: Action) -> list[int]:
    """For a dialog that cannot be reached: the action that opened it is where the trouble began."""
    if not action.overlay or not action.dialog_open:
        return []
    for earlier in reversed(context.seen.actions[: action.index]):
        if not same_target(earlier, action):
            opened = context.response(earlier).dialog
            return [context.row(earlier)] if opened and action.ms - earlier.ms < 60_000 else []
    return []


def _went_on(context: Context, action: Action) -> bool:
    """True where the user did something else before an answer was due."""
    return any(
        not same_target(one, action) for one in context.later(action.ms, UNANSWERED_MS)
    ) or any(0 < view.ms - action.ms <= UNANSWERED_MS for view in context.seen.views)


def _kind(context: Context, series: list[Action]) -> SignalKind | None:
    first = series[0]
    if first.overlay and (first.dialog_open or len(series) >= 2):
        return SignalKind.BLOCKED_CLICK
    if _is_rage(series):
        return SignalKind.RAGE
    if len(series) >= RAGE_CLICKS:
        return SignalKind.SLOW_RAGE
    if first.disabled:
        return SignalKind.DEAD
    if first.element.control:
        return SignalKind.UNRESPONSIVE
    # A text that selects when it is double-clicked has answered; a paragraph is for reading.
    expected = first.in_form or not _selected(context, series)
    return SignalKind.DEAD if len(series) >= 2 and len(name_in(first)) <= 60 and expected else None


def _selected(context: Context, series: list[Action]) -> bool:
    """True where a double click was among them: that is how one marks a word."""
    return any(
        one.kind is ActionKind.DOUBLE_CLICK and same_target(one, series[0])
        for one in context.seen.actions[series[0].index : series[-1].index + 3]
    )


def _is_rage(series: list[Action]) -> bool:
    """Three clicks in a row, each within a second and 30 px of the one before."""
    run = 1
    for before, after in pairwise(series):
        near = abs(before.x - after.x) + abs(before.y - after.y) <= RAGE_DISTANCE
        run = run + 1 if near and after.ms - before.ms <= RAGE_GAP_MS else 1
        if run >= RAGE_CLICKS:
            return True
    return False


def _strength(kind: SignalKind, series: list[Action]) -> float:
    base = {
        SignalKind.RAGE: 0.9,
        SignalKind.SLOW_RAGE: 0.85,
        SignalKind.BLOCKED_CLICK: 0.8,
        SignalKind.UNRESPONSIVE: 0.6,
        SignalKind.DEAD: 0.4,
    }[kind]
    name = name_in(series[0])
    carries = 0.1 if submits(name) or writes(name) else 0.0
    return min(1.0, base + carries + 0.05 * (len(series) - 1))


def _unanswered_words(kind: SignalKind, series: list[Action]) -> str:
    words, times = series[0].element.words, len(series)
    often = {1: "once", 2: "twice"}.get(times, f"{times} times")
    if kind is SignalKind.BLOCKED_CLICK:
        dialog = series[0].dialog_open
        under = f" while {dialog!r} was open" if dialog else ""
        return f"clicked {often} on what lies over the page ({words}){under}; nothing happened"
    if kind is SignalKind.RAGE:
        return f"clicked {words} {often} in quick succession; nothing happened"
    if series[0].disabled:
        return f"clicked {words}, which is disabled, {often}"
    return f"clicked {words} {often}; nothing happened within {UNANSWERED_MS / 1000:.1f} s"
