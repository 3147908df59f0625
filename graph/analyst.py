"""The analyst seam: whoever drafts an account of one session."""

from __future__ import annotations

from typing import Protocol

from graph.sessions.draft import SessionDraft
from graph.traces.trace import Trace


class Analyst(Protocol):
    """Drafts one session. ``graph.sessions.rules`` needs no model; a model comes after it."""

    @property
    def name(self) -> str:
        """Stands in every issue it finds: ``rules``, or the model's name."""
        ...

    async def draft(self, trace: Trace, before: SessionDraft | None) -> SessionDraft:
        """An account of the session, given what the analyst before it said.

        Raises:
            ModelError: no answer could be had.
            DraftError: the answer cannot be used.
        """
        ...
