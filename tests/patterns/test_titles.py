"""Titles and criteria, as a product engineer would write them."""

from __future__ import annotations

import pytest

from graph.patterns.merge import find_patterns
from graph.patterns.titles import title_of_issue
from graph.sessions.summary import Issue
from tests.patterns.building import issue, session

SAVE = 'button "Save"'


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (issue("no_response"), "“Pay now” on /checkout does nothing"),
        (issue("no_response", "", "/map"), "Clicks on /map do nothing"),
        (
            issue("no_response", "image without a name (.hero)", "/"),
            "The image (.hero) on / does nothing",
        ),
        (
            issue(
                "no_response",
                page="/done",
                signals=["blocked_click"],
                claim='Clicked once on what lies over the page (area "Your ticket"); nothing happened.',
            ),
            "Clicks on /done fall on “Your ticket”, which lies over the page",
        ),
        (
            issue(
                "error_shown",
                SAVE,
                "/settings/{id}",
                "could not save | PATCH /api/settings/{id}",
                claim='"Could not save" was shown after click; PATCH /api/settings/{id} answered 500.',
            ),
            "“Save” on /settings/{id} fails with 500 and shows “Could not save”",
        ),
        (
            issue(
                "error_shown", "", "/board", "lost connection", claim='"Lost connection" was shown'
            ),
            "/board shows “Lost connection”",
        ),
        (
            issue("failed_request", "", "/board", "GET /api/tasks no answer"),
            "GET /api/tasks gets no answer on /board",
        ),
        (
            issue("spinner", claim='"Paying…" was still shown after 31 s after click on it'),
            "“Pay now” on /checkout never gets past “Paying…”",
        ),
        (issue("spinner", "", "/reports"), "/reports never stops loading"),
        (issue("blank", "", "/reports"), "/reports goes blank"),
        (issue("slow"), "“Pay now” on /checkout is slow to answer"),
        (
            issue("lost_input", "", fingerprint="was emptied", claim='Field "Name" was emptied.'),
            "What was typed into “Name” on /checkout is lost",
        ),
        (
            issue(
                "validation", 'field "Date"', "/", "enter a date", claim='"Enter a date" was shown'
            ),
            "“Date” on / is refused with “Enter a date”",
        ),
        (
            issue("validation", SAVE, "/", "enter a date", claim='"Enter a date" was shown'),
            "“Save” on / refuses the form with “Enter a date”",
        ),
        (issue("silent", SAVE, "/me"), "“Save” on /me does not say whether it worked"),
        (issue("mismatch", "", "/basket", "sum"), "Numbers on /basket contradict each other"),
        (
            issue("mismatch", "", "/bag", "shows nan", claim='The page shows "£NaN".'),
            "“£NaN” is shown on /bag",
        ),
        (
            issue(
                "lost_input",
                'button "+"',
                "/bag",
                "went back by itself",
                claim='After click on "+"',
            ),
            "A change to “+” on /bag is taken back",
        ),
        (issue("no_results", 'field "Find"', "/s"), "“Find” on /s finds nothing"),
        (
            issue("exception", "", "/map", "typeerror: tiles is undefined"),
            "/map throws “Typeerror: tiles is undefined”",
        ),
        (issue("seen_by_a_model", claim="The map hides the legend."), "The map hides the legend"),
    ],
)
def test_titles_say_what_happens_where(one: Issue, title: str) -> None:
    """Element, page, message and status in words; a signal's name never."""
    assert title_of_issue(one) == title


def test_recorded_text_cannot_shape_a_title() -> None:
    """Line breaks and direction marks are gone, long names are cut, braces are only text."""
    hostile = 'button "Buy\n# now\u202e {control} ' + "x" * 300 + '"'
    title = title_of_issue(issue("no_response", hostile))
    assert "\n" not in title
    assert "\u202e" not in title
    assert "{control}" in title
    assert len(title) < 120


def test_the_criterion_is_a_question_that_names_the_other_faces() -> None:
    """A reader can decide by yes or no, and knows what else counts as the same."""
    summaries = [session(n, issue()) for n in range(1, 6)]
    summaries += [session(n, issue("spinner")) for n in range(6, 8)]
    (pattern,) = find_patterns(summaries)
    assert pattern.criterion == (
        "Does using “Pay now” on /checkout have no visible effect "
        "(also seen as loading that does not end)?"
    )


def test_many_pages_are_counted_in_a_title() -> None:
    """Two pages are named, more are counted under what they share."""
    add = 'button "Add to cart"'
    pages = ["/shop/a", "/shop/b", "/shop/c"]
    found = [session(n, issue("no_response", add, page)) for n, page in enumerate(pages)]
    (three,) = find_patterns(found)
    (two,) = find_patterns(found[:2])
    assert three.title == "“Add to cart” on 3 pages under /shop does nothing"
    assert two.title == "“Add to cart” on /shop/a and /shop/b does nothing"
