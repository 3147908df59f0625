"""What a friction did to the user: kind and harm of an episode, by published rules. Pure.

``critical`` is not given here: that everyone who meets it is stuck shows only across sessions
(``graph.patterns.calibrate``). docs/severity.md has the whole rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.sessions.episodes import Episode
from graph.sessions.summary import Harm, IssueKind
from graph.traces.trace import SignalKind, Trace
from graph.traces.wording import sounds_like_success, submits, writes

SLOW_ISSUE_MS = 3_000
"""A wait below this is a signal, not an issue: people put up with it (1 s is noticed, 10 s loses them)."""

SENTENCE_CHARACTERS = 20
"""Losing a word costs a repetition; losing a sentence loses data. Typed text from here on is a sentence."""

VERY_SLOW_MS = 15_000
GIVE_UP_MS = 30_000
"""A session that ends within this time of a friction ended because of it."""

NO_RESPONSE = frozenset(
    {
        SignalKind.RAGE,
        SignalKind.SLOW_RAGE,
        SignalKind.UNRESPONSIVE,
        SignalKind.ERROR_AFTER,
        SignalKind.BLOCKED_CLICK,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Kind, harm and effect family of one episode."""

    kind: IssueKind
    harm: Harm
    effect: str
    overcame: bool
    gave_up: bool


def read_episode(trace: Trace, episode: Episode) -> Reading | None:
    """What the episode did to the user, or None where it is too little to be an issue."""
    lead = episode.lead
    overcame = any(one.recovered for one in episode.signals if one.kind is lead.kind)
    gave_up = not overcame and _gave_up(trace, episode)
    name = episode.element_words.partition('"')[2].rstrip('"')
    main = submits(name) or writes(name)
    rule = _RULES.get(lead.kind)
    if rule is None:
        return None
    found = rule(episode, main, overcame, gave_up)
    if found is None:
        return None
    kind, harm, effect = found
    return Reading(kind=kind, harm=harm, effect=effect, overcame=overcame, gave_up=gave_up)


def _gave_up(trace: Trace, episode: Episode) -> bool:
    """True where the session ended soon after, and nothing in between got the user further."""
    if trace.duration_ms - episode.end_ms > GIVE_UP_MS:
        return False
    start = max(episode.row.ms, trace.rows[episode.rows[0]].ms)
    visited = {row.page for row in trace.rows if row.ms <= start}
    for row in trace.rows:
        if row.ms <= start or row.ordinal in episode.rows:
            continue
        if row.page not in visited:
            return False
        if row.effect is not None and sounds_like_success(row.effect.words.partition(";")[0]):
            return False
    return True


Found = tuple[IssueKind, Harm, str] | None


def _blank(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    return IssueKind.BLOCKING, Harm.HIGH, "blank"


def _mismatch(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    return IssueKind.NON_BLOCKING, Harm.HIGH, "mismatch"


def _lost(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    lead = episode.lead
    heavy = (
        lead.attempts > 1
        or lead.lost_characters >= SENTENCE_CHARACTERS
        or lead.fingerprint == "had its old value again"
    )
    return IssueKind.NON_BLOCKING, Harm.HIGH if heavy else Harm.MEDIUM, "lost_input"


def _spinner(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    if overcame:
        return IssueKind.NON_BLOCKING, Harm.MEDIUM, "spinner"
    return IssueKind.BLOCKING, Harm.HIGH, "spinner"


def _error(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    if overcame:
        return IssueKind.NON_BLOCKING, Harm.MEDIUM, "error_shown"
    return (IssueKind.BLOCKING, Harm.HIGH if main else Harm.MEDIUM, "error_shown")


def _failure_event(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    """What it kept anybody from shows only when sessions are compared."""
    kind = IssueKind.ABANDONMENT if gave_up else IssueKind.NON_BLOCKING
    return kind, Harm.MEDIUM, "failure_event"


def _no_response(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    tried = episode.tries
    if overcame:
        return IssueKind.NON_BLOCKING, Harm.MEDIUM if tried > 1 or main else Harm.LOW, "no_response"
    if tried > 1 or SignalKind.ERROR_AFTER in episode.kinds:
        return IssueKind.BLOCKING, Harm.HIGH if main else Harm.MEDIUM, "no_response"
    if main:
        return IssueKind.BLOCKING if gave_up else IssueKind.NON_BLOCKING, Harm.MEDIUM, "no_response"
    return IssueKind.NON_BLOCKING, Harm.LOW, "no_response"


def _silent(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    if episode.lead.fingerprint.endswith("failed"):
        return IssueKind.NON_BLOCKING, Harm.HIGH, "silent"
    return IssueKind.CONFUSION, Harm.MEDIUM if episode.attempts > 1 else Harm.LOW, "silent"


def _validation(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    refused = sum(one.kind is SignalKind.VALIDATION for one in episode.signals)
    if gave_up:
        return IssueKind.ABANDONMENT, Harm.MEDIUM, "validation"
    if refused == 1:
        return None  # refused once, put right or done without: that is what validation is for
    # Refused again, the user was not told what is wanted; refused to the end, they were stopped.
    if main and not overcame:
        return IssueKind.BLOCKING, Harm.HIGH, "validation"
    return IssueKind.CONFUSION, Harm.MEDIUM, "validation"


def _no_results(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    if gave_up:
        return IssueKind.ABANDONMENT, Harm.MEDIUM, "no_results"
    repeated = sum(one.kind is SignalKind.NO_RESULTS for one in episode.signals) > 1
    return IssueKind.CONFUSION, Harm.MEDIUM if repeated or overcame else Harm.LOW, "no_results"


def _slow(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    waited = max(one.delay_ms for one in episode.signals)
    if waited < SLOW_ISSUE_MS:
        return None
    return IssueKind.SLOW, Harm.MEDIUM if waited >= VERY_SLOW_MS else Harm.LOW, "slow"


def _dead(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    return IssueKind.CONFUSION, Harm.LOW, "no_response"


def _wander(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    return IssueKind.CONFUSION, Harm.MEDIUM if gave_up else Harm.LOW, "wander"


def _quick_back(episode: Episode, main: bool, overcame: bool, gave_up: bool) -> Found:
    return IssueKind.CONFUSION, Harm.LOW, "quick_back"


_RULES = {
    SignalKind.BLANK: _blank,
    SignalKind.MISMATCH: _mismatch,
    SignalKind.LOST_INPUT: _lost,
    SignalKind.SPINNER: _spinner,
    SignalKind.ERROR_SHOWN: _error,
    SignalKind.FAILURE_EVENT: _failure_event,
    SignalKind.SILENT: _silent,
    SignalKind.VALIDATION: _validation,
    SignalKind.NO_RESULTS: _no_results,
    SignalKind.SLOW: _slow,
    SignalKind.DEAD: _dead,
    SignalKind.WANDER: _wander,
    SignalKind.QUICK_BACK: _quick_back,
    **dict.fromkeys(NO_RESPONSE, _no_response),
}
