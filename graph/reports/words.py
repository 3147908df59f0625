"""Numbers and times as a reader sees them; the same in every view of a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from graph.reports.report import LiftFigures, PeriodFigures, RefutedFinding, ReportPattern, Usage


def clock(ms: int) -> str:
    """A moment in a session: ``1:05``, and ``1:02:05`` from an hour on."""
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def duration(ms: int) -> str:
    """A length of time in its two largest units: ``1 h 12 min``, ``3 min 5 s``, ``0.4 s``."""
    seconds = max(0, ms) / 1000
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def percent(share: float) -> str:
    return f"{share:.0%}"


def count(number: int, noun: str) -> str:
    """A number and its noun: ``1 session``, ``1,204 sessions``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def reach(pattern: ReportPattern) -> str:
    """How many of those who could meet a pattern did."""
    if pattern.affected == 1:
        return f"seen once; {count(pattern.eligible, 'session')} could meet it"
    low, high = pattern.interval
    return (
        f"{pattern.affected} of {pattern.eligible} sessions that could meet it "
        f"({percent(pattern.affected / pattern.eligible)}; 95% interval {percent(low)} to "
        f"{percent(high)})"
    )


def lift(figures: LiftFigures | None) -> str:
    """How much more often sessions with a pattern fail, or why that cannot be said."""
    if figures is None:
        return (
            "No comparison: no session could meet it and did not, or none is known to have failed."
        )
    with_it = f"{figures.failed_with} of {figures.with_total} with it failed"
    without_it = f"{figures.failed_without} of {figures.without_total} without it"
    interval = f"95% interval {figures.low:.1f} to {figures.high:.1f}"
    surely = "" if figures.low > 1 or figures.high < 1 else "; this can be chance"
    return f"{with_it}, {without_it}: {figures.ratio:.1f} times as often ({interval}{surely})."


def dates(first_ms: int, last_ms: int) -> str:
    """A stretch of time in UTC: days where it spans some, else minutes of one day."""
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (first_ms, last_ms))
    if first.date() == last.date():
        return f"{first:%Y-%m-%d} from {first:%H:%M} to {last:%H:%M} UTC"
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def period(figures: PeriodFigures) -> str:
    """When a pattern happened, with the shares inside and outside."""
    inside = percent(figures.affected / figures.eligible)
    return (
        f"{dates(figures.first_ms, figures.last_ms)}: {figures.affected} of the "
        f"{count(figures.eligible, 'session')} of that time that could meet it ({inside}); before and after "
        f"{figures.affected_outside} of {figures.eligible_outside:,} "
        f"({percent(figures.affected_outside / figures.eligible_outside)})"
    )


def cost(usage: Usage) -> str:
    """What the models cost, or that none was asked."""
    if not usage.model_calls:
        return "No model was asked: $0."
    tokens = f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out"
    return f"{count(usage.model_calls, 'model call')}, {tokens}: ${usage.cost_usd:.2f}."


def elapsed(usage: Usage) -> list[tuple[str, str]]:
    """The clocks of the run that were stopped."""
    clocks = (
        ("First finding", usage.first_finding_ms),
        ("Usable", usage.usable_ms),
        ("Final", usage.final_ms),
    )
    return [(name, duration(ms)) for name, ms in clocks if ms is not None]


def grouped_refuted(
    refuted: Sequence[RefutedFinding],
) -> list[tuple[RefutedFinding, list[RefutedFinding]]]:
    """Refuted findings with the same title and reason together, the commonest first."""
    groups: dict[tuple[str, str], list[RefutedFinding]] = {}
    for finding in refuted:
        groups.setdefault((finding.title, finding.reason), []).append(finding)
    in_order = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(found[0], found) for _, found in in_order]
