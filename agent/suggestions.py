"""Three questions that work, made from what there is to talk about. Pure."""

from __future__ import annotations

from agent.report_context import Facts
from tools.answer import bullets, plain

BEFORE_ANY_REPORT = (
    "Summarise the demo",
    "Which recordings can you read?",
    "What can you do?",
)
WHILE_A_RUN_GOES = (
    "How far is the run?",
    "What have you found so far?",
    "Which recordings can you read?",
)
MAX_TITLE = 60


def suggestions(facts: Facts) -> tuple[str, str, str]:
    """Three questions, each of which the router answers from the facts as they are."""
    if not facts.has_report:
        return WHILE_A_RUN_GOES if facts.going else BEFORE_ANY_REPORT
    session = max(facts.sessions, key=lambda one: one.issues, default=None)
    of_session = (
        f'What happened in session "{plain(session.session_id)}"?'
        if session and session.status == "summarized"
        else "Which sessions are there?"
    )
    if not facts.patterns:
        return ("Which sessions are there?", "What was skipped?", "How many issues did you find?")
    title = plain(facts.patterns[0].title, MAX_TITLE).replace("(", "").replace(")", "")
    return (f"Open pattern 1 ({title})", "How many sessions have pattern 1?", of_session)


def suggested(facts: Facts) -> str:
    """The suggestions as the end of an answer."""
    return f"You can ask:\n{bullets(suggestions(facts))}"
