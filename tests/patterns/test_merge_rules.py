"""Which issues of different sessions are one fault: the table, with its look-alikes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from graph.patterns.merge import find_patterns
from graph.sessions.summary import Harm, Issue, IssueKind, SessionSummary
from tests.patterns.building import issue, session

PAY = 'button "Pay now"'
SAVE = 'button "Save"'
GENERIC = "something went wrong. please try again."
TELLING = "your voucher could not be combined with this fare"


def many(make: Callable[[], Issue], start: int, count: int = 4) -> list[SessionSummary]:
    """Sessions that each show one such issue."""
    return [session(start + n, make()) for n in range(count)]


def patterns_of(*groups: Callable[[], Issue]) -> list[frozenset[str]]:
    """The sessions of each pattern, where group n has the sessions 100 n + 1 to 100 n + 4."""
    summaries = [one for n, make in enumerate(groups) for one in many(make, 100 * n + 1)]
    return [frozenset(pattern.affected) for pattern in find_patterns(summaries)]


def slow(element: str = PAY, page: str = "/checkout") -> Issue:
    claim = f"{element} answered after 4.0 s"
    return issue("slow", element, page, kind=IssueKind.SLOW, overcame=True, claim=claim)


def late(overcame: bool) -> Issue:
    return issue("no_response", PAY, harm=Harm.MEDIUM, overcame=overcame)


def waits(words: str, element: str, page: str) -> Issue:
    claim = f'"{words}" was shown for 5.1 s after click on {element}'
    return issue("slow", element, page, claim=claim, kind=IssueKind.SLOW, overcame=True)


def endless(words: str, element: str, page: str) -> Issue:
    claim = f'"{words}" was still shown after 31 s after click on {element}'
    return issue("spinner", element, page, claim=claim)


def error(words: str, element: str = PAY, page: str = "/checkout", call: str = "") -> Issue:
    fingerprint = f"{words} | {call}" if call else words
    return issue("error_shown", element, page, fingerprint, claim=f'"{words}" was shown')


def answered(status: int) -> Issue:
    """As the rules write it: the status stands in the claim, not in the key."""
    claim = f'"{GENERIC}" was shown 0.4 s after click on {PAY}; POST /api/order answered {status}.'
    return issue("error_shown", PAY, fingerprint=f"{GENERIC} | POST /api/order", claim=claim)


def lost(field: str, how: str = "was emptied", page: str = "/checkout") -> Issue:
    claim = f'Field "{field}" {how}.'
    return issue("lost_input", f'field "{field}"', page, how, claim=claim)


def failed(call: str, element: str = "", page: str = "/checkout") -> Issue:
    return issue("failed_request", element, page, call)


ONE_FAULT: Sequence[tuple[str, Callable[[], Issue], Callable[[], Issue]]] = (
    ("dead and endlessly busy", lambda: issue("no_response"), lambda: issue("spinner")),
    (
        "numbers in a label",
        lambda: issue("no_response", 'button "Pay 12.00"'),
        lambda: issue("no_response", 'button "Pay 18.50"'),
    ),
    (
        "dead, with whatever error was nearest",
        lambda: issue("no_response"),
        lambda: issue("no_response", fingerprint="typeerror: ticker is not defined"),
    ),
    (
        "sent in silence, clicked in rage",
        lambda: issue("silent", SAVE, "/account", "PATCH /api/profile"),
        lambda: issue("no_response", SAVE, "/account"),
    ),
    (
        "one failing request behind two pages",
        lambda: error("Could not add it", 'button "Add"', "/product", "POST /api/cart 5xx"),
        lambda: error("Sorry, not now", 'button "Move"', "/wishlist", "POST /api/cart 5xx"),
    ),
    (
        "one failing request, told on one page and silent on the other",
        lambda: error("Could not add it", 'button "Add"', "/product", "POST /api/cart 5xx"),
        lambda: issue("silent", 'button "Move"', "/wishlist", "POST /api/cart failed"),
    ),
    (
        "a named control on two pages",
        lambda: issue("no_response", 'button "Add to cart"', "/product/{id}"),
        lambda: issue("no_response", 'button "Add to cart"', "/wishlist"),
    ),
    (
        "a one-word control within a section",
        lambda: issue("no_response", 'button "Refund"', "/orders"),
        lambda: issue("no_response", 'button "Refund"', "/orders/{id}"),
    ),
    (
        "a telling message on two pages",
        lambda: error(TELLING, 'button "Apply"', "/basket"),
        lambda: error(TELLING, 'button "Use"', "/checkout"),
    ),
    (
        "one role refused on two pages",
        lambda: error(
            "You are not allowed to do this", 'button "Remove"', "/team", "DELETE /m 4xx"
        ),
        lambda: error("You are not allowed to do this", 'button "Buy"', "/billing", "POST /p 4xx"),
    ),
    (
        "a message after a click on nothing",
        lambda: error(GENERIC, PAY),
        lambda: error(GENERIC, 'area "Harbour"'),
    ),
    (
        "a product's name in a long message",
        lambda: error("the item heron is no longer in stock here", 'button "Add"', "/p"),
        lambda: error("the item brook is no longer in stock here", 'button "Add"', "/p"),
    ),
    ("a form that was emptied", lambda: lost("Name"), lambda: lost("Email")),
    (
        "the same wait from two pages",
        lambda: waits("Loading board…", 'link "Board"', "/home"),
        lambda: waits("Loading board…", 'link "Back"', "/reports"),
    ),
    (
        "a wait that ended for some and never for the others",
        lambda: waits("Preparing your file…", 'button "Export"', "/reports"),
        lambda: endless("Preparing your file…", 'button "Export"', "/reports"),
    ),
    ("slow, and clicked before it answered", slow, lambda: late(overcame=True)),
    (
        "a wrong sum, whatever was clicked last",
        lambda: issue("mismatch", 'button "Go"', "/basket", "the total contradicts its lines"),
        lambda: issue("mismatch", 'link "Help"', "/basket", "the total contradicts its lines"),
    ),
    (
        "what is no value, on two pages",
        lambda: issue("mismatch", "", "/basket", "shows nan", claim='The page shows "£NaN".'),
        lambda: issue("mismatch", "", "/product", "shows nan", claim='The page shows "£NaN".'),
    ),
    (
        "a cover that catches the clicks",
        lambda: issue("no_response", 'button "Upgrade"', "/plan", signals=["blocked_click"]),
        lambda: issue("no_response", "area without a name", "/plan", signals=["blocked_click"]),
    ),
    (
        "a signal's name in place of a family's",
        lambda: issue("no_response"),
        lambda: issue("slow_rage"),
    ),
)

TWO_FAULTS: Sequence[tuple[str, Callable[[], Issue], Callable[[], Issue]]] = (
    (
        "look-alike: a generic message of two forms",
        lambda: error(GENERIC, SAVE, "/profile"),
        lambda: error(GENERIC, 'button "Invite"', "/team"),
    ),
    (
        "look-alike: a telling message with another control and request",
        lambda: error(TELLING, 'button "Apply"', "/basket", "POST /api/voucher 4xx"),
        lambda: error(TELLING, 'button "Use"', "/gifts", "POST /api/gifts 4xx"),
    ),
    ("look-alike: the same words, 500 and 422", lambda: answered(500), lambda: answered(422)),
    (
        "look-alike: the server refuses, the page refuses",
        lambda: error("Could not load the report", PAY, "/r", "GET /api/report 5xx"),
        lambda: error("Could not load the report", PAY, "/r"),
    ),
    (
        "two messages of one control",
        lambda: error("This card was declined by your bank"),
        lambda: error("The delivery address cannot be reached"),
    ),
    (
        "an answer and no answer",
        lambda: error(GENERIC, call="POST /api/order 5xx"),
        lambda: issue("spinner", claim='"Placing your order…" was still shown after 31 s'),
    ),
    (
        "a generic control on two pages",
        lambda: issue("no_response", 'button "Continue"', "/seats"),
        lambda: issue("no_response", 'button "Continue"', "/payment"),
    ),
    (
        "a one-word control in two sections",
        lambda: issue("no_response", 'button "Export"', "/reports"),
        lambda: issue("no_response", 'button "Export"', "/people"),
    ),
    (
        "two dead controls of one page",
        lambda: issue("no_response", PAY),
        lambda: issue("no_response", 'button "Use voucher"'),
    ),
    ("slow and dead", slow, lambda: late(overcame=False)),
    ("dead and emptied", lambda: issue("no_response", PAY), lambda: lost("Pay now")),
    (
        "one address that serves everything",
        lambda: failed("POST /graphql 5xx", page="/orders"),
        lambda: failed("POST /graphql 5xx", page="/people"),
    ),
    (
        "one endpoint, two answers",
        lambda: failed("POST /api/order 5xx", PAY),
        lambda: failed("POST /api/order 4xx", 'button "Reorder"', "/orders"),
    ),
    (
        "one endpoint, two reasons to refuse",
        lambda: error("Seat is taken by another group", PAY, "/a", "POST /api/seat 4xx"),
        lambda: error("Minors travel with a guardian", 'button "Hold"', "/b", "POST /api/seat 4xx"),
    ),
    (
        "two fields that take back their old value",
        lambda: lost("Weekly digest", "had its old value again", "/settings"),
        lambda: lost("Time zone", "had its old value again", "/settings"),
    ),
    (
        "two dead controls near one poll",
        lambda: issue("no_response", PAY, "/a", "GET /api/poll 5xx"),
        lambda: issue("no_response", 'button "Use voucher"', "/b", "GET /api/poll 5xx"),
    ),
    (
        "generic waits of two pages",
        lambda: waits("Loading…", 'link "Board"', "/board"),
        lambda: waits("Loading…", 'link "People"', "/people"),
    ),
    (
        "two sums",
        lambda: issue("mismatch", PAY, "/basket", "the total contradicts its lines"),
        lambda: issue("mismatch", PAY, "/invoice", "the total contradicts its lines"),
    ),
)


@pytest.mark.parametrize(("name", "one", "other"), ONE_FAULT, ids=[row[0] for row in ONE_FAULT])
def test_faces_of_one_fault_are_one_pattern(
    name: str, one: Callable[[], Issue], other: Callable[[], Issue]
) -> None:
    """What one fault shows in different sessions, on one page or two, is reported once."""
    assert [len(sessions) for sessions in patterns_of(one, other)] == [8], name


@pytest.mark.parametrize(("name", "one", "other"), TWO_FAULTS, ids=[row[0] for row in TWO_FAULTS])
def test_two_faults_stay_two_patterns(
    name: str, one: Callable[[], Issue], other: Callable[[], Issue]
) -> None:
    """What only looks alike, or only lies near, is reported apart."""
    assert [len(sessions) for sessions in patterns_of(one, other)] == [4, 4], name


def test_an_oversight_of_the_recording_splits_no_fault() -> None:
    """One session in which the failed request was not recorded belongs to the seven that have it."""
    with_request = [session(n, error(GENERIC, call="POST /api/order 5xx")) for n in range(1, 8)]
    (pattern,) = find_patterns([*with_request, session(8, error(GENERIC))])
    assert len(pattern.affected) == 8


def test_a_wait_that_mostly_ends_is_not_the_one_that_never_does() -> None:
    """A slow answer that many wait for does not hide the few who wait for ever."""
    wait = "Preparing your file…", 'button "Export"', "/reports"
    ended = [session(n, waits(*wait)) for n in range(1, 8)]
    never = [session(n, endless(*wait)) for n in range(11, 14)]
    assert sorted(len(one.affected) for one in find_patterns([*ended, *never])) == [3, 7]


def test_likeness_does_not_drift() -> None:
    """Messages that each differ from the next in another word are not one chain of one fault."""
    messages = [
        "the red seat is taken for this sailing",
        "the blue seat is taken for this sailing",
        "the blue seat is broken for this sailing",
    ]
    found = find_patterns(
        [session(10 * n + k, error(words)) for n, words in enumerate(messages) for k in (1, 2)]
    )
    assert sorted(len(pattern.affected) for pattern in found) == [2, 4]


def test_a_control_of_the_frame_is_one_control() -> None:
    """A one-word control that people use in three sections stands on every page: one fault."""
    search = 'field "Search"'
    everywhere = [(page, search) for page in ("/", "/people", "/orders", "/help")]
    summaries = [session(n, uses=everywhere) for n in range(50, 53)]
    summaries += [session(n, issue("no_response", search, "/people")) for n in range(1, 4)]
    summaries += [session(n, issue("no_response", search, "/orders")) for n in range(4, 7)]
    (pattern,) = find_patterns(summaries)
    assert len(pattern.affected) == 6


def test_an_odd_symptom_joins_the_commoner_of_two_faults() -> None:
    """A click without answer on a control with two different errors is one of them, not a third."""
    rare = [session(n, error("The delivery address cannot be reached")) for n in range(1, 4)]
    common = [
        session(n, error("This card was declined by your bank"), issue("no_response", ms=11_000))
        for n in range(10, 18)
    ]
    patterns = find_patterns([*rare, *common, session(30, issue("no_response"))])
    assert sorted(len(pattern.affected) for pattern in patterns) == [3, 9]
