"""The rules analyst: an account of one session from its signals alone. No model, no guessing.

It runs first, always. With no key it is the whole analysis; with a key it is the first thing on the
screen and the floor below which recall cannot fall.
"""

from __future__ import annotations

from graph.sessions.draft import DraftIssue, DraftRefutation, SessionDraft
from graph.sessions.episodes import Episode, episodes_of, loud_alone, occurrences_of
from graph.sessions.readings import Reading, read_episode
from graph.sessions.segments import segments_of
from graph.sessions.summary import HARM_ORDER, Harm, IssueKey, IssueKind, Outcome
from graph.traces.masking import shorten
from graph.traces.trace import Row, RowKind, Signal, SignalKind, Trace
from graph.traces.wording import sounds_like_success

LONG_PAUSE_MS = 60_000
"""A pause from here on is told in the headline: it is no confusion and no reading."""

MAX_EVENT_IDS = 12
"""Rows one issue cites; more would not be read."""

RULES = "rules"


class RulesAnalyst:
    """Drafts a session from the trace's signals."""

    name = RULES

    async def draft(self, trace: Trace, before: SessionDraft | None) -> SessionDraft:
        """The rules' account; whatever came before is left to whoever comes after."""
        return draft_by_rules(trace)


def draft_by_rules(trace: Trace) -> SessionDraft:
    """The same account, without a loop to run in."""
    episodes = episodes_of(trace)
    read = [(one, reading) for one in episodes if (reading := read_episode(trace, one)) is not None]
    issues = tuple(
        _issue(trace, occurrence, reading, _key(episode, reading))
        for episode, reading in read
        for occurrence in occurrences_of(trace, episode)
    )
    unresolved = frozenset(
        ordinal
        for episode, reading in read
        if not reading.overcame and reading.harm in (Harm.HIGH, Harm.CRITICAL)
        for ordinal in episode.rows
    )
    hurt = frozenset(ordinal for episode, _ in read for ordinal in episode.rows)
    outcome = _outcome(trace, read)
    return SessionDraft(
        headline=_headline(trace, read, outcome),
        outcome=outcome,
        segments=segments_of(trace, unresolved, hurt),
        issues=issues,
        refuted=tuple(
            _refuted(trace, one) for one in _once(loud_alone(trace, [one for one, _ in read]))
        ),
        found_by=RULES,
    )


# -- issues --------------------------------------------------------------------------------------


def _issue(trace: Trace, episode: Episode, reading: Reading, key: IssueKey) -> DraftIssue:
    rows = [trace.rows[ordinal] for ordinal in episode.rows[:MAX_EVENT_IDS]]
    return DraftIssue(
        kind=reading.kind,
        harm=reading.harm,
        claim=_claim(episode, reading),
        event_ids=tuple(row.event_id for row in rows),
        overcame=reading.overcame,
        key=key,
        signals=tuple(sorted(episode.kinds)),
        rank=HARM_ORDER.index(reading.harm) + episode.lead.strength,
    )


def _key(episode: Episode, reading: Reading) -> IssueKey:
    """One key for every occurrence of an episode: the tries after the first are the same fault."""
    return IssueKey(
        effect=reading.effect,
        element=episode.element_key,
        fingerprint=_fingerprint(episode),
        page=episode.page,
    )


def _claim(episode: Episode, reading: Reading) -> str:
    words = episode.lead.words
    claim = words[0].upper() + words[1:] if not words.startswith('"') else words
    cause = _cause(episode)
    if cause:
        claim += f"; {cause}"
    if reading.overcame:
        claim += "; it worked later"
    elif reading.gave_up:
        claim += "; the session ended soon after"
    return f"{claim}."


def _cause(episode: Episode) -> str:
    for kind in (SignalKind.FAILED_REQUEST, SignalKind.EXCEPTION, SignalKind.CONSOLE_ERROR):
        for one in episode.signals:
            if one.kind is kind and one.words not in episode.lead.words:
                return shorten(one.words, 120)
    return ""


def _fingerprint(episode: Episode) -> str:
    """The lead's own fingerprint; for a click without answer, that of the error behind it."""
    if episode.lead.fingerprint:
        return episode.lead.fingerprint
    for kind in (SignalKind.FAILED_REQUEST, SignalKind.ERROR_AFTER, SignalKind.EXCEPTION):
        for one in episode.signals:
            if one.kind is kind:
                return one.fingerprint
    return ""


# -- what did no harm ----------------------------------------------------------------------------


def _once(signals: tuple[Signal, ...]) -> list[Signal]:
    """One of each, the first."""
    found: dict[tuple[SignalKind, str], Signal] = {}
    for one in signals:
        found.setdefault((one.kind, one.fingerprint), one)
    return list(found.values())


def _refuted(trace: Trace, signal: Signal) -> DraftRefutation:
    row = trace.rows[signal.ordinal]
    following = _went_on(trace, row)
    page = next((one.template for one in trace.pages if one.alias == row.page), "")
    if signal.kind is SignalKind.RETRY_SUCCEEDED:
        reason = "the same request worked on a later try, and the user went on"
    elif following is not None:
        seconds = (following.ms - row.ms) / 1000
        reason = f"did not block: {seconds:.1f} s later the user went on ({shorten(following.words, 60)})"
    else:
        reason = "no click was left unanswered by it and no message of it was shown"
    return DraftRefutation(
        title=_loud_title(signal),
        claim=f"{signal.words[0].upper()}{signal.words[1:]}.",
        kind=IssueKind.NON_BLOCKING,
        event_ids=(row.event_id, *((following.event_id,) if following is not None else ())),
        reason=reason,
        key=IssueKey(
            effect=signal.kind.value, element="", fingerprint=signal.fingerprint, page=page
        ),
    )


def _loud_title(signal: Signal) -> str:
    if signal.kind in (SignalKind.FAILED_REQUEST, SignalKind.RETRY_SUCCEEDED):
        return shorten(f"Request failed: {signal.fingerprint}", 100)
    return shorten(f"Console error: {signal.fingerprint}", 100)


def _went_on(trace: Trace, row: Row) -> Row | None:
    """The first later action that got an answer."""
    for one in trace.rows[row.ordinal + 1 :]:
        answered = one.effect is not None and one.effect.first_ms is not None
        if one.kind is RowKind.CLICK and answered:
            return one
    return None


# -- the session as a whole ----------------------------------------------------------------------


def _outcome(trace: Trace, read: list[tuple[Episode, Reading]]) -> Outcome:
    if not trace.user_acted:
        return Outcome.NO_ACTIVITY
    open_ends = [
        reading
        for _, reading in read
        if not reading.overcame and reading.harm in (Harm.HIGH, Harm.CRITICAL)
    ]
    if any(reading.gave_up for reading in open_ends):
        return Outcome.ABANDONED
    worked = _last_success(trace)
    if open_ends and worked is None:
        return Outcome.FAILURE
    last_trouble = max(
        (episode.row.ms for episode, reading in read if not reading.overcame), default=-1
    )
    if worked is not None:
        return (
            Outcome.DETOUR
            if read and worked.ms >= last_trouble
            else (Outcome.FAILURE if open_ends else Outcome.SUCCESS)
        )
    return Outcome.UNCLEAR


def _last_success(trace: Trace) -> Row | None:
    for row in reversed(trace.rows):
        if row.effect is not None and sounds_like_success(row.effect.words.partition(";")[0]):
            return row
    return None


def _headline(trace: Trace, read: list[tuple[Episode, Reading]], outcome: Outcome) -> str:
    if outcome is Outcome.NO_ACTIVITY:
        return "No user activity."
    pages = len({page.template for page in trace.pages})
    steps = sum(row.kind is RowKind.STEP for row in trace.rows)
    clicks = sum(row.kind is RowKind.CLICK for row in trace.rows)
    done = _times(steps, "step") if steps and not clicks else _times(clicks, "click")
    told = (
        f"{done} on {_times(pages, 'page')} in "
        f"{trace.active_ms / 1000:.0f} s of activity{_inactivity(trace)}"
    )
    if not read:
        return f"{told}; no friction found."
    worst = max(read, key=lambda one: (HARM_ORDER.index(one[1].harm), one[0].lead.strength))
    return f"{told}; {shorten(worst[0].lead.words, 140)}."


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _inactivity(trace: Trace) -> str:
    """The longest pause, where it is long enough to be taken for something else."""
    pauses = [row for row in trace.rows if row.kind is RowKind.IDLE]
    longest = max(pauses, key=_pause_ms, default=None)
    if longest is None or _pause_ms(longest) < LONG_PAUSE_MS:
        return ""
    start = longest.ms / 1000
    return f" ({longest.words} from {start:.1f} to {start + _pause_ms(longest) / 1000:.1f} s: inactivity)"


def _pause_ms(row: Row) -> int:
    return row.duration_ms
