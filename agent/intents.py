"""What each plain question means: a table from ideas to tool calls. Pure.

The first line of ``INTENTS`` that fits a question decides. Each line names the ideas it needs, and
says in one function which calls answer it. What no line fits is refused, with questions that work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.asked import Arguments, Asked, Call, Plan
from agent.lexicon import Term
from agent.question import Question
from tools.lookup import content_words

NARROWED_BY_WORDS = ("list_patterns", "count", "search")
"""Tools whose answer depends on every word of the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One line of the table."""

    name: str
    fits: Callable[[Asked], bool]
    answer: Callable[[Asked], Plan]


def plan(asked: Asked) -> Plan:
    """What answers a question."""
    return next(intent for intent in INTENTS if intent.fits(asked)).answer(asked)


def focus_of(question: Question) -> str:
    """The question a report should answer, in the user's words; empty where they only asked for one."""
    asks = question.about or question.unknown or question.kind or question.page or question.level
    return question.text.strip() if asks or question.has(Term.WHY, Term.PATTERN, Term.FOUND) else ""


def _call(asked: Asked, tool: str, /, **arguments: object) -> Plan:
    given = {name: value for name, value in arguments.items() if value not in ("", None, False)}
    return Plan(calls=(Call(tool=tool, arguments=given),), words=_ignored(asked, tool))


def _ignored(asked: Asked, tool: str) -> str:
    """Words that no answer takes into account must not be passed over in silence."""
    unknown = asked.question.unknown
    if not unknown or tool not in NARROWED_BY_WORDS:
        return ""
    return f"Nothing in this report speaks of {_quoted(unknown)}, so this is the answer without it:"


# Greetings, help and refusals ------------------------------------------------------------------------

HELP = (
    "I look at recordings of user sessions and report what people got stuck on, with the evidence. "
    "Ask me to summarise the demo or a folder; then ask about patterns, sessions, numbers, reasons and "
    "moments. Every answer comes from the stored report."
)


def _is_small_talk(asked: Asked) -> bool:
    question = asked.question
    small = {Term.GREETING, Term.THANKS, Term.BACK}
    return (
        bool(question.terms)
        and question.terms <= small
        and question.has(Term.GREETING, Term.THANKS)
        and not (question.names_something or question.about or question.unknown or question.path)
    )


def _small_talk(asked: Asked) -> Plan:
    words = "You are welcome." if asked.question.has(Term.THANKS) else f"Hello. {HELP}"
    return Plan(words=words, suggest=True)


def _needs_help(asked: Asked) -> bool:
    question = asked.question
    return not question.text.strip() or (
        question.has(Term.HELP) and not (question.names_something or question.about)
    )


def _refuse(reason: str) -> Plan:
    return Plan(words=reason, suggest=True)


def _refuse_beyond(asked: Asked) -> Plan:
    question = asked.question
    if question.has(Term.COMPARE):
        return _refuse(
            "I cannot compare groups of sessions: the report does not hold that comparison."
        )
    if question.has(Term.CHANGE):
        return _refuse("I only read recordings and reports; I cannot change or send anything.")
    return _refuse(f"The report does not say {question.beyond}.")


def _is_beyond(asked: Asked) -> bool:
    question = asked.question
    if question.path or question.has(Term.DEMO):
        return False
    return bool(question.beyond) or question.has(Term.COMPARE, Term.CHANGE)


def _refuse_unknown(asked: Asked) -> Plan:
    if not asked.facts.has_report and not asked.facts.going:
        return _refuse("There is no report yet, so I cannot answer that.")
    if asked.question.unknown:
        return _refuse(f"Nothing in this report speaks of {_quoted(asked.question.unknown)}.")
    return _refuse("I cannot answer that from this report.")


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"\u201c{word}\u201d" for word in words[:4])


# Making a report -------------------------------------------------------------------------------------


def _is_about_sources(asked: Asked) -> bool:
    question = asked.question
    held = bool(question.path) or question.has(Term.DEMO)
    if question.has(Term.SOURCES) and not question.has(Term.PATTERN, Term.WHY, Term.COUNT):
        return not (held and question.has(Term.SUMMARIZE) and not question.has(Term.WHICH))
    return held and question.has(Term.SESSION) and question.has(Term.WHICH, Term.COUNT)


def _sources(asked: Asked) -> Plan:
    question = asked.question
    source = question.path or ("demo" if question.has(Term.DEMO) else "all")
    return _call(asked, "find_sessions", source=source)


def _wants_report(asked: Asked) -> bool:
    question, facts = asked.question, asked.facts
    if question.path or (question.has(Term.DEMO) and not question.names_something):
        return True
    of_report = (Term.COUNT, Term.SKIPPED, Term.COVERAGE, Term.CLAIMS)
    if question.session or question.moment or question.has(*of_report):
        return False
    if facts.has_report or facts.going:
        if question.has(Term.WHICH):
            return False
        again = question.has(Term.AGAIN) and question.has(Term.BACK, Term.SUMMARIZE, Term.SESSION)
        return again or (question.has(Term.SUMMARIZE) and question.has(Term.SESSION))
    asks = question.has(Term.SUMMARIZE, Term.AGAIN, Term.PATTERN, Term.FOUND, Term.WHY)
    return (asks or bool(question.kind)) and question.pattern in ("", "worst", "most common")


def _summarize(asked: Asked) -> Plan:
    question = asked.question
    source = question.path or ("demo" if question.has(Term.DEMO) else "")
    return _call(asked, "summarize_sessions", source=source, focus=focus_of(question))


def _wants_cancel(asked: Asked) -> bool:
    question = asked.question
    asks = (Term.SESSION, Term.PEOPLE, Term.PATTERN, Term.COUNT, Term.WHY, Term.HAPPENED)
    return question.has(Term.CANCEL) and not question.has(*asks) and not question.about


def _cancel(asked: Asked) -> Plan:
    words = (
        "I cannot stop a run from here. Use Stop or Cancel in the page, or cancel it over HTTP."
        if asked.facts.going
        else "No run is going, so there is nothing to stop."
    )
    return Plan(words=words, suggest=True)


def _asks_progress(asked: Asked) -> bool:
    question, facts = asked.question, asked.facts
    if question.path or question.session or question.moment:
        return False
    if facts.going and not facts.has_report:
        return True
    provisional = question.has(Term.PROGRESS) and not question.names_something
    return provisional and (bool(facts.going) or not question.has(Term.PATTERN, Term.FOUND))


def _progress(asked: Asked) -> Plan:
    about = "" if asked.facts.has_report else " ".join(asked.question.unknown[:3])
    return _call(asked, "progress", about=about)


# Numbers and reasons ---------------------------------------------------------------------------------


def _count(asked: Asked) -> Plan:
    question = asked.question
    if question.has(Term.CLAIMS):
        return _call(asked, "count", of="claims")
    if question.has(Term.SKIPPED):
        return _counts(asked, {"of": "sessions", "status": "skipped"})
    filters = _filters(question)
    of_people = question.has(Term.SESSION, Term.PEOPLE)
    if asked.pattern and (of_people or not question.has(Term.ISSUES)):
        return _counts(asked, {"of": "sessions", "pattern": asked.pattern})
    if asked.pattern:
        return _counts(asked, {"of": "issues", "pattern": asked.pattern})
    if of_people:
        return _count_sessions(asked, filters)
    if question.has(Term.ISSUES):
        return _counts(asked, {"of": "patterns", **filters}, {"of": "issues", **filters})
    if question.has(Term.PATTERN, Term.REPORT, Term.FOUND) or filters:
        return _counts(asked, {"of": "patterns", **filters})
    return _refuse_unknown(asked)


def _count_sessions(asked: Asked, filters: Arguments) -> Plan:
    question = asked.question
    if question.outcome == "failure":  # read and failed to be read: both are called "failed"
        of = {"of": "sessions"}
        return _counts(asked, {**of, "outcome": "failure"}, {**of, "status": "failed"})
    if question.outcome and not question.has(Term.PATTERN):
        return _counts(asked, {"of": "sessions", "outcome": question.outcome})
    with_issues = {"with_issues": True} if question.has(Term.PATTERN) else {}
    return _counts(asked, {"of": "sessions", **filters, **with_issues})


def _counts(asked: Asked, *each: Arguments) -> Plan:
    calls = tuple(Call(tool="count", arguments=arguments) for arguments in each)
    return Plan(calls=calls, words=_ignored(asked, "count"))


def _filters(question: Question) -> Arguments:
    about = [word for word in question.about if word not in content_words(question.page)]
    given = {
        "kind": question.kind,
        "severity": question.level,
        "page": question.page,
        "text": " ".join(about),
    }
    return {name: value for name, value in given.items() if value}


def _asks_why(asked: Asked) -> bool:
    return asked.question.has(Term.WHY) and bool(_why_arguments(asked))


def _why(asked: Asked) -> Plan:
    return _call(asked, "why", **_why_arguments(asked))


def _why_arguments(asked: Asked) -> Mapping[str, str]:
    question, pattern, session = asked.question, asked.pattern, asked.session
    if question.has(Term.SKIPPED):
        return {"asked": "skipped", "session": question.session}
    if question.session and pattern and not question.level:
        kind = "not_in_pattern" if question.has(Term.NOT) else "in_pattern"
        return {"asked": kind, "pattern": pattern, "session": question.session}
    if question.kind in ("non-blocking", "blocking") and (pattern or session):
        if question.session or not pattern:
            return {"asked": "not_blocking", "session": session}
        return {"asked": "kind", "pattern": pattern}
    if pattern and question.kind:
        return {"asked": "kind", "pattern": pattern}
    return {"asked": "severity", "pattern": pattern} if pattern else {}


# Moments, sessions and patterns ----------------------------------------------------------------------


def _asks_rows(asked: Asked) -> bool:
    question = asked.question
    return bool(question.moment) or (
        question.has(Term.ROWS) and bool(asked.pattern or question.session)
    )


def _rows(asked: Asked) -> Plan:
    question = asked.question
    if question.moment:
        session = question.session or asked.earlier_session
        if not session:
            return _refuse("Say which session you mean: a time alone names no moment.")
        return _call(asked, "trace_rows", session=session, at=question.moment)
    return _call(asked, "trace_rows", session=question.session, pattern=asked.pattern)


def _asks_session(asked: Asked) -> bool:
    question = asked.question
    back = asked.session and question.has(Term.OPEN, Term.HAPPENED, Term.SHOW)
    return bool(question.session or (back and not asked.pattern))


def _session(asked: Asked) -> Plan:
    question = asked.question
    if not (question.session and question.pattern):
        return _call(asked, "open_session", session=asked.session)
    if question.has(Term.EVIDENCE, Term.SHOW, Term.HAPPENED, Term.OPEN):
        named = {"session": question.session, "pattern": question.pattern}
        return _call(asked, "trace_rows", **named)
    member = {"asked": "in_pattern", "pattern": question.pattern, "session": question.session}
    return Plan(calls=(Call(tool="why", arguments=member),))


def _asks_sessions(asked: Asked) -> bool:
    question = asked.question
    if not question.has(Term.SESSION):
        return False
    return not (question.has(Term.OPEN) and bool(asked.pattern))


def _sessions(asked: Asked) -> Plan:
    question = asked.question
    if asked.pattern:
        return _call(asked, "count", of="sessions", pattern=asked.pattern)
    if question.outcome and not question.has(Term.PATTERN):
        return _call(asked, "find_sessions", outcome=question.outcome)
    filters = _filters(question)
    if filters or question.has(Term.PATTERN):
        return _call(asked, "count", of="sessions", **filters, with_issues=True)
    return _call(asked, "find_sessions")


def _left_out(asked: Asked) -> Plan:
    return _call(asked, "why", asked="skipped", session=asked.question.session)


def _asks_coverage(asked: Asked) -> bool:
    question = asked.question
    sessions = question.has(Term.SESSION) and question.has(Term.WHICH)
    return question.has(Term.CLAIMS) or (question.has(Term.COVERAGE) and not sessions)


def _coverage(asked: Asked) -> Plan:
    return _call(asked, "coverage")


def _asks_pattern(asked: Asked) -> bool:
    question = asked.question
    if question.pattern:
        return True
    wants_one = question.has(Term.OPEN, Term.EVIDENCE, Term.SHOW, Term.WHY)
    return bool(asked.pattern) and wants_one and not (question.page and question.has(Term.WHICH))


def _pattern(asked: Asked) -> Plan:
    return _call(asked, "open_pattern", pattern=asked.pattern)


def _searches(asked: Asked) -> bool:
    """True where the words that are left are words of the report, and none of a pattern's alone."""
    question = asked.question
    return bool(question.found) and not question.pattern and not question.kind


def _search(asked: Asked) -> Plan:
    question = asked.question
    return _call(asked, "search", text=" ".join((*question.about, *question.found)))


def _asks_list(asked: Asked) -> bool:
    question = asked.question
    if question.has(Term.WHICH) and question.has(Term.BACK, Term.PAGE):
        return True
    about_report = (Term.PATTERN, Term.FOUND, Term.REPORT, Term.SUMMARIZE, Term.EVIDENCE, Term.MOST)
    return question.has(*about_report) or bool(_filters(question))


def _list(asked: Asked) -> Plan:
    filters = _filters(asked.question)
    listed = _call(asked, "list_patterns", **filters)
    if filters.get("kind") != "abandonment":
        return listed
    # Who left may have left over something of another kind: the outcome tells them, too.
    left = Call(tool="count", arguments={"of": "sessions", "outcome": "abandoned"})
    return replace(listed, calls=(*listed.calls, left))


def _has_no_report(asked: Asked) -> bool:
    return not asked.facts.has_report


INTENTS: tuple[Intent, ...] = (
    Intent(
        name="help",
        fits=_needs_help,
        answer=lambda _: Plan(words=HELP, suggest=True),
    ),
    Intent(name="small talk", fits=_is_small_talk, answer=_small_talk),
    Intent(name="cancel", fits=_wants_cancel, answer=_cancel),
    Intent(name="sources", fits=_is_about_sources, answer=_sources),
    Intent(name="refuse", fits=_is_beyond, answer=_refuse_beyond),
    Intent(name="summarize", fits=_wants_report, answer=_summarize),
    Intent(name="progress", fits=_asks_progress, answer=_progress),
    Intent(name="refuse", fits=_has_no_report, answer=_refuse_unknown),
    Intent(name="count", fits=lambda asked: asked.question.has(Term.COUNT), answer=_count),
    Intent(name="why", fits=_asks_why, answer=_why),
    Intent(name="rows", fits=_asks_rows, answer=_rows),
    Intent(name="session", fits=_asks_session, answer=_session),
    Intent(name="left out", fits=lambda asked: asked.question.has(Term.SKIPPED), answer=_left_out),
    Intent(name="coverage", fits=_asks_coverage, answer=_coverage),
    Intent(name="search", fits=_searches, answer=_search),
    Intent(name="sessions", fits=_asks_sessions, answer=_sessions),
    Intent(name="pattern", fits=_asks_pattern, answer=_pattern),
    Intent(name="list", fits=_asks_list, answer=_list),
    Intent(name="refuse", fits=lambda _: True, answer=_refuse_unknown),
)
"""Every plain question, in the order in which they are tried."""
