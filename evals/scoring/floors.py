"""What the figures are held against: the floors of the main table, and the seed's own ladder."""

from __future__ import annotations

from dataclasses import dataclass

from evals.scoring.scores import Scores

NOT_YET = "not yet"

RULES_ONLY = "rules only"
WITH_MODEL = "with a model"
NO_AUDIT = "no claim audit"

COLUMNS: tuple[str, ...] = (
    RULES_ONLY,
    NO_AUDIT,
    "one big prompt",
    "no clips",
    WITH_MODEL,
)
"""Ways of analysing a corpus, in the order of the table; one that was not run prints "not yet"."""

RULES_ANALYST = "rules"


def column_of(scores: Scores) -> str:
    """Which way a run was, by who looked at the sessions."""
    return WITH_MODEL if set(scores.analysts) - {RULES_ANALYST} else RULES_ONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder, from the naive first attempt to the whole."""

    name: str
    column: str
    """The way of analysing it stands for."""


LADDER: tuple[Rung, ...] = (
    Rung(name="0. Rules only, no model", column=RULES_ONLY),
    Rung(name="1. One prompt per session", column="one prompt per session"),
    Rung(name="2. With clips", column="one prompt per session, clips"),
    Rung(name="3. With compact traces", column="compact traces"),
    Rung(name="4. With patterns", column="no clips, no rules"),
    Rung(name="5. Everything", column=WITH_MODEL),
)

LADDER_METRICS: tuple[tuple[str, str], ...] = (
    ("pair_recall", "faults noticed, session by session"),
    ("flag_precision", "flags that are true"),
    ("wrong_blocking_after", "wrong blocking flags per 100"),
    ("pattern_precision", "pattern precision"),
    ("pattern_recall_5_plus", "pattern recall, 5+ of 100"),
    ("event_precision", "evidence on its fault"),
    ("invented", "invented evidence"),
    ("cost_usd", "dollars per 100 sessions"),
)
"""Truth and dollars on every rung."""
