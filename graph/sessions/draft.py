"""A draft: what an analyst says of one session, before code has checked a word of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from graph.sessions.summary import Harm, IssueKey, IssueKind, Outcome


class DraftPart(BaseModel):
    """Base of every part of a draft: unknown fields are an error, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DraftKeyAction(DraftPart):
    """A step worth telling."""

    event_id: str
    words: str


class DraftSegment(DraftPart):
    """A stretch of rows with one purpose; the rows between the two ids belong to it."""

    title: str
    first_event_id: str
    last_event_id: str
    key_actions: tuple[DraftKeyAction, ...] = ()
    outcome: Outcome = Outcome.UNCLEAR


class DraftIssue(DraftPart):
    """One assertion of friction."""

    kind: IssueKind
    harm: Harm
    claim: str
    event_ids: tuple[str, ...]
    overcame: bool = False
    key: IssueKey | None = None
    """Rules know it; for a model's issue it is computed from the rows it cites."""
    signals: tuple[str, ...] = ()
    rank: float = 0.0


class DraftRefutation(DraftPart):
    """Something loud that did no harm, and what shows that."""

    title: str
    claim: str
    kind: IssueKind
    event_ids: tuple[str, ...]
    reason: str
    key: IssueKey | None = None


class SessionDraft(DraftPart):
    """Everything one analyst says of one session."""

    headline: str
    outcome: Outcome
    segments: tuple[DraftSegment, ...] = ()
    issues: tuple[DraftIssue, ...] = ()
    refuted: tuple[DraftRefutation, ...] = ()
    found_by: str = Field(description="`rules`, or the model that wrote it")
