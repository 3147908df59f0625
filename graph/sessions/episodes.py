"""Signals that tell of one friction, put together. Pure.

One broken button makes several signals: a failed request, an error on the page, three clicks. They
share rows, or they are about one control within a short time; such signals are one episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.traces.trace import Row, Signal, SignalKind, Trace

SAME_EPISODE_MS = 25_000
"""Friction on one control within this time of the last is the same friction."""

NEXT_TRY_MS = 6_000
"""A try this long after the last is told as an occurrence of its own."""

CAUSE_MS = 4_000
"""A failed request or a console error this close to a friction belongs to it."""

LEAD_ORDER = (
    SignalKind.BLANK,
    SignalKind.MISMATCH,
    SignalKind.LOST_INPUT,
    SignalKind.SPINNER,
    SignalKind.ERROR_SHOWN,
    SignalKind.FAILURE_EVENT,
    SignalKind.BLOCKED_CLICK,
    SignalKind.ERROR_AFTER,
    SignalKind.RAGE,
    SignalKind.SLOW_RAGE,
    SignalKind.SILENT,
    SignalKind.UNRESPONSIVE,
    SignalKind.VALIDATION,
    SignalKind.NO_RESULTS,
    SignalKind.SLOW,
    SignalKind.DEAD,
    SignalKind.WANDER,
    SignalKind.QUICK_BACK,
)
"""Which signal names the episode: the one that says most about what the user could not do."""

LOUD = frozenset(
    {
        SignalKind.FAILED_REQUEST,
        SignalKind.RETRY_SUCCEEDED,
        SignalKind.EXCEPTION,
        SignalKind.CONSOLE_ERROR,
    }
)
"""Signals that nobody sees on the page: loud is not harmful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One friction of one session."""

    lead: Signal
    signals: tuple[Signal, ...]
    row: Row
    """Where it happened."""
    page: str
    """Page template."""
    element_key: str
    element_words: str

    @property
    def kinds(self) -> frozenset[SignalKind]:
        return frozenset(one.kind for one in self.signals)

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows that carry it, the moment itself first."""
        found = dict.fromkeys(self.lead.rows)
        for one in self.signals:
            found.update(dict.fromkeys(one.rows))
        return tuple(found)

    @property
    def end_ms(self) -> int:
        return max(one.end_ms for one in self.signals)

    @property
    def attempts(self) -> int:
        return max(one.attempts for one in self.signals)

    @property
    def tries(self) -> int:
        """How many separate times the user ran into it."""
        return sum(one.attempts for one in self.signals if one.kind is self.lead.kind)


def episodes_of(trace: Trace) -> tuple[Episode, ...]:
    """The frictions of a session in time order; loud signals alone make none."""
    leads = [one for one in trace.signals if one.kind in LEAD_ORDER]
    groups: list[list[Signal]] = []
    for signal in sorted(leads, key=lambda one: one.ordinal):
        group = next((one for one in reversed(groups) if _belongs(trace, signal, one)), None)
        if group is None:
            groups.append([signal])
        else:
            group.append(signal)
    loud = [one for one in trace.signals if one.kind in LOUD]
    return tuple(_episode(trace, group, loud) for group in groups)


def occurrences_of(trace: Trace, episode: Episode) -> tuple[Episode, ...]:
    """The separate times at which the user ran into it: what led, and each later try of its own."""
    signals = sorted(
        (one for one in episode.signals if one.kind in LEAD_ORDER), key=lambda one: one.ordinal
    )
    groups: list[list[Signal]] = []
    for signal in signals:
        here = trace.rows[signal.ordinal].ms
        apart = not groups or here - trace.rows[groups[-1][0].ordinal].ms >= NEXT_TRY_MS
        shares = bool(groups) and any(set(one.rows) & set(signal.rows) for one in groups[-1])
        if apart and not shares:
            groups.append([signal])
        else:
            groups[-1].append(signal)
    loud = [one for one in episode.signals if one.kind in LOUD]
    return tuple(_episode(trace, group, loud) for group in groups)


def loud_alone(trace: Trace, episodes: Sequence[Episode]) -> tuple[Signal, ...]:
    """Loud signals that belong to no friction."""
    taken = {id(one) for episode in episodes for one in episode.signals}
    return tuple(one for one in trace.signals if one.kind in LOUD and id(one) not in taken)


def _belongs(trace: Trace, signal: Signal, group: list[Signal]) -> bool:
    rows = {ordinal for one in group for ordinal in one.rows}
    if not rows.isdisjoint(signal.rows):
        return True
    here, there = trace.rows[signal.ordinal], trace.rows[group[0].ordinal]
    if here.element is None or there.element is None or here.element.key != there.element.key:
        return False
    if SignalKind.SLOW in (signal.kind, group[0].kind) and signal.kind is not group[0].kind:
        return here.ms - max(one.end_ms for one in group) <= 2_000
    return here.ms - max(one.end_ms for one in group) <= SAME_EPISODE_MS


def _episode(trace: Trace, group: list[Signal], loud: list[Signal]) -> Episode:
    lead = min(group, key=lambda one: (LEAD_ORDER.index(one.kind), -one.strength, one.ordinal))
    start = min(trace.rows[one.ordinal].ms for one in group)
    end = max(one.end_ms for one in group)
    rows = {ordinal for one in group for ordinal in one.rows}
    causes = [
        one
        for one in loud
        if not rows.isdisjoint(one.rows)
        or start - 500 <= trace.rows[one.ordinal].ms <= min(end, start + CAUSE_MS)
    ]
    row = trace.rows[lead.ordinal]
    told = next((trace.rows[one] for one in lead.rows if trace.rows[one].element), None)
    page = next((one.template for one in trace.pages if one.alias == row.page), "")
    return Episode(
        lead=lead,
        signals=(*group, *causes),
        row=row,
        page=page,
        element_key=told.element.key if told is not None and told.element is not None else "",
        element_words=told.element.words if told is not None and told.element is not None else "",
    )
