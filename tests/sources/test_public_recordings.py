"""The real recordings that nobody here wrote; the cases are those of formats.md part 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.sources.folder import FolderSource
from graph.sources.recording import (
    EventType,
    IncrementalSource,
    Listing,
    MouseInteraction,
    RawEvent,
    Recording,
    RecordingShape,
)
from tests.sources.writing import read_all


@pytest.fixture(scope="module")
def public_source(shared_recordings: Path) -> FolderSource:
    return FolderSource.open([shared_recordings])


@pytest.fixture(scope="module")
def listing(public_source: FolderSource) -> Listing:
    return public_source.list()


def seconds_of(recording: Recording) -> float:
    return (recording.events[-1].timestamp_ms - recording.events[0].timestamp_ms) / 1_000


def clicks_of(recording: Recording) -> list[tuple[float, dict[str, Any]]]:
    """Clicks with their second of the recording."""
    start = recording.start_ms
    return [
        ((event.timestamp_ms - start) / 1_000, event.read())
        for event in recording.events
        if event.type == EventType.INCREMENTAL_SNAPSHOT and is_click(event)
    ]


def is_click(event: RawEvent) -> bool:
    data = event.read()
    return (
        data["source"] == IncrementalSource.MOUSE_INTERACTION
        and data["type"] == MouseInteraction.CLICK
    )


def test_every_file_is_a_recording_or_one_clear_reason(
    public_source: FolderSource, listing: Listing, shared_recordings: Path
) -> None:
    """Nothing is lost: each data file gives sessions, or one reason that names it."""
    given = {
        path.relative_to(shared_recordings).as_posix()
        for path in shared_recordings.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    given.remove(
        "posthog-mirror/capture_session_events_26s.json"
    )  # the session of the requests again
    unreadable = [one.file for one in listing.unreadable]
    assert {ref.file for ref in listing.refs} | set(unreadable) == given
    assert not {ref.file for ref in listing.refs} & set(unreadable)
    assert len(unreadable) == len(set(unreadable))
    for one in listing.unreadable:
        assert one.file in one.reason
        assert " at " in one.reason
    for ref in listing.refs:
        recording = public_source.read(ref)
        assert recording.session_id == ref.session_id
        assert recording.events or recording.product_events


def test_shapes_of_later_releases_are_named(listing: Listing) -> None:
    """Descriptions and events without a session say what they are and what to give instead."""
    reasons = {one.file: one.reason for one in listing.unreadable}
    assert set(reasons) == {
        "posthog-mirror/recording_events.json",
        "posthog-mirror/recording_meta.json",
        "posthog-mirror/single_person_events.json",
    }
    assert "describes a recording" in reasons["posthog-mirror/recording_meta.json"]
    assert "$session_id" in reasons["posthog-mirror/single_person_events.json"]


def test_two_readers_agree(shared_recordings: Path) -> None:
    """Case 1: the export and its blob_v2 form are the same 658 events, and have one digest."""
    folder = shared_recordings / "posthog-export"
    (export,) = read_all(folder / "export_onboarding_976s.json.gz")
    (blob,) = read_all(folder / "derived_blob_v2_onboarding_976s.jsonl.gz")
    assert export.shape == RecordingShape.POSTHOG_EXPORT
    assert blob.shape == RecordingShape.POSTHOG_BLOB_V2
    assert len(export.events) == len(blob.events) == 658
    assert export.events == blob.events
    assert export.digest == blob.digest
    assert seconds_of(export) == pytest.approx(976.5, abs=0.1)


@pytest.mark.parametrize("name", ["export_onboarding_976s", "export_tab_idle_712s"])
def test_compressed_fields_parse(shared_recordings: Path, name: str) -> None:
    """Case 2: no field of any event is left compressed, and none had to be left out."""
    (recording,) = read_all(shared_recordings / "posthog-export" / f"{name}.json.gz")
    lists = ("adds", "removes", "texts", "attributes")
    for event in recording.events:
        data = event.read()
        assert not isinstance(data, str)
        if data.get("source") == IncrementalSource.MUTATION:
            assert all(isinstance(data[name], list) for name in lists)
    assert recording.notes == ()


def test_nothing_was_done_in_the_idle_recording(shared_recordings: Path) -> None:
    """Case 9, the reader's part: 328 events and not one click."""
    (recording,) = read_all(shared_recordings / "posthog-export" / "export_tab_idle_712s.json.gz")
    assert len(recording.events) == 328
    assert clicks_of(recording) == []


def test_rage_clicks_are_all_there(shared_recordings: Path) -> None:
    """Case 10, the reader's part: 4 clicks on one spot from 3.44 s, 3 on another from 8.92 s."""
    path = shared_recordings / "posthog-mirror" / "recording_snapshots_v1_lines.jsonl"
    (recording,) = read_all(path)
    assert len(recording.events) == 49
    assert len({event.window_id for event in recording.events}) == 2
    clicks = [(second, data["x"], data["y"]) for second, data in clicks_of(recording)]
    first = [second for second, x, y in clicks if (x, y) == (729, 124)]
    second = [second for second, x, y in clicks if (x, y) == (852, 133)]
    assert (len(clicks), len(first), len(second)) == (8, 4, 3)
    assert first[0] == pytest.approx(3.44, abs=0.01)
    assert second[0] == pytest.approx(8.92, abs=0.01)


def test_seconds_among_milliseconds(shared_recordings: Path) -> None:
    """Case 12: a replay whose spans are in seconds lasts 26 s, not 53 years."""
    (recording,) = read_all(shared_recordings / "sentry-replay-analyzer" / "rrweb-sentry.json.gz")
    assert len(recording.events) == 335
    assert seconds_of(recording) == pytest.approx(26.2, abs=0.1)
    assert recording.notes == ("90 of 335 timestamps were in seconds among milliseconds",)


def test_insane_clock(shared_recordings: Path) -> None:
    """Case 13: one timestamp with a digit too many is flagged and set to its neighbour's."""
    (recording,) = read_all(shared_recordings / "rrweb" / "test-events" / "video-playback.json")
    assert len(recording.events) == 43
    assert seconds_of(recording) == pytest.approx(39.4, abs=0.1)
    assert [note for note in recording.notes if "198 days" in note] == list(recording.notes)


def test_heavy_dom(shared_recordings: Path) -> None:
    """Case 14: 3.6 MB of a busy page; one click in it."""
    (recording,) = read_all(shared_recordings / "highlight" / "render_sample_11s.json.gz")
    assert len(recording.events) == 1_308
    assert len(clicks_of(recording)) == 1


def test_all_rrweb_fixtures_parse(shared_recordings: Path) -> None:
    """Every kind of incremental source that rrweb has a fixture for is read."""
    folder = shared_recordings / "rrweb" / "test-events"
    recordings = read_all(folder)
    assert len(recordings) == 25
    assert all(len(recording.events) >= 4 for recording in recordings)
    assert [one.file for one in recordings] == sorted(path.name for path in folder.iterdir())
    assert recordings[0].session_id == "adopted-style-sheet-empty-replace"


def test_a_recording_that_names_itself(shared_recordings: Path) -> None:
    """Events that carry a session id give it to the recording."""
    (recording,) = read_all(shared_recordings / "rrweb" / "rrweb-player-demo-events_81s.json")
    assert recording.session_id == "8dda0c07-b950-47ec-a5ea-3d25746042bf"
    assert len(recording.events) == 272


def test_captured_events_of_one_session(shared_recordings: Path) -> None:
    """Decoded capture events: 76 events of one session, 17 with an element."""
    path = shared_recordings / "posthog-mirror" / "capture_session_events_26s.json"
    (recording,) = read_all(path)
    events = recording.product_events
    assert recording.shape == RecordingShape.POSTHOG_EVENTS
    assert recording.session_id == "018a981f-4b2e-7bd3-bb30-6617bf488869"
    assert len(events) == 76
    assert events[-1].timestamp_ms - events[0].timestamp_ms == pytest.approx(25_800, abs=100)
    captured = [event for event in events if event.name == "$autocapture"]
    assert len(captured) == 17
    assert all(event.element_tag and event.interaction for event in captured)
    assert all(event.url.startswith("http://localhost:8000/") for event in events)


def test_captured_requests_in_three_wrappings(shared_recordings: Path) -> None:
    """Case 16: forms, gzip and plain batches; all 16 decode, to the 76 events of one session."""
    folder = shared_recordings / "posthog-mirror"
    (captured,) = read_all(folder / "capture_requests_dump.jsonl")
    (decoded,) = read_all(folder / "capture_session_events_26s.json")
    assert not any("no JSON" in note for note in captured.notes)
    assert len(captured.product_events) == 76
    assert {one.uuid for one in captured.product_events} == {
        one.uuid for one in decoded.product_events
    }


def test_rows_of_a_saved_query(shared_recordings: Path) -> None:
    """A query answer with a whole-event column: 96 events of 8 sessions, 4 of none."""
    recordings = read_all(shared_recordings / "posthog-mirror" / "hogql_events_query_rows.json")
    assert len(recordings) == 8
    assert sum(len(recording.product_events) for recording in recordings) == 96
    assert len({recording.digest for recording in recordings}) == 8
    assert all("4 of 100 product events" in recording.notes[1] for recording in recordings)
