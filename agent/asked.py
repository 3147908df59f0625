"""A question in its conversation, and what answers it. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.lexicon import Term
from agent.question import Question
from agent.report_context import Facts
from tools.lookup import matching

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call."""

    tool: str
    arguments: Arguments = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a question is answered: by calls, or by words alone."""

    calls: tuple[Call, ...] = ()
    words: str = ""
    """The whole answer where there are no calls; what stands before their results otherwise."""
    suggest: bool = False
    """Whether three questions that work stand at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question in its conversation."""

    question: Question
    facts: Facts
    earlier_pattern: str = ""
    """What "it" can mean: the pattern a call of this conversation named last."""
    earlier_session: str = ""

    @property
    def pattern(self) -> str:
        """The pattern that is meant: named, referred back to, or the only one that fits the words."""
        question = self.question
        if question.pattern:
            return question.pattern
        if question.about:
            found = matching(self.facts.patterns, " ".join(question.about))
            if len(found) == 1:
                return str(self.facts.patterns.index(found[0]) + 1)
            return ""
        shows = question.has(Term.EVIDENCE, Term.ROWS) and not question.has(
            Term.PATTERN, Term.SESSION
        )
        back = question.has(Term.BACK, Term.AFFECTED) or shows
        return self.earlier_pattern if back and not question.moment else ""

    @property
    def session(self) -> str:
        return self.question.session or (self.earlier_session if self._back else "")

    @property
    def _back(self) -> bool:
        return self.question.has(Term.BACK, Term.SESSION) and not self.question.has(Term.WHICH)
