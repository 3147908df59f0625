"""Which change belongs to which action, and which actions got none.

A change counts as the effect of an action when it is new (its place was not changing by itself
before), can be tied to the action (by time, by a request that the action started, or by place) and
is more than cosmetic (a ripple, a focus ring). Four rules keep coincidence out; each stands beside
the code that applies it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from graph.traces.masking import show
from graph.traces.numbers import same_shape
from graph.traces.observed import (
    Action,
    ActionKind,
    BusySpan,
    Change,
    ChangeKind,
    Observed,
    Request,
)
from graph.traces.trace import Effect
from graph.traces.wording import (
    MAX_MESSAGE,
    sounds_busy,
    sounds_like_error,
    sounds_like_refusal,
    sounds_like_success,
)

REACH_MS = 15_000
"""The longest an answer may take and still be the answer."""

UNTIED_MS = 7_000
"""The longest for a change that only time ties to the action."""

QUIET_MS = 1_500
"""After this long without an action, a second change at one place happens by itself."""

HISTORY_MS = 30_000
"""How far back a place's own changes are looked at."""

SELDOM_MS = 4_000
PROMPT_MS = 400
"""A place that changes by itself no oftener than ``SELDOM_MS`` and changes within ``PROMPT_MS`` of a
click did so because of the click: by chance that happens in one of ten cases at most."""

AT_ONCE_MS = 200
"""What goes within this time of a click went because of it."""

SHOWN_TEXTS = 3
"""Texts that a row names; a reader needs the first ones, and masking each costs time."""

PERSIST_MS = 60_000
"""How long the message of an earlier try is still taken as the answer to the next."""

CALL_START_MS = 700
"""A request that starts within this time of an action was started by it (debounced input included)."""

CALL_ANSWER_MS = 600
"""A change within this time of a request's end shows the request's answer."""


@dataclass(slots=True)
class Response:
    """What an action got back."""

    first_ms: int | None = None
    """Delay of the first effect of any kind, busy indicators included."""
    answer_ms: int | None = None
    """Delay of the first effect that is more than "please wait"."""
    appeared: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    vanished: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    errors: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Error messages that appeared: (delay, text)."""
    successes: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    looks: list[str] = field(default_factory=list[str])
    waiting: bool = False
    """Clicked while the answer to the click before was still under way."""
    moved: str = ""
    """Where the action led, if it led to another page."""
    local: bool = False
    left: bool = False
    dialog: bool = False
    visible: bool = False
    """Anything a person could see as an answer: text, page, dialog, field, media."""
    requests: list[Request] = field(default_factory=list[Request])
    busy: list[BusySpan] = field(default_factory=list[BusySpan])

    @property
    def answered(self) -> bool:
        return self.first_ms is not None

    def effect(self) -> Effect:
        """The response in words."""
        return Effect(words=_words(self), first_ms=self.first_ms, local=self.local)


def responses_of(seen: Observed) -> list[Response]:
    """One response for every action, in the order of ``seen.actions``."""
    actions = seen.actions
    found = [Response() for _ in actions]
    if not actions:
        return found
    _tie_requests(seen, found)
    for span in seen.busy:
        if 0 <= span.action < len(found):
            found[span.action].busy.append(span)
    drift = _drift(seen)
    shown: dict[str, tuple[int, int]] = {}
    ends = sorted(
        (one for one in seen.requests if one.action >= 0 and one.own), key=lambda one: one.end_ms
    )
    end_times = [one.end_ms for one in ends]
    starts = [min(action.press_ms, action.ms) for action in actions]
    for change in seen.changes:
        owner, tied = _owner(change, actions, starts, ends, end_times)
        if owner is not None:
            _take(change, owner, tied, found[owner.index], drift, shown)
        for text in change.appeared:
            shown[text] = (change.ms, owner.index if owner is not None else -1)
    for action, response in zip(actions, found, strict=True):
        if not response.errors:
            response.errors.extend(_told_by_position(action, response))
        if action.kind is ActionKind.CLICK and not response.answered:
            _look_back(seen, action, response, found)
    return found


def failed_call(response: Response) -> Request | None:
    """The action's request that failed and was not made good by another try."""
    calls = [one for one in response.requests if one.own]
    worked = {one.template for one in calls if not one.failed}
    return next((one for one in calls if one.failed and one.template not in worked), None)


def _told_by_position(action: Action, response: Response) -> list[tuple[int, str]]:
    """Messages without error marks or error words: known by when and how they came.

    What appeared just when a request failed is its message, in whatever words or language; and a
    lone refusal after a click on a control ("Not available") is one too.
    """
    if response.moved or response.successes:
        return []
    failed = failed_call(response)
    if failed is not None:
        end = failed.end_ms - action.ms
        said = [
            (delay, text)
            for delay, text in response.appeared
            if -100 <= delay - end <= CALL_ANSWER_MS and 8 <= len(text) <= MAX_MESSAGE
        ]
        return said[:1]
    alone = len(response.appeared) <= 2 and action.element.control and not action.field
    if alone and action.kind is ActionKind.CLICK and not response.dialog:
        return [one for one in response.appeared if sounds_like_refusal(one[1])][:1]
    return []


def _look_back(seen: Observed, action: Action, response: Response, found: list[Response]) -> None:
    """A click without a change of its own may repeat one whose message or wait still stands."""
    for earlier in reversed(seen.actions[: action.index]):
        if action.ms - earlier.ms > PERSIST_MS:
            return
        if earlier.kind is not ActionKind.CLICK or not same_target(earlier, action):
            continue
        before = found[earlier.index]
        if any(
            span.start_ms <= action.ms and not 0 <= span.end_ms <= action.ms for span in before.busy
        ):
            response.waiting = True
        elif before.errors and not _gone(seen, before.errors[0][1], earlier.ms, action.ms):
            # The message of an earlier try is still there: refused again, without a change to see.
            response.first_ms = response.answer_ms = 0
            response.errors.append((0, before.errors[0][1]))
            response.looks.append("the message stayed")
        return


def _gone(seen: Observed, text: str, start: int, end: int) -> bool:
    return any(
        text in change.vanished and text not in change.appeared
        for change in seen.changes
        if start < change.ms <= end
    )


def _tie_requests(seen: Observed, found: list[Response]) -> None:
    """A request belongs to the last action before it started, or to the request it follows."""
    actions = seen.actions
    starts = [action.ms for action in actions]
    ordered = sorted(seen.requests, key=lambda one: one.start_ms)
    for request in ordered:
        position = bisect_right(starts, request.start_ms + 40) - 1
        if position >= 0:
            action = actions[position]
            if request.start_ms - max(action.ms, action.end_ms) <= CALL_START_MS:
                request.action = position
        if request.action < 0:
            request.action = _followed(request, ordered)
        if request.action >= 0:
            found[request.action].requests.append(request)


def _followed(request: Request, ordered: list[Request]) -> int:
    """The action of a request that ended just before this one began: a chain, or a retry."""
    for earlier in ordered:
        if earlier is request or earlier.start_ms > request.start_ms:
            break
        gap = request.start_ms - earlier.end_ms
        retry = earlier.failed and earlier.template == request.template and gap <= 3_000
        if earlier.action >= 0 and (0 <= gap <= 200 or (gap >= 0 and retry)):
            return earlier.action
    return -1


@dataclass(slots=True)
class _Drift:
    """What is known of places that change by themselves."""

    times: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    """Per node, when it changed by itself."""
    places: dict[str, float] = field(default_factory=dict[str, float])
    """Places that change by themselves all through the recording (clocks, rotating offers, live
    lists), and how many milliseconds lie between two such changes; 0 where only a number moves."""

    def by_itself(self, change: Change, ms: int) -> bool:
        """Rule 1: what changes all the time, or twice in the last 30 s, answers nothing."""
        pause = self.places.get(change.place)
        if pause is not None:
            # What moves every few seconds hardly moves by chance right after a click.
            return not (pause >= SELDOM_MS and change.ms - ms <= PROMPT_MS)
        times = self.times.get(change.site)
        if not times:
            return False
        return bisect_left(times, ms) - bisect_left(times, ms - HISTORY_MS) >= 2


@dataclass(slots=True)
class _Tally:
    """How often a place changed, and why."""

    prompt: int = 0
    late: int = 0
    unprompted: int = 0
    counting: int = 0
    first_late_ms: int = -1
    last_late_ms: int = -1

    def pause_ms(self) -> float:
        """Mean time between late changes; 0 for a counter."""
        if self.counting >= 2 or self.late < 2:
            return 0.0
        return (self.last_late_ms - self.first_late_ms) / (self.late - 1)


def _drift(seen: Observed) -> _Drift:
    """Places that change by themselves.

    A change is unprompted when no action preceded it, when the last action is long ago, or when the
    place had already changed since that action: the first change after an action may be its late
    answer, the second and third are a ticker. A late change that a request or a busy indicator
    announced is an answer. A place drifts when most of its changes are late and at least two are
    unprompted, or when nothing but a number moves there late.
    """
    drift = _Drift()
    tallies: dict[str, _Tally] = {}
    since: set[str | int] = set()
    times = [max(action.ms, action.end_ms) for action in seen.actions]
    announced = sorted(
        [one.end_ms for one in seen.requests if one.action >= 0 and one.own]
        + [span.end_ms for span in seen.busy if span.end_ms >= 0]
    )
    last = -1
    for change in seen.changes:
        if change.kind not in (ChangeKind.TEXT, ChangeKind.LOOK):
            continue
        position = bisect_right(times, change.ms) - 1
        if position != last:
            since.clear()
            last = position
        age = change.ms - times[position] if position >= 0 else REACH_MS
        if age >= QUIET_MS and (position < 0 or change.site in since):
            drift.times.setdefault(change.site, []).append(change.ms)
        if change.kind is ChangeKind.TEXT and change.place:
            again = position < 0 or change.place in since or age >= UNTIED_MS
            _tally(tallies.setdefault(change.place, _Tally()), change, age, again, announced)
            since.add(change.place)
        since.add(change.site)
    drift.places = {place: tally.pause_ms() for place, tally in tallies.items() if _drifts(tally)}
    return drift


def _tally(tally: _Tally, change: Change, age: int, again: bool, announced: list[int]) -> None:
    near = bisect_right(announced, change.ms + 80) - bisect_left(
        announced, change.ms - CALL_ANSWER_MS
    )
    if age < QUIET_MS or near:
        tally.prompt += 1
        return
    tally.late += 1
    tally.last_late_ms = change.ms
    if tally.first_late_ms < 0:
        tally.first_late_ms = change.ms
    tally.unprompted += again
    tally.counting += _counts(change)


def _drifts(tally: _Tally) -> bool:
    mostly = tally.late >= tally.prompt
    return mostly and (tally.unprompted >= 2 or tally.counting >= 2)


def _counts(change: Change) -> bool:
    """True where only digits differ between what vanished and what appeared."""
    one_each = len(change.appeared) == 1 == len(change.vanished)
    return one_each and same_shape(change.appeared[0], change.vanished[0])


def _owner(
    change: Change,
    actions: list[Action],
    starts: list[int],
    ends: list[Request],
    end_times: list[int],
) -> tuple[Action | None, bool]:
    """The action a change belongs to, and whether more than time ties them."""
    # Route events of the application may be written just before the click that caused them.
    slack = 150 if change.kind is ChangeKind.PAGE else 0
    position = bisect_right(starts, change.ms + slack) - 1
    if change.kind is ChangeKind.SELECTION and position + 1 < len(actions):
        following = actions[position + 1]
        if following.ms - change.ms <= 400:
            return following, True  # a drag selects before its click is recorded
    while position >= 0 and actions[position].window != change.window:
        position -= 1  # what happens in one window answers nothing that was done in another
    latest = actions[position] if position >= 0 else None
    # Rule 2: the answer of a request belongs to the action that started the request, even if the
    # user did something else meanwhile.
    candidates = ends[
        bisect_left(end_times, change.ms - CALL_ANSWER_MS) : bisect_right(end_times, change.ms + 80)
    ]
    for request in reversed(candidates):
        starter = actions[request.action]
        if change.ms - starter.ms > REACH_MS * 2:
            continue
        if latest is None or latest.index == starter.index:
            return starter, True
        if not (change.local and change.ms - latest.ms < 500):
            return starter, True
    return latest, False


def _take(
    change: Change,
    owner: Action,
    tied: bool,
    response: Response,
    drift: _Drift,
    shown: dict[str, tuple[int, int]],
) -> None:
    delay = max(0, change.ms - owner.ms)
    if _take_at_once(change, delay, response) or (delay > REACH_MS and not tied):
        return
    if change.kind is ChangeKind.FIELD and owner.kind is ActionKind.INPUT and delay > 1_000:
        return  # another field, filled later: not what typing in this one did
    if change.kind is ChangeKind.PAGE:
        response.moved = response.moved or change.words
        response.visible = True
        _note(response, delay, change.words, answer=True)
        return
    if change.cosmetic and not change.busy:
        return
    if drift.by_itself(change, owner.ms) or _fleeting(change, owner, shown):
        return
    waited = tied or change.local or change.alert or change.dialog or bool(response.busy)
    # Rule 3: what only time ties to the action must come soon.
    if waited or delay <= UNTIED_MS:
        _record(change, delay, response)


def _take_at_once(change: Change, delay: int, response: Response) -> bool:
    """Changes that count only right after the action: scrolling, selecting, leaving the tab."""
    if change.kind in (ChangeKind.SCROLL, ChangeKind.SELECTION):
        if delay <= 600:
            _note(response, delay, "scrolled" if change.kind is ChangeKind.SCROLL else change.words)
        return True
    if change.kind is ChangeKind.LEFT:
        if delay <= 2_000:
            response.left = True
            _note(response, delay, change.words)
        return True
    return False


def _fleeting(change: Change, owner: Action, shown: dict[str, tuple[int, int]]) -> bool:
    """Rule 4: a message of an earlier action that goes away by itself answers nothing."""
    at_once = change.ms - owner.ms <= AT_ONCE_MS
    if change.appeared or not change.vanished or change.inside or at_once:
        return False
    for text in change.vanished:
        born = shown.get(text)
        if born is None or born[1] == owner.index or change.ms - born[0] > 12_000:
            return False
    return True


def _record(change: Change, delay: int, response: Response) -> None:
    waiting = [text for text in change.appeared if sounds_busy(text)]
    telling = [text for text in change.appeared if not sounds_busy(text)]
    response.local |= change.local
    response.dialog |= change.dialog
    for text in telling:
        response.appeared.append((delay, text))
        if sounds_like_success(text):
            response.successes.append((delay, text))
        notice = bool(response.moved) and not sounds_like_error(text)
        if text in change.errors and not notice:
            response.errors.append((delay, text))
    response.vanished.extend((delay, text) for text in change.vanished if not sounds_busy(text))
    only_waiting = change.busy > 0 or (waiting and not telling)
    visible = bool(telling or change.dialog or change.kind in (ChangeKind.FIELD, ChangeKind.MEDIA))
    visible = visible or any(not sounds_busy(text) for text in change.vanished)
    response.visible |= visible and not (only_waiting and not telling)
    look = "" if telling or change.vanished else change.words
    _note(response, delay, look, answer=not only_waiting or bool(telling))


def _note(response: Response, delay: int, look: str, *, answer: bool = True) -> None:
    if response.first_ms is None or delay < response.first_ms:
        response.first_ms = delay
    if answer and (response.answer_ms is None or delay < response.answer_ms):
        response.answer_ms = delay
    if look and look not in response.looks and len(response.looks) < 4:
        response.looks.append(look)


def _words(response: Response) -> str:
    parts: list[str] = []
    if response.moved:
        parts.append(response.moved)
    errors = {text for _, text in response.errors}
    ordered = sorted(response.appeared, key=lambda one: one[1] not in errors)
    pieces = list(dict.fromkeys(text for _, text in ordered))
    parts.extend(f'"{show(text, 60)}" appeared' for text in pieces[:SHOWN_TEXTS])
    if len(pieces) > SHOWN_TEXTS:
        parts.append(f"{len(pieces) - SHOWN_TEXTS} more texts appeared")
    came = set(pieces)
    left = dict.fromkeys(text for _, text in response.vanished if text not in came)
    gone = [show(text, 60) for text in list(left)[:SHOWN_TEXTS]]
    if not response.moved:
        parts.extend(f'"{text}" vanished' for text in gone[:2])
    if not parts:
        parts.extend(response.looks[:2])
    if not parts and response.busy:
        parts.append("a busy indicator appeared")
    return "; ".join(parts)


def same_target(first: Action, second: Action) -> bool:
    """True for two actions on one control, also where the page redrew it in between."""
    if first.window != second.window:
        return False
    if first.control_id == second.control_id and first.control_id > 0:
        return True
    return first.element.key == second.element.key and first.page.template == second.page.template


def series_of(actions: list[Action], gap_ms: int) -> list[list[Action]]:
    """Clicks on one control, one after another, with nothing else clicked in between."""
    found: list[list[Action]] = []
    for action in actions:
        if action.kind is ActionKind.DOUBLE_CLICK:
            continue
        if action.kind is not ActionKind.CLICK:
            found.append([action])
            continue
        current = found[-1] if found else None
        if (
            current
            and current[-1].kind is ActionKind.CLICK
            and action.ms - current[-1].ms <= gap_ms
            and same_target(current[-1], action)
        ):
            current.append(action)
        else:
            found.append([action])
    return [one for one in found if one[0].kind is ActionKind.CLICK]
