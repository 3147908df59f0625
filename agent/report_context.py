"""What of a report enters a turn: as text for a model, and as values for the router. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from langchain_core.messages import SystemMessage

from graph.reports.report import Report, ReportPattern
from graph.reports.words import count as counted
from prompts import Prompt
from tools.answer import first_few, plain
from tools.lookup import content_words
from tools.progress import tell_progress
from tools.run_progress import ProgressDocument
from tools.search import other_names, words_found_in

MAX_PATTERNS = 20
MAX_SESSIONS = 20
FACTS = "snags_facts"
"""Where the system message carries the facts as values: a model over the wire never sees them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionName:
    """What a session can be called."""

    session_id: str
    file: str
    status: str
    issues: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a turn may take for granted: which report there is, and which run is going."""

    run_id: str = ""
    title: str = ""
    source: str = ""
    focus: str = ""
    patterns: tuple[ReportPattern, ...] = ()
    sessions: tuple[SessionName, ...] = ()
    pages: tuple[str, ...] = ()
    vocabulary: frozenset[str] = frozenset()
    """Words of the patterns and the pages: what a list can be narrowed by."""
    elsewhere: frozenset[str] = frozenset()
    """Words of anything in the report: what a search finds."""
    going: str = ""
    going_text: str = ""

    @property
    def has_report(self) -> bool:
        return bool(self.run_id)

    def knows(self, word: str) -> bool:
        """True where the report speaks of a word, also in the plural or as the stem of another."""
        return _has(self.vocabulary, word)

    def can_find(self, word: str) -> bool:
        """True where a search for the word finds something."""
        return _has(self.elsewhere, word) or any(
            name in self.elsewhere for name in other_names(word)
        )


def facts_of(report: Report) -> Facts:
    """The facts of a report."""
    return Facts(
        run_id=report.run_id,
        title=report.title,
        source=report.source,
        focus=report.focus,
        patterns=tuple(report.patterns),
        sessions=tuple(
            SessionName(
                session_id=one.session_id, file=one.file, status=one.status, issues=len(one.issues)
            )
            for one in report.sessions
        ),
        pages=_pages(report),
        vocabulary=_vocabulary(report),
        elsewhere=words_found_in(report),
    )


def with_run(facts: Facts, going: ProgressDocument | None) -> Facts:
    """The facts, and those of a run that goes meanwhile."""
    if going is None:
        return facts
    return replace(facts, going=going["run_id"], going_text=tell_progress(going).text)


def system_message(prompt: Prompt, facts: Facts, *, last_words: bool) -> SystemMessage:
    """The system message of a turn; the part that never changes comes first, so caches hold.

    Args:
        prompt: the prompt ``chat``.
        facts: what the turn is about.
        last_words: True where no more tools may be called.
    """
    rendered = prompt.render(report=report_text(facts), run=facts.going_text or "No run is going.")
    parts = [rendered.system, rendered.user]
    if last_words:
        parts.append("Enough tools were called. Answer now, from what they returned.")
    return SystemMessage("\n\n".join(parts), additional_kwargs={FACTS: facts})


def report_text(facts: Facts) -> str:
    """The report in a few lines: enough to know what to ask the tools for."""
    if not facts.has_report:
        return "There is no report yet."
    lines = [f"Report of run {facts.run_id}: {plain(facts.title)}. Source: {plain(facts.source)}."]
    if facts.focus:
        lines.append(f"Made to answer: {plain(facts.focus, 400)}")
    lines += [
        f"{number}. {plain(one.title)} ({one.severity}, {one.kind}, "
        f"{one.affected} of {one.eligible} sessions)"
        for number, one in enumerate(facts.patterns[:MAX_PATTERNS], start=1)
    ]
    left = len(facts.patterns) - MAX_PATTERNS
    lines += [f"…and {left} more patterns"] if left > 0 else []
    names = [plain(one.session_id) for one in facts.sessions]
    lines.append(f"{counted(len(names), 'session')}: {first_few(names, MAX_SESSIONS)}")
    return "\n".join(lines)


def _pages(report: Report) -> tuple[str, ...]:
    """Page templates that the report speaks of, most spoken of first."""
    seen: dict[str, int] = {}
    for page in _mentioned(report):
        seen[page] = seen.get(page, 0) + 1
    return tuple(sorted(seen, key=lambda page: (-seen[page], page)))


def _mentioned(report: Report) -> Sequence[str]:
    of_patterns = [page for pattern in report.patterns for page in pattern.pages]
    return of_patterns + [
        issue.page for one in report.sessions for issue in one.issues if issue.page
    ]


def _vocabulary(report: Report) -> frozenset[str]:
    texts = [text for one in report.patterns for text in (one.title, one.criterion, *one.pages)]
    return frozenset(word for text in texts for word in content_words(text))


def _has(words: frozenset[str], word: str) -> bool:
    if word in words or word.removesuffix("s") in words:
        return True
    return len(word) > 3 and any(known.startswith(word) for known in words)
