"""The scorer: a truth and a report in, every figure out. Pure; the same input, the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.scoring.audit import withheld_share, withheld_truths
from evals.scoring.event_times import EventTimes, Traces
from evals.scoring.evidence import EvidenceCheck, check_evidence
from evals.scoring.fault_results import fault_results
from evals.scoring.flags import (
    Flag,
    FlagView,
    decoy_results,
    false_flags,
    flag_figures,
    flags_of,
    near_pairs,
    seen_and_refuted,
)
from evals.scoring.joined import Joined, Unmatched, join
from evals.scoring.patterns import (
    pattern_figures,
    pattern_results,
    pattern_view,
)
from evals.scoring.scores import (
    Figure,
    Scores,
    UnscoredSession,
    figure,
    share,
)
from evals.scoring.truth import Truth
from graph.reports.report import Report


def score(
    truth: Truth,
    report: Report,
    *,
    clean: Report | None = None,
    traces: Traces | None = None,
    seed: int = 0,
) -> Scores:
    """Every figure of a corpus.

    Args:
        truth: what was planted.
        report: over the main batch; without ``clean`` it may cover the clean batch too.
        clean: over the clean batch alone: every pattern in it is wrong.
        traces: the trace of a session by its id; without it no evidence can be checked.
        seed: of the intervals' resampling.
    """
    parts = _parts(truth, report, clean)
    patterns = pattern_view(
        truth, parts[0].joined, report.patterns, EventTimes(report, traces), seed
    )
    view = _flag_view(truth, parts, seed)
    near = near_pairs(view.planted, view.surviving)
    checks = [check_evidence(part.report, traces) for part in parts] if traces else []
    withheld = [
        item for part in parts for item in withheld_truths(part.report, part.joined, near, traces)
    ]
    return Scores(
        figures={
            **pattern_figures(patterns),
            **flag_figures(view),
            **_clean_figures(parts[-1]),
            **_evidence_figures(checks),
            "withheld_true": withheld_share(len(withheld), len(near)),
            **_cost_figures([part.report for part in parts]),
        },
        main_sessions=len(view.planted),
        clean_sessions=len(truth.batch("clean")),
        fault_free_sessions=len(view.fault_free),
        analysts=sorted({name for part in parts for name in part.report.usage.analysts}),
        faults=fault_results(patterns, near),
        patterns=pattern_results(patterns),
        decoys=decoy_results(view, truth.decoys),
        false_flags=false_flags(view),
        invented=[claim for check in checks for claim in check.invented],
        unverifiable=sum(check.unverifiable for check in checks),
        withheld=withheld,
        missing=_unscored(item for part in parts for item in part.joined.missing),
        unlabelled=_unscored(item for part in parts for item in part.joined.unlabelled),
        shifted=_unscored(item for part in parts for item in part.joined.shifted),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One report beside the sessions of the truth it was made from."""

    report: Report
    joined: Joined
    flags: Sequence[Flag]

    @property
    def all_clean(self) -> bool:
        return all(session.batch == "clean" for session in self.joined.sessions)


def _parts(truth: Truth, report: Report, clean: Report | None) -> list[_Part]:
    main = join(truth.batch("main"), report)
    if clean is not None:
        return [_part(report, main), _part(clean, join(truth.batch("clean"), clean))]
    whole = join(truth.sessions, report)
    return [_part(report, whole if len(whole.by_id) > len(main.by_id) else main)]


def _flag_view(truth: Truth, parts: Sequence[_Part], seed: int) -> FlagView:
    return FlagView(
        sessions=tuple(session for part in parts for session in part.joined.analysed),
        planted=truth.batch("main"),
        flags=tuple(flag for part in parts for flag in part.flags),
        outcomes={
            file: found.outcome for part in parts for file, found in part.joined.reported.items()
        },
        seed=seed,
    )


def _part(report: Report, joined: Joined) -> _Part:
    return _Part(report=report, joined=joined, flags=flags_of(report, joined))


def _clean_figures(part: _Part) -> dict[str, Figure]:
    """Patterns reported where nothing was wrong; only a report over clean sessions alone tells."""
    if not part.all_clean:
        return {}
    patterns = [
        pattern
        for pattern in part.report.patterns
        if any(item.session_id in part.joined.by_id for item in pattern.evidence)
    ]
    refuted = [all(item.verdict == "refuted" for item in pattern.evidence) for pattern in patterns]
    removed = {item.title for item in seen_and_refuted(part.report)}
    removed -= {pattern.title for pattern in patterns}
    sessions = len(part.joined.analysed)
    return {
        "wrong_patterns_before": _per_hundred(len(patterns) + len(removed), sessions),
        "wrong_patterns_after": _per_hundred(len(patterns) - sum(refuted), sessions),
    }


def _per_hundred(count: float, sessions: int) -> Figure:
    return figure(100 * count / sessions if sessions else None, hits=count, total=sessions)


def _evidence_figures(checks: Sequence[EvidenceCheck]) -> dict[str, Figure]:
    claims = sum(check.claims for check in checks)
    invented = sum(len(check.invented) for check in checks)
    if not claims and not invented:
        return {}
    return {
        "invented": figure(float(invented), total=claims),
        "invented_share": share(min(invented, claims), claims),
    }


def _cost_figures(reports: Sequence[Report]) -> dict[str, Figure]:
    """Cost of everything, clocks of the first report: the one over the main batch."""
    sessions = sum(report.coverage.summarized for report in reports)
    usage = [report.usage for report in reports]
    clocks = {
        "first_finding_ms": usage[0].first_finding_ms,
        "usable_ms": usage[0].usable_ms,
        "final_ms": usage[0].final_ms,
    }
    return {
        "cost_usd": _per_hundred(sum(used.cost_usd for used in usage), sessions),
        "model_calls": figure(float(sum(used.model_calls for used in usage))),
        "tokens": figure(float(sum(used.input_tokens + used.output_tokens for used in usage))),
        **{name: figure(float(ms)) for name, ms in clocks.items() if ms is not None},
    }


def _unscored(items: Iterable[Unmatched]) -> list[UnscoredSession]:
    return [UnscoredSession(file=item.file, reason=item.reason) for item in items]
