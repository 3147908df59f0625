"""A small truth, and the report a perfect analysis would make of it, to be broken on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from evals.scoring.scores import Scores
from evals.scoring.truth import Fault, Occurrence, Truth, TruthSession
from graph.ids import EventId, SessionId, event_id
from graph.reports.report import (
    ClaimAudit,
    Coverage,
    Evidence,
    EvidenceRow,
    Report,
    ReportPattern,
    ReportSession,
    SessionIssue,
    Usage,
)
from graph.traces.trace import Page, Row, RowKind, Trace

SPACING_MS = 40_000
"""Between planted occurrences: far more than any tolerance."""

FAULTS: tuple[Mapping[str, object], ...] = (
    {"id": "dead_pay", "title": "Pay does nothing", "kind": "blocking", "severity": "critical"},
    {"id": "lost_form", "title": "Form empties", "kind": "abandonment", "severity": "high"},
    {"id": "no_word", "title": "Saved in silence", "kind": "confusion", "severity": "medium"},
    {"id": "slow_list", "title": "List is slow", "kind": "slow", "severity": "low"},
    {"id": "wrong_sum", "title": "Wrong total", "kind": "non-blocking", "severity": "high"},
)


def occurrence(ms: int, page: str = "/", lasts_ms: int = 2_000) -> dict[str, object]:
    return {"ms": ms, "end_ms": ms + lasts_ms, "page": page}


def met(fault: str, *ms: int, page: str = "/", **more: object) -> dict[str, object]:
    """A session's row for a fault it met at these times."""
    return {"fault": fault, "occurrences": [occurrence(at, page) for at in ms], **more}


def session_row(
    name: str,
    *faults: Mapping[str, object],
    batch: str = "main",
    decoys: Sequence[Mapping[str, object]] = (),
) -> dict[str, object]:
    return {
        "file": f"recordings/{name}.json.gz",
        "session": name,
        "batch": batch,
        "faults": list(faults),
        "decoys": list(decoys),
    }


def truth_of(
    sessions: Sequence[Mapping[str, object]],
    faults: Sequence[Mapping[str, object]] = FAULTS,
    **more: object,
) -> Truth:
    return Truth.model_validate({"faults": list(faults), "sessions": list(sessions), **more})


def small_truth() -> Truth:
    """40 main sessions with faults of every class of prevalence, and 10 clean ones."""
    main: list[Mapping[str, object]] = []
    for number in range(40):
        faults: list[Mapping[str, object]] = []
        if number < 24:
            faults.append(met("slow_list", 10_000, 50_000))
        if 10 <= number < 18:
            faults.append(met("dead_pay", 100_000, overcame=False, abandoned=True))
        if 20 <= number < 23:
            faults.append(met("lost_form", 140_000, overcame=True))
        if number == 30:
            faults.append(met("wrong_sum", 180_000))
        if number in (31, 32):
            faults.append(met("no_word", 20_000, page="/a"))
        if number == 33:
            faults.append(met("no_word", 20_000, page="/b"))
        main.append(
            session_row(f"{number:03d}", *faults, decoys=[{"decoy": "d_retry", "ms": [220_000]}])
        )
    clean = [
        session_row(f"{number:03d}", batch="clean", decoys=[{"decoy": "d_error", "ms": [30_000]}])
        for number in range(40, 50)
    ]
    return truth_of(
        [*main, *clean],
        decoys={"d_retry": "A retry succeeds", "d_error": "An error that harms nobody"},
        groups={
            "look_alikes": [["dead_pay", "lost_form"]],
            "one_cause_two_pages": ["no_word"],
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One occurrence, as a perfect analysis tells it."""

    session: TruthSession
    fault: Fault
    occurrence: Occurrence
    ordinal: int

    @property
    def event_id(self) -> EventId:
        return event_id(self.session.session, self.ordinal)

    @property
    def claim(self) -> str:
        return f"{self.fault.title} at {self.occurrence.ms} ms"

    @property
    def overcame(self) -> bool:
        return all(row.overcame is not False for row in self.session.faults)

    def evidence(self) -> Evidence:
        return Evidence(
            session_id=self.session.session,
            file=self.session.file.removeprefix("recordings/"),
            event_ids=[self.event_id],
            ms=self.occurrence.ms,
            page=self.occurrence.page,
            claim=self.claim,
            harm=self.fault.severity,
            overcame=self.overcame,
            rows=[EvidenceRow(event_id=self.event_id, ms=self.occurrence.ms, words=self.claim)],
        )

    def issue(self) -> SessionIssue:
        return SessionIssue(
            kind=self.fault.kind,
            harm=self.fault.severity,
            ms=self.occurrence.ms,
            page=self.occurrence.page,
            event_ids=[self.event_id],
            claim=self.claim,
            overcame=self.overcame,
        )

    def row(self) -> Row:
        return Row(
            event_id=self.event_id,
            ordinal=self.ordinal,
            ms=self.occurrence.ms,
            kind=RowKind.CLICK,
            window="w1",
            page="u1",
            words=self.claim,
        )


def placed_in(truth: Truth, session: TruthSession) -> list[Placed]:
    pairs = [
        (truth.fault(fault), occurrence)
        for fault, occurrences in session.occurrences.items()
        for occurrence in occurrences
    ]
    return [
        Placed(session=session, fault=fault, occurrence=occurrence, ordinal=ordinal)
        for ordinal, (fault, occurrence) in enumerate(pairs)
    ]


def perfect_report(truth: Truth, batch: str = "main") -> Report:
    """Every fault one pattern, every occurrence its evidence, and nothing else."""
    sessions = [session for session in truth.sessions if session.batch == batch]
    placed = {session.file: placed_in(truth, session) for session in sessions}
    everything = [item for items in placed.values() for item in items]
    patterns = [
        pattern_of(fault.title, fault.kind, fault.severity, evidence)
        for fault in truth.faults
        if (evidence := [item.evidence() for item in everything if item.fault.id == fault.id])
    ]
    return report_of(
        patterns,
        [
            ReportSession(
                session_id=session.session,
                file=session.file.removeprefix("recordings/"),
                status="summarized",
                issues=[item.issue() for item in placed[session.file]],
            )
            for session in sessions
        ],
    )


def pattern_of(
    title: str, kind: str, harm: str, evidence: Sequence[Evidence], id: str = ""
) -> ReportPattern:
    sessions = list(dict.fromkeys(item.session_id for item in evidence))
    return ReportPattern(
        id=id or f"p-{title}",
        title=title,
        kind=kind,
        harm=harm,
        severity=harm,
        why="",
        criterion=title,
        pages=[],
        affected=len(sessions),
        eligible=len(sessions),
        interval=(0.0, 1.0),
        success_despite=0,
        lift=None,
        sessions=sessions,
        evidence=list(evidence),
    )


def report_of(patterns: Sequence[ReportPattern], sessions: Sequence[ReportSession]) -> Report:
    return Report(
        run_id="run_test",
        title="A report",
        focus="",
        answer="",
        source="test",
        created_at="2026-01-01T00:00:00Z",
        patterns=list(patterns),
        refuted=[],
        sessions=list(sessions),
        coverage=Coverage(
            requested=len(sessions),
            summarized=len(sessions),
            skipped=0,
            failed=0,
            duplicates=0,
            success_ratio=1.0,
            unreadable=[],
            recorded_ms=0,
            active_ms=0,
            blind_ms=0,
            blind_reasons=[],
            selection="all",
        ),
        claim_audit=ClaimAudit(claims=0, withheld=0, unknown_event_ids=0, items=[]),
        egress=[],
        usage=Usage(analysts=["rules"], first_finding_ms=100, usable_ms=200, final_ms=300),
    )


def traces_of(truth: Truth) -> dict[str, Trace]:
    """The traces that a perfect report cites."""
    return {
        session.session: Trace(
            session_id=SessionId(session.session),
            file=session.file,
            digest="",
            start_ms=0,
            duration_ms=300_000,
            active_ms=300_000,
            rows=tuple(item.row() for item in placed_in(truth, session)),
            pages=(Page(alias="u1", url="https://app.test/", template="/"),),
            windows=("w",),
            signals=(),
            blind=(),
        )
        for session in truth.sessions
    }


def with_patterns(report: Report, patterns: Sequence[ReportPattern]) -> Report:
    return report.model_copy(update={"patterns": list(patterns)})


def with_evidence(pattern: ReportPattern, evidence: Sequence[Evidence]) -> ReportPattern:
    """The pattern with other evidence, its counts following."""
    return pattern_of(pattern.title, pattern.kind, pattern.harm, evidence, id=pattern.id)


def with_issues(report: Report, issues: Mapping[str, Sequence[SessionIssue]]) -> Report:
    """The report with further issues, by session id."""
    sessions = [
        session.model_copy(
            update={"issues": [*session.issues, *issues.get(session.session_id, ())]}
        )
        for session in report.sessions
    ]
    return report.model_copy(update={"sessions": sessions})


def an_issue(
    ms: int, kind: str = "blocking", claim: str = "Something", id: str = ""
) -> SessionIssue:
    return SessionIssue(
        kind=kind, harm="low", ms=ms, page="/", event_ids=[id or f"e{ms}"], claim=claim
    )


def some_evidence(session_id: str, ms: int, claim: str = "Something") -> Evidence:
    return Evidence(
        session_id=session_id,
        file=f"{session_id}.json.gz",
        event_ids=[f"e{ms}"],
        ms=ms,
        page="/",
        claim=claim,
        harm="low",
        overcame=False,
    )


def values(scores: Scores) -> dict[str, float | None]:
    return {name: found.value for name, found in scores.figures.items()}


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """Any truth whose faults lie further apart than every tolerance."""
    faults = draw(st.lists(st.sampled_from(FAULTS), min_size=1, unique_by=lambda row: row["id"]))
    names = [str(fault["id"]) for fault in faults]
    count = draw(st.integers(1, 12))
    sessions: list[Mapping[str, object]] = []
    for number in range(count):
        faulty = draw(st.lists(st.sampled_from(names), unique=True))
        times = [draw(st.integers(1, 2)) for _ in faulty]
        rows = [
            met(fault, *_times(index, len(faulty), times[index]))
            for index, fault in enumerate(faulty)
        ]
        sessions.append(session_row(f"{number:03d}", *rows))
    clean = [
        session_row(f"{number:03d}", batch="clean")
        for number in range(count, count + draw(st.integers(0, 3)))
    ]
    return truth_of([*sessions, *clean], faults)


def _times(fault: int, faults: int, count: int) -> list[int]:
    """Times of one of a session's faults, so that no two occurrences come near each other."""
    return [(1 + fault + place * faults) * SPACING_MS for place in range(count)]
