"""What counts as the effect of a click, and what does not."""

from __future__ import annotations

import pytest

from graph.traces.compact import compact
from graph.traces.trace import Row, RowKind, SignalKind, Trace
from tests.fakes.recorder import Recorder, element

BUTTON = element("button", "Get a quote", id="quote", type="button")
OUT = element("p", "Nothing yet.", id="out")


def page(*more: dict[str, object], css: str = "") -> Recorder:
    return Recorder(element("main", BUTTON, OUT, *more), css=css).wait(2_000)


def trace_of(recorder: Recorder, *, settle: int = 4_000) -> Trace:
    return compact(recorder.wait(settle).move().recording())


def clicks(trace: Trace) -> list[Row]:
    return [row for row in trace.rows if row.kind is RowKind.CLICK]


def effect_of(row: Row) -> str:
    assert row.effect is not None
    return row.effect.words


def kinds(trace: Trace) -> set[SignalKind]:
    return {one.kind for one in trace.signals}


def test_the_text_that_came_is_the_effect() -> None:
    """A row says in words what appeared after the click, and where it came late."""
    trace = trace_of(page().click("quote").wait(200).text("out", "Your quote: 42 pounds"))
    [row] = clicks(trace)
    assert '"Your quote: 42 pounds" appeared' in effect_of(row)
    assert row.effect is not None
    assert row.effect.first_ms == 200
    assert kinds(trace) == set()


def test_nothing_is_no_effect() -> None:
    """A button that does nothing is unresponsive."""
    trace = trace_of(page().click("quote"))
    assert clicks(trace)[0].effect is not None
    assert kinds(trace) == {SignalKind.UNRESPONSIVE}


def test_a_ticker_answers_nothing() -> None:
    """A place that was already changing by itself is no effect, however soon it changes."""
    recorder = page(element("span", "100", id="ticker"))
    for value in range(8):
        recorder.text("ticker", str(101 + value)).wait(500)
    recorder.click("quote")
    for value in range(8):
        recorder.wait(400).text("ticker", str(120 + value))
    assert kinds(trace_of(recorder)) == {SignalKind.UNRESPONSIVE}


def test_a_redraw_with_the_same_text_is_no_effect() -> None:
    """Nodes exchanged for others that read the same leave nothing to see."""
    recorder = page(element("section", element("p", "Our prices", id="old"), id="box"))
    recorder.click("quote").wait(50).redraw("box", "old", element("p", "Our prices"))
    assert kinds(trace_of(recorder)) == {SignalKind.UNRESPONSIVE}


def test_a_ripple_is_no_effect() -> None:
    """A decoration inside the button that was clicked comes and goes without an answer."""
    recorder = page().click("quote").wait(10).add("quote", element("span", class_="ripple", id="r"))
    recorder.wait(300).remove("r")
    assert kinds(trace_of(recorder)) == {SignalKind.UNRESPONSIVE}


def test_a_focus_class_is_no_effect() -> None:
    """A class that only tells of focus or hover is cosmetic."""
    recorder = page().click("quote").wait(10).attribute("quote", class_="focus-visible")
    assert kinds(trace_of(recorder)) == {SignalKind.UNRESPONSIVE}


def test_the_answer_of_a_request_belongs_to_who_asked() -> None:
    """The user clicks elsewhere meanwhile; the change that follows the request is the first click's."""
    recorder = page(element("button", "Compare", id="compare"), element("aside", id="side"))
    recorder.click("quote").wait(1_000).click("compare").wait(20).text("side", "Compared")
    recorder.wait(980).request("POST", "https://shop.test/api/quotes", 200, taking=1_950)
    recorder.wait(30).text("out", "Your quote: 42 pounds")
    first, second = clicks(trace_of(recorder))
    assert "42 pounds" in effect_of(first)
    assert "42 pounds" not in effect_of(second)
    assert '"Compared" appeared' in effect_of(second)


def test_a_toast_that_goes_by_itself_answers_nothing() -> None:
    """The message of an earlier click leaves after the next click: that click still did nothing."""
    recorder = page(element("button", "Save", id="save"), element("div", id="toasts"))
    recorder.click("save").wait(100).add("toasts", element("div", "Saved", role="status", id="t"))
    recorder.wait(2_500).click("quote").wait(1_000).remove("t")
    trace = trace_of(recorder)
    assert [one.words for one in trace.signals if one.kind is SignalKind.UNRESPONSIVE] == [
        'clicked button "Get a quote" once; nothing happened within 2.5 s'
    ]


@pytest.mark.parametrize(
    ("delay", "expected"),
    [(300, set[SignalKind]()), (1_800, {SignalKind.SLOW}), (4_000, {SignalKind.SLOW})],
)
def test_late_is_not_dead(delay: int, expected: set[SignalKind]) -> None:
    """From one second on an answer is slow; it is never a dead click."""
    recorder = page().click("quote").wait(delay).text("out", "Your quote: 42 pounds")
    assert kinds(trace_of(recorder)) == expected


def test_a_dialog_is_an_effect() -> None:
    """Opening a dialog answers a click, wherever on the page the dialog is put."""
    recorder = page().click("quote").wait(80)
    recorder.add("body", element("div", element("h2", "How many?"), role="dialog", id="d"))
    trace = trace_of(recorder)
    assert '"How many?" appeared' in effect_of(clicks(trace)[0])
    assert kinds(trace) == set()


def test_a_dialog_that_a_class_shows() -> None:
    """Style sheets are read: what a class makes visible has appeared, with its text."""
    css = ".modal{display:none} .modal.open{display:flex}"
    modal = element("div", element("p", "Are you sure?"), class_="modal", id="modal")
    recorder = page(modal, css=css).click("quote").wait(60).attribute("modal", class_="modal open")
    trace = trace_of(recorder)
    assert '"Are you sure?" appeared' in effect_of(clicks(trace)[0])
    assert "Are you sure" not in next(row.words for row in trace.rows)


def test_a_class_on_a_parent_shows_what_is_inside() -> None:
    """A rule may ask for a class further up."""
    css = ".drawer{visibility:hidden} body.menu .drawer{visibility:visible}"
    drawer = element("nav", "All departments", class_="drawer", id="drawer")
    recorder = page(drawer, css=css).click("quote").wait(60).attribute("body", class_="menu")
    assert '"All departments" appeared' in effect_of(clicks(trace_of(recorder))[0])


def test_details_open() -> None:
    """A disclosure shows its content when it opens."""
    summary = element("summary", "Delivery", id="summary")
    details = element("details", summary, element("p", "Two days."), id="details")
    recorder = page(details).click("summary").wait(15).attribute("details", open="")
    assert '"Two days." appeared' in effect_of(clicks(trace_of(recorder))[0])


def test_a_box_that_is_checked() -> None:
    """A check box answers by being checked."""
    box = element("label", "I agree", element("input", type="checkbox", id="agree"))
    recorder = page(box).choose("agree")
    trace = trace_of(recorder)
    assert "was checked" in effect_of(clicks(trace)[0])
    assert kinds(trace) == set()


def test_choosing_from_a_list() -> None:
    """Choosing is told without the value that was chosen."""
    options = [element("option", name, value=name) for name in ("Standard", "Express")]
    chooser = element("label", "Delivery", element("select", *options, id="way"))
    recorder = page(chooser).click("way").wait(900).type("way", "Express")
    trace = trace_of(recorder)
    told = [row for row in trace.rows if row.kind is RowKind.INPUT]
    assert [row.words for row in told] == ['list "Delivery"']
    assert kinds(trace) == set()


def test_what_was_hidden_is_not_read() -> None:
    """Text in a hidden part of the page is neither an effect nor an element's name."""
    recorder = page(element("div", id="hidden", style="display:none"))
    recorder.click("quote").wait(50).add("hidden", element("p", "Secret plan"))
    assert kinds(trace_of(recorder)) == {SignalKind.UNRESPONSIVE}


def test_rage_needs_no_effect() -> None:
    """Five quick clicks that each count are no rage; three that do nothing are."""
    counter = page()
    for value in range(5):
        counter.click("quote").wait(20).text("out", f"Passengers: {value}").wait(180)
    assert kinds(trace_of(counter)) == set()
    assert kinds(trace_of(page().clicks("quote", 3, every=300))) == {SignalKind.RAGE}


def test_another_window_answers_nothing() -> None:
    """A change in one window is not the effect of a click in another."""
    recorder = page().window("one").click("quote").wait(100).window("two")
    recorder.load(element("p", "News", id="news"), href="https://shop.test/news")
    recorder.wait(100).text("news", "More news")
    trace = trace_of(recorder)
    assert len(trace.windows) == 2
    assert "More news" not in effect_of(clicks(trace)[0])
