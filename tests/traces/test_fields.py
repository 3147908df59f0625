"""What the user typed and lost, and what a page may empty."""

from __future__ import annotations

from graph.traces.compact import compact
from graph.traces.trace import Signal, SignalKind
from tests.fakes.recorder import Recorder, Tree, element


def form(*, value: str = "", button: str = "Save") -> Tree:
    return element(
        "form",
        element("label", "Company", element("input", id="company", value=value)),
        element("label", "Street", element("input", id="street")),
        element("button", button, id="send", type="submit"),
        element("p", id="said"),
        id="form",
    )


def page(*, value: str = "", button: str = "Save") -> Recorder:
    return Recorder(form(value=value, button=button), href="https://app.test/profile").wait(1_000)


def losses(recorder: Recorder) -> list[Signal]:
    trace = compact(recorder.wait(4_000).move().recording())
    return [one for one in trace.signals if one.kind is SignalKind.LOST_INPUT]


def test_a_refused_form_comes_back_empty() -> None:
    """First form: the page says no and empties what was typed."""
    recorder = page().type("company", "Anderson Ltd").wait(800).type("street", "Mill Road 4")
    recorder.wait(500).click("send").wait(200).text(
        "said", "Error: the address could not be checked."
    )
    recorder.wait(20).set_by_page("company", "").set_by_page("street", "")
    [lost] = losses(recorder)
    assert lost.attempts == 2
    assert '"Company" and 1 more was emptied' in lost.words


def test_a_value_that_goes_while_typing_elsewhere() -> None:
    """Second form: a field is emptied by the page although nobody asked for it."""
    recorder = page().type("company", "Anderson Ltd").wait(2_000).type("street", "Mill")
    recorder.wait(300).set_by_page("company", "")
    [lost] = losses(recorder)
    assert lost.words.startswith('field "Company" was emptied')


def test_a_saved_value_is_the_old_one_again() -> None:
    """Third form: saved, said so, and after a reload the old value stands there."""
    recorder = page(value="Old Ltd").type("company", "Anderson Ltd").wait(500).click("send")
    recorder.wait(150).text("said", "Saved.").wait(3_000)
    recorder.load(form(value="Old Ltd"), href="https://app.test/profile").wait(500)
    [lost] = losses(recorder)
    assert "had its old value again" in lost.words


def test_a_form_that_was_sent_may_be_empty() -> None:
    """After a success the form starts afresh: nothing was lost."""
    recorder = page().type("company", "Anderson Ltd").wait(500).click("send").wait(200)
    recorder.text("said", "Thank you, saved.").set_by_page("company", "")
    assert losses(recorder) == []


def test_a_user_may_clear_a_field() -> None:
    """What the user takes out again is not lost."""
    recorder = page().type("company", "Anderson Ltd").wait(500).type("company", "").wait(500)
    assert losses(recorder) == []


def test_a_button_that_clears_may_clear() -> None:
    """Asked for, and done."""
    recorder = page(button="Clear form").type("company", "Anderson Ltd").wait(500).click("send")
    recorder.wait(50).set_by_page("company", "")
    assert losses(recorder) == []


def test_a_password_is_never_kept() -> None:
    """A page that forgets a password or a one-time code does well."""
    field = element("label", "Password", element("input", type="password", id="company"))
    recorder = Recorder(element("form", field, element("button", "Sign in", id="send"))).wait(500)
    recorder.type("company", "********").wait(500).click("send").wait(100).set_by_page(
        "company", ""
    )
    assert losses(recorder) == []


def test_a_search_may_be_emptied() -> None:
    """A search field starts empty each time."""
    field = element("label", "Search", element("input", type="search", id="company"))
    recorder = Recorder(field).wait(500).type("company", "blue shoes").wait(2_000)
    assert losses(recorder.set_by_page("company", "")) == []


def test_what_was_typed_is_never_shown() -> None:
    """A trace says how much was typed, never what."""
    recorder = page().type("company", "Anderson Ltd").wait(4_000).set_by_page("company", "")
    trace = compact(recorder.wait(3_000).move().recording())
    assert "Anderson" not in repr(trace)
    assert any("12 characters" in row.words for row in trace.rows)
