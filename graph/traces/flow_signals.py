"""Signals of how the session went on: waiting, silence, lost input, contradictions, wandering."""

from __future__ import annotations

from graph.traces.context import Context, call_words, name_in
from graph.traces.effects import same_target
from graph.traces.observed import Action, ActionKind, BusySpan, FieldLoss
from graph.traces.trace import SignalKind
from graph.traces.wording import (
    goes_back,
    is_login_page,
    sounds_like_success,
    submits,
    writes,
)

BUSY_LONG_MS = 3_000
"""A wait that people notice as slow; from here on it is told."""

BUSY_STUCK_MS = 10_000
"""A wait after which most people turn away (Nielsen's limit for keeping attention is 10 s)."""

CLOCK_JUMP_MS = 600_000
"""A wait beyond this is a clock that jumped or a machine that slept."""

QUICK_BACK_MS = 5_000
WANDER_MS = 30_000
WANDER_VISITS = 6
WANDER_SHARE = 0.4
"""Share of the visits that must be returns: going forward through many pages is no wandering."""
IDLE_MS = 60_000


def flow_signals(context: Context) -> None:
    """Everything that takes more than one action to see."""
    _waiting(context)
    _silence(context)
    _false_success(context)
    _losses(context)
    _blank(context)
    _back_and_forth(context)
    _recorder_marks(context)


# -- waiting -------------------------------------------------------------------------------------


def _waiting(context: Context) -> None:
    told: set[int] = set()
    for span in context.seen.busy:
        end = span.end_ms if span.end_ms >= 0 else context.seen.duration_ms
        length = end - span.start_ms
        if length < BUSY_LONG_MS or span.action in told or length > CLOCK_JUMP_MS:
            continue
        action = context.seen.actions[span.action] if span.action >= 0 else None
        if action is not None:
            told.add(span.action)
        _wait(context, span, action, length)
    _slow_calls(context, told)


def _slow_calls(context: Context, told: set[int]) -> None:
    """An answer that came with the end of a slow request, whatever the page showed meanwhile."""
    for action in context.seen.actions:
        if action.index in told:
            continue
        response = context.response(action)
        for call in response.requests:
            length = call.end_ms - action.ms
            answered = any(-100 <= delay - length <= 800 for delay, _ in response.appeared)
            slow = BUSY_LONG_MS <= call.end_ms - call.start_ms < CLOCK_JUMP_MS
            if not (call.own and slow and answered) or call.failed:
                continue
            context.add(
                SignalKind.SLOW,
                [context.row(action)],
                f"{action.element.words} answered after {length / 1000:.1f} s, when {call_words(call)} did",
                strength=min(1.0, length / 15_000),
                end_ms=call.end_ms,
                recovered=True,
                delay_ms=length,
            )
            break


def _wait(context: Context, span: BusySpan, action: Action | None, length: int) -> None:
    rows = [context.row(action)] if action is not None else [context.nearest_row(span.start_ms)]
    ended = span.end_ms >= 0
    gave_up = ended and action is not None and _left_by_user(context, span)
    cause = f" after {action.kind} on {action.element.words}" if action is not None else ""
    if ended and not gave_up:
        context.add(
            SignalKind.SLOW,
            rows,
            f'"{span.words}" was shown for {length / 1000:.1f} s{cause}',
            strength=min(1.0, length / 15_000),
            end_ms=span.end_ms,
            recovered=True,
            delay_ms=length,
        )
    elif length >= (BUSY_LONG_MS * 2 if gave_up else BUSY_STUCK_MS) or (
        not ended and length >= 5_000 and _acted_meanwhile(context, span)
    ):
        context.add(
            SignalKind.SPINNER,
            rows,
            f'"{span.words}" was still shown after {length / 1000:.0f} s{cause}',
            strength=0.9,
            end_ms=span.start_ms + length,
            recovered=action is not None and context.worked_later(action, span.start_ms + length),
            delay_ms=length,
        )


def _left_by_user(context: Context, span: BusySpan) -> bool:
    """True where the indicator went only because the user went: another page, a reload, a cancel."""
    for action in context.later(span.start_ms):
        if action.ms > span.end_ms:
            return False
        own = span.action >= 0 and same_target(action, context.seen.actions[span.action])
        if span.end_ms - action.ms <= 1_500 and not own:
            return True
    return any(
        abs(view.ms - span.end_ms) <= 300 and view.loaded for view in context.seen.views
    ) and not any(
        abs(request.end_ms - span.end_ms) <= 1_500 and request.action == span.action
        for request in context.seen.requests
    )


def _acted_meanwhile(context: Context, span: BusySpan) -> bool:
    return any(one.index != span.action for one in context.later(span.start_ms))


# -- silence -------------------------------------------------------------------------------------


def _silence(context: Context) -> None:
    """A change was sent, and nothing on the page said whether it worked."""
    for action in context.seen.actions:
        if action.kind is not ActionKind.CLICK or action.field or not action.element.control:
            continue
        response = context.response(action)
        sent = [one for one in response.requests if one.writes and one.own]
        if (
            not sent
            or response.errors
            or response.visible
            or response.moved
            or response.left
            or action.choice
        ):
            continue
        if not writes(name_in(action)) or context.time_left(action.ms) < 3_000:
            continue
        failed = sent[-1].failed
        outcome = f"answered {sent[-1].status}" if sent[-1].status > 0 else "was sent"
        context.add(
            SignalKind.SILENT,
            [context.row(action), *context.rows_of(sent[-1])],
            f"{action.element.words} sent {call_words(sent[-1])}, which {outcome}, and the page showed nothing",
            strength=0.8 if failed else 0.5,
            fingerprint=f"{call_words(sent[-1])}{' failed' if failed else ''}",
            end_ms=action.ms + 3_000,
            attempts=1 + _repeats(context, action),
            recovered=not failed,
        )


def _repeats(context: Context, action: Action) -> int:
    return sum(
        1
        for one in context.later(action.ms, 30_000)
        if one.kind is ActionKind.CLICK and same_target(one, action)
    )


def _false_success(context: Context) -> None:
    """The page said that it worked while the request behind it failed."""
    for action in context.seen.actions:
        response = context.response(action)
        failed = [one for one in response.requests if one.writes and one.own and one.status >= 400]
        said = [(delay, text) for delay, text in response.successes if sounds_like_success(text)]
        if not failed or not said or response.errors:
            continue
        retried = any(
            not one.failed and one.template == failed[-1].template for one in response.requests
        )
        if retried or action.ms + said[0][0] < failed[0].start_ms:
            continue
        context.add(
            SignalKind.MISMATCH,
            [context.row(action), *context.rows_of(failed[-1])],
            f'"{said[0][1][:60]}" was shown while {call_words(failed[-1])} answered {failed[-1].status}',
            strength=0.9,
            fingerprint=f"{call_words(failed[-1])} failed behind a success",
            end_ms=action.ms + said[0][0],
        )


# -- lost input ----------------------------------------------------------------------------------


def _losses(context: Context) -> None:
    for loss in context.seen.losses:
        if not _unexpected(context, loss):
            continue
        action = context.seen.actions[loss.action] if loss.action >= 0 else None
        rows = [context.nearest_row(loss.ms)]
        rows += [context.row(action)] if action is not None else []
        also = f" and {loss.fields - 1} more" if loss.fields > 1 else ""
        refilled = "; the user filled it again" if loss.refilled_ms >= 0 else ""
        context.add(
            SignalKind.LOST_INPUT,
            rows,
            f"{loss.field.words}{also} {loss.how}{refilled}",
            strength=0.9 if loss.refilled_ms >= 0 or loss.fields > 1 else 0.6,
            fingerprint=loss.how,
            end_ms=max(loss.ms, loss.refilled_ms),
            recovered=loss.refilled_ms >= 0 and context.succeeded_later(loss.ms),
            attempts=loss.fields,
            lost_characters=loss.length,
        )


def _unexpected(context: Context, loss: FieldLoss) -> bool:
    """False where emptying is what one expects: after sending, or after asking for it."""
    cause = _last_click(context, loss.ms)
    if loss.how == "had its old value again":
        return loss.submitted_ms >= 0 and _said_saved(context, loss)
    asked = cause is not None and _asks_for_emptying(name_in(cause))
    if cause is not None and asked and loss.ms - cause.ms <= 3_000:
        return False
    if cause is not None and goes_back(name_in(cause)) and loss.ms - cause.ms <= 3_000:
        # A step back is taken to change one thing, not to fill in all of it again.
        return loss.refilled_ms >= 0 or loss.fields >= 2
    if loss.submitted_ms >= loss.typed_ms:
        return _failed_after(context, loss.submitted_ms, loss.ms)
    # Left without sending: only a hurt where the user had to type it again.
    return loss.how == "was emptied" or loss.refilled_ms >= 0 or loss.fields >= 2


def _last_click(context: Context, ms: int) -> Action | None:
    found = None
    for one in context.seen.actions:
        if one.ms > ms:
            break
        if one.kind is ActionKind.CLICK:
            found = one
    return found


def _asks_for_emptying(name: str) -> bool:
    lowered = name.lower()
    return any(
        word in lowered
        for word in (
            "clear",
            "reset",
            "cancel",
            "discard",
            "remove",
            "delete",
            "new ",
            "add another",
            "×",
            "close",
        )
    )


def _said_saved(context: Context, loss: FieldLoss) -> bool:
    """True where the value was saved and the user stayed: a form that leads on starts afresh."""
    for one in context.seen.actions:
        if not loss.typed_ms <= one.ms <= loss.ms:
            continue
        response = context.response(one)
        saved = bool(response.successes) or any(
            call.method and call.writes for call in response.requests
        )
        if saved and not response.moved.startswith("went to"):
            return True
    return False


def _failed_after(context: Context, start: int, end: int) -> bool:
    """True where sending failed and stayed failed: a retry that worked makes it a success."""
    for one in context.seen.actions:
        if not start - 100 <= one.ms <= end:
            continue
        response = context.response(one)
        if response.errors:
            return True
        calls = [call for call in response.requests if call.writes and call.own]
        failed = {call.template for call in calls if call.failed}
        if failed - {call.template for call in calls if not call.failed}:
            return True
    return False


# -- blank, back and forth -----------------------------------------------------------------------


def _blank(context: Context) -> None:
    for mark in context.seen.marks:
        if mark.kind == "blank":
            row = context.nearest_row(mark.ms)
            context.add(
                SignalKind.BLANK,
                [row],
                "the page lost all of its visible text",
                strength=1.0,
                end_ms=mark.ms,
                recovered=context.succeeded_later(mark.ms),
            )


def _back_and_forth(context: Context) -> None:
    views = context.seen.views
    for position in range(1, len(views) - 1):
        before, here, after = views[position - 1 : position + 2]
        stayed = after.ms - here.ms
        returned = after.page.template == before.page.template != here.page.template
        if not returned or stayed > QUICK_BACK_MS or position not in context.row_of_view:
            continue
        acted = [one for one in context.later(here.ms) if one.ms < after.ms - 50]
        if len(acted) > 1 or is_login_page(here.page.template):
            continue
        context.add(
            SignalKind.QUICK_BACK,
            [context.row_of_view[position]],
            f"left {here.page.template} after {stayed / 1000:.1f} s, back to {before.page.template}",
            strength=0.3,
            end_ms=after.ms,
        )
    _wandering(context)


def _wandering(context: Context) -> None:
    """Many arrivals on few pages in a minute, nothing done there: looking for something."""
    views = context.seen.views
    start = 0
    while start < len(views):
        window = [one for one in views[start:] if one.ms - views[start].ms <= WANDER_MS]
        templates = [one.page.template for one in window]
        revisits = len(templates) - len(set(templates))
        if (
            len(window) >= WANDER_VISITS
            and revisits >= max(3, WANDER_SHARE * len(window))
            and not _did_something(context, window[0].ms, window[-1].ms)
        ):
            rows = [
                context.row_of_view[position]
                for position in range(start, start + len(window))
                if position in context.row_of_view
            ]
            context.add(
                SignalKind.WANDER,
                rows,
                f"went back and forth over {len(set(templates))} pages, {len(window)} visits in "
                f"{(window[-1].ms - window[0].ms) / 1000:.0f} s",
                strength=min(1.0, revisits / 6),
                end_ms=window[-1].ms,
                fingerprint=_common_path(templates),
            )
            start += len(window)
        else:
            start += 1


def _did_something(context: Context, start: int, end: int) -> bool:
    return any(
        start <= one.ms <= end
        and (
            one.kind is not ActionKind.CLICK
            or (context.response(one).successes and submits(name_in(one)))
        )
        for one in context.seen.actions
    )


def _common_path(templates: list[str]) -> str:
    parts = [one.split("/") for one in templates]
    common: list[str] = []
    for pieces in zip(*parts, strict=False):
        if len(set(pieces)) > 1:
            break
        common.append(pieces[0])
    return "/".join(common) or "/"


def _recorder_marks(context: Context) -> None:
    """Rage and dead clicks that only the capture library saw: without pixels or DOM, hearsay."""
    for mark in context.seen.marks:
        if mark.kind in ("$rageclick", "$dead_click"):
            context.add(
                SignalKind.SLOW_RAGE if mark.kind == "$rageclick" else SignalKind.DEAD,
                [context.nearest_row(mark.ms)],
                f"the capture library reported {mark.words}; the recording itself was not there to check",
                strength=0.3,
            )
