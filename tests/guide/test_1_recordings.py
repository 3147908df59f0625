"""A recording is what a source holds of one visit."""

from __future__ import annotations

import json
from pathlib import Path

from graph.sources.folder import open_source
from graph.sources.recording import Recording


def test_a_recording_is_events_in_time_order(recording: Recording) -> None:
    """Each event has a type, a moment and data that only its reader decodes."""
    times = [event.timestamp_ms for event in recording.events]
    assert times == sorted(times)
    assert recording.start_ms == times[0]
    assert recording.events[0].read()["href"] == "https://shop.test/checkout"


def test_recordings_come_from_files(recording: Recording, tmp_path: Path) -> None:
    """A folder is opened, listed, and read one session at a time; shapes are told by content."""
    events = [
        {"type": one.type, "timestamp": one.timestamp_ms, "data": one.read()}
        for one in recording.events
    ]
    (tmp_path / "visit.json").write_text(json.dumps(events))
    (tmp_path / "notes.json").write_text('{"to do": "buy milk"}')

    source = open_source([tmp_path])
    listing = source.list()

    assert [ref.file for ref in listing.refs] == ["visit.json"]
    assert [one.file for one in listing.unreadable] == ["notes.json"]
    assert len(source.read(listing.refs[0]).events) == len(events)
