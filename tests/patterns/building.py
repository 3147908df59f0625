"""Builders of summaries and issues, in the form that the rules pass writes them."""

from __future__ import annotations

from collections.abc import Sequence

from graph.ids import EventId, SessionId, digest_of, event_id
from graph.sessions.summary import (
    Exposure,
    Harm,
    Issue,
    IssueKey,
    IssueKind,
    KeyAction,
    Outcome,
    RefutedClaim,
    Segment,
    SessionSummary,
    Verdict,
    WithheldClaim,
)


def issue(
    effect: str = "no_response",
    element: str = 'button "Pay now"',
    page: str = "/checkout",
    fingerprint: str = "",
    *,
    ms: int = 10_000,
    harm: Harm = Harm.HIGH,
    kind: IssueKind = IssueKind.BLOCKING,
    claim: str = "",
    overcame: bool = False,
    signals: Sequence[str] = (),
    verdict: Verdict | None = None,
    found_by: str = "rules",
    row: int = 0,
) -> Issue:
    """An issue whose key follows from the element's words, as ``Element.key`` does."""
    role, _, name = element.partition(" ")
    key = f"{role}:{name.strip(chr(34)).lower()}" if element else ""
    return Issue(
        kind=kind,
        harm=harm,
        claim=claim or f"{element or page}: {effect} {fingerprint}".strip(),
        event_ids=(EventId(f"g{row}x"),),
        ms=ms,
        end_ms=ms + 1_000,
        page=page,
        element=element,
        key=IssueKey(effect=effect, element=key, fingerprint=fingerprint, page=page),
        signals=tuple(signals),
        overcame=overcame,
        found_by=found_by,
        verdict=verdict,
        verdict_reason="the page shows a receipt" if verdict is Verdict.REFUTED else "",
        rank=0.5,
    )


def session(
    number: int,
    *issues: Issue,
    uses: Sequence[tuple[str, str]] = (),
    outcome: Outcome = Outcome.UNCLEAR,
    file: str = "",
    digest: str = "",
    withheld: Sequence[WithheldClaim] = (),
    refuted: Sequence[RefutedClaim] = (),
) -> SessionSummary:
    """A summary that was exposed to what its issues name, and to ``uses`` (page, element words)."""
    met = [(one.page, one.key.element) for one in issues]
    met += [(page, issue(element=words).key.element if words else "") for page, words in uses]
    session_id = SessionId(f"s{number:04}")
    actions = tuple(
        KeyAction(event_id=event_id(session_id, place), ms=place * 2_500, words=f"step {place}")
        for place in range(8)
    )
    return SessionSummary(
        session_id=session_id,
        file=file or f"recordings/{number:04}.json.gz",
        digest=digest or digest_of(str(number)),
        start_ms=1_700_000_000_000 + number,
        duration_ms=60_000,
        active_ms=40_000,
        outcome=outcome,
        headline="Tried to book a trip",
        segments=(
            Segment(
                title="Booking",
                start_ms=0,
                end_ms=60_000,
                event_ids=(actions[0].event_id,),
                key_actions=actions,
                outcome=outcome,
            ),
        ),
        issues=tuple(issues),
        withheld=tuple(withheld),
        refuted=tuple(refuted),
        claims=len(issues) + len(withheld) + len(refuted),
        unknown_event_ids=0,
        exposures=tuple(Exposure(page=page, element=element) for page, element in met),
        blind_ms=0,
        blind_reasons=(),
        notes=(),
        rows=20,
        clicks=8,
        pages=tuple(dict.fromkeys(page for page, _ in met)),
    )
