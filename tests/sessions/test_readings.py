"""What a friction did to the user, by the published rules: the harder cases of kind and harm."""

from __future__ import annotations

from graph.sessions.check import check_drafts
from graph.sessions.rules import draft_by_rules
from graph.sessions.summary import Harm, Issue, IssueKind
from graph.traces.compact import compact
from tests.fakes.recorder import Recorder, Tree, element


def form(button: str) -> Tree:
    return element(
        "form",
        element("label", "Message", element("textarea", id="message")),
        element("label", "Guests", element("input", id="guests")),
        element("button", button, id="send", type="submit"),
        element("p", id="said", role="alert"),
    )


def issues_of(recorder: Recorder) -> tuple[Issue, ...]:
    trace = compact(recorder.wait(40_000).move().recording())
    return check_drafts(trace, [draft_by_rules(trace)]).issues


def refused(button: str, times: int) -> Recorder:
    """A form that refuses for no reason that the user can put right."""
    recorder = Recorder(form(button)).wait(1_000).type("guests", "2")
    for _ in range(times):
        recorder.wait(800).click("send").wait(200).text("said", "Please choose another date.")
        recorder.wait(9_000).text("said", "").wait(500)
    return recorder


def test_a_form_that_refuses_to_the_end_stops_the_user() -> None:
    """Sent three times and never taken: blocking, and high where it sends something."""
    (found,) = {(one.kind, one.harm) for one in issues_of(refused("Book now", 3))}
    assert found == (IssueKind.BLOCKING, Harm.HIGH)


def test_a_form_that_refuses_once_says_what_it_wants() -> None:
    """That is what validation is for."""
    assert not issues_of(refused("Book now", 1))


def emptied(text: str) -> Issue:
    recorder = Recorder(form("Send")).wait(1_000).type("message", text).wait(2_000)
    recorder.type("guests", "2").wait(300).set_by_page("message", "")
    (found,) = issues_of(recorder)
    return found


def test_a_lost_sentence_is_lost_data_and_a_lost_word_is_a_repetition() -> None:
    """How much was typed decides; what was typed is never looked at."""
    assert emptied("Can we arrive late, at ten in the evening?").harm is Harm.HIGH
    assert emptied("Hello").harm is Harm.MEDIUM
