"""Severity: the one place that knows the formula. Pure; ``docs/severity.md`` is its prose.

    severity = harm of the pattern
               + 1 step where it meets at least 80% of the sessions that could meet it (5 or more)
               - 1 step where more than half of its sessions succeed despite high or critical harm,
                        or pixels refute more than half of the moments they looked at

Success lowers only a harm that speaks of failure. Medium harm *means* that the task was finished by
a detour; lowering it for that would count the detour twice, and no medium issue could ever become
the high one that 80% of sessions make it.

The result stays between low and critical, and a report prints the formula filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from graph.patterns.out_of_reach import OutOfReach
from graph.patterns.pattern import Severity
from graph.sessions.summary import HARM_ORDER, Harm

WIDESPREAD = Fraction(4, 5)
"""The share of eligible sessions from which a medium issue is a high one; exact at the limit."""

MIN_ELIGIBLE = 5
"""Below it a share says nothing: one of one is 100%. The 95% interval of 5 of 5 starts at 57%."""

SPEAKS_OF_FAILURE = frozenset({Harm.HIGH, Harm.CRITICAL})
"""Harms that success despite them contradicts."""

MIN_STOPPED = 3
"""Below it, "everyone who meets it" is too few to be everyone."""

MAIN_TASK = Fraction(1, 2)
"""The share of sessions from which what they come to do is a main task of the application."""

MAIN_STEP = Fraction(1, 5)
"""The same where it is proved to be a step: most of those who are not stopped go on to another page."""

MIN_REPEATED = 3
"""Sessions that must have had to try again before a nuisance is something to be repeated."""

SEVERITY_ORDER = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What a pattern did to those who met it."""

    worst: tuple[Harm, ...]
    """The worst that each affected session shows."""
    stopped: int
    """Affected sessions that were blocked or gave up with high harm, and never got past it."""
    comes_there: int
    """Sessions that could meet it."""
    sessions: int
    """Sessions in which somebody did something."""
    out_of_reach: OutOfReach | None = None
    """Where its sessions do not get to and others do."""
    only_misleads: bool = False
    """True where the user may have caused it: a search for what is not there finds nothing, rightly."""
    repeated: int = 0
    """Affected sessions in which something did nothing and worked when it was tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the formula needs to know besides the harm; all of them counts of sessions or moments."""

    affected: int
    eligible: int
    success_despite: int
    looked_at: int = 0
    """Moments whose pixels were looked at."""
    refuted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """Harm, severity, and the reason for both."""

    harm: Harm
    severity: Severity
    why: str


def harm_rank(harm: Harm) -> int:
    """The place of a harm in their order; higher is worse."""
    return HARM_ORDER.index(harm)


def harm_of(toll: Toll) -> Harm:
    """The highest harm that holds in at least half of the sessions, and critical where all stop.

    The upper median of the worst that each session shows: one session in which everything came
    together does not make a nuisance critical, and impatient users who left early do not make a
    blocked task harmless. No single session can be critical, since "everyone who meets it" and "a
    main task" show only across sessions. Neither can it be seen in one session what the user did not
    get to for it: where most of the affected do not get to a page that most others get to, the
    pattern blocks, whatever each occurrence looked like.
    """
    ranks = sorted((harm_rank(harm) for harm in toll.worst), reverse=True)
    shown = HARM_ORDER[ranks[(len(ranks) + 1) // 2 - 1]]
    harm = max(shown, _least(toll), key=harm_rank)
    stops = harm is Harm.HIGH and (_stops_everyone(toll) or _keeps_everyone(toll))
    return Harm.CRITICAL if stops else harm


def severity_of(toll: Toll, reach: Reach) -> Calibrated:
    """The severity of a pattern, and the formula filled in."""
    harm = harm_of(toll)
    steps = int(_widespread(reach)) - int(_mostly_succeed(harm, reach) or _mostly_refuted(reach))
    place = min(max(harm_rank(harm) + steps, 0), len(SEVERITY_ORDER) - 1)
    severity = SEVERITY_ORDER[place]
    clauses = (
        _harm_words(harm, toll),
        _reach_words(reach),
        _despite_words(harm, reach),
        _pixel_words(reach),
        f"Severity {severity}.",
    )
    why = " ".join(clause for clause in clauses if clause)
    return Calibrated(harm=harm, severity=severity, why=why)


def _stops_everyone(toll: Toll) -> bool:
    everyone = toll.stopped == len(toll.worst) >= MIN_STOPPED
    return everyone and toll.comes_there >= MAIN_TASK * toll.sessions


def _keeps_everyone(toll: Toll) -> bool:
    kept = toll.out_of_reach is not None and toll.out_of_reach.nobody_reached
    enough = len(toll.worst) >= MIN_STOPPED and toll.comes_there >= MAIN_STEP * toll.sessions
    return kept and enough and not toll.only_misleads


def _least(toll: Toll) -> Harm:
    """The harm that sessions show together, whatever each one shows."""
    if toll.out_of_reach is not None:
        return Harm.MEDIUM if toll.only_misleads else Harm.HIGH
    again = toll.repeated >= MIN_REPEATED and 2 * toll.repeated >= len(toll.worst)
    return Harm.MEDIUM if again else Harm.LOW


def _harm_words(harm: Harm, toll: Toll) -> str:
    if toll.out_of_reach is not None:
        step = f"; {toll.comes_there} of {toll.sessions} sessions come to this point"
        return f"Harm {harm}: {toll.out_of_reach.words}{step if harm is Harm.CRITICAL else ''}."
    if harm is Harm.CRITICAL and _stops_everyone(toll):
        return (
            f"Harm {harm}: all {toll.stopped} sessions with it were stopped, and "
            f"{toll.comes_there} of {toll.sessions} sessions come to this point."
        )
    if harm is Harm.MEDIUM and harm is _least(toll):
        return f"Harm {harm}: in {toll.repeated} of its {len(toll.worst)} sessions it took another try."
    return f"Harm {harm}: at least half of its sessions show that or worse."


def _widespread(reach: Reach) -> bool:
    return reach.eligible >= MIN_ELIGIBLE and reach.affected >= WIDESPREAD * reach.eligible


def _mostly_succeed(harm: Harm, reach: Reach) -> bool:
    return harm in SPEAKS_OF_FAILURE and 2 * reach.success_despite > reach.affected


def _mostly_refuted(reach: Reach) -> bool:
    return 2 * reach.refuted > reach.looked_at


def _reach_words(reach: Reach) -> str:
    share = 100 * reach.affected / reach.eligible
    met = f"{reach.affected} of the {reach.eligible} sessions that could meet it did ({share:.3g}%)"
    limit = f"{float(WIDESPREAD):.0%}"
    if _widespread(reach):
        return f"{met}, at least {limit}: one step up."
    if reach.eligible < MIN_ELIGIBLE:
        return f"{met}; below {MIN_ELIGIBLE} sessions a share raises nothing."
    return f"{met}, below {limit}: not raised."


def _despite_words(harm: Harm, reach: Reach) -> str:
    counted = f"{reach.success_despite} of the {reach.affected} succeeded despite it"
    if harm not in SPEAKS_OF_FAILURE:
        return f"{counted}, as {harm} harm says already: not lowered."
    if not _mostly_succeed(harm, reach):
        return f"{counted}, not more than half: not lowered."
    already = " (counted once, with the pixels)" if _mostly_refuted(reach) else ""
    return f"{counted}, more than half: one step down{already}."


def _pixel_words(reach: Reach) -> str:
    if not reach.looked_at:
        return ""
    refuted = f"Pixels refute {reach.refuted} of the {reach.looked_at} moments looked at"
    if _mostly_refuted(reach):
        return f"{refuted}, more than half: one step down."
    return f"{refuted}, not more than half: not lowered."
