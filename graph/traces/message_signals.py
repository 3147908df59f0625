"""Signals of what the page and the network said: errors, refusals, exceptions, failed requests."""

from __future__ import annotations

from collections import defaultdict

from graph.traces.context import Context, call_words, name_in
from graph.traces.effects import CALL_ANSWER_MS, failed_call
from graph.traces.masking import show
from graph.traces.observed import Action, Message, Request
from graph.traces.trace import SignalKind
from graph.traces.wording import (
    fingerprint,
    sounds_empty,
    sounds_generic,
    sounds_like_error,
    sounds_like_validation,
    submits,
)

RETRY_MS = 15_000
ERROR_AFTER_MS = 1_500
SAME_MOMENT_MS = 50
"""A console error within this time of a click belongs to the click."""


def message_signals(context: Context) -> None:
    """Everything the page, the console and the network said about failure."""
    _errors_after_actions(context)
    _errors_by_themselves(context)
    _error_pages(context)
    _failed_requests(context)
    _console(context)
    _empty_results(context)
    _failure_events(context)


# -- error messages on the page ------------------------------------------------------------------


def _errors_after_actions(context: Context) -> None:
    for action in context.seen.actions:
        response = context.response(action)
        if not response.errors or sounds_empty(response.errors[0][1]):
            continue
        delay, text = response.errors[0]
        failed = failed_call(response) or _failed_near(context, action.ms + delay)
        refusal = _is_refusal(text, failed)
        _error(context, action, text, delay, refusal=refusal, failed=failed)


def _failed_near(context: Context, ms: int) -> Request | None:
    """A failed request that ended as the message appeared: who submits by key leaves no click."""
    for request in context.seen.requests:
        if request.own and request.failed and -100 <= ms - request.end_ms <= CALL_ANSWER_MS:
            return request
    return None


def _is_refusal(text: str, failed: Request | None) -> bool:
    """True where the application turned down what the user gave it, and said so."""
    if failed is None:
        return sounds_like_validation(text)
    return failed.status in (400, 404, 409, 410, 412, 422) and not sounds_generic(text)


def _error(
    context: Context,
    action: Action,
    text: str,
    delay: int,
    *,
    refusal: bool,
    failed: Request | None,
) -> None:
    shown = show(text, 90)
    recovered = context.worked_later(action, action.ms + 1) or (
        refusal and context.succeeded_later(action.ms)
    )
    rows = [context.row(action)]
    if failed is not None:
        rows += context.rows_of(failed)
    context.add(
        SignalKind.VALIDATION if refusal else SignalKind.ERROR_SHOWN,
        rows,
        f'"{shown}" was shown {delay / 1000:.1f} s after {action.kind} on {action.element.words}',
        strength=0.5 if refusal else 0.8,
        fingerprint=_error_fingerprint(text, failed),
        end_ms=action.ms + delay,
        recovered=recovered,
        delay_ms=delay,
    )


def _error_fingerprint(text: str, failed: Request | None) -> str:
    if failed is None:
        return fingerprint(text)
    # The same words for a refusal and for a breakdown are two faults: the status tells them apart.
    return f"{fingerprint(text)} | {call_words(failed)} {_status_class(failed.status)}"


def _errors_by_themselves(context: Context) -> None:
    """An error message that came with no action before it."""
    for position, change in enumerate(context.seen.changes):
        if position not in context.row_of_change or not change.alert:
            continue
        text = next((one for one in change.errors if sounds_like_error(one)), "")
        if not text or sounds_empty(text) or sounds_like_validation(text):
            continue
        context.add(
            SignalKind.ERROR_SHOWN,
            [context.row_of_change[position]],
            f'"{show(text, 90)}" was shown by itself',
            strength=0.6,
            fingerprint=fingerprint(text),
            recovered=context.succeeded_later(change.ms),
        )


def _error_pages(context: Context) -> None:
    """A whole page that says it cannot be shown."""
    for position, view in enumerate(context.seen.views):
        if not view.heading and not view.text:
            continue
        if position not in context.row_of_view or len(view.text) > 500:
            continue
        text = view.heading or view.text[:120]
        if not sounds_like_error(text) or sounds_empty(text) or not view.loaded:
            continue
        context.add(
            SignalKind.ERROR_SHOWN,
            [context.row_of_view[position]],
            f'the page said "{show(text, 90)}"',
            strength=0.8,
            fingerprint=fingerprint(text),
            recovered=context.succeeded_later(view.ms),
        )


# -- requests ------------------------------------------------------------------------------------


def _failed_requests(context: Context) -> None:
    by_call: dict[tuple[str, str], list[tuple[int, Request]]] = defaultdict(list)
    for position, request in enumerate(context.seen.requests):
        if request.own and position in context.row_of_request:
            by_call[request.method, request.template].append((position, request))
    for calls in by_call.values():
        for index, (position, request) in enumerate(calls):
            if not request.failed:
                continue
            later = [
                one for _, one in calls[index + 1 :] if one.start_ms - request.end_ms < RETRY_MS
            ]
            worked = any(not one.failed for one in later)
            # No answer and nobody who waits for it: the page itself gave the request up.
            if request.status == 0 and (request.action < 0 or worked):
                continue
            kind = SignalKind.RETRY_SUCCEEDED if worked else SignalKind.FAILED_REQUEST
            context.add(
                kind,
                [context.row_of_request[position]],
                _request_words(request, worked),
                strength=0.2 if worked else 0.4,
                fingerprint=f"{call_words(request)} {_status_class(request.status)}",
                recovered=worked,
            )


def _request_words(request: Request, worked: bool) -> str:
    status = f"answered {request.status}" if request.status else "got no answer"
    tail = ", and the same request then worked" if worked else ""
    return f"{call_words(request)} {status}{tail}"


def _status_class(status: int) -> str:
    return f"{status // 100}xx" if status else "no answer"


# -- console -------------------------------------------------------------------------------------


def _console(context: Context) -> None:
    seen: set[str] = set()
    for position, message in enumerate(context.seen.messages):
        if message.noise or message.level == "warn" or position not in context.row_of_message:
            continue
        cause = _cause(context, message)
        if cause is not None and not context.response(cause).visible:
            context.add(
                SignalKind.ERROR_AFTER,
                [context.row(cause), context.row_of_message[position]],
                f'"{show(message.text, 90)}" right after {cause.kind} on {cause.element.words}, '
                "and nothing else happened",
                strength=0.7,
                fingerprint=message.fingerprint,
                end_ms=message.ms,
                recovered=context.worked_later(cause, cause.ms + 1),
            )
        if message.fingerprint in seen:
            continue
        seen.add(message.fingerprint)
        context.add(
            SignalKind.EXCEPTION if message.exception else SignalKind.CONSOLE_ERROR,
            [context.row_of_message[position]],
            f'the console said "{show(message.text, 90)}"',
            strength=0.2,
            fingerprint=message.fingerprint,
            recovered=True,
        )


def _cause(context: Context, message: Message) -> Action | None:
    """The control that was clicked right before the message."""
    for action in reversed(context.seen.actions):
        if action.ms > message.ms:
            continue
        if message.ms - action.ms > ERROR_AFTER_MS:
            return None
        return action if action.element.control and not action.field else None
    return None


# -- searches that find nothing ------------------------------------------------------------------


def _empty_results(context: Context) -> None:
    for action in context.seen.actions:
        response = context.response(action)
        delay, empty = next(
            ((delay, text) for delay, text in response.appeared if sounds_empty(text)), (0, "")
        )
        if not empty:
            continue
        name = name_in(action)
        context.add(
            SignalKind.NO_RESULTS,
            [*_rows_of_change(context, action.ms + delay, empty), context.row(action)],
            f'"{show(empty, 90)}" after {action.kind} on {action.element.words}',
            strength=0.4 if submits(name) or action.field else 0.3,
            fingerprint=fingerprint(empty),
            recovered=_found_later(context, action),
        )


def _rows_of_change(context: Context, ms: int, text: str) -> list[int]:
    """The row that tells when a text appeared, where it came so late that one does."""
    return [
        row
        for position, row in context.row_of_change.items()
        if abs((change := context.seen.changes[position]).ms - ms) <= SAME_MOMENT_MS
        and text in change.appeared
    ]


def _found_later(context: Context, action: Action) -> bool:
    """True where a later action on the same page brought results instead."""
    for later in context.later(action.ms, 120_000):
        response = context.response(later)
        if later.page.template != action.page.template or response.moved:
            return False
        if response.visible and not any(sounds_empty(text) for _, text in response.appeared):
            return len(response.appeared) >= 2
    return False


# -- events of the application's own -------------------------------------------------------------


def _failure_events(context: Context) -> None:
    """Events that the application names after a failure, in sessions known by their events alone."""
    for position, mark in enumerate(context.seen.marks):
        if mark.kind == "failure" and position in context.row_of_mark:
            context.add(
                SignalKind.FAILURE_EVENT,
                [context.row_of_mark[position]],
                f'the application reported "{mark.words}"',
                strength=0.6,
                fingerprint=fingerprint(mark.words),
            )
