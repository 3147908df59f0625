"""The session in stretches: where the user was, and what they did there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.sessions.draft import DraftKeyAction, DraftSegment
from graph.sessions.summary import Outcome
from graph.traces.render import row_words
from graph.traces.trace import Page, Row, RowKind, Trace
from graph.traces.wording import sounds_like_success

MAX_SEGMENTS = 12
MAX_KEY_ACTIONS = 8
IDLE_BREAK_MS = 60_000
_TELLING = frozenset({RowKind.CLICK, RowKind.INPUT, RowKind.DOUBLE_CLICK, RowKind.STEP})


@dataclass(slots=True)
class _Stretch:
    page: Page
    rows: list[Row] = field(default_factory=list[Row])

    @property
    def acted(self) -> int:
        return sum(row.kind in _TELLING for row in self.rows)


def segments_of(
    trace: Trace, failed: frozenset[int], hurt: frozenset[int]
) -> tuple[DraftSegment, ...]:
    """Segments in order; ``failed`` and ``hurt`` are rows of unresolved and of overcome issues."""
    stretches = _joined(_stretches(trace))
    return tuple(_segment(one, failed, hurt) for one in stretches if one.rows)


def _stretches(trace: Trace) -> list[_Stretch]:
    pages = {page.alias: page for page in trace.pages}
    found: list[_Stretch] = []
    last_ms = 0
    for row in trace.rows:
        page = pages.get(row.page)
        if page is None:
            continue
        apart = row.ms - last_ms > IDLE_BREAK_MS
        if not found or found[-1].page.template != page.template or apart:
            found.append(_Stretch(page))
        found[-1].rows.append(row)
        last_ms = row.ms
    return found


def _joined(stretches: list[_Stretch]) -> list[_Stretch]:
    """Stretches in which nothing was done join their neighbour; then the shortest do."""
    found: list[_Stretch] = []
    for one in stretches:
        if found and not one.acted:
            found[-1].rows.extend(one.rows)
        elif found and not found[-1].acted:
            one.rows = [*found.pop().rows, *one.rows]
            found.append(one)
        else:
            found.append(one)
    while len(found) > MAX_SEGMENTS:
        shortest = min(range(1, len(found)), key=lambda place: (found[place].acted, place))
        found[shortest - 1].rows.extend(found.pop(shortest).rows)
    return found


def _segment(stretch: _Stretch, failed: frozenset[int], hurt: frozenset[int]) -> DraftSegment:
    ordinals = {row.ordinal for row in stretch.rows}
    return DraftSegment(
        title=_title(stretch),
        first_event_id=stretch.rows[0].event_id,
        last_event_id=stretch.rows[-1].event_id,
        key_actions=_key_actions(stretch),
        outcome=_outcome(stretch, bool(ordinals & failed), bool(ordinals & hurt)),
    )


def _title(stretch: _Stretch) -> str:
    kinds = {row.kind for row in stretch.rows}
    if RowKind.INPUT in kinds:
        verb = "Filled in"
    elif RowKind.CLICK in kinds:
        verb = "Worked on"
    else:
        verb = "Looked at"
    return f"{verb} {stretch.page.template}"


def _key_actions(stretch: _Stretch) -> tuple[DraftKeyAction, ...]:
    telling = [row for row in stretch.rows if row.kind in _TELLING]
    ranked = sorted(telling, key=lambda row: (not row.signals, not _changed(row), row.ordinal))
    chosen = sorted(ranked[:MAX_KEY_ACTIONS], key=lambda row: row.ordinal)
    return tuple(DraftKeyAction(event_id=row.event_id, words=row_words(row)) for row in chosen)


def _changed(row: Row) -> bool:
    return row.effect is not None and row.effect.first_ms is not None


def _outcome(stretch: _Stretch, failed: bool, hurt: bool) -> Outcome:
    if failed:
        return Outcome.FAILURE
    if hurt:
        return Outcome.DETOUR
    said = any(
        row.effect is not None and sounds_like_success(row.effect.words) for row in stretch.rows
    )
    if said:
        return Outcome.SUCCESS
    return Outcome.UNCLEAR if stretch.acted else Outcome.NO_ACTIVITY
