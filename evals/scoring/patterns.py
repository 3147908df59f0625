"""Figures of the patterns: found, repeated, merged, their evidence, their counts, their harm."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evals.scoring.event_times import EventTimes
from evals.scoring.joined import Joined
from evals.scoring.matching import (
    PatternStatus,
    PlacedEvidence,
    PlacedPattern,
    match_patterns,
    sessions_of_faults,
)
from evals.scoring.metrics import PREVALENCE, prevalence_class
from evals.scoring.scores import Figure, PatternResult, figure, places, ratio, share
from evals.scoring.statistics import (
    Clustered,
    b_cubed_f1,
    b_cubed_parts,
    bootstrap,
    weighted_kappa,
)
from evals.scoring.truth import WITHIN_MS, Truth, TruthSession
from graph.reports.report import ReportPattern
from graph.sessions.summary import HARM_ORDER, Harm


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternView:
    """The patterns of a report beside the faults that were met."""

    truth: Truth
    joined: Joined
    placed: tuple[PlacedPattern, ...]
    """Without the unlabelled ones."""
    met: Mapping[str, frozenset[str]]
    """Files of the sessions that met each fault."""
    times: EventTimes
    seed: int
    found: Mapping[str, PlacedPattern] = field(default_factory=dict[str, PlacedPattern])
    """The pattern each found fault was found as."""

    @property
    def sessions(self) -> tuple[TruthSession, ...]:
        return self.joined.sessions

    def repeats(self, fault: str) -> list[PlacedPattern]:
        """Further patterns that show a fault another pattern already is."""
        return [
            row
            for row in self.placed
            if row.status is PatternStatus.DUPLICATE and row.fault == fault
        ]


def pattern_view(
    truth: Truth,
    joined: Joined,
    patterns: Sequence[ReportPattern],
    times: EventTimes,
    seed: int,
) -> PatternView:
    """The patterns, each with what it turned out to be."""
    placed = tuple(
        row
        for row in match_patterns(patterns, joined)
        if row.status is not PatternStatus.UNLABELLED
    )
    found = {
        row.fault: row
        for row in placed
        if row.status is PatternStatus.FOUND and row.fault is not None
    }
    return PatternView(
        truth=truth,
        joined=joined,
        placed=placed,
        met=sessions_of_faults(joined.sessions),
        times=times,
        seed=seed,
        found=found,
    )


def pattern_figures(view: PatternView) -> dict[str, Figure]:
    """Every figure that patterns decide."""
    total = len(view.placed)
    duplicates = sum(row.status is PatternStatus.DUPLICATE for row in view.placed)
    return {
        "pattern_precision": share(len(view.found), total),
        **_recall(view),
        "duplicates": share(duplicates, total),
        "over_merges": share(sum(row.over_merged for row in view.placed), total),
        "b_cubed_f1": _b_cubed(view),
        "look_alikes_apart": _look_alikes(view),
        "one_cause_together": _one_cause(view),
        **_event_assignment(view),
        **_counts(view),
        **_agreement(view),
    }


def _recall(view: PatternView) -> dict[str, Figure]:
    """Found of all that were met, and of each class of prevalence."""
    of = len(view.truth.batch("main"))
    classes = {fault: prevalence_class(len(files), of) for fault, files in view.met.items()}
    common = {PREVALENCE[2][0], PREVALENCE[3][0]}

    def among(faults: Sequence[str]) -> Figure:
        return share(sum(fault in view.found for fault in faults), len(faults))

    return {
        "pattern_recall": among(list(view.met)),
        **{
            metric: among([fault for fault, name in classes.items() if name == metric])
            for metric, _, _ in PREVALENCE
        },
        "pattern_recall_5_plus": among(
            [fault for fault, name in classes.items() if name in common]
        ),
    }


def _b_cubed(view: PatternView) -> Figure:
    """Are pieces of evidence together exactly where their faults are the same?

    Evidence on no fault is left out: event assignment counts it, once is enough.
    """
    items = [
        Clustered(session=item.session.file, put=row.pattern.id, belongs=item.root)
        for row in view.placed
        for item in row.evidence
        if item.root is not None
    ]
    parts = b_cubed_parts(items)
    return figure(b_cubed_f1(parts), bootstrap(parts, b_cubed_f1, view.seed), total=len(items))


def _look_alikes(view: PatternView) -> Figure:
    """Of the groups that some pattern touches, those of which no pattern covers two."""
    apart: list[bool] = []
    for group in view.truth.groups.look_alikes:
        covered = [len(set(group) & set(row.covers)) for row in view.placed]
        if any(covered):
            apart.append(max(covered) == 1)
    return share(sum(apart), len(apart))


def _one_cause(view: PatternView) -> Figure:
    """Of the found faults that show on several pages, those that one pattern shows on several."""
    together: list[bool] = []
    for fault in view.truth.groups.one_cause_two_pages:
        pages = {page for session in view.joined.sessions for page in _pages(session, fault)}
        if fault in view.found and len(pages) > 1:
            shown = {
                _page_of(item, fault) for item in view.found[fault].evidence if item.root == fault
            }
            together.append(len(shown) > 1 and not view.repeats(fault))
    return share(sum(together), len(together))


def _pages(session: TruthSession, fault: str) -> set[str]:
    return {occurrence.page for occurrence in session.occurrences.get(fault, ())}


def _page_of(item: PlacedEvidence, fault: str) -> str:
    occurrences = item.session.occurrences[fault]
    return min(occurrences, key=lambda occurrence: occurrence.distance_ms(item.evidence.ms)).page


def _event_assignment(view: PatternView) -> dict[str, Figure]:
    """Evidence against occurrences: of what was found, and of everything."""
    mapped = [row for row in view.placed if row.fault is not None]
    found, met = frozenset(view.found), frozenset(view.met)
    own = moments_of(mapped, lambda item: [item.evidence.ms])
    cited = moments_of(
        mapped,
        lambda item: view.times.of(item.evidence.session_id, item.evidence.event_ids),
    )
    return {
        "event_precision": _precision(mapped, view.seed),
        "event_recall": _recall_of_occurrences(view, found, own, every=True),
        "event_recall_cited": _recall_of_occurrences(view, found, cited, every=True),
        "event_recall_sessions": _recall_of_occurrences(view, found, own, every=False),
        "event_precision_all": _precision(view.placed, view.seed),
        "event_recall_all": _recall_of_occurrences(view, met, own, every=True),
    }


def _precision(rows: Sequence[PlacedPattern], seed: int) -> Figure:
    """Of the evidence, the share that lies on the fault its pattern is."""
    sums: dict[str, tuple[float, float]] = {}
    for row in rows:
        for item in row.evidence:
            right, total = sums.get(item.session.file, (0.0, 0.0))
            sums[item.session.file] = (right + (row.fault in item.faults), total + 1)
    return ratio([part for _, part in sorted(sums.items())], seed)


Moments = Mapping[tuple[str, str], list[int]]
"""Times of evidence by session file and fault."""


def moments_of(
    rows: Sequence[PlacedPattern], times: Callable[[PlacedEvidence], list[int]]
) -> Moments:
    moments: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        for item in row.evidence:
            moments[item.session.file, row.fault or ""] += times(item)
    return moments


def _recall_of_occurrences(
    view: PatternView, faults: frozenset[str], moments: Moments, *, every: bool
) -> Figure:
    """Of the faults' occurrences, or of the sessions that met them, those with evidence near."""
    parts: list[tuple[float, float]] = []
    for session in view.joined.sessions:
        hits = total = 0
        for fault in faults & session.occurrences.keys():
            near = moments.get((session.file, fault), [])
            seen = [
                any(occurrence.distance_ms(ms) <= WITHIN_MS for ms in near)
                for occurrence in session.occurrences[fault]
            ]
            hits += sum(seen) if every else any(seen)
            total += len(seen) if every else 1
        parts.append((hits, total))
    return ratio([part for part in parts if part[1]], view.seed)


def reported_sessions(pattern: ReportPattern, joined: Joined) -> frozenset[str]:
    """Files of the labelled sessions that a pattern counts."""
    return frozenset(joined.by_id[name].file for name in pattern.sessions if name in joined.by_id)


def _counts(view: PatternView) -> dict[str, Figure]:
    """How far the reported number of sessions is from the true one, over what was found."""
    errors = [
        (len(reported_sessions(row.pattern, view.joined)) - len(view.met[fault]))
        / len(view.met[fault])
        for fault, row in view.found.items()
    ]

    def mean(values: Sequence[float]) -> float | None:
        return sum(values) / len(values) if values else None

    sizes = [abs(error) for error in errors]
    return {
        "count_error": figure(mean(sizes), bootstrap(sizes, mean, view.seed), total=len(sizes)),
        "count_bias": figure(mean(errors), bootstrap(errors, mean, view.seed), total=len(errors)),
    }


def _agreement(view: PatternView) -> dict[str, Figure]:
    """Harm and kind of what was found, against what was planted."""
    pairs = [
        (_level(row.pattern.harm), _level(view.truth.fault(fault).severity))
        for fault, row in view.found.items()
        if row.pattern.harm in HARM_ORDER
    ]

    def kappa(drawn: Sequence[tuple[int, int]]) -> float | None:
        return weighted_kappa(drawn, len(HARM_ORDER))

    same_kind = [
        row.pattern.kind == view.truth.fault(fault).kind for fault, row in view.found.items()
    ]
    return {
        "harm_kappa": figure(kappa(pairs), bootstrap(pairs, kappa, view.seed), total=len(pairs)),
        "kind_agreement": share(sum(same_kind), len(same_kind)),
    }


def _level(harm: str) -> int:
    return HARM_ORDER.index(Harm(harm))


def pattern_results(view: PatternView) -> list[PatternResult]:
    """What became of each reported pattern, by id."""
    return [_pattern_result(row, view) for row in view.placed]


def _pattern_result(row: PlacedPattern, view: PatternView) -> PatternResult:
    astray = [item for item in row.evidence if not item.faults]
    decoys = Counter(
        name for item in astray for name in item.session.decoys_at(item.evidence.ms, WITHIN_MS)
    )
    return PatternResult(
        id=row.pattern.id,
        title=row.pattern.title,
        kind=row.pattern.kind,
        harm=row.pattern.harm,
        status=row.status,
        fault=row.fault,
        covers=list(row.covers),
        sessions=len(reported_sessions(row.pattern, view.joined)),
        evidence=len(row.evidence),
        on_fault=sum(item.root is not None for item in row.evidence)
        if row.fault is None
        else sum(row.fault in item.faults for item in row.evidence),
        decoys=dict(decoys.most_common()),
        examples=places([(item.session.file, item.evidence.ms) for item in astray]),
    )
