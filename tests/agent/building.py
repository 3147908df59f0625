"""A small report, built by hand, in a real store: what the conversation's tests talk about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.engine import RunEngine
from graph.ids import EventId, RunId, SessionId, event_id
from graph.report_step import REPORT
from graph.reports.report import (
    ClaimAudit,
    Coverage,
    Evidence,
    EvidenceRow,
    LiftFigures,
    RefutedFinding,
    Report,
    ReportPattern,
    ReportSession,
    SessionIssue,
    SessionSegment,
    UnreadableEntry,
    Usage,
    Withheld,
)
from graph.runs.bodies import encode
from graph.runs.run import Run, RunRequest, RunStatus, SourceSpec
from graph.session_step import SUMMARY_PREFIX, TRACE_PREFIX
from graph.sessions.summary import Outcome, SessionSummary
from graph.traces.trace import Effect, Page, Row, RowKind, SignalKind, Trace

RUN = "run_00000000000000000001"
PAY, COUPON, SLOW = "p_aaaaaaaaaa", "p_bbbbbbbbbb", "p_cccccccccc"


def at(session: str, ordinal: int) -> str:
    return event_id(session, ordinal)


def evidence(session: str, ms: int, page: str, claim: str, *, overcame: bool = False) -> Evidence:
    ids = [at(session, 2), at(session, 3)]
    return Evidence(
        session_id=session,
        file=f"{session}.json",
        event_ids=ids,
        ms=ms,
        page=page,
        claim=claim,
        harm="high",
        overcame=overcame,
        rows=[EvidenceRow(event_id=ids[0], ms=ms, words='click button "Pay now"')],
    )


def pattern(identity: str, title: str, **fields: Any) -> ReportPattern:
    made: dict[str, Any] = {
        "id": identity,
        "title": title,
        "kind": "blocking",
        "harm": "high",
        "severity": "high",
        "why": "Harm is high; 2 of 4 sessions that could meet it (50%) met it; severity is high.",
        "criterion": f"Does the session show: {title}?",
        "pages": ["/checkout"],
        "affected": 2,
        "eligible": 4,
        "interval": (0.15, 0.85),
        "success_despite": 0,
        "lift": None,
        "sessions": [],
        "evidence": [],
    }
    return ReportPattern(**(made | fields))


def issue(session: str, kind: str, ms: int, page: str, claim: str, **fields: Any) -> SessionIssue:
    made: dict[str, Any] = {"harm": "high", "event_ids": [at(session, 2), at(session, 3)]}
    return SessionIssue(kind=kind, ms=ms, page=page, claim=claim, **(made | fields))


def session(identity: str, outcome: str, issues: Sequence[SessionIssue] = ()) -> ReportSession:
    return ReportSession(
        session_id=identity,
        file=f"{identity}.json",
        status="summarized",
        outcome=outcome,
        headline=f"Tried to buy something ({outcome}).",
        duration_ms=125_000,
        active_ms=60_000,
        issues=list(issues),
        segments=[
            SessionSegment(title="Filled the cart", start_ms=0, end_ms=60_000, outcome="success")
        ],
    )


def left_out(identity: str, reason: str) -> ReportSession:
    return ReportSession(
        session_id=identity, file=f"{identity}.json", status="skipped", reason=reason
    )


DEAD = 'Clicked "Pay now" 4 times in quick succession; nothing happened'
REJECTED = "The coupon was refused without a reason"


EVERYTHING = (
    "3 of 5 sessions ran into something that recurs: 3 patterns.\n"
    "1. \u201cPay now\u201d does nothing on /checkout (critical; 2 of 4 sessions)\n"
    "And 2 more below.\nNot counted: 1 session skipped (see Coverage)."
)


def build_report(run_id: str = RUN, focus: str = "", answer: str = EVERYTHING) -> Report:
    """Three patterns in five sessions; one session skipped, one file unreadable."""
    return Report(
        run_id=run_id,
        title="3 patterns in 5 sessions of shop",
        focus=focus,
        answer=answer,
        source="shop",
        created_at="2026-11-20T10:00:00+00:00",
        patterns=[
            pattern(
                PAY,
                "\u201cPay now\u201d does nothing on /checkout",
                severity="critical",
                sessions=["checkout-01", "checkout-02"],
                evidence=[
                    evidence("checkout-01", 83_000, "/checkout", DEAD),
                    evidence("checkout-02", 41_500, "/checkout", DEAD),
                ],
                lift=LiftFigures(
                    ratio=2.0,
                    low=1.1,
                    high=3.6,
                    failed_with=2,
                    with_total=2,
                    failed_without=1,
                    without_total=2,
                ),
            ),
            pattern(
                COUPON,
                "Coupon refused on /cart",
                kind="confusion",
                severity="medium",
                harm="medium",
                pages=["/cart"],
                affected=3,
                eligible=5,
                interval=(0.23, 0.88),
                success_despite=2,
                sessions=["cart-03", "checkout-01", "checkout-02"],
                evidence=[evidence("cart-03", 12_000, "/cart", REJECTED, overcame=True)],
            ),
            pattern(
                SLOW,
                "Search takes 4 s on /search",
                kind="slow",
                severity="low",
                harm="low",
                pages=["/search"],
                affected=1,
                eligible=5,
                interval=(0.04, 0.62),
                success_despite=1,
                sessions=["search-04"],
                evidence=[evidence("search-04", 5_000, "/search", "The results came after 4 s")],
            ),
        ],
        refuted=[
            RefutedFinding(
                title="Request failed: POST /api/log 5xx",
                kind="non-blocking",
                session_id="calm-05",
                event_ids=[at("calm-05", 4)],
                ms=85_500,
                page="/checkout",
                claim="POST /api/log answered 500",
                reason="did not block: 2.6 s later the user went on (field \u201cCard\u201d).",
            )
        ],
        sessions=[
            session(
                "checkout-01",
                "failure",
                [
                    issue("checkout-01", "blocking", 83_000, "/checkout", DEAD, pattern=PAY),
                    issue("checkout-01", "confusion", 30_000, "/cart", REJECTED, pattern=COUPON),
                ],
            ),
            session(
                "checkout-02",
                "abandoned",
                [
                    issue("checkout-02", "blocking", 41_500, "/checkout", DEAD, pattern=PAY),
                    issue("checkout-02", "confusion", 20_000, "/cart", REJECTED, pattern=COUPON),
                ],
            ),
            session(
                "cart-03",
                "success after friction",
                [
                    issue(
                        "cart-03",
                        "confusion",
                        12_000,
                        "/cart",
                        REJECTED,
                        pattern=COUPON,
                        overcame=True,
                    )
                ],
            ),
            session(
                "search-04",
                "success",
                [
                    issue(
                        "search-04",
                        "slow",
                        5_000,
                        "/search",
                        "The results came after 4 s",
                        pattern=SLOW,
                        harm="low",
                        overcame=True,
                    )
                ],
            ),
            session("calm-05", "success"),
            left_out("idle-06", "no user activity"),
        ],
        coverage=Coverage(
            requested=6,
            summarized=5,
            skipped=1,
            failed=0,
            duplicates=0,
            success_ratio=1.0,
            unreadable=[UnreadableEntry(file="notes.txt", reason="it is no recording")],
            recorded_ms=750_000,
            active_ms=300_000,
            blind_ms=9_000,
            blind_reasons=["a masked field"],
            selection="all 6 sessions of the source",
        ),
        claim_audit=ClaimAudit(
            claims=9,
            withheld=1,
            unknown_event_ids=0,
            items=[
                Withheld(
                    session_id="calm-05",
                    claim="The user could not find the cart",
                    kind="confusion",
                    event_ids=[],
                    reason="no signal in the rows it cites",
                    found_by="rules",
                )
            ],
        ),
        egress=[],
        usage=Usage(analysts=["rules"], final_ms=1_200),
    )


def build_trace(identity: str) -> Trace:
    """Six rows: a page, a field, two dead clicks, an error and a last click."""
    words = ["opened /checkout", "typed in field \u201cCard\u201d", *['click button "Pay now"'] * 2]
    words += ["POST /api/pay answered 500", 'click link "Back"']
    kinds = [
        RowKind.PAGE,
        RowKind.INPUT,
        RowKind.CLICK,
        RowKind.CLICK,
        RowKind.REQUEST,
        RowKind.CLICK,
    ]
    moments = [6_000, 60_000, 83_000, 84_000, 85_500, 110_000]
    rows = tuple(
        Row(
            event_id=EventId(at(identity, ordinal)),
            ordinal=ordinal,
            ms=moments[ordinal],
            kind=kinds[ordinal],
            window="w1",
            page="u1",
            words=words[ordinal],
            effect=Effect(words="", first_ms=None, local=False),
            signals=(SignalKind.RAGE,) if ordinal in (2, 3) else (),
        )
        for ordinal in range(len(words))
    )
    return Trace(
        session_id=SessionId(identity),
        file=f"{identity}.json",
        digest="d" * 32,
        start_ms=1_700_000_000_000,
        duration_ms=125_000,
        active_ms=60_000,
        rows=rows,
        pages=(Page(alias="u1", url="https://shop.test/checkout", template="/checkout"),),
        windows=("w1",),
        signals=(),
        blind=(),
    )


def build_summary(identity: str, pages: tuple[str, ...]) -> SessionSummary:
    return SessionSummary(
        session_id=SessionId(identity),
        file=f"{identity}.json",
        digest="d" * 32,
        start_ms=0,
        duration_ms=125_000,
        active_ms=60_000,
        outcome=Outcome.SUCCESS,
        headline="Bought something.",
        segments=(),
        issues=(),
        withheld=(),
        refuted=(),
        claims=1,
        unknown_event_ids=0,
        exposures=(),
        blind_ms=0,
        blind_reasons=(),
        notes=(),
        rows=6,
        clicks=3,
        pages=pages,
    )


async def store_report(engine: RunEngine, report: Report) -> str:
    """Put a finished run with this report, and what its tools read, into the engine's own store."""
    run_id = RunId(report.run_id)
    request = RunRequest(source=SourceSpec(demo=True), focus=report.focus)
    await engine.store.create_run(
        Run(run_id=run_id, status=RunStatus.RUNNING, request=request, created_at=report.created_at)
    )
    await engine.store.put(run_id, REPORT, report.to_json().encode())
    visited = {"calm-05": ("/", "/checkout"), "search-04": ("/search",), "cart-03": ("/cart",)}
    for one in report.sessions:
        if one.status == "summarized":
            name = one.session_id
            summary = build_summary(name, visited.get(name, ("/cart", "/checkout")))
            await engine.store.put(run_id, SUMMARY_PREFIX + name, encode(summary))
            await engine.store.put(run_id, TRACE_PREFIX + name, encode(build_trace(name)))
    await engine.store.set_status(run_id, RunStatus.DONE)
    return run_id
