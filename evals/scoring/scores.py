"""What an evaluation says of one corpus. Its JSON form is what ``--compare`` reads."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from evals.scoring.statistics import bootstrap, ratio_of_sums, wilson


class ScorePart(BaseModel):
    """Base of every part; unknown fields are ignored, so that older results can be compared."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Figure(ScorePart):
    """One number, what it is made of, and its 95% interval."""

    value: float | None
    """None where there was nothing to measure."""
    hits: float | None = None
    total: float | None = None
    """The denominator: the figure says nothing without it."""
    low: float | None = None
    high: float | None = None


def share(hits: float, total: float) -> Figure:
    """A share of independent things, with its Wilson interval."""
    if not total:
        return Figure(value=None, hits=hits, total=total)
    low, high = wilson(hits, total)
    return Figure(value=hits / total, hits=hits, total=total, low=low, high=high)


def ratio(parts: Sequence[tuple[float, float]], seed: int) -> Figure:
    """A share of things that come in sessions: hits and total of each; sessions are resampled.

    Where all hit or none does, every draw says the same and would pretend to certainty; then the
    Wilson interval stands in.
    """
    hits, total = sum(part[0] for part in parts), sum(part[1] for part in parts)
    if hits in (0, total):
        return share(hits, total)
    return figure(
        ratio_of_sums(parts), bootstrap(parts, ratio_of_sums, seed), hits=hits, total=total
    )


def figure(
    value: float | None,
    interval: tuple[float, float] | None = None,
    *,
    hits: float | None = None,
    total: float | None = None,
) -> Figure:
    """A number with an interval computed elsewhere, if any."""
    low, high = interval if interval is not None and value is not None else (None, None)
    return Figure(value=value, hits=hits, total=total, low=low, high=high)


class MissedPair(ScorePart):
    """A session that met a fault where no issue says so."""

    file: str
    ms: int


class NoticedAs(ScorePart):
    """How the issues nearest to a fault are worded, and the pattern they went into."""

    claim: str
    pattern: str
    """Title; empty where they are in none."""
    sessions: int


class FaultResult(ScorePart):
    """What became of one planted fault."""

    id: str
    title: str
    kind: str
    severity: str
    element: str
    prevalence: str
    """The metric of its class."""
    sessions: int
    """That met it in the main batch."""
    sessions_flagged: int
    """Of those, with any issue near an occurrence."""
    pattern: str | None = None
    """Title of the pattern it was found as; None where it was not found."""
    reported_kind: str = ""
    reported_harm: str = ""
    reported_sessions: int = 0
    sessions_found: int = 0
    """Of those that met it, with evidence of the pattern on an occurrence."""
    extra_sessions: int = 0
    """That the pattern counts and that did not meet the fault."""
    occurrences: int = 0
    occurrences_found: int = 0
    """Of those, with evidence of the fault's patterns on them."""
    duplicates: list[str] = Field(default_factory=list[str])
    noticed_as: list[NoticedAs] = Field(default_factory=list[NoticedAs])
    """The issues nearest to it, most frequent first: what there is to build on."""
    missed: list[MissedPair] = Field(default_factory=list[MissedPair])

    @property
    def found(self) -> bool:
        return self.pattern is not None


class PatternResult(ScorePart):
    """What one reported pattern turned out to be."""

    id: str
    title: str
    kind: str
    harm: str
    status: str
    fault: str | None
    covers: list[str]
    sessions: int
    evidence: int
    on_fault: int
    """Items of its evidence on the fault it is, or on any where it is none."""
    decoys: dict[str, int]
    """Items of its evidence on no fault that lie on a decoy, by decoy."""
    examples: list[str]
    """Places of evidence on no fault: ``file @ seconds``."""


class DecoyResult(ScorePart):
    """What became of one harmless thing that looks like trouble."""

    id: str
    truth: str
    sessions: int
    flagged: int
    """Sessions with an issue on it and on no fault."""
    kinds: dict[str, int]
    """What it was called, in issues."""


class FalseFlags(ScorePart):
    """Issues of one wording in sessions where nothing was wrong."""

    kind: str
    claim: str
    count: int
    decoys: dict[str, int]
    examples: list[str]


class InventedClaim(ScorePart):
    """A claim whose evidence does not exist or does not carry it."""

    session_id: str
    claim: str
    problem: str


class WithheldTruth(ScorePart):
    """A claim that was true, was withheld, and left its fault unreported in that session."""

    file: str
    fault: str
    claim: str
    reason: str


class UnscoredSession(ScorePart):
    """A session that could not be scored, and why."""

    file: str
    reason: str


class Scores(ScorePart):
    """One corpus, scored."""

    figures: dict[str, Figure]
    """By metric; a metric that is absent was not looked at."""
    main_sessions: int
    clean_sessions: int
    fault_free_sessions: int
    analysts: list[str] = Field(default_factory=list[str])
    faults: list[FaultResult] = Field(default_factory=list[FaultResult])
    patterns: list[PatternResult] = Field(default_factory=list[PatternResult])
    decoys: list[DecoyResult] = Field(default_factory=list[DecoyResult])
    false_flags: list[FalseFlags] = Field(default_factory=list[FalseFlags])
    invented: list[InventedClaim] = Field(default_factory=list[InventedClaim])
    unverifiable: int = 0
    """Claims of sessions without a trace to check them against."""
    withheld: list[WithheldTruth] = Field(default_factory=list[WithheldTruth])
    missing: list[UnscoredSession] = Field(default_factory=list[UnscoredSession])
    unlabelled: list[UnscoredSession] = Field(default_factory=list[UnscoredSession])
    shifted: list[UnscoredSession] = Field(default_factory=list[UnscoredSession])

    def value(self, metric: str) -> float | None:
        """A figure's number; None where it was not measured."""
        found = self.figures.get(metric)
        return found.value if found else None


def places(moments: Sequence[tuple[str, int]], limit: int = 5) -> list[str]:
    """Where to look: ``file @ seconds``, the first few."""
    return [f"{file} @ {ms / 1000:.1f} s" for file, ms in moments[:limit]]
