"""What became of each planted fault: what one tunes by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from evals.scoring.flags import Flag, wording_of
from evals.scoring.metrics import prevalence_class
from evals.scoring.patterns import PatternView, moments_of, reported_sessions
from evals.scoring.scores import FaultResult, MissedPair, NoticedAs
from evals.scoring.truth import WITHIN_MS, Fault

Near = Mapping[tuple[str, str], Flag]
"""The flag that noticed each session-fault pair, by session file and fault."""

WORDINGS = 3


def fault_results(view: PatternView, near: Near) -> list[FaultResult]:
    """What became of each planted fault, most frequent first; those nobody met last."""
    rows = [_fault_result(fault, view, near) for fault in view.truth.faults]
    return sorted(rows, key=lambda row: (-row.sessions, row.id))


def _fault_result(fault: Fault, view: PatternView, near: Near) -> FaultResult:
    met = view.met.get(fault.id, frozenset())
    placed = view.found.get(fault.id)
    wordings = Counter(
        (wording_of(flag), flag.pattern)
        for file in sorted(met)
        if (flag := near.get((file, fault.id))) is not None
    )
    row = FaultResult(
        id=fault.id,
        title=fault.title,
        kind=fault.kind,
        severity=fault.severity,
        element=fault.element,
        prevalence=prevalence_class(len(met), len(view.truth.batch("main"))) if met else "",
        sessions=len(met),
        sessions_flagged=wordings.total(),
        occurrences=sum(len(session.occurrences.get(fault.id, ())) for session in view.sessions),
        occurrences_found=_occurrences_found(fault, view),
        duplicates=[repeat.pattern.title for repeat in view.repeats(fault.id)],
        noticed_as=[
            NoticedAs(claim=claim, pattern=pattern, sessions=count)
            for (claim, pattern), count in wordings.most_common(WORDINGS)
        ],
        missed=[
            MissedPair(file=session.file, ms=session.occurrences[fault.id][0].ms)
            for session in view.sessions
            if session.file in met and (session.file, fault.id) not in near
        ],
    )
    if placed is None:
        return row
    counted = reported_sessions(placed.pattern, view.joined)
    on_it = {item.session.file for item in placed.evidence if fault.id in item.faults}
    return row.model_copy(
        update={
            "pattern": placed.pattern.title,
            "reported_kind": placed.pattern.kind,
            "reported_harm": placed.pattern.harm,
            "reported_sessions": len(counted),
            "sessions_found": len(on_it),
            "extra_sessions": len(counted - met),
        }
    )


def _occurrences_found(fault: Fault, view: PatternView) -> int:
    mapped = [row for row in view.placed if row.fault == fault.id]
    moments = moments_of(mapped, lambda item: [item.evidence.ms])
    return sum(
        any(
            occurrence.distance_ms(ms) <= WITHIN_MS
            for ms in moments.get((session.file, fault.id), [])
        )
        for session in view.sessions
        for occurrence in session.occurrences.get(fault.id, ())
    )
