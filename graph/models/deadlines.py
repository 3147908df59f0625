"""How long an attempt may take: to its first word, between words, altogether. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from graph.models.roles import ModelChoice
from graph.settings import Settings

FIRST_TEXT_SECONDS = {None: 10.0, "none": 10.0, "minimal": 15.0, "low": 30.0}
"""By effort. Models that do not think begin within 6 s in 999 of 1,000 calls; one call in about 700
hangs, and then this is what it costs, not the whole of the last limit."""
THINKING_SECONDS = 90.0
"""The same for more effort: the medians are 18 to 40 s."""
STALL_SECONDS = 20.0
"""Streams pause for 1 to 3 s now and then."""
CALL_SECONDS = 240.0

OWN_FIRST_TEXT_SECONDS = 600.0
"""At an address of one's own: a small machine reads 2,500 tokens in a minute and may have a queue."""
OWN_STALL_SECONDS = 120.0
OWN_CALL_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds."""

    first_text: float
    stall: float
    whole: float


def deadlines_of(choice: ModelChoice, settings: Settings) -> Deadlines:
    """The limits of a model's attempts; what the settings say wins."""
    own = choice.own_address
    first = (
        OWN_FIRST_TEXT_SECONDS if own else FIRST_TEXT_SECONDS.get(choice.effort, THINKING_SECONDS)
    )
    return Deadlines(
        first_text=settings.first_text_seconds or first,
        stall=settings.stall_seconds or (OWN_STALL_SECONDS if own else STALL_SECONDS),
        whole=settings.call_seconds or (OWN_CALL_SECONDS if own else CALL_SECONDS),
    )
