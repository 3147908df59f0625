"""The first words of a report, and how they meet the question that was asked."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from graph.patterns.merge import find_patterns
from graph.reports.focus import asked_words, relevance_of
from graph.sessions.summary import Harm, IssueKind
from tests.patterns.building import issue, session
from tests.reports.making import booking_site, report_of

SUMMARIES = [
    *(session(n, issue()) for n in range(1, 4)),
    *(
        session(
            n,
            issue(
                "lost_input",
                'field "Street"',
                "/address",
                "was emptied",
                claim='Field "Street" was emptied.',
            ),
        )
        for n in range(4, 6)
    ),
    *(
        session(n, issue("slow", 'button "Find"', "/", harm=Harm.LOW, kind=IssueKind.SLOW))
        for n in range(6, 9)
    ),
    session(9, uses=[("/help", "")]),
]


def test_no_question_gets_the_counts_and_the_worst() -> None:
    """How many ran into what, the worst by name with its figures, and what is missing."""
    assert report_of(booking_site()).answer == snapshot(
        """\
7 of 15 sessions ran into something that recurs: 2 patterns (1 critical, 1 low).
1. “Pay now” on /checkout fails with 502 and shows “Something went wrong.” (critical; 4 of 12 sessions that could meet it, 33%, 95% interval 14 to 61%)
2. “Find sailings” on / is slow to answer (low; 3 of 3 sessions that could meet it, 100%, 95% interval 44 to 100%)
Not counted: 1 session failed, 1 session skipped, 1 file unreadable (see Coverage).\
"""
    )


def test_a_question_is_answered_first() -> None:
    """The patterns that speak to it lead the answer and the report, with the words that matched."""
    report = report_of(SUMMARIES, focus="Do people lose what they type in the address form?")
    assert report.answer.splitlines()[0] == snapshot(
        "1 of 3 patterns speaks to “Do people lose what they type in the address form?” (by the words “lose”, “type”, “address”, “form”):"
    )
    assert report.patterns[0].pages == ["/address"]
    assert len(report.patterns) == 3


def test_a_question_that_nothing_speaks_to_is_told_so() -> None:
    """No pattern is bent to a question; where it names a page, its visitors are counted."""
    report = report_of(SUMMARIES, focus="Is the help center confusing?")
    assert report.answer.splitlines()[:2] == snapshot(
        [
            "Nothing in this report speaks to “Is the help center confusing?”.",
            "1 session was on /help, none with a recurring issue there.",
        ]
    )


def test_single_issues_and_refuted_findings_answer_where_no_pattern_does() -> None:
    """What one session shows, and what was suspected and refuted, can speak to a question too."""
    mild = issue(
        "no_response",
        'button "Import contacts"',
        "/people",
        harm=Harm.LOW,
        kind=IssueKind.CONFUSION,
        claim='Clicked button "Import contacts" twice; nothing happened.',
    )
    report = report_of([*SUMMARIES, session(20, mild)], focus="Can they import contacts?")
    assert report.answer.splitlines()[:2] == snapshot(
        [
            "No pattern speaks to “Can they import contacts?”. Single issues that do:",
            '1. Session s0020 at 0:10: Clicked button "Import contacts" twice; nothing happened.',
        ]
    )
    promotion = report_of(booking_site(), focus="Is the promotion code refused?")
    assert promotion.answer.splitlines()[1] == snapshot(
        "1. Session s0006 at 0:12: POST /api/promotion answered 400. Refuted: did not block: 1.5 s later the user went on"
    )


@pytest.mark.parametrize("question", ["", "What went wrong?", "Where do users get stuck most?"])
def test_a_question_for_everything_selects_nothing(question: str) -> None:
    """General words single nothing out: the whole report is the answer, worst first."""
    assert asked_words(question) == ()
    report = report_of(SUMMARIES, focus=question)
    assert report.answer.startswith("8 of 9 sessions ran into something that recurs")
    assert [one.severity for one in report.patterns] == ["high", "high", "low"]


def test_a_word_that_every_pattern_carries_decides_nothing() -> None:
    """Of two matching words the rarer one weighs more."""
    patterns = find_patterns(SUMMARIES)
    relevance = relevance_of("Which button is slow?", patterns)
    assert [pattern.key.effect for pattern in relevance.speaking] == ["slow"]
    assert len(relevance.silent) == 2


def test_nothing_found_says_what_was_looked_at() -> None:
    """A clean batch is told as clean; issues that stay with their sessions are mentioned."""
    mild = issue(harm=Harm.LOW, kind=IssueKind.CONFUSION)
    assert report_of([session(1), session(2), session(3, mild)]).answer.splitlines()[
        :2
    ] == snapshot(
        [
            "No recurring issue in 3 sessions.",
            "1 session has an issue of its own, too rare or too mild for a pattern.",
        ]
    )


def test_what_was_seen_once_is_called_so() -> None:
    """A serious single sighting is reported, and never as something that recurs."""
    report = report_of([session(1, issue()), session(2)])
    assert report.answer.splitlines()[:2] == snapshot(
        [
            "1 of 2 sessions ran into something serious, seen once: 1 pattern (1 high).",
            "1. “Pay now” on /checkout does nothing (high; seen once; 1 session could meet it)",
        ]
    )
