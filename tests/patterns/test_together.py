"""Issues that come together in time, and those that only happen side by side."""

from __future__ import annotations

from graph.patterns.merge import find_patterns
from graph.sessions.summary import Harm, Issue, SessionSummary
from tests.patterns.building import issue, session

PAY = 'button "Pay now"'


def sizes(summaries: list[SessionSummary]) -> list[int]:
    return sorted((len(one.affected) for one in find_patterns(summaries)), reverse=True)


def failed(ms: int = 10_000) -> Issue:
    return issue("failed_request", "", fingerprint="POST /api/pay 5xx", ms=ms)


def shown(ms: int = 10_500) -> Issue:
    return issue("error_shown", PAY, fingerprint="payment was declined by the bank", ms=ms)


def test_a_failed_request_and_the_error_it_shows_are_one_fault() -> None:
    """Together in most sessions within three seconds: one pattern, and a session counts once."""
    summaries = [session(n, failed(), shown()) for n in range(1, 9)] + [session(9, failed())]
    (pattern,) = find_patterns(summaries)
    assert (len(pattern.affected), len(pattern.occurrences)) == (9, 17)


def test_the_same_two_far_apart_in_time_are_two_faults() -> None:
    """A failed request half a minute before the error has nothing to do with it."""
    assert sizes([session(n, failed(), shown(40_000)) for n in range(1, 9)]) == [8, 8]


def test_together_in_a_few_sessions_is_chance() -> None:
    """Two faults that meet in two sessions of ten stay two."""
    summaries = [session(n, failed()) for n in range(1, 9)]
    summaries += [session(n, shown()) for n in range(11, 19)]
    summaries += [session(n, failed(), shown()) for n in range(21, 23)]
    assert sizes(summaries) == [10, 10]


def test_noise_that_is_near_everything_joins_nothing() -> None:
    """An exception in most sessions is near a rare fault by chance, and does not swallow it."""
    noise = issue("exception", "", fingerprint="temperature of null", harm=Harm.MEDIUM)
    fault = issue("no_response", PAY, ms=10_300)
    summaries = [session(n, noise) for n in range(1, 30)]
    summaries += [session(n, noise, fault) for n in range(31, 36)]
    assert sizes(summaries) == [34, 5]


def test_filling_in_again_belongs_to_the_refusal_before_it() -> None:
    """What people do after a fault follows it by seconds, at another element, in a part of them."""
    refused = issue("validation", 'button "Find"', "/", "please enter a valid date.", ms=10_000)
    again = issue("refill", 'field "Date"', "/", ms=17_000, harm=Harm.LOW)
    summaries = [session(n, refused) for n in range(1, 7)]
    summaries += [session(n, refused, again) for n in range(7, 10)]
    (pattern,) = find_patterns(summaries)
    assert pattern.key.effect == "validation"
    assert len(pattern.affected) == 9


def test_fields_lost_one_after_the_other_are_one_lost_form() -> None:
    """Fields that take back old values together, session after session, are one fault."""
    name = issue("lost_input", 'field "Name"', fingerprint="had its old value again", ms=20_000)
    city = issue("lost_input", 'field "City"', fingerprint="had its old value again", ms=48_000)
    (pattern,) = find_patterns([session(n, name, city) for n in range(1, 5)])
    assert pattern.title == "A change to “Name” and 1 more field on /checkout is taken back"


def test_one_session_is_enough_where_the_moment_is_one() -> None:
    """A single session with a failed request and its error reports one fault, not two."""
    assert sizes([session(1, failed(), shown()), session(2)]) == [1]


def test_a_session_full_of_issues_is_bounded() -> None:
    """A recording that is one long error costs no quadratic time and stays one session."""
    storm = [
        issue("error_shown", PAY, fingerprint=f"fault {chr(97 + n % 26)}{n}", ms=n)
        for n in range(2_000)
    ]
    patterns = find_patterns([session(1, *storm)])
    assert {pattern.affected for pattern in patterns} == {("s0001",)}
