"""Every figure of an evaluation: its name, which way is better, and where it must get to.

The targets are those of a run with rules only; each metric's definition stands in
``docs/evaluation.md`` under the same title.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a figure is printed."""

    SHARE = "share"
    NUMBER = "number"
    SIGNED = "signed share"
    COUNT = "count"
    MONEY = "dollars"
    DURATION = "milliseconds"


class Better(StrEnum):
    """Which way a figure should move."""

    HIGHER = "higher"
    LOWER = "lower"
    NEARER_ZERO = "nearer to zero"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What one figure is called and how it is to be read."""

    id: str
    title: str
    form: Form = Form.SHARE
    better: Better = Better.HIGHER
    target: float | None = None
    """To be reached without a model; None where no target is set."""

    def meets(self, value: float) -> bool | None:
        """True where the target is reached; None where there is none."""
        if self.target is None:
            return None
        return value >= self.target if self.better is Better.HIGHER else value <= self.target

    def gain(self, before: float, after: float) -> float:
        """How much better ``after`` is; 0 where neither way is better."""
        match self.better:
            case Better.HIGHER:
                return after - before
            case Better.LOWER:
                return before - after
            case Better.NEARER_ZERO:
                return abs(before) - abs(after)
            case Better.NEITHER:
                return 0.0


PREVALENCE: tuple[tuple[str, str, int], ...] = (
    ("pattern_recall_1", "1", 1),
    ("pattern_recall_2_4", "2-4", 2),
    ("pattern_recall_5_19", "5-19", 5),
    ("pattern_recall_20", "20+", 20),
)
"""Metric, name and lowest count of each class of prevalence, in sessions of 100."""

LOWER, NEARER_ZERO, NEITHER = Better.LOWER, Better.NEARER_ZERO, Better.NEITHER

METRICS: tuple[Metric, ...] = (
    Metric(id="pattern_precision", title="Pattern precision", target=0.85),
    Metric(id="pattern_recall", title="Pattern recall"),
    Metric(id="pattern_recall_1", title="— faults in 1 of 100 sessions"),
    Metric(id="pattern_recall_2_4", title="— in 2-4 of 100", target=0.60),
    Metric(id="pattern_recall_5_19", title="— in 5-19 of 100"),
    Metric(id="pattern_recall_20", title="— in 20+ of 100"),
    Metric(id="pattern_recall_5_plus", title="— in 5+ of 100", target=0.80),
    Metric(id="duplicates", title="Duplicates", better=LOWER, target=0.05),
    Metric(id="over_merges", title="Over-merges", better=LOWER, target=0.05),
    Metric(id="b_cubed_f1", title="B-cubed F1 of the evidence"),
    Metric(id="look_alikes_apart", title="Look-alikes kept apart"),
    Metric(id="one_cause_together", title="One cause on two pages kept together"),
    Metric(id="event_precision", title="Event assignment, precision", target=0.95),
    Metric(id="event_recall", title="Event assignment, recall", target=0.85),
    Metric(id="event_recall_cited", title="— recall, any cited event counts"),
    Metric(id="event_recall_sessions", title="— recall, one occurrence per session is enough"),
    Metric(id="event_precision_all", title="— precision, wrong patterns included"),
    Metric(id="event_recall_all", title="— recall, faults not found included"),
    Metric(id="count_error", title="Count error, size", better=LOWER),
    Metric(id="count_bias", title="Count error, sign", form=Form.SIGNED, better=NEARER_ZERO),
    Metric(id="harm_kappa", title="Harm agreement (kappa)", form=Form.NUMBER, target=0.75),
    Metric(id="kind_agreement", title="Kind agreement"),
    Metric(
        id="invented", title="Invented evidence, claims", form=Form.COUNT, better=LOWER, target=0
    ),
    Metric(id="invented_share", title="— of the claims that were checked", better=LOWER),
    Metric(
        id="wrong_patterns_before",
        title="Wrong patterns per 100 clean sessions, before validation",
        form=Form.NUMBER,
        better=LOWER,
    ),
    Metric(id="wrong_patterns_after", title="— after", form=Form.NUMBER, better=LOWER),
    Metric(
        id="wrong_blocking_before",
        title="Wrong blocking flags per 100 fault-free sessions, before validation",
        form=Form.NUMBER,
        better=LOWER,
        target=5,
    ),
    Metric(id="wrong_blocking_after", title="— after", form=Form.NUMBER, better=LOWER, target=1),
    Metric(
        id="lost_by_validation", title="True issues lost by validation", better=LOWER, target=0.02
    ),
    Metric(
        id="withheld_true", title="True claims withheld by the audit", better=LOWER, target=0.02
    ),
    Metric(id="pair_recall", title="Session-fault pairs flagged (within 8 s)"),
    Metric(id="flag_precision", title="Flags that lie on a planted fault"),
    Metric(
        id="flags_fault_free",
        title="Flags per 100 fault-free sessions",
        form=Form.NUMBER,
        better=LOWER,
    ),
    Metric(id="flagged_fault_free", title="Fault-free sessions with a flag", better=LOWER),
    Metric(id="decoys_flagged", title="Decoys flagged", better=LOWER),
    Metric(id="decoys_blocking", title="Decoys flagged as blocking", better=LOWER),
    Metric(id="overcame_agreement", title="Agreement on whether the user overcame it"),
    Metric(id="abandoned_seen", title="Abandoned tasks told as such"),
    Metric(id="stability_order", title="Stability over session order (Jaccard)"),
    Metric(id="cost_usd", title="Cost per 100 sessions", form=Form.MONEY, better=LOWER, target=0),
    Metric(id="model_calls", title="Model calls", form=Form.COUNT, better=NEITHER),
    Metric(id="tokens", title="Tokens", form=Form.COUNT, better=LOWER),
    Metric(id="first_finding_ms", title="First finding", form=Form.DURATION, better=LOWER),
    Metric(id="usable_ms", title="Report usable", form=Form.DURATION, better=LOWER),
    Metric(id="final_ms", title="Report final", form=Form.DURATION, better=LOWER),
)

METRIC = {metric.id: metric for metric in METRICS}

BY_SESSION = frozenset(
    {
        "wrong_blocking_before",
        "wrong_blocking_after",
        "pair_recall",
        "flag_precision",
        "flags_fault_free",
        "flagged_fault_free",
        "decoys_flagged",
        "decoys_blocking",
    }
)
"""Figures that come from session issues alone, so they hold when only those are changed."""


def prevalence_class(sessions: int, of: int) -> str:
    """The metric of the class a fault belongs to, by how many of 100 sessions met it.

    A batch of more than 100 sessions is scaled down to 100; a smaller one is not scaled up, because
    one session is one session's worth of evidence however few the others are.
    """
    per_hundred = sessions * 100 / max(of, 100)
    met = [metric for metric, _, lowest in PREVALENCE if round(per_hundred) >= lowest]
    return met[-1] if met else PREVALENCE[0][0]
