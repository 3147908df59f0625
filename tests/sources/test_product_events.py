"""Product events from query answers, event lists and captured events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.sources.recording import ProductEvent, Recording, RecordingShape
from tests.sources.writing import START_MS, dumps, lines, read_all, reason_for, visit

WHEN = "2025-10-09T08:53:20Z"
SESSION = "0199c5a0-0000-7000-8000-000000000001"


def read_rows(folder: Path, value: object) -> list[Recording]:
    path = folder / "events.json"
    path.write_text(dumps(value), encoding="utf-8")
    return read_all(path)


def event_of(folder: Path, **properties: Any) -> ProductEvent:
    """The one product event of a row with these properties."""
    row = {
        "uuid": "u1",
        "event": properties.pop("event", "$autocapture"),
        "timestamp": WHEN,
        "elements_chain": properties.pop("elements_chain", ""),
        "properties": {"$session_id": SESSION, **properties},
    }
    (recording,) = read_rows(folder, [row])
    (event,) = recording.product_events
    return event


def test_rows_of_a_query(tmp_path: Path) -> None:
    """Columns and results, the form of a HogQL answer, with its own names for parts of events."""
    answer: dict[str, Any] = {
        "columns": [
            "event",
            "timestamp",
            "elements_chain_href",
            "elements_chain_texts",
            "elements_chain_elements",
            "properties.$session_id",
            "properties.$window_id",
            "properties.$current_url",
            "properties.$event_type",
            "uuid",
        ],
        "results": [
            ["$autocapture", WHEN, "/pay", ["", "Pay"], ["span", "a"], SESSION, "w", "https://a.example/", "click", "1"],
            ["$pageview", WHEN, "", [], [], SESSION, "w", "https://a.example/pay", None, "2"],
            ["$pageview", WHEN, "", [], [], SESSION, "w", "https://a.example/pay", None, "2"],
        ],
    }  # fmt: skip
    (recording,) = read_rows(tmp_path, answer)
    assert recording.session_id == SESSION
    assert recording.shape == RecordingShape.POSTHOG_EVENTS
    assert recording.events == ()
    assert recording.notes == ("no replay of this session was given, only 2 product events",)
    assert recording.start_ms == START_MS
    assert recording.product_events[0] == ProductEvent(
        name="$autocapture",
        timestamp_ms=START_MS,
        uuid="1",
        window_id="w",
        url="https://a.example/",
        interaction="click",
        element_tag="a",
        element_text="Pay",
        element_href="/pay",
    )


@pytest.mark.parametrize("name", ["$autocapture", "$rageclick", "$dead_click"])
def test_elements_of_a_chain(tmp_path: Path, name: str) -> None:
    """Clicks of every kind name the element that was meant."""
    chain = 'svg:nth-child="1";button.primary:text="Buy; now"nth-child="2";a:href="/x"'
    event = event_of(tmp_path, event=name, elements_chain=chain, **{"$event_type": "click"})
    assert (event.name, event.interaction) == (name, "click")
    assert (event.element_tag, event.element_text, event.element_href) == (
        "button",
        "Buy; now",
        "/x",
    )


def test_elements_of_a_capture(tmp_path: Path) -> None:
    """The client's own form of the chain gives the same."""
    elements = [
        {"tag_name": "p", "$el_text": "Buy", "nth_child": 1},
        {"tag_name": "BUTTON", "attr__type": "button", "$el_text": ""},
    ]
    event = event_of(tmp_path, **{"$elements": elements, "$event_type": "click"})
    assert (event.element_tag, event.element_text) == ("button", "Buy")


def test_exceptions(tmp_path: Path) -> None:
    """The exception's type, message and whether it was caught, from lists and from text of them."""
    listed = [{"type": "TypeError", "value": "x is undefined", "mechanism": {"handled": False}}]
    for given in (listed, dumps(listed)):
        event = event_of(tmp_path, event="$exception", **{"$exception_list": given})
        assert (event.exception_type, event.exception_message) == ("TypeError", "x is undefined")
        assert event.exception_handled is False
    older = {"$exception_type": "Error", "$exception_message": "no", "$exception_handled": True}
    event = event_of(tmp_path, event="$exception", **older)
    assert (event.exception_type, event.exception_message) == ("Error", "no")
    assert event.exception_handled is True
    columns = {"$exception_types": '["RangeError"]', "$exception_values": ["too far"]}
    event = event_of(tmp_path, event="$exception", **columns)
    assert (event.exception_type, event.exception_message) == ("RangeError", "too far")
    assert event.exception_handled is None


@pytest.mark.parametrize(
    "moment",
    [WHEN, "2025-10-09 08:53:20", START_MS, START_MS / 1_000, str(START_MS), None],
)
def test_moments(tmp_path: Path, moment: object) -> None:
    """Dates, milliseconds and seconds; without any, the client's own time."""
    row = {
        "event": "$pageview",
        "timestamp": moment,
        "properties": {"$session_id": SESSION, "$time": START_MS / 1_000},
    }
    (recording,) = read_rows(tmp_path, {"results": [row], "next": None})
    assert recording.product_events[0].timestamp_ms == START_MS


def test_properties_may_be_text(tmp_path: Path) -> None:
    """Some exports give the properties as a string of JSON; lines are read as lists are."""
    row = {"event": "a", "timestamp": WHEN, "properties": dumps({"$session_id": SESSION})}
    (tmp_path / "events.jsonl").write_text(lines([row, {**row, "event": "b"}]), encoding="utf-8")
    (recording,) = read_all(tmp_path)
    assert [event.name for event in recording.product_events] == ["a", "b"]


def test_rows_without_a_session_say_what_to_add(tmp_path: Path) -> None:
    """Without a session id nothing can be told about a visit."""
    rows: Any = [{"event": "$pageview", "timestamp": WHEN, "properties": {}}]
    reason = reason_for(tmp_path, dumps(rows).encode())
    assert "none of its 1 product events says which session" in reason
    assert "properties.$session_id" in reason


def test_rows_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    """Rows of no session and rows that are no events are left out, and the notes say how many."""
    good: dict[str, Any] = {"event": "a", "timestamp": WHEN, "properties": {"$session_id": SESSION}}
    rows: list[Any] = [good, {**good, "properties": {}}, {"event": "b", "properties": {}}]
    (recording,) = read_rows(tmp_path, rows)
    assert recording.notes == (
        "no replay of this session was given, only 1 product events",
        "a row without an event name or a time was left out",
        "1 of 2 product events of 'events.json' name no session and were left out",
    )


def test_rows_join_the_recording_of_their_session(tmp_path: Path) -> None:
    """Events belong to the recording that gives the same id, or is saved under it."""
    other = "0199c5a0-0000-7000-8000-000000000002"
    rows = [
        {"event": name, "timestamp": WHEN, "properties": {"$session_id": session}}
        for name, session in (("a", SESSION), ("b", other), ("c", "elsewhere"))
    ]
    (tmp_path / "rows.json").write_text(dumps(rows), encoding="utf-8")
    export = {"data": {"id": SESSION, "snapshots": visit()}}
    (tmp_path / "one.json").write_text(dumps(export), encoding="utf-8")
    folder = tmp_path / "replays"
    folder.mkdir()
    (folder / f"{other}.json").write_text(dumps(visit()), encoding="utf-8")
    by_id = {str(recording.session_id): recording for recording in read_all(tmp_path)}
    assert set(by_id) == {SESSION, f"replays/{other}", "elsewhere"}
    assert [event.name for event in by_id[SESSION].product_events] == ["a"]
    assert by_id[SESSION].events
    assert [event.name for event in by_id[f"replays/{other}"].product_events] == ["b"]
    assert by_id["elsewhere"].events == ()
    assert by_id[SESSION].notes == ()


def test_sessions_of_events_alone_are_told_apart(tmp_path: Path) -> None:
    """Two sessions without a replay are no copies of each other."""
    rows = [
        {"event": "a", "timestamp": WHEN, "properties": {"$session_id": session, "$current_url": session}}
        for session in ("one", "two")
    ]  # fmt: skip
    one, two = read_rows(tmp_path, rows)
    assert one.digest != two.digest
