"""Patterns while sessions are still landing: what the patterns node does beside the summarize nodes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.deps import Deps
from graph.errors import TooManyFailures
from graph.patterns.merge import find_patterns
from graph.patterns.pattern import Pattern
from graph.runs.landings import SessionRecord
from graph.runs.run import Tolerance
from graph.session_step import summary_of
from graph.sessions.summary import SessionSummary
from graph.stream.events import PatternFirmed, PatternProvisional, ProgressUpdated
from graph.stream.journal import PROGRESS_SECONDS

SHARE_OF_TIME = 3.0
"""Provisional patterns wait this many times as long as the last ones took: summaries go first."""

CAUSES_SHOWN = 3


@dataclass(slots=True)
class Landed:
    """The sessions of the run that have landed, and the summaries taken from the store so far."""

    sessions: int
    """How many will land."""
    repeated: int
    """Files left out before, because another file has their session's id."""
    held_out: int = 0
    """How many of them are counted nowhere."""
    records: list[SessionRecord] = field(default_factory=list[SessionRecord])
    summaries: dict[int, SessionSummary] = field(default_factory=dict[int, SessionSummary])

    def set_aside(self, deps: Deps, files: Sequence[str]) -> None:
        """Count the sessions that the run holds out."""
        self.held_out = sum(deps.run.request.holds_out(file) for file in files)

    async def take(self, deps: Deps) -> bool:
        """Take what has landed since the last time; False where nothing has."""
        request = deps.run.request
        records = [one for one in deps.landings.records if not request.holds_out(one["file"])]
        if len(records) == len(self.records):
            return False
        for record in records:
            if record["status"] == "summarized" and record["index"] not in self.summaries:
                self.summaries[record["index"]] = await summary_of(deps, record)
        self.records = records
        return True

    def progress(self, patterns: int) -> ProgressUpdated:
        count = Counter(record["status"] for record in self.records)
        return ProgressUpdated(
            node="patterns",
            requested=self.sessions - self.held_out + self.repeated,
            summarized=count["summarized"],
            skipped=count["skipped"] + self.repeated,
            failed=count["failed"],
            patterns=patterns,
        )


async def follow_patterns(deps: Deps, landed: Landed) -> tuple[Pattern, ...]:
    """The patterns of all sessions: provisional while these land, firm at the end.

    Raises:
        TooManyFailures: fewer sessions were summarized than the run tolerates.
    """
    pause = PROGRESS_SECONDS
    while not await deps.landings.all_of(landed.sessions, seconds=pause):
        began = time.monotonic()
        if await landed.take(deps):
            patterns = await deps.in_thread(find_patterns, list(landed.summaries.values()))
            await _tell_provisional(deps, landed, patterns)
        pause = max(PROGRESS_SECONDS, SHARE_OF_TIME * (time.monotonic() - began))
    await landed.take(deps)
    check_tolerance(
        landed.records, Tolerance(min_success_ratio=deps.run.request.limits.min_success_ratio)
    )
    patterns = await deps.in_thread(find_patterns, list(landed.summaries.values()))
    await _tell_firm(deps, landed, patterns)
    return patterns


def check_tolerance(records: Sequence[SessionRecord], tolerance: Tolerance) -> None:
    """Stop a run of which too little is left to speak of; skipped sessions do not count.

    Raises:
        TooManyFailures: says how many failed, and the most frequent causes.
    """
    failed = [record for record in records if record["status"] == "failed"]
    succeeded = sum(record["status"] == "summarized" for record in records)
    if not tolerance.holds(succeeded, len(failed)):
        raise TooManyFailures(succeeded, len(failed), tolerance.min_success_ratio, _causes(failed))


def _causes(failed: Sequence[SessionRecord]) -> str:
    counted = Counter(record["reason"] for record in failed).most_common()
    shown = [f"{reason} ({count} times)" for reason, count in counted[:CAUSES_SHOWN]]
    rest = len(counted) - len(shown)
    return "; ".join(shown) + (f"; and {rest} other causes" if rest else "")


async def _tell_provisional(deps: Deps, landed: Landed, patterns: Sequence[Pattern]) -> None:
    told = [
        PatternProvisional(
            pattern_id=pattern.id,
            title=pattern.title,
            kind=pattern.kind.value,
            severity=pattern.severity.value,
            affected=len(pattern.affected),
            eligible=len(pattern.eligible),
            seen=len(landed.summaries),
        )
        for pattern in patterns
    ]
    await deps.journal.tell(*told)
    await deps.journal.progress(landed.progress(len(patterns)))


async def _tell_firm(deps: Deps, landed: Landed, patterns: Sequence[Pattern]) -> None:
    told = [
        PatternFirmed(
            pattern_id=pattern.id,
            title=pattern.title,
            kind=pattern.kind.value,
            severity=pattern.severity.value,
            affected=len(pattern.affected),
            eligible=len(pattern.eligible),
        )
        for pattern in patterns
    ]
    await deps.journal.tell(*told)
    await deps.journal.progress(landed.progress(len(patterns)), last=True)
