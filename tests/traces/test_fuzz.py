"""Whatever a recording holds, compacting it never raises."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import example, given, settings, strategies as st

from graph.sessions.check import check_drafts
from graph.sessions.rules import draft_by_rules
from graph.sources.recording import RawEvent
from graph.traces.compact import compact
from graph.traces.render import render_rows
from tests.fakes.recorder import START_MS, Recorder, Tree, element, recording_of

IDS = st.integers(min_value=0, max_value=14)
"""Few, so that they are reused, removed and made their own parents."""
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12), st.lists(IDS, max_size=2), st.dictionaries(st.text(max_size=3), IDS, max_size=2),
)  # fmt: skip
TAGS = st.sampled_from(
    ["div", "button", "input", "style", "dialog", "details", "label", "a", "form", "select", "svg", "progress", ""]
)  # fmt: skip
WORDS = st.sampled_from(
    ["Saving…", "Error 500", "Saved", "Total", "$12.00", "No results found", "404", "Pay now", "a@b.example", "{", "}"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["class", "style", "id", "role", "href", "value", "type", "for", "open", "hidden", "checked", "_cssText", "aria-busy"]
)  # fmt: skip
VALUES = st.one_of(
    ODD,
    WORDS,
    st.sampled_from(
        [".a{display:none}", "a b", "dialog", "alert", "true", "checkbox", "radio", "//[", "#/x"]
    ),
)


def odd(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what one expects."""
    return st.one_of(usual, usual, usual, usual, ODD)


def shape(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with these fields: as expected, with fields of other types, or with some missing."""
    strange = {name: odd(one) for name, one in fields.items()}
    return st.one_of(
        st.fixed_dictionaries(fields),
        st.fixed_dictionaries(strange),
        st.fixed_dictionaries({}, optional=strange),
    )


NODES = st.recursive(
    shape(type=st.just(3), id=IDS, textContent=WORDS),
    lambda inner: shape(
        type=st.sampled_from([0, 1, 2, 2, 2, 5]),
        id=IDS,
        tagName=TAGS,
        attributes=st.dictionaries(NAMES, VALUES, max_size=3),
        childNodes=st.lists(inner, max_size=4),
    ),
    max_leaves=8,
)
MUTATIONS = shape(
    source=st.just(0),
    adds=st.lists(shape(parentId=IDS, nextId=IDS, node=NODES), max_size=4),
    removes=st.lists(shape(parentId=IDS, id=IDS), max_size=3),
    texts=st.lists(shape(id=IDS, value=WORDS), max_size=3),
    attributes=st.lists(shape(id=IDS, attributes=st.dictionaries(NAMES, VALUES, max_size=3)), max_size=3),
)  # fmt: skip
CLICKS = shape(source=st.just(2), type=st.integers(0, 10), id=IDS, x=st.floats(0, 900), y=st.floats(0, 900))  # fmt: skip
INPUTS = shape(source=st.just(5), id=IDS, text=WORDS, isChecked=st.booleans(), userTriggered=st.booleans())  # fmt: skip
OTHERS = shape(
    source=st.integers(-1, 18),
    id=IDS,
    positions=st.lists(shape(x=IDS, y=IDS, id=IDS, timeOffset=IDS), max_size=2),
    ranges=st.lists(shape(start=IDS, end=IDS, startOffset=IDS, endOffset=IDS), max_size=2),
    styles=st.lists(shape(rules=st.lists(shape(rule=WORDS), max_size=2)), max_size=2),
    adds=st.lists(shape(rule=VALUES), max_size=2),
)
CALLS = shape(
    name=st.sampled_from(["/api/orders/17", "https://x.test/api", "http://[", "data:,x"]),
    initiatorType=st.sampled_from(["fetch", "xmlhttprequest", "script"]),
    method=st.sampled_from(["GET", "POST"]),
    status=st.sampled_from([0, 200, 400, 500]),
    startTime=st.floats(0, 1e6),
    endTime=st.floats(0, 1e6),
    duration=st.floats(0, 1e6),
    timestamp=st.floats(0, 1e13),
    timeOrigin=st.floats(0, 1e13),
)
PAYLOADS = shape(
    requests=st.lists(CALLS, max_size=3),
    level=st.sampled_from(["error", "warn", "info"]),
    payload=st.lists(st.sampled_from(['"Uncaught TypeError: x"', '{"message": 3}', "[", '"\\ud800"']), max_size=2),
    trace=st.lists(WORDS, max_size=2),
    href=st.sampled_from(["https://x.test/a", "/b/17", "http://["]),
    category=st.sampled_from(["console", "navigation"]),
    message=WORDS,
    data=shape(to=WORDS),
)  # fmt: skip
EVENTS = st.one_of(
    st.tuples(st.just(2), shape(node=NODES)),
    st.tuples(st.just(3), MUTATIONS),
    st.tuples(st.just(3), st.one_of(CLICKS, CLICKS, INPUTS, OTHERS)),
    st.tuples(st.just(4), shape(href=st.sampled_from(["https://x.test/a", "http://[", ""]))),
    st.tuples(
        st.just(5),
        shape(
            tag=st.sampled_from(["$pageview", "Navigate", "window hidden", "window visible", "breadcrumb", "performanceSpan"]),
            payload=PAYLOADS,
        ),
    ),
    st.tuples(
        st.just(6),
        shape(plugin=st.sampled_from(["rrweb/console@1", "rrweb/network@1"]), payload=PAYLOADS),
    ),
    st.tuples(st.integers(-1, 9), ODD),
)  # fmt: skip
GAPS = st.one_of(st.integers(0, 3_000), st.integers(0, 40_000), st.just(10**12))
WINDOWS = st.sampled_from(["", "a", "b"])


def base() -> list[RawEvent]:
    """A page whose ids the random events meet."""
    page = Recorder(
        element("form", element("input", id="field", value="x"), element("button", "Pay now", id="pay")),
        element("p", "Total $12.00", id="out"),
    )  # fmt: skip
    return list(page.wait(500).click("pay").recording().events)


def read_whole(events: list[RawEvent]) -> None:
    """Everything that is computed of a recording without a model."""
    trace = compact(recording_of(events))
    assert render_rows(trace)
    summary = check_drafts(trace, [draft_by_rules(trace)])
    assert summary.unknown_event_ids == 0
    assert all(0 <= row.ordinal < len(trace.rows) for row in trace.rows)


@settings(max_examples=250)
@given(st.lists(st.tuples(GAPS, WINDOWS, EVENTS), max_size=14))
def test_no_event_makes_it_raise(steps: list[tuple[int, str, tuple[int, Any]]]) -> None:
    """Missing fields, wrong types, loops of parents, reused ids and huge numbers are left out."""
    events, now = base(), START_MS + 600
    for gap, window, (kind, data) in steps:
        now += gap
        body = msgspec.json.encode(data)
        events.append(RawEvent(type=kind, timestamp_ms=now, data=body, window_id=window))
    read_whole(events)


def test_a_node_put_into_itself() -> None:
    """A loop of parents, which no page has, ends no walk in a circle."""
    page = Recorder(element("div", element("div", element("p", "deep"), id="inner"), id="outer"))
    outer: Tree = {"type": 2, "tagName": "div", "attributes": {}, "childNodes": [], "id": 4}
    add = [{"parentId": identifier, "nextId": None, "node": outer} for identifier in (4, 5, 6, 7)]
    page.wait(10).event(3, {"source": 0, "adds": add, "removes": [], "texts": [], "attributes": []})
    page.wait(10).click("inner").wait(3_000).move()
    read_whole(list(page.recording().events))


@example(b"")
@example(b"{")
@example(b'{"source":0,"texts":[{"id":3,"value":"\\ud800"}]}')
@example(b'{"source":1,')
@example(b"\xff\xfe")
@given(st.binary(max_size=20))
def test_bytes_that_are_no_json(body: bytes) -> None:
    """An event that cannot be decoded is left out, whatever its type."""
    events = base()
    for kind in range(8):
        events.append(RawEvent(type=kind, timestamp_ms=START_MS + 700, data=body))
    read_whole(events)


def test_ids_that_are_no_numbers() -> None:
    """A list or an object where a node id belongs names no node."""
    page = Recorder(element("button", "Pay now", id="pay")).wait(100)
    for source in (0, 2, 3, 5, 14):
        for kind in (2, 5, 7):
            page.event(3, {"source": source, "type": kind, "id": [], "text": "x"})
            page.event(3, {"source": source, "type": kind, "id": {"a": 1}, "text": "x"})
    read_whole(list(page.recording().events))
