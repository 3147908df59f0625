"""Runs: one report being made. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, Field

from graph.ids import RunId
from graph.sources.clickstream import ColumnMap
from graph.sources.posthog.filters import PostHogFilter


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DONE_WITH_GAPS = "done with gaps"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


class Passes(StrEnum):
    """Which analysts look at a session."""

    RULES = "rules"
    MODEL = "rules+model"


class SourceSpec(BaseModel):
    """Where the recordings are: one or more local paths, a PostHog project, or the bundled demo."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    paths: tuple[str, ...] = ()
    demo: bool = False
    posthog: PostHogFilter | None = None
    columns: ColumnMap | None = None
    """How to read tables of events; columns with plain names need none."""

    @property
    def words(self) -> str:
        """What was named, for a list of runs."""
        if self.posthog is not None:
            return f"PostHog: {self.posthog.words}"
        return "demo" if self.demo else ", ".join(self.paths)


class Limits(BaseModel):
    """How much of the source to look at."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    max_sessions: int = Field(default=1_000, ge=1, le=100_000)
    min_success_ratio: float = Field(default=0.5, ge=0.0, le=1.0)
    """summarized / (summarized + failed); below it the run stops (the seed: 50%)."""


class Filters(BaseModel):
    """Which sessions of the source to look at; everything given must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sessions: tuple[str, ...] = ()
    """Session ids or file names, or parts of them; empty means all."""


class RunRequest(BaseModel):
    """What somebody asked for: the body of ``POST /v1/runs``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: SourceSpec = SourceSpec(demo=True)
    focus: str = Field(default="", max_length=2_000)
    filters: Filters = Filters()
    limits: Limits = Limits()
    passes: Passes = Passes.RULES
    held_out: tuple[str, ...] = ()
    """File names of sessions that are analysed with the rest and counted nowhere: canaries, whose
    truth is known to whoever put them there."""

    def holds_out(self, file: str) -> bool:
        """True for a session that must not enter a count, a pattern or a stream."""
        return PurePosixPath(file).name in self.held_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One report being made, or made."""

    run_id: RunId
    status: RunStatus
    request: RunRequest
    created_at: str
    ended_at: str | None = None
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A recorded value: this part did not succeed, and why."""

    part: str
    """``session``, ``clip`` or ``chunk``."""
    subject: str
    error: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How many failed parts a run tolerates, as a value."""

    min_success_ratio: float = 0.5

    def holds(self, succeeded: int, failed: int) -> bool:
        """True where enough succeeded; an empty run holds."""
        total = succeeded + failed
        return total == 0 or succeeded / total >= self.min_success_ratio
