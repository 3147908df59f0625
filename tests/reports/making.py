"""A report of a small booking site: every part of it is filled, and every count follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from graph.ids import EventId, RunId, SessionId, ordinal_of
from graph.patterns.distinct import distinct
from graph.patterns.merge import find_patterns
from graph.reports.compose import LeftOut, RowsOf, compose
from graph.reports.report import EvidenceRow, Report, Usage
from graph.runs.run import RunRequest
from graph.sessions.summary import (
    Harm,
    IssueKey,
    IssueKind,
    Outcome,
    RefutedClaim,
    SessionSummary,
    Verdict,
    WithheldClaim,
)
from graph.sources.recording import UnreadableFile
from tests.patterns.building import issue, session

PAY = 'button "Pay now"'


def rows_of(session_id: SessionId, event_ids: Sequence[EventId]) -> list[EvidenceRow]:
    """A row for every id, at a time that follows from it."""
    return [
        EvidenceRow(
            event_id=one,
            ms=1_000 * (ordinal_of(session_id, one) or 9),
            words=f'clicked {PAY}; "Something went wrong." appeared',
        )
        for one in event_ids
    ]


def booking_site() -> list[SessionSummary]:
    """Fifteen sessions: a payment that fails, a slow search, a clean rest."""
    fails = issue(
        "error_shown",
        PAY,
        fingerprint="something went wrong. | POST /api/pay",
        claim=f'"Something went wrong." was shown 0.4 s after click on {PAY}',
        ms=21_400,
        row=8,
    )
    answered = issue(
        "failed_request",
        PAY,
        fingerprint="POST /api/pay 5xx",
        claim="POST /api/pay answered 502",
        ms=21_000,
        row=7,
    )
    slow = issue(
        "slow",
        'button "Find sailings"',
        "/",
        claim='button "Find sailings" answered after 8.7 s',
        harm=Harm.LOW,
        kind=IssueKind.SLOW,
        overcame=True,
        ms=5_000,
        row=3,
    )
    seen = issue("spinner", PAY, claim="the spinner did not end", verdict=Verdict.REFUTED, row=5)
    harmless = RefutedClaim(
        title="Request failed: POST /api/promotion 4xx",
        claim="POST /api/promotion answered 400.",
        kind=IssueKind.NON_BLOCKING,
        event_ids=(EventId("g4x"),),
        ms=12_000,
        page="/checkout",
        reason="did not block: 1.5 s later the user went on",
        key=IssueKey(
            effect="failed_request",
            element="",
            fingerprint="POST /api/promotion 4xx",
            page="/checkout",
        ),
    )
    invented = WithheldClaim(
        claim="The user was angry about the price.",
        kind="confusion",
        event_ids=("g2x",),
        reason="No row it cites shows friction.",
        found_by="some-model",
    )
    told = [session(n, fails, answered, outcome=Outcome.ABANDONED) for n in range(1, 5)]
    told += [session(5, seen, outcome=Outcome.SUCCESS)]
    told += [session(n, slow, outcome=Outcome.SUCCESS, refuted=[harmless]) for n in range(6, 9)]
    told += [session(9, outcome=Outcome.SUCCESS, withheld=[invented], uses=[("/checkout", PAY)])]
    told += [
        session(n, uses=[("/checkout", PAY), ("/", "")], outcome=Outcome.SUCCESS)
        for n in range(10, 16)
    ]
    return told


def report_of(
    summaries: Sequence[SessionSummary],
    focus: str = "",
    source: str = "booking-site",
    rows: RowsOf = rows_of,
) -> Report:
    """The report that a run over these sessions makes."""
    kept, duplicates = distinct(summaries)
    return compose(
        run_id=RunId("run_0123456789"),
        request=RunRequest(focus=focus),
        source_label=source,
        created_at="2026-03-01T09:30:00Z",
        summaries=kept,
        patterns=find_patterns(kept),
        duplicates=duplicates,
        skipped=[
            LeftOut(session_id=SessionId("idle"), file="idle.json", reason="no user activity")
        ],
        failed=[LeftOut(session_id=SessionId("cut"), file="cut.json", reason="no full snapshot")],
        unreadable=[UnreadableFile(file="notes.txt", reason="it is not a recording")],
        requested=len(summaries) + 2,
        selection="All sessions of the folder.",
        usage=Usage(analysts=["rules"], first_finding_ms=800, usable_ms=2_100, final_ms=2_100),
        rows_of=rows,
        links={},
    )
