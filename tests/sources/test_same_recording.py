"""However a recording was stored, it is the same recording."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from graph.sources.recording import RecordingShape
from tests.sources.writing import (
    COMPRESSIONS,
    SHAPES,
    START_MS,
    WINDOW,
    Event,
    dumps,
    expected,
    lines,
    plainly,
    read_bytes,
    visit,
)

WINDOWLESS = RecordingShape.RRWEB
TOLD_SHAPES = {
    "rrweb array": WINDOWLESS,
    "rrweb lines": WINDOWLESS,
    "rrweb wrapper": WINDOWLESS,
    "rrweb packed": WINDOWLESS,
    "posthog export": RecordingShape.POSTHOG_EXPORT,
    "posthog snapshots": RecordingShape.POSTHOG_EXPORT,
    "posthog v1 lines": RecordingShape.POSTHOG_V1_LINES,
    "posthog v1 array": RecordingShape.POSTHOG_V1_LINES,
    "posthog blob_v2 lines": RecordingShape.POSTHOG_BLOB_V2,
    "posthog cv fields": RecordingShape.POSTHOG_BLOB_V2,
    "posthog legacy": RecordingShape.POSTHOG_LEGACY,
    "posthog legacy by window": RecordingShape.POSTHOG_LEGACY,
}

names = st.text(st.characters(codec="utf-8"), max_size=12)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def recordings(draw: st.DrawFn) -> list[Event]:
    """Events of distinct times, some with data that no recorder writes."""
    gaps = draw(st.lists(st.integers(1, 60_000), min_size=1, max_size=12))
    moments = [START_MS + sum(gaps[: index + 1]) for index in range(len(gaps))]
    return [
        {
            "type": draw(st.sampled_from([0, 1, 5, 6, 7])),
            "data": draw(st.dictionaries(names, values, max_size=3)),
            "timestamp": moment,
        }
        for moment in moments
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_recording(shape: str, tmp_path: Path) -> None:
    """A recording rewritten in any shape has the same events and the same digest."""
    events = visit()
    plain = read_bytes(tmp_path, dumps(events).encode())
    recording = read_bytes(tmp_path, SHAPES[shape](events).encode())
    assert plainly(recording) == expected(events)
    assert recording.digest == plain.digest
    assert recording.notes == ()
    assert recording.shape == TOLD_SHAPES.get(shape, recording.shape)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_gives_the_same_recording(compression: str, tmp_path: Path) -> None:
    """Compression is told by content, undone and, where it is odd, noted."""
    events = visit()
    body = dumps(events).encode()
    recording = read_bytes(tmp_path, COMPRESSIONS[compression](body))
    assert plainly(recording) == expected(events)
    assert recording.digest == read_bytes(tmp_path, body).digest
    twice = compression in ("gzip twice", "zstd in gzip")
    assert any("twice" in note for note in recording.notes) == twice


@settings(max_examples=50)
@given(
    events=recordings(),
    shape=st.sampled_from(sorted(SHAPES)),
    compression=st.sampled_from(sorted(COMPRESSIONS)),
    shuffling=st.randoms(use_true_random=False),
    repeats=st.integers(0, 3),
)
def test_rewriting_never_changes_a_recording(
    events: list[Event], shape: str, compression: str, shuffling: Any, repeats: int
) -> None:
    """Shape, compression, order and repetition change neither the events nor the digest."""
    rewritten = [*events, *events[:repeats]]
    shuffling.shuffle(rewritten)
    with tempfile.TemporaryDirectory() as folder:
        plain = read_bytes(Path(folder), dumps(events).encode())
        body = COMPRESSIONS[compression](SHAPES[shape](rewritten).encode())
        recording = read_bytes(Path(folder), body)
    assert plainly(recording) == plainly(plain) == expected(events)
    assert recording.digest == plain.digest


@settings(max_examples=40)
@given(events=recordings(), position=st.integers(0, 11), value=values)
def test_another_recording_has_another_digest(
    events: list[Event], position: int, value: Any
) -> None:
    """One changed value anywhere changes the digest."""
    changed = [dict(event) for event in events]
    changed[position % len(events)]["data"] = {"changed": value}
    with tempfile.TemporaryDirectory() as folder:
        one = read_bytes(Path(folder), dumps(events).encode())
        other = read_bytes(Path(folder), dumps(changed).encode())
    assert one.digest != other.digest


def test_events_of_one_moment_keep_their_order(tmp_path: Path) -> None:
    """Sorting by time is stable: a page is described before it is shown."""
    events = [{**event, "timestamp": START_MS} for event in visit()]
    recording = read_bytes(tmp_path, dumps(events).encode())
    assert plainly(recording) == expected(events)


def test_a_repeat_in_another_window_is_no_repeat(tmp_path: Path) -> None:
    """Two windows that load in the same millisecond are two events; delay and seen tell nothing."""
    load: Event = {"type": 1, "data": {}, "timestamp": START_MS}
    body = lines(
        [["a", load], ["b", load], ["a", {**load, "delay": 5, "seen": 3}], ["a", visit()[0]]]
    )
    recording = read_bytes(tmp_path, body.encode())
    assert [(event.type, event.window_id) for event in recording.events] == [
        (1, "a"),
        (1, "b"),
        (4, "a"),
    ]


def test_windows_are_kept(tmp_path: Path) -> None:
    """Every event knows its window, also where windows are numbered."""
    events = visit()
    body = dumps([{"windowId": 3, **event} for event in events])
    assert {event.window_id for event in read_bytes(tmp_path, body.encode()).events} == {"3"}
    body = SHAPES["posthog v1 lines"](events)
    assert {event.window_id for event in read_bytes(tmp_path, body.encode()).events} == {WINDOW}


def test_unknown_compression_of_fields_passes_with_a_note(tmp_path: Path) -> None:
    """A `cv` of the future is taken as it is, and the notes say so."""
    events = [{**event, "cv": "2031-01"} for event in visit()]
    recording = read_bytes(tmp_path, dumps(events).encode())
    assert len(recording.events) == len(events)
    assert "2031-01" in recording.notes[0]


def test_damaged_compressed_fields_cost_one_event(tmp_path: Path) -> None:
    """An event whose gzip string is damaged is left out and counted; the others stay."""
    events = visit()
    damaged = {"type": 2, "data": "\x1f\x8b broken", "timestamp": START_MS + 1, "cv": "2024-10"}
    recording = read_bytes(tmp_path, dumps([*events, damaged]).encode())
    assert plainly(recording) == expected(events)
    assert recording.notes == ("an event whose compressed data is damaged was left out",)
