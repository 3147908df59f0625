"""Draft → checked summary. Code decides what of a draft stands; the same checks serve every analyst.

An event id that is not in the trace is dropped and counted; above 15% the draft is refused. A claim
of friction must cite a row that carries a signal, or quote a text that stands in the rows it cites;
otherwise it is withheld. Times, pages and elements are computed here, never taken from a draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import re2

from graph.errors import UnknownEventIds
from graph.ids import EventId, ordinal_of
from graph.sessions.draft import DraftIssue, DraftRefutation, DraftSegment, SessionDraft
from graph.sessions.summary import (
    Exposure,
    Issue,
    IssueKey,
    IssueKind,
    KeyAction,
    Outcome,
    RefutedClaim,
    Segment,
    SessionSummary,
    WithheldClaim,
)
from graph.traces.render import row_words
from graph.traces.trace import Row, RowKind, SignalKind, Trace

MAX_UNKNOWN_SHARE = 0.15
"""Share of invented event ids above which a draft is refused (the reference system's figure too)."""

_QUOTED = re2.compile(r"[\"“]([^\"”]{3,120})[\"”]")
_FRICTION = frozenset(SignalKind) - {SignalKind.IDLE, SignalKind.HESITATION}


def check_drafts(trace: Trace, drafts: Sequence[SessionDraft]) -> SessionSummary:
    """One summary from the drafts of all analysts, the last one's account in front.

    Raises:
        UnknownEventIds: a draft cites too many rows that do not exist.
        ValueError: there is no draft.
    """
    if not drafts:
        raise ValueError("A summary needs at least one draft.")
    unknown = sum(_check_ids(trace, draft) for draft in drafts)
    issues: list[Issue] = []
    withheld: list[WithheldClaim] = []
    refuted: list[RefutedClaim] = []
    claims = 0
    for draft in drafts:
        claims += len(draft.issues) + len(draft.refuted)
        for one in draft.issues:
            checked = _check_issue(trace, one, draft.found_by)
            if isinstance(checked, Issue):
                issues.append(checked)
            else:
                withheld.append(checked)
        refuted.extend(
            found for one in draft.refuted if (found := _check_refuted(trace, one)) is not None
        )
    told = drafts[-1]
    issues.sort(key=lambda one: (one.ms, one.key.effect, one.claim))
    return SessionSummary(
        session_id=trace.session_id,
        file=trace.file,
        digest=trace.digest,
        start_ms=trace.start_ms,
        duration_ms=trace.duration_ms,
        active_ms=trace.active_ms,
        outcome=_consistent_outcome(told.outcome, issues),
        headline=told.headline,
        segments=tuple(
            found for one in told.segments if (found := _segment(trace, one)) is not None
        ),
        issues=tuple(issues),
        withheld=tuple(withheld),
        refuted=tuple(refuted),
        claims=claims,
        unknown_event_ids=unknown,
        exposures=_exposures(trace),
        blind_ms=_blind_ms(trace),
        blind_reasons=tuple(dict.fromkeys(spot.reason for spot in trace.blind)),
        notes=trace.notes,
        rows=len(trace.rows),
        clicks=sum(row.kind is RowKind.CLICK for row in trace.rows),
        pages=tuple(dict.fromkeys(page.template for page in trace.pages)),
    )


# -- ids -----------------------------------------------------------------------------------------


def known_row(trace: Trace, candidate: str) -> Row | None:
    """The row an event id names in this trace, or None."""
    ordinal = ordinal_of(trace.session_id, candidate)
    return trace.rows[ordinal] if ordinal is not None and ordinal < len(trace.rows) else None


def _check_ids(trace: Trace, draft: SessionDraft) -> int:
    cited = list(_cited(draft))
    unknown = sum(known_row(trace, one) is None for one in cited)
    if cited and unknown / len(cited) > MAX_UNKNOWN_SHARE:
        raise UnknownEventIds(unknown, len(cited), MAX_UNKNOWN_SHARE)
    return unknown


def _cited(draft: SessionDraft) -> Iterable[str]:
    for issue in draft.issues:
        yield from issue.event_ids
    for refutation in draft.refuted:
        yield from refutation.event_ids
    for segment in draft.segments:
        yield segment.first_event_id
        yield segment.last_event_id
        yield from (action.event_id for action in segment.key_actions)


def _rows(trace: Trace, event_ids: Iterable[str]) -> list[Row]:
    found = (known_row(trace, one) for one in event_ids)
    return list(dict.fromkeys(row for row in found if row is not None))


# -- claims --------------------------------------------------------------------------------------


def _check_issue(trace: Trace, draft: DraftIssue, found_by: str) -> Issue | WithheldClaim:
    rows = _rows(trace, draft.event_ids)
    reason = _why_withheld(rows, draft)
    if reason:
        return WithheldClaim(
            claim=draft.claim,
            kind=draft.kind.value,
            event_ids=tuple(draft.event_ids),
            reason=reason,
            found_by=found_by,
        )
    first = rows[0]
    page = trace.page_of(first)
    template = page.template if page is not None else ""
    element = next((row.element for row in rows if row.element is not None), None)
    ends = [
        signal.end_ms for signal in trace.signals if signal.ordinal in {r.ordinal for r in rows}
    ]
    return Issue(
        kind=draft.kind,
        harm=draft.harm,
        claim=draft.claim,
        event_ids=tuple(row.event_id for row in rows),
        ms=min(row.ms for row in rows[:1]),
        end_ms=max([row.ms for row in rows] + ends),
        page=template,
        element=element.words if element is not None else "",
        key=draft.key or _key_of(rows, template),
        signals=draft.signals or tuple(sorted({kind for row in rows for kind in row.signals})),
        overcame=draft.overcame,
        found_by=found_by,
        rank=draft.rank,
    )


def _why_withheld(rows: list[Row], draft: DraftIssue) -> str:
    if not rows:
        return "none of the rows it cites exists"
    if any(kind in _FRICTION for row in rows for kind in row.signals):
        return ""
    texts = " ".join(row_words(row) for row in rows).lower()
    quotes = cast("list[str]", _QUOTED.findall(draft.claim))
    if quotes and all(quote.lower() in texts for quote in quotes):
        return ""
    return "no row it cites carries a signal of friction or the text it quotes"


def _key_of(rows: list[Row], page: str) -> IssueKey:
    """The key of an issue that came without one: from the rows it cites."""
    kinds = [kind for row in rows for kind in row.signals]
    element = next((row.element.key for row in rows if row.element is not None), "")
    return IssueKey(
        effect=kinds[0].value if kinds else "", element=element, fingerprint="", page=page
    )


def _check_refuted(trace: Trace, draft: DraftRefutation) -> RefutedClaim | None:
    rows = _rows(trace, draft.event_ids)
    if not rows:
        return None
    page = trace.page_of(rows[0])
    template = page.template if page is not None else ""
    return RefutedClaim(
        title=draft.title,
        claim=draft.claim,
        kind=draft.kind,
        event_ids=tuple(row.event_id for row in rows),
        ms=rows[0].ms,
        page=template,
        reason=draft.reason,
        key=draft.key or _key_of(rows, template),
    )


def _segment(trace: Trace, draft: DraftSegment) -> Segment | None:
    first, last = known_row(trace, draft.first_event_id), known_row(trace, draft.last_event_id)
    if first is None or last is None:
        return None
    if last.ordinal < first.ordinal:
        first, last = last, first
    actions = tuple(
        KeyAction(event_id=row.event_id, ms=row.ms, words=one.words)
        for one in draft.key_actions
        if (row := known_row(trace, one.event_id)) is not None
    )
    return Segment(
        title=draft.title,
        start_ms=first.ms,
        end_ms=last.ms,
        event_ids=tuple(EventId(row.event_id) for row in (first, last)),
        key_actions=actions,
        outcome=draft.outcome,
    )


def _consistent_outcome(outcome: Outcome, issues: list[Issue]) -> Outcome:
    """A session with an unresolved blocking issue is no plain success, whatever a draft says."""
    stuck = any(one.kind is IssueKind.BLOCKING and not one.overcame for one in issues)
    return Outcome.DETOUR if outcome is Outcome.SUCCESS and stuck else outcome


# -- figures -------------------------------------------------------------------------------------


def _exposures(trace: Trace) -> tuple[Exposure, ...]:
    templates = {page.alias: page.template for page in trace.pages}
    met: dict[tuple[str, str], tuple[int, int]] = {}
    for row in trace.rows:
        page = templates.get(row.page, "")
        places = [""] if row.element is None else ["", row.element.key]
        for element in places:
            first_ms, _ = met.get((page, element), (row.ms, row.ms))
            met[page, element] = first_ms, row.ms
    return tuple(
        Exposure(page=page, element=element, first_ms=first_ms, last_ms=last_ms)
        for (page, element), (first_ms, last_ms) in met.items()
    )


def _blind_ms(trace: Trace) -> int:
    """Time that could not be seen at all: overlapping spots count once."""
    total, until = 0, 0
    for spot in sorted(trace.blind, key=lambda one: one.start_ms):
        if not spot.reason.startswith("no full snapshot"):
            continue  # a part of the page, not the whole of it
        total += max(0, spot.end_ms - max(spot.start_ms, until))
        until = max(until, spot.end_ms)
    return total
